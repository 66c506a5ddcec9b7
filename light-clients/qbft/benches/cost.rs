//! What headers and proofs cost beside what they must cost: their signatures and hashes, measured in the same run.
//!
//! `cargo bench -p govhub-lc-qbft`. Subject and floor alternate, sample by sample; the table shows the fastest of each (the machine may be
//! busy with other things) and the spread of the middle half.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_qbft::header::BlockHeader;
use govhub_lc_qbft::keccak::keccak256;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::seals::{quorum, signer};
use govhub_lc_qbft::testing::{client_state_any, header_any, Blueprint, Chain, Key, GENESIS_S};
use govhub_lc_qbft::{height, ClientState, Flavour, CLIENT_STATE_URL, HEADER_URL, MAX_HEADER_BYTES};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use prost::Message;

fn main() {
    println!("{:<44} {:>11} {:>11} {:>7} {:>7}", "", "subject", "floor", "ratio", "spread");
    headers();
    proofs();
    lists();
    recovery();
    decoding();
    allocation();
}

/// Consensus states in memory.
struct States(BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, at: Height) -> Option<Any> {
        self.0.get(&at).cloned()
    }
    fn before(&self, at: Height) -> Option<(Height, Any)> {
        self.0.range(..at).next_back().map(|(at, any)| (*at, any.clone()))
    }
    fn after(&self, at: Height) -> Option<(Height, Any)> {
        self.0.range(at..).find(|(found, _)| **found > at).map(|(at, any)| (*at, any.clone()))
    }
}

fn world(chain: &Chain, at: u64) -> (ClientState, States) {
    let client = ClientState::decode(&chain.client_any(at)).expect("ours");
    let states = States(BTreeMap::from([(height(at), chain.consensus_state(at).encode())]));
    (client, states)
}

fn now() -> Time {
    Time::from_unix_s(GENESIS_S + 3600)
}

/// One header with exactly a quorum of seals, and runs of sixteen. Floor: each seal's recovery and address, and the header's hashes.
fn headers() {
    for flavour in Flavour::ALL {
        for n in [4, 16, 64, 100] {
            for run in [1, 16] {
                let mut chain = Chain::new(flavour, n);
                chain.grow_to(run);
                let (client, states) = world(&chain, 0);
                let mut message = chain.update(0, run);
                (message.trusted_authority, message.account_nodes) = (None, Vec::new());
                let any = header_any(&message);
                let sealed: Vec<_> = message.blocks.iter().map(|block| sealed(flavour, &block.header)).collect();
                let name = format!("{} header, {n} validators, {} seals, run of {run}", flavour.name(), quorum(n as usize));
                compare(&name, run, || matches!(client.verify_header(&states, black_box(&any), now()), Ok(Verdict::Accepted(_))), || {
                    sealed.iter().all(|(digest, seals, hashes)| {
                        hashes.iter().for_each(|bytes| { black_box(keccak256(&[bytes])); });
                        seals.iter().all(|seal| signer(black_box(digest), seal).is_ok())
                    })
                });
            }
        }
    }
}

type Sealed = ([u8; 32], Vec<[u8; 65]>, Vec<Vec<u8>>);

/// What must be recovered and hashed of a header.
fn sealed(flavour: Flavour, header: &[u8]) -> Sealed {
    let read = BlockHeader::decode(flavour, &[15], header).expect("ours");
    let digest = read.seal_digest(&read.block_hash());
    let unsealed = header.len() - read.extra.seals.len() * 67;
    // In round 0 QBFT hashes once; IBFT 2.0 twice; IBFT 1 for the block and for its proposer, whose seal is one more.
    let (hashes, mut seals) = (if flavour == Flavour::BesuQbft || flavour == Flavour::GoQuorumQbft { 1 } else { 2 }, read.extra.seals.clone());
    seals.extend(read.extra.proposer_seal.map(|_| read.extra.seals[0]));
    (digest, seals, vec![vec![7; unsealed]; hashes])
}

