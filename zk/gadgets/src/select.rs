//! Choosing one of several values by bits.

use ark_ff::PrimeField;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::SynthesisError;

/// `values[index]`, where `bits` are the bits of `index`, least significant first.
///
/// A list shorter than 2^bits is closed by repeating its last value. Costs one constraint for each value but one.
///
/// # Not checked
/// That the index is inside the list: constrain it where that matters.
pub fn select_var<F: PrimeField>(values: &[FpVar<F>], bits: &[Boolean<F>]) -> Result<FpVar<F>, SynthesisError> {
    let mut level = values.to_vec();
    for bit in bits {
        let bit = FpVar::from(bit.clone());
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [low, high] => low + &bit * (high - low),
                only => only[0].clone(),
            })
            .collect();
    }
    level.into_iter().next().ok_or(SynthesisError::Unsatisfiable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::range::decompose;
    use crate::testing::{solve, witness};
    use ark_bn254::Fr;

    #[test]
    fn every_index_gives_its_own_value() {
        for index in 0..12u64 {
            let chosen = solve(|cs| {
                let values = (100..112u64).map(|v| witness(&cs, Fr::from(v))).collect::<Result<Vec<_>, _>>()?;
                let bits = decompose(&cs, &witness(&cs, Fr::from(index))?, 4)?;
                select_var(&values, &bits)?.enforce_equal(&FpVar::constant(Fr::from(100 + index)))
            });
            assert!(chosen, "index {index}");
        }
    }
}
