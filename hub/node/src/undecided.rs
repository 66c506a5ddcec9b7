//! Proposals not yet decided: durable before anything is said about them.
//!
//! The engine's log restores votes and ids after a crash, never block bytes; a proposal that was voted for and lost would leave a decided
//! height without its block. So each proposal is written, synced, and only then answered. Reads come from memory.

use std::collections::BTreeMap;

use govhub_consensus::{Received, ValidatorAddress, ValueId};
use govhub_store::{Column, Store, StoreError, Writes};
use prost::Message;

use crate::blocks::BlockWrites;

/// How far ahead of the height being decided a proposal is kept: peers are at most one height ahead of a node that keeps up; one that does
/// not catches up by sync.
const HEIGHTS_AHEAD: u64 = 1;
/// Proposals of others kept for one height: rounds that fail in a row, and room for those of lying validators.
const PER_HEIGHT_MAX: usize = 32;

/// A proposal as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// What was received.
    pub proposal: Received,
    /// Whether its time was acceptable when it first came: after a crash the clock has moved on, the judgement has not.
    pub timely: bool,
}

/// On disk. Private to this node.
#[derive(Clone, PartialEq, Message)]
struct Record {
    #[prost(uint64, tag = "1")]
    height: u64,
    #[prost(uint32, tag = "2")]
    round: u32,
    #[prost(uint32, optional, tag = "3")]
    pol_round: Option<u32>,
    #[prost(bytes, tag = "4")]
    proposer: Vec<u8>,
    #[prost(bytes, tag = "5")]
    hash: Vec<u8>,
    #[prost(uint32, tag = "6")]
    parts_total: u32,
    #[prost(bytes, tag = "7")]
    parts_hash: Vec<u8>,
    #[prost(int64, tag = "8")]
    time_s: i64,
    #[prost(uint32, tag = "9")]
    time_ns: u32,
    #[prost(bytes, tag = "10")]
    bytes: Vec<u8>,
    #[prost(bool, tag = "11")]
    timely: bool,
}

type Key = (u64, u32, ValueId);

/// The proposals of this height and the next.
pub struct UndecidedStore {
    store: Store,
    kept: BTreeMap<Key, Undecided>,
}

fn disk_key((height, round, id): &Key) -> Vec<u8> {
    [height.to_be_bytes().as_slice(), &round.to_be_bytes(), &id.hash, &id.parts_hash].concat()
}

impl UndecidedStore {
    /// Reads what was kept before.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a record that is none.
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let rows = store.column_range(Column::Undecided, &[], &[0xff; 9], usize::MAX)?;
        let mut kept = BTreeMap::new();
        for (_, bytes) in rows {
            let undecided = decode(&bytes).ok_or_else(|| StoreError::Corrupt { what: "an undecided proposal".into() })?;
            kept.insert(key_of(&undecided), undecided);
        }
        Ok(Self { store, kept })
    }

    /// Keeps a proposal, durably. False if it is out of bounds: too far ahead, past, or one too many.
    pub fn keep(&mut self, deciding: u64, undecided: Undecided) -> Result<bool, StoreError> {
        let key = key_of(&undecided);
        if self.kept.contains_key(&key) {
            return Ok(true);
        }
        let near = (deciding..=deciding.saturating_add(HEIGHTS_AHEAD)).contains(&key.0);
        if !near || self.of_height(key.0).count() >= PER_HEIGHT_MAX {
            return Ok(false);
        }
        self.write(key, undecided)?;
        Ok(true)
    }

    /// Keeps a proposal of this node, durably: whatever others sent, there is room for it.
    pub fn keep_own(&mut self, undecided: Undecided) -> Result<(), StoreError> {
        self.write(key_of(&undecided), undecided)
    }

    fn write(&mut self, key: Key, undecided: Undecided) -> Result<(), StoreError> {
        let mut writes = Writes::default();
        writes.columns.entry(Column::Undecided).or_default().insert(disk_key(&key), Some(encode(&undecided)));
        self.store.write_columns(writes)?;
        self.kept.insert(key, undecided);
        Ok(())
    }

    /// Whether a value was judged timely in an earlier round of `height`.
    pub fn timely_before(&self, height: u64, id: &ValueId) -> bool {
        self.of_height(height).any(|((_, _, i), undecided)| i == id && undecided.timely)
    }

    fn of_height(&self, height: u64) -> impl Iterator<Item = (&Key, &Undecided)> {
        self.kept.iter().filter(move |((h, ..), _)| *h == height)
    }

    /// Proposals of a round.
    pub fn of_round(&self, height: u64, round: u32) -> Vec<Undecided> {
        self.of_height(height).filter(|((_, r, _), _)| *r == round).map(|(_, undecided)| undecided.clone()).collect()
    }

    /// Encoded block of an id, whatever its round.
    pub fn bytes(&self, height: u64, id: &ValueId) -> Option<&[u8]> {
        self.of_height(height).find(|((_, _, i), _)| i == id).map(|(_, undecided)| undecided.proposal.bytes.as_slice())
    }

    /// Adds to `writes` the removal of everything up to `height`.
    pub fn stage_removal(&self, height: u64, writes: &mut BlockWrites) {
        for key in self.kept.keys().filter(|(h, ..)| *h <= height) {
            writes.delete(Column::Undecided, disk_key(key));
        }
    }

    /// Forgets everything up to `height`, after the removal was committed.
    pub fn forget(&mut self, height: u64) {
        self.kept.retain(|(h, ..), _| *h > height);
    }
}

