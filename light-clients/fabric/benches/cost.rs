//! What blocks and proofs cost beside what they must cost: their signatures and hashes, measured in the same run.
//!
//! `cargo bench -p govhub-lc-fabric`. Subject and floor take turns; shown are the medians, their ratio, and the spread of the ratio's middle half
//! (other work on the machine touches both alike).

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::config::bft_quorum;
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1 as raw;
use govhub_lc_fabric::testing::{header_any, run_any, Channel, Draft, Kind, ACCEPTED_AT_S};
use govhub_lc_fabric::{ClientState, ConsensusState, HEADER_URL, MAX_MESSAGE_BYTES};
use govhub_types::hash::sha256;
use govhub_types::{Height, KeyKind, PublicKey, SigningKey, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message as _;

const NOW: Time = Time::from_unix_s(ACCEPTED_AT_S + 60);
const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";
const VALUE: &[u8] = &[0xab; 32];
/// Turns of subject and floor.
const TURNS: usize = 41;

fn main() {
    println!("{:<58} {:>12} {:>12} {:>6}  middle half", "", "subject", "floor", "ratio");
    bft_headers();
    raft_headers();
    configurations();
    proofs();
    decoding();
    allocation();
}

struct States(BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, any)| (*height, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(found, _)| **found != height).map(|(height, any)| (*height, any.clone()))
    }
}

fn client(channel: &Channel, raft: raw::RaftSigners) -> (ClientState, States) {
    let (mut state, anchor) = channel.client();
    state.raft = Some(raft);
    let client = ClientState::from_raw(state).expect("right");
    (client.clone(), States([(client.latest_height(), anchor.encode())].into()))
}

const ONE: raw::RaftSigners = raw::RaftSigners { orderers: 1, organisations: 1 };

/// Signatures that must be verified: key, message, r and s.
#[derive(Default)]
struct Floor {
    signatures: Vec<(PublicKey, Vec<u8>, Vec<u8>)>,
    hashed: Vec<Vec<u8>>,
}

impl Floor {
    /// So many signatures over messages of that length, by different keys.
    fn signatures(mut self, count: usize, message: usize) -> Self {
        for index in 0..count {
            let key = SigningKey::from_seed(KeyKind::P256, &[u8::try_from(index % 251).expect("a byte"); 32]);
            let message = vec![u8::try_from(index % 250).expect("a byte"); message];
            self.signatures.push((key.public_key(), message.clone(), key.sign(&message)));
        }
        self
    }

    fn hashes(mut self, count: usize, bytes: usize) -> Self {
        self.hashed.extend(vec![vec![7; bytes]; count]);
        self
    }

    fn pay(&self) {
        for (key, message, signature) in &self.signatures {
            black_box(key).verify(message, signature).expect("our own signature");
        }
        for bytes in &self.hashed {
            black_box(sha256(&[bytes]));
        }
    }
}

fn timed(work: &mut dyn FnMut()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}

