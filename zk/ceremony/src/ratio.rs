//! Checking many points at once: random weights, two sums, two pairings.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use sha2::{Digest, Sha256};

/// Whether `b = x a` in G1 and `d = x c` in G2 for one `x`; false if any of the four is the identity.
pub(crate) fn same_ratio((a, b): (G1Affine, G1Affine), (c, d): (G2Affine, G2Affine)) -> bool {
    let identity = a.is_zero() || b.is_zero() || c.is_zero() || d.is_zero();
    !identity && Bn254::multi_pairing([a, (-b.into_group()).into_affine()], [d, c]) == ark_ec::pairing::PairingOutput::default()
}

/// Weights that nobody could know before the points were fixed: 128 bits of SHA-256 over a digest of the points and the place.
///
/// A sum of wrong points is right by chance with probability 2^-128 for each try.
pub(crate) struct Weights(Vec<Fr>);

impl Weights {
    /// `count` weights; `points` is a digest that covers every point they will weigh.
    pub(crate) fn new(points: &[u8], count: usize) -> Self {
        let weight = |place: u64| {
            let digest = Sha256::new().chain_update(b"govhub/zk/ceremony/weights/1").chain_update(points).chain_update(place.to_be_bytes()).finalize();
            Fr::from(digest[..16].iter().fold(0u128, |n, byte| n << 8 | u128::from(*byte)))
        };
        Self((0..count as u64).map(weight).collect())
    }

    /// The weighted sum of as many points as there are weights, or of all.
    pub(crate) fn sum<G: CurveGroup + VariableBaseMSM<MulBase = <G as CurveGroup>::Affine>>(&self, points: &[G::Affine]) -> G::Affine
    where
        G: ark_ec::PrimeGroup<ScalarField = Fr>,
    {
        G::msm_unchecked(points, &self.0[..points.len().min(self.0.len())]).into_affine()
    }
}
