//! Heights as ICS-02 counts them: a revision and a height within it.

use std::fmt;
use std::str::FromStr;

use ibc_proto::ibc::core::client::v1::Height as RawHeight;

use crate::id::IdError;

/// A block height of some chain: `{revision_number}-{revision_height}`, ordered by revision first.
///
/// Source: ICS-02; ibc-go `02-client/types/height.go`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height {
    /// Revision of the chain id (`name-{revision}`); 0 for chains without one.
    pub revision_number: u64,
    /// Height within the revision; 0 means "none".
    pub revision_height: u64,
}

impl Height {
    /// Height `revision_height` of revision `revision_number`.
    pub const fn new(revision_number: u64, revision_height: u64) -> Self {
        Self { revision_number, revision_height }
    }

    /// True for the height that stands for "none" (`revision_height` 0).
    pub const fn is_zero(&self) -> bool {
        self.revision_height == 0
    }

    /// 16 bytes, big endian, so that byte order is height order: storage keys.
    pub fn to_be_bytes(self) -> [u8; 16] {
        let mut bytes = [0u8; 16];
        bytes[..8].copy_from_slice(&self.revision_number.to_be_bytes());
        bytes[8..].copy_from_slice(&self.revision_height.to_be_bytes());
        bytes
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.revision_number, self.revision_height)
    }
}

impl FromStr for Height {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError::new("height", text, "`{revision}-{height}`, two decimal numbers");
        let (revision, height) = text.split_once('-').ok_or_else(bad)?;
        let number = |part: &str| part.parse::<u64>().ok().filter(|n| n.to_string() == part).ok_or_else(bad);
        Ok(Self::new(number(revision)?, number(height)?))
    }
}

impl From<RawHeight> for Height {
    fn from(raw: RawHeight) -> Self {
        Self::new(raw.revision_number, raw.revision_height)
    }
}

impl From<Height> for RawHeight {
    fn from(height: Height) -> Self {
        RawHeight { revision_number: height.revision_number, revision_height: height.revision_height }
    }
}
