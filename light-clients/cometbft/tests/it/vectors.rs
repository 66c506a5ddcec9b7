//! Vectors that others made: the folder `../shared/vectors` beside the repository, or `GOVHUB_VECTORS`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use govhub_lc_cometbft::membership::{absent, present};
use govhub_lc_cometbft::testing::{client_any, client_state, header_any};
use govhub_lc_cometbft::{ClientState, ConsensusState, ProofSpecs, Tree};
use govhub_lc_core::{LightClient, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use ics23::{CommitmentProof, ExistenceProof, HostFunctionsManager, InnerOp, InnerSpec, LeafOp, ProofSpec};
use prost::Message;
use serde_json::Value;
use tendermint::block::signed_header::SignedHeader;
use tendermint::validator::Set;
use tendermint_proto::types::ValidatorSet as RawSet;

use crate::world::States;

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    std::env::var_os("GOVHUB_VECTORS").map_or(beside, PathBuf::from).join("tendermint")
}

macro_rules! vectors_or_skip {
    ($name:expr) => {{
        let folder = folder();
        if !folder.is_dir() {
            govhub_testkit::skip!($name, "no vectors at {}: set GOVHUB_VECTORS", folder.display());
        }
        folder
    }};
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a vector file")).expect("JSON")
}

fn files(folder: &Path, starts: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of vectors")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(starts)))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "nothing called {starts}* in {}", folder.display());
    found
}

fn signed_header(value: &Value) -> SignedHeader {
    serde_json::from_value(value.clone()).expect("a signed header as CometBFT prints it")
}

fn raw_set(value: &Value) -> RawSet {
    let set: Set = serde_json::from_value(value.clone()).expect("a validator set as CometBFT prints it");
    let proposer = set.proposer.clone().or_else(|| set.validators.first().cloned());
    RawSet { total_voting_power: 0, ..RawSet::from(Set { proposer, ..set }) }
}

fn our_time(time: tendermint::Time) -> Time {
    Time::from_unix_ns(u64::try_from(time.unix_timestamp_nanos()).expect("after 1970"))
}

fn consensus_state(header: &tendermint::block::Header) -> ConsensusState {
    ConsensusState {
        time: our_time(header.time),
        root: header.app_hash.as_bytes().to_vec(),
        next_validators_hash: header.next_validators_hash.as_bytes().try_into().expect("SHA-256"),
    }
}

/// A client of `chain` with the library's own test parameters: level 1/3, no drift to speak of.
fn client(chain: &str, at: Height, trusting: Duration) -> ClientState {
    let mut state = client_state(chain, at, ProofSpecs::Sdk);
    let duration = |d: Duration| tendermint_proto::google::protobuf::Duration { seconds: d.as_secs() as i64, nanos: d.subsec_nanos() as i32 };
    state.trusting_period = Some(duration(trusting));
    state.unbonding_period = Some(duration(trusting + Duration::from_secs(1)));
    state.max_clock_drift = Some(duration(Duration::from_nanos(1)));
    ClientState::decode(&client_any(&state)).expect("right parameters")
}

#[test]
fn model_based_cases_give_their_stated_verdicts() {
    let folder = vectors_or_skip!("model_based_cases_give_their_stated_verdicts").join("model_based");
    let mut count = BTreeMap::<String, usize>::new();
    for path in files(&folder, "MC") {
        let case = json(&path);
        let initial = &case["initial"];
        let mut trusted = signed_header(&initial["signed_header"]).header;
        let mut trusted_next = raw_set(&initial["next_validator_set"]);
        let trusting = Duration::from_nanos(initial["trusting_period"].as_str().expect("text").parse().expect("nanoseconds"));
        for (index, input) in case["input"].as_array().expect("inputs").iter().enumerate() {
            let name = format!("{} input {index}", path.display());
            let block = &input["block"];
            let signed = signed_header(&block["signed_header"]);
            let at = |header: &tendermint::block::Header| Height::new(0, header.height.value());
            let client = client(trusted.chain_id.as_str(), at(&trusted), trusting);
            let states = States([(at(&trusted), consensus_state(&trusted).encode())].into());
            let message = header_any(&raw::Header {
                signed_header: Some(signed.clone().into()),
                validator_set: Some(raw_set(&block["validator_set"])),
                trusted_height: Some(at(&trusted).into()),
                trusted_validators: Some(trusted_next.clone()),
            });
            let now: tendermint::Time = serde_json::from_value(input["now"].clone()).expect("a time");
            let verdict = client.verify_header(&states, &message, our_time(now)).expect("decodable");
            let said = match &verdict {
                Verdict::Accepted(_) => "SUCCESS",
                Verdict::NotEnoughTrust(_) => "NOT_ENOUGH_TRUST",
                Verdict::Invalid(_) => "INVALID",
                Verdict::Misbehaviour(_) => "MISBEHAVIOUR",
            };
            assert_eq!(said, input["verdict"].as_str().expect("text"), "{name}: {verdict:?}");
            *count.entry(said.to_owned()).or_default() += 1;
            if said == "SUCCESS" {
                trusted = signed.header;
                trusted_next = raw_set(&block["next_validator_set"]);
            }
        }
    }
    assert!(["SUCCESS", "NOT_ENOUGH_TRUST", "INVALID"].iter().all(|verdict| count.contains_key(*verdict)), "{count:?}");
}

