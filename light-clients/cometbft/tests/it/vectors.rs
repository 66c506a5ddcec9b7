//! Vectors that others made: the folder `../shared/vectors` beside the repository, or `GOVHUB_VECTORS`.
//!
//! What the manifest gives a verdict is run as `cargo xtask vectors` runs it. What it calls material has none there: real nodes' answers
//! and the library's tables are judged here.

use std::collections::BTreeMap;

use base64::Engine;
use govhub_lc_cometbft::native::{items, trust_file};
use govhub_lc_cometbft::{ClientState, HEADER_URL};
use govhub_lc_core::native::Item;
use govhub_lc_core::{LightClient, Verdict};
use govhub_types::{Height, Time};
use govhub_vectors::{families, run, Expected, Family, Folder};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use ics23::{CommitmentProof, ExistenceProof, HostFunctionsManager, InnerOp, InnerSpec, LeafOp, ProofSpec};
use prost::Message;
use serde_json::{json, Value};
use tendermint::block::signed_header::SignedHeader;

use crate::world::States;

macro_rules! vectors_or_skip {
    ($name:expr) => {{
        let root = Folder::beside_repository();
        if !root.is_dir() {
            govhub_testkit::skip!($name, "no vectors at {}: set GOVHUB_VECTORS", root.display());
        }
        Folder::open(&root).expect("a manifest")
    }};
}

/// A file of this family.
fn json(folder: &Folder, file: &str) -> Value {
    folder.json(&format!("tendermint/{file}")).expect("a vector file")
}

#[test]
fn every_stated_verdict_is_ours() {
    let folder = vectors_or_skip!("every_stated_verdict_is_ours");
    let ours: Vec<Family> = families().into_iter().filter(|family| family.name == "cometbft").collect();
    let reports = run(&folder, &ours).expect("files of this family's shapes");
    let mut expected = BTreeMap::<String, usize>::new();
    for report in &reports {
        for (case, good) in &report.cases {
            assert!(good, "{}, {}: expected {}, {}", report.entry.file, case.name, case.expected, case.verdict);
            *expected.entry(case.expected.to_string()).or_default() += 1;
        }
        assert!(report.good(), "{}: no case", report.entry.file);
    }
    for stated in [Expected::Accept, Expected::Reject(vec!["INVALID".into()]), Expected::Reject(vec!["NOT_ENOUGH_TRUST".into()])] {
        assert!(expected.contains_key(&stated.to_string()), "{stated}: {expected:?}");
    }
}

#[test]
fn real_headers_hash_to_their_commits() {
    let folder = vectors_or_skip!("real_headers_hash_to_their_commits");
    for chain in ["gaia", "kvstore_v0_34", "kvstore_v0_37", "kvstore_v0_38"] {
        let answer = json(&folder, &format!("rpc/{chain}_commit_at_height_10.json"));
        let signed: SignedHeader = serde_json::from_value(answer["result"]["signed_header"].clone()).expect("a signed header");
        assert_eq!(signed.header.hash(), signed.commit.block_id.hash, "{chain}");
    }
}

/// `/commit` and the validators of `/genesis` in the words of `/validators`, at `height`.
fn answers(folder: &Folder, version: &str, height: u64) -> Value {
    let genesis = json(folder, &format!("rpc/kvstore_{version}_genesis.json"));
    let validators = json!({ "block_height": height.to_string(), "validators": genesis["result"]["genesis"]["validators"] });
    json!([json(folder, &format!("rpc/kvstore_{version}_commit_at_height_10.json")), { "result": validators }, genesis])
}

#[test]
fn a_real_nodes_answers_are_read_and_accepted_and_refused_bent() {
    let folder = vectors_or_skip!("a_real_nodes_answers_are_read_and_accepted_and_refused_bent");
    for version in ["v0_34", "v0_37", "v0_38"] {
        let file = answers(&folder, version, 10);
        let read = items(file.to_string().as_bytes()).expect("a node's own answers");
        let [Item::Header { header, .. }] = read.as_slice() else { panic!("{read:?}") };
        let mut header = raw::Header::decode(header.value.as_slice()).expect("our own message");
        let trust = trust_file(file.to_string().as_bytes(), &[("trees".to_owned(), "sdk".to_owned())].into()).expect("a trust file");
        // The anchor stands for block 1: neither its validators nor the parameters differ.
        let mut params = raw::ClientState::decode(trust.params.expect("params").value.as_slice()).expect("our own state");
        let one = Height::new(0, 1);
        params.latest_height = Some(one.into());
        let client = ClientState::from_raw(params).expect("right parameters");
        let first = json(&folder, &format!("rpc/kvstore_{version}_block_at_height_1.json"))["result"]["block"]["header"].clone();
        let first: tendermint::block::Header = serde_json::from_value(first).expect("a header");
        let anchor = govhub_lc_cometbft::ConsensusState {
            time: Time::from_unix_ns(u64::try_from(first.time.unix_timestamp_nanos()).expect("after 1970")),
            root: first.app_hash.as_bytes().to_vec(),
            next_validators_hash: first.next_validators_hash.as_bytes().try_into().expect("SHA-256"),
        };
        let states = States([(one, anchor.encode())].into());
        header.trusted_height = Some(one.into());
        let now = Time::from_unix_ns(anchor.time.unix_ns() + 60_000_000_000);
        let verdict = |header: &raw::Header| client.verify_header(&states, &Any { type_url: HEADER_URL.into(), value: header.encode_to_vec() }, now).expect("decodable");
        assert!(matches!(verdict(&header), Verdict::Accepted(_)), "{version}: {:?}", verdict(&header));
        header.signed_header.as_mut().expect("set").commit.as_mut().expect("set").signatures[0].signature[0] ^= 1;
        assert!(matches!(verdict(&header), Verdict::Invalid(r) if r.code == "invalid-signature"), "{version}");
    }
}

