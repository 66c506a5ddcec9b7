//! What a commit costs, beside a raw RocksDB batch of the same pairs in the same run, on the same disk.
//!
//! `cargo run -p govhub-store-rocksdb --example commit_cost [-- KEYS_BEFORE]` (default 50,000). Half of a block's writes are new keys,
//! half overwrite; values have 32 bytes; every write is synced. Columns: median milliseconds of computing the root, of the durable commit,
//! of the raw synced batch, and writes per second through the store.

use std::path::Path;
use std::time::{Duration, Instant};

use govhub_store::{genesis_marks, Store, Substore, Writes};
use rocksdb::{Options, WriteBatch, WriteOptions, DB};

/// Keys committed at once while filling.
const FILL_BLOCK: u64 = 10_000;
/// Blocks measured for each size; the median is printed.
const ROUNDS: usize = 15;

fn main() {
    let before: u64 = std::env::args().nth(1).map_or(50_000, |n| n.parse().expect("KEYS_BEFORE is a number"));
    let home = tempfile::tempdir().expect("a temporary directory");
    let store = Store::open(govhub_store_rocksdb::open(&home.path().join("store")).expect("opens")).expect("sound");
    let raw = open_raw(&home.path().join("raw"));
    commit(&store, genesis_marks());
    let mut next = 0;
    while next < before {
        let block = pairs(FILL_BLOCK.min(before - next), 0, &mut next, 0);
        commit(&store, writes(&block));
        write_raw(&raw, &block);
    }
    println!("{before} keys before, {ROUNDS} blocks of each size, medians");
    println!("{:>7} {:>10} {:>10} {:>10} {:>12}", "writes", "root ms", "commit ms", "raw ms", "writes/s");
    for size in [1u64, 10, 100, 1_000, 10_000] {
        let mut times: [Vec<Duration>; 3] = Default::default();
        for round in 0..ROUNDS {
            let block = pairs(size.div_ceil(2), size / 2, &mut next, round as u64 + 1);
            let (root, durable) = commit(&store, writes(&block));
            times[0].push(root);
            times[1].push(durable);
            times[2].push(write_raw(&raw, &block));
        }
        let [root, durable, raw] = times.map(median_ms);
        println!("{size:>7} {root:>10.2} {durable:>10.2} {raw:>10.2} {:>12.0}", size as f64 * 1e3 / (root + durable));
    }
    let (latest, _) = store.latest().expect("committed");
    let start = Instant::now();
    let removed = store.prune(latest).expect("kept");
    println!("pruned {removed} nodes in {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let verified = store.verify().expect("sound");
    println!("verified {} keys in {:.2} s", verified.keys, start.elapsed().as_secs_f64());
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// `new` keys never used and `old` ones spread over those used, with values that depend on `salt`.
fn pairs(new: u64, old: u64, next: &mut u64, salt: u64) -> Pairs {
    let spread = (*next).max(1);
    let numbers: Vec<u64> = (*next..*next + new).chain((0..old).map(|i| (i * 7_919 + salt * 104_729) % spread)).collect();
    *next += new;
    let value = [salt.to_be_bytes(); 4].concat();
    numbers.into_iter().map(|n| (format!("07-tendermint-{}\u{1}{n:016x}", n % 64).into_bytes(), value.clone())).collect()
}

fn writes(block: &Pairs) -> Writes {
    let mut writes = Writes::default();
    writes.substores.insert(Substore::Ibc, block.iter().map(|(k, v)| (k.clone(), Some(v.clone()))).collect());
    writes
}

/// Time of computing the root and of making it durable.
fn commit(store: &Store, writes: Writes) -> (Duration, Duration) {
    let version = store.latest().map_or(0, |(v, _)| v + 1);
    let start = Instant::now();
    let prepared = store.prepare(version, writes).expect("follows");
    let root = start.elapsed();
    let start = Instant::now();
    store.commit(prepared).expect("the disk takes it");
    (root, start.elapsed())
}

fn open_raw(path: &Path) -> DB {
    let mut options = Options::default();
    options.create_if_missing(true);
    DB::open(&options, path).expect("opens")
}

fn write_raw(db: &DB, block: &Pairs) -> Duration {
    let mut batch = WriteBatch::default();
    block.iter().for_each(|(k, v)| batch.put(k, v));
    let mut options = WriteOptions::default();
    options.set_sync(true);
    let start = Instant::now();
    db.write_opt(batch, &options).expect("the disk takes it");
    start.elapsed()
}

fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
