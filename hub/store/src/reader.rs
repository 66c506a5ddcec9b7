//! One committed version, read only.

use crate::record::Record;
use crate::state::Reader;
use crate::tree::TreeId;
use crate::{Column, Row, Store, StoreError, Substore};

/// One committed version.
///
/// * Substores answer for as long as the version is kept; then with [`StoreError::NoVersion`], never with half a state.
/// * Columns keep their newest content only: they answer while this version is the newest, then with [`StoreError::ColumnsMoved`].
///   [`Store::write_columns`] makes no version, so what it changes is seen at once.
#[derive(Clone)]
pub struct VersionReader {
    store: Store,
    version: u64,
    record: Record,
}

impl VersionReader {
    pub(crate) fn new(store: Store, version: u64, record: Record) -> Self {
        Self { store, version, record }
    }

    /// Runs `read` while no commit can happen, if this is still the newest version.
    fn newest<T>(&self, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let tip = self.store.tip();
        let latest = tip.as_ref().map_or(0, |t| t.version);
        if latest != self.version {
            return Err(StoreError::ColumnsMoved { reader: self.version, latest });
        }
        read()
    }
}

impl Reader for VersionReader {
    fn version(&self) -> u64 {
        self.version
    }

    fn get(&self, substore: Substore, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.if_kept(self.version, self.store.tree(TreeId::of(substore)).get(self.record.tree(substore), key))
    }

    fn column_get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.newest(|| self.store.column_get(column, key))
    }

    fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.newest(|| self.store.column_range(column, from, to, limit))
    }
}
