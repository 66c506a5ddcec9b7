//! The state as modules see it: reads fall through to one committed version, writes stay in memory until the block is whole.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::{Column, Row, StoreError, Substore};

/// One committed version of the state, read only.
pub trait Reader {
    /// Version (block height; 0 is genesis).
    fn version(&self) -> u64;
    /// Value of `key` in `substore`.
    fn get(&self, substore: Substore, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Value of `key` in `column`.
    fn column_get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Up to `limit` pairs with `from <= key < to`, ascending.
    fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError>;
}

pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Pending changes, `None` meaning deleted. Ordered, so equal blocks give equal writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Changes to provable substores.
    pub substores: BTreeMap<Substore, Changes>,
    /// Changes to plain columns.
    pub columns: BTreeMap<Column, Changes>,
}

impl Writes {
    /// True if nothing changes.
    pub fn is_empty(&self) -> bool {
        self.substores.values().all(BTreeMap::is_empty) && self.columns.values().all(BTreeMap::is_empty)
    }

    /// Lays `newer` over `self`.
    pub fn extend(&mut self, newer: Writes) {
        for (substore, changes) in newer.substores {
            self.substores.entry(substore).or_default().extend(changes);
        }
        for (column, changes) in newer.columns {
            self.columns.entry(column).or_default().extend(changes);
        }
    }
}

/// The state machine's view: a committed version under a stack of layers.
///
/// Layers nest: [`State::checkpoint`] opens one, [`State::keep`] folds it into the one below, [`State::discard`] drops it.
///
/// A failing read returns "absent" and is remembered: whoever commits asks [`State::fault`] first and commits nothing if it is set.
/// So modules need no error path for a broken disk, and a broken disk can never become a decision.
pub struct State<'a> {
    base: &'a dyn Reader,
    layers: Vec<Writes>,
    fault: RefCell<Option<StoreError>>,
}

impl<'a> State<'a> {
    /// A view of `base` with no changes.
    pub fn new(base: &'a dyn Reader) -> Self {
        Self { base, layers: vec![Writes::default()], fault: RefCell::new(None) }
    }

    /// Version of the committed state below.
    pub fn base_version(&self) -> u64 {
        self.base.version()
    }

    /// Value of `key` in `substore`, newest layer first.
    pub fn get(&self, substore: Substore, key: &[u8]) -> Option<Vec<u8>> {
        for layer in self.layers.iter().rev() {
            if let Some(change) = layer.substores.get(&substore).and_then(|c| c.get(key)) {
                return change.clone();
            }
        }
        self.sound(self.base.get(substore, key)).flatten()
    }

    /// Value of `key` in `column`, newest layer first.
    pub fn column_get(&self, column: Column, key: &[u8]) -> Option<Vec<u8>> {
        for layer in self.layers.iter().rev() {
            if let Some(change) = layer.columns.get(&column).and_then(|c| c.get(key)) {
                return change.clone();
            }
        }
        self.sound(self.base.column_get(column, key)).flatten()
    }

    /// Up to `limit` pairs of `column` with `from <= key < to`, ascending, pending changes included.
    pub fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Vec<Row> {
        if from >= to {
            return Vec::new();
        }
        let mut pending = Changes::new();
        for layer in &self.layers {
            if let Some(changes) = layer.columns.get(&column) {
                pending.extend(changes.range(from.to_vec()..to.to_vec()).map(|(k, v)| (k.clone(), v.clone())));
            }
        }
        // Every pending change can hide at most one committed pair.
        let committed = self.sound(self.base.column_range(column, from, to, limit.saturating_add(pending.len())));
        let mut merged: Changes = committed.unwrap_or_default().into_iter().map(|(k, v)| (k, Some(v))).collect();
        merged.extend(pending);
        merged.into_iter().filter_map(|(k, v)| Some((k, v?))).take(limit).collect()
    }

    /// As [`State::column_range`], ended by bytes too: values of at most `bytes_max` together, the first whatever its size. No more than one
    /// value beyond the bound is read.
    pub fn column_page(&self, column: Column, from: &[u8], to: &[u8], limit: usize, bytes_max: usize) -> Vec<Row> {
        let (mut page, mut next, mut room) = (Vec::new(), from.to_vec(), bytes_max);
        while page.len() < limit {
            let Some((key, value)) = self.column_range(column, &next, to, 1).pop() else { break };
            match room.checked_sub(value.len()) {
                Some(left) => room = left,
                None if page.is_empty() => room = 0,
                None => break,
            }
            // The smallest key behind this one.
            next = [key.as_slice(), &[0]].concat();
            page.push((key, value));
        }
        page
    }

    /// Sets `key` in `substore`.
    pub fn put(&mut self, substore: Substore, key: &[u8], value: Vec<u8>) {
        self.top().substores.entry(substore).or_default().insert(key.to_vec(), Some(value));
    }

    /// Removes `key` from `substore`.
    pub fn delete(&mut self, substore: Substore, key: &[u8]) {
        self.top().substores.entry(substore).or_default().insert(key.to_vec(), None);
    }

    /// Sets `key` in `column`.
    pub fn column_put(&mut self, column: Column, key: &[u8], value: Vec<u8>) {
        self.top().columns.entry(column).or_default().insert(key.to_vec(), Some(value));
    }

    /// Removes `key` from `column`.
    pub fn column_delete(&mut self, column: Column, key: &[u8]) {
        self.top().columns.entry(column).or_default().insert(key.to_vec(), None);
    }

    /// Opens a layer.
    pub fn checkpoint(&mut self) {
        self.layers.push(Writes::default());
    }

    /// Folds the newest layer into the one below.
    pub fn keep(&mut self) {
        let newer = self.layers.pop().expect("a layer was opened by checkpoint()");
        self.top().extend(newer);
    }

    /// Drops the newest layer and all it changed.
    pub fn discard(&mut self) {
        self.layers.pop().expect("a layer was opened by checkpoint()");
        assert!(!self.layers.is_empty(), "discard() without checkpoint()");
    }

    /// The first failed read, if any: then nothing of this view may be committed.
    pub fn fault(&self) -> Option<StoreError> {
        self.fault.borrow().clone()
    }

    /// All changes, or the fault that forbids using them.
    pub fn into_writes(self) -> Result<Writes, StoreError> {
        match self.fault.into_inner() {
            Some(fault) => Err(fault),
            None => Ok(self.layers.into_iter().fold(Writes::default(), |mut all, layer| {
                all.extend(layer);
                all
            })),
        }
    }

    fn top(&mut self) -> &mut Writes {
        self.layers.last_mut().expect("the bottom layer is never popped")
    }

    fn sound<T>(&self, read: Result<T, StoreError>) -> Option<T> {
        read.map_err(|e| self.fault.borrow_mut().get_or_insert(e).clone()).ok()
    }
}

/// The state before genesis: nothing at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Empty;

impl Reader for Empty {
    fn version(&self) -> u64 {
        0
    }
    fn get(&self, _: Substore, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
    fn column_get(&self, _: Column, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
    fn column_range(&self, _: Column, _: &[u8], _: &[u8], _: usize) -> Result<Vec<Row>, StoreError> {
        Ok(Vec::new())
    }
}

/// Writes that give every substore its first key, 0x00 = 0x01: absence cannot be proved in an empty tree (PROTOCOL 4).
pub fn genesis_marks() -> Writes {
    let mut writes = Writes::default();
    for substore in Substore::ALL {
        writes.substores.entry(substore).or_default().insert(vec![0x00], Some(vec![0x01]));
    }
    writes
}
