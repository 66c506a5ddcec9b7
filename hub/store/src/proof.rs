//! ICS-23 proofs through both levels.

use ics23::{CommitmentProof, ProofSpec};

/// A proof that a key of a substore has a value, or none, under an application hash.
///
/// Proof operations in the order ICS-23 chains them: the key in its substore first, then the substore in the top tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The value, `None` when absence is proved.
    pub value: Option<Vec<u8>>,
    /// Presence or absence of the key under the substore's root.
    pub key_proof: CommitmentProof,
    /// Presence of the substore's root under the application hash.
    pub store_proof: CommitmentProof,
}

/// The specifications under which [`Proof`] verifies, in the same order (PROTOCOL 1).
pub fn proof_specs() -> [ProofSpec; 2] {
    [jmt::ics23_spec(), jmt::ics23_spec()]
}