/// A packet proof in a contract with so many slots. Floor: its nodes' hashes, and those of path, slot and key.
fn proofs() {
    for slots in [100u64, 10_000] {
        let mut chain = Chain::new(Flavour::BesuQbft, 4);
        let path = |sequence: u64| [b"gov-qbft-0\x01".as_slice(), &sequence.to_be_bytes()].concat();
        (0..slots).for_each(|sequence| chain.store(&path(sequence), &[0xab; 32]));
        chain.grow_to(1);
        let (client, states) = world(&chain, 1);
        let prefix = [Vec::new()];
        for (kind, sequence, account) in [("presence", 7, false), ("absence", slots + 7, false), ("presence with account", 7, true)] {
            let path = path(sequence);
            let proof = chain.prove_with_account(1, &path);
            let proof = raw::Proof { account_nodes: if account { proof.account_nodes } else { Vec::new() }, ..proof };
            let bytes = proof.encode_to_vec();
            let hashed: Vec<&[u8]> = proof.account_nodes.iter().chain(&proof.storage_nodes).map(Vec::as_slice).collect();
            let stored = StoredPath { prefix: &prefix, path: &path };
            let name = format!("{kind} among {slots} slots, {} nodes, {} bytes", hashed.len(), bytes.len());
            compare(
                &name,
                1,
                || match kind {
                    "absence" => client.verify_absence(&states, height(1), stored, black_box(&bytes)).is_ok(),
                    _ => client.verify_membership(&states, height(1), stored, &[0xab; 32], black_box(&bytes)).is_ok(),
                },
                || {
                    hashed.iter().for_each(|node| { black_box(keccak256(&[node])); });
                    let slot = keccak256(&[&keccak256(&[black_box(&path)]), &[7; 32]]);
                    black_box(keccak256(&[&slot]));
                    if account {
                        black_box(keccak256(&[&[7; 20]]));
                    }
                    true
                },
            );
        }
    }
}

/// A header of a chain whose contract names the validators: the list's proof comes on top.
fn lists() {
    for n in [4, 16, 64, 100] {
        let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(Flavour::BesuQbft, n) });
        chain.grow_to(1);
        let (client, states) = world(&chain, 0);
        let mut message = chain.update(0, 1);
        (message.trusted_authority, message.account_nodes) = (None, Vec::new());
        let any = header_any(&message);
        let (digest, seals, hashes) = sealed(Flavour::BesuQbft, &message.blocks[0].header);
        let block = &message.blocks[0];
        let nodes: Vec<&[u8]> = block.contract_account_nodes.iter().chain(&block.contract_storage_nodes).map(Vec::as_slice).collect();
        let name = format!("header by contract, {n} validators, {} nodes", nodes.len());
        compare(&name, 1, || matches!(client.verify_header(&states, black_box(&any), now()), Ok(Verdict::Accepted(_))), || {
            hashes.iter().for_each(|bytes| { black_box(keccak256(&[bytes])); });
            nodes.iter().for_each(|node| { black_box(keccak256(&[node])); });
            (0..n + 3).for_each(|_| { black_box(keccak256(&[&[7; 32]])); });
            seals.iter().all(|seal| signer(black_box(&digest), seal).is_ok())
        });
    }
}

/// The two libraries that recover signers.
fn recovery() {
    let (key, digest) = (Key::new(1), [7; 32]);
    let seal = key.seal(&digest);
    let second = || {
        let signature = Signature::from_slice(&seal[..64]).expect("a signature");
        let id = RecoveryId::from_byte(seal[64]).expect("an id");
        let key = VerifyingKey::recover_from_prehash(black_box(&digest), &signature, id).expect("recoverable");
        keccak256(&[&key.to_sec1_point(false).as_bytes()[1..]])[12..] == self::key_address(&seal, &digest)
    };
    compare("recovery and address: k256 beside secp256k1", 1, second, || signer(black_box(&digest), &seal).is_ok());
}

fn key_address(seal: &[u8; 65], digest: &[u8; 32]) -> [u8; 20] {
    static KNOWN: std::sync::OnceLock<[u8; 20]> = std::sync::OnceLock::new();
    *KNOWN.get_or_init(|| signer(digest, seal).expect("recoverable"))
}

