//! Governance by its public face: each rule broken once, beside a twin that is accepted.

use govhub_governance::genesis::{genesis, GenesisConfig};
use govhub_governance::proto::{MsgApprove, MsgCancel, MsgPropose, SetMembers, SetTiming};
use govhub_governance::{begin_block, config, execute, handle, is_due, message, proposal, Actions, ProposalState};
use govhub_store::{Empty, State, Substore};
use govhub_types::{BlockContext, Code, Event, Rejection, Time};
use ibc_proto::google::protobuf::Any;
use proptest::prelude::*;
use prost::Message;

const DAY: u64 = 86_400;

/// A host with two actions: `/ok` writes its value, `/no` is refused after writing.
struct World;

impl Actions for World {
    fn knows(&self, type_url: &str) -> bool {
        ["/ok", "/no"].contains(&type_url)
    }
    fn may_be_member(&self, _: &State<'_>, address: &str) -> bool {
        address.starts_with('m')
    }
    fn execute(&self, state: &mut State<'_>, _: &BlockContext, action: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
        state.put(Substore::Workflow, b"done", action.value.clone());
        events.push(Event::new("ran"));
        if action.type_url == "/no" {
            return Err(Rejection::new(Code(999), "no"));
        }
        Ok(())
    }
}

fn at(second: u64) -> BlockContext {
    BlockContext { chain_id: "govhub-1".parse().expect("a chain id"), height: second + 1, time: Time::from_unix_s(1_800_000_000 + second) }
}

fn members(m: usize) -> Vec<String> {
    (0..m).map(|i| format!("m{i:02}")).collect()
}

fn set(m: usize, threshold: u32) -> GenesisConfig {
    GenesisConfig { members: members(m), threshold, min_delay_s: DAY, expiry_s: 7 * DAY }
}

fn started(m: usize, threshold: u32) -> State<'static> {
    let mut state = State::new(&Empty);
    genesis(&mut state, &World, &set(m, threshold), false).expect("a sound set");
    state
}

fn send<M: Message>(state: &mut State<'_>, second: u64, from: &str, name: &str, msg: &M) -> Result<(), Rejection> {
    let any = Any { type_url: format!("/govhub.governance.v1.{name}"), value: msg.encode_to_vec() };
    state.checkpoint();
    let result = handle(state, &at(second), &World, from, &any, &mut Vec::new());
    if result.is_ok() { state.keep() } else { state.discard() }
    result
}

fn action(url: &str) -> Any {
    Any { type_url: url.into(), value: b"value".to_vec() }
}

fn ours<M: Message>(name: &str, msg: &M) -> Any {
    Any { type_url: format!("/govhub.governance.v1.{name}"), value: msg.encode_to_vec() }
}

fn propose(state: &mut State<'_>, second: u64, actions: Vec<Any>) -> u64 {
    let msg = MsgPropose { signer: "m00".into(), title: "title".into(), actions, delay_s: 0 };
    send(state, second, "m00", "MsgPropose", &msg).expect("a sound proposal");
    proposal::next_id(state) - 1
}

fn approve(state: &mut State<'_>, second: u64, from: &str, id: u64) -> Code {
    code(send(state, second, from, "MsgApprove", &MsgApprove { signer: from.into(), proposal_id: id }))
}

fn cancel(state: &mut State<'_>, second: u64, from: &str, id: u64) -> Code {
    code(send(state, second, from, "MsgCancel", &MsgCancel { signer: from.into(), proposal_id: id }))
}

fn code(result: Result<(), Rejection>) -> Code {
    result.map_or_else(|r| r.code, |()| Code::OK)
}

fn begin(state: &mut State<'_>, second: u64) -> Vec<Event> {
    let mut events = Vec::new();
    begin_block(state, &at(second), &World, &mut events);
    events
}

fn state_of(state: &State<'_>, id: u64) -> ProposalState {
    proposal::get(state, id).expect("it exists").state()
}

