//! The RocksDB backend: the common suite, the same roots as in memory, kill -9 in the middle of commits, damaged files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Weak};

use govhub_store::testing::{commit, suite, with_genesis, writes};
use govhub_store::{mem::MemBackend, Backend, Store, StoreError, Substore, Writes};

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
    }
}

#[test]
fn a_truncated_manifest_is_named_not_repaired_in_silence() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let store = with_genesis(govhub_store_rocksdb::open(home.path()).expect("opens"));
    commit(&store, block(1));
    drop(store);
    let manifest = entries_named(home.path(), "MANIFEST-");
    std::fs::write(&manifest, b"not a manifest").expect("writable");
    let error = govhub_store_rocksdb::open(home.path()).err().expect("refused");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("restore the home"), "{error}");
}

fn entries_named(home: &Path, start: &str) -> PathBuf {
    let mut entries = std::fs::read_dir(home).expect("readable").map(|e| e.expect("readable").path());
    entries.find(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start))).expect("RocksDB writes one")
}
