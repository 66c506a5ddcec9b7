//! Blocks and transactions in the forms that a node's interface and the chain's own tool return.
//!
//! | form | from |
//! |---|---|
//! | protobuf `BlockInfo`, alone or in a `TxResponse` | GET_BLOCK_BY_HEIGHT, GET_FULL_BLOCK_BY_HEIGHT |
//! | the same in base64 or hexadecimal, one a line | the same, kept as text |
//! | JSON of `BlockInfo`, one or a list of them | `cmc query block-by-height` |
//! | JSON `{"transaction_info": base64, "merkle_path": [base64]}` | GET_TX_BY_TX_ID with its write set, GET_MERKLE_PATH_BY_TX_ID |
//!
//! Whatever the form, it is made protobuf first and judged as what a relayer would send.

mod file;
mod hashes;
mod items;
mod json;
mod proof;
mod self_check;
mod trust_file;

pub use hashes::{hashes, Hashes};
pub use items::{items, update};
pub use proof::check_proof;
pub use self_check::self_check;
pub use trust_file::{explain, trust_file};

/// Largest file read: many blocks of the chain's own bound of 10 MiB each would be more than anybody checks by hand.
pub const MAX_FILE_BYTES: usize = 64 << 20;
