//! The suite that every backend passes. A backend's tests call [`suite`] with a way to open it afresh and to open it again.

use std::collections::BTreeMap;
use std::sync::Arc;

use govhub_types::hash::{sha256, Hash};
use ics23::HostFunctionsManager as Host;
use proptest::prelude::*;

use crate::{genesis_marks, proof_specs, Area, Backend, Batch, Column, Proof, Reader, Row, State, Store, StoreError, Substore, Verified, Writes};

/// Opens an empty backend, or with `Some` the one opened before (as a restart would).
pub type Open<'a> = &'a dyn Fn(&str) -> Arc<dyn Backend>;

/// Runs every check against backends made by `open` (one name, one home; the same name opens the same data again).
pub fn suite(open: Open<'_>) {
    what_is_committed_is_read_at_its_version(open("versions"));
    an_untouched_block_keeps_the_root(open("idle"));
    versions_follow_each_other(open("order"));
    preparing_changes_nothing(open("pure"));
    what_cannot_be_proved_is_refused(open("unprovable"), open("unprovable-genesis"));
    the_app_version_stays_until_it_is_set(open);
    presence_and_absence_are_proved_everywhere(open("proofs"));
    pruning_forgets_the_old_and_keeps_the_rest(open("prune"));
    a_reader_overtaken_by_pruning_says_so(open("overtaken"));
    columns_are_ordered_and_bound_to_the_newest_version(open("columns"));
    corruption_is_found_at_open(open);
    hidden_corruption_is_found_by_verify(open);
    a_store_reopens_where_it_stopped(open);
}

/// Writes that set `pairs` in `substore`.
pub fn writes(substore: Substore, pairs: &[(&[u8], Option<&[u8]>)]) -> Writes {
    let mut writes = Writes::default();
    let changes = writes.substores.entry(substore).or_default();
    for (key, value) in pairs {
        changes.insert(key.to_vec(), value.map(<[u8]>::to_vec));
    }
    writes
}

/// Arbitrary writes over a small key space, so that blocks overwrite and delete each other's keys.
pub fn arb_writes() -> impl Strategy<Value = Writes> {
    let change = (0..Substore::ALL.len(), 1u8..40, proptest::option::weighted(0.8, proptest::collection::vec(any::<u8>(), 1..40)));
    proptest::collection::vec(change, 0..20).prop_map(|changes| {
        let mut writes = Writes::default();
        for (substore, key, value) in changes {
            writes.substores.entry(Substore::ALL[substore]).or_default().insert(vec![key], value);
        }
        writes
    })
}

/// A store with genesis committed.
pub fn with_genesis(backend: Arc<dyn Backend>) -> Store {
    let store = Store::open(backend).expect("an empty backend opens");
    commit(&store, genesis_marks());
    store
}

/// Commits `writes` as the next version and returns the root.
pub fn commit(store: &Store, writes: Writes) -> Hash {
    let version = store.latest().map_or(0, |(v, _)| v + 1);
    let prepared = store.prepare(version, writes).expect("follows the newest version");
    let root = prepared.root();
    store.commit(prepared).expect("the backend takes a batch");
    assert_eq!(store.latest(), Some((version, root)));
    root
}

/// True iff `proof` shows `value` (or absence) of `key` in `substore` under `root`.
pub fn verifies(proof: &Proof, root: &Hash, substore: Substore, key: &[u8], value: Option<&[u8]>) -> bool {
    let [key_spec, store_spec] = proof_specs();
    let Some(ics23::commitment_proof::Proof::Exist(exist)) = &proof.store_proof.proof else { return false };
    let sub_root = exist.value.clone();
    let store_holds =
        ics23::verify_membership::<Host>(&proof.store_proof, &store_spec, &root.to_vec(), substore.name().as_bytes(), &sub_root);
    let key_holds = match value {
        Some(value) => ics23::verify_membership::<Host>(&proof.key_proof, &key_spec, &sub_root, key, value),
        None => ics23::verify_non_membership::<Host>(&proof.key_proof, &key_spec, &sub_root, key),
    };
    store_holds && key_holds
}

