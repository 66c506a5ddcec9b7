//! Answers of nodes: cut, judged against themselves, made into trust files.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{AbsenceMode, CheckOutcome, LightClient};
use govhub_lc_fisco_bcos::native::{check_proof, explain, items, self_check, trust_file};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, signed_header::Fields};
use govhub_lc_fisco_bcos::testing::{hexadecimal, Chain};
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Suite, Version, CHECKS, CLIENT_TYPE};
use govhub_types::key::{KeyKind, SigningKey};
use serde_json::{json, Value};

use crate::common::{refused, Follower, PATH, VALUE};

/// Block `number` of a chain of 3.x as its RPC prints it, signed by the sealers at `places`.
fn printed(chain: &Chain, number: u64, places: &[usize]) -> Value {
    let signed = chain.block(number).signed_by(Version::V3, places);
    let Some(Fields::V3(fields)) = &signed.fields else { panic!("3.x") };
    let hex = |bytes: &[u8]| format!("0x{}", hexadecimal(bytes));
    json!({
        "number": fields.number, "version": fields.version, "gasUsed": fields.gas_used, "timestamp": fields.timestamp_ms, "sealer": fields.sealer,
        "hash": hex(&signed.hash), "txsRoot": hex(&fields.transactions_root), "receiptsRoot": hex(&fields.receipts_root), "stateRoot": hex(&fields.state_root),
        "extraData": hex(&fields.extra_data), "consensusWeights": fields.weights, "sealerList": fields.sealer_list.iter().map(|id| hex(id)).collect::<Vec<_>>(),
        "parentInfo": fields.parents.iter().map(|parent| json!({"blockNumber": parent.number, "blockHash": hex(&parent.hash)})).collect::<Vec<_>>(),
        "signatureList": signed.signatures.iter().map(|s| json!({"sealerIndex": s.index, "signature": hex(&s.signature)})).collect::<Vec<_>>(),
    })
}

fn cut(value: &Value) -> Vec<Item> {
    items(value.to_string().as_bytes()).expect("answers of a node")
}

fn chain(suite: Suite) -> Chain {
    let mut chain = Chain::new(Version::V3, suite);
    chain.store(PATH, VALUE);
    chain.store(b"second", VALUE);
    chain
}

#[test]
fn answers_of_several_nodes_for_one_block_become_one_header_that_a_client_accepts() {
    for suite in Suite::ALL {
        let chain = chain(suite);
        let envelope = |block: Value| json!({"jsonrpc": "2.0", "id": 1, "result": block});
        let file = json!([envelope(printed(&chain, 1, &[0, 1])), envelope(printed(&chain, 1, &[1, 2, 3])), printed(&chain, 2, &[0, 1, 2])]);
        let items = cut(&file);
        assert_eq!(items.iter().map(Item::label).collect::<Vec<_>>(), ["block 1", "block 2"]);
        let mut follower = Follower::of(&chain, 0);
        for item in &items {
            let Item::Header { header, .. } = item else { panic!("headers") };
            follower.follow(header);
        }
        assert_eq!(follower.client.latest_height().revision_height, 2);
    }
}

