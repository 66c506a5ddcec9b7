//! The store in memory: the common suite, and properties of roots.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::time::Duration;

use govhub_store::testing::{arb_writes, commit, suite, verifies, with_genesis, writes};
use govhub_store::{mem::MemBackend, Area, Backend, Batch, Column, Reader, State, StoreError, Substore, Writes};
use proptest::prelude::*;

#[test]
fn the_memory_backend_passes_the_suite() {
    let homes: RefCell<BTreeMap<String, Arc<MemBackend>>> = RefCell::default();
    suite(&|name| homes.borrow_mut().entry(name.to_owned()).or_default().clone() as Arc<dyn Backend>);
}

/// Readers of every age beside a writer that commits and prunes: each answer is the version's own, or says that the version has gone.
#[test]
fn no_reader_sees_another_version_than_its_own() {
    let store = with_genesis(Arc::new(MemBackend::default()));
    let done = AtomicBool::new(false);
    let (mut gone, mut moved) = (0u32, 0u32);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for version in 1..=400u64 {
                let stamp = version.to_be_bytes();
                let mut block = writes(Substore::Ibc, &[(b"k", Some(&stamp))]);
                block.columns.entry(Column::Index).or_default().insert(b"k".to_vec(), Some(stamp.to_vec()));
                commit(&store, block);
                if version % 3 == 0 {
                    store.prune(version - 1).expect("kept");
                }
            }
            done.store(true, Ordering::SeqCst);
        });
        while !done.load(Ordering::SeqCst) {
            let (version, root) = store.latest().expect("genesis");
            let Ok(reader) = store.reader(version) else { continue };
            for _ in 0..50 {
                let expected = (version > 0).then(|| version.to_be_bytes().to_vec());
                match reader.get(Substore::Ibc, b"k") {
                    Ok(value) => assert_eq!(value, expected),
                    Err(StoreError::NoVersion { .. }) => gone += 1,
                    Err(other) => panic!("{other}"),
                }
                match reader.column_get(Column::Index, b"k") {
                    Ok(value) => assert_eq!(value, expected),
                    Err(StoreError::ColumnsMoved { .. }) => moved += 1,
                    Err(other) => panic!("{other}"),
                }
                match store.prove(version, Substore::Ibc, b"k") {
                    Ok(proof) => assert!(verifies(&proof, &root, Substore::Ibc, b"k", expected.as_deref())),
                    Err(StoreError::NoVersion { .. }) => gone += 1,
                    Err(other) => panic!("{other}"),
                }
            }
        }
    });
    assert!(gone > 0 && moved > 0, "the race took place: {gone} gone, {moved} moved");
}

type Interruption = Box<dyn FnOnce() + Send>;

/// A backend that, when pruning asks whether a deleted key was set again, lets something else happen before it answers.
#[derive(Default)]
struct Interrupted {
    inner: MemBackend,
    interruption: Mutex<Option<Interruption>>,
}

impl Backend for Interrupted {
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(area, key)
    }
    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        let answer = self.inner.at_most(area, key);
        if area == Area::Values && key.ends_with(&u64::MAX.to_be_bytes()) {
            if let Some(interruption) = self.interruption.lock().expect("no thread panics with it").take() {
                interruption();
            }
        }
        answer
    }
    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.range(area, from, to, limit)
    }
    fn page(&self, area: Area, from: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.page(area, from, limit)
    }
    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.inner.write(batch)
    }
}

#[test]
fn pruning_does_not_take_a_key_that_a_commit_brings_back_meanwhile() {
    let backend = Arc::new(Interrupted::default());
    let store = with_genesis(backend.clone());
    commit(&store, writes(Substore::Ibc, &[(b"k", Some(b"v"))]));
    commit(&store, writes(Substore::Ibc, &[(b"k", None)]));
    let (send, finished) = mpsc::channel();
    let committer = store.clone();
    *backend.interruption.lock().expect("no thread panics with it") = Some(Box::new(move || {
        let prepared = committer.prepare(3, writes(Substore::Ibc, &[(b"k", Some(b"w"))])).expect("follows");
        let (done, committed) = mpsc::channel();
        std::thread::spawn(move || {
            committer.commit(prepared).expect("follows");
            // Nobody listens to the first if the commit had to wait for the pruning, as it should.
            let _ = done.send(());
            send.send(()).expect("the test waits for it");
        });
        let _ = committed.recv_timeout(Duration::from_millis(200));
    }));
    assert!(store.prune(2).expect("kept") > 0);
    finished.recv().expect("the commit came through after the pruning");
    assert_eq!(store.verify().expect("the key that came back is whole").keys, 11);
}