#[test]
fn an_empty_or_smaller_set_or_a_minority_threshold_never_starts() {
    let start = |m, n| genesis(&mut State::new(&Empty), &World, &set(m, n), false);
    assert_eq!(start(3, 2), Ok(()));
    assert_eq!(start(4, 3), Ok(()));
    for (m, n) in [(0, 0), (1, 1), (2, 2), (3, 1), (3, 4), (4, 2), (5, 2), (65, 33)] {
        assert!(start(m, n).is_err(), "{n} of {m}");
    }
    let twice = GenesisConfig { members: vec!["m1".into(), "m1".into(), "m2".into()], ..set(3, 2) };
    assert!(genesis(&mut State::new(&Empty), &World, &twice, false).is_err());
    let stranger = GenesisConfig { members: vec!["m1".into(), "m2".into(), "x".into()], ..set(3, 2) };
    assert!(genesis(&mut State::new(&Empty), &World, &stranger, false).expect_err("x has no account").contains("member x"));
}

#[test]
fn only_a_development_network_starts_without_a_days_delay() {
    let soon = GenesisConfig { min_delay_s: 0, ..set(3, 2) };
    assert!(genesis(&mut State::new(&Empty), &World, &soon, false).expect_err("too soon").contains("min_delay_s"));
    assert_eq!(genesis(&mut State::new(&Empty), &World, &soon, true), Ok(()));
    let late = GenesisConfig { min_delay_s: 91 * DAY, ..set(3, 2) };
    assert!(genesis(&mut State::new(&Empty), &World, &late, false).is_err());
    let hasty = GenesisConfig { expiry_s: 59, ..set(3, 2) };
    assert!(genesis(&mut State::new(&Empty), &World, &hasty, false).is_err());
}

#[test]
fn an_approved_proposal_is_executed_after_its_delay_and_not_a_second_before() {
    let mut state = started(3, 2);
    let id = propose(&mut state, 0, vec![action("/ok")]);
    assert_eq!(approve(&mut state, 10, "m01", id), Code::OK);
    assert_eq!(state_of(&state, id), ProposalState::Scheduled);
    assert!(!is_due(&state, at(10 + DAY - 1).time));
    begin(&mut state, 10 + DAY - 1);
    assert_eq!(state.get(Substore::Workflow, b"done"), None);
    assert!(is_due(&state, at(10 + DAY).time));
    begin(&mut state, 10 + DAY);
    assert_eq!(state.get(Substore::Workflow, b"done"), Some(b"value".to_vec()));
    assert_eq!(state_of(&state, id), ProposalState::Executed);
    assert!(!is_due(&state, at(99 * DAY).time));
    assert_eq!(approve(&mut state, 11 + DAY, "m02", id), Code::GOVERNANCE_ENDED);
}

#[test]
fn one_refused_action_leaves_nothing_of_the_others_and_says_which_and_why() {
    let mut state = started(3, 2);
    let id = propose(&mut state, 0, vec![action("/ok"), action("/no"), action("/ok")]);
    approve(&mut state, 0, "m02", id);
    let events = begin(&mut state, DAY);
    assert_eq!(state.get(Substore::Workflow, b"done"), None);
    assert!(!events.iter().any(|e| e.kind == "ran"));
    let ended = proposal::get(&state, id).expect("it stays readable");
    assert_eq!((ended.state(), ended.code, ended.failed_action), (ProposalState::Failed, 999, 1));
}

#[test]
fn strangers_neither_propose_nor_vote() {
    let mut state = started(3, 2);
    let msg = MsgPropose { signer: "x".into(), title: "t".into(), actions: vec![action("/ok")], delay_s: 0 };
    assert_eq!(code(send(&mut state, 0, "x", "MsgPropose", &msg)), Code::GOVERNANCE_NOT_A_MEMBER);
    assert_eq!(code(send(&mut state, 0, "m01", "MsgPropose", &msg)), Code::OK);
    assert_eq!(approve(&mut state, 0, "x", 1), Code::GOVERNANCE_NOT_A_MEMBER);
    assert_eq!(cancel(&mut state, 0, "x", 1), Code::GOVERNANCE_NOT_A_MEMBER);
}

