//! Phase 1: powers of a secret tau, and of tau times alpha and beta, that nobody knows. Good for every circuit up to its size.
//!
//! With `n = 2^power` the powers are, in G1 written `[x]` and in G2 written `{x}`:
//!
//! | name | points | count |
//! |---|---|---|
//! | `tau_g1` | `[1], [tau], [tau^2], ..` | 2n - 1 |
//! | `tau_g2` | `{1}, {tau}, ..` | n |
//! | `alpha_g1` | `[alpha], [alpha tau], ..` | n |
//! | `beta_g1` | `[beta], [beta tau], ..` | n |
//! | `beta_g2` | `{beta}` | 1 |
//!
//! Files are snarkjs's `.ptau` ([`PowersOfTau::decode`], [`PowersOfTau::encode`]). Start at [`PowersOfTau::verify`].

mod contribute;
mod contribution;
mod error;
mod ptau;
#[cfg(test)]
mod tests;
mod verify;

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;

pub(crate) use contribute::cut;
#[cfg(test)]
pub(crate) use contribute::draw;
pub use contribution::{Contribution, Heads, CONTRIBUTIONS_MAX, NAME_BYTES_MAX};
pub use error::{ContributionFault, Fault, PtauError};
pub use ptau::PTAU_BYTES_MAX;

use crate::blake2b::{Blake2b, DIGEST_BYTES};
use crate::points::Point;

/// Largest powers that are read or made: a million constraints, 0.4 GB. Larger public files are cut down by `snarkjs powersoftau truncate`.
pub const POWER_MAX: u32 = 20;
/// Largest powers that a file may be cut down from: what the field has roots of unity for.
pub const CEREMONY_POWER_MAX: u32 = 28;

/// The points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Powers {
    /// Powers of tau in G1.
    pub tau_g1: Vec<G1Affine>,
    /// Powers of tau in G2.
    pub tau_g2: Vec<G2Affine>,
    /// alpha times powers of tau.
    pub alpha_g1: Vec<G1Affine>,
    /// beta times powers of tau.
    pub beta_g1: Vec<G1Affine>,
    /// beta in G2.
    pub beta_g2: G2Affine,
}

/// Powers with the contributions that made them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowersOfTau {
    power: u32,
    ceremony_power: u32,
    powers: Powers,
    contributions: Vec<Contribution>,
}

impl PowersOfTau {
    /// The powers before anyone contributed: every secret is one.
    ///
    /// # Panics
    /// If `power` is not from 1 to [`POWER_MAX`].
    pub fn new(power: u32) -> Self {
        assert!((1..=POWER_MAX).contains(&power), "powers of tau have a power of 1 to {POWER_MAX}, not {power}");
        let n = 1usize << power;
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        let powers = Powers { tau_g1: vec![one; 2 * n - 1], tau_g2: vec![two; n], alpha_g1: vec![one; n], beta_g1: vec![one; n], beta_g2: two };
        Self { power, ceremony_power: power, powers, contributions: Vec::new() }
    }

    /// Binary logarithm of the largest domain.
    pub fn power(&self) -> u32 {
        self.power
    }

    /// The points.
    pub fn powers(&self) -> &Powers {
        &self.powers
    }

    /// Who contributed, in order.
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }

    /// The hash that the next contribution answers: it covers everything so far.
    pub fn challenge(&self) -> [u8; DIGEST_BYTES] {
        self.challenge_before(self.contributions.len())
    }

    /// The hash that contribution `index`, from 0, answers.
    fn challenge_before(&self, index: usize) -> [u8; DIGEST_BYTES] {
        match index.checked_sub(1).and_then(|last| self.contributions.get(last)) {
            Some(last) => last.next_challenge,
            None => first_challenge(self.ceremony_power),
        }
    }

    /// The points that contribution `index`, from 0, multiplied.
    fn heads_before(&self, index: usize) -> Heads {
        index.checked_sub(1).and_then(|last| self.contributions.get(last)).map_or_else(Heads::one, |last| last.heads)
    }
}

impl Powers {
    /// Hands every point, in the file's order and the form that `write` writes, to `take` in pieces.
    fn each_encoded<W: PointWriter>(&self, take: &mut impl FnMut(&[u8])) {
        for chunk in self.tau_g1.chunks(CHUNK) {
            take(&encode::<W, _>(chunk));
        }
        for chunk in self.tau_g2.chunks(CHUNK) {
            take(&encode::<W, _>(chunk));
        }
        for chunk in self.alpha_g1.chunks(CHUNK).chain(self.beta_g1.chunks(CHUNK)) {
            take(&encode::<W, _>(chunk));
        }
        take(&encode::<W, _>(&[self.beta_g2]));
    }
}

/// Points handled at once: a megabyte or so.
const CHUNK: usize = 1 << 13;

/// One of the forms of a point.
trait PointWriter {
    fn write<P: Point>(point: &P, out: &mut Vec<u8>);
}

/// The form of the next challenge.
struct Plain;
/// The form of the response.
struct Compressed;

impl PointWriter for Plain {
    fn write<P: Point>(point: &P, out: &mut Vec<u8>) {
        point.write_plain(out);
    }
}

impl PointWriter for Compressed {
    fn write<P: Point>(point: &P, out: &mut Vec<u8>) {
        point.write_compressed(out);
    }
}

fn encode<W: PointWriter, P: Point>(points: &[P]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(points.len() * P::BYTES);
    points.iter().for_each(|point| W::write(point, &mut bytes));
    bytes
}

/// The hash of powers that nobody contributed to.
///
/// Hashes as many bytes as the powers would have: of 2^28 a hundred gigabytes, some minutes.
fn first_challenge(power: u32) -> [u8; DIGEST_BYTES] {
    let n = 1usize << power;
    let (one, two) = (encode::<Plain, _>(&[G1Affine::generator()]), encode::<Plain, _>(&[G2Affine::generator()]));
    let mut hash = Blake2b::new();
    hash.update(&Blake2b::new().finish());
    (0..2 * n - 1).for_each(|_| hash.update(&one));
    (0..n).for_each(|_| hash.update(&two));
    (0..2 * n).for_each(|_| hash.update(&one));
    hash.update(&two);
    hash.finish()
}
