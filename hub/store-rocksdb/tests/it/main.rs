//! The RocksDB backend: the common suite, the same roots as in memory, kill -9 in the middle of commits, damaged files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Weak};

use govhub_store::testing::{arb_writes, commit, suite, with_genesis, writes};
use govhub_store::{mem::MemBackend, Backend, Column, Store, StoreError, Substore, Writes};
use proptest::prelude::*;

#[test]
fn rocksdb_passes_the_suite() {
    let home = tempfile::tempdir().expect("a temporary directory");
    // RocksDB holds a lock: the same name opens again only once the first handle is gone, as after a restart.
    let open: RefCell<BTreeMap<String, Weak<dyn Backend>>> = RefCell::default();
    suite(&|name| {
        let alive = open.borrow().get(name).and_then(Weak::upgrade);
        alive.unwrap_or_else(|| {
            let backend = govhub_store_rocksdb::open(&home.path().join(name)).expect("opens");
            open.borrow_mut().insert(name.to_owned(), Arc::downgrade(&backend));
            backend
        })
    });
}

/// The block that the killed writer and its twin commit at `version`.
fn block(version: u64) -> Writes {
    let mut all = writes(Substore::Ibc, &[(&version.to_be_bytes(), Some(&[7; 100]))]);
    all.extend(writes(Substore::Audit, &[(b"head", Some(&version.to_be_bytes()))]));
    all
}

#[test]
fn the_same_blocks_give_the_same_roots_as_in_memory() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let disk = with_genesis(govhub_store_rocksdb::open(home.path()).expect("opens"));
    let memory = with_genesis(Arc::new(MemBackend::default()));
    for version in 1..40 {
        assert_eq!(commit(&disk, block(version)), commit(&memory, block(version)), "version {version}");
    }
}

/// Not a test of its own: the process that the next test kills. Commits blocks and prints each version once it is durable.
#[test]
fn child_commits_until_it_is_killed() {
    let Some(home) = std::env::var_os("GOVHUB_KILL_HOME") else { return };
    let store = Store::open(govhub_store_rocksdb::open(Path::new(&home)).expect("opens")).expect("sound");
    let mut version = store.latest().map_or(0, |(v, _)| v + 1);
    loop {
        commit(&store, if version == 0 { govhub_store::genesis_marks() } else { block(version) });
        if version % 4 == 3 {
            store.prune(version - 2).expect("kept");
        }
        println!("\ndurable {version}");
        version += 1;
    }
}

fn kill_after(home: &Path, lines: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().expect("this test binary"))
        .args(["--exact", "child_commits_until_it_is_killed", "--nocapture"])
        .env("GOVHUB_KILL_HOME", home)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut durable = 0;
    let output = BufReader::new(child.stdout.take().expect("piped"));
    for line in output.lines().map_while(Result::ok).filter(|l| l.starts_with("durable ")).take(lines) {
        durable = line["durable ".len()..].parse().expect("a number");
    }
    child.kill().expect("SIGKILL");
    child.wait().expect("reaped");
    durable
}

#[test]
fn kill_9_loses_nothing_durable_and_tears_nothing() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let twin = with_genesis(Arc::new(MemBackend::default()));
    for lines in [1, 2, 5, 17, 3, 40] {
        let durable = kill_after(home.path(), lines);
        let store = Store::open(govhub_store_rocksdb::open(home.path()).expect("opens")).expect("sound after kill -9");
        let (version, root) = store.latest().expect("committed");
        assert!(version >= durable, "version {durable} was reported durable, found {version}");
        while twin.latest().expect("genesis").0 < version {
            let next = twin.latest().expect("genesis").0 + 1;
            commit(&twin, block(next));
        }
        assert_eq!(Some((version, root)), twin.latest(), "the root equals an unkilled twin's");
        // Ten marks of genesis; from block 1 on a key for each version, and the head.
        assert_eq!(store.verify().expect("every tree is whole").keys, 10 + version + version.min(1));
        for kept in store.oldest()..=version {
            assert_eq!(store.root(kept), twin.root(kept), "every kept version is the twin's");
            store.prove(kept, Substore::Ibc, &kept.to_be_bytes()).expect("a promised version is whole");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_blocks_give_the_same_roots_as_in_memory(blocks in proptest::collection::vec(arb_writes(), 1..10)) {
        let home = tempfile::tempdir().expect("a temporary directory");
        let disk = with_genesis(govhub_store_rocksdb::open(home.path()).expect("opens"));
        let memory = with_genesis(Arc::new(MemBackend::default()));
        for block in blocks {
            prop_assert_eq!(commit(&disk, block.clone()), commit(&memory, block));
        }
        prop_assert_eq!(disk.verify(), memory.verify());
    }
}

/// A home with three versions in table files and two more in the log.
fn filled_home() -> (tempfile::TempDir, BTreeMap<u64, [u8; 32]>) {
    let home = tempfile::tempdir().expect("a temporary directory");
    let mut roots = BTreeMap::new();
    let mut store = with_genesis(govhub_store_rocksdb::open(home.path()).expect("opens"));
    for version in 1..=5 {
        let mut with_column = block(version);
        with_column.columns.entry(Column::AuditLog).or_default().insert(version.to_be_bytes().to_vec(), Some(vec![9; 60]));
        roots.insert(version, commit(&store, with_column));
        if version == 3 {
            // Opening replays the log into tables.
            drop(store);
            store = Store::open(govhub_store_rocksdb::open(home.path()).expect("opens")).expect("sound");
        }
    }
    (home, roots)
}

fn files(home: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(home).expect("readable").map(|e| e.expect("readable").path()).collect();
    files.retain(|p| p.file_name().is_some_and(|n| wanted(&n.to_string_lossy())));
    files.sort();
    files
}

/// Copies `home`, lets `damage` at the copy, and reads all of it.
fn read_after(home: &Path, damage: impl FnOnce(&Path)) -> Result<Store, StoreError> {
    let copy = tempfile::tempdir().expect("a temporary directory");
    for file in files(home, |name| name != "LOCK") {
        std::fs::copy(&file, copy.path().join(file.file_name().expect("a file"))).expect("copied");
    }
    damage(copy.path());
    let store = Store::open(govhub_store_rocksdb::open(copy.path())?)?;
    store.verify()?;
    Ok(store)
}

fn tells_what_to_do(error: &StoreError) {
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("restore the home from a snapshot"), "{error}");
}

