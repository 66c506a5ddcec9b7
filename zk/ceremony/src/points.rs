//! Points as snarkjs writes them.
//!
//! | form | where | bytes of G1, G2 | what |
//! |---|---|---|---|
//! | Montgomery | in files | 64, 128 | x, y; each little endian in Montgomery form; of a quadratic element the constant part first |
//! | plain | in the next challenge | 64, 128 | x, y; each big endian; of a quadratic element the constant part *last* |
//! | compressed | in the response | 32, 64 | x as in the plain form; top bit set if y is the larger of the two roots |
//!
//! The identity has forms of its own there; nothing of a setup may be the identity, so it is refused here.

use ark_bn254::{Fq, Fq2};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field, PrimeField};

/// Why bytes are no point that may stand in a setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A coordinate is not below the field's modulus.
    #[error("a coordinate is not below the field's modulus")]
    Coordinate,
    /// Not on the curve.
    #[error("the point is not on the curve")]
    NotOnCurve,
    /// Not in the subgroup of prime order.
    #[error("the point is not in the subgroup of prime order")]
    NotInSubgroup,
    /// The identity.
    #[error("the point is the identity")]
    Identity,
}

/// A coordinate: an element of the base field or of its quadratic extension.
pub(crate) trait Coordinate: Field {
    const BYTES: usize;
    /// From `BYTES` bytes in Montgomery form; `None` if not below the modulus.
    fn from_montgomery(bytes: &[u8]) -> Option<Self>;
    fn write_montgomery(&self, out: &mut Vec<u8>);
    fn write_plain(&self, out: &mut Vec<u8>);
    /// True for the larger of `y` and `-y`.
    fn is_larger_root(&self) -> bool;
}

impl Coordinate for Fq {
    const BYTES: usize = 32;

    fn from_montgomery(bytes: &[u8]) -> Option<Self> {
        let mut limbs = [0u64; 4];
        for (limb, bytes) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().ok()?);
        }
        let number = BigInt::new(limbs);
        (number < Fq::MODULUS).then(|| Fq::new_unchecked(number))
    }

    fn write_montgomery(&self, out: &mut Vec<u8>) {
        self.0 .0.iter().for_each(|limb| out.extend(limb.to_le_bytes()));
    }

    fn write_plain(&self, out: &mut Vec<u8>) {
        out.extend(self.into_bigint().to_bytes_be());
    }

    fn is_larger_root(&self) -> bool {
        self.into_bigint() > Fq::MODULUS_MINUS_ONE_DIV_TWO
    }
}

impl Coordinate for Fq2 {
    const BYTES: usize = 64;

    fn from_montgomery(bytes: &[u8]) -> Option<Self> {
        let (constant, linear) = bytes.split_at_checked(32)?;
        Some(Fq2::new(Fq::from_montgomery(constant)?, Fq::from_montgomery(linear)?))
    }

    fn write_montgomery(&self, out: &mut Vec<u8>) {
        self.c0.write_montgomery(out);
        self.c1.write_montgomery(out);
    }

    fn write_plain(&self, out: &mut Vec<u8>) {
        self.c1.write_plain(out);
        self.c0.write_plain(out);
    }

    fn is_larger_root(&self) -> bool {
        if self.c1 == Fq::ZERO {
            self.c0.is_larger_root()
        } else {
            self.c1.is_larger_root()
        }
    }
}

/// A point of G1 or G2.
pub(crate) trait Point: AffineRepr {
    /// Bytes of the Montgomery and of the plain form.
    const BYTES: usize;
    fn from_montgomery(bytes: &[u8]) -> Result<Self, PointError>;
    fn write_montgomery(&self, out: &mut Vec<u8>);
    fn write_plain(&self, out: &mut Vec<u8>);
    fn write_compressed(&self, out: &mut Vec<u8>);
}

impl<C: SWCurveConfig> Point for Affine<C>
where
    C::BaseField: Coordinate,
{
    const BYTES: usize = 2 * C::BaseField::BYTES;

    fn from_montgomery(bytes: &[u8]) -> Result<Self, PointError> {
        let (x, y) = bytes.split_at_checked(C::BaseField::BYTES).ok_or(PointError::Coordinate)?;
        let read = |bytes| C::BaseField::from_montgomery(bytes).ok_or(PointError::Coordinate);
        let (x, y) = (read(x)?, read(y)?);
        if x == C::BaseField::ZERO && y == C::BaseField::ZERO {
            return Err(PointError::Identity);
        }
        let point = Self::new_unchecked(x, y);
        if !point.is_on_curve() {
            return Err(PointError::NotOnCurve);
        }
        if !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(PointError::NotInSubgroup);
        }
        Ok(point)
    }

    fn write_montgomery(&self, out: &mut Vec<u8>) {
        self.x.write_montgomery(out);
        self.y.write_montgomery(out);
    }

    fn write_plain(&self, out: &mut Vec<u8>) {
        self.x.write_plain(out);
        self.y.write_plain(out);
    }

    fn write_compressed(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.x.write_plain(out);
        if self.y.is_larger_root() {
            out[start] |= 0x80;
        }
    }
}