/// Throughput of the strict decoders, in megabytes a second.
fn decoding() {
    for n in [4, 100] {
        let mut chain = Chain::new(Flavour::GoQuorumQbft, n);
        chain.grow_to(16);
        let header = chain.made(16).header.clone();
        let best = fastest(&mut || BlockHeader::decode(Flavour::GoQuorumQbft, &[15], black_box(&header)).is_ok());
        println!("{:<44} {:>8.0} MB/s", format!("decode header of {n} validators, {} bytes", header.len()), megabytes(header.len(), best));
        let any = client_state_any(&chain.client_state(16));
        let best = fastest(&mut || ClientState::decode(black_box(&any)).is_ok());
        println!("{:<44} {:>8.0} MB/s", format!("decode client state, {} bytes", any.value.len()), megabytes(any.value.len(), best));
    }
}

fn megabytes(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64() / 1e6
}

/// Peak of the heap while hostile messages are judged.
fn allocation() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(1);
    let (client, states) = world(&chain, 0);
    // Field 3 of Header, empty: a block of two bytes; and field 2 of Block: an empty trie node of two bytes.
    let empty_blocks = [0x1a, 0].repeat(MAX_HEADER_BYTES / 2);
    let node = [0x12, 0].repeat((MAX_HEADER_BYTES - 16) / 2);
    let mut nodes = vec![0x1a];
    prost::encoding::encode_varint(node.len() as u64, &mut nodes);
    nodes.extend(node);
    // A header whose list, and one whose seals, claim the rest of four gigabytes.
    let long_list = raw::Header { blocks: vec![raw::Block { header: vec![0xfb, 0xff, 0xff, 0xff, 0xff], ..Default::default() }], ..Default::default() };
    let honest = chain.update(0, 1).encode_to_vec();
    for (name, url, value) in [
        ("an honest header", HEADER_URL, honest),
        ("a message of empty blocks", HEADER_URL, empty_blocks),
        ("a block of empty nodes", HEADER_URL, nodes),
        ("a list longer than memory", HEADER_URL, long_list.encode_to_vec()),
        ("a client state of empty transitions", CLIENT_STATE_URL, [0x22, 0].repeat(128 * 1024)),
        ("too many bytes", HEADER_URL, vec![0x1a; 64 << 20]),
    ] {
        let (bytes, any) = (value.len(), Any { type_url: url.to_owned(), value });
        let peak = peak_of(|| {
            let _ = black_box(client.verify_header(&states, black_box(&any), now()));
            let _ = black_box(ClientState::decode(black_box(&any)));
        });
        println!("{:<44} {bytes:>9} bytes in, peak {:>9} bytes", name, peak);
    }
}

/// Alternates subject and floor and prints the fastest of each, per piece of work.
fn compare(name: &str, pieces: u64, mut subject: impl FnMut() -> bool, mut floor: impl FnMut() -> bool) {
    assert!(subject() && floor(), "{name}: both succeed");
    let (mut subjects, mut floors) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    while subjects.len() < 30 || (begin.elapsed() < Duration::from_secs(2) && subjects.len() < 5_000) {
        subjects.push(timed(&mut subject));
        floors.push(timed(&mut floor));
    }
    let (best, least) = (best(&mut subjects), best(&mut floors));
    let spread = (subjects[subjects.len() * 3 / 4] - subjects[subjects.len() / 4]).as_secs_f64() / subjects[subjects.len() / 2].as_secs_f64();
    let per_piece = |time: Duration| time.as_secs_f64() * 1e6 / pieces as f64;
    println!("{name:<44} {:>8.1} us {:>8.1} us {:>7.2} {:>6.0}%", per_piece(best), per_piece(least), best.as_secs_f64() / least.as_secs_f64(), spread * 100.0);
}

fn fastest(work: &mut impl FnMut() -> bool) -> Duration {
    let mut times: Vec<Duration> = (0..2_000).map(|_| timed(work)).collect();
    best(&mut times)
}

fn best(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[0]
}

fn timed(work: &mut impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    assert!(black_box(work()));
    begin.elapsed()
}

/// The system's allocator, counting what is held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator that counts can be written in no other way; it only passes calls on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(pointer, layout);
    }
}

fn peak_of(work: impl FnOnce()) -> usize {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    work();
    PEAK.load(Ordering::Relaxed) - before
}
