//! Proof that a party knows the secret it multiplied by.
//!
//! With a random `s` in G1, the party publishes `s`, `x s`, and `x R`, where `R` in G2 is hashed from the transcript so far and the first two.
//! Nobody knows the logarithm of `R`, so whoever can multiply it by `x` knows `x`; and because the transcript goes in, a proof cannot be
//! taken from another place of the chain. The ratio `(R, x R)` is then what the new powers are compared with.
//!
//! Source: Bowe, Gabizon, Miers 2017, section 3 (`POK`); personalisation and encoding as in snarkjs 0.7 (`keypair.js`).

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::CurveGroup;
use ark_std::rand::RngCore;

use crate::blake2b::Blake2b;
use crate::points::Point;
use crate::ratio::same_ratio;
use crate::sampling;
use crate::secret::Secret;

/// Which secret is meant, so that a proof for one is none for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Personal {
    Tau = 0,
    Alpha = 1,
    Beta = 2,
    /// Phase 2; snarkjs hashes another way there, so the number is ours.
    Delta = 3,
}

/// A proof of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// A random point of G1.
    pub s: G1Affine,
    /// The same times the secret.
    pub sx: G1Affine,
    /// The transcript's point of G2 times the secret.
    pub rx: G2Affine,
}

impl Knowledge {
    /// Proves knowledge of `secret` after `transcript`.
    pub(crate) fn prove(secret: &Secret, personal: Personal, transcript: &[u8], rng: &mut impl RngCore) -> Self {
        let s = sampling::g1(rng);
        let sx = times(s, &secret.0);
        Self { s, sx, rx: times(base(personal, transcript, &s, &sx), &secret.0) }
    }

    /// The pair `(R, x R)` if the proof holds after `transcript`.
    pub(crate) fn check(&self, personal: Personal, transcript: &[u8]) -> Option<(G2Affine, G2Affine)> {
        let r = base(personal, transcript, &self.s, &self.sx);
        same_ratio((self.s, self.sx), (r, self.rx)).then_some((r, self.rx))
    }
}

/// `point` times `scalar`.
pub(crate) fn times<A: ark_ec::AffineRepr<ScalarField = Fr>>(point: A, scalar: &Fr) -> A
where
    A::Group: CurveGroup<Affine = A>,
{
    (point.into_group() * *scalar).into_affine()
}

fn base(personal: Personal, transcript: &[u8], s: &G1Affine, sx: &G1Affine) -> G2Affine {
    let (mut plain_s, mut plain_sx) = (Vec::new(), Vec::new());
    s.write_plain(&mut plain_s);
    sx.write_plain(&mut plain_sx);
    let digest = Blake2b::digest(&[&[personal as u8], transcript, &plain_s, &plain_sx]);
    let seed = digest.first_chunk::<32>().expect("64 bytes");
    sampling::g2(&mut sampling::stream(seed))
}
