//! Receipts of 3.x that also read otherwise, and calls that a transaction decides.

use govhub_lc_core::LightClient;
use govhub_lc_fisco_bcos::event;
use govhub_lc_fisco_bcos::key_map::{stored_topic, KeyMap, Place};
use govhub_lc_fisco_bcos::native::check_proof;
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form, transaction::Form as TransactionForm};
use govhub_lc_fisco_bcos::testing::{hexadecimal, receipt_v3, Chain, Entry, BRIDGE};
use govhub_lc_fisco_bcos::{ClientState, Suite, Version};
use govhub_types::Height;
use prost::Message;

use crate::common::{refused, Follower, PATH, VALUE};

const SUITE: Suite = Suite::Keccak;

/// What a receipt of block 1 says, bent; sealed into a block and proved with a claim.
fn judge(claim: raw::Claim, log: u32, bend: impl FnOnce(&mut raw::ReceiptV3)) -> Result<(), govhub_lc_core::Reason> {
    let mut chain = Chain::new(Version::V3, SUITE);
    let entry = Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), 1, PATH, VALUE);
    let Some(Form::V3(mut fields)) = entry.receipt(Version::V3, SUITE, 1).form else { panic!("3.x") };
    bend(&mut fields);
    let transaction = entry.transaction(Version::V3, SUITE, &chain.chain_id, &chain.group_id);
    let block = chain.draft_of(vec![transaction], vec![receipt_v3(SUITE, fields)]);
    chain.push(block);
    let mut follower = Follower::of(&chain, 0);
    follower.follow(&chain.update(1, 1));
    let proof = raw::Proof { log, ..chain.proof(1, 0, claim) };
    match claim {
        raw::Claim::Event => follower.prove(Height::new(0, 1), PATH, VALUE, &proof.encode_to_vec()),
        _ => check_proof(&follower.client, &follower.states, &proof.encode_to_vec()).map(|_| ()),
    }
}

fn event(bend: impl FnOnce(&mut raw::ReceiptV3)) -> Result<(), govhub_lc_core::Reason> {
    judge(raw::Claim::Event, 0, bend)
}

/// Bytes that read as a log of the bridge.
fn like_a_log() -> Vec<u8> {
    [hexadecimal(&BRIDGE).as_bytes(), &stored_topic(SUITE), &SUITE.hash(&[PATH]), &event::encode(PATH, VALUE)].concat()
}

#[test]
fn a_log_folded_into_the_output_keeps_the_hash_and_is_refused() {
    let folded = |r: &mut raw::ReceiptV3| {
        r.logs.clear();
        r.output = like_a_log();
    };
    let hash = |bend: &dyn Fn(&mut raw::ReceiptV3)| {
        let Some(Form::V3(mut fields)) = Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), 1, PATH, VALUE).receipt(Version::V3, SUITE, 1).form else { panic!("3.x") };
        bend(&mut fields);
        receipt_v3(SUITE, fields).hash
    };
    assert_eq!(hash(&|_| {}), hash(&folded), "one hash");
    assert_eq!(refused(judge(raw::Claim::Receipt, 0, folded)), "ambiguous-receipt");
    assert_eq!(judge(raw::Claim::Receipt, 0, |_| {}), Ok(()));
}

#[test]
fn an_event_whose_receipt_reads_another_way_is_refused() {
    assert_eq!(event(|_| {}), Ok(()));
    assert_eq!(event(|r| r.output = vec![0; 64]), Ok(()), "whole words");
    assert_eq!(refused(event(|r| r.output = b"same".to_vec())), "ambiguous-receipt");
    assert_eq!(refused(event(|r| r.output = vec![b'a'; 64])), "ambiguous-receipt");
    let other = |data: Vec<u8>| raw::Log { address: "c".repeat(40), topics: vec![vec![1; 32]], data };
    assert_eq!(event(|r| r.logs.push(other(vec![0; 32]))), Ok(()));
    assert_eq!(refused(event(|r| r.logs.push(other(vec![0; 33])))), "ambiguous-receipt");
    assert_eq!(refused(event(|r| r.logs.push(other([like_a_log(), vec![0; 24]].concat())))), "ambiguous-receipt", "another log within data");
    assert_eq!(event(|r| r.logs.resize(3, other(Vec::new()))), Ok(()));
    assert_eq!(refused(event(|r| r.logs.resize(4, other(Vec::new())))), "ambiguous-receipt", "four more logs, or four fewer");
}