#[test]
fn each_field_of_a_proposal_has_its_bound() {
    let mut state = started(3, 2);
    let sound = MsgPropose { signer: "m00".into(), title: "t".into(), actions: vec![action("/ok")], delay_s: DAY };
    let mut post = |msg: MsgPropose| code(send(&mut state, 0, "m00", "MsgPropose", &msg));
    assert_eq!(post(sound.clone()), Code::OK);
    for bad in [
        MsgPropose { title: String::new(), ..sound.clone() },
        MsgPropose { title: "t".repeat(201), ..sound.clone() },
        MsgPropose { title: "a\nb".into(), ..sound.clone() },
        MsgPropose { actions: vec![], ..sound.clone() },
        MsgPropose { actions: vec![action("/ok"); 65], ..sound.clone() },
        MsgPropose { delay_s: DAY - 1, ..sound.clone() },
        MsgPropose { delay_s: 91 * DAY, ..sound.clone() },
    ] {
        assert_eq!(post(bad), Code::GOVERNANCE_BAD_PROPOSAL);
    }
    assert_eq!(post(MsgPropose { actions: vec![action("/ok"), action("/other")], ..sound }), Code::GOVERNANCE_UNKNOWN_ACTION);
    let undecodable = Any { type_url: "/govhub.governance.v1.MsgApprove".into(), value: vec![0xff] };
    assert_eq!(code(handle(&mut state, &at(0), &World, "m00", &undecodable, &mut Vec::new())), Code::GOVERNANCE_UNDECODABLE);
    let unheard = Any { type_url: "/govhub.governance.v1.MsgVeto".into(), value: vec![] };
    assert_eq!(code(handle(&mut state, &at(0), &World, "m00", &unheard, &mut Vec::new())), Code::GOVERNANCE_UNKNOWN_MESSAGE);
}

#[test]
fn a_member_speaks_once_and_only_on_what_exists() {
    let mut state = started(4, 3);
    let id = propose(&mut state, 0, vec![action("/ok")]);
    assert_eq!(approve(&mut state, 0, "m00", id), Code::GOVERNANCE_AGAIN);
    assert_eq!(approve(&mut state, 0, "m01", id), Code::OK);
    assert_eq!(approve(&mut state, 0, "m01", id), Code::GOVERNANCE_AGAIN);
    assert_eq!(cancel(&mut state, 0, "m03", id), Code::OK);
    assert_eq!(cancel(&mut state, 0, "m03", id), Code::GOVERNANCE_AGAIN);
    assert_eq!(approve(&mut state, 0, "m01", 77), Code::GOVERNANCE_UNKNOWN_PROPOSAL);
}

#[test]
fn m_minus_n_plus_one_members_cancel_during_the_delay() {
    let mut state = started(5, 3);
    let id = propose(&mut state, 0, vec![action("/ok")]);
    approve(&mut state, 0, "m01", id);
    approve(&mut state, 0, "m02", id);
    assert_eq!(state_of(&state, id), ProposalState::Scheduled);
    assert_eq!(cancel(&mut state, 1, "m03", id), Code::OK);
    assert_eq!(cancel(&mut state, 2, "m04", id), Code::OK);
    assert_eq!(state_of(&state, id), ProposalState::Scheduled);
    assert_eq!(cancel(&mut state, 3, "m01", id), Code::OK);
    assert_eq!(state_of(&state, id), ProposalState::Cancelled);
    begin(&mut state, DAY);
    assert_eq!(state.get(Substore::Workflow, b"done"), None);
}

#[test]
fn an_undecided_proposal_expires_and_votes_do_not_revive_it() {
    let mut state = started(3, 2);
    let id = propose(&mut state, 0, vec![action("/ok")]);
    assert_eq!(approve(&mut state, 7 * DAY, "m01", id), Code::GOVERNANCE_ENDED);
    begin(&mut state, 7 * DAY);
    assert_eq!(state_of(&state, id), ProposalState::Expired);
}

#[test]
fn approvals_are_counted_again_among_the_members_of_that_moment() {
    let mut state = started(4, 3);
    let doubtful = propose(&mut state, 0, vec![action("/ok")]);
    approve(&mut state, 10, "m02", doubtful);
    approve(&mut state, 10, "m03", doubtful);
    let replace = SetMembers { members: vec!["m00".into(), "m01".into(), "m05".into()], threshold: 2 };
    let change = propose(&mut state, 0, vec![ours("SetMembers", &replace)]);
    approve(&mut state, 1, "m01", change);
    approve(&mut state, 1, "m02", change);
    begin(&mut state, 1 + DAY);
    assert_eq!(state_of(&state, change), ProposalState::Executed);
    assert_eq!(config::get(&state).members, replace.members);
    begin(&mut state, 10 + DAY);
    assert_eq!(state_of(&state, doubtful), ProposalState::Expired, "only m00 of its voices is still a member");
    assert_eq!(state.get(Substore::Workflow, b"done"), None);
}