fn what_is_committed_is_read_at_its_version(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    commit(&store, writes(Substore::Ibc, &[(b"a", Some(b"1")), (b"b", Some(b"2"))]));
    commit(&store, writes(Substore::Ibc, &[(b"a", Some(b"3")), (b"b", None)]));
    let read = |version: u64, key: &[u8]| store.reader(version).expect("kept").get(Substore::Ibc, key).expect("readable");
    assert_eq!(read(0, b"a"), None);
    assert_eq!((read(1, b"a"), read(1, b"b")), (Some(b"1".to_vec()), Some(b"2".to_vec())));
    assert_eq!((read(2, b"a"), read(2, b"b")), (Some(b"3".to_vec()), None));
    assert_eq!(store.reader(3).err(), Some(StoreError::NoVersion { version: 3, oldest: 0, latest: 2 }));
}

fn an_untouched_block_keeps_the_root(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    let root = commit(&store, writes(Substore::Audit, &[(b"k", Some(b"v"))]));
    assert_eq!(commit(&store, Writes::default()), root);
    assert_ne!(commit(&store, writes(Substore::Audit, &[(b"k", Some(b"w"))])), root);
    assert_eq!(commit(&store, writes(Substore::Audit, &[(b"k", Some(b"v"))])), root, "the root depends on content alone");
}

fn versions_follow_each_other(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    let skipped = store.prepare(2, Writes::default()).err();
    assert_eq!(skipped, Some(StoreError::Order { found: 2, latest: "0".into() }));
    let one = store.prepare(1, writes(Substore::Ibc, &[(b"k", Some(b"1"))])).expect("follows");
    let other = store.prepare(1, writes(Substore::Ibc, &[(b"k", Some(b"2"))])).expect("preparing is pure, so twice is fine");
    assert_eq!(store.latest().map(|t| t.0), Some(0));
    store.commit(one).expect("first");
    assert_eq!(store.commit(other).err(), Some(StoreError::Order { found: 1, latest: "1".into() }));
}

/// Everything in the backend.
pub fn dump(backend: &dyn Backend) -> BTreeMap<Area, Vec<Row>> {
    Area::all().into_iter().map(|area| (area, backend.page(area, &[], usize::MAX).expect("readable"))).collect()
}

fn preparing_changes_nothing(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend.clone());
    let before = dump(backend.as_ref());
    let mut block = writes(Substore::Ibc, &[(b"k", Some(b"v"))]);
    block.columns.entry(Column::Index).or_default().insert(b"i".to_vec(), Some(b"j".to_vec()));
    let first = store.prepare(1, block.clone()).expect("follows");
    let second = store.prepare(1, block).expect("follows");
    assert_eq!(first.root(), second.root());
    assert_eq!(dump(backend.as_ref()), before, "nothing was written");
    let mut node = Writes::default();
    node.columns.entry(Column::Blocks).or_default().insert(b"1".to_vec(), Some(b"block".to_vec()));
    store.commit(first.with_columns(node)).expect("first");
    assert_eq!(store.column_get(Column::Index, b"i"), Ok(Some(b"j".to_vec())));
    assert_eq!(store.column_get(Column::Blocks, b"1"), Ok(Some(b"block".to_vec())));
}

