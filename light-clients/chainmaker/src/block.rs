//! A block header: its shape, its hash and what is kept of it.
//!
//! Source: chainmaker utils v2 `block.go` `CalcBlockHash`: the hash of the message without `block_hash` and `signature`.

use govhub_lc_core::Reason;
use prost::Message;

use crate::decode;
use crate::proto::chainmaker::v2 as chain;
use crate::suite::{Hash, Suite};

/// Bits of `block_type`.
const CONFIG_BLOCK: i32 = 1;
const HAS_COINBASE: i32 = 4;
const KNOWN_BITS: i32 = 7;

/// A header that hashes to what it says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub header: chain::BlockHeader,
    pub hash: Hash,
    pub pre_block_hash: Hash,
    /// Roots of the trees over transactions and write sets; nothing of an empty block.
    pub roots: Option<Roots>,
    /// Unix seconds.
    pub time_s: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roots {
    pub tx: Hash,
    pub rw_set: Hash,
}

impl Block {
    /// Reads a header above genesis.
    ///
    /// # Errors
    /// Bytes that are not the message's one encoding; `header-shape`; `block-hash`.
    pub fn decode(suite: Suite, bytes: &[u8]) -> Result<Self, Reason> {
        let header: chain::BlockHeader = decode::chain("block header", bytes)?;
        let pre_block_hash = digest("pre_block_hash", &header.pre_block_hash)?;
        Self::new(suite, header, pre_block_hash)
    }

    /// Reads a genesis header, which has no parent.
    ///
    /// # Errors
    /// As [`Block::decode`].
    pub fn decode_genesis(suite: Suite, bytes: &[u8]) -> Result<Self, Reason> {
        let header: chain::BlockHeader = decode::chain("block header", bytes)?;
        if header.block_height != 0 || !header.pre_block_hash.is_empty() {
            return Err(wrong("no genesis header"));
        }
        Self::new(suite, header, Hash::default())
    }

    fn new(suite: Suite, header: chain::BlockHeader, pre_block_hash: Hash) -> Result<Self, Reason> {
        let hash = hash(suite, &header);
        if header.block_hash != hash {
            return Err(Reason::new("block-hash", format!("the header hashes to {}, it says {}", hex::encode(hash), hex::encode(head(&header.block_hash)))));
        }
        digest("dag_hash", &header.dag_hash)?;
        let roots = match header.tx_count {
            0 if header.tx_root.is_empty() && header.rw_set_root.is_empty() => None,
            0 => return Err(wrong("roots of no transactions")),
            _ => Some(Roots { tx: digest("tx_root", &header.tx_root)?, rw_set: digest("rw_set_root", &header.rw_set_root)? }),
        };
        if header.block_type & !KNOWN_BITS != 0 {
            return Err(wrong(format!("block type {}", header.block_type)));
        }
        let time_s = u64::try_from(header.block_timestamp).map_err(|_| wrong("a time before 1970"))?;
        Ok(Self { hash, pre_block_hash, roots, time_s, header })
    }

    pub fn height(&self) -> u64 {
        self.header.block_height
    }

    /// Whether the header says that its first transaction is one of configuration.
    pub fn is_config(&self) -> bool {
        self.header.block_type & CONFIG_BLOCK != 0
    }

    /// Transactions of a configuration block: that one, and the one that charges for it where the chain charges.
    pub fn config_tx_count(&self) -> u32 {
        match self.header.block_type & HAS_COINBASE {
            0 => 1,
            _ => 2,
        }
    }
}

/// The hash of a header.
pub(crate) fn hash(suite: Suite, header: &chain::BlockHeader) -> Hash {
    let signed = chain::BlockHeader { block_hash: Vec::new(), signature: Vec::new(), ..header.clone() };
    suite.hash(&[&signed.encode_to_vec()])
}

pub(crate) fn digest(what: &str, bytes: &[u8]) -> Result<Hash, Reason> {
    bytes.try_into().map_err(|_| wrong(format!("{what} of {} bytes, expected 32", bytes.len())))
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(32)]
}

fn wrong(detail: impl Into<String>) -> Reason {
    Reason::new("header-shape", detail)
}
