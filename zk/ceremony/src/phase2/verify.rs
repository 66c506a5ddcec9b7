//! Checking a circuit's setup: the whole of it from its start, or one step from the file before.

use ark_bn254::{G1Affine, G1Projective, G2Affine};
use ark_ec::AffineRepr;

use super::contribute::draw;
use super::{Ceremony, Changing, Contribution, ContributionFault, Fault, Start, CONTRIBUTORS_MIN};
use crate::knowledge::Personal;
use crate::progress::{Progress, Watch};
use crate::ratio::{same_ratio, Weights};

impl Ceremony {
    /// Checks everything against the computed start: that it is about the same, each contribution against the one before, the points now
    /// against the last contribution and against the start.
    ///
    /// # Errors
    /// [`Fault`]: the first bad contribution by its number, or the part of the points.
    ///
    /// # Not checked
    /// Who stands behind a name, that a party forgot its secret (one who did is enough), and that enough people took part:
    /// [`Ceremony::is_complete`].
    pub fn verify(&self, start: &Start, watch: Watch<'_>) -> Result<(), Fault> {
        self.same_subject(start)?;
        let total = self.contributions.len() + 2;
        for index in 0..self.contributions.len() {
            self.check_link(index)?;
            watch(Progress { step: "checking contributions and queries", done: index + 1, total });
        }
        let begin = start.changing();
        self.check_now(&begin)?;
        let queries = [("H", &begin.h, &self.now.h), ("L", &begin.l, &self.now.l)];
        for (part, (query, before, after)) in queries.into_iter().enumerate() {
            if !divided(before, after, (begin.delta_g2, self.now.delta_g2), &self.covering()) {
                let (last, name) = (self.contributions.len(), self.contributions.last().map(|last| last.name.clone()).unwrap_or_default());
                return Err(Fault::Query { query, last, name });
            }
            watch(Progress { step: "checking contributions and queries", done: self.contributions.len() + part + 1, total });
        }
        Ok(())
    }

    /// Checks that this file continues `before` by contributions that are good, in which exactly the last changed the queries of `before`.
    /// With the files of a chain in hand, this names the contribution that spoiled a query.
    ///
    /// # Errors
    /// [`Fault`], naming the contribution.
    ///
    /// # Not checked
    /// That `before` is good.
    pub fn verify_after(&self, before: &Ceremony) -> Result<(), Fault> {
        if self.subject != before.subject {
            return Err(Fault::NotNext("they are about different things"));
        }
        let known = before.contributions.len();
        if self.contributions.len() != known + 1 {
            return Err(Fault::NotNext("it has not exactly one contribution more"));
        }
        if self.contributions[..known] != before.contributions {
            return Err(Fault::NotNext("it changes earlier contributions"));
        }
        self.check_link(known)?;
        self.check_now(&before.now)?;
        let deltas = (before.now.delta_g2, self.now.delta_g2);
        for (query, old, new) in [("H", &before.now.h, &self.now.h), ("L", &before.now.l, &self.now.l)] {
            if !divided(old, new, deltas, &self.covering()) {
                return Err(self.fault(known, ContributionFault::Query(query)));
            }
        }
        Ok(())
    }

    /// Whether keys may be made: enough people, then one beacon, then nobody.
    ///
    /// # Errors
    /// [`Fault::TooFew`], [`Fault::NotClosed`], [`Fault::AfterBeacon`].
    pub fn is_complete(&self) -> Result<(), Fault> {
        let people = self.contributions.iter().take_while(|contribution| contribution.beacon.is_none()).count();
        if people < CONTRIBUTORS_MIN {
            return Err(Fault::TooFew { found: people, min: CONTRIBUTORS_MIN });
        }
        match &self.contributions[people..] {
            [] => Err(Fault::NotClosed),
            [_beacon] => Ok(()),
            [_beacon, after, ..] => Err(Fault::AfterBeacon { index: people + 2, name: after.name.clone() }),
        }
    }

    fn same_subject(&self, start: &Start) -> Result<(), Fault> {
        let (ours, theirs) = (&self.subject, &start.subject);
        let equal = [
            ("circuit", ours.circuit == theirs.circuit && ours.fingerprint == theirs.fingerprint),
            ("phase 1", ours.phase1 == theirs.phase1),
            ("kind of network", ours.origin == theirs.origin),
            ("start", ours.start == theirs.start),
        ];
        equal.iter().find(|(_, equal)| !equal).map_or(Ok(()), |(name, _)| Err(Fault::OtherSubject(name)))
    }

    /// Contribution `index`, from 0, against the one before.
    fn check_link(&self, index: usize) -> Result<(), Fault> {
        let contribution = &self.contributions[index];
        let delta_before = index.checked_sub(1).map_or(G1Affine::generator(), |last| self.contributions[last].delta_g1);
        check(contribution, delta_before, &self.transcript_before(index)).map_err(|why| self.fault(index, why))
    }

    /// The points now against what the last contribution states, and their lengths against `before`.
    fn check_now(&self, before: &Changing) -> Result<(), Fault> {
        for (query, expected, found) in [("H", before.h.len(), self.now.h.len()), ("L", before.l.len(), self.now.l.len())] {
            if expected != found {
                return Err(Fault::Length(query));
            }
        }
        let one = G1Affine::generator();
        let stated = self.contributions.last().map_or(one, |last| last.delta_g1);
        let last = self.contributions.len().saturating_sub(1);
        if self.now.delta_g1 != stated || self.contributions.last().is_some_and(|last| last.points != self.now.digest()) {
            return Err(self.fault(last, ContributionFault::Points));
        }
        if !same_ratio((one, self.now.delta_g1), (G2Affine::generator(), self.now.delta_g2)) {
            return Err(Fault::DeltaInG2);
        }
        Ok(())
    }

    /// A digest that covers the start, the points after each contribution, and those now: whichever two of them are compared.
    fn covering(&self) -> [u8; 64] {
        let mut both = [0; 64];
        both[..32].copy_from_slice(&self.transcript());
        both[32..].copy_from_slice(&self.now.digest());
        both
    }

    fn fault(&self, index: usize, why: ContributionFault) -> Fault {
        let name = self.contributions.get(index).map(|contribution| contribution.name.clone()).unwrap_or_default();
        Fault::Contribution { index: index + 1, name, why }
    }
}

/// Whether `contribution` proves its secret after `transcript` and leaves `delta_before` times it.
fn check(contribution: &Contribution, delta_before: G1Affine, transcript: &[u8; 32]) -> Result<(), ContributionFault> {
    if let Some(beacon) = &contribution.beacon {
        let (_, _, expected) = draw(transcript, &mut beacon.stream());
        if contribution.knowledge != expected {
            return Err(ContributionFault::Beacon);
        }
    }
    let ratio = contribution.knowledge.check(Personal::Delta, transcript).ok_or(ContributionFault::Knowledge)?;
    if same_ratio((delta_before, contribution.delta_g1), ratio) {
        Ok(())
    } else {
        Err(ContributionFault::DoesNotFollow)
    }
}

/// Whether `after` is `before` divided by what takes the first delta to the second, point by point. `digest` covers both.
fn divided(before: &[G1Affine], after: &[G1Affine], (delta_before, delta_after): (G2Affine, G2Affine), digest: &[u8]) -> bool {
    let weights = Weights::new(digest, before.len());
    let (old, new) = (weights.sum::<G1Projective>(before), weights.sum::<G1Projective>(after));
    // A query of which every point is the identity has nothing to divide.
    (old.is_zero() && new.is_zero()) || same_ratio((new, old), (delta_before, delta_after))
}