fn what_cannot_be_proved_is_refused(backend: Arc<dyn Backend>, empty: Arc<dyn Backend>) {
    let refused = |store: &Store, writes: Writes| {
        let version = store.latest().map_or(0, |(v, _)| v + 1);
        match store.prepare(version, writes).err() {
            Some(StoreError::Unprovable { what }) => assert!(what.contains("`ibc`"), "{what}"),
            other => panic!("expected a refusal, found {other:?}"),
        }
    };
    let store = with_genesis(backend);
    refused(&store, writes(Substore::Ibc, &[(b"k", Some(b""))]));
    refused(&store, writes(Substore::Ibc, &[(b"", Some(b"v"))]));
    refused(&store, writes(Substore::Ibc, &[(&[0x00], None)]));
    commit(&store, writes(Substore::Ibc, &[(b"k", Some(b"v")), (&[0x00], None)]));
    let mut unmarked = genesis_marks();
    unmarked.substores.remove(&Substore::Ibc);
    let store = Store::open(empty).expect("an empty backend opens");
    refused(&store, unmarked);
    commit(&store, genesis_marks());
}

fn the_app_version_stays_until_it_is_set(open: Open<'_>) {
    let store = Store::open(open("app-version")).expect("an empty backend opens");
    assert_eq!((store.app_version(), store.require_app_version(1..=1)), (None, Ok(())));
    let genesis = store.prepare(0, genesis_marks()).expect("follows");
    store.commit(genesis.with_app_version(3)).expect("first");
    let root = commit(&store, Writes::default());
    drop(store);
    let store = Store::open(open("app-version")).expect("sound");
    assert_eq!((store.app_version(), store.latest()), (Some(3), Some((1, root))));
    assert_eq!(store.require_app_version(2..=3), Ok(()));
    assert_eq!(store.require_app_version(4..=5), Err(StoreError::AppVersion { found: 3, oldest: 4, newest: 5 }));
    let upgrade = store.prepare(2, Writes::default()).expect("follows").with_app_version(4);
    store.commit(upgrade).expect("follows");
    assert_eq!((store.app_version(), store.latest()), (Some(4), Some((2, root))), "an upgrade alone leaves the root");
}

fn presence_and_absence_are_proved_everywhere(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    let key = |i: u32| format!("clients/07-tendermint-{i}").into_bytes();
    let mut many = Writes::default();
    many.substores.insert(Substore::Ibc, (0..10_000).map(|i| (key(i), Some(i.to_be_bytes().to_vec()))).collect());
    let root = commit(&store, many);
    // Keys ordered as the tree orders them: by their hash. The first and last gap are the left and right end.
    let mut by_hash: Vec<(Hash, u32)> = (0..10_000).map(|i| (sha256(&[&key(i)]), i)).collect();
    by_hash.sort_unstable();
    let (leftmost, rightmost) = (by_hash[0].0, by_hash[by_hash.len() - 1].0);
    let absent = |i: u32| format!("absent/{i}").into_bytes();
    let genesis_key = sha256(&[&[0x00]]);
    let left = (0..).map(absent).find(|k| sha256(&[k]) < leftmost.min(genesis_key)).expect("hashes are spread");
    let right = (0..).map(absent).find(|k| sha256(&[k]) > rightmost.max(genesis_key)).expect("hashes are spread");
    for i in [by_hash[0].1, by_hash[5_000].1, by_hash[9_999].1] {
        let proof = store.prove(1, Substore::Ibc, &key(i)).expect("kept");
        assert!(verifies(&proof, &root, Substore::Ibc, &key(i), Some(&i.to_be_bytes())));
        assert!(!verifies(&proof, &root, Substore::Ibc, &key(i), Some(b"other")), "another value is refused");
        assert!(!verifies(&proof, &root, Substore::Ibc, &key(i), None), "a present key is not absent");
        assert!(!verifies(&proof, &root, Substore::Licence, &key(i), Some(&i.to_be_bytes())), "another substore is refused");
    }
    for key in [left, right, absent(7), absent(8)] {
        let proof = store.prove(1, Substore::Ibc, &key).expect("kept");
        assert_eq!(proof.value, None);
        assert!(verifies(&proof, &root, Substore::Ibc, &key, None));
        assert!(!verifies(&proof, &sha256(&[b"other root"]), Substore::Ibc, &key, None));
    }
    let only_genesis = store.prove(1, Substore::Workflow, b"nothing").expect("kept");
    assert!(verifies(&only_genesis, &root, Substore::Workflow, b"nothing", None), "absence beside the genesis key alone");
    let mark = store.prove(1, Substore::Workflow, &[0x00]).expect("kept");
    assert!(verifies(&mark, &root, Substore::Workflow, &[0x00], Some(&[0x01])));
}

