//! What orderers sign besides the header. Everything else in a block's metadata (validation codes, commit hash) is one peer's word and
//! is not read.

use govhub_lc_core::Reason;

use crate::messages::common::{BlockMetadata, Metadata, MetadataSignature, OrdererBlockMetadata};
use crate::wire::Message;

/// Entries that blocks of 2.x and 3.x have.
const ENTRIES: usize = 5;

/// Entry 0 of a block's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMetadata<'a> {
    /// The bytes that are signed.
    pub value: &'a [u8],
    /// Number of the block whose configuration is in force.
    pub last_config: u64,
    /// Signatures, not yet verified.
    pub signatures: Vec<MetadataSignature<'a>>,
}

impl<'a> SignedMetadata<'a> {
    /// From a block's metadata.
    ///
    /// # Errors
    /// `metadata-missing`: none, or fewer entries than 2.x has; those of [`SignedMetadata::read`].
    pub(super) fn of_block(metadata: Option<&BlockMetadata<'a>>) -> Result<Self, Reason> {
        let entries = metadata.map(|metadata| &metadata.metadata[..]).unwrap_or_default();
        match entries.first() {
            Some(first) if entries.len() >= ENTRIES => Self::read(first),
            _ => Err(Reason::new("metadata-missing", format!("{} entries of metadata; blocks of 2.x and 3.x have {ENTRIES}", entries.len()))),
        }
    }

    /// From the entry itself: another orderer's signatures on the same header come so.
    ///
    /// # Errors
    /// `malformed`; `last-config-missing`: blocks of 1.x keep it elsewhere.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let metadata = Metadata::read(bytes)?;
        let missing = || Reason::new("last-config-missing", "the signed metadata do not say which configuration is in force; blocks of 1.x are not followed");
        let last_config = OrdererBlockMetadata::read(metadata.value)?.last_config.ok_or_else(missing)?;
        Ok(Self { value: metadata.value, last_config: last_config.index, signatures: metadata.signatures.0 })
    }
}
