//! What a height's results say: events of its transactions and of the block itself.

use govrelay_core::Block;
use tendermint::abci::Event;
use tendermint_rpc::endpoint::{block, block_results};
use tendermint_rpc::Client;

use crate::event::{self, RawEvent};
use crate::{Chain, ChainError};

/// Events of one height that are read: more than a full block of packets can have.
pub const EVENTS_MAX: usize = 100_000;

impl Chain {
    /// The facts of `height`, from `block_results`, and if there are any the block's hash and time and its transactions' hashes.
    ///
    /// # Errors
    /// [`ChainError`]; [`ChainError::Refused`] if the node has pruned it.
    ///
    /// # Not checked
    /// That the events are true: they are hints.
    pub async fn block(&self, height: u64) -> Result<Block, ChainError> {
        let at = tendermint::block::Height::try_from(height).map_err(|e| self.nonsense("block results", e))?;
        let results = self.endpoints.ask("block results", |http| async move { http.block_results(at).await }).await?;
        if results.height != at {
            return Err(self.nonsense("block results", format!("asked for {height}, got {}", results.height)));
        }
        let bare = read(self.name.clone(), &results, None).map_err(|why| self.nonsense("block results", why))?;
        if bare.facts.is_empty() {
            return Ok(bare);
        }
        let block = self.endpoints.ask("block", |http| async move { http.block(at).await }).await?;
        read(self.name.clone(), &results, Some(&block)).map_err(|why| self.nonsense("block results", why))
    }
}

/// Reads results, with the block if it is at hand.
///
/// # Errors
/// Words, if there are more than [`EVENTS_MAX`] events, or block and results do not fit each other.
pub fn read(chain: govrelay_core::ChainName, results: &block_results::Response, block: Option<&block::Response>) -> Result<Block, String> {
    let txs = results.txs_results.as_deref().unwrap_or_default();
    let events: usize = txs.iter().map(|tx| tx.events.len()).sum::<usize>() + results.finalize_block_events.len();
    if events > EVENTS_MAX {
        return Err(format!("{events} events, at most {EVENTS_MAX} are read"));
    }
    let hashes: Option<Vec<String>> = block.map(|b| b.block.data.iter().map(|tx| hex::encode_upper(govhub_types::tx::Tx::hash(tx))).collect());
    if hashes.as_ref().is_some_and(|h| h.len() != txs.len()) {
        return Err("the block has another number of transactions than its results".into());
    }
    let (mut facts, mut updates) = (Vec::new(), Vec::new());
    let mut take = |list: &[Event], hash: Option<&str>| {
        for raw in list.iter().map(raw) {
            facts.extend(event::fact(&raw, hash));
            updates.extend(event::update(&raw));
        }
    };
    for (index, tx) in txs.iter().enumerate().filter(|(_, tx)| tx.code.is_ok()) {
        take(&tx.events, hashes.as_ref().and_then(|h| h.get(index)).map(String::as_str));
    }
    take(&results.finalize_block_events, None);
    Ok(Block {
        chain,
        height: results.height.value(),
        hash: block.map_or_else(String::new, |b| b.block.header.hash().to_string()),
        time_ns: block.map_or(0, |b| u64::try_from(b.block.header.time.unix_timestamp_nanos()).unwrap_or(0)),
        facts,
        updates,
    })
}

fn raw(event: &Event) -> RawEvent {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (event.kind.clone(), event.attributes.iter().map(|a| (text(a.key_bytes()), text(a.value_bytes()))).collect())
}
