//! Statement, witness and relation: the first telling.

use ark_ff::PrimeField;
use thiserror::Error;
use zeroize::Zeroize;
use zk_gadgets::domain;
use zk_gadgets::merkle::Path;
use zk_gadgets::nullifier::{holder_commitment, nullifier};
use zk_gadgets::poseidon::Poseidon;

use super::DEPTH;

/// Everything public about a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<F> {
    /// Root of the group.
    pub group_root: F,
    /// Within which a member speaks once.
    pub scope: F,
    /// The member's name in the scope.
    pub nullifier: F,
    /// What is said, hashed.
    pub signal: F,
}

/// A member's secret and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness<F: PrimeField> {
    /// The member's secret.
    pub secret: F,
    /// Path of the member's leaf.
    pub path: Path<F>,
}

/// Overwrites what tells of the member: the secret and the place in the tree.
impl<F: PrimeField> Zeroize for Witness<F> {
    fn zeroize(&mut self) {
        self.secret.zeroize();
        self.path.position.zeroize();
    }
}

impl<F: PrimeField> Drop for Witness<F> {
    fn drop(&mut self) {
        self.zeroize();
    }
}

/// Why a statement is refused before any proof is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// A public value is zero that must not be: nobody chose it.
    #[error("`{0}` is zero")]
    Zero(&'static str),
}

/// Which part of the relation does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// No leaf of the group.
    #[error("not a member of the group under this root")]
    Member,
    /// Not this member's nullifier.
    #[error("the nullifier is not the member's in this scope")]
    Nullifier,
}

/// The leaf of a member with this holder commitment.
pub fn group_leaf<F: PrimeField>(poseidon: &Poseidon<F>, commitment: F) -> F {
    poseidon.hash(&[F::from(domain::GROUP_LEAF), commitment])
}

/// A statement and witness of zeros: they make nothing true, but have the circuit's shape.
pub fn blank<F: PrimeField>() -> (Statement<F>, Witness<F>) {
    let zero = F::ZERO;
    let statement = Statement { group_root: zero, scope: zero, nullifier: zero, signal: zero };
    (statement, Witness { secret: zero, path: Path { position: 0, siblings: vec![[zero; 3]; DEPTH] } })
}

impl<F: PrimeField> Statement<F> {
    /// Checks what the circuit leaves to the verifier: no public value that must be chosen is zero.
    pub fn check(&self) -> Result<(), StatementError> {
        let chosen = [("group_root", self.group_root), ("scope", self.scope), ("nullifier", self.nullifier)];
        chosen.iter().try_for_each(|(name, value)| if value.is_zero() { Err(StatementError::Zero(name)) } else { Ok(()) })
    }

    /// The one public input.
    pub fn digest(&self, poseidon: &Poseidon<F>) -> F {
        poseidon.hash(&[F::from(domain::SIGNAL), self.group_root, self.scope, self.nullifier, self.signal])
    }
}

/// Whether `witness` makes `statement` true.
///
/// # Errors
/// The first part that does not hold.
pub fn holds<F: PrimeField>(poseidon: &Poseidon<F>, statement: &Statement<F>, witness: &Witness<F>) -> Result<(), Broken> {
    let leaf = group_leaf(poseidon, holder_commitment(poseidon, witness.secret));
    if witness.path.siblings.len() != DEPTH || witness.path.root(poseidon, leaf) != statement.group_root {
        return Err(Broken::Member);
    }
    if nullifier(poseidon, witness.secret, statement.scope) != statement.nullifier {
        return Err(Broken::Nullifier);
    }
    Ok(())
}
