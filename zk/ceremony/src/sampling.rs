//! Scalars and points from a stream of random words, drawn as snarkjs draws them: whoever has the seed must get the same.
//!
//! Source: `ffjavascript` 0.3 (`chacha.js`, `wasm_field1.js`, `wasm_curve.js`): ChaCha20 with a 256-bit key, 64-bit words high half first,
//! candidates cut to the field's bit length, taken as Montgomery forms, and drawn again if not below the modulus.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, Field, Fp, MontBackend, MontConfig, PrimeField};
use ark_std::rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::points::Coordinate;

/// The stream whose key is `seed`, read as eight big-endian words.
pub(crate) fn stream(seed: &[u8; 32]) -> ChaCha20Rng {
    let mut key = *seed;
    key.chunks_exact_mut(4).for_each(<[u8]>::reverse);
    ChaCha20Rng::from_seed(key)
}

/// A scalar.
pub(crate) fn scalar(rng: &mut impl RngCore) -> Fr {
    element(rng)
}

/// A point of G1.
pub(crate) fn g1(rng: &mut impl RngCore) -> G1Affine {
    point(rng, |rng| element::<_>(rng))
}

/// A point of G2, of unknown discrete logarithm.
pub(crate) fn g2(rng: &mut impl RngCore) -> G2Affine {
    point(rng, |rng| {
        let constant: Fq = element(rng);
        Fq2::new(constant, element(rng))
    })
}

fn element<T: MontConfig<4>>(rng: &mut impl RngCore) -> Fp<MontBackend<T, 4>, 4> {
    let spare = 64 * 4 - Fp::<MontBackend<T, 4>, 4>::MODULUS_BIT_SIZE;
    loop {
        let mut limbs: [u64; 4] = std::array::from_fn(|_| u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32()));
        limbs[3] &= u64::MAX >> spare;
        let number = BigInt::new(limbs);
        if number < T::MODULUS {
            return Fp::new_unchecked(number);
        }
    }
}

fn point<C: SWCurveConfig, R: RngCore>(rng: &mut R, x: impl Fn(&mut R) -> C::BaseField) -> Affine<C>
where
    C::BaseField: Coordinate,
{
    loop {
        let x = x(rng);
        let larger = rng.next_u32() & 1 == 1;
        let Some(root) = (x.square() * x + C::COEFF_B).sqrt() else { continue };
        let y = if root.is_larger_root() == larger { root } else { -root };
        return Affine::<C>::new_unchecked(x, y).mul_by_cofactor();
    }
}