#[test]
fn real_headers_hash_to_their_commits() {
    let folder = vectors_or_skip!("real_headers_hash_to_their_commits");
    let known: tendermint::block::Header = serde_json::from_value(json(&folder.join("header_with_known_hash.json"))).expect("a header");
    assert_eq!(known.hash().to_string(), "F30A71F2409FB15AACAEDB6CC122DFA2525BEE9CAE521721B06BFDCA291B8D56");
    for chain in ["gaia", "kvstore_v0_34", "kvstore_v0_37", "kvstore_v0_38"] {
        let answer = json(&folder.join(format!("rpc/{chain}_commit_at_height_10.json")));
        let signed = signed_header(&answer["result"]["signed_header"]);
        assert_eq!(signed.header.hash(), signed.commit.block_id.hash, "{chain}");
    }
}

#[test]
fn a_real_nodes_commit_is_accepted_from_its_first_block_and_refused_bent() {
    let folder = vectors_or_skip!("a_real_nodes_commit_is_accepted_from_its_first_block_and_refused_bent").join("rpc");
    for version in ["v0_34", "v0_37", "v0_38"] {
        let first: tendermint::block::Header =
            serde_json::from_value(json(&folder.join(format!("kvstore_{version}_block_at_height_1.json")))["result"]["block"]["header"].clone())
                .expect("a header");
        let genesis = &json(&folder.join(format!("kvstore_{version}_genesis.json")))["result"]["genesis"];
        let signed = signed_header(&json(&folder.join(format!("kvstore_{version}_commit_at_height_10.json")))["result"]["signed_header"]);
        let set = genesis_set(&genesis["validators"]);
        let one = Height::new(0, 1);
        let client = client(first.chain_id.as_str(), one, Duration::from_secs(86_400));
        let states = States([(one, consensus_state(&first).encode())].into());
        let header = raw::Header {
            signed_header: Some(signed.clone().into()),
            validator_set: Some(set.clone()),
            trusted_height: Some(one.into()),
            trusted_validators: Some(set),
        };
        let now = our_time(signed.header.time).checked_add_ns(1).expect("this century");
        let verdict = |header: &raw::Header| client.verify_header(&states, &header_any(header), now).expect("decodable");
        assert!(matches!(verdict(&header), Verdict::Accepted(_)), "{version}: {:?}", verdict(&header));
        let mut bent = header;
        bent.signed_header.as_mut().expect("set").commit.as_mut().expect("set").signatures[0].signature[0] ^= 1;
        assert!(matches!(verdict(&bent), Verdict::Invalid(r) if r.code == "invalid-signature"), "{version}");
    }
}

/// Genesis prints `power` where sets print `voting_power`, and no address in some versions.
fn genesis_set(validators: &Value) -> RawSet {
    let infos = validators
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| {
            let key = base64::engine::general_purpose::STANDARD.decode(v["pub_key"]["value"].as_str().expect("text")).expect("base64");
            let power: u64 = v["power"].as_str().expect("text").parse().expect("a number");
            let key = tendermint::PublicKey::from_raw_ed25519(&key).expect("Ed25519");
            tendermint::validator::Info::new(key, power.try_into().expect("small"))
        })
        .collect();
    let mut set = Set::without_proposer(infos);
    set.proposer = set.validators.first().cloned();
    RawSet { total_voting_power: 0, ..RawSet::from(set) }
}

#[test]
fn ics23_proofs_of_three_trees_verify_and_refuse_another_value_key_or_root() {
    let folder = vectors_or_skip!("ics23_proofs_of_three_trees_verify_and_refuse_another_value_key_or_root").join("ics23");
    for (family, tree) in [("iavl", Some(Tree::Iavl)), ("tendermint", Some(Tree::Simple)), ("smt", None)] {
        for path in files(&folder, &format!("{family}_")) {
            let file = json(&path);
            let bytes = |name: &str| hex::decode(file[name].as_str().unwrap_or_default()).expect("hex");
            let proof = CommitmentProof::decode(bytes("proof").as_slice()).expect("a proof");
            let (root, key, value) = (bytes("root"), bytes("key"), bytes("value"));
            let other_root = vec![0; root.len()];
            let name = path.display();
            let judge = |root: &[u8], key: &[u8], value: &[u8]| match (tree, value.is_empty()) {
                (Some(tree), false) => present(tree, root, key, value, &proof).is_ok(),
                (Some(tree), true) => absent(tree, root, key, &proof).is_ok(),
                (None, false) => ics23::verify_membership::<HostFunctionsManager>(&proof, &ics23::smt_spec(), &root.to_vec(), key, value),
                (None, true) => ics23::verify_non_membership::<HostFunctionsManager>(&proof, &ics23::smt_spec(), &root.to_vec(), key),
            };
            assert!(judge(&root, &key, &value), "{name}");
            assert!(!judge(&other_root, &key, &value), "{name}: another root");
            if value.is_empty() {
                let Some(ics23::commitment_proof::Proof::Nonexist(n)) = &proof.proof else { panic!("{name}: no absence") };
                let neighbour = n.left.as_ref().or(n.right.as_ref()).expect("one side");
                assert!(!judge(&root, &neighbour.key, &[]), "{name}: a present key");
            } else {
                assert!(!judge(&root, &key, &[&value[..], b"x"].concat()), "{name}: another value");
                assert!(!judge(&root, &[&key[..], b"x"].concat(), &value), "{name}: another key");
            }
        }
    }
}

#[test]
fn ics23_tables_of_specs_and_roots_hold() {
    let folder = vectors_or_skip!("ics23_tables_of_specs_and_roots_hold").join("ics23");
    for (name, case) in json(&folder.join("TestCheckAgainstSpecData.json")).as_object().expect("cases") {
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
    for (name, case) in json(&folder.join("TestExistenceProofData.json")).as_object().expect("cases") {
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
