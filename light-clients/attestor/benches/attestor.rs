//! Headers against the floor of their signatures, proofs against the floor of their hashes, decoding, and memory on hostile input.
//!
//! `cargo bench -p govhub-lc-attestor`. Floors are measured in the same run: the signatures of a header verified alone, the hashes of a
//! proof computed alone. Each figure is the median of [`ROUNDS`] rounds, with the least and the greatest.

#![expect(missing_docs, reason = "a program without a public face")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use govhub_lc_attestor::testing::{attestation, header_any, misbehaviour_any, proof, Attestors};
use govhub_lc_attestor::{tree, Attestation, ClientState, ConsensusState, Outcome, Statement};
use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_types::hash::sha256;
use govhub_types::{Height, KeyKind, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

const ROUNDS: usize = 15;
const NOW: Time = Time::from_unix_s(1_800_000_000);

/// Counts what is allocated now and at most.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; this one counts and hands on to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(pointer, layout)
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes allocated at most, beyond what was there, while `run` runs.
fn peak(run: impl FnOnce()) -> usize {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    run();
    PEAK.load(Ordering::Relaxed).saturating_sub(before)
}

/// Microseconds of one run: median, least, greatest.
#[derive(Clone, Copy)]
struct Took {
    median: f64,
    least: f64,
    greatest: f64,
}

fn measure(mut run: impl FnMut()) -> Took {
    run();
    // So many runs a round that a round takes some milliseconds.
    let start = Instant::now();
    run();
    let runs = (5_000.0 / (start.elapsed().as_secs_f64() * 1e6)).clamp(1.0, 20_000.0) as u32;
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..runs).for_each(|_| run());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(runs)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    Took { median: rounds[ROUNDS / 2], least: rounds[0], greatest: rounds[ROUNDS - 1] }
}

fn row(what: &str, took: Took, floor: Took) {
    println!(
        "{what:<44} {:>10.1} us ({:.1}..{:.1})   floor {:>10.1} us   ratio {:.2}",
        took.median, took.least, took.greatest, floor.median, took.median / floor.median
    );
}

struct States(BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, state)| (*height, state.clone()))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(found, _)| **found > height).map(|(height, state)| (*height, state.clone()))
    }
}

fn states() -> States {
    States([(Height::new(0, 5), ConsensusState::empty(NOW).encode())].into())
}

fn statements(count: u64) -> Vec<Statement> {
    let one = |n: u64| Statement::new(&[b"gov-attestor-3\x01".as_slice(), &n.to_be_bytes()].concat(), Outcome::Value(sha256(&[&n.to_be_bytes()]).to_vec()));
    (0..count).map(|n| one(n).expect("within bounds")).collect()
}

fn headers(kinds: &[KeyKind], what: &str) {
    for n in [4usize, 16, 64, 100] {
        let m = n / 2 + 1;
        let kinds: Vec<_> = kinds.iter().copied().cycle().take(n).collect();
        let attestors = Attestors::of(&kinds, m as u32, 1, 1);
        let (client, states) = (attestors.client(Height::new(0, 5)), states());
        let attested = attestation(Height::new(0, 7), NOW, &statements(16));
        let header = header_any(&attestors.header(&attested));
        let took = measure(|| {
            let verdict = client.verify_header(&states, black_box(&header), NOW);
            assert!(matches!(verdict, Ok(Verdict::Accepted(_))));
        });
        let digest = attestors.digest(&attested);
        let signed: Vec<_> = attestors.keys.iter().take(m).map(|key| (key.public_key(), key.sign(&digest))).collect();
        let floor = measure(|| signed.iter().for_each(|(key, signature)| key.verify(black_box(&digest), signature).expect("good")));
        row(&format!("header, {m} of {n} {what}"), took, floor);
    }
}

fn proofs() {
    for count in [1u64, 16, 256, 4_096, 65_536] {
        let all = statements(count);
        let client = Attestors::new(3, 5, 1).client(Height::new(0, 5));
        let mut states = states();
        states.0.insert(Height::new(0, 7), attestation(Height::new(0, 7), NOW, &all).consensus_state().encode());
        let (one, place) = (all[all.len() / 2].clone(), all.len() / 2);
        let bytes = proof(&all, place);
        let Outcome::Value(value) = one.outcome() else { unreachable!("all are values") };
        let stored = StoredPath { prefix: &[Vec::new()], path: one.path() };
        let took = measure(|| client.verify_membership(&states, Height::new(0, 7), stored, value, black_box(&bytes)).map(drop).expect("proved"));
        let (leaf, depth) = (one.encode(), count.ilog2());
        let floor = measure(|| {
            let mut hash = sha256(&[&[0], black_box(&leaf)]);
            (0..depth).for_each(|_| hash = sha256(&[&[1], &hash, &hash]));
            black_box(hash);
        });
        row(&format!("proof, {count} statements"), took, floor);
    }
}

