//! Fabric's own forms: files, trust files, and blocks against nothing but themselves.

use std::collections::BTreeMap;

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::native::Item;
use govhub_lc_core::{AbsenceMode, CheckOutcome, LightClient};
use govhub_lc_fabric::messages::peer::{Endorsement, ProposalResponse, SignedProposal};
use govhub_lc_fabric::native::replay::{Code, Replay};
use govhub_lc_fabric::native::{check_proof, explain, items, self_check, trust_file, PROOF_CHECKS};
use govhub_lc_fabric::testing::{header_any, Channel, ACCEPTED_AT_S};
use govhub_lc_fabric::wire::Message as _;
use govhub_lc_fabric::{ClientState, ConsensusState};
use serde_json::json;

use crate::world::{bft, raft, Host, CHANNEL, PATH, VALUE};

fn options(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let accepted = ACCEPTED_AT_S.to_string();
    let common = [("accepted_at_s", accepted.as_str()), ("definition", "2:1")];
    common.iter().chain(more).map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn a_genesis_block_makes_a_trust_file_whose_client_follows_the_channel() {
    for channel in [raft(), bft()] {
        let file = trust_file(&channel.genesis(), &options(&[])).expect("followed");
        assert_eq!((file.family.as_str(), file.chain_id.as_str()), ("gov-fabric", CHANNEL));
        assert_eq!((file.absence, file.our_absence), (AbsenceMode::Receipt as i32, AbsenceMode::Proof as i32));
        let client = ClientState::decode(file.params.as_ref().expect("there")).expect("right");
        assert_eq!((client.encode(), client.key_map()), (channel.client_state().encode(), file.key_map.clone()));
        assert_eq!(ConsensusState::decode(file.anchor.as_ref().expect("there")), Ok(channel.client().1));
        let explained = explain(&file).expect("right");
        assert!(explained.iter().all(|one| !one.value.is_empty() && one.meaning.ends_with('.')));
        assert!(explained.iter().any(|one| one.name == "ordering" && one.value == client.trust_class().to_string()));
    }
}

#[test]
fn options_without_default_must_be_given_and_others_must_be_known() {
    let genesis = raft().genesis();
    let refused = |more: &[(&str, &str)]| trust_file(&genesis, &options(more)).expect_err("must be refused").code;
    let missing: BTreeMap<_, _> = options(&[]).into_iter().filter(|(name, _)| name != "definition").collect();
    assert_eq!(trust_file(&genesis, &missing).expect_err("must be refused").code, "option-missing");
    assert_eq!(refused(&[("colour", "red")]), "option-unknown");
    assert_eq!(refused(&[("definition", "2")]), "option");
    assert_eq!(refused(&[("accepted_at_s", "yesterday")]), "option");
    assert_eq!(refused(&[("path_form", "upper")]), "option");
    assert_eq!(refused(&[("our_absence", "guess")]), "option");
    assert_eq!(refused(&[("endorsement", "signature:!")]), "option");
    assert_eq!(refused(&[("endorsement", "anybody")]), "endorsement-policy");
    assert_eq!(refused(&[("orderers", "4")]), "raft-signers");
    assert_eq!(refused(&[("channel", "another-channel")]), "channel-mismatch");
    trust_file(&genesis, &options(&[("channel", CHANNEL), ("orderers", "3"), ("organisations", "2"), ("query_endorsement", "/Channel/Application/Admins")]))
        .expect("right");
    let mut channel = raft();
    let block = channel.order_something();
    assert_eq!(trust_file(&block, &options(&[])).expect_err("no configuration").code, "anchor-without-config");
}

#[test]
fn an_organisation_that_cannot_be_judged_is_found_before_governance_is_asked() {
    let mut channel = raft();
    channel.organisations[1].admins.push(b"no certificate".to_vec());
    let config = channel.organisations[1].msp_config();
    channel.tree.at(&["Application", "LandMSP"]).values.get_mut("MSP").expect("there").bytes = config;
    let entry = channel.config_envelope(&channel.tree, 0, None);
    channel.chain[0].data = vec![entry];
    assert_eq!(trust_file(&channel.genesis(), &options(&[])).expect_err("must be refused").code, "x509-malformed-pem");
}

#[test]
fn a_block_is_read_raw_and_from_json() {
    let mut channel = raft();
    let block = channel.order_something();
    let raw = items(&block).expect("a block");
    let [Item::Header { label, header }] = &raw[..] else { panic!("{raw:?}") };
    assert_eq!((label.as_str(), header), ("block 1", &header_any(block.clone())));
    let file = json!({"blocks": [{"block": BASE64_STANDARD.encode(&block)}, {"block": BASE64_STANDARD.encode(channel.genesis())}]});
    let read = items(file.to_string().as_bytes()).expect("JSON");
    assert_eq!(read.iter().map(Item::label).collect::<Vec<_>>(), ["block 1", "block 0"]);
    let refused = |file: &[u8]| items(file).expect_err("must be refused").code;
    for file in ["{}", "{", r#"{"blocks": 1}"#, r#"{"blocks": [{}]}"#, r#"{"blocks": [{"block": "!"}]}"#, r#"{"blocks": [{"block": "", "copies": [1]}]}"#] {
        assert!(["file-form", "header-missing"].contains(&refused(file.as_bytes())), "{file}");
    }
    assert_eq!(refused(b"text"), "malformed");
}

/// What the peers' own answers make of a stored value.
fn proof_file(channel: &mut Channel, stored: &govhub_lc_fabric::testing::Stored, height: u64, bend: impl FnOnce(&mut Vec<Vec<u8>>)) -> serde_json::Value {
    let proof = channel.proof(stored, height);
    let query = proof.query.expect("there");
    let signed = SignedProposal { proposal_bytes: &query.proposal, signature: b"s" }.write();
    let response = |one: &govhub_lc_fabric::proto::govhub::lightclients::fabric::v1::Endorsement| {
        let endorsement = Endorsement { endorser: &one.endorser, signature: &one.signature };
        ProposalResponse { version: 1, payload: &query.payload, endorsement: Some(endorsement), ..Default::default() }.write()
    };
    let mut responses: Vec<Vec<u8>> = query.endorsements.iter().map(response).collect();
    bend(&mut responses);
    let text = |bytes: &Vec<u8>| BASE64_STANDARD.encode(bytes);
    json!({"proofs": [{
        "height": height, "key": stored.key, "value": text(&stored.value), "block": text(&proof.block),
        "links": proof.links.iter().map(text).collect::<Vec<_>>(), "transaction": proof.transaction, "proposal": text(&signed),
        "responses": responses.iter().map(text).collect::<Vec<_>>(),
    }]})
}

#[test]
fn a_proof_is_put_together_from_what_peers_return() {
    let mut channel = bft();
    let mut host = Host::of(&channel);
    host.follow(channel.order_something());
    let stored = channel.store(PATH, VALUE);
    host.follow(channel.signed(channel.newest()));
    host.follow(channel.order_something());
    let file = proof_file(&mut channel, &stored, 3, |_| {});
    let read = items(file.to_string().as_bytes()).expect("a proof");
    let [Item::Proof { proof, .. }] = &read[..] else { panic!("{read:?}") };
    let checks = check_proof(&host.client, &host.states, proof).expect("good");
    assert_eq!(checks.iter().map(|check| check.name).collect::<Vec<_>>(), PROOF_CHECKS);
    let alone = self_check(&read[0]).expect("consistent");
    assert!(alone.iter().any(|check| check.outcome == CheckOutcome::NotCheckable), "by itself it proves nothing");

    let too_few = proof_file(&mut channel, &stored, 3, |responses| drop(responses.pop()));
    let read = items(too_few.to_string().as_bytes()).expect("a proof");
    let [Item::Proof { proof, .. }] = &read[..] else { panic!("{read:?}") };
    assert_eq!(check_proof(&host.client, &host.states, proof).expect_err("one of two").code, "endorsement-policy-not-satisfied");

    let differing = proof_file(&mut channel, &stored, 3, |responses| responses[1] = ProposalResponse { payload: b"other", ..Default::default() }.write());
    assert_eq!(items(differing.to_string().as_bytes()).expect_err("two answers").code, "answers-differ");
    let none = proof_file(&mut channel, &stored, 3, Vec::clear);
    assert_eq!(items(none.to_string().as_bytes()).expect_err("no answer").code, "file-form");
}

#[test]
fn a_block_alone_is_consistent_and_never_trusted() {
    for mut channel in [raft(), bft()] {
        let block = channel.order_something();
        let item = items(&block).expect("a block").remove(0);
        let checks = self_check(&item).expect("consistent");
        assert!(checks.iter().any(|check| check.name == "orderers-of-the-channel" && check.outcome == CheckOutcome::NotCheckable));
        let draft = channel.newest().clone();
        let mut signatures = vec![draft.classic(&channel.orderers[0])];
        signatures[0].signature[8] ^= 1;
        let bent = items(&draft.block(&signatures)).expect("a block").remove(0);
        assert!(["signature-invalid", "signature-malformed"].contains(&self_check(&bent).expect_err("bent").code));
        let other = govhub_lc_fabric::testing::Draft { data: vec![draft.data.concat(), vec![]], ..draft.clone() };
        assert_eq!(self_check(&items(&other.block(&[])).expect("a block").remove(0)).expect_err("bent").code, "envelope-not-canonical");
    }
}

#[test]
fn a_ledger_judges_what_orderers_let_through() {
    let mut channel = raft();
    let mut ledger = Replay::new();
    ledger.block(&channel.genesis()).expect("genesis");
    // No chaincode was ever defined on this channel.
    let stored = channel.store(PATH, VALUE);
    assert_eq!(ledger.block(&channel.chain[1].unsigned()).expect("judged"), [Code::InvalidChaincode; 2]);
    let again = channel.order(channel.chain[1].data.clone());
    assert_eq!(ledger.block(&again).expect("judged"), [Code::DuplicateTxId; 2]);
    let mut call = channel.put_call(&stored.key, VALUE);
    call.creator.key = channel.organisations[1].member("client", "user").key;
    let stranger = channel.order(vec![call.transaction(&[])]);
    assert_eq!(ledger.block(&stranger).expect("judged"), [Code::BadCreatorSignature]);
    assert_eq!(Replay::new().block(&stranger).expect_err("no genesis").code, "replay-order");
}
