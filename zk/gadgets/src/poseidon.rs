//! Poseidon over the scalar field of the outer curve, in circomlib's layout.
//!
//! A hash of `n` inputs uses width `t = n + 1`: the capacity element is state\[0\] and starts at zero, inputs follow, the output is state\[0\].
//! S-box x^5, 8 full rounds, partial rounds by width, constants and matrix from the Grain LFSR. For BN254 this gives circomlib's values
//! byte for byte (checked against `circomlibjs` for every width used). For BLS12-381 the same numbers of rounds are used; no published
//! parameter set exists to compare with.
//!
//! Source: Grassi et al., "Poseidon" (USENIX 2021), reference parameters of `poseidon_constants` in circomlib 2.0.5.

use std::collections::BTreeMap;

use ark_crypto_primitives::sponge::poseidon::traits::find_poseidon_ark_and_mds;
use ark_ff::PrimeField;
#[cfg(feature = "constraints")]
use ark_r1cs_std::fields::fp::FpVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::prelude::*;
#[cfg(feature = "constraints")]
use ark_relations::gr1cs::SynthesisError;

/// Full rounds, half before and half after the partial ones.
const FULL_ROUNDS: usize = 8;

/// Partial rounds for widths 2 to 17 (circomlib).
const PARTIAL_ROUNDS: [usize; 16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/// Most inputs of one hash.
pub const INPUTS_MAX: usize = 16;

#[derive(Clone, Debug)]
struct Width<F> {
    partial_rounds: usize,
    round_constants: Vec<Vec<F>>,
    matrix: Vec<Vec<F>>,
}

/// Round constants and matrices for the widths a circuit uses. Deriving them costs milliseconds, so one is made and shared.
#[derive(Clone, Debug)]
pub struct Poseidon<F: PrimeField> {
    widths: BTreeMap<usize, Width<F>>,
}

impl<F: PrimeField> Poseidon<F> {
    /// Parameters for hashes of 1 to 8 and of 16 inputs, the counts used in this workspace.
    pub fn new() -> Self {
        Self::with_inputs(&[1, 2, 3, 4, 5, 6, 7, 8, 16])
    }

    /// Parameters for hashes of the given numbers of inputs, each from 1 to [`INPUTS_MAX`].
    ///
    /// # Panics
    /// If a number is outside that range: the numbers are written in code, never taken from outside.
    pub fn with_inputs(counts: &[usize]) -> Self {
        let widths = counts.iter().map(|&inputs| {
            assert!((1..=INPUTS_MAX).contains(&inputs), "a Poseidon hash has 1 to {INPUTS_MAX} inputs, not {inputs}");
            let partial_rounds = PARTIAL_ROUNDS[inputs - 1];
            let (round_constants, matrix) =
                find_poseidon_ark_and_mds::<F>(u64::from(F::MODULUS_BIT_SIZE), inputs, FULL_ROUNDS as u64, partial_rounds as u64, 0);
            (inputs, Width { partial_rounds, round_constants, matrix })
        });
        Self { widths: widths.collect() }
    }

    fn width(&self, inputs: usize) -> &Width<F> {
        self.widths.get(&inputs).unwrap_or_else(|| panic!("Poseidon was made without parameters for {inputs} inputs"))
    }

    /// Hash of `inputs`.
    ///
    /// # Panics
    /// If the parameters were made without this number of inputs: a defect of the caller's code.
    pub fn hash(&self, inputs: &[F]) -> F {
        let width = self.width(inputs.len());
        let mut state = vec![F::zero()];
        state.extend_from_slice(inputs);
        for (round, constants) in width.round_constants.iter().enumerate() {
            for (x, c) in state.iter_mut().zip(constants) {
                *x += c;
            }
            for x in state.iter_mut().take(width.sboxes(round)) {
                *x *= x.square().square();
            }
            state = width.matrix.iter().map(|row| row.iter().zip(&state).map(|(m, x)| *m * x).sum()).collect();
        }
        state[0]
    }

    /// The same hash as constraints: three for every S-box, none for the linear layers.
    #[cfg(feature = "constraints")]
    pub fn hash_var(&self, inputs: &[FpVar<F>]) -> Result<FpVar<F>, SynthesisError> {
        let width = self.width(inputs.len());
        let mut state = vec![FpVar::zero()];
        state.extend_from_slice(inputs);
        for (round, constants) in width.round_constants.iter().enumerate() {
            for (x, c) in state.iter_mut().zip(constants) {
                *x += *c;
            }
            for x in state.iter_mut().take(width.sboxes(round)) {
                let fourth = x.square()?.square()?;
                *x = &fourth * &*x;
            }
            state = width
                .matrix
                .iter()
                .map(|row| row.iter().zip(&state).map(|(m, x)| x * *m).collect::<Vec<_>>().iter().sum())
                .collect();
        }
        Ok(state[0].clone())
    }
}

impl<F: PrimeField> Default for Poseidon<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> Width<F> {
    /// How many elements pass the S-box in `round`: all in a full round, the first in a partial one.
    fn sboxes(&self, round: usize) -> usize {
        let partial = FULL_ROUNDS / 2..FULL_ROUNDS / 2 + self.partial_rounds;
        if partial.contains(&round) {
            1
        } else {
            self.matrix.len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness};
    use ark_bn254::Fr;
    use proptest::prelude::*;

    /// Values of `circomlibjs` 0.1.7 `poseidon([1, 2, .., n])`; see `testdata/SOURCE.md`.
    #[test]
    fn every_width_equals_circomlibjs() {
        let text = include_str!("../testdata/poseidon_circomlibjs.json");
        let vectors: BTreeMap<usize, String> = serde_json::from_str(text).expect("our own test data");
        let poseidon = Poseidon::<Fr>::with_inputs(&(1..=16).collect::<Vec<_>>());
        assert_eq!(vectors.len(), 16);
        for (n, expected) in vectors {
            let inputs: Vec<Fr> = (1..=n as u64).map(Fr::from).collect();
            assert_eq!(poseidon.hash(&inputs).to_string(), expected, "{n} inputs");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn native_and_constraints_agree(inputs in proptest::collection::vec(field(), 1..=8)) {
            let poseidon = Poseidon::<Fr>::new();
            let native = poseidon.hash(&inputs);
            let satisfied = solve(|cs| {
                let vars = inputs.iter().map(|x| witness(&cs, *x)).collect::<Result<Vec<_>, _>>()?;
                poseidon.hash_var(&vars)?.enforce_equal(&FpVar::constant(native))
            });
            prop_assert!(satisfied);
        }
    }
}
