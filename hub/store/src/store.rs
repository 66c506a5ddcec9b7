//! Versions: prepared purely, committed atomically, proved.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use govhub_types::hash::Hash;

use crate::proof::Proof;
use crate::reader::VersionReader;
use crate::record::{read_oldest, read_record, Record, Tip};
use crate::state::{Changes, Writes};
use crate::tree::{TreeId, TreeView, EMPTY_ROOT};
use crate::{verify, Area, Backend, Batch, Column, Row, StoreError, Substore};

/// The versioned store over some backend. Cheap to clone; clones share the backend and the tip.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Arc<dyn Backend>,
    /// Held for writing while a version becomes durable, for reading by whoever must not see that happen.
    tip: RwLock<Option<Tip>>,
    /// Raised before anything of an older version is removed: see [`Store::if_kept`].
    oldest: AtomicU64,
    /// One pruning at a time.
    pruning: Mutex<()>,
}

/// A version computed but not yet durable.
pub struct Prepared {
    tip: Tip,
    batch: Batch,
}

impl Prepared {
    /// The application hash of this version.
    pub fn root(&self) -> Hash {
        self.tip.record.root
    }

    /// Adds column changes of the node (block, results) to the same atomic batch. Changes to substores in `writes` are a defect and panic.
    pub fn with_columns(mut self, writes: Writes) -> Self {
        assert!(writes.substores.is_empty(), "the root is already computed: only columns may be added");
        stage_columns(writes.columns, &mut self.batch);
        self
    }

    /// Records `app_version` as the version of the state machine from here on. Without it the last one stays.
    pub fn with_app_version(mut self, app_version: u64) -> Self {
        self.tip.record.app_version = app_version;
        self
    }
}

impl Store {
    /// Opens the store and checks that the newest version hangs together: format, checksums, the whole top tree, every substore's root.
    ///
    /// # Errors
    /// [`StoreError::Format`] for another release's bytes, [`StoreError::Corrupt`] naming what does not fit.
    ///
    /// # Not checked
    /// The inside of the substores: [`Store::verify`] reads everything. That this binary knows the state's rules: [`Store::require_app_version`].
    pub fn open(backend: Arc<dyn Backend>) -> Result<Self, StoreError> {
        let tip = Tip::read(backend.as_ref())?;
        let oldest = read_oldest(backend.as_ref())?;
        if let Some(tip) = &tip {
            verify::check_tip(backend.as_ref(), tip)?;
        }
        let shared = Shared { backend, tip: RwLock::new(tip), oldest: AtomicU64::new(oldest), pruning: Mutex::new(()) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Newest version and its root; `None` before genesis.
    pub fn latest(&self) -> Option<(u64, Hash)> {
        self.tip().as_ref().map(|tip| (tip.version, tip.record.root))
    }

    /// Oldest version still kept.
    pub fn oldest(&self) -> u64 {
        self.shared.oldest.load(Ordering::SeqCst)
    }

    /// Version of the state machine that the newest version was made with; `None` before genesis, 0 if none was ever set.
    pub fn app_version(&self) -> Option<u64> {
        self.tip().as_ref().map(|tip| tip.record.app_version)
    }

    /// Refuses a state whose rules this binary does not know.
    ///
    /// # Errors
    /// [`StoreError::AppVersion`]. An empty store is fine.
    pub fn require_app_version(&self, known: RangeInclusive<u64>) -> Result<(), StoreError> {
        match self.app_version() {
            Some(found) if !known.contains(&found) => {
                Err(StoreError::AppVersion { found, oldest: *known.start(), newest: *known.end() })
            }
            _ => Ok(()),
        }
    }

    /// A reader of `version`.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] if it was pruned or does not exist yet.
    pub fn reader(&self, version: u64) -> Result<VersionReader, StoreError> {
        Ok(VersionReader::new(self.clone(), version, self.record(version)?))
    }

    /// Application hash of `version`.
    pub fn root(&self, version: u64) -> Result<Hash, StoreError> {
        Ok(self.record(version)?.root)
    }

    /// Computes the version that `writes` make of the newest one. Nothing becomes durable.
    ///
    /// # Errors
    /// [`StoreError::Order`] unless `version` is the newest plus one (0 for an empty store);
    /// [`StoreError::Unprovable`] for an empty key or value in a substore, or a substore without any key.
    pub fn prepare(&self, version: u64, writes: Writes) -> Result<Prepared, StoreError> {
        let tip = self.tip().clone();
        follows(tip.as_ref(), version)?;
        let mut batch = Batch::default();
        let record = self.next_record(tip.map(|t| t.record), &writes, &mut batch)?;
        stage_columns(writes.columns, &mut batch);
        Ok(Prepared { tip: Tip { version, record }, batch })
    }

    fn next_record(&self, last: Option<Record>, writes: &Writes, batch: &mut Batch) -> Result<Record, StoreError> {
        let mut trees = last.as_ref().map_or([0; Substore::ALL.len()], |r| r.trees);
        let mut roots = BTreeMap::new();
        for substore in Substore::ALL {
            let changes = self.effective(last.as_ref(), substore, writes)?;
            if changes.is_empty() && last.is_some() {
                continue;
            }
            let version = last.as_ref().map_or(0, |r| r.tree(substore) + 1);
            let root = self.tree(TreeId::of(substore)).update(version, &changes, batch)?;
            if root == EMPTY_ROOT {
                return Err(StoreError::Unprovable { what: format!("substore `{}` would hold no key at all", substore.name()) });
            }
            trees[substore.place()] = version;
            roots.insert(substore.name().as_bytes().to_vec(), Some(root.to_vec()));
        }
        match last {
            Some(last) if roots.is_empty() => Ok(last),
            _ => {
                let top = last.as_ref().map_or(0, |r| r.top + 1);
                let root = self.tree(TreeId::TOP).update(top, &roots, batch)?;
                Ok(Record { root, top, trees, app_version: last.map_or(0, |r| r.app_version) })
            }
        }
    }

    /// The changes to `substore` without deletions of what is not there: those would leave marks that nothing prunes.
    fn effective(&self, last: Option<&Record>, substore: Substore, writes: &Writes) -> Result<Changes, StoreError> {
        let mut effective = Changes::new();
        for (key, value) in writes.substores.get(&substore).into_iter().flatten() {
            // ICS-23: "leaf op needs key", "leaf op needs value".
            if key.is_empty() || value.as_ref().is_some_and(Vec::is_empty) {
                return Err(StoreError::Unprovable { what: format!("empty key or value in substore `{}`", substore.name()) });
            }
            let there = || match last {
                Some(last) => Ok::<_, StoreError>(self.tree(TreeId::of(substore)).get(last.tree(substore), key)?.is_some()),
                None => Ok(false),
            };
            if value.is_some() || there()? {
                effective.insert(key.clone(), value.clone());
            }
        }
        Ok(effective)
    }

    /// Makes `prepared` durable and the newest version: one atomic batch, synced before this returns.
    ///
    /// # Errors
    /// [`StoreError::Order`] if another version was committed since it was prepared.
    pub fn commit(&self, prepared: Prepared) -> Result<(), StoreError> {
        let mut tip = self.shared.tip.write().unwrap_or_else(PoisonError::into_inner);
        follows(tip.as_ref(), prepared.tip.version)?;
        let mut batch = prepared.batch;
        prepared.tip.stage(&mut batch);
        self.backend().write(batch)?;
        *tip = Some(prepared.tip);
        Ok(())
    }

    /// Makes column changes durable without a new version (undecided blocks). Changes to substores in `writes` are a defect and panic.
    pub fn write_columns(&self, writes: Writes) -> Result<(), StoreError> {
        assert!(writes.substores.is_empty(), "substores change only with a version");
        let mut batch = Batch::default();
        stage_columns(writes.columns, &mut batch);
        self.backend().write(batch)
    }

    /// Newest value of `key` in `column`, whatever the version.
    pub fn column_get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.backend().get(Area::Column(column), key)
    }

    /// Newest pairs of `column` with `from <= key < to`, ascending, at most `limit`.
    pub fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.backend().range(Area::Column(column), from, to, limit)
    }