#[test]
fn a_real_nodes_answer_without_proof_is_refused_by_name() {
    let folder = vectors_or_skip!("a_real_nodes_answer_without_proof_is_refused_by_name");
    for version in ["v0_34", "v0_37", "v0_38"] {
        let answer = json(&folder, &format!("rpc/kvstore_{version}_abci_query_with_existing_key.json"));
        assert_eq!(items(answer.to_string().as_bytes()).map_err(|reason| reason.code), Err("proof-missing"), "{version}");
    }
}

#[test]
fn ics23_tables_of_specs_and_roots_hold() {
    let folder = vectors_or_skip!("ics23_tables_of_specs_and_roots_hold");
    for (name, case) in json(&folder, "ics23/TestCheckAgainstSpecData.json").as_object().expect("cases") {
        let proof = existence(&case["Proof"]);
        let spec = spec(&case["Spec"]);
        let stated = case["Err"].as_str().expect("text").is_empty();
        let verdict = ics23::calculate_existence_root::<HostFunctionsManager>(&proof).is_ok_and(|root| {
            let (key, value) = (proof.key.clone(), proof.value.clone());
            let proof = CommitmentProof { proof: Some(ics23::commitment_proof::Proof::Exist(proof)) };
            ics23::verify_membership::<HostFunctionsManager>(&proof, &spec, &root, &key, &value)
        });
        assert_eq!(verdict, stated, "{name}");
    }
    for (name, case) in json(&folder, "ics23/TestExistenceProofData.json").as_object().expect("cases") {
        let root = ics23::calculate_existence_root::<HostFunctionsManager>(&existence(&case["Proof"]));
        assert_eq!(root.is_err(), case["IsErr"].as_bool().expect("a boolean"), "{name}");
        if let Ok(root) = root {
            assert_eq!(root, base64_of(&case["Expected"]), "{name}");
        }
    }
}

fn base64_of(value: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64")
}

fn number(value: &Value) -> i32 {
    value.as_i64().unwrap_or(0) as i32
}

fn leaf(value: &Value) -> Option<LeafOp> {
    value.is_object().then(|| LeafOp {
        hash: number(&value["hash"]),
        prehash_key: number(&value["prehash_key"]),
        prehash_value: number(&value["prehash_value"]),
        length: number(&value["length"]),
        prefix: base64_of(&value["prefix"]),
    })
}

fn existence(value: &Value) -> ExistenceProof {
    let step = |op: &Value| InnerOp { hash: number(&op["hash"]), prefix: base64_of(&op["prefix"]), suffix: base64_of(&op["suffix"]) };
    ExistenceProof {
        key: base64_of(&value["key"]),
        value: base64_of(&value["value"]),
        leaf: leaf(&value["leaf"]),
        path: value["path"].as_array().map(|path| path.iter().map(step).collect()).unwrap_or_default(),
    }
}

fn spec(value: &Value) -> ProofSpec {
    let inner = &value["inner_spec"];
    ProofSpec {
        leaf_spec: leaf(&value["leaf_spec"]),
        inner_spec: inner.is_object().then(|| InnerSpec {
            child_order: inner["child_order"].as_array().map(|o| o.iter().map(number).collect()).unwrap_or_default(),
            child_size: number(&inner["child_size"]),
            min_prefix_length: number(&inner["min_prefix_length"]),
            max_prefix_length: number(&inner["max_prefix_length"]),
            empty_child: base64_of(&inner["empty_child"]),
            hash: number(&inner["hash"]),
        }),
        min_depth: number(&value["min_depth"]),
        max_depth: number(&value["max_depth"]),
        prehash_key_before_comparison: value["prehash_key_before_comparison"].as_bool().unwrap_or(false),
    }
}
