//! What the circuits' tests share: satisfaction, and the harness that bends every witness variable in turn.

use std::collections::BTreeMap;

use ark_ff::PrimeField;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, R1CS_PREDICATE_LABEL};

/// Whether the circuit's assignment satisfies every constraint; a circuit that cannot even be built does not.
pub fn satisfied<F: PrimeField>(circuit: impl ConstraintSynthesizer<F>) -> bool {
    // Without inlining: half of the time of a synthesis, and no matter for satisfaction.
    let cs = ConstraintSystem::<F>::new_ref();
    cs.set_optimization_goal(OptimizationGoal::None);
    circuit.generate_constraints(cs.clone()).is_ok() && cs.is_satisfied().expect("a built system can be evaluated")
}

/// Indexes of witness variables that can be changed by one (or set to zero, or doubled) without breaking any constraint. An honest circuit has none.
pub fn free_witnesses<F: PrimeField>(circuit: impl ConstraintSynthesizer<F>) -> Vec<usize> {
    let cs = ConstraintSystem::<F>::new_ref();
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    circuit.generate_constraints(cs.clone()).expect("an honest circuit builds");
    cs.finalize();
    assert!(cs.is_satisfied().expect("built"));
    let mut values = cs.instance_assignment().expect("assigned");
    let first = values.len();
    values.extend(cs.witness_assignment().expect("assigned"));
    let matrices = cs.to_matrices().expect("built");
    let [a, b, c] = matrices[R1CS_PREDICATE_LABEL].as_slice() else { panic!("R1CS has three matrices") };
    // Only constraints that mention a variable can notice its change.
    let mut mentions: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for matrix in [a, b, c] {
        for (row, terms) in matrix.iter().enumerate() {
            terms.iter().for_each(|(_, column)| mentions.entry(*column).or_default().push(row));
        }
    }
    let dot = |terms: &[(F, usize)], values: &[F]| terms.iter().map(|(k, column)| *k * values[*column]).sum::<F>();
    let mut free = Vec::new();
    for column in first..values.len() {
        let honest = values[column];
        let rows = mentions.get(&column).cloned().unwrap_or_default();
        for bent in [honest + F::one(), F::zero(), honest.double()] {
            if bent == honest {
                continue;
            }
            values[column] = bent;
            let holds = |row: &usize| dot(&a[*row], &values) * dot(&b[*row], &values) == dot(&c[*row], &values);
            if rows.iter().all(holds) {
                free.push(column - first);
                break;
            }
        }
        values[column] = honest;
    }
    free
}
