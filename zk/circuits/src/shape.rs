//! A circuit's constraint system without values: what a setup needs, what a prover keeps, what a fingerprint pins.

use ark_ff::PrimeField;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, Matrix, OptimizationGoal, SynthesisError, SynthesisMode, R1CS_PREDICATE_LABEL};

/// The three matrices of a rank-1 constraint system and the split of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape<F: PrimeField> {
    /// A, B and C, a row for each constraint: `(A z) * (B z) = C z`.
    pub matrices: [Matrix<F>; 3],
    /// Instance variables, the constant one included; they come first.
    pub instance: usize,
    /// Witness variables.
    pub witness: usize,
}

impl<F: PrimeField> Shape<F> {
    /// Synthesises `circuit` as a setup does: its values do not matter.
    pub fn of(circuit: impl ConstraintSynthesizer<F>) -> Result<Self, SynthesisError> {
        let cs = ConstraintSystem::<F>::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Setup);
        circuit.generate_constraints(cs.clone())?;
        cs.finalize();
        let matrices = cs.to_matrices()?.remove(R1CS_PREDICATE_LABEL).unwrap_or_default();
        let matrices = matrices.try_into().map_err(|_| SynthesisError::Unsatisfiable)?;
        Ok(Self { matrices, instance: cs.num_instance_variables(), witness: cs.num_witness_variables() })
    }

    /// Number of constraints.
    pub fn constraints(&self) -> usize {
        self.matrices[0].len()
    }

    /// Number of variables.
    pub fn variables(&self) -> usize {
        self.instance + self.witness
    }

    /// Whether `assignment`, instance first, satisfies every constraint.
    pub fn satisfied(&self, assignment: &[F]) -> bool {
        let [a, b, c] = &self.matrices;
        let dot = |terms: &[(F, usize)]| terms.iter().fold(F::ZERO, |sum, (k, column)| sum + *k * assignment[*column]);
        assignment.len() == self.variables() && a.iter().zip(b).zip(c).all(|((a, b), c)| dot(a) * dot(b) == dot(c))
    }
}
