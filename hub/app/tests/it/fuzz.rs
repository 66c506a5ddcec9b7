//! Messages and actions with bent bytes, executed: no panic, and what is refused leaves nothing but sequences and the audit log.

use std::cell::RefCell;

use govhub_app::message::{Kind, Permit, KINDS};
use govhub_app::Profile;
use govhub_exchange::proto as exchange;
use govhub_fuzz::{run, Target, CASES};
use govhub_governance::proto as governance;
use govhub_identity::proto as identity;
use govhub_licence::proto as licence;
use govhub_store::{mem::MemBackend, Substore};
use govhub_types::Code;
use ibc_proto::google::protobuf::Any;
use prost::Message;
use std::sync::Arc;

use crate::authorisation::least;
use crate::world::{address, any, app_state, department, World, GUANGZHOU, SHENZHEN};

/// Who may send a kind of message.
fn sender(kind: &Kind) -> &'static str {
    match kind.permit {
        Permit::Registered | Permit::Relay | Permit::RelayOrEvidence => "relayer",
        Permit::Department => "guangzhou",
        Permit::Member => "gov-1",
    }
}

/// Richer messages than the least: ones that go well, or nearly.
fn rich() -> Vec<(&'static str, Any)> {
    let signer = address("guangzhou").to_string();
    let item = licence::Item {
        licence_ref: vec![7; 32],
        licence_type: "11100000000013338W011".into(),
        region: "440100".into(),
        issued_on: 20_000,
        not_before: 20_000,
        not_after: 25_000,
        status: 1,
    };
    let ground = Some(licence::Ground { reason: "issue".into(), legal_basis: "law-1".into() });
    let issue = licence::MsgIssue { signer: signer.clone(), item: Some(item.clone()), ground: ground.clone() };
    let batch = licence::MsgIssueBatch { signer: signer.clone(), items: vec![item], ground };
    let mint = licence::MsgMintCode {
        signer: signer.clone(),
        code_hash: vec![1; 32],
        licence_ref: vec![7; 32],
        bind: vec![2; 32],
        audience: department(SHENZHEN),
        purpose: "purpose".into(),
        expires_at: crate::world::GENESIS_S + 60,
    };
    let propose = governance::MsgPropose { signer: address("gov-1").to_string(), title: "t".into(), actions: actions(), delay_s: 0 };
    vec![
        ("guangzhou", any("/govhub.licence.v1.MsgIssue", &issue)),
        ("guangzhou", any("/govhub.licence.v1.MsgIssueBatch", &batch)),
        ("guangzhou", any("/govhub.licence.v1.MsgMintCode", &mint)),
        ("gov-1", any("/govhub.governance.v1.MsgPropose", &propose)),
    ]
}

/// One action of each module.
fn actions() -> Vec<Any> {
    let rule = exchange::Rule {
        asker: department(SHENZHEN),
        issuer: department(GUANGZHOU),
        kind: "lic-verify/1".into(),
        licence_type: "11100000000013338W011".into(),
        purpose: "p".into(),
        legal_basis: "b".into(),
        authorisation: 1,
        not_before: 20_000,
        not_after: 25_000,
    };
    let key = crate::world::key("newcomer").public_key().to_any();
    vec![
        any("/govhub.identity.v1.RegisterDepartment", &identity::RegisterDepartment { id: department("11440500007542003"), region: "440500".into(), name: "n".into() }),
        any("/govhub.identity.v1.RegisterAccount", &identity::RegisterAccount { public_key: Some(key), roles: vec![1], department: String::new() }),
        any("/govhub.exchange.v1.SetLists", &exchange::SetLists { purposes: vec!["p".into()], legal_bases: vec!["b".into()], service_items: vec!["s".into()] }),
        any("/govhub.exchange.v1.SetRule", &exchange::SetRule { rule: Some(rule) }),
        any("/govhub.governance.v1.SetTiming", &governance::SetTiming { min_delay_s: 5, expiry_s: 86_400 }),
        any("/govhub.app.v1.CreateClient", &govhub_app::proto::CreateClient { trust_file: vec![10, 3, 1, 2, 3] }),
    ]
}

thread_local! {
    static HUB: RefCell<World> = RefCell::new(World::hub());
    static DEPARTMENT: RefCell<World> = RefCell::new(World::with(app_state(Profile::Department), Arc::new(MemBackend::default())));
}

/// Sender's place in [`PEOPLE`], then the message as `Any`.
fn seed(who: &str, message: &Any) -> Vec<u8> {
    let place = PEOPLE.iter().position(|name| *name == who).expect("one of them") as u8;
    [&[place], message.encode_to_vec().as_slice()].concat()
}

const PEOPLE: [&str; 3] = ["relayer", "guangzhou", "gov-1"];

/// Executes a message in a block of its own on both profiles; true if one of them takes it.
fn execute(bytes: &[u8]) -> bool {
    let Some((place, message)) = bytes.split_first() else { return false };
    let (Some(who), Ok(message)) = (PEOPLE.get(usize::from(*place)), Any::decode(message)) else { return false };
    [&HUB, &DEPARTMENT].into_iter().any(|world| world.with_borrow(|world| executed(world, who, message.clone())))
}

fn executed(world: &World, who: &str, message: Any) -> bool {
    let tx = world.tx_at(&[who], vec![message], 0);
    let _ = world.check(&tx);
    let Ok(outcome) = world.try_block(&[tx]) else { return false };
    let result = &outcome.tx_results[0];
    if result.code != Code::OK.0 {
        let touched: Vec<_> = outcome.writes.substores.iter().filter(|(_, writes)| !writes.is_empty()).map(|(substore, _)| *substore).collect();
        assert!(touched.iter().all(|s| [Substore::Accounts, Substore::Audit].contains(s)), "a refused message wrote to {touched:?}");
    }
    result.code == Code::OK.0
}

#[test]
fn bent_messages_never_panic_and_refused_ones_leave_sequence_and_audit_alone() {
    let mut seeds: Vec<Vec<u8>> = KINDS.iter().map(|kind| seed(sender(kind), &least(kind, sender(kind)))).collect();
    seeds.extend(rich().iter().map(|(who, message)| seed(who, message)));
    let covered = run(&Target { name: "messages, executed", seeds, run: execute }, CASES);
    println!("messages, executed: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted > 0 && covered.accepted < covered.cases);
}

/// Proposes and approves one action and lets it be executed.
fn govern(bytes: &[u8]) -> bool {
    let Ok(action) = Any::decode(bytes) else { return false };
    let mut world = World::hub();
    let propose = governance::MsgPropose { signer: address("gov-1").to_string(), title: "a change".into(), actions: vec![action], delay_s: 0 };
    if world.run(&["gov-1"], vec![any("/govhub.governance.v1.MsgPropose", &propose)]) != Code::OK {
        return false;
    }
    let proposal_id = world.last_proposal();
    let approve = governance::MsgApprove { signer: address("gov-2").to_string(), proposal_id };
    assert_eq!(world.run(&["gov-2"], vec![any("/govhub.governance.v1.MsgApprove", &approve)]), Code::OK);
    let events = world.block(&[]).begin_events;
    !events.iter().any(|event| event.attributes.iter().any(|(key, value)| key == "state" && value == "failed"))
}

#[test]
fn bent_actions_of_governance_never_panic() {
    let seeds = actions().iter().map(Message::encode_to_vec).collect();
    // Each case makes a chain and three blocks: fewer of them.
    let covered = run(&Target { name: "actions, executed", seeds, run: govern }, CASES / 10);
    println!("actions, executed: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted > 0 && covered.accepted < covered.cases);
}
