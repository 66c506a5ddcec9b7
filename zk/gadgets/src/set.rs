//! Membership in a small set by the product of differences.

use ark_ff::PrimeField;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::SynthesisError;

/// The product of `value - member` over `set`: zero iff `value` is a member. The empty product is one.
pub fn distance<F: PrimeField>(value: F, set: &[F]) -> F {
    set.iter().map(|member| value - member).product()
}

/// The same product as constraints: one for each member but one.
pub fn distance_var<F: PrimeField>(value: &FpVar<F>, set: &[FpVar<F>]) -> Result<FpVar<F>, SynthesisError> {
    let mut product = FpVar::one();
    for member in set {
        product *= value - member;
    }
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness};
    use ark_ff::Zero;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn zero_exactly_for_members(value in field(), set in proptest::collection::vec(field(), 0..16)) {
            let native = distance(value, &set);
            prop_assert_eq!(native.is_zero(), set.contains(&value));
            let satisfied = solve(|cs| {
                let members = set.iter().map(|m| witness(&cs, *m)).collect::<Result<Vec<_>, _>>()?;
                distance_var(&witness(&cs, value)?, &members)?.enforce_equal(&FpVar::constant(native))
            });
            prop_assert!(satisfied);
        }
    }
}
