//! What the unit tests of this crate share: arbitrary field elements and a tiny constraint-system driver.

use ark_bn254::Fr;
use ark_ff::PrimeField;
use ark_r1cs_std::alloc::AllocVar;
use ark_r1cs_std::fields::fp::FpVar;
use ark_relations::gr1cs::{ConstraintSystem, ConstraintSystemRef, SynthesisError};
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
