//! Blocks: the bytes of `tendermint.types.Block`, their part set and id.

use prost::Message;
use tendermint::block::{parts, Commit, Header};
use tendermint_proto::v0_38::types as proto;
use thiserror::Error;

use crate::commit::{self, CommitError};
use crate::header::{Expected, HeaderError};
use crate::{merkle, ValueId};

/// Size of a part: CometBFT's.
pub const PART_BYTES: usize = 64 << 10;

/// Largest encoded block whatever genesis says: a proposal must fit the network's and the memory's bounds many times over.
pub const BLOCK_BYTES_MAX: usize = 16 << 20;

/// A block: header, transactions, and the commit of the block before (`None` for the first).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Header.
    pub header: Header,
    /// Transactions in order.
    pub txs: Vec<Vec<u8>>,
    /// Commit of the last block.
    pub last_commit: Option<Commit>,
}

impl Block {
    /// Protobuf bytes, equal to what Go writes: messages that Go holds by value are always present.
    pub fn encode(&self) -> Vec<u8> {
        proto::Block {
            header: Some(header_proto(&self.header)),
            data: Some(proto::Data { txs: self.txs.clone() }),
            evidence: Some(proto::EvidenceList::default()),
            last_commit: Some(self.last_commit.clone().map_or_else(first_commit, Into::into)),
        }
        .encode_to_vec()
    }

    /// The inverse of [`Block::encode`].
    ///
    /// # Errors
    /// [`BlockError::Malformed`] for anything that does not encode to the same bytes again.
    ///
    /// # Not checked
    /// Any rule of [`Block::check`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BlockError> {
        if bytes.len() > BLOCK_BYTES_MAX {
            return Err(BlockError::TooLarge { found: bytes.len(), max: BLOCK_BYTES_MAX });
        }
        let malformed = |why: String| BlockError::Malformed { why };
        let raw = proto::Block::decode(bytes).map_err(|e| malformed(e.to_string()))?;
        let header: Header = raw.header.ok_or_else(|| malformed("no header".into()))?.try_into().map_err(|e: tendermint::Error| malformed(e.to_string()))?;
        let txs = raw.data.ok_or_else(|| malformed("no data".into()))?.txs;
        let last_commit = raw.last_commit.ok_or_else(|| malformed("no last commit".into()))?;
        let last_commit = if last_commit == first_commit() {
            None
        } else {
            Some(last_commit.try_into().map_err(|e: tendermint::Error| malformed(e.to_string()))?)
        };
        let block = Self { header, txs, last_commit };
        if block.encode() != bytes {
            return Err(malformed("not the canonical encoding".into()));
        }
        Ok(block)
    }

    /// Id of this block, whose encoding is `bytes`.
    pub fn id(&self, bytes: &[u8]) -> tendermint::block::Id {
        tendermint::block::Id { hash: self.header.hash(), part_set_header: part_set_header(bytes) }
    }

    /// What is voted on for this block, whose encoding is `bytes`.
    pub fn value_id(&self, bytes: &[u8]) -> ValueId {
        ValueId::new(&self.id(bytes), self.header.time).expect("hashes of a block are SHA-256")
    }

    /// Checks every rule of a block that does not need the state machine or a clock.
    ///
    /// # Errors
    /// [`BlockError`], naming the rule.
    pub fn check(&self, encoded_bytes: usize, expected: &Expected) -> Result<(), BlockError> {
        let max = usize::try_from(expected.params.block_max_bytes).unwrap_or(usize::MAX).min(BLOCK_BYTES_MAX);
        if encoded_bytes > max {
            return Err(BlockError::TooLarge { found: encoded_bytes, max });
        }
        match (&self.last_commit, &expected.last) {
            (None, None) => {}
            (Some(commit), Some(last)) => commit::verify(commit, last, expected.height - 1, &expected.chain_id)?,
            (found, _) => return Err(BlockError::LastCommit { found: found.is_some() }),
        }
        Ok(expected.check(&self.header, &self.txs, self.last_commit.as_ref())?)
    }
}

/// Header in protobuf with its by-value members present, as Go writes it.
pub fn header_proto(header: &Header) -> proto::Header {
    let mut raw = proto::Header::from(header.clone());
    raw.last_block_id.get_or_insert_with(no_block_id);
    raw
}

/// The id of no block, as Go writes it: an empty part-set header inside.
fn no_block_id() -> proto::BlockId {
    proto::BlockId { hash: Vec::new(), part_set_header: Some(proto::PartSetHeader::default()) }
}

/// What Go writes as the last commit of the first block.
fn first_commit() -> proto::Commit {
    proto::Commit { height: 0, round: 0, block_id: Some(no_block_id()), signatures: Vec::new() }
}

/// Part-set header over `bytes` in parts of [`PART_BYTES`].
pub fn part_set_header(bytes: &[u8]) -> parts::Header {
    let chunks: Vec<&[u8]> = bytes.chunks(PART_BYTES).collect();
    let total = u32::try_from(chunks.len()).expect("blocks are bounded far below 2^32 parts");
    parts::Header::new(total, tendermint::Hash::Sha256(merkle::root(&chunks))).expect("a block has at least one part")
}

/// Why bytes are not an acceptable block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    /// Over the bound.
    #[error("block of {found} bytes, at most {max}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Not a block's canonical protobuf.
    #[error("not a block: {why}")]
    Malformed {
        /// Decoder's reason.
        why: String,
    },
    /// Only the first block has no last commit.
    #[error("a last commit is {}", if *found { "not expected in the first block" } else { "missing" })]
    LastCommit {
        /// Whether one was there.
        found: bool,
    },
    /// The last commit is not good.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A header field is wrong.
    #[error(transparent)]
    Header(#[from] HeaderError),
}