fn compare(name: &str, mut subject: impl FnMut(), floor: &Floor) {
    let (mut subjects, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    subject();
    floor.pay();
    for _ in 0..TURNS {
        let (one, other) = (timed(&mut subject), timed(&mut || floor.pay()));
        ratios.push(one.as_secs_f64() / other.as_secs_f64());
        subjects.push(one);
        floors.push(other);
    }
    subjects.sort();
    floors.sort();
    ratios.sort_by(f64::total_cmp);
    let (middle, quarter) = (TURNS / 2, TURNS / 4);
    println!(
        "{name:<58} {:>10.1}us {:>10.1}us {:>6.2}  {:.2} to {:.2}",
        micros(subjects[middle]), micros(floors[middle]), ratios[middle], ratios[quarter], ratios[TURNS - 1 - quarter]
    );
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn accept(client: &ClientState, states: &States, header: &Any) {
    assert!(matches!(client.verify_header(states, black_box(header), NOW), Ok(Verdict::Accepted(_))));
}

fn bft_headers() {
    for consenters in [4u32, 16, 64, 100] {
        let mut channel = Channel::new("gz-registry", Kind::Bft, consenters);
        let (client, states) = client(&channel, ONE);
        for run in [1usize, 64] {
            while channel.chain.len() <= run {
                channel.order_something();
            }
            let last = &channel.chain[run];
            let signed = last.without_data(&channel.signatures(last));
            let blocks = channel.chain[1..run].iter().map(|draft| (draft.bare(), Vec::new())).chain([(signed, Vec::new())]).collect();
            let any = run_any(blocks);
            let quorum = bft_quorum(consenters as usize);
            let floor = Floor::default().signatures(quorum, 120).hashes(run, 73);
            compare(&format!("BFT, {consenters} consenters, {quorum} signatures, run of {run}"), || accept(&client, &states, &any), &floor);
        }
    }
}

fn raft_headers() {
    for (orderers, organisations) in [(1u32, 1u32), (3, 2)] {
        let mut channel = Channel::new("gz-registry", Kind::Raft, 5);
        let (client, states) = client(&channel, raw::RaftSigners { orderers, organisations });
        channel.order_something();
        let draft = &channel.chain[1];
        let copies = channel.orderers[1..orderers as usize].iter().map(|node| draft.metadata(&[draft.classic(node)])).collect();
        let any = run_any(vec![(draft.without_data(&channel.signatures(draft)), copies)]);
        // Each orderer's signature, its certificate's, and its organisation's root, which signed itself and is looked at when a provider is set up.
        let floor = Floor::default().signatures(2 * orderers as usize, 900).hashes(1, 73);
        compare(&format!("Raft, {orderers} orderers of {organisations} organisations"), || accept(&client, &states, &any), &floor);
    }
}

/// Configuration blocks: the update's administrators besides the orderers, and for BFT each consenter's certificate.
fn configurations() {
    for (kind, orderers) in [(Kind::Raft, 5), (Kind::Bft, 4), (Kind::Bft, 100)] {
        let mut channel = Channel::new("gz-registry", kind, orderers);
        let (client, states) = client(&channel, ONE);
        let admins = channel.administrators();
        let change = |tree: &mut govhub_lc_fabric::testing::Tree| tree.at(&["Orderer"]).mod_policy = "Writers".into();
        let block = channel.reconfigure(change, &admins.iter().collect::<Vec<_>>());
        let (bytes, any) = (block.len(), header_any(block));
        let (signed, certificates) = match kind {
            Kind::Raft => (1, 1),
            Kind::Bft => (bft_quorum(orderers as usize), orderers as usize),
        };
        let floor = Floor::default().signatures(signed + certificates + 2 * admins.len(), 900).hashes(1, bytes);
        compare(&format!("configuration block, {kind:?}, {orderers} orderers, {} KiB", bytes / 1024), || accept(&client, &states, &any), &floor);
    }
}

fn proofs() {
    for others in [0usize, 60] {
        let mut channel = Channel::new("gz-registry", Kind::Bft, 4);
        let (mut client, mut states) = client(&channel, ONE);
        channel.order_something();
        let mut stored = channel.store(PATH, VALUE);
        let last = channel.chain.last_mut().expect("stored");
        for _ in 0..others {
            let one = last.data[0].clone();
            last.data.insert(0, one);
        }
        stored.transaction += others as u64;
        let blocks: Vec<Draft> = channel.chain[1..].to_vec();
        for draft in &blocks {
            let any = header_any(draft.without_data(&channel.signatures(draft)));
            let Ok(Verdict::Accepted(update)) = client.verify_header(&states, &any, NOW) else { panic!("our own") };
            client = ClientState::decode(&update.client_state).expect("our own");
            states.0.extend(update.consensus_states);
        }
        let proof = channel.prove(&stored, 2);
        let data: usize = channel.newest().data.iter().map(Vec::len).sum();
        let (prefix, height) = ([Vec::new()], Height::new(0, 2));
        // Creator, two endorsers, two who read back: each one's signature and its certificate's.
        let floor = Floor::default().signatures(10, 1200).hashes(1, data).hashes(2, 900);
        let path = StoredPath { prefix: &prefix, path: PATH };
        compare(&format!("proof, block of {} transactions, {} KiB", others + 2, data / 1024), || {
            client.verify_membership(&states, height, path, VALUE, black_box(&proof)).expect("good");
        }, &floor);
    }
}

/// A block of about a megabyte, and a whole configuration.
fn decoding() {
    let mut channel = Channel::new("gz-registry", Kind::Raft, 3);
    let entry = channel.put("key", &[7; 1024]);
    let draft = channel.draft(vec![entry; 260]);
    let block = draft.block(&channel.signatures(&draft));

    let data: usize = draft.data.iter().map(Vec::len).sum();
    rate("block and its envelopes, hash included", block.len(), || drop(black_box(Block::read(&block).expect("ours").content().expect("ours"))));
    rate("  of that the hash of the data", data, || {
        black_box(sha256(&draft.data.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    });
    rate("block and its envelopes, without the hash", block.len(), || {
        let read = Block::read(&block).expect("ours");
        drop(black_box(govhub_lc_fabric::block::Content::read(read.data.as_deref().expect("there")).expect("ours")));
    });
    let group = channel.tree.write();
    rate("configuration tree", group.len(), || drop(black_box(govhub_lc_fabric::config::Group::read(&group).expect("ours"))));
}

fn rate(name: &str, bytes: usize, mut work: impl FnMut()) {
    let mut times: Vec<Duration> = (0..TURNS).map(|_| timed(&mut work)).collect();
    times.sort();
    println!("{name:<58} {:>10.0} MB/s", bytes as f64 / times[TURNS / 2].as_secs_f64() / 1e6);
}

/// The most memory that hostile input makes a client take, beside the input itself.
fn allocation() {
    let channel = Channel::new("gz-registry", Kind::Raft, 3);
    let (client, states) = client(&channel, ONE);
    let judge = |value: Vec<u8>| {
        let any = Any { type_url: HEADER_URL.into(), value };
        (any.value.len(), peak(|| drop(black_box(client.verify_header(&states, &any, NOW)))))
    };
    let empty_blocks = [0x0a, 0].repeat(MAX_MESSAGE_BYTES / 2);
    let one = |block: Vec<u8>| raw::Header { blocks: vec![raw::Block { block, copies: Vec::new() }] }.encode_to_vec();
    let nested = |field: u8, count: usize| {
        let inner = [field, 0].repeat(count);
        let mut out = vec![0x12];
        prost::encoding::encode_varint(inner.len() as u64, &mut out);
        out.extend(inner);
        out
    };
    let metadata = {
        let signature = [0x12, 0].repeat(MAX_MESSAGE_BYTES / 2 - 64);
        let mut entry = vec![0x0a];
        prost::encoding::encode_varint(signature.len() as u64, &mut entry);
        entry.extend(signature);
        let mut out = vec![0x1a];
        prost::encoding::encode_varint(entry.len() as u64, &mut out);
        out.extend(entry);
        out
    };
    let copies = raw::Header { blocks: vec![raw::Block { block: vec![1], copies: vec![Vec::new(); MAX_MESSAGE_BYTES / 2 - 64] }] }.encode_to_vec();
    let cases = [
        ("4 MiB of blocks that are empty", empty_blocks),
        ("4 MiB of transactions that are empty", one(nested(0x0a, MAX_MESSAGE_BYTES / 2 - 64))),
        ("4 MiB of signatures that are empty", one(metadata)),
        ("4 MiB of copies that are empty", copies),
        ("4 MiB of zeros", vec![0; MAX_MESSAGE_BYTES]),
    ];
    for (name, value) in cases {
        let (bytes, peak) = judge(value);
        println!("{name:<58} {:>10} KiB at most, for {} KiB", peak / 1024, bytes / 1024);
    }
    let group = [0x12, 0].repeat(380 * 1024);
    let config = raw::Config { sequence: 0, group, parties: Some(raw::Parties { kind: 1, nodes: 1 }), consenters: Vec::new() };
    let state = raw::ConsensusState { header_hash: vec![0; 32], config: Some(config), ..Default::default() };
    let any = Any { value: state.encode_to_vec(), ..channel.client().1.encode() };
    let taken = peak(|| drop(black_box(ConsensusState::decode(&any))));
    println!("{:<58} {:>10} KiB at most, for {} KiB", "760 KiB of groups that are empty, in a trust file", taken / 1024, any.value.len() / 1024);
}

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn peak(work: impl FnOnce()) -> usize {
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    work();
    MOST.load(Ordering::Relaxed) - before
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see the peak")]
// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps GlobalAlloc's promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
