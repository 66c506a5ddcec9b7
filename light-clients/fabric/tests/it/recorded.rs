//! Real channels, from their genesis (`testdata/SOURCE.md`).

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::native::Item;
use govhub_lc_core::LightClient;
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::native::replay::Replay;
use govhub_lc_fabric::native::{check_proof, items, trust_file};
use govhub_lc_fabric::testing::{header_any, run_any};
use govhub_lc_fabric::{ClientState, ConsensusState};
use govhub_types::Time;
use serde_json::{json, Value};

use crate::world::{Host, States};

/// A day after the networks ran.
const THEN: Time = Time::from_unix_s(1_795_478_400);

fn bytes(json: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(json.as_str().expect("text")).expect("base64")
}

fn recording(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn smartbft() -> Value {
    recording(include_str!("../../testdata/smartbft_3_1_5.json"))
}

fn raft() -> Value {
    recording(include_str!("../../testdata/raft_3_1_5.json"))
}

fn host(recording: &Value, options: &[(&str, &str)]) -> Host {
    let common = [("accepted_at_s", "1795478400"), ("definition", "11:0"), ("chaincode", "ibc"), ("prefix", ""), ("path_form", "text")];
    let options = common.iter().chain(options).map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let file = trust_file(&bytes(&recording["blocks"][0]["block"]), &options).expect("followed");
    let client = ClientState::decode(&file.params.expect("there")).expect("right");
    let anchor = file.anchor.expect("there");
    ConsensusState::decode(&anchor).expect("right");
    Host { states: States([(client.latest_height(), anchor)].into()), client }
}

/// Follows every block; the channel's hashes and the peer's codes come out again.
fn follow(recording: &Value, host: &mut Host, with_copies: bool) {
    let mut ledger = Replay::new();
    for (number, recorded) in recording["blocks"].as_array().expect("a list").iter().enumerate() {
        let block = bytes(&recorded["block"]);
        assert_eq!(hex::encode(Block::read(&block).expect("recorded").header.hash()), recorded["header_hash"], "block {number}");
        let codes: Vec<u8> = ledger.block(&block).expect("judged").into_iter().map(|code| code as u8).collect();
        assert_eq!(hex::encode(codes), recorded["tx_filter"], "block {number}");
        if number > 0 {
            let copies = recorded["copies"].as_array().into_iter().flatten().filter(|_| with_copies).map(bytes).collect();
            host.accept(&run_any(vec![(block, copies)]), THEN);
        }
    }
}

#[test]
fn a_real_bft_channel_is_followed_through_the_removal_of_a_consenter() {
    let recording = smartbft();
    let mut host = host(&recording, &[]);
    assert_eq!(host.client.trust_class().to_string(), "BFT quorum, n=4, f=1");
    follow(&recording, &mut host, false);
    assert_eq!(host.client.trust_class().to_string(), "BFT quorum, n=3, f=0, no fault tolerance");
}

#[test]
fn a_real_raft_channel_is_followed_by_one_orderer_and_by_all_three() {
    let recording = raft();
    follow(&recording, &mut host(&recording, &[]), false);
    let mut strict = host(&recording, &[("orderers", "3"), ("organisations", "2")]);
    assert_eq!(strict.refuses(bytes(&recording["blocks"][1]["block"])), "insufficient-orderers");
    follow(&recording, &mut strict, true);
}

#[test]
fn a_real_value_is_proved_by_its_block_and_a_peers_answer_and_by_neither_alone() {
    let recording = smartbft();
    let mut host = host(&recording, &[]);
    follow(&recording, &mut host, false);
    let query = &recording["query"];
    let links: Vec<String> = (13..=15)
        .map(|number: usize| {
            let header = Block::read(&bytes(&recording["blocks"][number]["block"])).expect("recorded").header;
            let previous_hash = header.previous_hash.expect("not genesis");
            let raw = govhub_lc_fabric::messages::common::BlockHeader { number: header.number, previous_hash: &previous_hash, data_hash: &header.data_hash };
            BASE64_STANDARD.encode(govhub_lc_fabric::wire::Message::write(&raw))
        })
        .collect();
    let proof = |block: usize, value: &str| {
        let file = json!({"proofs": [{
            "height": 15, "key": query["key"], "value": BASE64_STANDARD.encode(hex::decode(value).expect("hex")), "block": recording["blocks"][block]["block"],
            "links": links, "transaction": 0, "proposal": query["signed_proposal_base64"], "responses": [query["proposal_response_base64"]],
        }]});
        let items = items(file.to_string().as_bytes()).expect("a proof");
        let [Item::Proof { proof, .. }] = &items[..] else { panic!("{items:?}") };
        check_proof(&host.client, &host.states, proof).map(|_| ()).map_err(|reason| reason.code)
    };
    let value = query["value"].as_str().expect("text");
    assert_eq!(proof(12, value), Ok(()));
    assert_eq!(proof(12, &"00".repeat(32)), Err("value-mismatch"));
    assert_eq!(proof(11, value), Err("run-gap"));
}

#[test]
fn real_blocks_under_another_clients_configuration_are_refused() {
    let (bft, raft) = (smartbft(), raft());
    let (of_bft, of_raft) = (host(&bft, &[]), host(&raft, &[]));
    assert_eq!(of_bft.refuses(bytes(&raft["blocks"][1]["block"])), "channel-mismatch");
    assert_eq!(of_raft.refuses(bytes(&bft["blocks"][1]["block"])), "channel-mismatch");
    assert!(of_bft.judge(&header_any(bytes(&bft["blocks"][1]["block"]))).is_ok());
    // A jump to the block after the removal, under the consenters before it.
    assert_eq!(of_bft.refuses(bytes(&bft["blocks"][8]["block"])), "insufficient-quorum");
}
