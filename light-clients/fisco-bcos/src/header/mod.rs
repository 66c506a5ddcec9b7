//! What a header says, once its form is right and its hash is recomputed. One file for each version.
//!
//! The preimage of version 3 has no lengths: sealer list, extra data and weights can be cut differently with the same hash and the same
//! signatures. Its form rules leave one reading.

mod v2;
mod v3;

#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v2::encode as encode_v2;
#[cfg(any(feature = "testing", feature = "native"))]
pub use v2::Fields as FieldsV2;
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v3::hash as hash_v3;

pub(crate) use v3::decimal;

use govhub_lc_core::Reason;

use crate::proto::govhub::lightclients::fisco::v1::{self as raw, signed_header::Fields};
use crate::sealers::SealerSet;
use crate::state::Version;
use crate::suite::{Hash, NodeId, Suite};

/// Latest time taken for one: the top byte of its 64 bits is 0 (section B1 of the notes), some two million years.
const MAX_TIMESTAMP_MS: u64 = (1 << 56) - 1;

/// A header of either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub number: u64,
    /// Recomputed from the fields.
    pub hash: Hash,
    /// Hash of the block before.
    pub parent: Hash,
    pub transactions_root: Hash,
    pub receipts_root: Hash,
    /// The proposer's clock.
    pub timestamp_ms: u64,
    /// Node ids as the header lists them: signatures refer to these places.
    pub listed: Vec<NodeId>,
    /// The same as a set.
    pub sealers: SealerSet,
}

impl Header {
    /// Reads a header of a chain.
    ///
    /// # Errors
    /// `version` for a header of the other version, a code for each form rule, `header-hash` if the stated hash is not the fields'.
    pub fn read(version: Version, suite: Suite, signed: &raw::SignedHeader) -> Result<Self, Reason> {
        let header = match (version, &signed.fields) {
            (Version::V2, Some(Fields::Rlp(bytes))) => v2::read(suite, bytes)?,
            (Version::V3, Some(Fields::V3(fields))) => v3::read(suite, fields)?,
            (_, None) => return Err(Reason::new("header-missing", "no fields")),
            (version, _) => return Err(Reason::new("version", format!("the chain is of version {}; the header of another", version.name()))),
        };
        if signed.hash != header.hash {
            return Err(Reason::new("header-hash", format!("block {}: the stated hash is not the one that the fields give under {}", header.number, suite.name())));
        }
        Ok(header)
    }
}

/// Rules that both versions share.
fn check(header: Header, proposer: u64) -> Result<Header, Reason> {
    if header.number == 0 {
        return Err(Reason::new("genesis", "block 0 has no signatures; it is an anchor or nothing"));
    }
    if proposer >= header.listed.len() as u64 {
        return Err(Reason::new("proposer", format!("place {proposer} in a list of {}", header.listed.len())));
    }
    if header.timestamp_ms > MAX_TIMESTAMP_MS {
        return Err(Reason::new("timestamp", format!("{} ms", header.timestamp_ms)));
    }
    Ok(header)
}
