//! Quotas and limits of a block; governance sets them.

use govhub_store::{State, Substore};
use govhub_types::{Code, Rejection};
use prost::Message;

pub use crate::proto::Params;

const PARAMS: &[u8] = b"xp";

/// 256 messages and 16 client updates an account, and three seconds of one core a block.
pub const DEFAULT: Params = Params { messages_per_account: 256, updates_per_account: 16, block_gas: 3_000_000 };

/// Least gas of a block: one transaction with a trust file of 512 KiB must fit, else governance could lock itself out.
pub const BLOCK_GAS_MIN: u64 = 1_000_000;
/// Most gas of a block, about a minute: a longer block would stop consensus.
pub const BLOCK_GAS_MAX: u64 = 60_000_000;

/// The parameters in force.
pub fn get(state: &State<'_>) -> Params {
    state.get(Substore::Governance, PARAMS).map_or(DEFAULT, |b| Params::decode(b.as_slice()).expect("written by set() below"))
}

/// Judges and stores parameters.
///
/// # Errors
/// Quotas of 0, or gas out of bounds.
pub fn set(state: &mut State<'_>, params: &Params) -> Result<(), Rejection> {
    let bad = |why: String| Err(Rejection::new(Code::BAD_PARAMS, why));
    if params.messages_per_account == 0 || params.updates_per_account == 0 {
        return bad("messages_per_account and updates_per_account must be at least 1: with 0 nobody could change them back".into());
    }
    if !(BLOCK_GAS_MIN..=BLOCK_GAS_MAX).contains(&params.block_gas) {
        return bad(format!("block_gas must be {BLOCK_GAS_MIN} to {BLOCK_GAS_MAX}, found {}", params.block_gas));
    }
    state.put(Substore::Governance, PARAMS, params.encode_to_vec());
    Ok(())
}
