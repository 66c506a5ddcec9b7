//! Blocks: equal everywhere, whole or not at all, and nothing left behind by what was refused.

use std::sync::Arc;

use govhub_app::{has_due, Profile};
use govhub_audit::proto::Entry;
use govhub_governance::proto::{MsgApprove, MsgPropose};
use govhub_identity::{proto::MsgRotateKey, rotate};
use govhub_store::{mem::MemBackend, Column, Reader, State, Substore, Writes};
use govhub_types::{Code, Time};
use ibc_proto::google::protobuf::Any;
use proptest::prelude::*;
use prost::Message;

use crate::world::{address, any, app_state, key, World};

fn propose(name: &str, title: &str) -> Any {
    let action = any("/govhub.app.v1.CancelUpgrade", &govhub_app::proto::CancelUpgrade {});
    let msg = MsgPropose { signer: address(name).to_string(), title: title.into(), actions: vec![action], delay_s: 0 };
    any("/govhub.governance.v1.MsgPropose", &msg)
}

fn approve(name: &str, proposal_id: u64) -> Any {
    any("/govhub.governance.v1.MsgApprove", &MsgApprove { signer: address(name).to_string(), proposal_id })
}

fn rotation(name: &str, new: &str, number: u64) -> Any {
    let proof = key(new).sign(&rotate::proof_bytes(&"govhub-1".parse().expect("a chain id"), &address(name), number));
    any("/govhub.identity.v1.MsgRotateKey", &MsgRotateKey { signer: address(name).to_string(), public_key: Some(key(new).public_key().to_any()), proof })
}

/// Everything written, except the sequences of `signers` and the audit log.
fn besides(mut writes: Writes, signers: &[&str]) -> Writes {
    writes.columns.remove(&Column::AuditLog);
    writes.substores.remove(&Substore::Audit);
    if let Some(accounts) = writes.substores.get_mut(&Substore::Accounts) {
        for name in signers {
            accounts.remove([b"s", address(name).as_bytes()].concat().as_slice());
        }
    }
    writes.substores.retain(|_, changes| !changes.is_empty());
    writes.columns.retain(|_, changes| !changes.is_empty());
    writes
}

#[test]
fn a_refused_message_undoes_the_accepted_ones_before_it() {
    let mut world = World::hub();
    let alone = world.tx_at(&["gov-1"], vec![propose("gov-1", "t")], 0);
    assert!(!besides(world.try_block(&[alone]).expect("sound").writes, &["gov-1"]).is_empty());
    let tx = world.tx(&["gov-1", "gov-2"], vec![propose("gov-1", "t"), approve("gov-2", 1), approve("gov-2", 1)]);
    let outcome = world.try_block(&[tx]).expect("the ante passes");
    assert_eq!(outcome.tx_results[0].code, Code::GOVERNANCE_AGAIN.0);
    assert_eq!(outcome.tx_results[0].codespace, "govhub");
    assert!(outcome.tx_results[0].events.is_empty());
    assert!(besides(outcome.writes, &["gov-1", "gov-2"]).is_empty());
}

#[test]
fn every_transaction_of_a_block_is_in_the_audit_log_whatever_became_of_it() {
    let mut world = World::hub();
    let txs = [
        world.tx(&["gov-1"], vec![propose("gov-1", "t")]),
        world.tx(&["relayer"], vec![approve("relayer", 1)]),
        world.tx(&["gov-2"], vec![approve("gov-2", 1)]),
    ];
    let results = world.block(&txs).tx_results;
    assert_eq!(results.iter().map(|r| r.code).collect::<Vec<_>>(), [0, Code::NOT_AUTHORISED.0, 0]);
    let reader = world.reader();
    let found = reader.column_range(Column::AuditLog, &[0; 8], &[0xff; 9], 10).expect("reads");
    let entries: Vec<_> = found.iter().map(|(_, v)| Entry::decode(v.as_slice()).expect("our own entry")).collect();
    assert_eq!(entries.iter().map(|e| e.code).collect::<Vec<_>>(), [0, Code::NOT_AUTHORISED.0, 0]);
    assert_eq!(entries[1].signers, [address("relayer").to_string()]);
    assert_eq!(entries[2].messages, ["/govhub.governance.v1.MsgApprove"]);
    assert_eq!(entries[2].tx_hash, govhub_types::hash::sha256(&[&txs[2]]));
    assert_eq!(govhub_audit::check(&entries, &govhub_audit::head(&State::new(&reader))), Ok(()));
}

#[test]
fn a_block_without_transactions_and_due_items_changes_nothing() {
    let mut world = World::hub();
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s + 999_999)), Ok(false));
    let root = world.store.latest();
    assert!(world.block(&[]).writes.is_empty());
    assert_eq!(world.store.latest().map(|(_, root)| root), root.map(|(_, root)| root));
}

#[test]
fn a_due_item_is_announced_and_its_block_changes_the_state() {
    let mut world = World::hub();
    world.run(&["gov-1"], vec![propose("gov-1", "t")]);
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s)), Ok(false));
    world.run(&["gov-2"], vec![approve("gov-2", 1)]);
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s)), Ok(true));
    assert!(!world.block(&[]).writes.is_empty());
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s)), Ok(false));
}