fn pruning_forgets_the_old_and_keeps_the_rest(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend.clone());
    let mut expected: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for round in 0..30u8 {
        let (set, gone) = (vec![round % 7 + 1], vec![(round + 3) % 7 + 1]);
        expected.insert(set.clone(), vec![round]);
        expected.remove(&gone);
        commit(&store, writes(Substore::Ibc, &[(&set, Some(&[round])), (&gone, None)]));
    }
    assert!(store.prune(25).expect("25 is kept") > 0);
    assert_eq!(store.reader(24).err(), Some(StoreError::NoVersion { version: 24, oldest: 25, latest: 30 }));
    assert_eq!(store.prune(31).err(), Some(StoreError::NoVersion { version: 31, oldest: 25, latest: 30 }));
    assert_eq!(store.prune(25).expect("again"), 0, "nothing is left to remove");
    let reader = store.reader(30).expect("newest");
    for key in 1u8..=7 {
        assert_eq!(reader.get(Substore::Ibc, &[key]).expect("readable"), expected.get(&vec![key]).cloned());
    }
    let (_, root) = store.latest().expect("committed");
    for key in 1u8..=7 {
        let proof = store.prove(30, Substore::Ibc, &[key]).expect("kept");
        assert!(verifies(&proof, &root, Substore::Ibc, &[key], expected.get(&vec![key]).map(Vec::as_slice)));
    }
    store.prune(30).expect("newest is kept");
    let ibc = Substore::ALL.iter().position(|s| *s == Substore::Ibc).expect("listed") as u8 + 1;
    let values = backend.range(Area::Values, &[ibc], &[ibc + 1], usize::MAX).expect("readable");
    assert_eq!(values.len(), expected.len() + 1, "one value for each live key and the genesis mark: no litter");
    let keys: Vec<Vec<u8>> = backend.range(Area::Preimages, &[ibc], &[ibc + 1], usize::MAX).expect("readable").into_iter().map(|p| p.1).collect();
    assert_eq!(keys.len(), expected.len() + 1, "deleted keys are forgotten: {keys:?}");
    assert_eq!(backend.page(Area::Stale, &[], 1), Ok(vec![]), "nothing stale is left at the newest version");
    let latest = store.latest();
    drop(store);
    let store = Store::open(backend).expect("sound after pruning");
    assert_eq!((store.latest(), store.oldest()), (latest, 30));
    assert_eq!(store.verify().expect("sound").keys, expected.len() as u64 + 10);
}

fn a_reader_overtaken_by_pruning_says_so(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    for round in 0..5u8 {
        commit(&store, writes(Substore::Ibc, &[(b"k", Some(&[round]))]));
    }
    let (old, kept) = (store.reader(2).expect("kept"), store.reader(4).expect("kept"));
    assert_eq!(old.get(Substore::Ibc, b"k"), Ok(Some(vec![1])));
    store.prune(4).expect("4 is kept");
    assert_eq!(old.get(Substore::Ibc, b"k"), Err(StoreError::NoVersion { version: 2, oldest: 4, latest: 5 }));
    assert_eq!(kept.get(Substore::Ibc, b"k"), Ok(Some(vec![3])));
    assert_eq!(store.prove(2, Substore::Ibc, b"k").err(), Some(StoreError::NoVersion { version: 2, oldest: 4, latest: 5 }));
}

