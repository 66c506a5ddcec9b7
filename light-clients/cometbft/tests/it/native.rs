//! Answers of a node as JSON, bent one thing at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_cometbft::native::{check_proof, explain, items, self_check, trust_file};
use govhub_lc_cometbft::testing::{members, set, Draft};
use govhub_lc_cometbft::{ClientState, ConsensusState, CHECKS};
use govhub_lc_core::native::Item;
use govhub_lc_core::{AbsenceMode, CheckOutcome, LightClient, Reason, Verdict};
use govhub_store::{genesis_marks, mem::MemBackend, Store, Substore, Writes};
use govhub_types::Height;
use prost::Message;
use serde_json::{json, Value};
use tendermint::block::signed_header::SignedHeader;

use crate::world::{accepted, World};

fn code<T>(result: Result<T, Reason>) -> &'static str {
    result.map_or_else(|reason| reason.code, |_| "ok")
}

fn read(file: &Value) -> Result<Vec<Item>, Reason> {
    items(file.to_string().as_bytes())
}

fn validators(members: &[govhub_lc_cometbft::testing::Member]) -> Value {
    let set = set(members);
    let one = |info: &tendermint::validator::Info| json!({ "address": info.address, "pub_key": info.pub_key, "voting_power": info.power, "proposer_priority": "0" });
    set.validators.iter().map(one).collect()
}

/// `/commit` in its envelope.
fn commit(block: &Draft) -> Value {
    let signed = SignedHeader::try_from(block.signed_with(|_| govhub_lc_cometbft::testing::Act::Commit)).expect("honest");
    json!({ "jsonrpc": "2.0", "id": 1, "result": { "signed_header": signed, "canonical": true } })
}

/// `/validators` in its envelope.
fn set_at(height: u64, of: &[govhub_lc_cometbft::testing::Member]) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "result": { "block_height": height.to_string(), "validators": validators(of), "count": "4", "total": "4" } })
}

fn light_block(block: &Draft) -> Value {
    json!({ "signed_header": commit(block)["result"]["signed_header"], "validators": validators(&block.validators), "next_validators": validators(&block.next) })
}

fn header(item: &Item) -> &ibc_proto::google::protobuf::Any {
    match item {
        Item::Header { header, .. } => header,
        Item::Proof { label, .. } => panic!("a header, found {label}"),
    }
}

#[test]
fn commits_and_validators_of_a_node_move_the_client_on() {
    let world = World::new();
    let file = json!([set_at(6, &world.members), commit(&world.block(6))]);
    let found = read(&file).expect("reads");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].label(), "block 6 of hub-1");
    let update = accepted(world.judge(header(&found[0])));
    assert_eq!(update.consensus_states, [(Height::new(1, 6), world.block(6).consensus_state().encode())]);
    assert_eq!(update.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
}

#[test]
fn a_block_builds_on_the_one_before_it_in_the_file_across_a_change_of_validators() {
    let mut world = World::new();
    let changed = Draft { next: members(2, 4), ..world.block(6) };
    let later = Draft { validators: members(2, 4), next: members(2, 4), ..world.block(9) };
    let file = json!([light_block(&changed), light_block(&later)]);
    let found = read(&file).expect("reads");
    assert_eq!(found.len(), 2);
    let update = accepted(world.judge(header(&found[0])));
    world.states.0.extend(update.consensus_states);
    assert!(matches!(world.judge(header(&found[1])), Verdict::Accepted(_)));
    // Without the set after block 6, nothing says who vouches for block 9.
    let mut cut = file.clone();
    cut[0].as_object_mut().expect("an object").remove("next_validators");
    assert_eq!(code(read(&cut)), "next-validators-missing");
    cut.as_array_mut().expect("an array").push(set_at(7, &members(2, 4)));
    assert_eq!(read(&cut).expect("reads"), found);
}

#[test]
fn a_block_that_the_client_believes_is_built_on_and_is_no_item() {
    let world = World::new();
    let found = read(&json!([{ "trusted": light_block(&world.trusted) }, light_block(&world.block(9))])).expect("reads");
    assert_eq!(found.len(), 1);
    assert!(matches!(world.judge(header(&found[0])), Verdict::Accepted(_)));
    let stranger = read(&json!([light_block(&world.block(9))])).expect("reads");
    assert!(world.client.verify_header(&world.states, header(&stranger[0]), world.now).is_err(), "builds on block 8, which is not stored");
}

