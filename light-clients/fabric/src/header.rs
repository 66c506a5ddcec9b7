//! A run of blocks, and what it must look like before signatures are worth checking.

use govhub_lc_core::Reason;
use govhub_types::hash::Hash;

use crate::block::{Block, Content, Header, SignedMetadata};
use crate::decode;

/// A block on its way in: what it says by itself is consistent, and it names the right channel wherever it names one.
#[derive(Clone, Debug)]
pub(crate) struct Candidate<'a> {
    pub header: Header,
    pub hash: Hash,
    /// What it carries, if that was delivered.
    pub content: Option<Content<'a>>,
    block: Block<'a>,
    copies: Vec<&'a [u8]>,
}

impl<'a> Candidate<'a> {
    /// Reads a block of channel `channel_id`.
    ///
    /// # Errors
    /// Those of [`Block::read`], [`Block::content`] and [`Content::check_channel`].
    pub fn read(raw: &decode::SignedBlock<'a>, channel_id: &str) -> Result<Self, Reason> {
        let block = Block::read(raw.block)?;
        let content = block.data.is_some().then(|| block.content()).transpose()?;
        content.iter().try_for_each(|content| content.check_channel(channel_id))?;
        Ok(Self { header: block.header, hash: block.header.hash(), content, copies: raw.copies.to_vec(), block })
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.header.number
    }

    /// Whether it carries a configuration, as far as is known.
    pub fn is_config(&self) -> bool {
        matches!(self.content, Some(Content::Config(_)))
    }

    /// Signatures of every orderer that was asked.
    ///
    /// # Errors
    /// Those of [`Block::signed_metadata`]; `copies-differ`: two orderers say that different configurations are in force.
    pub fn copies(&self) -> Result<Vec<SignedMetadata<'a>>, Reason> {
        let mut copies = vec![self.block.signed_metadata()?];
        for copy in &self.copies {
            copies.push(SignedMetadata::read(copy)?);
        }
        match copies.windows(2).all(|pair| pair[0].last_config == pair[1].last_config) {
            true => Ok(copies),
            false => Err(Reason::new("copies-differ", format!("block {}: copies name different configurations", self.number()))),
        }
    }

    fn is_bare(&self) -> bool {
        self.block.is_bare() && self.copies.is_empty()
    }
}

/// Blocks, each the successor of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Run<'a> {
    pub blocks: Vec<Candidate<'a>>,
    pub last: Candidate<'a>,
}

impl<'a> Run<'a> {
    /// Reads a run of channel `channel_id`.
    ///
    /// # Errors
    /// `run-empty`; `run-gap`; `previous-hash`; `unused-bytes`: a block that needs no signature comes with data or metadata, which nobody
    /// would look at; those of [`Candidate::read`].
    pub fn read(raw: &decode::Header<'a>, channel_id: &str) -> Result<Self, Reason> {
        let mut blocks = raw.blocks.iter().map(|block| Candidate::read(block, channel_id)).collect::<Result<Vec<_>, _>>()?;
        for pair in blocks.windows(2) {
            check_successor(pair[0].number(), &pair[0].hash, &pair[1].header)?;
            if !pair[0].is_config() && !pair[0].is_bare() {
                return Err(Reason::new("unused-bytes", format!("block {}: only the last block and configurations are more than a header", pair[0].number())));
            }
        }
        let last = blocks.pop().ok_or_else(|| Reason::new("run-empty", "a header without blocks"))?;
        Ok(Self { blocks, last })
    }
}

/// That `header` is the successor of block `number` with hash `hash`.
///
/// # Errors
/// `run-gap`; `previous-hash`.
pub(crate) fn check_successor(number: u64, hash: &Hash, header: &Header) -> Result<(), Reason> {
    if number.checked_add(1) != Some(header.number) {
        return Err(Reason::new("run-gap", format!("block {} after block {number}", header.number)));
    }
    match header.previous_hash.as_ref() == Some(hash) {
        true => Ok(()),
        false => Err(Reason::new("previous-hash", format!("block {} is the successor of another block {number}", header.number))),
    }
}
