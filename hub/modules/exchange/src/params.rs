//! The exchange's parameters; governance sets them.

use govhub_store::{State, Substore};
use prost::Message;

use crate::proto::Params;

const PARAMS: &[u8] = b"p";

/// Longest margin in seconds: an hour; a longer one would refuse every ordinary question.
pub const MARGIN_S_MAX: u64 = 3_600;
/// Most open packets that governance may grant one asker: each costs a due-queue entry that a begin-block may have to read.
pub const MAX_OPEN_MAX: u64 = 65_536;

/// PROTOCOL 2's values: 60 s to settle, 10 s for the issuer's leg, 1,024 open packets.
pub fn default() -> Params {
    Params { settle_margin_s: 60, issuer_margin_s: 10, max_open: 1_024, own_rules: false }
}

/// The values of a development network's demo: 5 s and 2 s.
pub fn demo() -> Params {
    Params { settle_margin_s: 5, issuer_margin_s: 2, ..default() }
}

/// The parameters in force.
pub fn get(state: &State<'_>) -> Params {
    match state.get(Substore::Exchange, PARAMS) {
        Some(bytes) => Params::decode(bytes.as_slice()).expect("written by set() below"),
        None => default(),
    }
}

/// Judges and stores parameters.
///
/// # Errors
/// What is wrong with which one.
pub(crate) fn set(state: &mut State<'_>, params: &Params) -> Result<(), String> {
    for (name, margin) in [("settle_margin_s", params.settle_margin_s), ("issuer_margin_s", params.issuer_margin_s)] {
        if !(1..=MARGIN_S_MAX).contains(&margin) {
            return Err(format!("{name}: 1 to {MARGIN_S_MAX}, found {margin}"));
        }
    }
    if !(1..=MAX_OPEN_MAX).contains(&params.max_open) {
        return Err(format!("max_open: 1 to {MAX_OPEN_MAX}, found {}", params.max_open));
    }
    state.put(Substore::Exchange, PARAMS, params.encode_to_vec());
    Ok(())
}
