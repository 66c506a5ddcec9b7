//! A block: header, data, metadata, each as far as it says something by itself.
//!
//! Source: fabric `protoutil/blockutils.go`.

mod data;
mod envelope;
mod header;
mod metadata;

use govhub_lc_core::Reason;

use crate::messages::common::{self, BlockMetadata};
use crate::wire::Message;

pub use data::{data_hash, Content, Transaction};
pub use envelope::envelope;
pub use header::Header;
pub use metadata::SignedMetadata;

/// A block whose shape is right. Data and metadata may be missing: orderers deliver headers alone, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What is hashed and signed.
    pub header: Header,
    /// Serialised envelopes, if they were delivered.
    pub data: Option<Vec<&'a [u8]>>,
    metadata: Option<BlockMetadata<'a>>,
}

impl<'a> Block<'a> {
    /// Reads a block.
    ///
    /// # Errors
    /// `malformed`; `header-missing`; those of [`Header::new`].
    ///
    /// # Not checked
    /// Data against header: see [`Block::content`]; signatures.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let raw = common::Block::read(bytes)?;
        let header = raw.header.ok_or_else(|| Reason::new("header-missing", "the block has no header"))?;
        Ok(Self { header: Header::new(&header)?, data: raw.data.map(|data| data.data.0), metadata: raw.metadata })
    }

    /// Whether it is a header and nothing else.
    pub fn is_bare(&self) -> bool {
        self.data.is_none() && self.metadata.is_none()
    }

    /// The data, after it was found to be what the header says.
    ///
    /// # Errors
    /// `data-missing`; `data-hash`; those of [`Content::read`].
    pub fn content(&self) -> Result<Content<'a>, Reason> {
        let entries = self.data.as_deref().ok_or_else(|| Reason::new("data-missing", format!("block {} came without its data", self.header.number)))?;
        if data_hash(entries) != self.header.data_hash {
            return Err(Reason::new("data-hash", format!("the data of block {} do not hash to what its header says", self.header.number)));
        }
        Content::read(entries)
    }

    /// What orderers signed besides the header, with their signatures.
    ///
    /// # Errors
    /// Those of [`SignedMetadata::of_block`].
    pub fn signed_metadata(&self) -> Result<SignedMetadata<'a>, Reason> {
        SignedMetadata::of_block(self.metadata.as_ref())
    }
}