/// Six thousand versions of one key in one pruning: takes time in proportion to the versions, not to their square.
#[test]
fn a_long_overdue_pruning_leaves_one_value() {
    let backend = Arc::new(MemBackend::default());
    let store = with_genesis(backend.clone());
    for version in 1..=6_000u64 {
        commit(&store, writes(Substore::Audit, &[(b"head", Some(&version.to_be_bytes()))]));
    }
    assert!(store.prune(6_000).expect("kept") > 6_000);
    let rows = backend.page(Area::Values, &[], usize::MAX).expect("readable").len();
    assert_eq!(rows, 10 + 1 + 10, "ten marks, the head, ten roots in the top tree");
    assert_eq!(store.verify().expect("sound").keys, 11);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn reads_equal_a_plain_map_after_any_blocks(blocks in proptest::collection::vec(arb_writes(), 1..12)) {
        let store = with_genesis(Arc::new(MemBackend::default()));
        let mut model: BTreeMap<(Substore, Vec<u8>), Vec<u8>> = BTreeMap::new();
        for block in blocks {
            for (substore, changes) in &block.substores {
                for (key, value) in changes {
                    match value {
                        Some(value) => model.insert((*substore, key.clone()), value.clone()),
                        None => model.remove(&(*substore, key.clone())),
                    };
                }
            }
            commit(&store, block);
        }
        let (version, _) = store.latest().expect("committed");
        let reader = store.reader(version).expect("newest");
        for substore in Substore::ALL {
            for key in 1u8..40 {
                prop_assert_eq!(reader.get(substore, &[key]).expect("readable"), model.get(&(substore, vec![key])).cloned());
            }
        }
    }

    #[test]
    fn the_root_depends_on_content_not_on_history(blocks in proptest::collection::vec(arb_writes(), 1..6)) {
        // One store gets the blocks one by one, the other gets only what is left of them, in one block.
        let (slow, quick) = (with_genesis(Arc::new(MemBackend::default())), with_genesis(Arc::new(MemBackend::default())));
        let mut all = Writes::default();
        for block in blocks {
            all.extend(block.clone());
            commit(&slow, block);
        }
        for changes in all.substores.values_mut() {
            changes.retain(|_, value| value.is_some());
        }
        commit(&quick, all);
        prop_assert_eq!(slow.latest().map(|t| t.1), quick.latest().map(|t| t.1));
    }

    #[test]
    fn the_order_of_writes_in_a_block_does_not_matter(
        (one, other) in proptest::collection::btree_map(1u8.., proptest::option::of(1u8..), 1..40)
            .prop_flat_map(|changes| { let changes: Vec<_> = changes.into_iter().collect(); (Just(changes.clone()), Just(changes).prop_shuffle()) })
    ) {
        let root = |changes: &[(u8, Option<u8>)]| {
            let store = with_genesis(Arc::new(MemBackend::default()));
            commit(&store, writes(Substore::Ibc, &[(&[3], Some(b"before")), (&[200], Some(b"before"))]));
            let reader = store.reader(1).expect("newest");
            let mut state = State::new(&reader);
            for (key, value) in changes {
                match value {
                    Some(value) => state.put(Substore::Ibc, &[*key], vec![*value]),
                    None => state.delete(Substore::Ibc, &[*key]),
                }
            }
            commit(&store, state.into_writes().expect("sound"))
        };
        prop_assert_eq!(root(&one), root(&other));
    }

    #[test]
    fn pruning_changes_no_kept_version_and_leaves_no_litter(
        blocks in proptest::collection::vec((arb_writes(), proptest::option::weighted(0.3, 0u64..4)), 1..25)
    ) {
        let backend = Arc::new(MemBackend::default());
        let store = with_genesis(backend.clone());
        let mut now: BTreeMap<(Substore, Vec<u8>), Vec<u8>> = Substore::ALL.into_iter().map(|s| ((s, vec![0]), vec![1])).collect();
        let mut history = vec![now.clone()];
        for (block, keep) in blocks {
            for (substore, changes) in &block.substores {
                for (key, value) in changes {
                    match value {
                        Some(value) => now.insert((*substore, key.clone()), value.clone()),
                        None => now.remove(&(*substore, key.clone())),
                    };
                }
            }
            commit(&store, block);
            history.push(now.clone());
            if let Some(keep) = keep {
                store.prune((history.len() as u64 - 1).saturating_sub(keep).max(store.oldest())).expect("kept");
            }
            for version in store.oldest()..history.len() as u64 {
                let (reader, root) = (store.reader(version).expect("kept"), store.root(version).expect("kept"));
                for substore in [Substore::Accounts, Substore::Ibc, Substore::Workflow] {
                    for key in 0u8..40 {
                        let expected = history[version as usize].get(&(substore, vec![key]));
                        prop_assert_eq!(reader.get(substore, &[key]).expect("kept"), expected.cloned());
                        if key % 8 == 0 {
                            let proof = store.prove(version, substore, &[key]).expect("kept");
                            prop_assert!(verifies(&proof, &root, substore, &[key], expected.map(Vec::as_slice)));
                        }
                    }
                }
            }
        }
        store.prune(history.len() as u64 - 1).expect("newest");
        prop_assert_eq!(store.verify().expect("sound").keys, now.len() as u64);
        let rows = |area| backend.page(area, &[], usize::MAX).expect("readable").len();
        prop_assert_eq!(rows(Area::Stale), 0);
        // Every live key, and the ten leaves of the top tree.
        prop_assert_eq!((rows(Area::Values), rows(Area::Preimages)), (now.len() + 10, now.len() + 10));
    }
}
