//! What validators vote on: a block's id and its time.

use std::fmt;

use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};
use tendermint::block::parts;

/// Block hash, part-set header and header time: all of a vote's sign bytes that height, round and chain id do not give.
///
/// The value the engine decides *is* this id; block bytes travel as proposal parts and are bound by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct ValueId {
    /// Header hash.
    pub hash: [u8; 32],
    /// Number of 64 KiB parts of the encoded block, at least 1.
    pub parts_total: u32,
    /// Merkle root over the parts.
    pub parts_hash: [u8; 32],
    /// Header time, seconds since 1970.
    pub time_s: i64,
    /// Header time, nanoseconds below the second; less than 1,000,000,000.
    pub time_ns: u32,
}

impl ValueId {
    /// The id as CometBFT writes it; `None` for an id whose part count is 0.
    pub fn block_id(&self) -> Option<tendermint::block::Id> {
        let part_set_header = parts::Header::new(self.parts_total, tendermint::Hash::Sha256(self.parts_hash)).ok()?;
        (self.parts_total > 0).then_some(tendermint::block::Id { hash: tendermint::Hash::Sha256(self.hash), part_set_header })
    }

    /// Header time; `None` outside the years 1 to 9999.
    pub fn time(&self) -> Option<tendermint::Time> {
        tendermint::Time::from_unix_timestamp(self.time_s, self.time_ns).ok()
    }

    /// The value id of a block with this id and time; `None` for the id of nothing.
    pub fn new(id: &tendermint::block::Id, time: tendermint::Time) -> Option<Self> {
        let (tendermint::Hash::Sha256(hash), tendermint::Hash::Sha256(parts_hash)) = (id.hash, id.part_set_header.hash) else {
            return None;
        };
        let (time_s, time_ns) = crate::time_rule::unix(time);
        Some(Self { hash, parts_total: id.part_set_header.total, parts_hash, time_s, time_ns })
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(&self.hash[..6]))
    }
}

impl core::Value for ValueId {
    type Id = ValueId;

    fn id(&self) -> ValueId {
        *self
    }
}
