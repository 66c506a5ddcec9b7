//! Costs of a ChainMaker client, each beside its floor in the same run: `cargo bench -p govhub-lc-chainmaker`.
//!
//! The floor of a header is its signatures (votes, proposer, sender, and one of its authority on each certificate), verified by the same
//! library, and the hashes that bind them; the floor of a proof is its hashes. Figures are medians over the rounds, with the quickest and
//! the slowest round; ratios are medians of each round's own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite, HEADER_URL, MAX_HEADER_BYTES};
use govhub_lc_core::{LightClient, StoredPath, Verdict};
use govhub_types::codec::decode_canonical;
use govhub_types::{Height, SigningKey};
use govhub_x509::testing::der_signature;
use govhub_x509::{verify_signature, LowS};
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// Counts what is allocated, and the most that was at one time.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is implemented by no safe means; it only counts and hands on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Medians of several rounds, with the quickest and the slowest round, per call.
struct Measured {
    found: Duration,
    least: Duration,
    most: Duration,
    floor: Duration,
    /// Of both in the same round.
    ratio: f64,
}

/// Times `call` and `floor` in turns, so that whatever else the machine does meets both.
fn measure(repeats: u32, mut call: impl FnMut(), mut floor: impl FnMut()) -> Measured {
    const ROUNDS: usize = 21;
    let time = |call: &mut dyn FnMut()| {
        let begin = Instant::now();
        (0..repeats).for_each(|_| call());
        begin.elapsed() / repeats
    };
    let mut rounds: Vec<(Duration, Duration)> = (0..=ROUNDS).map(|_| (time(&mut call), time(&mut floor))).collect();
    rounds.remove(0);
    let mut ratios: Vec<f64> = rounds.iter().map(|(found, floor)| found.as_secs_f64() / floor.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    let mut floors: Vec<Duration> = rounds.iter().map(|(_, floor)| *floor).collect();
    floors.sort_unstable();
    rounds.sort_unstable();
    Measured { found: rounds[ROUNDS / 2].0, least: rounds[0].0, most: rounds[ROUNDS - 1].0, floor: floors[ROUNDS / 2], ratio: ratios[ROUNDS / 2] }
}

fn row(name: &str, measured: &Measured, per: u32) {
    let [found, least, most, floor] = [measured.found, measured.least, measured.most, measured.floor].map(|time| time / per);
    println!("{name:<56} {found:>9.1?} ({least:.1?} to {most:.1?}), floor {floor:>9.1?}, ratio {:.2}", measured.ratio);
}

fn main() {
    // Cargo passes `--bench`; a test run of all targets passes nothing and must stay quick.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("headers: one block with one transaction, a quorum of votes");
    for (auth_type, suite) in [(AuthType::PermissionedWithCert, Suite::P256), (AuthType::PermissionedWithCert, Suite::Sm2), (AuthType::Public, Suite::P256), (AuthType::Public, Suite::Sm2)] {
        for nodes in [4, 16, 64, 100] {
            header(auth_type, suite, nodes);
        }
    }
    println!("runs: 16 blocks in one message, 16 nodes, per block");
    for suite in [Suite::P256, Suite::Sm2] {
        run_of_blocks(suite);
    }
    println!("proofs: a packet of 1 KiB in a block of 100 transactions");
    for suite in [Suite::P256, Suite::Sm2] {
        proof(suite);
    }
    decode();
    hostile();
}

/// One signature as the chain verifies it.
struct Signed {
    key: SigningKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn new(suite: Suite, bytes: usize) -> Self {
        let (key, message) = (SigningKey::from_seed(suite.key_kind(), &[1; 32]), vec![7; bytes]);
        Self { signature: der_signature(&key, &message), key, message }
    }

    fn verify(&self) {
        verify_signature(&self.key.public_key(), black_box(&self.message), black_box(&self.signature), LowS::Any).expect("its own signature");
    }
}

/// Signatures that a block needs: votes, proposer and sender; with certificates as many again but for the proposer, which votes too.
fn signatures(auth_type: AuthType, nodes: u8) -> usize {
    let quorum = usize::from(nodes) * 2 / 3 + 1;
    quorum + 2 + if auth_type == AuthType::PermissionedWithCert { quorum + 1 } else { 0 }
}

fn header(auth_type: AuthType, suite: Suite, nodes: u8) {
    let chain = Chain::new(Network::new(auth_type, suite, nodes));
    let follower = Follower::of(&chain);
    let made = chain.next(&[note()]);
    let message = made.update();
    let (signed, hashed) = (Signed::new(suite, 120), hashed_bytes(&made));
    let verify = || {
        let verdict = follower.client.verify_header(&follower, black_box(&message), follower.now);
        assert!(matches!(verdict, Ok(Verdict::Accepted(_))));
    };
    let floor = || {
        (0..signatures(auth_type, nodes)).for_each(|_| signed.verify());
        black_box(suite.hash(&[black_box(&hashed)]));
    };
    let name = format!("{} {suite:?}, {nodes} nodes, {} signatures", auth_type.name(), signatures(auth_type, nodes));
    row(&name, &measure(100 / u32::from(nodes) + 1, verify, floor), 1);
}

fn hashed_bytes(made: &Made) -> Vec<u8> {
    let txs = made.txs.iter().map(Message::encode_to_vec).chain(made.rw_sets.iter().map(Message::encode_to_vec));
    txs.chain([made.header.encode_to_vec(), made.dag.clone()]).flatten().collect()
}

fn run_of_blocks(suite: Suite) {
    let mut chain = Chain::new(Network::new(AuthType::PermissionedWithCert, suite, 16));
    let follower = Follower::of(&chain);
    (0..16).for_each(|_| drop(chain.make(&[note()])));
    let message = chain.run(1, 16);
    let signed = Signed::new(suite, 120);
    let verify = || {
        let verdict = follower.client.verify_header(&follower, black_box(&message), follower.now);
        assert!(matches!(verdict, Ok(Verdict::Accepted(_))));
    };
    // Eleven votes, proposer and sender a block; twelve certificates once for all.
    let floor = || (0..16 * 13 + 12).for_each(|_| signed.verify());
    row(&format!("permissionedWithCert {suite:?}"), &measure(1, verify, floor), 16);
}

fn proof(suite: Suite) {
    const PATH: &[u8] = b"gov-chainmaker-0\x01\0\0\0\0\0\0\0\x07";
    let mut chain = Chain::new(Network::new(AuthType::PermissionedWithCert, suite, 4));
    let mut follower = Follower::of(&chain);
    let mut calls = vec![note(); 100];
    let value = vec![0xab; 32];
    calls[57] = Call { result: vec![1; 1024], ..Call::packet(PATH, &value) };
    let made = chain.make(&calls);
    assert!(matches!(follower.offer(&made.update()), Ok(Verdict::Accepted(_))));
    let proof = made.proof(suite, 57);
    let bytes = proof.encode_to_vec();
    let prefix = [Vec::new()];
    let verify = || {
        let path = StoredPath { prefix: &prefix, path: PATH };
        follower.client.verify_membership(&follower, Height::new(0, 1), path, &value, black_box(&bytes)).expect("a good proof");
    };
    let floor = || {
        black_box(suite.hash(&[black_box(&proof.tx)]));
        black_box(suite.hash(&[black_box(&proof.rw_set)]));
        for step in &proof.path {
            black_box(suite.hash(&[black_box(step), black_box(step)]));
        }
    };
    row(&format!("{suite:?}, {} bytes", bytes.len()), &measure(1_000, verify, floor), 1);
}

fn decode() {
    let chain = Chain::new(Network::new(AuthType::PermissionedWithCert, Suite::P256, 16));
    let made = chain.next(&vec![note(); 100]);
    let message = made.update().value;
    let decode = || {
        let header: raw::Header = decode_canonical("header", black_box(&message), MAX_HEADER_BYTES).expect("canonical");
        for block in &header.blocks {
            decode_canonical::<chain::BlockHeader>("block", &block.header, MAX_HEADER_BYTES).expect("canonical");
            decode_canonical::<chain::VoteSet>("votes", &block.vote_set, MAX_HEADER_BYTES).expect("canonical");
            for entry in block.body.iter().flat_map(|body| &body.entries) {
                decode_canonical::<chain::Transaction>("transaction", &entry.tx, MAX_HEADER_BYTES).expect("canonical");
                decode_canonical::<chain::TxRwSet>("write set", &entry.rw_set, MAX_HEADER_BYTES).expect("canonical");
            }
        }
    };
    let measured = measure(50, decode, || drop(black_box(message.clone())));
    let rate = message.len() as f64 / measured.found.as_secs_f64() / 1e6;
    println!("decoding: {} bytes of update message, strict at every depth: {:.0?}, {rate:.0} MB/s", message.len(), measured.found);
}

/// Messages of the greatest length, made to be dear.
fn hostile() {
    let chain = Chain::new(Network::new(AuthType::PermissionedWithCert, Suite::P256, 4));
    let follower = Follower::of(&chain);
    let made = chain.next(&[note()]);
    let room = MAX_HEADER_BYTES - 20_000;
    let with = |bend: &dyn Fn(&mut raw::Block)| {
        let mut block = made.whole();
        bend(&mut block);
        raw::Header { blocks: vec![block], ..Default::default() }.encode_to_vec()
    };
    let empty_votes = chain::VoteSet { r#type: 1, height: 1, maj23: made.header.block_hash.clone(), votes: vec![chain::VoteEntry::default(); room / 2], ..made.vote_set.clone() };
    let empty_writes = chain::TxRwSet { tx_writes: vec![chain::TxWrite::default(); room / 2], ..Default::default() };
    let empty_endorsers = chain::Transaction { endorsers: vec![chain::EndorsementEntry::default(); room / 2], ..made.txs[0].clone() };
    let messages = [
        ("one empty block after another", [0x0a, 0].repeat(MAX_HEADER_BYTES / 2)),
        ("one certificate after another", [0x12, 0].repeat(MAX_HEADER_BYTES / 2)),
        ("one empty vote after another", with(&|block| block.vote_set = empty_votes.encode_to_vec())),
        ("one empty transaction after another", with(&|block| block.body = Some(raw::Body { entries: vec![raw::Entry::default(); room / 2], dag: Vec::new() }))),
        ("one empty write after another", with(&|block| block.body.as_mut().expect("whole").entries[0].rw_set = empty_writes.encode_to_vec())),
        ("one empty endorser after another", with(&|block| block.body.as_mut().expect("whole").entries[0].tx = empty_endorsers.encode_to_vec())),
        ("a length beyond the end", vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ];
    println!("hostile messages: the most memory that one of at most {MAX_HEADER_BYTES} bytes takes");
    for (name, value) in messages {
        let (message, length) = (Any { type_url: HEADER_URL.into(), value }, 0);
        let length = length + message.value.len();
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let begin = Instant::now();
        let verdict = follower.client.verify_header(&follower, &message, follower.now);
        let took = begin.elapsed();
        assert!(!matches!(verdict, Ok(Verdict::Accepted(_))));
        let peak = PEAK.load(Ordering::Relaxed) - before;
        println!("{name:<44} {length:>7} bytes: {:>6} KiB, {took:.1?}", peak / 1024);
    }
}

fn note() -> Call {
    Call::writing("T", vec![("T".into(), b"key".to_vec(), b"value".to_vec())])
}
