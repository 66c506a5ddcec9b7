//! The relation as constraints: the second telling.

use ark_ff::PrimeField;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use zk_gadgets::domain;
use zk_gadgets::merkle::PathVar;
use zk_gadgets::nullifier::{holder_commitment_var, nullifier_var};
use zk_gadgets::poseidon::Poseidon;

use super::{Statement, Witness, DEPTH};

/// A statement with the witness that is to make it true.
#[derive(Clone)]
pub struct Circuit<'a, F: PrimeField> {
    /// Hash parameters.
    pub poseidon: &'a Poseidon<F>,
    /// What is public.
    pub statement: &'a Statement<F>,
    /// What is not.
    pub witness: &'a Witness<F>,
}

impl<F: PrimeField> ConstraintSynthesizer<F> for Circuit<'_, F> {
    fn generate_constraints(self, cs: ConstraintSystemRef<F>) -> Result<(), SynthesisError> {
        let (poseidon, statement) = (self.poseidon, self.statement);
        let new = |value: F| FpVar::new_witness(cs.clone(), || Ok(value));
        let digest = FpVar::new_input(cs.clone(), || Ok(statement.digest(poseidon)))?;
        let (root, scope) = (new(statement.group_root)?, new(statement.scope)?);
        let (nullifier, signal) = (new(statement.nullifier)?, new(statement.signal)?);
        let secret = new(self.witness.secret)?;
        let tag = |tag: u64| FpVar::constant(F::from(tag));

        // (1) membership.
        let commitment = holder_commitment_var(poseidon, &secret)?;
        let leaf = poseidon.hash_var(&[tag(domain::GROUP_LEAF), commitment])?;
        PathVar::new_witness(&cs, &self.witness.path, DEPTH)?.root(poseidon, &leaf)?.enforce_equal(&root)?;
        // (2) the name in the scope.
        nullifier_var(poseidon, &secret, &scope)?.enforce_equal(&nullifier)?;
        // (3) all of it, and the signal, under the one public input.
        poseidon.hash_var(&[tag(domain::SIGNAL), root, scope, nullifier, signal])?.enforce_equal(&digest)
    }
}
