//! What a version consists of, as bytes on disk: the format marker, the tip, one checksummed record a version.

use govhub_types::hash::{sha256, Hash};

use crate::tree::TreeId;
use crate::{Area, Backend, Batch, StoreError, Substore};

/// Layout of the bytes on disk. Another number is another format.
pub(crate) const FORMAT: u32 = 1;
const FORMAT_KEY: &[u8] = b"format";
const TIP_KEY: &[u8] = b"tip";
const OLDEST_KEY: &[u8] = b"oldest";
const RECORD_PREFIX: u8 = b'v';

const TREES: usize = Substore::ALL.len();
const CHECKSUM_BYTES: usize = 32;
/// Root, the top tree's version, every substore's version, the app version.
const BODY_BYTES: usize = 32 + 8 * (1 + TREES + 1);

/// What one version consists of.
///
/// Trees count versions of their own, which move only when the tree changes: an untouched substore costs nothing in a block,
/// and a block that touches none has the record of the block before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Application hash.
    pub(crate) root: Hash,
    /// The top tree's own version.
    pub(crate) top: u64,
    /// Each substore's own version, in the order of [`Substore::ALL`].
    pub(crate) trees: [u64; TREES],
    /// Version of the state machine whose rules made this version; 0 until one is set.
    pub(crate) app_version: u64,
}

impl Record {
    /// The own version of `substore`'s tree.
    pub(crate) fn tree(&self, substore: Substore) -> u64 {
        self.trees[substore.place()]
    }

    /// Every tree with its own version, the top tree first.
    pub(crate) fn all_trees(&self) -> impl Iterator<Item = (TreeId, u64)> + '_ {
        let substores = Substore::ALL.into_iter().map(|s| (TreeId::of(s), self.tree(s)));
        std::iter::once((TreeId::TOP, self.top)).chain(substores)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.root.to_vec();
        for number in std::iter::once(&self.top).chain(&self.trees).chain([&self.app_version]) {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(sha256(&[&bytes]));
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if sha256(&[body]) != checksum || body.len() != BODY_BYTES {
            return None;
        }
        let (root, numbers) = body.split_at(32);
        let mut numbers = numbers.chunks_exact(8).filter_map(be64);
        let top = numbers.next()?;
        let mut trees = [0; TREES];
        for tree in &mut trees {
            *tree = numbers.next()?;
        }
        Some(Self { root: root.try_into().ok()?, top, trees, app_version: numbers.next()? })
    }
}

/// The newest version.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) version: u64,
    pub(crate) record: Record,
}

impl Tip {
    /// Stages this version as the newest one.
    pub(crate) fn stage(&self, batch: &mut Batch) {
        batch.set(Area::Versions, record_key(self.version), Some(self.record.encode()));
        batch.set(Area::Versions, TIP_KEY.to_vec(), Some(self.version.to_be_bytes().to_vec()));
        batch.set(Area::Versions, FORMAT_KEY.to_vec(), Some(FORMAT.to_be_bytes().to_vec()));
    }

    /// The newest version in `backend`, `None` before genesis.
    pub(crate) fn read(backend: &dyn Backend) -> Result<Option<Self>, StoreError> {
        let format = read_format(backend)?;
        let Some(bytes) = backend.get(Area::Versions, TIP_KEY)? else {
            return match format {
                None => Ok(None),
                Some(_) => Err(StoreError::corrupt("the tip is missing")),
            };
        };
        if format.is_none() {
            return Err(StoreError::corrupt("the format marker is missing"));
        }
        let version = be64(&bytes).ok_or_else(|| StoreError::corrupt("the tip is not a number"))?;
        Ok(Some(Self { version, record: read_record(backend, version)? }))
    }
}

fn read_format(backend: &dyn Backend) -> Result<Option<u32>, StoreError> {
    let Some(bytes) = backend.get(Area::Versions, FORMAT_KEY)? else { return Ok(None) };
    match bytes.as_slice().try_into().map(u32::from_be_bytes) {
        Ok(FORMAT) => Ok(Some(FORMAT)),
        Ok(found) => Err(StoreError::Format { found, known: FORMAT }),
        Err(_) => Err(StoreError::corrupt("the format marker is not a number")),
    }
}

/// The record of `version`.
pub(crate) fn read_record(backend: &dyn Backend, version: u64) -> Result<Record, StoreError> {
    let bytes = backend.get(Area::Versions, &record_key(version))?;
    let bytes = bytes.ok_or_else(|| StoreError::corrupt(format!("record of version {version} is missing")))?;
    Record::decode(&bytes).ok_or_else(|| StoreError::corrupt(format!("record of version {version} fails its checksum")))
}

/// The oldest version kept; 0 if nothing was ever pruned.
pub(crate) fn read_oldest(backend: &dyn Backend) -> Result<u64, StoreError> {
    match backend.get(Area::Versions, OLDEST_KEY)? {
        None => Ok(0),
        Some(bytes) => be64(&bytes).ok_or_else(|| StoreError::corrupt("the oldest version is not a number")),
    }
}

/// Stages forgetting the records from `oldest` up to, not including, `oldest_kept`.
pub(crate) fn stage_oldest(oldest: u64, oldest_kept: u64, batch: &mut Batch) {
    for version in oldest..oldest_kept {
        batch.set(Area::Versions, record_key(version), None);
    }
    if oldest < oldest_kept {
        batch.set(Area::Versions, OLDEST_KEY.to_vec(), Some(oldest_kept.to_be_bytes().to_vec()));
    }
}

fn record_key(version: u64) -> Vec<u8> {
    let mut key = vec![RECORD_PREFIX];
    key.extend(version.to_be_bytes());
    key
}

fn be64(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record { root: [7; 32], top: 9, trees: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], app_version: 11 }
    }

    #[test]
    fn a_record_decodes_to_what_was_encoded() {
        assert_eq!(Record::decode(&record().encode()), Some(record()));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_of_a_record_is_noticed() {
        let bytes = record().encode();
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Record::decode(&bent), None, "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..length]), None, "cut to {length} bytes");
        }
    }
}