fn columns_are_ordered_and_bound_to_the_newest_version(backend: Arc<dyn Backend>) {
    let store = with_genesis(backend);
    let column = |pairs: &[(&[u8], Option<&[u8]>)]| {
        let mut writes = Writes::default();
        writes.columns.insert(Column::Index, pairs.iter().map(|(k, v)| (k.to_vec(), v.map(<[u8]>::to_vec))).collect());
        writes
    };
    commit(&store, column(&[(b"b", Some(b"2")), (b"a", Some(b"1")), (b"c", Some(b"3"))]));
    let reader = store.reader(1).expect("newest");
    let pair = |k: &[u8], v: &[u8]| (k.to_vec(), v.to_vec());
    assert_eq!(reader.column_range(Column::Index, b"a", b"c", 9), Ok(vec![pair(b"a", b"1"), pair(b"b", b"2")]));
    assert_eq!(reader.column_range(Column::Index, b"a", b"z", 1), Ok(vec![pair(b"a", b"1")]));
    assert_eq!(reader.column_range(Column::Index, b"z", b"a", 9), Ok(vec![]));
    let mut state = State::new(&reader);
    state.column_delete(Column::Index, b"a");
    state.checkpoint();
    state.column_put(Column::Index, b"aa", b"9".to_vec());
    assert_eq!(state.column_range(Column::Index, b"a", b"z", 2), vec![pair(b"aa", b"9"), pair(b"b", b"2")]);
    state.discard();
    assert_eq!(state.column_range(Column::Index, b"a", b"z", 2), vec![pair(b"b", b"2"), pair(b"c", b"3")]);
    commit(&store, column(&[(b"b", None)]));
    let moved = StoreError::ColumnsMoved { reader: 1, latest: 2 };
    assert_eq!(reader.column_get(Column::Index, b"a"), Err(moved.clone()));
    let state = State::new(&reader);
    assert_eq!(state.column_get(Column::Index, b"a"), None);
    assert_eq!(state.into_writes().err(), Some(moved), "a failed read forbids using the state");
}

fn a_store_reopens_where_it_stopped(open: Open<'_>) {
    let store = with_genesis(open("reopen"));
    let root = commit(&store, writes(Substore::Identity, &[(b"k", Some(b"v"))]));
    drop(store);
    let store = Store::open(open("reopen")).expect("sound");
    assert_eq!(store.latest(), Some((1, root)));
    assert_eq!(commit(&store, Writes::default()), root);
}

/// Commits two hundred keys in `home`, does `damage` to the backend, and opens it again.
fn damaged(open: Open<'_>, home: &str, damage: Damage<'_>) -> Result<Store, StoreError> {
    let store = with_genesis(open(home));
    let mut block = Writes::default();
    block.substores.insert(Substore::Ibc, (1..=200u8).map(|i| (vec![i], Some(vec![i, i]))).collect());
    commit(&store, block);
    drop(store);
    let backend = open(home);
    let (area, key, value) = damage(backend.as_ref());
    let mut batch = Batch::default();
    batch.set(area, key, value);
    backend.write(batch).expect("writable");
    drop(backend);
    Store::open(open(home))
}

/// Chooses one row and what becomes of it.
type Damage<'a> = &'a dyn Fn(&dyn Backend) -> (Area, Vec<u8>, Option<Vec<u8>>);

fn names(error: Option<StoreError>, word: &str) {
    match error {
        Some(StoreError::Corrupt { what }) => assert!(what.contains(word), "`{what}` should name `{word}`"),
        other => panic!("expected corruption naming `{word}`, found {other:?}"),
    }
}

/// Nodes of `tree` at its newest version, the root (the shortest path) first.
fn newest_nodes(backend: &dyn Backend, tree: u8) -> Vec<Row> {
    let mut nodes = backend.range(Area::Nodes, &[tree], &[tree + 1], usize::MAX).expect("readable");
    let newest = nodes.iter().map(|(k, _)| k[1..9].to_vec()).max().expect("a tree has nodes");
    nodes.retain(|(k, _)| k[1..9] == newest[..]);
    nodes.sort_by_key(|(k, _)| k.len());
    nodes
}

