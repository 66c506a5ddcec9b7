//! Schnorr signatures on the embedded curve, with a Poseidon challenge.
//!
//! `s*G = R + e*P` with `e = H(SIGNATURE, R.x, R.y, P.x, P.y, message)`, taken as the integer in `[0, p)`. `G` generates the subgroup of prime order.
//!
//! **Relation to Baby Jubjub.** On BN254 the curve is `ed-on-bn254`, `x^2 + y^2 = 1 + d x^2 y^2` with a = 1. Baby Jubjub as circomlib writes it has a = 168700;
//! the two are the same curve under `x -> x * sqrt(168700)`, so keys of circomlib's EdDSA are *not* byte compatible without that scaling, and the
//! challenge hash differs (circomlib's has no domain tag).
//!
//! **Who checks what.** The gadget checks that `R` is on the curve. It does *not* check `P`: the statement takes `P` from a leaf of the authorised-issuer
//! tree, and [`PublicKey::new`] is the native check made before a key gets there (on the curve, in the prime-order subgroup, not the identity).
//! Then `s*G` and `e*P` lie in the subgroup, so `R` does too. The addition law is complete on this curve (a is a square, d is not), so no denominator vanishes
//! for points on it.
//!
//! Source: Schnorr 1991 with key prefixing (Bernstein 2015); curve from `ark-ed-on-bn254`.

use ark_ec::twisted_edwards::{Affine, Projective, TECurveConfig};
#[cfg(feature = "constraints")]
use ark_ec::AdditiveGroup;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, PrimeField, Zero};
#[cfg(feature = "constraints")]
use ark_r1cs_std::fields::fp::FpVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::groups::curves::twisted_edwards::AffineVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::prelude::*;
#[cfg(feature = "constraints")]
use ark_relations::gr1cs::{ConstraintSystemRef, SynthesisError};
use thiserror::Error;

use crate::domain;
use crate::poseidon::Poseidon;

type Base<P> = <P as ark_ec::CurveConfig>::BaseField;
type Scalar<P> = <P as ark_ec::CurveConfig>::ScalarField;
#[cfg(feature = "constraints")]
type PointVar<P> = AffineVar<P, FpVar<Base<P>>>;

/// Why a point is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The coordinates do not satisfy the curve equation.
    #[error("public key is not on the curve")]
    NotOnCurve,
    /// On the curve, but with a component of small order.
    #[error("public key is not in the subgroup of prime order")]
    NotInSubgroup,
    /// The neutral element.
    #[error("public key is the identity")]
    Identity,
}

/// An issuer's key that passed the native checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey<P: TECurveConfig>(Affine<P>);

impl<P: TECurveConfig> PublicKey<P> {
    /// Checks the point with affine coordinates `x`, `y`.
    ///
    /// # Errors
    /// [`KeyError`] for a point off the curve, of small order, or the identity.
    pub fn new(x: Base<P>, y: Base<P>) -> Result<Self, KeyError> {
        let point = Affine::<P>::new_unchecked(x, y);
        if !point.is_on_curve() {
            return Err(KeyError::NotOnCurve);
        }
        if point.is_zero() {
            return Err(KeyError::Identity);
        }
        if !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(KeyError::NotInSubgroup);
        }
        Ok(Self(point))
    }

    /// The key of `secret`; `None` for the secret zero.
    pub fn of_secret(secret: Scalar<P>) -> Option<Self> {
        (!secret.is_zero()).then(|| Self((Projective::<P>::generator() * secret).into_affine()))
    }

    /// Affine coordinates.
    pub fn coordinates(&self) -> (Base<P>, Base<P>) {
        (self.0.x, self.0.y)
    }
}

/// A signature: the commitment point `R` and the response `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature<P: TECurveConfig> {
    /// Commitment.
    pub r: Affine<P>,
    /// Response.
    pub s: Scalar<P>,
}

/// Signs `message` with `secret`; `nonce` must be uniform, secret and never used for two messages (the caller derives it from secret and message).
///
/// `None` for a zero secret or nonce.
pub fn sign<P: TECurveConfig>(poseidon: &Poseidon<Base<P>>, secret: Scalar<P>, nonce: Scalar<P>, message: Base<P>) -> Option<Signature<P>>
where
    Base<P>: PrimeField,
{
    let public = PublicKey::<P>::of_secret(secret)?;
    let r = PublicKey::<P>::of_secret(nonce)?.0;
    let e = challenge(poseidon, &r, &public, message);
    Some(Signature { r, s: nonce + scalar_of::<P>(e) * secret })
}

