//! Receipts and transactions: that one stands at its place in a block whose hash is believed.
//!
//! An event in a receipt shows that it was emitted in that block, once. Packets settle on state, whose absence can be proved too.
//!
//! Source: Ethereum Yellow Paper 4.3; EIP-2718.

use govhub_lc_core::Reason;

use crate::extra::Address;
use crate::header::BlockHeader;
use crate::keccak::Hash;
use crate::rlp::{self, Piece, RlpError};
use crate::trie;
use crate::Flavour;

/// Type bytes of transactions end here; above, RLP lists begin.
const MAX_TYPE: u8 = 0x7f;

/// Which of a block's two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `receiptsRoot`.
    Receipts,
    /// `transactionsRoot`.
    Transactions,
}

/// Verifies that `raw` (RLP, or a type byte and RLP) stands at `index` in the block whose hash is `block_hash`.
///
/// * `header` — RLP of the block's header, with or without seals
/// * `nodes` — trie nodes from the list's root to the entry
///
/// # Errors
/// `block-hash` if the header is of another block, `index-absent`, `value-mismatch`, and the reasons of headers and proofs.
///
/// # Not checked
/// The header's seals: the block hash is believed, and the header is what it names.
pub fn verify_inclusion(
    flavour: Flavour, item_counts: &[usize], block_hash: &Hash, header: &[u8], place: Place, index: u64, raw: &[u8], nodes: &[Vec<u8>],
) -> Result<(), Reason> {
    let header = BlockHeader::decode(flavour, item_counts, header)?;
    if header.block_hash() != *block_hash {
        return Err(Reason::new("block-hash", "the header is of another block"));
    }
    let root = match place {
        Place::Receipts => &header.receipts_root,
        Place::Transactions => &header.transactions_root,
    };
    let mut key = Vec::new();
    rlp::put_uint(&mut key, index);
    match trie::lookup(root, &key, nodes)? {
        None => Err(Reason::new("index-absent", format!("the block has no entry {index}"))),
        Some(found) if found != raw => Err(Reason::new("value-mismatch", format!("another one stands at {index}"))),
        Some(_) => Ok(()),
    }
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// Whether the transaction succeeded.
    pub succeeded: bool,
    /// Events, in order.
    pub logs: Vec<Log<'a>>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log<'a> {
    /// The contract that emitted it.
    pub address: Address,
    /// At most four words.
    pub topics: Vec<Hash>,
    /// The rest of its arguments.
    pub data: &'a [u8],
}

impl<'a> Receipt<'a> {
    /// Reads a receipt that [`verify_inclusion`] has verified.
    ///
    /// # Errors
    /// `receipt` for other bytes; receipts from before Byzantium, which have a state root and no status, are among them.
    pub fn decode(raw: &'a [u8]) -> Result<Self, Reason> {
        receipt(raw).map_err(|error| Reason::new("receipt", error.to_string()))
    }
}

fn receipt(raw: &[u8]) -> Result<Receipt<'_>, RlpError> {
    let body = match raw.split_first() {
        Some((kind, rest)) if *kind <= MAX_TYPE => rest,
        _ => raw,
    };
    let mut items = rlp::decode(body)?.list()?;
    let succeeded = match items.item()?.text()? {
        [] => false,
        [1] => true,
        _ => return Err(RlpError("a status that is neither 0 nor 1")),
    };
    let _gas = items.item()?.uint()?;
    let _bloom: [u8; 256] = items.item()?.array()?;
    let logs = items.item()?.list()?.map(|piece| log(piece?)).collect::<Result<_, _>>()?;
    items.end()?;
    Ok(Receipt { succeeded, logs })
}

fn log(piece: Piece<'_>) -> Result<Log<'_>, RlpError> {
    let mut items = piece.list()?;
    let address = items.item()?.array()?;
    let topics: Vec<Hash> = items.item()?.list()?.take(5).map(|topic| topic?.array()).collect::<Result<_, _>>()?;
    if topics.len() > 4 {
        return Err(RlpError("an event with more than four topics"));
    }
    let data = items.item()?.text()?;
    items.end()?;
    Ok(Log { address, topics, data })
}
