//! What the unit tests of this crate share: arbitrary field elements, a tiny constraint-system driver, and a prover who cheats.

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use ark_r1cs_std::alloc::AllocVar;
use ark_r1cs_std::fields::fp::FpVar;
use ark_relations::gr1cs::{ConstraintSystem, ConstraintSystemRef, Matrix, OptimizationGoal, SynthesisError, R1CS_PREDICATE_LABEL};
use proptest::prelude::*;

/// Field elements with the edges over-represented: 0, 1, p - 1, around 2^64.
pub fn field() -> impl Strategy<Value = Fr> {
    prop_oneof![
        Just(Fr::from(0u64)),
        Just(Fr::from(1u64)),
        Just(-Fr::from(1u64)),
        Just(Fr::from(1u128 << 64)),
        any::<u64>().prop_map(Fr::from),
        any::<[u8; 32]>().prop_map(|bytes| Fr::from_le_bytes_mod_order(&bytes)),
    ]
}

/// A fresh witness variable.
pub fn witness(cs: &ConstraintSystemRef<Fr>, value: Fr) -> Result<FpVar<Fr>, SynthesisError> {
    FpVar::new_witness(cs.clone(), || Ok(value))
}

/// Builds the constraints and tells whether the assignment satisfies them all.
pub fn solve(build: impl FnOnce(ConstraintSystemRef<Fr>) -> Result<(), SynthesisError>) -> bool {
    let cs = ConstraintSystem::<Fr>::new_ref();
    build(cs.clone()).expect("the test assigns every witness");
    cs.finalize();
    cs.is_satisfied().expect("a constraint system that was built can be evaluated")
}

/// A constraint system with the values of an honest prover, for one who is not.
pub struct Cheat {
    matrices: Vec<Matrix<Fr>>,
    /// Values of all variables: the constant, then the witnesses in the order in which they were made.
    pub values: Vec<Fr>,
}

impl Cheat {
    /// Builds the constraints; they have no inputs but the constant.
    pub fn new(build: impl FnOnce(ConstraintSystemRef<Fr>) -> Result<(), SynthesisError>) -> Self {
        let cs = ConstraintSystem::<Fr>::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        build(cs.clone()).expect("the test assigns every witness");
        cs.finalize();
        let mut values = cs.instance_assignment().expect("assigned");
        values.extend(cs.witness_assignment().expect("assigned"));
        let matrices = cs.to_matrices().expect("built").remove(R1CS_PREDICATE_LABEL).expect("rank-1 constraints");
        Self { matrices, values }
    }

    /// Where the run of values stands that equals `values`.
    pub fn find(&self, values: &[Fr]) -> Option<usize> {
        self.values.windows(values.len()).position(|run| run == values)
    }

    /// Rows that do not hold.
    pub fn broken(&self) -> Vec<usize> {
        (0..self.matrices[0].len()).filter(|row| self.sides(*row).0 != self.sides(*row).1).collect()
    }

    /// Makes later values follow from changed ones, as a prover would who computes on: in every broken row, the newest of its variables
    /// made after `changed` gets the value that mends it. That variable stands in one of the three sums only.
    pub fn compute_on(&mut self, changed: usize) {
        for row in 0..self.matrices[0].len() {
            let (product, right) = self.sides(row);
            let columns = self.matrices.iter().flat_map(|matrix| matrix[row].iter().map(|(_, column)| *column));
            let Some(newest) = columns.max().filter(|newest| *newest > changed && product != right) else { continue };
            let holds: Vec<usize> = (0..3).filter(|place| self.matrices[*place][row].iter().any(|(_, column)| *column == newest)).collect();
            let [place] = holds[..] else { continue };
            let wanted = match place {
                0 => self.sum(1, row).inverse().map(|b| right * b),
                1 => self.sum(0, row).inverse().map(|a| right * a),
                _ => Some(product),
            };
            let coefficient: Fr = self.matrices[place][row].iter().filter(|(_, column)| *column == newest).map(|(k, _)| *k).sum();
            if let (Some(wanted), Some(inverse)) = (wanted, coefficient.inverse()) {
                let missing = wanted - self.sum(place, row);
                self.values[newest] += missing * inverse;
            }
        }
    }

    fn sum(&self, place: usize, row: usize) -> Fr {
        self.matrices[place][row].iter().map(|(k, column)| *k * self.values[*column]).sum()
    }

    fn sides(&self, row: usize) -> (Fr, Fr) {
        (self.sum(0, row) * self.sum(1, row), self.sum(2, row))
    }
}