#[test]
fn members_and_times_change_only_within_the_rules_of_genesis() {
    let outcome = |action: Any| {
        let mut state = started(3, 2);
        let id = propose(&mut state, 0, vec![action]);
        approve(&mut state, 0, "m01", id);
        begin(&mut state, DAY);
        state_of(&state, id)
    };
    let set = |members: &[&str], threshold| ours("SetMembers", &SetMembers { members: members.iter().map(|m| (*m).into()).collect(), threshold });
    assert_eq!(outcome(set(&["m0", "m1", "m2"], 2)), ProposalState::Executed);
    assert_eq!(outcome(set(&["m0", "m1"], 2)), ProposalState::Failed);
    assert_eq!(outcome(set(&["m0", "m1", "m2"], 1)), ProposalState::Failed);
    assert_eq!(outcome(set(&["m1", "m0", "m2"], 2)), ProposalState::Failed);
    assert_eq!(outcome(set(&["m0", "m1", "x"], 2)), ProposalState::Failed);
    let times = |min_delay_s, expiry_s| ours("SetTiming", &SetTiming { min_delay_s, expiry_s });
    assert_eq!(outcome(times(2 * DAY, DAY)), ProposalState::Executed);
    assert_eq!(outcome(times(0, DAY)), ProposalState::Failed);
    assert_eq!(outcome(times(DAY, 1)), ProposalState::Failed);
}

#[test]
fn one_member_cannot_fill_the_queue() {
    let mut state = started(3, 2);
    for _ in 0..message::OPEN_MAX {
        propose(&mut state, 0, vec![action("/ok")]);
    }
    let more = MsgPropose { signer: "m00".into(), title: "t".into(), actions: vec![action("/ok")], delay_s: 0 };
    assert_eq!(code(send(&mut state, 0, "m00", "MsgPropose", &more)), Code::GOVERNANCE_TOO_MANY_OPEN);
    assert_eq!(code(send(&mut state, 0, "m01", "MsgPropose", &more)), Code::OK);
    begin(&mut state, 7 * DAY);
    assert_eq!(proposal::page(&state, 0).len(), message::OPEN_MAX + 1);
    assert!(is_due(&state, at(7 * DAY).time), "one block ends {} of them", execute::PER_BLOCK);
    begin(&mut state, 7 * DAY);
    assert_eq!(code(send(&mut state, 7 * DAY, "m00", "MsgPropose", &more)), Code::OK);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever members say in whatever order: nothing runs without n different approvals and a whole delay, and never after m-n+1 cancels.
    #[test]
    fn nothing_runs_without_n_members_and_the_delay(m in 3usize..8, extra in 0u32..8, says in proptest::collection::vec((any::<bool>(), 0usize..8, 0u64..2), 0..24)) {
        let n = (m as u32 / 2 + 1).max(2) + extra % (m as u32 - m as u32 / 2);
        prop_assume!(n as usize <= m);
        let mut state = started(m, n);
        let id = propose(&mut state, 0, vec![action("/ok")]);
        let (mut now, mut approvals, mut cancels, mut decided, mut dead) = (0, 1usize, 0usize, None, false);
        for (is_approval, member, wait) in says {
            now += wait * DAY / 2;
            begin(&mut state, now);
            let ran = state.get(Substore::Workflow, b"done").is_some();
            prop_assert_eq!(ran, !dead && decided.is_some_and(|d| now >= d + DAY));
            if ran || now >= 7 * DAY { break; }
            let member = format!("m{member:02}");
            if is_approval {
                if approve(&mut state, now, &member, id) == Code::OK { approvals += 1; }
            } else if cancel(&mut state, now, &member, id) == Code::OK {
                cancels += 1;
            }
            dead |= cancels > m - n as usize;
            if approvals >= n as usize && decided.is_none() && !dead { decided = Some(now); }
        }
    }
}
