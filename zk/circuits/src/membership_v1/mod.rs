//! `membership_v1`: someone of a registered group says this, once in this scope. Also the ring-signature use of the standard (7.1.2 b).
//!
//! # Relation
//!
//! There are a secret `s` and a path such that
//!
//! 1. `H(GROUP_LEAF, H(HOLDER, s))` is a leaf under `group_root`;
//! 2. `nullifier = H(NULLIFIER, s, scope)`;
//! 3. `signal` is bound: it is part of the digest, and a proof for another signal is another proof.
//!
//! # Public inputs
//!
//! One field element: `digest = H(SIGNAL, group_root, scope, nullifier, signal)`.
//!
//! | name | type | meaning |
//! |---|---|---|
//! | `group_root` | field, not 0 | root of the group's tree |
//! | `scope` | field, not 0 | activity within which a member speaks once |
//! | `nullifier` | field, not 0 | one name a member and scope |
//! | `signal` | field | hash of what is said |

mod circuit;
mod relation;
#[cfg(test)]
mod tests;

pub use circuit::Circuit;
pub use relation::{blank, group_leaf, holds, Broken, Statement, StatementError, Witness};

/// Levels of a group's tree: 1,048,576 members.
pub const DEPTH: usize = 10;
