//! The backend in memory: for tests, the daily loop and scratch work. Durable only as long as the process.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::{Area, Backend, Batch, Row, StoreError};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Ordered maps behind one lock.
#[derive(Debug, Default)]
pub struct MemBackend {
    areas: RwLock<BTreeMap<Area, Rows>>,
}

impl Backend for MemBackend {
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let areas = self.areas.read().unwrap_or_else(PoisonError::into_inner);
        Ok(areas.get(&area).and_then(|a| a.get(key)).cloned())
    }

    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let areas = self.areas.read().unwrap_or_else(PoisonError::into_inner);
        let found = areas.get(&area).and_then(|a| a.range(..=key.to_vec()).next_back());
        Ok(found.map(|(k, v)| (k.clone(), v.clone())))
    }

    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let areas = self.areas.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = areas.get(&area).into_iter().flat_map(|a| a.range(from.to_vec()..to.to_vec()));
        Ok(pairs.take(limit).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn page(&self, area: Area, from: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        let areas = self.areas.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = areas.get(&area).into_iter().flat_map(|a| a.range(from.to_vec()..));
        Ok(pairs.take(limit).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut areas = self.areas.write().unwrap_or_else(PoisonError::into_inner);
        for (area, changes) in batch.0 {
            let area = areas.entry(area).or_default();
            for (key, value) in changes {
                match value {
                    Some(value) => area.insert(key, value),
                    None => area.remove(&key),
                };
            }
        }
        Ok(())
    }
}