#[test]
fn alone_a_header_is_signed_by_its_own_validators_and_no_more() {
    let world = World::new();
    let good = light_block(&world.block(6));
    let checks = self_check(&read(&good).expect("reads")[0]).expect("holds by itself");
    let open: Vec<&str> = checks.iter().filter(|check| check.outcome == CheckOutcome::NotCheckable).map(|check| check.name).collect();
    assert_eq!(open, ["trusted-validators", "trusting-period", "time-and-height", "trust-level", "no-conflict"]);
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        bend(&mut file);
        code(read(&file).and_then(|found| self_check(&found[0])))
    };
    assert_eq!(bent(&|_| {}), "ok");
    let signature = |byte: u8| STANDARD.encode([byte; 64]);
    assert_eq!(bent(&|file| file["signed_header"]["commit"]["signatures"][0]["signature"] = json!(signature(1))), "invalid-signature");
    assert_eq!(bent(&|file| file["signed_header"]["header"]["app_hash"] = json!("00".repeat(32))), "commit-for-another-block");
    assert_eq!(bent(&|file| file["validators"][0]["voting_power"] = json!("11")), "validators-hash-mismatch");
    let absent = json!({ "block_id_flag": 1, "validator_address": "", "timestamp": "0001-01-01T00:00:00Z", "signature": null });
    assert_eq!(bent(&|file| (0..2).for_each(|place| file["signed_header"]["commit"]["signatures"][place] = absent.clone())), "insufficient-quorum");
}

#[test]
fn a_file_that_is_not_as_written_down_is_refused_for_its_reason() {
    let world = World::new();
    let good = light_block(&world.block(6));
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        bend(&mut file);
        code(read(&file))
    };
    assert_eq!(bent(&|file| file["signed_header"]["commit"]["height"] = json!("7")), "signed-header");
    assert_eq!(bent(&|file| drop(file.as_object_mut().expect("an object").remove("validators"))), "validators-missing");
    assert_eq!(bent(&|file| file["validators"] = json!([])), "validators-missing");
    assert_eq!(bent(&|file| file["validators"] = json!("all")), "validators");
    assert_eq!(bent(&|file| file["validators"][0]["pub_key"]["value"] = json!("AA==")), "validators");
    assert_eq!(bent(&|file| file["validators"] = vec![file["validators"][0].clone(); 257].into()), "too-many-validators");
    assert_eq!(bent(&|file| *file = json!({ "block": {} })), "unknown-answer");
    assert_eq!(bent(&|file| *file = json!({ "block_height": "-1", "validators": [] })), "block-height");
    assert_eq!(bent(&|file| *file = vec![file.clone(); 1_025].into()), "too-long");
    assert_eq!(code(items(b"not json")), "not-json");
    assert_eq!(code(items(&vec![b' '; 16 * 1024 * 1024 + 1])), "too-long");
}

const PRESENT: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x05";
const ABSENT: &[u8] = b"07-tendermint-0\x02\0\0\0\0\0\0\0\x05";

/// A store with one packet, and its answer to `/abci_query` about `key` at height 6.
#[test]
fn keys_and_signatures_that_are_cut_are_refused_whatever_the_library_would_make_of_them() {
    let world = World::new();
    let (mut cut_signature, mut cut_key) = (commit(&world.block(6)), set_at(6, &world.members));
    let at = &mut cut_signature["result"]["signed_header"]["commit"]["signatures"][0]["signature"];
    *at = json!(at.as_str().expect("text").trim_end_matches('='));
    let at = &mut cut_key["result"]["validators"][0]["pub_key"]["value"];
    *at = json!(&at.as_str().expect("text")[1..]);
    assert_eq!(code(read(&json!([set_at(6, &world.members), commit(&world.block(6))]))), "ok");
    assert_eq!(code(read(&json!([set_at(6, &world.members), cut_signature]))), "signed-header");
    assert_eq!(code(read(&json!([cut_key, commit(&world.block(6))]))), "validators");
}

fn query(value: &[u8], key: &[u8]) -> (Vec<u8>, Value) {
    let store = Store::open(Arc::new(MemBackend::default())).expect("in memory");
    let mut writes = Writes::default();
    writes.extend(genesis_marks());
    writes.substores.entry(Substore::Ibc).or_default().extend([(PRESENT.to_vec(), Some(b"packet".to_vec()))]);
    store.commit(store.prepare(0, writes).expect("a first version")).expect("in memory");
    let proof = store.prove(0, Substore::Ibc, key).expect("version 0");
    let text = |bytes: &[u8]| STANDARD.encode(bytes);
    let op = |key: &[u8], proof: ics23::CommitmentProof| json!({ "type": "ics23:jmt", "key": text(key), "data": text(&proof.encode_to_vec()) });
    let ops = json!([op(key, proof.key_proof), op(b"ibc", proof.store_proof)]);
    let answer = json!({ "result": { "response": { "code": 0, "key": text(key), "value": text(value), "height": "6", "proofOps": { "ops": ops } } } });
    (store.latest().expect("one version").1.to_vec(), answer)
}

