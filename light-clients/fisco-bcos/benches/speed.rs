//! What following a chain costs, against the floor of its signatures and hashes measured in the same run; and what hostile bytes allocate.
//!
//! `cargo bench -p govhub-lc-fisco-bcos`. Each figure is the median of rounds, with the spread from fastest to slowest round.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_fisco_bcos::key_map::stored_topic;
use govhub_lc_fisco_bcos::native;
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form};
use govhub_lc_fisco_bcos::testing::{nodes, update, Chain, Entry, BRIDGE, GENESIS_MS};
use govhub_lc_fisco_bcos::{ClientState, Suite, Version, HEADER_URL, MAX_HEADER_BYTES, MAX_PROOF_BYTES};
use govhub_types::codec::decode_canonical;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

const ROUNDS: usize = 9;
const NOW: Time = Time::from_unix_s(GENESIS_MS / 1_000 + 3_600);

fn main() {
    libraries();
    headers();
    proofs();
    decoding();
    hostile();
}

/// Microseconds of one call: median, fastest and slowest of the rounds.
fn time(mut call: impl FnMut()) -> (f64, f64, f64) {
    call();
    let once = Instant::now();
    call();
    let calls = (20_000_000 / once.elapsed().as_nanos().max(1)).clamp(1, 20_000) as u32;
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    (rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1])
}

fn line(what: &str, (median, low, high): (f64, f64, f64), floor: Option<f64>) {
    let ratio = floor.map_or(String::new(), |floor| format!("  {:.2}x the floor of {floor:.1}", median / floor));
    println!("{what:<58} {median:>9.1} us ({low:.1} to {high:.1}){ratio}");
}

/// One signature in each library.
fn libraries() {
    println!("# One signature");
    let hash = [7; 32];
    for suite in Suite::ALL {
        let node = &nodes(suite, 1, 1)[0];
        let (id, signature) = (node.id(), node.sign(Version::V3, &hash));
        line(suite.name(), time(|| suite.verify(black_box(&id), &hash, &signature).expect("good")), None);
    }
    {
        use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
        let key = SigningKey::from_slice(&[9; 32]).expect("in range");
        let (signature, recovery): (Signature, RecoveryId) = key.sign_prehash_recoverable(&hash);
        line("secp256k1 by k256, recovery", time(|| drop(black_box(VerifyingKey::recover_from_prehash(&hash, &signature, recovery)))), None);
    }
    {
        use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
        use p256::ecdsa::{Signature, SigningKey};
        let key = SigningKey::from_slice(&[9; 32]).expect("in range");
        let signature: Signature = key.sign_prehash(&hash).expect("signs");
        line("P-256 by p256, for SM2 to be compared with", time(|| key.verifying_key().verify_prehash(&hash, &signature).expect("good")), None);
    }
}

/// The consensus states of a chain.
struct Stored(Vec<Any>);

impl Stored {
    fn of(chain: &Chain) -> Self {
        Self((0..=chain.newest()).map(|number| chain.state(number).encode()).collect())
    }
}

