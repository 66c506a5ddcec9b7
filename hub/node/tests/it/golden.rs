//! CometBFT's Go light client library and ibc-go's own verification judge what a running node gave out: good ones accepted, bent ones refused.

use std::collections::BTreeMap;

use govhub_testkit::golden;
use prost::Message;
use serde_json::{json, Value};
use tendermint::block::signed_header::SignedHeader;
use tendermint_proto::v0_38::types as proto;
use tendermint_rpc::{Client, HttpClient};

use crate::light_client::{fetch, Step};
use crate::world::{start, World};

/// Keys that a large substore holds: absence is then proved between, left and right of real neighbours.
const KEYS: usize = 10_000;

/// A light block in CometBFT's protobuf, hexadecimal. Go refuses a set that names no proposer.
fn light_block(signed: &SignedHeader, step: &Step) -> String {
    let mut set = step.validators.clone();
    set.proposer = set.validators.first().cloned();
    let block = proto::LightBlock { signed_header: Some(signed.clone().into()), validator_set: Some(set.into()) };
    hex::encode(block.encode_to_vec())
}

fn header_case(name: &str, accept: bool, trusted: &Step, signed: &SignedHeader, step: &Step) -> Value {
    json!({"name": name, "accept": accept, "trusted": light_block(&trusted.signed, trusted), "untrusted": light_block(signed, step)})
}

/// The header with one field changed, under the commit that signs the true one.
fn bent(step: &Step, bend: impl Fn(&mut tendermint::block::Header)) -> SignedHeader {
    let mut header = step.signed.header.clone();
    bend(&mut header);
    SignedHeader::new(header, step.signed.commit.clone()).expect("the height is not bent")
}

/// What a light client needs to believe a key's presence or absence.
struct Proven {
    root: Vec<u8>,
    proof: Vec<u8>,
    value: Option<Vec<u8>>,
}

async fn prove(http: &HttpClient, store: &str, key: &[u8], height: u32) -> Proven {
    let answer = http.abci_query(Some(format!("store/{store}/key")), key.to_vec(), Some(height.into()), true).await.expect("answered");
    let ops = answer.proof.expect("a proof").ops;
    let proofs = ops.iter().map(|op| ics23::CommitmentProof::decode(op.data.as_slice()).expect("ICS-23")).collect();
    let root = http.header(height + 1).await.expect("the header after").header.app_hash.as_bytes().to_vec();
    let proof = ibc_proto::ibc::core::commitment::v1::MerkleProof { proofs };
    Proven { root, proof: proof.encode_to_vec(), value: Some(answer.value).filter(|value| !value.is_empty()) }
}

fn proof_case(name: &str, accept: bool, proven: &Proven, store: &str, key: &[u8], value: Option<&[u8]>) -> Value {
    let mut case = json!({
        "name": name, "accept": accept, "proof": hex::encode(&proven.proof), "root": hex::encode(&proven.root),
        "path": [hex::encode(store), hex::encode(key)],
    });
    if let Some(value) = value {
        case["value"] = json!(hex::encode(value));
    }
    case
}

async fn header_cases(world: &World) -> Vec<Value> {
    let tip = world.post("s0:a=1").await + 3;
    world.reach(tip + 1).await;
    let mut trail = Vec::new();
    for height in 1..=tip {
        trail.push(fetch(&world.http, height).await);
    }
    let mut cases: Vec<Value> = trail.windows(2).map(|pair| header_case("adjacent", true, &pair[0], &pair[1].signed, &pair[1])).collect();
    let last = trail.last().expect("several blocks");
    cases.push(header_case("skipping", true, &trail[0], &last.signed, last));
    let bends: BTreeMap<&str, fn(&mut tendermint::block::Header)> = BTreeMap::from([
        ("app_hash", (|h| h.app_hash = vec![7; 32].try_into().expect("32 bytes")) as fn(&mut tendermint::block::Header)),
        ("time", |h| h.time = (h.time + std::time::Duration::from_millis(1)).expect("near today")),
        ("data_hash", |h| h.data_hash = Some(tendermint::Hash::Sha256([7; 32]))),
        ("last_results_hash", |h| h.last_results_hash = Some(tendermint::Hash::Sha256([7; 32]))),
        ("next_validators_hash", |h| h.next_validators_hash = tendermint::Hash::Sha256([7; 32])),
        ("chain_id", |h| h.chain_id = "notebook-2".parse().expect("an id")),
    ]);
    for (name, bend) in bends {
        cases.push(header_case(name, false, &trail[0], &bent(last, bend), last));
    }
    let mut commit = last.signed.commit.clone();
    if let Some(tendermint::block::CommitSig::BlockIdFlagCommit { timestamp, .. }) = commit.signatures.first_mut() {
        *timestamp = (*timestamp + std::time::Duration::from_nanos(1)).expect("near today");
    }
    let signed = SignedHeader::new(last.signed.header.clone(), commit).expect("same height");
    cases.push(header_case("timestamp of a vote", false, &trail[0], &signed, last));
    cases
}