/// Verifies `signature` over `message`.
pub fn verify<P: TECurveConfig>(poseidon: &Poseidon<Base<P>>, public: &PublicKey<P>, message: Base<P>, signature: &Signature<P>) -> bool
where
    Base<P>: PrimeField,
{
    let e = challenge(poseidon, &signature.r, public, message);
    signature.r.is_on_curve() && Projective::<P>::generator() * signature.s == signature.r.into_group() + public.0.into_group() * scalar_of::<P>(e)
}

fn challenge<P: TECurveConfig>(poseidon: &Poseidon<Base<P>>, r: &Affine<P>, public: &PublicKey<P>, message: Base<P>) -> Base<P>
where
    Base<P>: PrimeField,
{
    poseidon.hash(&[Base::<P>::from(domain::SIGNATURE), r.x, r.y, public.0.x, public.0.y, message])
}

/// The challenge as a scalar: the integer in `[0, p)` reduced by the order of the subgroup, which is what multiplying by its bits does.
fn scalar_of<P: TECurveConfig>(e: Base<P>) -> Scalar<P>
where
    Base<P>: PrimeField,
{
    Scalar::<P>::from_le_bytes_mod_order(&e.into_bigint().to_bytes_le())
}

/// Enforces that `signature` by the key `(x, y)` over `message` verifies.
///
/// # Not checked
/// The key itself: see the module's "who checks what".
#[cfg(feature = "constraints")]
pub fn enforce_signature<P: TECurveConfig>(
    cs: &ConstraintSystemRef<Base<P>>,
    poseidon: &Poseidon<Base<P>>,
    (x, y): (&FpVar<Base<P>>, &FpVar<Base<P>>),
    message: &FpVar<Base<P>>,
    signature: &Signature<P>,
) -> Result<(), SynthesisError>
where
    Base<P>: PrimeField,
{
    let rx = FpVar::new_witness(cs.clone(), || Ok(signature.r.x))?;
    let ry = FpVar::new_witness(cs.clone(), || Ok(signature.r.y))?;
    enforce_on_curve::<P>(&rx, &ry)?;
    let tag = FpVar::constant(Base::<P>::from(domain::SIGNATURE));
    let e = poseidon.hash_var(&[tag, rx.clone(), ry.clone(), x.clone(), y.clone(), message.clone()])?;
    // The canonical decomposition: e + p has no second one (Z1).
    let e_bits = e.to_bits_le()?;
    let s = signature.s.into_bigint().to_bits_le();
    let s_bits = (0..Scalar::<P>::MODULUS_BIT_SIZE as usize)
        .map(|i| Boolean::new_witness(cs.clone(), || Ok(s[i])))
        .collect::<Result<Vec<_>, _>>()?;
    let left = multiply_generator::<P>(&s_bits);
    let right = multiply::<P>(&AffineVar::new(x.clone(), y.clone()), &e_bits)? + AffineVar::new(rx, ry);
    left.x.enforce_equal(&right.x)?;
    left.y.enforce_equal(&right.y)
}

/// `a x^2 + y^2 = 1 + d x^2 y^2`.
#[cfg(feature = "constraints")]
fn enforce_on_curve<P: TECurveConfig>(x: &FpVar<Base<P>>, y: &FpVar<Base<P>>) -> Result<(), SynthesisError>
where
    Base<P>: PrimeField,
{
    let (x2, y2) = (x.square()?, y.square()?);
    (&x2 * P::COEFF_A + &y2 - FpVar::one()).enforce_equal(&((&x2 * &y2) * P::COEFF_D))
}

/// The scalar with `bits` times the generator, by constant two-bit windows.
#[cfg(feature = "constraints")]
fn multiply_generator<P: TECurveConfig>(bits: &[Boolean<Base<P>>]) -> PointVar<P>
where
    Base<P>: PrimeField,
{
    let mut base = Projective::<P>::generator();
    let mut sum: Option<PointVar<P>> = None;
    for window in bits.chunks(2) {
        let multiples = Projective::normalize_batch(&[base, base.double(), base.double() + base]);
        let low = FpVar::from(window[0].clone());
        let point = match window.get(1) {
            Some(high) => {
                let high = FpVar::from(high.clone());
                let both = &low * &high;
                // Linear in the three products, so a window costs one constraint and the addition.
                let pick = |zero: Base<P>, c: [Base<P>; 3]| -> FpVar<Base<P>> {
                    &low * (c[0] - zero) + &high * (c[1] - zero) + &both * (c[2] - c[1] - c[0] + zero) + zero
                };
                let one = Base::<P>::from(1u64);
                AffineVar::new(
                    pick(Base::<P>::zero(), [multiples[0].x, multiples[1].x, multiples[2].x]),
                    pick(one, [multiples[0].y, multiples[1].y, multiples[2].y]),
                )
            }
            None => {
                let one = Base::<P>::from(1u64);
                AffineVar::new(&low * multiples[0].x, &low * (multiples[0].y - one) + one)
            }
        };
        sum = Some(match sum {
            None => point,
            Some(sum) => sum + point,
        });
        base = base.double().double();
    }
    sum.expect("a scalar has bits")
}

