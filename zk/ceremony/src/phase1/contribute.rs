//! Adding one's part to the powers.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field};
use ark_std::rand::{CryptoRng, RngCore};

use super::contribution::{Contribution, Heads, NAME_BYTES_MAX};
use super::{Compressed, Plain, Powers, PowersOfTau, CHUNK};
use crate::beacon::Beacon;
use crate::blake2b::Blake2b;
use crate::knowledge::{times, Knowledge, Personal};
use crate::progress::{Progress, Watch};
use crate::sampling;
use crate::secret::Secret;

impl PowersOfTau {
    /// The powers with secrets from `rng` multiplied in. The secrets are wiped before this returns.
    ///
    /// * `name`: who contributes, at most [`NAME_BYTES_MAX`] bytes; longer names are cut
    ///
    /// `None` for powers that were cut down from larger ones: the hash of what is gone cannot be continued.
    ///
    /// # Not checked
    /// That the powers are good: verify them before, or the work is lost.
    pub fn contribute(&self, name: &str, rng: &mut (impl RngCore + CryptoRng), watch: Watch<'_>) -> Option<Self> {
        self.extend(name, None, rng, watch)
    }

    /// The powers closed by `beacon`, which everyone can repeat.
    ///
    /// `None` as for [`PowersOfTau::contribute`].
    pub fn close(&self, name: &str, beacon: Beacon, watch: Watch<'_>) -> Option<Self> {
        let mut stream = beacon.stream();
        self.extend(name, Some(beacon), &mut stream, watch)
    }

    fn extend(&self, name: &str, beacon: Option<Beacon>, rng: &mut impl RngCore, watch: Watch<'_>) -> Option<Self> {
        if self.power != self.ceremony_power {
            return None;
        }
        let challenge = self.challenge();
        let (secrets, knowledge) = draw(&challenge, rng);
        let powers = multiply(&self.powers, &secrets, watch);

        let mut response = Blake2b::new();
        response.update(&challenge);
        powers.each_encoded::<Compressed>(&mut |bytes| response.update(bytes));
        let heads = Heads {
            tau_g1: powers.tau_g1[1],
            tau_g2: powers.tau_g2[1],
            alpha_g1: powers.alpha_g1[0],
            beta_g1: powers.beta_g1[0],
            beta_g2: powers.beta_g2,
        };
        let mut contribution =
            Contribution { heads, knowledge, hash_state: response.state(), next_challenge: [0; 64], name: cut(name).to_owned(), beacon };
        let mut next = Blake2b::new();
        next.update(&contribution.response());
        powers.each_encoded::<Plain>(&mut |bytes| next.update(bytes));
        contribution.next_challenge = next.finish();

        let mut contributions = self.contributions.clone();
        contributions.push(contribution);
        Some(Self { powers, contributions, ..*self })
    }
}

/// Factors of tau, alpha and beta, with the proofs: drawn in snarkjs's order, so that a beacon gives what it gives there.
pub(crate) fn draw(challenge: &[u8], rng: &mut impl RngCore) -> ([Secret; 3], [Knowledge; 3]) {
    let secrets: [Secret; 3] = std::array::from_fn(|_| nonzero(rng));
    let [tau, alpha, beta] = &secrets;
    let knowledge =
        [(tau, Personal::Tau), (alpha, Personal::Alpha), (beta, Personal::Beta)].map(|(x, personal)| Knowledge::prove(x, personal, challenge, rng));
    (secrets, knowledge)
}

fn nonzero(rng: &mut impl RngCore) -> Secret {
    loop {
        let secret = Secret(sampling::scalar(rng));
        if secret.0 != Fr::ZERO {
            return secret;
        }
    }
}

fn multiply(powers: &Powers, [tau, alpha, beta]: &[Secret; 3], watch: Watch<'_>) -> Powers {
    let total = powers.tau_g1.len() + powers.alpha_g1.len() + powers.beta_g1.len();
    let mut done = 0;
    let mut tell = |count| {
        done += count;
        watch(Progress { step: "multiplying the powers", done, total });
    };
    Powers {
        tau_g1: by_powers::<G1Affine>(&powers.tau_g1, &Fr::ONE, &tau.0, &mut tell),
        tau_g2: by_powers::<G2Affine>(&powers.tau_g2, &Fr::ONE, &tau.0, &mut |_| ()),
        alpha_g1: by_powers::<G1Affine>(&powers.alpha_g1, &alpha.0, &tau.0, &mut tell),
        beta_g1: by_powers::<G1Affine>(&powers.beta_g1, &beta.0, &tau.0, &mut tell),
        beta_g2: times(powers.beta_g2, &beta.0),
    }
}

/// Point `i` times `first * step^i`.
fn by_powers<A: AffineRepr<ScalarField = Fr>>(points: &[A], first: &Fr, step: &Fr, tell: &mut dyn FnMut(usize)) -> Vec<A>
where
    A::Group: CurveGroup<Affine = A>,
{
    let mut factor = Secret(*first);
    let mut multiplied = Vec::with_capacity(points.len());
    for chunk in points.chunks(CHUNK) {
        let scaled: Vec<A::Group> = chunk
            .iter()
            .map(|point| {
                let scaled = point.into_group() * factor.0;
                factor.0 *= step;
                scaled
            })
            .collect();
        multiplied.extend(A::Group::normalize_batch(&scaled));
        tell(chunk.len());
    }
    multiplied
}

/// `name` without what is longer than a file takes, cut between characters.
pub(crate) fn cut(name: &str) -> &str {
    let end = (0..=NAME_BYTES_MAX.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    &name[..end]
}