async fn proof_cases(world: &World) -> Vec<Value> {
    let height = world.post(&format!("s1:many@{KEYS}=v")).await;
    world.reach(height + 1).await;
    let mut cases = Vec::new();
    // Hashes of keys order the tree: some absent key lies left of all, some right of all, most between.
    for key in ["key-000000", "key-004999", "key-009999"] {
        let proven = prove(&world.http, "evidence", key.as_bytes(), height as u32).await;
        let value = proven.value.clone().expect("present");
        cases.push(proof_case("present", true, &proven, "evidence", key.as_bytes(), Some(&value)));
        cases.push(proof_case("another value", false, &proven, "evidence", key.as_bytes(), Some(b"forged")));
        cases.push(proof_case("another key", false, &proven, "evidence", b"key-000001", Some(&value)));
        cases.push(proof_case("another store", false, &proven, "ibc", key.as_bytes(), Some(&value)));
        cases.push(proof_case("absence of what is there", false, &proven, "evidence", key.as_bytes(), None));
    }
    for (store, key) in absent_keys() {
        let proven = prove(&world.http, store, &key, height as u32).await;
        assert_eq!(proven.value, None);
        cases.push(proof_case("absent", true, &proven, store, &key, None));
        cases.push(proof_case("presence of what is not there", false, &proven, store, &key, Some(b"v")));
        cases.push(proof_case("absence of another key", false, &proven, store, b"key-004999", None));
    }
    cases
}

/// Absent from the large substore, left of all its keys, right of all, between; and from one that holds its genesis key alone.
fn absent_keys() -> Vec<(&'static str, Vec<u8>)> {
    let present: Vec<_> = (0..KEYS).map(|n| govhub_types::hash::sha256(&[format!("key-{n:06}").as_bytes()])).collect();
    let (least, greatest) = (present.iter().min().expect("keys"), present.iter().max().expect("keys"));
    let candidates = (0..2_000_000u32).map(|n| format!("absent-{n}").into_bytes());
    let (mut left, mut right) = (None, None);
    for key in candidates {
        let hash = govhub_types::hash::sha256(&[&key]);
        left = left.or_else(|| (hash < *least).then(|| key.clone()));
        right = right.or_else(|| (hash > *greatest).then(|| key.clone()));
        if left.is_some() && right.is_some() {
            break;
        }
    }
    let end = |key: Option<Vec<u8>>| ("evidence", key.expect("one of two million lies outside ten thousand"));
    vec![end(left), end(right), ("evidence", b"absent".to_vec()), ("ibc", b"absent".to_vec())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comet_bft_and_ibc_go_accept_what_a_node_gives_out_and_refuse_it_bent() {
    let program = tokio::task::spawn_blocking(golden::program).await.expect("joined");
    if let Err(why) = program {
        govhub_testkit::skip!("comet_bft_and_ibc_go_accept_what_a_node_gives_out_and_refuse_it_bent", "{why}");
    }
    let world = start(30).await;
    let mut cases = header_cases(&world).await;
    cases.extend(proof_cases(&world).await);
    let now = i64::try_from(tendermint::Time::now().unix_timestamp_nanos()).expect("before 2262");
    let specs: Vec<String> = govhub_store::proof_specs().iter().map(|spec| hex::encode(spec.encode_to_vec())).collect();
    let file = json!({"chain_id": "notebook-1", "now_ns": now, "proof_specs": specs, "cases": cases});
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cases.json");
    std::fs::write(&path, file.to_string()).expect("written");
    let path = path.to_str().expect("text").to_owned();
    let judged = tokio::task::spawn_blocking(move || golden::run(&["check", &path])).await.expect("joined").expect("it runs");
    let told = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "{told}\n{}", String::from_utf8_lossy(&judged.stderr));
    assert!(told.contains(&format!("{} cases", cases.len())), "{told}");
    world.node.stop().await.expect("stopped");
}
