//! The transaction envelope: Cosmos SDK `TxRaw`, signed in SIGN_MODE_DIRECT.
//!
//! One byte string for one transaction (ADR-027): `TxRaw`, `TxBody` and `AuthInfo` are decoded canonically, so unknown fields at any level are refused.
//! Gas is counted, fees are none: a fee amount, payer or granter is refused, not ignored.

mod decode;
mod limits;
mod sign;
#[cfg(test)]
mod tests;

pub use decode::{Tx, TxSigner};
pub use limits::{GAS_MAX, MEMO_BYTES_MAX, MESSAGES_MAX, SIGNERS_MAX, TX_BYTES_MAX};
pub use sign::sign_tx;