fn decoding() {
    let attestors = Attestors::new(65, 128, 1);
    let turn = Attestation { next: Some(attestors.successors(2).set), ..attestation(Height::new(0, 7), NOW, &statements(16)) };
    let header = header_any(&attestors.signed(&turn, &(0..128).collect::<Vec<_>>()));
    let client = attestors.client(Height::new(0, 5));
    // Signatures of a client that nobody signed for: everything is decoded, nothing but the first signature is verified.
    let other = Attestors { diversifier: "govhub-1/other".into(), ..attestors.clone() }.client(Height::new(0, 5));
    let states = states();
    let took = measure(|| drop(other.verify_header(&states, black_box(&header), NOW)));
    println!("decode header with 128 signatures and next set: {:.0} MB/s ({} bytes in {:.0} us)", header.value.len() as f64 / took.median, header.value.len(), took.median);
    let plain = header_any(&attestors.header(&attestation(Height::new(0, 7), NOW, &statements(16))));
    let took = measure(|| drop(other.verify_header(&states, black_box(&plain), NOW)));
    println!("decode header with 65 signatures: {:.0} MB/s ({} bytes in {:.0} us)", plain.value.len() as f64 / took.median, plain.value.len(), took.median);
    let state = client.encode();
    let took = measure(|| drop(ClientState::decode(black_box(&state)).expect("our own")));
    println!("decode client state of 128 attestors: {:.0} us ({} bytes; every key is checked to be on its curve)", took.median, state.value.len());
    let all = statements(65_536);
    let leaves: Vec<_> = all.iter().map(tree::leaf).collect();
    println!("root over 65,536 statements: {:.1} ms", measure(|| drop(black_box(tree::root(&leaves)))).median / 1e3);
}

/// Input of the greatest size that allocates the most: empty submessages, two bytes each.
fn hostile() {
    let attestors = Attestors::new(3, 5, 1);
    let (client, states) = (attestors.client(Height::new(0, 5)), states());
    let signatures = |bytes: usize| [&[0x08, 1][..], &[0x1a, 0].repeat(bytes / 2 - 1)].concat();
    let attestation_only = attestors.header(&attestation(Height::new(0, 7), NOW, &[])).attestation.expect("one").encode_to_vec();
    let next_of_nobody = [&[0x2a, 0x80, 0xf0, 2][..], &[0x1a, 0].repeat(22_528)].concat();
    let header = |value: Vec<u8>| Any { type_url: govhub_lc_attestor::HEADER_URL.into(), value };
    let cases = [
        ("header of empty signatures", header(signatures(48 * 1024))),
        ("header whose next set is of empty attestors", {
            let body = [attestation_only.as_slice(), &next_of_nobody].concat();
            let mut value = vec![0x08, 1, 0x12];
            prost::encoding::encode_varint(body.len() as u64, &mut value);
            header([value, body].concat())
        }),
        ("honest header of 100", {
            let many = Attestors::new(51, 100, 1);
            header_any(&many.header(&attestation(Height::new(0, 7), NOW, &statements(16))))
        }),
        ("evidence of two such headers", {
            let side = || govhub_lc_attestor::proto::govhub::lightclients::attestor::v1::Evidence {
                header: Message::decode(signatures(48 * 1024).as_slice()).ok(),
                ..Default::default()
            };
            misbehaviour_any(side(), side())
        }),
    ];
    for (what, any) in cases {
        let most = peak(|| drop(client.verify_header(&states, black_box(&any), NOW)));
        println!("peak allocation, {what}: {} KiB for {} KiB", most / 1024, any.value.len() / 1024);
    }
}

fn main() {
    headers(&KeyKind::ALL, "of all kinds");
    headers(&[KeyKind::Ed25519], "Ed25519");
    headers(&[KeyKind::Secp256k1], "secp256k1");
    headers(&[KeyKind::P256], "P-256");
    headers(&[KeyKind::Sm2], "SM2");
    proofs();
    decoding();
    hostile();
}
