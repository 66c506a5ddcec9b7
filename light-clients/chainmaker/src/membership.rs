//! Proofs that a transaction stands in a block and succeeded, that it made an event, that it wrote a value.
//!
//! A ChainMaker block has no root of state: what is proved is that a successful transaction of the block **wrote** the value, not that it
//! still stands there, nor that no later transaction of the same block wrote over it. Packet commitments, receipts and acknowledgements are
//! written once and never change, which makes that enough.
//!
//! The way goes through the transaction, never through the tree of write sets alone: only the transaction says that it succeeded.

use govhub_lc_core::{ConsensusStates, LightClient, Reason, StoredPath};
use govhub_types::Height;

use crate::decode;
use crate::merkle;
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::state::{ClientState, ConsensusState};
use crate::suite::{text, Suite};
use crate::transaction;

pub(crate) fn verify(
    client: &ClientState, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
) -> Result<(), Reason> {
    if path.prefix.iter().any(|element| !element.is_empty()) || path.prefix.len() != 1 {
        return Err(Reason::new("path-prefix", "the key map says where paths are; the counterparty's prefix is one empty element"));
    }
    let (contract, key) = (client.key_map.contract().as_bytes(), client.key_map.state_key(path.path));
    let state = state_at(client, states, height)?;
    let proof = decode::proof(proof)?;
    let tx = transaction_in(client, &state, &proof)?;
    wrote(client.authority.config().suite, &tx, &proof.rw_set, contract, &key, value)
}

/// The consensus state at `height`.
///
/// # Errors
/// `height-above-latest`, `no-consensus-state`.
pub(crate) fn state_at(client: &ClientState, states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Reason> {
    if height > client.latest_height() {
        return Err(Reason::new("height-above-latest", format!("latest is {}, the proof is for {height}", client.latest_height())));
    }
    let any = states.at(height).ok_or_else(|| Reason::new("no-consensus-state", format!("none is stored at {height}")))?;
    ConsensusState::decode(&any)
}

/// The transaction that `proof` shows to be in the block of `state`, and to have succeeded.
///
/// # Errors
/// A [`Reason`] naming the rule.
pub(crate) fn transaction_in(client: &ClientState, state: &ConsensusState, proof: &raw::Proof) -> Result<chain::Transaction, Reason> {
    let suite = client.authority.config().suite;
    let (tx, leaf) = transaction::read(suite, state.block_version, &proof.tx)?;
    let root = merkle::root_by_path(suite, leaf, proof.index, state.tx_count, &proof.path)?;
    if Some(root) != state.tx_root {
        return Err(Reason::new("tx-root", "the path leads to another root; the proof may be for another block"));
    }
    transaction::check_chain_id(&tx, &client.raw().chain_id)?;
    transaction::check_success(&tx)?;
    Ok(tx)
}

/// That `tx` wrote `value` under `key` of `contract`, by its write set.
///
/// # Errors
/// `rw-set` for another transaction's set, `not-written`, `value-mismatch`, `empty-value`.
pub(crate) fn wrote(suite: Suite, tx: &chain::Transaction, rw_set: &[u8], contract: &[u8], key: &[u8], value: &[u8]) -> Result<(), Reason> {
    if value.is_empty() {
        return Err(Reason::new("empty-value", "an empty value is a deletion"));
    }
    if transaction::result(tx)?.rw_set_hash != suite.hash(&[rw_set]) {
        return Err(Reason::new("rw-set", "the write set is not this transaction's"));
    }
    let set: chain::TxRwSet = decode::chain("write set", rw_set)?;
    if set.tx_id != transaction::payload(tx)?.tx_id {
        return Err(Reason::new("rw-set", "the write set names another transaction"));
    }
    let mut writes = set.tx_writes.iter().filter(|write| write.contract_name == contract && write.key == key);
    let place = || format!("`{}` of `{}`", text(key), text(contract));
    match (writes.next(), writes.next()) {
        (None, _) => Err(Reason::new("not-written", format!("the transaction wrote nothing under {}", place()))),
        (Some(_), Some(_)) => Err(Reason::new("not-written", format!("the transaction wrote twice under {}", place()))),
        (Some(write), None) if write.value != value => Err(Reason::new("value-mismatch", format!("another value was written under {}", place()))),
        _ => Ok(()),
    }
}

/// The event at `place` of a successful transaction, counted from 1.
///
/// # Errors
/// `event-index`; `event-tx-id` for an event that names another transaction.
pub(crate) fn event(tx: &chain::Transaction, place: u32) -> Result<&chain::ContractEvent, Reason> {
    let events = transaction::result(tx)?.contract_result.as_ref().map(|contract| contract.contract_event.as_slice()).unwrap_or_default();
    let index = place.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    let event = index.and_then(|index| events.get(index)).ok_or_else(|| Reason::new("event-index", format!("event {place} of {}", events.len())))?;
    match event.tx_id == transaction::payload(tx)?.tx_id {
        true => Ok(event),
        false => Err(Reason::new("event-tx-id", format!("the event names transaction `{}`", text(&event.tx_id)))),
    }
}