#[test]
fn an_answer_of_the_application_proves_under_the_header_after_it() {
    for (key, value, other) in [(PRESENT, b"packet".as_slice(), b"pocket".as_slice()), (ABSENT, b"", b"packet")] {
        let mut world = World::new();
        let (root, answer) = query(value, key);
        let block = Draft { app_hash: root, ..world.block(7) };
        world.believe(&block);
        let mut params = world.client.raw().clone();
        params.latest_height = Some(block.at().into());
        world.client = ClientState::from_raw(params).expect("right parameters");
        let judge = |file: &Value| {
            let found = read(file)?;
            let [Item::Proof { proof, .. }] = found.as_slice() else { panic!("{found:?}") };
            self_check(&found[0])?;
            check_proof(&world.client, &world.states, proof)
        };
        assert!(judge(&answer).expect("proves").iter().all(|check| check.outcome == CheckOutcome::Pass));
        let bent = |bend: &dyn Fn(&mut Value)| {
            let mut file = answer.clone();
            bend(&mut file["result"]["response"]);
            code(judge(&file))
        };
        assert_ne!(bent(&|response| response["value"] = json!(STANDARD.encode(other))), "ok");
        assert_eq!(bent(&|response| response["height"] = json!("4")), "root-mismatch");
        assert_eq!(bent(&|response| response["height"] = json!("5")), "no-consensus-state");
        assert_eq!(bent(&|response| response["height"] = json!("7")), "height-above-latest");
        assert_eq!(bent(&|response| response["key"] = json!("AAAA")), "key-mismatch");
        assert_ne!(bent(&|response| response["proofOps"]["ops"][1]["key"] = json!(STANDARD.encode("governance"))), "ok");
        assert_eq!(bent(&|response| response["proofOps"] = Value::Null), "proof-missing");
        assert_eq!(bent(&|response| drop(response["proofOps"]["ops"].as_array_mut().expect("two").pop())), "proof-count");
        assert_eq!(bent(&|response| response["code"] = json!(5)), "query-failed");
        assert_eq!(bent(&|response| response["value"] = json!("*")), "base64");
    }
}

fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn a_trust_file_holds_what_block_and_options_say_and_explains_it() {
    let world = World::new();
    let file = trust_file(light_block(&world.trusted).to_string().as_bytes(), &options(&[("trees", "jmt")])).expect("a trust file");
    assert_eq!(ClientState::decode(file.params.as_ref().expect("params")), Ok(world.client.clone()));
    assert_eq!(ConsensusState::decode(file.anchor.as_ref().expect("an anchor")), Ok(world.trusted.consensus_state()));
    assert_eq!((file.family.as_str(), file.chain_id.as_str(), file.our_absence), ("07-tendermint", "hub-1", AbsenceMode::Proof as i32));
    let other = options(&[("trees", "sdk"), ("trusting_period_s", "60"), ("unbonding_period_s", "90"), ("max_clock_drift_s", "7"), ("trust_level", "2/3"), ("our_absence", "receipt")]);
    let file = trust_file(light_block(&world.trusted).to_string().as_bytes(), &other).expect("a trust file");
    let explained = explain(&file).expect("explained");
    let value = |name: &str| explained.iter().find(|one| one.name == name).map(|one| one.value.clone()).unwrap_or_default();
    let found = ["trees", "trusting_period_s", "unbonding_period_s", "max_clock_drift_s", "trust_level", "anchor_height"].map(value);
    assert_eq!(found, ["sdk", "60", "90", "7", "2/3", "1-5"]);
    assert_eq!(file.our_absence, AbsenceMode::Receipt as i32);
}

#[test]
fn options_anchors_and_genesis_are_refused_by_name() {
    let world = World::new();
    let first = Draft::new("hub-1", 1, world.trusted.time, &world.members);
    let genesis = json!({ "genesis": { "chain_id": "hub-1", "initial_height": "1", "validators": validators(&world.members) } });
    let good = json!([genesis, light_block(&first)]);
    let with = |pairs: &[(&str, &str)]| code(trust_file(good.to_string().as_bytes(), &options(pairs)));
    let trees = ("trees", "jmt");
    assert_eq!(with(&[trees]), "ok");
    assert_eq!(with(&[]), "option-missing");
    assert_eq!(with(&[trees, ("quorum", "3")]), "option-unknown");
    assert_eq!(with(&[("trees", "smt")]), "option");
    assert_eq!(with(&[trees, ("trust_level", "half")]), "option");
    assert_eq!(with(&[trees, ("our_absence", "maybe")]), "option");
    assert_eq!(with(&[trees, ("trusting_period_s", "two weeks")]), "option");
    assert_eq!(with(&[trees, ("unbonding_period_s", "60")]), "trusting-period");
    assert_eq!(with(&[trees, ("trust_level", "1/4")]), "trust-level");
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        bend(&mut file);
        code(trust_file(file.to_string().as_bytes(), &options(&[trees])))
    };
    assert_eq!(bent(&|file| file[0]["genesis"]["chain_id"] = json!("hub-2")), "genesis-mismatch");
    assert_eq!(bent(&|file| file[0]["genesis"]["initial_height"] = json!("2")), "genesis-mismatch");
    assert_eq!(bent(&|file| file[0]["genesis"]["validators"] = validators(&members(9, 4))), "genesis-mismatch");
    assert_eq!(bent(&|file| *file = file[0].clone()), "anchor-missing");
    assert_eq!(bent(&|file| file[1]["validators"] = validators(&members(9, 4))), "signature-out-of-place");
    let forged = STANDARD.encode([1; 64]);
    assert_eq!(bent(&|file| file[1]["signed_header"]["commit"]["signatures"][0]["signature"] = json!(forged)), "invalid-signature");
}
