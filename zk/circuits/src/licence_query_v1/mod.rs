//! `licence_query_v1`: the holder of a valid licence answers up to four questions about it, and tells nothing else.
//!
//! # Relation
//!
//! There are a holder's secret `h`, sixteen attributes `x`, an issuer's key `P` with leaf data, a signature and two tree paths such that
//!
//! 1. `x0 = H(HOLDER, h)`: the licence was issued to whoever holds `h`;
//! 2. `x1` is the licence type asked for;
//! 3. `P` signed `H(x0..x15)`;
//! 4. `H(ISSUER_LEAF, P.x, P.y, type, region, not_after, status_root)` is a leaf of the authorised-issuer tree under `issuer_root`, and `today <= not_after`;
//! 5. bit `x2 mod 64` of leaf `x2 / 64` under `status_root` is 1: the licence is valid in the issuer's status list;
//! 6. `today <= x3`: it has not expired;
//! 7. each of the four slots holds (see [`Op`]); a slot can touch attributes 4 to 15 only;
//! 8. `nullifier = H(NULLIFIER, h, scope)`.
//!
//! # Public inputs
//!
//! One field element: `digest = H(STATEMENT, issuer_root, type, today, scope, nullifier, context, H(slots))`, where `H(slots)` takes for each slot
//! `selector, a, b, H(set)`. The verifier computes it from its own request ([`Statement::digest`]), never from the answer.
//!
//! | name | type | bits | meaning |
//! |---|---|---|---|
//! | `issuer_root` | field | 254 | root of the authorised-issuer tree |
//! | `licence_type` | packed ASCII | 168 | the 21 characters of GB/T 36904 |
//! | `today` | day number, UTC+8 | 32 | the hub's day |
//! | `scope` | field | 254 | verifier, activity and period |
//! | `nullifier` | field, not 0 | 254 | one name a holder and scope |
//! | `context` | field | 248 | hub, verifier, audience, nonce, purpose, expiry, packet |
//! | `slots` | 4 x (selector, a, b, set) | | the questions |
//!
//! Hidden from everyone: which issuer, its region and status list, the index in the list, every attribute that no slot reveals, the signature.
//!
//! # Not proved here
//!
//! That the issuer was *authorised at issue*: the tree holds today's issuers, and revoking one removes its leaf. That `issuer_root` is current:
//! the verifier checks its age.

mod circuit;
mod relation;
mod statement;
#[cfg(test)]
pub(crate) mod tests;
mod witness;

pub use circuit::Circuit;
pub use relation::{holds, Broken};
pub use statement::{Op, Slot, Statement, StatementError};
pub use witness::{IssuerLeaf, Witness};

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
