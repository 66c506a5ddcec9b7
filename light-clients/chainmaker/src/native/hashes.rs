//! The hashes of a block's parts, as the chain names them.

use govhub_lc_core::Reason;

use super::items::header_of;
use crate::proto::chainmaker::v2 as chain;
use crate::suite::Hash;
use crate::{block, transaction};

/// Hashes of a block and of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// The block's, recomputed.
    pub block: Hash,
    /// One for each transaction.
    pub transactions: Vec<Hash>,
    /// One for each write set.
    pub write_sets: Vec<Hash>,
}

/// Hashes a block and what is in it, by the suite that gives the header's own hash.
///
/// # Errors
/// A [`Reason`] naming what cannot be read.
pub fn hashes(info: &chain::BlockInfo) -> Result<Hashes, Reason> {
    let block = info.block.clone().unwrap_or_default();
    let (suite, header) = header_of(&block.header)?;
    let transactions = block.txs.iter().map(|tx| transaction::read(suite, header.block_version, tx).map(|(_, hash)| hash));
    Ok(Hashes {
        block: block::hash(suite, &header),
        transactions: transactions.collect::<Result<_, _>>()?,
        write_sets: info.rw_sets.iter().map(|rw_set| suite.hash(&[rw_set])).collect(),
    })
}
