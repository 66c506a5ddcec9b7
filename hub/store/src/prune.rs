//! Forgetting old versions by the stale index.
//!
//! Order: the mark of the oldest kept version rises in memory, so that readers stop trusting what they read of older ones; then one batch
//! makes that durable and removes the first nodes; further batches remove the rest. A crash in between leaves nodes that the next
//! pruning removes, never a version that is promised and gone.

use std::sync::PoisonError;

use crate::record::{read_record, stage_oldest, Record};
use crate::{Batch, Store, StoreError};

/// Stale nodes removed in one batch: bounds the batch and the time a commit waits, not the pruning.
const NODES_PER_BATCH: usize = 10_000;
/// Versions forgotten in one step: bounds the old values of one key that a batch removes.
const VERSIONS_PER_STEP: u64 = 1_000;

impl Store {
    /// Forgets every version below `oldest_kept`. Returns the number of tree nodes removed.
    ///
    /// Reads and commits go on meanwhile; a commit waits for one batch at most. Columns are the caller's own to prune.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] if `oldest_kept` does not exist or was itself pruned.
    pub fn prune(&self, oldest_kept: u64) -> Result<u64, StoreError> {
        let _alone = self.pruning().lock().unwrap_or_else(PoisonError::into_inner);
        self.record(oldest_kept)?;
        let mut removed = 0;
        loop {
            let oldest = self.oldest();
            let step_end = oldest_kept.min(oldest.saturating_add(VERSIONS_PER_STEP));
            removed += self.prune_step(oldest, step_end)?;
            if step_end == oldest_kept {
                return Ok(removed);
            }
        }
    }

    fn prune_step(&self, oldest: u64, oldest_kept: u64) -> Result<u64, StoreError> {
        let keep = read_record(self.backend(), oldest_kept)?;
        let mut batch = Batch::default();
        stage_oldest(oldest, oldest_kept, &mut batch);
        self.raise_oldest(oldest_kept);
        let mut removed = 0;
        loop {
            let count = self.prune_batch(&keep, std::mem::take(&mut batch))?;
            removed += count as u64;
            if count < NODES_PER_BATCH {
                return Ok(removed);
            }
        }
    }

    /// Adds removals to `batch` and writes it. Returns how many nodes it removes.
    fn prune_batch(&self, keep: &Record, mut batch: Batch) -> Result<usize, StoreError> {
        // No commit between looking and removing: it could bring back a key whose last trace is being removed.
        let _no_commit = self.tip();
        let mut room = NODES_PER_BATCH;
        for (tree, version) in keep.all_trees() {
            room -= self.tree(tree).prune(version, room, &mut batch)?;
        }
        if !batch.0.is_empty() {
            self.backend().write(batch)?;
        }
        Ok(NODES_PER_BATCH - room)
    }
}