fn flip(file: &Path, place: usize) {
    let mut bytes = std::fs::read(file).expect("readable");
    bytes[place] ^= 0x10;
    std::fs::write(file, bytes).expect("writable");
}

#[test]
fn an_undamaged_copy_opens_whole() {
    let (home, roots) = filled_home();
    let store = read_after(home.path(), |_| ()).expect("sound");
    assert_eq!(store.latest(), Some((5, roots[&5])));
    assert_eq!(store.verify().expect("sound").column_rows, 5);
}

#[test]
fn a_flipped_bit_in_a_table_is_named_or_touches_nothing() {
    let (home, roots) = filled_home();
    let (mut named, mut harmless) = (0, 0);
    let tables = files(home.path(), |name| name.ends_with(".sst"));
    assert!(tables.len() >= 5, "one table for each area written: {tables:?}");
    for table in tables {
        let length = std::fs::metadata(&table).expect("readable").len() as usize;
        for place in (0..6).map(|i| i * length / 6) {
            match read_after(home.path(), |copy| flip(&copy.join(table.file_name().expect("a file")), place)) {
                Err(error) => {
                    tells_what_to_do(&error);
                    named += 1;
                }
                // Filters only make reading quicker.
                Ok(store) => {
                    assert_eq!(store.latest(), Some((5, roots[&5])));
                    harmless += 1;
                }
            }
        }
    }
    assert!(named > harmless, "{named} named, {harmless} harmless");
}

#[test]
fn a_flipped_bit_in_the_log_is_named_or_the_version_before_stands_whole() {
    let (home, roots) = filled_home();
    let log = files(home.path(), |name| name.ends_with(".log")).into_iter().max_by_key(|p| std::fs::metadata(p).expect("readable").len());
    let log = log.expect("RocksDB keeps a log");
    let length = std::fs::metadata(&log).expect("readable").len() as usize;
    let mut named = 0;
    for place in (0..24).map(|i| i * length / 24) {
        match read_after(home.path(), |copy| flip(&copy.join(log.file_name().expect("a file")), place)) {
            Err(error) => {
                tells_what_to_do(&error);
                named += 1;
            }
            Ok(store) => {
                let (version, root) = store.latest().expect("committed");
                assert!((3..=5).contains(&version), "what is in tables stays: {version}");
                assert_eq!(root, roots[&version]);
            }
        }
    }
    assert!(named > 0, "at least the records before the end are named");
}

#[test]
fn a_log_cut_anywhere_opens_at_a_whole_version() {
    let (home, roots) = filled_home();
    let log = files(home.path(), |name| name.ends_with(".log")).into_iter().max_by_key(|p| std::fs::metadata(p).expect("readable").len());
    let log = log.expect("RocksDB keeps a log");
    let length = std::fs::metadata(&log).expect("readable").len();
    let mut found = Vec::new();
    for keep in (0..=12).map(|i| i * length / 12) {
        let store = read_after(home.path(), |copy| {
            let file = std::fs::OpenOptions::new().write(true).open(copy.join(log.file_name().expect("a file"))).expect("opens");
            file.set_len(keep).expect("cut");
        });
        let (version, root) = store.expect("a torn tail is what a crash leaves").latest().expect("committed");
        assert_eq!(root, roots[&version]);
        found.push(version);
    }
    assert!(found.is_sorted() && found.first() == Some(&3) && found.last() == Some(&5), "{found:?}");
}

#[test]
fn a_cut_or_missing_file_is_named() {
    let (home, _) = filled_home();
    let table = files(home.path(), |name| name.ends_with(".sst")).remove(0);
    let table = table.file_name().expect("a file");
    let manifest = files(home.path(), |name| name.starts_with("MANIFEST-")).remove(0);
    let manifest = manifest.file_name().expect("a file");
    let cut = |file: PathBuf| std::fs::write(&file, &std::fs::read(&file).expect("readable")[..40]).expect("writable");
    let remove = |file: PathBuf| std::fs::remove_file(file).expect("removed");
    tells_what_to_do(&read_after(home.path(), |copy| cut(copy.join(table))).err().expect("a cut table"));
    tells_what_to_do(&read_after(home.path(), |copy| remove(copy.join(table))).err().expect("a missing table"));
    tells_what_to_do(&read_after(home.path(), |copy| remove(copy.join(manifest))).err().expect("a missing manifest"));
    tells_what_to_do(&read_after(home.path(), |copy| std::fs::write(copy.join(manifest), b"not a manifest").expect("writable")).err().expect("a bent manifest"));
    let headless = read_after(home.path(), |copy| remove(copy.join("CURRENT"))).err().expect("a missing CURRENT");
    tells_what_to_do(&headless);
    assert!(headless.to_string().contains("`CURRENT` is missing"), "{headless}");
}

#[test]
fn a_second_process_is_kept_out_and_told_why() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let _running = with_genesis(govhub_store_rocksdb::open(home.path()).expect("opens"));
    let error = govhub_store_rocksdb::open(home.path()).err().expect("refused");
    assert!(matches!(&error, StoreError::Locked { .. }), "{error}");
}