    /// Proof of presence or absence of `key` in `substore` at `version`.
    ///
    /// # Not checked
    /// That `key` has a byte: ICS-23 verifiers refuse a proof about the empty key.
    pub fn prove(&self, version: u64, substore: Substore, key: &[u8]) -> Result<Proof, StoreError> {
        let record = self.record(version)?;
        self.if_kept(version, self.prove_in(&record, substore, key))
    }

    fn prove_in(&self, record: &Record, substore: Substore, key: &[u8]) -> Result<Proof, StoreError> {
        let (value, key_proof) = self.tree(TreeId::of(substore)).prove(record.tree(substore), key)?;
        let (root, store_proof) = self.tree(TreeId::TOP).prove(record.top, substore.name().as_bytes())?;
        if root.is_none() {
            return Err(StoreError::corrupt(format!("substore `{}` has no leaf in the top tree", substore.name())));
        }
        Ok(Proof { value, key_proof, store_proof })
    }

    /// What was read of `version`, or [`StoreError::NoVersion`] if pruning has passed it since.
    ///
    /// Pruning raises the mark first and removes then, so who reads first and asks then has seen the version whole.
    pub(crate) fn if_kept<T>(&self, version: u64, read: Result<T, StoreError>) -> Result<T, StoreError> {
        let oldest = self.oldest();
        if version < oldest {
            let latest = self.latest().map_or(0, |t| t.0);
            return Err(StoreError::NoVersion { version, oldest, latest });
        }
        read
    }

    pub(crate) fn record(&self, version: u64) -> Result<Record, StoreError> {
        match self.latest() {
            Some((latest, _)) if version <= latest => self.if_kept(version, read_record(self.backend(), version)),
            latest => Err(StoreError::NoVersion { version, oldest: self.oldest(), latest: latest.map_or(0, |t| t.0) }),
        }
    }

    /// The newest version; no commit happens while the guard lives, and whoever holds one takes no second.
    pub(crate) fn tip(&self) -> RwLockReadGuard<'_, Option<Tip>> {
        self.shared.tip.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn raise_oldest(&self, oldest: u64) {
        self.shared.oldest.fetch_max(oldest, Ordering::SeqCst);
    }

    pub(crate) fn pruning(&self) -> &Mutex<()> {
        &self.shared.pruning
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        self.shared.backend.as_ref()
    }

    pub(crate) fn tree(&self, tree: TreeId) -> TreeView<'_> {
        TreeView::new(self.backend(), tree)
    }
}

fn follows(tip: Option<&Tip>, version: u64) -> Result<(), StoreError> {
    if version == tip.map_or(0, |t| t.version + 1) {
        return Ok(());
    }
    let latest = tip.map_or_else(|| "none".to_owned(), |t| t.version.to_string());
    Err(StoreError::Order { found: version, latest })
}

fn stage_columns(columns: BTreeMap<Column, Changes>, batch: &mut Batch) {
    for (column, changes) in columns {
        for (key, value) in changes {
            batch.set(Area::Column(column), key, value);
        }
    }
}
