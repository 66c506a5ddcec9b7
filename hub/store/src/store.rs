//! Versions: prepared purely, committed atomically, proved, pruned.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use govhub_types::hash::{sha256, Hash};

use crate::proof::Proof;
use crate::state::{Reader, Writes};
use crate::tree::{TreeId, TreeView};
use crate::{Area, Backend, Batch, Column, StoreError, Substore};

/// Layout of the bytes on disk. Another number is another format.
const FORMAT: u32 = 1;
const FORMAT_KEY: &[u8] = b"format";
const TIP_KEY: &[u8] = b"tip";
const OLDEST_KEY: &[u8] = b"oldest";
const RECORD_PREFIX: u8 = b'v';

/// Nodes removed in one batch while pruning: bounds the batch, not the pruning.
const PRUNE_BATCH: usize = 10_000;

/// What one version consists of: the root and, for the top tree and each substore, the tree's own version.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    root: Hash,
    top: u64,
    trees: [u64; Substore::ALL.len()],
}

impl Record {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.root.to_vec();
        bytes.extend(self.top.to_be_bytes());
        self.trees.iter().for_each(|v| bytes.extend(v.to_be_bytes()));
        bytes.extend(sha256(&[&bytes]));
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
        if sha256(&[body]) != checksum || body.len() != 32 + 8 * (1 + Substore::ALL.len()) {
            return None;
        }
        let number = |place: usize| body[32 + 8 * place..40 + 8 * place].try_into().map(u64::from_be_bytes).ok();
        let mut trees = [0; Substore::ALL.len()];
        for (place, tree) in trees.iter_mut().enumerate() {
            *tree = number(place + 1)?;
        }
        Some(Self { root: body[..32].try_into().ok()?, top: number(0)?, trees })
    }

    fn tree(&self, substore: Substore) -> u64 {
        self.trees[place(substore)]
    }
}

fn place(substore: Substore) -> usize {
    Substore::ALL.iter().position(|s| *s == substore).expect("ALL lists every substore")
}

#[derive(Clone, Debug)]
struct Tip {
    version: u64,
    record: Record,
}

/// A version computed but not yet durable.
pub struct Prepared {
    version: u64,
    record: Record,
    batch: Batch,
}

impl Prepared {
    /// The application hash of this version.
    pub fn root(&self) -> Hash {
        self.record.root
    }

    /// Adds column changes of the node (block, results) to the same atomic batch. Changes to substores in `writes` are a defect and panic.
    pub fn with_columns(mut self, writes: Writes) -> Self {
        assert!(writes.substores.is_empty(), "the root is already computed: only columns may be added");
        stage_columns(writes.columns, &mut self.batch);
        self
    }
}

/// The versioned store over some backend. Cheap to clone; clones share the backend and the tip.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
    tip: Arc<RwLock<Option<Tip>>>,
}

impl Store {
    /// Opens the store and checks that the newest version hangs together: format, checksums, every root against its tree.
    ///
    /// # Errors
    /// [`StoreError::Format`] for another release's bytes, [`StoreError::Corrupt`] naming what does not fit.
    pub fn open(backend: Arc<dyn Backend>) -> Result<Self, StoreError> {
        check_format(backend.as_ref())?;
        let tip = read_tip(backend.as_ref())?;
        if let Some(tip) = &tip {
            check_tip(backend.as_ref(), tip)?;
        }
        Ok(Self { backend, tip: Arc::new(RwLock::new(tip)) })
    }

    /// Newest version and its root; `None` before genesis.
    pub fn latest(&self) -> Option<(u64, Hash)> {
        self.tip().map(|tip| (tip.version, tip.record.root))
    }

    /// Oldest version still kept.
    pub fn oldest(&self) -> Result<u64, StoreError> {
        match self.backend.get(Area::Versions, OLDEST_KEY)? {
            None => Ok(0),
            Some(bytes) => be64(&bytes).ok_or_else(|| StoreError::corrupt("oldest version is not a number")),
        }
    }

    /// A reader of `version`.
    pub fn reader(&self, version: u64) -> Result<VersionReader, StoreError> {
        Ok(VersionReader { record: self.record(version)?, version, store: self.clone() })
    }

    /// Application hash of `version`.
    pub fn root(&self, version: u64) -> Result<Hash, StoreError> {
        Ok(self.record(version)?.root)
    }

