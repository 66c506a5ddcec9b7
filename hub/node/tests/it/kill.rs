//! A node killed before and after each durable write, and at random instants, ends with the state of a twin that was never killed.
//!
//! The child is this test binary again, running [`child_node`] alone: it starts a node on RocksDB, posts what is not yet in a block, and
//! writes down what it ends with. Dying is `abort`, which like kill -9 runs no destructor and flushes nothing. A death within a write of the
//! consensus log is what it leaves behind: whole entries and a piece of the next. Each life writes down the blocks that it saw, and the last one
//! compares them all with its chain.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use govhub_store::{Area, Backend, Batch, StoreError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{json, Value};
use tendermint_light_client_verifier::Verdict;
use tendermint_rpc::{Client, HttpClient};

use crate::light_client::{fetch, verdict};
use crate::world::{config, make_home, start_over, PATIENCE};

const HOME: &str = "GOVHUB_TEST_KILL_HOME";
const WRITE: &str = "GOVHUB_TEST_KILL_WRITE";
const SIDE: &str = "GOVHUB_TEST_KILL_SIDE";
const SEEN: &str = "seen.txt";
const TXS: usize = 5;

/// Dies at one write.
struct Deadly {
    inner: Arc<dyn Backend>,
    writes: AtomicUsize,
    at: usize,
    before: bool,
}

impl Backend for Deadly {
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(area, key)
    }
    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.at_most(area, key)
    }
    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.range(area, from, to, limit)
    }
    fn page(&self, area: Area, from: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.page(area, from, limit)
    }
    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let deadly = self.writes.fetch_add(1, Ordering::SeqCst) + 1 == self.at;
        if deadly && self.before {
            std::process::abort();
        }
        self.inner.write(batch)?;
        if deadly {
            std::process::abort();
        }
        Ok(())
    }
}

/// Not a test of its own: what the tests below start as a process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_node() {
    let Ok(directory) = std::env::var(HOME) else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let directory = Path::new(&directory);
    let home = if directory.join("config").exists() { govhub_node::home::Home::new(directory) } else { make_home(directory) };
    std::fs::create_dir_all(home.data()).expect("a directory");
    let inner = govhub_store_rocksdb::open(&home.database()).expect("opened");
    let backend = Arc::new(Deadly { inner, writes: AtomicUsize::new(0), at: number(WRITE).unwrap_or(0), before: number(SIDE) == Some(0) });
    let before = seen(directory);
    let world = start_over(home, backend, config(20)).await;
    let watcher = tokio::spawn(watch(world.http.clone(), directory.to_owned()));
    for n in 0..TXS {
        let tx = format!("s{n}:key{n}=value{n}").into_bytes();
        let hash = tendermint::Hash::Sha256(govhub_types::hash::sha256(&[&tx]));
        if world.http.tx(hash, false).await.is_err() {
            // A proposal of the life before may be decided between the two calls: then the post is refused, and the block is waited for.
            let _ = world.http.broadcast_tx_sync(tx).await;
            world.included(hash).await;
        }
    }
    let tip = world.http.status().await.expect("status").sync_info.latest_block_height.value();
    world.reach(tip + 3).await;
    for height in 1..=tip {
        let (old, new) = (fetch(&world.http, height).await, fetch(&world.http, height + 1).await);
        assert_eq!(verdict(&old, &new), Verdict::Success, "height {}", height + 1);
    }
    watcher.abort();
    for (height, hash) in &before {
        assert_eq!(hash_at(&world.http, *height).await.as_ref(), Some(hash), "height {height}: a block that an earlier life showed was replaced");
    }
    let app_hash = world.http.header(tip as u32 + 2).await.expect("header").header.app_hash;
    std::fs::write(directory.join("end.json"), json!({"app_hash": app_hash.to_string(), "tip": tip}).to_string()).expect("written");
    world.node.stop().await.expect("stopped");
}

async fn hash_at(http: &HttpClient, height: u32) -> Option<String> {
    Some(http.block(height).await.ok()?.block_id.hash.to_string())
}

