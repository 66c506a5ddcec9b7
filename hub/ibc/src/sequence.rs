//! Counters in the `ibc` substore: be64, as ibc-go writes them.

use govhub_store::{State, Substore};

/// The counter at `key`, or `None` if it was never set.
pub(crate) fn read(state: &State<'_>, key: &[u8]) -> Option<u64> {
    let bytes = state.get(Substore::Ibc, key)?;
    Some(u64::from_be_bytes(bytes.as_slice().try_into().expect("counters are written by `write` alone, 8 bytes")))
}

/// Sets the counter at `key`.
pub(crate) fn write(state: &mut State<'_>, key: &[u8], value: u64) {
    state.put(Substore::Ibc, key, value.to_be_bytes().to_vec());
}