fn key_of(undecided: &Undecided) -> Key {
    (undecided.proposal.height, undecided.proposal.round, undecided.proposal.id)
}

fn encode(undecided: &Undecided) -> Vec<u8> {
    let Undecided { proposal, timely } = undecided.clone();
    let id = proposal.id;
    Record {
        height: proposal.height,
        round: proposal.round,
        pol_round: proposal.pol_round,
        proposer: proposal.proposer.0.to_vec(),
        hash: id.hash.to_vec(),
        parts_total: id.parts_total,
        parts_hash: id.parts_hash.to_vec(),
        time_s: id.time_s,
        time_ns: id.time_ns,
        bytes: proposal.bytes,
        timely,
    }
    .encode_to_vec()
}

fn decode(bytes: &[u8]) -> Option<Undecided> {
    let record = Record::decode(bytes).ok()?;
    let id = ValueId {
        hash: record.hash.try_into().ok()?,
        parts_total: record.parts_total,
        parts_hash: record.parts_hash.try_into().ok()?,
        time_s: record.time_s,
        time_ns: record.time_ns,
    };
    let proposal = Received {
        height: record.height,
        round: record.round,
        pol_round: record.pol_round,
        locked: false,
        proposer: ValidatorAddress(record.proposer.try_into().ok()?),
        id,
        bytes: record.bytes,
    };
    Some(Undecided { proposal, timely: record.timely })
}

#[cfg(test)]
mod tests {
    use super::*;
    use govhub_store::mem::MemBackend;
    use std::sync::Arc;

    fn undecided(height: u64, round: u32, tag: u8) -> Undecided {
        let id = ValueId { hash: [tag; 32], parts_total: 1, parts_hash: [tag; 32], time_s: 1, time_ns: 2 };
        let proposal = Received { height, round, pol_round: None, locked: false, proposer: ValidatorAddress([3; 20]), id, bytes: vec![tag; 10] };
        Undecided { proposal, timely: true }
    }

    #[test]
    fn a_kept_proposal_is_there_after_opening_again() {
        let store = Store::open(Arc::new(MemBackend::default())).expect("opened");
        let mut first = UndecidedStore::open(store.clone()).expect("opened");
        assert!(first.keep(5, undecided(5, 0, 1)).expect("kept"));
        assert!(first.keep(5, undecided(6, 0, 2)).expect("an early one is kept"));
        let second = UndecidedStore::open(store).expect("opened");
        assert_eq!(second.of_round(5, 0), [undecided(5, 0, 1)]);
        assert_eq!(second.bytes(6, &undecided(6, 0, 2).proposal.id), Some([2u8; 10].as_slice()));
    }

    #[test]
    fn past_and_distant_proposals_and_one_too_many_are_not_kept() {
        let store = Store::open(Arc::new(MemBackend::default())).expect("opened");
        let mut kept = UndecidedStore::open(store).expect("opened");
        assert!(!kept.keep(5, undecided(4, 0, 1)).expect("past"));
        assert!(!kept.keep(5, undecided(7, 0, 1)).expect("distant"));
        for tag in 0..PER_HEIGHT_MAX as u8 {
            assert!(kept.keep(5, undecided(5, 0, tag)).expect("kept"));
        }
        assert!(!kept.keep(5, undecided(5, 0, 200)).expect("one too many"));
        kept.keep_own(undecided(5, 0, 201)).expect("our own always has room");
        assert!(kept.bytes(5, &undecided(5, 0, 201).proposal.id).is_some());
    }

    #[test]
    fn deciding_a_height_forgets_its_proposals_on_disk_too() {
        let store = Store::open(Arc::new(MemBackend::default())).expect("opened");
        let mut kept = UndecidedStore::open(store.clone()).expect("opened");
        kept.keep(5, undecided(5, 0, 1)).expect("kept");
        kept.keep(5, undecided(6, 0, 2)).expect("kept");
        let mut writes = BlockWrites::default();
        kept.stage_removal(5, &mut writes);
        store.write_columns(writes.into_writes()).expect("written");
        kept.forget(5);
        let again = UndecidedStore::open(store).expect("opened");
        assert!(again.of_round(5, 0).is_empty() && kept.of_round(5, 0).is_empty());
        assert_eq!(again.of_round(6, 0).len(), 1);
    }
}