/// Writes down every block of the node, a line each, as soon as it can be read.
async fn watch(http: HttpClient, directory: PathBuf) {
    let mut file = File::options().create(true).append(true).open(directory.join(SEEN)).expect("a file");
    for height in 1.. {
        let hash = loop {
            if let Some(hash) = hash_at(&http, height).await {
                break hash;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        file.write_all(format!("{height} {hash}\n").as_bytes()).expect("written");
    }
}

/// Blocks that earlier lives showed: heights and hashes.
fn seen(directory: &Path) -> Vec<(u32, String)> {
    let text = std::fs::read_to_string(directory.join(SEEN)).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once(' ')).map(|(height, hash)| (height.parse().expect("a height"), hash.to_owned())).collect()
}

/// Leaves at the end of the consensus log the first `bytes` bytes of one more entry: flag, length, checksum, data.
fn tear(directory: &Path, bytes: usize) {
    let entry = [&[0][..], &64u64.to_be_bytes(), &0xdead_beef_u32.to_be_bytes(), &[7; 64]].concat();
    let log = govhub_node::home::Home::new(directory).wal();
    File::options().append(true).open(log).and_then(|mut file| file.write_all(&entry[..bytes])).expect("torn");
}

fn child(directory: &Path, write: Option<(usize, usize)>) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "kill::child_node", "--nocapture", "--test-threads=1"]).env(HOME, directory).env("RUST_BACKTRACE", "0").stdout(Stdio::null()).stderr(said(directory));
    if let Some((at, side)) = write {
        command.env(WRITE, at.to_string()).env(SIDE, side.to_string());
    }
    command.spawn().expect("started")
}

/// Where the child says what went wrong: beside its home, appended over its lives.
fn said(directory: &Path) -> File {
    File::options().create(true).append(true).open(directory.join("said.txt")).expect("a file")
}

/// The end of that, for a failure's message.
fn last_words(directory: &Path) -> String {
    let text = std::fs::read_to_string(directory.join("said.txt")).unwrap_or_default();
    text.lines().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn wait(child: &mut Child) -> bool {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("waited") {
            return status.success();
        }
        if begun.elapsed() > PATIENCE * 2 {
            child.kill().expect("killed");
            panic!("the child hangs");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn end(directory: &Path) -> String {
    let text = std::fs::read_to_string(directory.join("end.json")).expect("the child wrote its end");
    let end: Value = serde_json::from_str(&text).expect("JSON");
    end["app_hash"].as_str().expect("a hash").to_owned()
}

fn twin() -> String {
    let directory = tempfile::tempdir().expect("a directory");
    assert!(wait(&mut child(directory.path(), None)), "the twin ends well");
    end(directory.path())
}

#[test]
fn a_node_killed_before_and_after_each_durable_write_ends_like_its_unkilled_twin() {
    let expected = twin();
    // Write 1 is genesis; then each height has two: the proposal, and block with state.
    for at in 1..=5 {
        for side in [0, 1] {
            let directory = tempfile::tempdir().expect("a directory");
            assert!(!wait(&mut child(directory.path(), Some((at, side)))), "write {at} was to kill the child");
            assert!(wait(&mut child(directory.path(), None)), "after dying at write {at}, side {side}: {}", last_words(directory.path()));
            assert_eq!(end(directory.path()), expected, "after dying at write {at}, side {side}");
        }
    }
}

#[test]
fn a_node_killed_within_a_write_of_the_consensus_log_ends_like_its_unkilled_twin() {
    let expected = twin();
    // Within the flag and length, the checksum, and the data of an entry.
    for bytes in [1, 5, 9, 11, 13, 40] {
        let directory = tempfile::tempdir().expect("a directory");
        assert!(!wait(&mut child(directory.path(), Some((5, 1)))), "write 5 was to kill the child");
        assert!(!seen(directory.path()).is_empty(), "a block was shown before");
        tear(directory.path(), bytes);
        assert!(wait(&mut child(directory.path(), None)), "{bytes} bytes of an entry: {}", last_words(directory.path()));
        assert_eq!(end(directory.path()), expected, "{bytes} bytes of an entry");
    }
}

#[test]
fn a_node_killed_at_random_instants_ends_like_its_unkilled_twin() {
    let seed: u64 = std::env::var("GOVHUB_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_124);
    let mut random = StdRng::seed_from_u64(seed);
    let expected = twin();
    let directory = tempfile::tempdir().expect("a directory");
    let mut killed = 0;
    for _ in 0..6 {
        let mut child = child(directory.path(), None);
        std::thread::sleep(Duration::from_millis(random.gen_range(20..250)));
        if child.try_wait().expect("waited").is_none() {
            child.kill().expect("killed");
            killed += 1;
        }
        child.wait().expect("reaped");
    }
    assert!(killed > 0, "seed {seed} killed nothing: widen the range");
    assert!(wait(&mut self::child(directory.path(), None)), "seed {seed}: {}", last_words(directory.path()));
    assert_eq!(end(directory.path()), expected, "seed {seed}");
}
