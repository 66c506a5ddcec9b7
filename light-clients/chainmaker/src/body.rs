//! What a block did: its transactions, as far as they are shown, and all that they wrote.
//!
//! Write sets are shown without exception, or a change of signers could hide among them. Transactions may stand there by their hashes;
//! whole ones are checked whole.

use govhub_lc_core::Reason;

use crate::block::{digest, Block};
use crate::decode;
use crate::merkle;
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::signer::Signers;
use crate::suite::{Hash, Suite};
use crate::transaction;

/// One transaction of a block.
pub(crate) struct Entry {
    /// The transaction, if it is shown.
    pub tx: Option<chain::Transaction>,
    /// What it wrote.
    pub rw_set: chain::TxRwSet,
}

/// Verifies that `body` is what `block` commits to.
///
/// # Errors
/// A [`Reason`] naming the rule.
pub(crate) fn verify(suite: Suite, chain_id: &str, block: &Block, body: &raw::Body, signers: &mut Signers<'_>) -> Result<Vec<Entry>, Reason> {
    let count = body.entries.len();
    if u32::try_from(count) != Ok(block.header.tx_count) {
        return Err(Reason::new("tx-count", format!("{count} transactions, the header says {}", block.header.tx_count)));
    }
    let shown = body.entries.iter().map(|entry| transaction(suite, block, entry)).collect::<Result<Vec<_>, _>>()?;
    let (txs, tx_hashes): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
    let rw_hashes: Vec<_> = body.entries.iter().map(|entry| suite.hash(&[&entry.rw_set])).collect();
    if merkle::root(suite, &tx_hashes) != block.roots.map(|roots| roots.tx) {
        return Err(Reason::new("tx-root", "the transactions lead to another root"));
    }
    if merkle::root(suite, &rw_hashes) != block.roots.map(|roots| roots.rw_set) {
        return Err(Reason::new("rw-set", "the write sets lead to another root"));
    }
    if !body.dag.is_empty() && suite.hash(&[&body.dag]) != block.header.dag_hash.as_slice() {
        return Err(Reason::new("dag-hash", "the DAG has another hash"));
    }
    let entries = txs.into_iter().zip(&body.entries).zip(&rw_hashes).map(|((tx, entry), rw_hash)| {
        let rw_set: chain::TxRwSet = decode::chain("write set", &entry.rw_set)?;
        if let Some(tx) = &tx {
            if transaction::result(tx)?.rw_set_hash != rw_hash || transaction::payload(tx)?.tx_id != rw_set.tx_id {
                return Err(Reason::new("rw-set", "a transaction's write set is another one's"));
            }
            transaction::check_chain_id(tx, chain_id)?;
            transaction::check_signatures(tx, signers, block.time_s)?;
        }
        Ok(Entry { tx, rw_set })
    });
    entries.collect()
}

/// The transaction, if it is shown, and its hash.
fn transaction(suite: Suite, block: &Block, entry: &raw::Entry) -> Result<(Option<chain::Transaction>, Hash), Reason> {
    match (entry.tx.is_empty(), entry.tx_hash.is_empty()) {
        (false, true) => transaction::read(suite, block.header.block_version, &entry.tx).map(|(tx, hash)| (Some(tx), hash)),
        (true, false) => Ok((None, digest("tx_hash", &entry.tx_hash)?)),
        _ => Err(Reason::new("body-shape", "a transaction is shown, or its hash, not both")),
    }
}
