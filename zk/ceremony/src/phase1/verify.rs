//! Checking powers and everyone's part in them.

use ark_bn254::{G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::AffineRepr;

use super::contribute::draw;
use super::contribution::Contribution;
use super::error::{ContributionFault, Fault};
use super::{Heads, Plain, PowersOfTau};
use crate::blake2b::{Blake2b, DIGEST_BYTES};
use crate::knowledge::Personal;
use crate::progress::{Progress, Watch};
use crate::ratio::{same_ratio, Weights};

impl PowersOfTau {
    /// Checks everything: each contribution against the one before, the powers against the last, their hash, and that they are powers.
    ///
    /// # Errors
    /// [`Fault`]: the first bad contribution by its number, or the part of the powers.
    ///
    /// # Not checked
    /// Who stands behind a name, and that a party forgot its secret: one who did is enough. The hash of powers that were cut down from
    /// larger ones, which are not here; that the file is the published one is to be compared by its digest.
    pub fn verify(&self, watch: Watch<'_>) -> Result<(), Fault> {
        let last = self.contributions.last().ok_or(Fault::NobodyContributed)?;
        let total = self.contributions.len() + 4;
        for (index, contribution) in self.contributions.iter().enumerate() {
            check(contribution, &self.heads_before(index), &self.challenge_before(index)).map_err(|why| Fault::Contribution {
                index: index + 1,
                name: contribution.name.clone(),
                why,
            })?;
            watch(Progress { step: "checking contributions and powers", done: index + 1, total });
        }
        let hash = self.hash(last);
        if self.power == self.ceremony_power && hash != last.next_challenge {
            return Err(Fault::Hash);
        }
        self.check_heads(&last.heads)?;
        self.check_powers(&last.heads, &hash, &mut |part| {
            watch(Progress { step: "checking contributions and powers", done: self.contributions.len() + part, total });
        })
    }

    /// The hash that `last` has to state.
    pub(super) fn hash(&self, last: &Contribution) -> [u8; DIGEST_BYTES] {
        let mut hash = Blake2b::new();
        hash.update(&last.response());
        self.powers.each_encoded::<Plain>(&mut |bytes| hash.update(bytes));
        hash.finish()
    }

    fn check_heads(&self, heads: &Heads) -> Result<(), Fault> {
        let powers = &self.powers;
        let equal = [
            ("tau_g1", powers.tau_g1[..2] == [G1Affine::generator(), heads.tau_g1]),
            ("tau_g2", powers.tau_g2[..2] == [G2Affine::generator(), heads.tau_g2]),
            ("alpha_g1", powers.alpha_g1[0] == heads.alpha_g1),
            ("beta_g1", powers.beta_g1[0] == heads.beta_g1),
            ("beta_g2", powers.beta_g2 == heads.beta_g2),
        ];
        equal.iter().find(|(_, equal)| !equal).map_or(Ok(()), |(name, _)| Err(Fault::NotTheLast(name)))
    }

    /// Each list is a geometric series with the ratio of its group's tau: a weighted sum of all but the last against the same of all but
    /// the first.
    fn check_powers(&self, heads: &Heads, digest: &[u8], tell: &mut dyn FnMut(usize)) -> Result<(), Fault> {
        let powers = &self.powers;
        let weights = Weights::new(digest, powers.tau_g1.len() - 1);
        let (in_g1, in_g2) = ((G1Affine::generator(), heads.tau_g1), (G2Affine::generator(), heads.tau_g2));
        for (part, (name, points)) in [("tau_g1", &powers.tau_g1), ("alpha_g1", &powers.alpha_g1), ("beta_g1", &powers.beta_g1)].iter().enumerate() {
            let (before, after) = (&points[..points.len() - 1], &points[1..]);
            let sums = (weights.sum::<G1Projective>(before), weights.sum::<G1Projective>(after));
            if !same_ratio(sums, in_g2) {
                return Err(Fault::Powers(name));
            }
            tell(part + 1);
        }
        let (before, after) = (&powers.tau_g2[..powers.tau_g2.len() - 1], &powers.tau_g2[1..]);
        let sums = (weights.sum::<G2Projective>(before), weights.sum::<G2Projective>(after));
        if !same_ratio(in_g1, sums) {
            return Err(Fault::Powers("tau_g2"));
        }
        tell(4);
        Ok(())
    }
}

/// Whether `contribution` proves its secrets after `challenge` and leaves `before` times these.
fn check(contribution: &Contribution, before: &Heads, challenge: &[u8]) -> Result<(), ContributionFault> {
    let [tau, alpha, beta] = &contribution.knowledge;
    if let Some(beacon) = &contribution.beacon {
        let (_, expected) = draw(challenge, &mut beacon.stream());
        if contribution.knowledge != expected {
            return Err(ContributionFault::Beacon);
        }
    }
    let by_tau = tau.check(Personal::Tau, challenge).ok_or(ContributionFault::Knowledge("tau"))?;
    let by_alpha = alpha.check(Personal::Alpha, challenge).ok_or(ContributionFault::Knowledge("alpha"))?;
    let by_beta = beta.check(Personal::Beta, challenge).ok_or(ContributionFault::Knowledge("beta"))?;
    let after = &contribution.heads;
    let follows = [
        ("tau_g1", same_ratio((before.tau_g1, after.tau_g1), by_tau)),
        ("tau_g2", same_ratio((tau.s, tau.sx), (before.tau_g2, after.tau_g2))),
        ("alpha_g1", same_ratio((before.alpha_g1, after.alpha_g1), by_alpha)),
        ("beta_g1", same_ratio((before.beta_g1, after.beta_g1), by_beta)),
        ("beta_g2", same_ratio((beta.s, beta.sx), (before.beta_g2, after.beta_g2))),
    ];
    follows.iter().find(|(_, follows)| !follows).map_or(Ok(()), |(name, _)| Err(ContributionFault::DoesNotFollow(name)))
}
