//! Bit decomposition and comparison below a power of two.
//!
//! A comparison is only meaningful when *both* operands are known to be below 2^64; the functions that compare say so in their names and
//! enforce it. Decompositions are of at most [`BITS_MAX`] bits, far below the field's size, so a value has exactly one.

use ark_ff::{BigInteger, PrimeField};
#[cfg(feature = "constraints")]
use ark_r1cs_std::fields::fp::FpVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::prelude::*;
#[cfg(feature = "constraints")]
use ark_relations::gr1cs::{ConstraintSystemRef, SynthesisError};

/// Longest decomposition: two of them added stay below the field's modulus, so none can wrap.
pub const BITS_MAX: usize = 128;

/// True iff `value`, as the integer in `[0, p)`, is below 2^`bits`.
pub fn fits<F: PrimeField>(value: F, bits: usize) -> bool {
    value.into_bigint().num_bits() as usize <= bits
}

/// The `bits` lowest bits of `value`, least significant first, with the constraint that they are all of it.
///
/// Costs `bits + 1` constraints. Unsatisfiable iff `value >= 2^bits`.
///
/// # Panics
/// If `bits` exceeds [`BITS_MAX`]: the number is written in code.
#[cfg(feature = "constraints")]
pub fn decompose<F: PrimeField>(cs: &ConstraintSystemRef<F>, value: &FpVar<F>, bits: usize) -> Result<Vec<Boolean<F>>, SynthesisError> {
    assert!(bits <= BITS_MAX, "a decomposition has at most {BITS_MAX} bits, not {bits}");
    let assigned = value.value().map(|v| v.into_bigint().to_bits_le());
    let variables = (0..bits)
        .map(|i| Boolean::new_witness(cs.clone(), || assigned.as_ref().map(|b| b[i]).map_err(|_| SynthesisError::AssignmentMissing)))
        .collect::<Result<Vec<_>, _>>()?;
    recompose(&variables).enforce_equal(value)?;
    Ok(variables)
}

/// The number whose bits, least significant first, are `bits`. Linear: no constraints.
#[cfg(feature = "constraints")]
pub fn recompose<F: PrimeField>(bits: &[Boolean<F>]) -> FpVar<F> {
    let mut weight = F::one();
    let mut terms = Vec::with_capacity(bits.len());
    for bit in bits {
        terms.push(FpVar::from(bit.clone()) * weight);
        weight.double_in_place();
    }
    terms.iter().sum()
}

/// Enforces `value < 2^64`.
#[cfg(feature = "constraints")]
pub fn enforce_u64<F: PrimeField>(cs: &ConstraintSystemRef<F>, value: &FpVar<F>) -> Result<(), SynthesisError> {
    decompose(cs, value, 64).map(|_| ())
}

/// Enforces `small <= large`, both being below 2^64 already.
///
/// Sound because `large - small` lies in `(-2^64, 2^64)`: a negative difference is a field element far above 2^64.
///
/// # Not checked
/// That the operands are below 2^64: the caller has done so with [`enforce_u64`] or natively.
#[cfg(feature = "constraints")]
pub fn enforce_le_of_u64s<F: PrimeField>(cs: &ConstraintSystemRef<F>, small: &FpVar<F>, large: &FpVar<F>) -> Result<(), SynthesisError> {
    enforce_u64(cs, &(large - small))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness};
    use ark_bn254::Fr;
    use ark_relations::gr1cs::ConstraintSystem;
    use proptest::prelude::*;

    fn u64_holds(value: Fr) -> bool {
        solve(|cs| enforce_u64(&cs, &witness(&cs, value)?))
    }

    fn le_holds(small: u64, large: u64) -> bool {
        solve(|cs| {
            let (small, large) = (witness(&cs, Fr::from(small))?, witness(&cs, Fr::from(large))?);
            enforce_u64(&cs, &small)?;
            enforce_u64(&cs, &large)?;
            enforce_le_of_u64s(&cs, &small, &large)
        })
    }

    #[test]
    fn the_edges_of_the_range_are_exact() {
        assert!(u64_holds(Fr::from(u64::MAX)));
        assert!(!u64_holds(Fr::from(u128::from(u64::MAX) + 1)));
        assert!(!u64_holds(-Fr::from(1u64)), "p - 1 is not a small number (Z2)");
    }

    #[test]
    fn a_decomposition_of_value_plus_modulus_does_not_exist() {
        // Z1: with fewer bits than the field there is no second decomposition; every other bit pattern recomposes to another value.
        let cs = ConstraintSystem::<Fr>::new_ref();
        let value = witness(&cs, Fr::from(5u64)).expect("assigned");
        let bits = decompose(&cs, &value, 64).expect("assigned");
        assert!(bits.len() == 64 && cs.is_satisfied().expect("built"));
        assert!(Fr::MODULUS_BIT_SIZE as usize > BITS_MAX + 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_range_check_equals_the_native_one(value in field()) {
            prop_assert_eq!(u64_holds(value), fits(value, 64));
        }

        #[test]
        fn the_comparison_equals_the_native_one(small in any::<u64>(), large in any::<u64>()) {
            prop_assert_eq!(le_holds(small, large), small <= large);
            prop_assert!(le_holds(small, small));
        }
    }
}
