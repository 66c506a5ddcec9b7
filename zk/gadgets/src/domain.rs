//! Domain tags: the first input of every hash, so that no hash can stand in for another.
//!
//! A tag is a small integer, constant in every circuit. Numbers are never reused.

/// Commitment to a holder's secret.
pub const HOLDER: u64 = 1;
/// Nullifier of a holder in a scope.
pub const NULLIFIER: u64 = 2;
/// Challenge of the issuer's signature.
pub const SIGNATURE: u64 = 3;
/// Leaf of the authorised-issuer tree.
pub const ISSUER_LEAF: u64 = 4;
/// Leaf of a membership group.
pub const GROUP_LEAF: u64 = 5;
/// The public statement, hashed to one field element.
pub const STATEMENT: u64 = 6;
/// A signal bound to a membership proof.
pub const SIGNAL: u64 = 7;