#[test]
fn forty_digits_are_told_from_thirty_nine_and_a_few_at_the_edge_of_an_address_do_not_matter() {
    let with = |digits: usize| judge(raw::Claim::Receipt, 0, |r| r.output = [vec![0xff; 3], vec![b'7'; digits], vec![0xff; 3]].concat());
    assert_eq!(with(39), Ok(()));
    assert_eq!(refused(with(40)), "ambiguous-receipt");
    let edge = |digits: usize| judge(raw::Claim::Receipt, 0, |r| r.output = [vec![0xff; 3], vec![b'7'; digits]].concat());
    assert_eq!(edge(7), Ok(()));
    assert_eq!(refused(edge(8)), "ambiguous-receipt", "eight shift the words");
    assert_eq!(judge(raw::Claim::Receipt, 0, |r| r.output = vec![b'G'; 64]), Ok(()), "no digits");
}

#[test]
fn from_version_1_on_a_gas_price_must_be_empty_and_nothing_may_end_like_one() {
    assert_eq!(event(|r| r.version = 1), Ok(()));
    assert_eq!(event(|r| r.version = 2), Ok(()));
    assert_eq!(refused(event(|r| { r.version = 1; r.effective_gas_price = "0x1".into() })), "ambiguous-receipt");
    assert_eq!(refused(event(|r| { r.version = 1; r.output = [vec![0; 24], b"0x123456".to_vec()].concat() })), "ambiguous-receipt");
    assert_eq!(event(|r| r.output = [vec![0; 24], b"0x123456".to_vec()].concat()), Ok(()), "version 0 has no price");
    assert_eq!(refused(event(|r| r.effective_gas_price = "0x1".into())), "gas-price");
    assert_eq!(refused(event(|r| r.version = 3)), "receipt-version");
}

#[test]
fn every_form_rule_of_a_receipt_is_a_refusal_of_its_own() {
    assert_eq!(refused(event(|r| r.gas_used = "007".into())), "gas-used");
    assert_eq!(refused(event(|r| r.contract_address = "0x12".into())), "address");
    assert_eq!(refused(event(|r| r.contract_address = "a".repeat(40))), "contract-creation");
    assert_eq!(refused(event(|r| r.status = 16)), "status");
    assert_eq!(refused(event(|r| r.logs[0].address = hexadecimal(&BRIDGE).to_uppercase())), "address");
    assert_eq!(refused(event(|r| r.logs[0].address.insert_str(0, "0x"))), "address");
    assert_eq!(refused(event(|r| r.logs[0].topics[0].truncate(31))), "topics");
    assert_eq!(refused(event(|r| r.logs[0].topics.resize(5, vec![0; 32]))), "topics");
    assert_eq!(refused(event(|r| r.block_number = 2)), "receipt-block");
    let many = raw::Log { address: "c".repeat(40), ..Default::default() };
    assert_eq!(refused(event(|r| r.logs.resize(1_025, many))), "log-count");
}

/// A chain with one call of the bridge in block 1, and a client that looks at calls.
fn called(bend: impl FnOnce(&mut raw::TransactionV3), entry: Entry) -> (Chain, Follower) {
    let mut chain = Chain::new(Version::V3, SUITE);
    chain.key_map = KeyMap { place: Place::Call { selector: [0xab, 0xcd, 0xef, 1], web3_chain_id: 20_200 }, ..chain.key_map.clone() };
    let mut transaction = entry.transaction(Version::V3, SUITE, &chain.chain_id, &chain.group_id);
    let Some(TransactionForm::V3(fields)) = &mut transaction.form else { panic!("3.x") };
    bend(fields);
    let fields = fields.clone();
    transaction.hash = govhub_lc_fisco_bcos::native::transaction_hash(SUITE, &raw::Transaction { form: Some(TransactionForm::V3(fields)), hash: Vec::new() }).expect("a hash").to_vec();
    let receipt = entry.receipt(Version::V3, SUITE, 1);
    let block = chain.draft_of(vec![transaction], vec![receipt]);
    chain.push(block);
    let mut follower = Follower::of(&chain, 0);
    follower.follow(&chain.update(1, 1));
    (chain, follower)
}

fn call(bend: impl FnOnce(&mut raw::TransactionV3)) -> Result<(), govhub_lc_core::Reason> {
    let (chain, follower) = called(bend, Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), 7, PATH, VALUE));
    check_proof(&follower.client, &follower.states, &chain.proof(1, 0, raw::Claim::Call).encode_to_vec()).map(|_| ())
}

