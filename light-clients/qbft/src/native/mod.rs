//! What an operator has at hand: blocks, proofs and receipts as a node's JSON-RPC returns them, and the genesis file.
//!
//! A file is one JSON value or one a line; each is an answer of JSON-RPC or its `result`, or an array of them:
//!
//! | holds | from | gives |
//! |---|---|---|
//! | a block | `eth_getBlockByNumber` | an update message from the block before |
//! | `{"block", "validatorProof"}` | and `eth_getProof` of the validators' contract at the block before | the same where a contract names the validators |
//! | `{"height", "proof", "paths"}` | `eth_getProof` at that height; `paths` (optional) says which packet path each entry is of | a claim per entry |
//! | `{"block", "receipts"}` | `eth_getBlockReceipts`: all of them | a claim per receipt |
//!
//! Nothing here is trusted: headers are put together from the fields and hashed, and `hash` is only compared.

mod block;
mod check;
mod explain;
mod genesis;
mod json;
mod proof;
mod trust;

pub use check::{check_proof, self_check};
pub use explain::explain;
pub use proof::encode_receipt;
pub use trust::{trust_file, OPTIONS};

use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use serde_json::Value;

/// Bytes of a file: some thousand blocks with their transactions.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// Cuts a file into what can be judged. The genesis block is left out: a trust file is made from it.
///
/// # Errors
/// `file` for what is no JSON or of none of the known forms, and what the parts are wrong in: `block-field`, `block-hash`, `receipts-root`, ...
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let mut found = Vec::new();
    for value in json::values(file)? {
        collect(&value, &mut found)?;
    }
    if found.is_empty() {
        return Err(Reason::new("file", "holds nothing to judge (of a chain's genesis block a trust file is made)"));
    }
    Ok(found)
}

fn collect(value: &Value, found: &mut Vec<Item>) -> Result<(), Reason> {
    if let Some(values) = value.as_array() {
        return values.iter().try_for_each(|value| collect(value, found));
    }
    let has = |field: &str| value.get(field).is_some_and(|value| !value.is_null());
    if has("result") {
        return collect(&value["result"], found);
    }
    if has("parentHash") {
        found.extend(block::item(value, None)?);
    } else if has("block") && has("receipts") {
        found.extend(proof::receipts(&value["block"], &value["receipts"])?);
    } else if has("block") && has("validatorProof") {
        found.extend(block::item(&value["block"], Some(&value["validatorProof"]))?);
    } else if has("height") && has("proof") {
        found.extend(proof::storage(value)?);
    } else if has("accountProof") {
        return Err(Reason::new("file", "an answer of eth_getProof does not say at which block: write {\"height\": N, \"proof\": the answer}"));
    } else {
        return Err(Reason::new("file", "neither a block, nor {height, proof}, nor {block, receipts}, nor {block, validatorProof}"));
    }
    Ok(())
}