/// The row of the first key of `tree` that no newer row of that key hides. Rows start with the tree's byte and the key's hash.
fn first_row(backend: &dyn Backend, area: Area, tree: u8) -> Row {
    let rows = backend.page(area, &[tree], 3).expect("readable");
    let hidden = rows[0].0[..33] == rows[1].0[..33];
    rows[usize::from(hidden)].clone()
}

const TOP: u8 = 0;
const IBC: u8 = 7;

fn corruption_is_found_at_open(open: Open<'_>) {
    let opened = |home: &str, damage: Damage<'_>| damaged(open, home, damage).err();
    let record = [b"v".as_slice(), &1u64.to_be_bytes()].concat();
    names(opened("no-tip", &|_| (Area::Versions, b"tip".to_vec(), None)), "tip is missing");
    names(opened("no-format", &|_| (Area::Versions, b"format".to_vec(), None)), "format marker is missing");
    names(opened("short-tip", &|_| (Area::Versions, b"tip".to_vec(), Some(vec![1]))), "tip is not a number");
    names(opened("no-record", &|_| (Area::Versions, record.clone(), None)), "record of version 1 is missing");
    let bent = opened("bent-record", &|backend| {
        let mut bytes = backend.get(Area::Versions, &record).expect("readable").expect("committed");
        bytes[3] ^= 1;
        (Area::Versions, record.clone(), Some(bytes))
    });
    names(bent, "checksum");
    names(opened("no-root-node", &|backend| (Area::Nodes, newest_nodes(backend, TOP).remove(0).0, None)), "top tree");
    names(opened("no-leaf-node", &|backend| (Area::Nodes, newest_nodes(backend, TOP).remove(1).0, None)), "top tree");
    names(opened("bent-leaf", &|backend| (Area::Values, first_row(backend, Area::Values, TOP).0, Some(vec![1, 1, 0, 0, 0, 9]))), "top tree");
    names(opened("no-ibc-root", &|backend| (Area::Nodes, newest_nodes(backend, IBC).remove(0).0, None)), "substore `ibc`");
    let format = opened("other-format", &|_| (Area::Versions, b"format".to_vec(), Some(9u32.to_be_bytes().to_vec())));
    assert_eq!(format, Some(StoreError::Format { found: 9, known: 1 }));
    let whole = opened("whole", &|_| (Area::Column(Column::Meta), b"harmless".to_vec(), Some(vec![1])));
    assert_eq!(whole, None, "the undamaged twin opens");
}

fn hidden_corruption_is_found_by_verify(open: Open<'_>) {
    let verified = |home: &str, damage: Damage<'_>| damaged(open, home, damage).expect("not seen at open").verify();
    let last_node = |backend: &dyn Backend| newest_nodes(backend, IBC).pop().expect("a tree has nodes");
    let ibc = "substore `ibc`";
    names(verified("no-node", &|backend| (Area::Nodes, last_node(backend).0, None)).err(), ibc);
    names(verified("other-node", &|backend| (Area::Nodes, last_node(backend).0, Some(newest_nodes(backend, IBC).remove(0).1))).err(), ibc);
    names(verified("no-value", &|backend| (Area::Values, first_row(backend, Area::Values, IBC).0, None)).err(), ibc);
    names(verified("other-value", &|backend| (Area::Values, first_row(backend, Area::Values, IBC).0, Some(vec![1, 1, 0, 0, 0, 9]))).err(), ibc);
    names(verified("no-key", &|backend| (Area::Preimages, first_row(backend, Area::Preimages, IBC).0, None)).err(), ibc);
    names(verified("other-key", &|backend| (Area::Preimages, first_row(backend, Area::Preimages, IBC).0, Some(b"x".to_vec()))).err(), ibc);
    let whole = verified("verify-whole", &|_| (Area::Column(Column::Meta), b"harmless".to_vec(), Some(vec![1])));
    assert_eq!(whole, Ok(Verified { version: 1, keys: 210, column_rows: 1 }));
}