#[test]
fn a_call_is_read_only_where_nothing_can_be_moved_from_field_to_field() {
    assert_eq!(call(|_| {}), Ok(()));
    for nonce in ["", "0x7", "7 ", "12345670x68", &"7".repeat(79)] {
        assert_eq!(refused(call(|t| t.nonce = nonce.into())), "transaction-not-canonical", "{nonce}");
    }
    assert_eq!(refused(call(|t| t.abi = "x".into())), "transaction-not-canonical");
    assert_eq!(refused(call(|t| t.to = t.to[2..].into())), "transaction-not-canonical");
    assert_eq!(refused(call(|t| t.to = t.to.to_uppercase().replace("0X", "0x"))), "transaction-not-canonical");
    assert_eq!(refused(call(|t| t.version = 1)), "transaction-not-canonical");
    assert_eq!(refused(call(|t| t.version = 3)), "transaction-version");
    assert_eq!(refused(call(|t| t.value = "1".into())), "transaction-fields");
    assert_eq!(refused(call(|t| { t.version = 1; t.extension = vec![1] })), "transaction-fields");
    assert_eq!(refused(call(|t| t.to = format!("0x{}", "c".repeat(40)))), "wrong-contract");
    assert_eq!(refused(call(|t| t.input[0] ^= 1)), "wrong-method");
}

#[test]
fn transactions_of_another_chain_or_group_are_refused_in_every_form() {
    assert_eq!(refused(call(|t| t.group_id = "group1".into())), "wrong-chain-or-group");
    assert_eq!(refused(call(|t| t.chain_id = "chain1".into())), "wrong-chain-or-group");
    assert_eq!(refused(call(|t| { t.chain_id = "chain0g".into(); t.group_id = "roup0".into() })), "wrong-chain-or-group", "the same bytes");
    for (chain_id, group_id) in [("2", "1"), ("1", "2")] {
        let mut chain = Chain::new(Version::V2, SUITE);
        let entry = Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), 7, PATH, VALUE);
        let foreign = entry.transaction(Version::V2, SUITE, chain_id, group_id);
        let block = chain.draft_of(vec![foreign], vec![entry.receipt(Version::V2, SUITE, 1)]);
        chain.push(block);
        let mut follower = Follower::of(&chain, 0);
        follower.follow(&chain.update(1, 1));
        let judged = check_proof(&follower.client, &follower.states, &chain.proof(1, 0, raw::Claim::Transaction).encode_to_vec());
        assert_eq!(refused(judged), "wrong-chain-or-group");
    }
}

#[test]
fn a_transaction_is_tied_to_its_own_receipt_by_its_place() {
    for version in [Version::V2, Version::V3] {
        let mut chain = Chain::new(version, SUITE);
        chain.key_map.place = Place::Call { selector: [0xab, 0xcd, 0xef, 1], web3_chain_id: 0 };
        let entry = |nonce| Entry { nonce, status: if nonce == 1 { 16 } else { 0 }, ..Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), nonce, PATH, VALUE) };
        chain.seal((0..3).map(entry).collect());
        let mut follower = Follower::of(&chain, 0);
        follower.follow(&chain.update(1, 1));
        let judge = |proof: &raw::Proof| check_proof(&follower.client, &follower.states, &proof.encode_to_vec());
        assert!(judge(&chain.proof(1, 0, raw::Claim::Call)).is_ok());
        assert_eq!(refused(judge(&chain.proof(1, 1, raw::Claim::Call))), "status");
        let good = chain.proof(1, 0, raw::Claim::Call);
        let swapped = raw::Proof { transaction: chain.proof(1, 1, raw::Claim::Call).transaction, transaction_path: chain.proof(1, 1, raw::Claim::Call).transaction_path, ..good };
        assert_eq!(refused(judge(&swapped)), "position", "a failed call with its neighbour's success");
    }
}

#[test]
fn a_claim_needs_a_key_map_that_looks_at_it() {
    let (chain, follower) = called(|_| {}, Entry::stored(SUITE, BRIDGE, stored_topic(SUITE), 7, PATH, VALUE));
    let judge = |client: &ClientState, claim| check_proof(client, &follower.states, &chain.proof(1, 0, claim).encode_to_vec());
    assert_eq!(refused(judge(&follower.client, raw::Claim::Event)), "key-map-place");
    assert_eq!(refused(judge(&follower.client, raw::Claim::Unspecified)), "claim");
    assert!(judge(&follower.client, raw::Claim::Transaction).is_ok() && judge(&follower.client, raw::Claim::Receipt).is_ok());
    let bare = ClientState::from_raw(raw::ClientState { key_map: None, ..chain.client_raw(1) }).expect("right");
    assert_eq!(refused(judge(&bare, raw::Claim::Call)), "key-map");
    assert!(judge(&bare, raw::Claim::Transaction).is_ok(), "transactions need none");
    assert_eq!(bare.key_map(), None);
}