    /// Computes the version that `writes` make of the newest one. Nothing becomes durable.
    ///
    /// # Errors
    /// [`StoreError::Order`] unless `version` is the newest plus one (0 for an empty store).
    pub fn prepare(&self, version: u64, writes: Writes) -> Result<Prepared, StoreError> {
        let tip = self.tip();
        let expected = tip.as_ref().map_or(0, |t| t.version + 1);
        if version != expected {
            let latest = tip.map_or_else(|| "none".to_owned(), |t| t.version.to_string());
            return Err(StoreError::Order { found: version, latest });
        }
        let mut batch = Batch::default();
        let record = self.next_record(tip.as_ref().map(|t| &t.record), &writes, &mut batch)?;
        stage_columns(writes.columns, &mut batch);
        batch.set(Area::Versions, record_key(version), Some(record.encode()));
        batch.set(Area::Versions, TIP_KEY.to_vec(), Some(version.to_be_bytes().to_vec()));
        batch.set(Area::Versions, FORMAT_KEY.to_vec(), Some(FORMAT.to_be_bytes().to_vec()));
        Ok(Prepared { version, record, batch })
    }

    fn next_record(&self, last: Option<&Record>, writes: &Writes, batch: &mut Batch) -> Result<Record, StoreError> {
        let mut trees = last.map_or([0; Substore::ALL.len()], |r| r.trees);
        let mut roots = BTreeMap::new();
        for substore in Substore::ALL {
            let changes = self.effective(last, substore, writes)?;
            if changes.is_empty() {
                assert!(last.is_some(), "genesis writes into every substore (PROTOCOL 4)");
                continue;
            }
            let version = if last.is_some() { trees[place(substore)] + 1 } else { 0 };
            let root = self.tree(TreeId::of(substore)).update(version, &changes, batch)?;
            trees[place(substore)] = version;
            roots.insert(substore.name().as_bytes().to_vec(), Some(root.to_vec()));
        }
        match last {
            Some(last) if roots.is_empty() => Ok(last.clone()),
            _ => {
                let top = last.map_or(0, |r| r.top + 1);
                let root = self.tree(TreeId::TOP).update(top, &roots, batch)?;
                Ok(Record { root, top, trees })
            }
        }
    }

    /// The changes to `substore` without deletions of what is not there: those would leave marks that nothing prunes.
    fn effective(&self, last: Option<&Record>, substore: Substore, writes: &Writes) -> Result<BTreeMap<Vec<u8>, Option<Vec<u8>>>, StoreError> {
        let mut effective = BTreeMap::new();
        for (key, value) in writes.substores.get(&substore).into_iter().flatten() {
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
        let mut tip = self.tip.write().unwrap_or_else(PoisonError::into_inner);
        let expected = tip.as_ref().map_or(0, |t| t.version + 1);
        if prepared.version != expected {
            let latest = tip.as_ref().map_or_else(|| "none".to_owned(), |t| t.version.to_string());
            return Err(StoreError::Order { found: prepared.version, latest });
        }
        self.backend.write(prepared.batch)?;
        *tip = Some(Tip { version: prepared.version, record: prepared.record });
        Ok(())
    }

    /// Makes column changes durable without a new version (undecided blocks).
    pub fn write_columns(&self, writes: Writes) -> Result<(), StoreError> {
        assert!(writes.substores.is_empty(), "substores change only with a version");
        let mut batch = Batch::default();
        stage_columns(writes.columns, &mut batch);
        self.backend.write(batch)
    }

    /// Newest value of `key` in `column`, whatever the version.
    pub fn column_get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.backend.get(Area::Column(column), key)
    }

