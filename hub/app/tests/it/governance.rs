//! Governance over the whole chain: what it decides, happens; what it must not, does not.

use govhub_app::proto::{Params, ScheduleUpgrade, SetParams};
use govhub_app::{app_version, has_due, propose, ApplyError, APP_VERSION};
use govhub_governance::proto::SetMembers;
use govhub_governance::{proposal, ProposalState};
use govhub_identity::proto::{RegisterAccount, RemoveAccount, SetRoles};
use govhub_store::State;
use govhub_types::{Code, Time};
use ibc_proto::google::protobuf::Any;

use crate::world::{address, any, key, World};

fn outcome(world: &mut World, actions: Vec<Any>) -> (ProposalState, u32) {
    world.govern(actions);
    let reader = world.reader();
    let ended = proposal::get(&State::new(&reader), world.last_proposal()).expect("it stays readable");
    (ended.state(), ended.code)
}

fn register(name: &str, role: govhub_identity::Role) -> Any {
    let action = RegisterAccount { public_key: Some(key(name).public_key().to_any()), roles: vec![role as i32], department: String::new() };
    any("/govhub.identity.v1.RegisterAccount", &action)
}

#[test]
fn an_account_that_governance_registers_acts_from_that_block_on() {
    let mut world = World::hub();
    world.register("relayer-2", 6);
    let tx = |world: &World| world.tx_at(&["relayer-2"], vec![any("/govhub.identity.v1.MsgRotateKey", &govhub_identity::proto::MsgRotateKey { signer: address("relayer-2").to_string(), ..Default::default() })], 0);
    assert_eq!(world.check(&tx(&world)).code, Code::UNKNOWN_ACCOUNT.0);
    assert_eq!(outcome(&mut world, vec![register("relayer-2", govhub_identity::Role::Relayer)]), (ProposalState::Executed, 0));
    assert_eq!(world.check(&tx(&world)).code, Code::IDENTITY_BAD_KEY.0, "the ante knows it now");
    let remove = any("/govhub.identity.v1.RemoveAccount", &RemoveAccount { address: address("relayer-2").to_string() });
    assert_eq!(outcome(&mut world, vec![remove]).0, ProposalState::Executed);
    assert_eq!(world.check(&tx(&world)).code, Code::UNKNOWN_ACCOUNT.0);
}

#[test]
fn a_member_is_changed_before_its_account_is_taken_away() {
    let mut world = World::hub();
    let remove = any("/govhub.identity.v1.RemoveAccount", &RemoveAccount { address: address("gov-3").to_string() });
    let demote = any("/govhub.identity.v1.SetRoles", &SetRoles { address: address("gov-3").to_string(), roles: vec![1], department: String::new() });
    assert_eq!(outcome(&mut world, vec![remove.clone()]), (ProposalState::Failed, Code::BAD_ACTION.0));
    assert_eq!(outcome(&mut world, vec![demote]), (ProposalState::Failed, Code::BAD_ACTION.0));
    let mut members: Vec<_> = ["gov-1", "gov-2", "gov-4"].map(|n| address(n).to_string()).into();
    members.sort();
    let change = any("/govhub.governance.v1.SetMembers", &SetMembers { members, threshold: 2 });
    assert_eq!(outcome(&mut world, vec![change.clone(), remove.clone()]), (ProposalState::Failed, Code::GOVERNANCE_BAD_CONFIG.0), "gov-4 has no account");
    let all = vec![register("gov-4", govhub_identity::Role::Governance), change, remove];
    assert_eq!(outcome(&mut world, all), (ProposalState::Executed, 0));
}

#[test]
fn quotas_are_set_within_bounds_and_act_at_once() {
    let mut world = World::hub();
    let set = |messages_per_account, block_gas| {
        any("/govhub.app.v1.SetParams", &SetParams { params: Some(Params { messages_per_account, updates_per_account: 1, block_gas }) })
    };
    assert_eq!(outcome(&mut world, vec![set(0, 3_000_000)]), (ProposalState::Failed, Code::BAD_PARAMS.0));
    assert_eq!(outcome(&mut world, vec![set(1, 1)]), (ProposalState::Failed, Code::BAD_PARAMS.0));
    assert_eq!(outcome(&mut world, vec![set(1, 3_000_000)]), (ProposalState::Executed, 0));
    let vote = |proposal_id| any("/govhub.governance.v1.MsgApprove", &govhub_governance::proto::MsgApprove { signer: address("gov-3").to_string(), proposal_id });
    assert_eq!(world.check(&world.tx_at(&["gov-3"], vec![vote(98)], 0)).code, Code::GOVERNANCE_UNKNOWN_PROPOSAL.0);
    assert_eq!(world.check(&world.tx_at(&["gov-3"], vec![vote(98), vote(99)], 0)).code, Code::OVER_QUOTA.0);
}

#[test]
fn an_upgrade_stops_a_binary_that_does_not_know_the_version() {
    let mut world = World::hub();
    let plan = |app_version, height| any("/govhub.app.v1.ScheduleUpgrade", &ScheduleUpgrade { app_version, height });
    let far = world.height() + 8;
    assert_eq!(outcome(&mut world, vec![plan(APP_VERSION + 2, far)]), (ProposalState::Failed, Code::BAD_UPGRADE.0));
    let soon = world.height() + 3;
    assert_eq!(outcome(&mut world, vec![plan(APP_VERSION + 1, soon)]), (ProposalState::Failed, Code::BAD_UPGRADE.0));
    let height = world.height() + 6;
    assert_eq!(outcome(&mut world, vec![plan(APP_VERSION + 1, height)]), (ProposalState::Executed, 0));
    while world.height() + 1 < height {
        assert_eq!(world.block(&[]).app_version, APP_VERSION);
    }
    assert_eq!(has_due(&world.reader(), Time::from_unix_s(world.now_s)), Ok(true));
    match world.try_block(&[]) {
        Err(ApplyError::UnknownVersion(unknown)) => assert_eq!((unknown.found, unknown.known, unknown.height), (2, 1, height)),
        other => panic!("{other:?}"),
    }
    assert!(propose(&world.reader(), &world.ctx(), &[vec![1]], usize::MAX).is_empty());
    assert_eq!(app_version(&world.reader()), Ok(APP_VERSION));
}

#[test]
fn a_cancelled_upgrade_does_not_happen() {
    let mut world = World::hub();
    let height = world.height() + 9;
    let plan = any("/govhub.app.v1.ScheduleUpgrade", &ScheduleUpgrade { app_version: 2, height });
    assert_eq!(outcome(&mut world, vec![plan]).0, ProposalState::Executed);
    let cancel = any("/govhub.app.v1.CancelUpgrade", &govhub_app::proto::CancelUpgrade {});
    assert_eq!(outcome(&mut world, vec![cancel.clone()]).0, ProposalState::Executed);
    while world.height() < height {
        world.block(&[]);
    }
    assert_eq!(outcome(&mut world, vec![cancel]), (ProposalState::Failed, Code::BAD_UPGRADE.0));
}