/// The scalar with `bits` times `point`, most significant window first.
#[cfg(feature = "constraints")]
fn multiply<P: TECurveConfig>(point: &PointVar<P>, bits: &[Boolean<Base<P>>]) -> Result<PointVar<P>, SynthesisError>
where
    Base<P>: PrimeField,
{
    let double = point.double()?;
    let triple = &double + point;
    let (zero, one) = (FpVar::<Base<P>>::zero(), FpVar::<Base<P>>::one());
    let mut sum: Option<PointVar<P>> = None;
    for window in bits.chunks(2).rev() {
        let low = FpVar::from(window[0].clone());
        let high = window.get(1).map_or_else(FpVar::zero, |bit| FpVar::from(bit.clone()));
        let pick = |c: [&FpVar<Base<P>>; 4]| -> FpVar<Base<P>> {
            let without = c[0] + &low * (c[1] - c[0]);
            let with = c[2] + &low * (c[3] - c[2]);
            &without + &high * (&with - &without)
        };
        let multiple = AffineVar::new(pick([&zero, &point.x, &double.x, &triple.x]), pick([&one, &point.y, &double.y, &triple.y]));
        sum = Some(match sum {
            None => multiple,
            Some(sum) => sum.double()?.double()? + multiple,
        });
    }
    Ok(sum.expect("a scalar has bits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness, Cheat};
    use ark_bn254::Fr;
    use ark_ec::twisted_edwards::Affine;
    use ark_ed_on_bn254::{EdwardsConfig, Fr as EmbeddedScalar};
    use ark_ff::One;
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = EmbeddedScalar> {
        any::<[u8; 32]>().prop_map(|bytes| EmbeddedScalar::from_le_bytes_mod_order(&bytes)).prop_filter("not zero", |s| !s.is_zero())
    }

    fn constraints_accept(key: (Fr, Fr), message: Fr, signature: &Signature<EdwardsConfig>) -> bool {
        let poseidon = Poseidon::new();
        solve(|cs| {
            let (x, y) = (witness(&cs, key.0)?, witness(&cs, key.1)?);
            enforce_signature::<EdwardsConfig>(&cs, &poseidon, (&x, &y), &witness(&cs, message)?, signature)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn a_good_signature_verifies_twice_and_a_bent_one_never(secret in scalar(), nonce in scalar(), message in field()) {
            let poseidon = Poseidon::new();
            let key = PublicKey::<EdwardsConfig>::of_secret(secret).expect("not zero");
            let good = sign(&poseidon, secret, nonce, message).expect("not zero");
            prop_assert!(verify(&poseidon, &key, message, &good));
            prop_assert!(constraints_accept(key.coordinates(), message, &good));

            let other_message = message + Fr::one();
            let bent_s = Signature { s: good.s + EmbeddedScalar::one(), ..good };
            let bent_r = Signature { r: (good.r + Affine::<EdwardsConfig>::generator()).into_affine(), ..good };
            let off_curve = Signature { r: Affine::new_unchecked(good.r.x + Fr::one(), good.r.y), ..good };
            prop_assert!(!verify(&poseidon, &key, other_message, &good) && !constraints_accept(key.coordinates(), other_message, &good));
            for bent in [bent_s, bent_r, off_curve] {
                prop_assert!(!verify(&poseidon, &key, message, &bent));
                prop_assert!(!constraints_accept(key.coordinates(), message, &bent));
            }
        }
    }

    #[test]
    fn the_challenge_covers_the_whole_statement() {
        // Z23: a challenge that left anything out could be answered first and the rest chosen afterwards.
        let poseidon = Poseidon::new();
        let point = |n: u64| PublicKey::<EdwardsConfig>::of_secret(EmbeddedScalar::from(n)).expect("not zero");
        let of = |r: u64, key: u64, message: u64| challenge(&poseidon, &point(r).0, &point(key), Fr::from(message));
        let base = of(2, 3, 4);
        assert!(of(2, 3, 4) == base && of(5, 3, 4) != base && of(2, 5, 4) != base && of(2, 3, 5) != base);
        // Each coordinate for itself: the mirrored point differs in x alone.
        let mirrored = |p: Affine<EdwardsConfig>| Affine::new_unchecked(-p.x, p.y);
        assert_ne!(challenge(&poseidon, &mirrored(point(2).0), &point(3), Fr::from(4u64)), base);
        assert_ne!(challenge(&poseidon, &point(2).0, &PublicKey(mirrored(point(3).0)), Fr::from(4u64)), base);
        assert_ne!(challenge(&poseidon, &Affine::new_unchecked(point(2).0.x, Fr::one()), &point(3), Fr::from(4u64)), base);
    }

    #[test]
    fn a_challenge_plus_the_modulus_is_no_second_challenge() {
        // Z1: the cheat answers e + p, which is the same field element and another scalar, decomposes it so, and computes on from there.
        let poseidon = Poseidon::new();
        let (secret, message) = (EmbeddedScalar::from(77u64), Fr::from(4u64));
        let key = PublicKey::<EdwardsConfig>::of_secret(secret).expect("not zero");
        let bits_of = |n: <Fr as PrimeField>::BigInt| n.to_bits_le()[..Fr::MODULUS_BIT_SIZE as usize].iter().map(|bit| Fr::from(*bit)).collect::<Vec<_>>();
        // About a quarter of all challenges leaves room for p in 254 bits.
        let (nonce, e, alias) = (2u64..)
            .find_map(|n| {
                let e = challenge(&poseidon, &PublicKey::<EdwardsConfig>::of_secret(EmbeddedScalar::from(n))?.0, &key, message);
                let mut alias = e.into_bigint();
                (!alias.add_with_carry(&Fr::MODULUS) && alias.num_bits() <= Fr::MODULUS_BIT_SIZE).then_some((EmbeddedScalar::from(n), e, alias))
            })
            .expect("a quarter of all");
        let honest = sign(&poseidon, secret, nonce, message).expect("not zero");
        let response_to_alias = nonce + EmbeddedScalar::from_le_bytes_mod_order(&alias.to_bytes_le()) * secret;
        let forged = Signature { s: response_to_alias, ..honest };
        assert!(!verify(&poseidon, &key, message, &forged));
        let build = |signature: &Signature<EdwardsConfig>| {
            Cheat::new(|cs| {
                let (x, y) = (witness(&cs, key.coordinates().0)?, witness(&cs, key.coordinates().1)?);
                enforce_signature::<EdwardsConfig>(&cs, &poseidon, (&x, &y), &witness(&cs, message)?, signature)
            })
        };
        assert!(build(&honest).broken().is_empty());
        let mut cheat = build(&forged);
        let equation = cheat.broken();
        assert_eq!(equation.len(), 2, "decomposed honestly, both coordinates of the equation break");
        let start = cheat.find(&bits_of(e.into_bigint())).expect("the bits stand together");
        let alias_bits = bits_of(alias);
        cheat.values[start..start + alias_bits.len()].copy_from_slice(&alias_bits);
        cheat.compute_on(start + alias_bits.len() - 1);
        // The equation holds now; what remains is the check that the bits are a number below the modulus.
        let left = cheat.broken();
        assert!(!left.is_empty() && left.iter().all(|row| !equation.contains(row)), "{left:?} of the equation {equation:?}");
        cheat.values[start..start + alias_bits.len()].copy_from_slice(&bits_of(e.into_bigint()));
        cheat.compute_on(start + alias_bits.len() - 1);
        assert_eq!(cheat.broken().len(), 2, "back where it was: computing on is no cheat by itself");
    }

    #[test]
    fn a_key_off_the_curve_of_small_order_or_identity_is_refused() {
        let key = |x: Fr, y: Fr| PublicKey::<EdwardsConfig>::new(x, y);
        assert_eq!(key(Fr::from(0u64), Fr::one()).err(), Some(KeyError::Identity));
        assert_eq!(key(Fr::from(0u64), -Fr::one()).err(), Some(KeyError::NotInSubgroup), "the point of order two");
        assert_eq!(key(Fr::from(2u64), Fr::from(3u64)).err(), Some(KeyError::NotOnCurve));
        let good = PublicKey::<EdwardsConfig>::of_secret(EmbeddedScalar::from(7u64)).expect("not zero");
        let (x, y) = good.coordinates();
        assert!(key(x, y) == Ok(good));
    }
}
