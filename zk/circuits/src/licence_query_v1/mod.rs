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

mod blank;
mod circuit;
mod relation;
#[cfg(test)]
mod tests;
mod wipe;
mod witness;
#[cfg(any(test, feature = "testing"))]
pub mod world;

pub use blank::blank;
pub use circuit::Circuit;
pub use relation::{holds, Broken};
pub use witness::Witness;
pub use zk_verify::licence_query_v1::{
    IssuerLeaf, Op, Slot, Statement, StatementError, ATTRIBUTES, FIRST_FREE, ISSUER_DEPTH, SET, SLOTS, STATUS_BITS, STATUS_DEPTH, STATUS_INDEX_BITS,
};