impl ConsensusStates for Stored {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(usize::try_from(height.revision_height).ok()?).cloned()
    }
    fn before(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
    fn after(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
}

/// One header signed by exactly the quorum.
fn headers() {
    println!("# One header, from encoded message to encoded states");
    for (version, suite) in [(Version::V3, Suite::Keccak), (Version::V3, Suite::Sm), (Version::V2, Suite::Keccak), (Version::V2, Suite::Sm)] {
        for n in [4u8, 16, 64, 100] {
            let mut chain = Chain::of(version, suite, nodes(suite, 1, n));
            chain.seal(Vec::new());
            let quorum = usize::from(n - (n - 1) / 3);
            let block = chain.block(1);
            let signed = block.signed_by(version, &(0..quorum).collect::<Vec<_>>());
            let ids: Vec<_> = chain.nodes.iter().map(|node| node.id()).collect();
            let floor = time(|| {
                black_box(native::header_hash(suite, &signed));
                for (id, signature) in ids.iter().zip(&signed.signatures) {
                    suite.verify(id, &block.hash, &signature.signature).expect("good");
                }
            });
            let message = update(&[signed.clone()]);
            let encoded = chain.client(0).encode();
            let stored = Stored(vec![chain.state(0).encode()]);
            let whole = time(|| {
                let client = ClientState::decode(&encoded).expect("right");
                let verdict = client.verify_header(&stored, &message, NOW).expect("decodable");
                assert!(matches!(verdict, Verdict::Accepted(_)));
            });
            line(&format!("{} {} sealers={n} signatures={quorum}", version.name(), suite.name()), whole, Some(floor.0));
        }
    }
}

/// A packet among 1,000 transactions.
fn proofs() {
    println!("# One packet proof among 1,000 receipts");
    for (version, suite) in [(Version::V3, Suite::Keccak), (Version::V3, Suite::Sm), (Version::V2, Suite::Keccak), (Version::V2, Suite::Sm)] {
        let mut chain = Chain::new(version, suite);
        let path = |n: u64| [b"gov-fisco-0\x01".as_slice(), &n.to_be_bytes()].concat();
        chain.seal((0..1_000).map(|n| Entry::stored(suite, BRIDGE, stored_topic(suite), n, &path(n), &[7; 32])).collect());
        let proof = chain.proof(1, 613, raw::Claim::Event);
        let preimages = preimages(&proof);
        let floor = time(|| preimages.iter().for_each(|bytes| drop(black_box(suite.hash(&[bytes])))));
        let (client, stored) = (chain.client(1), Stored::of(&chain));
        let (encoded, wanted, prefix) = (proof.encode_to_vec(), path(613), [Vec::new()]);
        let whole = time(|| {
            let path = StoredPath { prefix: &prefix, path: &wanted };
            client.verify_membership(&stored, Height::new(0, 1), path, &[7; 32], &encoded).expect("holds");
        });
        line(&format!("{} {} hashes={} bytes={}", version.name(), suite.name(), preimages.len(), encoded.len()), whole, Some(floor.0));
    }
}

/// What a proof must hash at least: the receipt, the path's nodes, the path of the packet.
fn preimages(proof: &raw::Proof) -> Vec<Vec<u8>> {
    let receipt = match &proof.receipt.as_ref().expect("an event has one").form {
        Some(Form::Rlp(bytes)) => bytes.clone(),
        Some(Form::V3(fields)) => {
            let logs = fields.logs.iter().map(|log| [log.address.as_bytes(), &log.topics.concat(), &log.data].concat());
            [vec![0; 16 + fields.gas_used.len()], fields.output.clone(), logs.collect::<Vec<_>>().concat()].concat()
        }
        None => Vec::new(),
    };
    let levels = &proof.receipt_path.as_ref().expect("an event has one").levels;
    let nodes = levels.iter().enumerate().map(|(depth, level)| match level.group.is_empty() {
        false => level.group.concat(),
        true => [level.left.concat(), vec![0; if depth == 0 { 34 } else { 32 }], level.right.concat()].concat(),
    });
    [receipt, vec![0; 20]].into_iter().chain(nodes).collect()
}

fn decoding() {
    println!("# Decoding");
    let mut chain = Chain::of(Version::V3, Suite::Keccak, nodes(Suite::Keccak, 1, 100));
    (0..10).for_each(|_| drop(chain.seal(Vec::new())));
    let headers = (1..=10).map(|number| chain.block(number).signed_by(Version::V3, &(0..67).collect::<Vec<_>>())).collect();
    let bytes = raw::Header { headers }.encode_to_vec();
    let (median, ..) = time(|| drop(black_box(decode_canonical::<raw::Header>("header", &bytes, bytes.len()).expect("canonical"))));
    println!("canonical update of {} bytes: {:.0} MB/s", bytes.len(), bytes.len() as f64 / median);
}

/// Peak allocation for the worst bytes of the longest message.
fn hostile() {
    println!("# Peak allocation on hostile input");
    let chain = Chain::new(Version::V3, Suite::Keccak);
    let (client, stored) = (chain.client(0), Stored::of(&chain));
    let nested = |outer: &[u8], inner: &[u8], max: usize| {
        // A field of length-delimited type that holds many empty messages.
        let mut bytes = inner.repeat((max - 64) / inner.len());
        for tag in outer.iter().rev() {
            let mut wrapped = vec![*tag];
            prost::encoding::encode_varint(bytes.len() as u64, &mut wrapped);
            wrapped.extend(bytes);
            bytes = wrapped;
        }
        bytes
    };
    let update = |value: Vec<u8>| Any { type_url: HEADER_URL.into(), value };
    let parents = update(nested(&[0x0a, 0x12], &[0x12, 0x00], MAX_HEADER_BYTES));
    let signatures = update(nested(&[0x0a], &[0x22, 0x00], MAX_HEADER_BYTES));
    let logs = nested(&[0x3a, 0x12], &[0x3a, 0x00], MAX_PROOF_BYTES);
    let deep = format!("[{}]", "[".repeat(100_000));
    let report = |what: &str, bytes: usize, call: &dyn Fn()| {
        println!("{what:<40} {bytes:>8} bytes in, {:>9} bytes at the peak", peak(call));
    };
    report("empty parents", parents.value.len(), &|| drop(black_box(client.verify_header(&stored, &parents, NOW))));
    report("empty signatures", signatures.value.len(), &|| drop(black_box(client.verify_header(&stored, &signatures, NOW))));
    let path = StoredPath { prefix: &[Vec::new()], path: b"p" };
    report("empty logs", logs.len(), &|| drop(black_box(client.verify_membership(&stored, Height::new(0, 0), path, b"v", &logs))));
    report("deep JSON", deep.len(), &|| drop(black_box(native::items(deep.as_bytes()))));
}

/// Counts what is allocated.
struct Counting;

static NOW_HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn peak(call: &dyn Fn()) -> usize {
    let before = NOW_HELD.load(Ordering::Relaxed);
    MOST_HELD.store(before, Ordering::Relaxed);
    call();
    MOST_HELD.load(Ordering::Relaxed) - before
}

#[allow(unsafe_code)] // an allocator is unsafe by its trait; it only counts and hands on
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = NOW_HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST_HELD.fetch_max(held, Ordering::Relaxed);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW_HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(pointer, layout);
    }
}