    /// Newest pairs of `column` with `from <= key < to`, ascending, at most `limit`.
    pub fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.backend.range(Area::Column(column), from, to, limit)
    }

    /// Proof of presence or absence of `key` in `substore` at `version`.
    pub fn prove(&self, version: u64, substore: Substore, key: &[u8]) -> Result<Proof, StoreError> {
        let record = self.record(version)?;
        let (value, key_proof) = self.tree(TreeId::of(substore)).prove(record.tree(substore), key)?;
        let (root, store_proof) = self.tree(TreeId::TOP).prove(record.top, substore.name().as_bytes())?;
        if root.is_none() {
            return Err(StoreError::corrupt(format!("substore `{}` has no leaf in the top tree", substore.name())));
        }
        Ok(Proof { value, key_proof, store_proof })
    }

    /// Forgets every version below `oldest_kept`. Returns the number of tree nodes removed.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] if `oldest_kept` is newer than the newest version.
    pub fn prune(&self, oldest_kept: u64) -> Result<u64, StoreError> {
        let keep = self.record(oldest_kept)?;
        // First the promise, then the removal: a crash in between leaves nodes to remove, never a version that is promised and gone.
        let mut batch = Batch::default();
        for version in self.oldest()?..oldest_kept {
            batch.set(Area::Versions, record_key(version), None);
        }
        batch.set(Area::Versions, OLDEST_KEY.to_vec(), Some(oldest_kept.to_be_bytes().to_vec()));
        self.backend.write(batch)?;
        let trees = Substore::ALL.into_iter().map(|s| (TreeId::of(s), keep.tree(s)));
        let mut removed = 0;
        for (tree, version) in trees.chain([(TreeId::TOP, keep.top)]) {
            loop {
                let mut batch = Batch::default();
                let count = self.tree(tree).prune(version, PRUNE_BATCH, &mut batch)?;
                self.backend.write(batch)?;
                removed += count as u64;
                if count < PRUNE_BATCH {
                    break;
                }
            }
        }
        Ok(removed)
    }

    fn tip(&self) -> Option<Tip> {
        self.tip.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tree(&self, tree: TreeId) -> TreeView<'_> {
        TreeView::new(self.backend.as_ref(), tree)
    }

    fn record(&self, version: u64) -> Result<Record, StoreError> {
        let (oldest, latest) = (self.oldest()?, self.tip().map(|t| t.version));
        let Some(latest) = latest else { return Err(StoreError::NoVersion { version, oldest, latest: 0 }) };
        if !(oldest..=latest).contains(&version) {
            return Err(StoreError::NoVersion { version, oldest, latest });
        }
        read_record(self.backend.as_ref(), version)
    }
}

fn stage_columns(columns: BTreeMap<Column, BTreeMap<Vec<u8>, Option<Vec<u8>>>>, batch: &mut Batch) {
    for (column, changes) in columns {
        for (key, value) in changes {
            batch.set(Area::Column(column), key, value);
        }
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

fn check_format(backend: &dyn Backend) -> Result<(), StoreError> {
    match backend.get(Area::Versions, FORMAT_KEY)? {
        None => Ok(()),
        Some(bytes) => match bytes.as_slice().try_into().map(u32::from_be_bytes) {
            Ok(FORMAT) => Ok(()),
            Ok(found) => Err(StoreError::Format { found, known: FORMAT }),
            Err(_) => Err(StoreError::corrupt("format marker is not a number")),
        },
    }
}

fn read_tip(backend: &dyn Backend) -> Result<Option<Tip>, StoreError> {
    let Some(bytes) = backend.get(Area::Versions, TIP_KEY)? else {
        return match backend.get(Area::Versions, FORMAT_KEY)? {
            None => Ok(None),
            Some(_) => Err(StoreError::corrupt("the tip is missing")),
        };
    };
    let version = be64(&bytes).ok_or_else(|| StoreError::corrupt("the tip is not a number"))?;
    Ok(Some(Tip { version, record: read_record(backend, version)? }))
}

fn read_record(backend: &dyn Backend, version: u64) -> Result<Record, StoreError> {
    let bytes = backend.get(Area::Versions, &record_key(version))?;
    let bytes = bytes.ok_or_else(|| StoreError::corrupt(format!("record of version {version} is missing")))?;
    Record::decode(&bytes).ok_or_else(|| StoreError::corrupt(format!("record of version {version} fails its checksum")))
}

/// Recomputes every root of the newest version from its tree.
fn check_tip(backend: &dyn Backend, tip: &Tip) -> Result<(), StoreError> {
    let top = TreeView::new(backend, TreeId::TOP);
    if top.root(tip.record.top)? != Some(tip.record.root) {
        return Err(StoreError::corrupt(format!("the top tree of version {} does not have the recorded root", tip.version)));
    }
    for substore in Substore::ALL {
        let root = TreeView::new(backend, TreeId::of(substore)).root(tip.record.tree(substore))?;
        let leaf = top.get(tip.record.top, substore.name().as_bytes())?;
        if root.is_none() || root.map(|r| r.to_vec()) != leaf {
            return Err(StoreError::corrupt(format!("substore `{}` of version {} does not have the recorded root", substore.name(), tip.version)));
        }
    }
    Ok(())
}

/// One committed version. Substores can be read at any kept version, columns only while the version is the newest.
#[derive(Clone)]
pub struct VersionReader {
    store: Store,
    version: u64,
    record: Record,
}

impl VersionReader {
    /// Runs `read` while no commit can happen, if this is still the newest version.
    fn newest<T>(&self, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let tip = self.store.tip.read().unwrap_or_else(PoisonError::into_inner);
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
        self.store.tree(TreeId::of(substore)).get(self.record.tree(substore), key)
    }

    fn column_get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.newest(|| self.store.column_get(column, key))
    }

    fn column_range(&self, column: Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.newest(|| self.store.column_range(column, from, to, limit))
    }
}
