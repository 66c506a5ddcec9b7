//! `licence_query_v1`, the public side: what a verifier asks, the one public input that this becomes, and the numbers that issuers, hub and
//! circuit share. The relation and its circuit stand in `zk-circuits`, which builds on these.

mod issuer_leaf;
mod statement;

pub use issuer_leaf::IssuerLeaf;
pub use statement::{Op, Slot, Statement, StatementError};

/// The circuit id that keys, requests and governance name.
pub const CIRCUIT_ID: &str = "licence_query_v1";
/// Public inputs of the circuit: the digest.
pub const INPUTS: usize = 1;
/// Attributes of a credential.
pub const ATTRIBUTES: usize = 16;
/// First attribute that a slot may touch: 0 holder commitment, 1 type, 2 status index and 3 expiry are the circuit's own.
pub const FIRST_FREE: usize = 4;
/// Questions in a statement.
pub const SLOTS: usize = 4;
/// Members of a slot's set.
pub const SET: usize = 16;
/// Levels of the authorised-issuer tree: 65,536 leaves.
pub const ISSUER_DEPTH: usize = 8;
/// Levels of a status tree: 16,384 leaves of 64 bits, 1,048,576 licences.
pub const STATUS_DEPTH: usize = 7;
/// Status bits in a leaf.
pub const STATUS_BITS: usize = 64;
/// Bits of a status index.
pub const STATUS_INDEX_BITS: usize = 20;
