//! The face of a key-value backend: ordered areas, one atomic durable batch.

use std::collections::BTreeMap;

use crate::{Column, StoreError};

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// A key space of the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Tree nodes.
    Nodes,
    /// Tree values by key hash and version.
    Values,
    /// Nodes that became stale, by the version since when.
    Stale,
    /// Keys by their hash: absence proofs name the neighbours.
    Preimages,
    /// What each version consists of.
    Versions,
    /// A plain column.
    Column(Column),
}

impl Area {
    /// Every area, in order.
    pub fn all() -> Vec<Area> {
        let trees = [Area::Nodes, Area::Values, Area::Stale, Area::Preimages, Area::Versions];
        trees.into_iter().chain(Column::ALL.into_iter().map(Area::Column)).collect()
    }

    /// Name of the area, stable on disk.
    pub const fn name(self) -> &'static str {
        match self {
            Area::Nodes => "tree_nodes",
            Area::Values => "tree_values",
            Area::Stale => "tree_stale",
            Area::Preimages => "tree_preimages",
            Area::Versions => "versions",
            Area::Column(column) => column.name(),
        }
    }
}

/// Changes that become durable together or not at all; `None` deletes.
#[derive(Clone, Debug, Default)]
pub struct Batch(pub BTreeMap<Area, BTreeMap<Vec<u8>, Option<Vec<u8>>>>);

impl Batch {
    /// Adds a change.
    pub fn set(&mut self, area: Area, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.entry(area).or_default().insert(key, value);
    }
}

/// A raw, ordered key-value store.
///
/// Implementations are thread-safe; [`Backend::write`] is atomic and durable when it returns.
pub trait Backend: Send + Sync {
    /// Value of `key`.
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// The pair with the greatest key that is at most `key`.
    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<Row>, StoreError>;
    /// Up to `limit` pairs with `from <= key < to`, ascending.
    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError>;
    /// Up to `limit` pairs with `from <= key`, ascending.
    fn page(&self, area: Area, from: &[u8], limit: usize) -> Result<Vec<Row>, StoreError>;
    /// Applies `batch` atomically and waits until it is durable.
    fn write(&self, batch: Batch) -> Result<(), StoreError>;
}