#[test]
fn a_header_against_itself_leaves_to_trust_what_only_trust_can_tell() {
    let chain = chain(Suite::Sm);
    let checks = self_check(&cut(&printed(&chain, 1, &[0, 1, 2]))[0]).expect("consistent");
    assert_eq!(checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    let open: Vec<_> = checks.iter().filter(|check| check.outcome == CheckOutcome::NotCheckable).map(|check| check.name).collect();
    assert_eq!(open, ["contiguous", "quorum-of-set-before"]);
    assert_eq!(refused(self_check(&cut(&printed(&chain, 1, &[0, 1]))[0])), "insufficient-weight");
    let mut bent = printed(&chain, 1, &[0, 1, 2]);
    bent["timestamp"] = json!(5);
    assert_eq!(refused(self_check(&cut(&bent)[0])), "header-hash");
}

#[test]
fn a_receipt_with_the_nodes_own_path_is_proved_under_the_client() {
    let chain = chain(Suite::Keccak);
    let proof = chain.proof(1, 0, raw::Claim::Receipt);
    let Some(raw::receipt::Form::V3(fields)) = &proof.receipt.as_ref().expect("made with one").form else { panic!("3.x") };
    let hash = hexadecimal(&proof.receipt.as_ref().expect("made with one").hash);
    let log = &fields.logs[0];
    let answer = json!({
        "blockNumber": 1, "contractAddress": "", "gasUsed": fields.gas_used, "hash": hash, "output": "0x", "status": 0, "version": 0,
        "logEntries": [{"address": log.address, "topics": log.topics.iter().map(|t| hexadecimal(t)).collect::<Vec<_>>(), "data": hexadecimal(&log.data)}],
        "txReceiptProof": [hash], "transactionHash": "0x00",
    });
    let items = cut(&answer);
    let [Item::Proof { label, proof }] = items.as_slice() else { panic!("a proof") };
    assert_eq!(label, "receipt 0 of block 1");
    let mut follower = Follower::of(&chain, 0);
    assert_eq!(refused(check_proof(&follower.client, &follower.states, proof)), "height-above-latest");
    follower.follow(&chain.update(1, 1));
    let checks = check_proof(&follower.client, &follower.states, proof).expect("in the block");
    assert!(checks.iter().all(|check| check.outcome == CheckOutcome::Pass) && !checks.is_empty());
    let open = self_check(&items[0]).expect("consistent");
    assert!(open.iter().any(|check| check.name == "receipt-inclusion" && check.outcome == CheckOutcome::NotCheckable));
}

#[test]
fn files_that_are_no_answers_are_refused_by_name() {
    let code = |text: &str| refused(items(text.as_bytes()));
    assert_eq!(code("{"), "json");
    assert_eq!(code("[]"), "json");
    assert_eq!(code("[1]"), "unknown-form");
    assert_eq!(code("{}"), "unknown-form");
    assert_eq!(code(r#"{"error":{"code":-1}}"#), "node-error");
    assert_eq!(code(r#"{"sealerList":[],"txsRoot":"0x00"}"#), "json");
    assert_eq!(code(r#"{"txProof":["00"],"hash":"0x00","blockLimit":1}"#), "block-unknown");
}

fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Options for a checkpoint with packets.
fn usual() -> BTreeMap<String, String> {
    options(&[
        ("chain_id", "chain0"), ("group_id", "group0"), ("genesis_hash", &"00".repeat(32)), ("bridge", &"b1".repeat(20)),
        ("event_trust", "closed-deployment"), ("closed_deployment", "deployment by the operators' committee alone"),
    ])
}

#[test]
fn a_trust_file_from_a_checkpoint_founds_a_client_that_follows_the_chain() {
    for suite in Suite::ALL {
        let chain = chain(suite);
        let block = printed(&chain, 1, &[0, 1, 2]).to_string();
        let file = trust_file(block.as_bytes(), &usual()).expect("a checkpoint");
        let client = ClientState::decode(file.params.as_ref().expect("params")).expect("right");
        assert_eq!((file.family.as_str(), file.chain_id.as_str(), file.absence), (CLIENT_TYPE, "chain0/group0", AbsenceMode::Receipt.into()));
        assert_eq!(file.key_map, client.key_map());
        assert_eq!(client.latest_height(), file.anchor_height.expect("a height").into());
        assert_eq!(client.sealers(), &chain.block(1).set());
        let anchor = file.anchor.clone().expect("an anchor");
        assert_eq!(ConsensusState::decode(&anchor), Ok(chain.state(1)));
        let mut follower = Follower::of(&chain, 1);
        (follower.client, follower.states.0) = (client, [(govhub_types::Height::new(0, 1), anchor)].into());
        follower.follow(&chain.update(2, 2));
        let (height, proof) = chain.packet_proof(b"second", VALUE);
        assert_eq!(follower.prove(height, b"second", VALUE, &proof), Ok(()));
        let said = explain(&file).expect("a right file");
        for name in ["chain_id", "genesis_hash", "anchor_hash", "quorum", "trusting_period_s", "bridge", "event_trust", "absence"] {
            assert!(said.iter().any(|line| line.name == name), "{name}");
        }
        assert!(said.iter().any(|line| line.name == "event_trust" && line.value.contains("closed deployment: deployment by")));
    }
}

#[test]
fn every_option_that_is_missing_wrong_or_unknown_is_named() {
    let chain = chain(Suite::Keccak);
    let block = printed(&chain, 1, &[0, 1, 2]).to_string();
    let bent = |bend: &dyn Fn(&mut BTreeMap<String, String>)| {
        let mut options = usual();
        bend(&mut options);
        trust_file(block.as_bytes(), &options).map(|_| ()).map_err(|reason| (reason.code, reason.detail))
    };
    let says = |result: Result<(), (&'static str, String)>, code: &str, name: &str| {
        let (found, detail) = result.expect_err("must be refused");
        assert!(found == code && detail.contains(name), "{found}: {detail}");
    };
    assert_eq!(bent(&|_| {}), Ok(()));
    for name in ["chain_id", "group_id", "genesis_hash", "event_trust", "closed_deployment"] {
        says(bent(&|o| { o.remove(name); }), "option-missing", name);
    }
    says(bent(&|o| { o.remove("bridge"); }), "option-missing", "bridge");
    let set = |name: &'static str, value: &'static str| move |o: &mut BTreeMap<String, String>| { o.insert(name.into(), value.into()); };
    says(bent(&set("bridg", "00")), "option-unknown", "bridg");
    says(bent(&set("suite", "md5")), "option-value", "suite");
    says(bent(&set("event_trust", "unambiguous")), "option-value", "event_trust");
    says(bent(&set("trusting_period_s", "long")), "option-value", "trusting_period_s");
    says(bent(&set("our_absence", "maybe")), "option-value", "our_absence");
    says(bent(&set("sealers", "00")), "option-value", "sealers");
    says(bent(&set("working_sealers", "3")), "option-value", "working_sealers");
    says(bent(&set("consensus", "raft")), "consensus-unsupported", "raft");
    says(bent(&set("consensus", "rpbft")), "option-missing", "working_sealers");
    says(bent(&set("event_trust", "attested")), "option-missing", "attestors");
    says(bent(&set("suite", "sm")), "header-hash", "");
    assert_eq!(bent(&|o| { o.insert("consensus".into(), "rpbft".into()); o.insert("working_sealers".into(), "4".into()); }), Ok(()));
    let weak = printed(&chain, 1, &[0, 1]).to_string();
    assert_eq!(refused(trust_file(weak.as_bytes(), &usual())), "insufficient-weight");
}

#[test]
fn attestors_come_into_the_trust_file_by_algorithm_and_key() {
    let chain = chain(Suite::Keccak);
    let keys: Vec<String> = [KeyKind::Sm2, KeyKind::Secp256k1].iter().map(|kind| {
        let key = SigningKey::from_seed(*kind, &[3; 32]).public_key();
        format!("{}:{}", kind.name(), hexadecimal(key.as_bytes()))
    }).collect();
    let mut options = usual();
    options.remove("closed_deployment");
    options.insert("event_trust".into(), "attested".into());
    options.insert("attestors".into(), keys.join(","));
    options.insert("attestor_threshold".into(), "2".into());
    let block = printed(&chain, 1, &[0, 1, 2]).to_string();
    let file = trust_file(block.as_bytes(), &options).expect("two of two");
    let said = explain(&file).expect("right");
    assert!(said.iter().any(|line| line.name == "event_trust" && line.value == "attested by 2 of 2"));
    options.insert("attestor_threshold".into(), "1".into());
    assert_eq!(refused(trust_file(block.as_bytes(), &options)), "attestors");
    options.insert("attestors".into(), "sm2:00".into());
    assert_eq!(refused(trust_file(block.as_bytes(), &options)), "option-value");
}

#[test]
fn block_0_with_roots_of_its_own_is_of_no_chain() {
    // Our own block 0 has roots; a real one has none (`recorded.rs`).
    let zero = printed(&Chain::new(Version::V3, Suite::Keccak), 0, &[]);
    assert_eq!(refused(trust_file(zero.to_string().as_bytes(), &options(&[]))), "header-hash");
}
