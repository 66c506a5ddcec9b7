//! Adding one's part to a circuit's setup.

use ark_bn254::{G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use ark_std::rand::{CryptoRng, RngCore};

use super::{Ceremony, Changing, Contribution};
use crate::beacon::Beacon;
use crate::knowledge::{times, Knowledge, Personal};
use crate::phase1::cut;
use crate::progress::{Progress, Watch};
use crate::sampling;
use crate::secret::Secret;

/// Points multiplied between two words to whoever waits.
const CHUNK: usize = 1 << 11;

impl Ceremony {
    /// The ceremony with a secret from `rng` multiplied in. The secret is wiped before this returns.
    ///
    /// * `name`: who contributes, at most 64 bytes; longer names are cut
    ///
    /// # Not checked
    /// That the ceremony is good so far: verify it before, or the work is lost.
    pub fn contribute(&self, name: &str, rng: &mut (impl RngCore + CryptoRng), watch: Watch<'_>) -> Self {
        self.extend(name, None, rng, watch)
    }

    /// The ceremony closed by `beacon`, which everyone can repeat.
    pub fn close(&self, name: &str, beacon: Beacon, watch: Watch<'_>) -> Self {
        let mut stream = beacon.stream();
        self.extend(name, Some(beacon), &mut stream, watch)
    }

    fn extend(&self, name: &str, beacon: Option<Beacon>, rng: &mut impl RngCore, watch: Watch<'_>) -> Self {
        let (secret, inverse, knowledge) = draw(&self.transcript(), rng);
        let total = self.now.h.len() + self.now.l.len();
        let mut done = 0;
        let mut divide = |points: &[G1Affine]| {
            let mut divided = Vec::with_capacity(points.len());
            for chunk in points.chunks(CHUNK) {
                let scaled: Vec<G1Projective> = chunk.iter().map(|point| point.into_group() * inverse.0).collect();
                divided.extend(G1Projective::normalize_batch(&scaled));
                done += chunk.len();
                watch(Progress { step: "dividing the queries", done, total });
            }
            divided
        };
        let now = Changing {
            delta_g1: times(self.now.delta_g1, &secret.0),
            delta_g2: times(self.now.delta_g2, &secret.0),
            h: divide(&self.now.h),
            l: divide(&self.now.l),
        };
        let mut contributions = self.contributions.clone();
        contributions.push(Contribution { name: cut(name).to_owned(), beacon, knowledge, delta_g1: now.delta_g1, points: now.digest() });
        Self { subject: self.subject.clone(), contributions, now }
    }
}

/// A secret with its inverse, and the proof of knowing it after `transcript`.
pub(super) fn draw(transcript: &[u8; 32], rng: &mut impl RngCore) -> (Secret, Secret, Knowledge) {
    loop {
        let secret = Secret(sampling::scalar(rng));
        // Zero alone has no inverse.
        let Some(inverse) = secret.0.inverse().map(Secret) else { continue };
        let knowledge = Knowledge::prove(&secret, Personal::Delta, transcript, rng);
        return (secret, inverse, knowledge);
    }
}