#[test]
fn a_rotated_key_signs_from_the_next_block_and_the_old_one_no_more() {
    let mut world = World::hub();
    assert_eq!(world.run(&["gov-1"], vec![rotation("gov-1", "new", 0)]), Code::OK);
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s)), Ok(true));
    let old = world.tx_at(&["gov-1"], vec![propose("gov-1", "t")], 0);
    world.block(&[]);
    assert_eq!(world.check(&old).code, Code::WRONG_KEY.0);
    let new = govhub_types::tx::sign_tx(vec![propose("gov-1", "t")], "", 1_000_000, &world.chain_id, &[(&key("new"), 0, 1)]);
    assert_eq!(world.check(&new).code, 0, "{}", world.check(&new).log);
    assert_eq!(world.block(&[new]).tx_results[0].code, 0);
}

#[test]
fn the_result_tells_gas_response_and_events() {
    let mut world = World::hub();
    let tx = world.tx(&["gov-1"], vec![propose("gov-1", "t")]);
    let result = world.block(&[tx]).tx_results.remove(0);
    assert!(result.gas_used > 0 && result.gas_used < result.gas_wanted);
    let data = ibc_proto::cosmos::base::abci::v1beta1::TxMsgData::decode(result.data.as_slice()).expect("the SDK's form");
    assert_eq!(data.msg_responses[0].type_url, "/govhub.governance.v1.MsgProposeResponse");
    let proposed = result.events.iter().find(|e| e.kind == "governance_proposed").expect("the module's event");
    assert!(proposed.attributes.contains(&("proposal_id".into(), "1".into())));
}

#[test]
fn check_tx_changes_nothing_and_says_what_a_block_would() {
    let mut world = World::hub();
    let sound = world.tx_at(&["gov-1"], vec![propose("gov-1", "t")], 0);
    let refused = world.tx_at(&["gov-1"], vec![approve("gov-1", 9)], 0);
    for tx in [&sound, &refused] {
        let block = world.try_block(std::slice::from_ref(tx)).expect("the ante passes").tx_results.remove(0);
        assert_eq!(world.check(tx), block);
    }
    let root = world.store.latest();
    assert_eq!(world.check(&sound).code, 0);
    assert_eq!(world.store.latest(), root);
    world.block(&[sound]);
}

/// Messages of all modules from all kinds of people, sound and unsound.
fn arb_message() -> impl Strategy<Value = (usize, u8, u64)> {
    (0usize..5, 0u8..5, 0u64..4)
}

const PEOPLE: [&str; 5] = ["gov-1", "gov-2", "gov-3", "relayer", "guangzhou"];

fn message((who, what, number): (usize, u8, u64)) -> Any {
    let name = PEOPLE[who];
    match what {
        0 => propose(name, &"t".repeat(number as usize * 100)),
        1 => rotation(name, ["a", "b", "gov-1", "c"][number as usize], who as u64),
        2 => Any { value: [approve(name, number).value, vec![0x20, 1]].concat(), ..approve(name, number) },
        _ => approve(name, number),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The same blocks give the same writes twice, and one root on memory and on RocksDB.
    #[test]
    fn the_same_blocks_give_one_root_on_every_store(blocks in proptest::collection::vec(proptest::collection::vec(arb_message(), 0..6), 1..4)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = govhub_store_rocksdb::open(folder.path()).expect("RocksDB opens");
        let mut worlds = [World::with(app_state(Profile::Hub), Arc::new(MemBackend::default())), World::with(app_state(Profile::Hub), disk)];
        for block in blocks {
            let mut outcomes = Vec::new();
            for world in &mut worlds {
                let txs: Vec<_> = block.iter().map(|m| world.tx(&[PEOPLE[m.0]], vec![message(*m)])).collect();
                if world.try_block(&txs).is_err() {
                    // A key was rotated: its owner's old signature does not stand any more.
                    world.sequences.clear();
                    outcomes.push(None);
                    continue;
                }
                let twice = (world.try_block(&txs), world.try_block(&txs));
                prop_assert_eq!(&twice.0, &twice.1);
                outcomes.push(Some((world.block(&txs), world.store.latest())));
            }
            prop_assert_eq!(&outcomes[0], &outcomes[1]);
            if outcomes[0].is_none() { break; }
        }
    }

    /// A transaction whose message is refused changes nothing but its signers' sequences and the audit log.
    #[test]
    fn a_failing_message_changes_only_sequences_and_audit_log(messages in proptest::collection::vec(arb_message(), 1..5)) {
        let mut world = World::hub();
        let mut names = Vec::new();
        for (who, ..) in &messages {
            if !names.contains(&PEOPLE[*who]) { names.push(PEOPLE[*who]); }
        }
        let tx = world.tx(&names, messages.iter().map(|m| message(*m)).collect());
        let outcome = world.try_block(&[tx]).expect("the ante passes");
        let left = besides(outcome.writes, &names);
        prop_assert_eq!(outcome.tx_results[0].code != 0, left.is_empty(), "{}", outcome.tx_results[0].log);
    }
}
