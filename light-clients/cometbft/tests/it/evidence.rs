//! Evidence: two headers that contradict each other, each convincing on its own; bent, it proves nothing.

use govhub_lc_cometbft::testing::{header_any, members, misbehaviour_any, Act, Draft};
use govhub_lc_cometbft::ClientState;
use govhub_lc_core::{Fault, LightClient, Status, Verdict};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;

use crate::world::{at_s, World, CHAIN};

fn check(world: &World, evidence: &Any) -> Verdict {
    let by_name = world.client.check_misbehaviour(&world.states, evidence, world.now).expect("decodable");
    let as_header = world.client.verify_header(&world.states, evidence, world.now).expect("decodable");
    assert_eq!(by_name, as_header, "evidence is judged alike wherever it is submitted");
    by_name
}

fn fork(world: &World, height: u64) -> (Draft, Draft) {
    let one = world.block(height);
    let two = Draft { app_hash: vec![8; 32], ..one.clone() };
    (one, two)
}

#[track_caller]
fn reason(verdict: Verdict) -> (&'static str, bool) {
    match verdict {
        Verdict::Misbehaviour(reason) => (reason.code, true),
        Verdict::Invalid(reason) => (reason.code, false),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_blocks_at_one_height_are_a_fork() {
    let world = World::new();
    let (one, two) = fork(&world, 9);
    let evidence = misbehaviour_any(one.update_from(&world.trusted), two.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("fork", true));
    let same = misbehaviour_any(one.update_from(&world.trusted), one.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &same)), ("no-conflict", false));
}

#[test]
fn a_lunatic_block_with_a_set_of_its_own_is_a_fork_even_next_to_the_trusted_height() {
    let world = World::new();
    let honest = world.block(6);
    // Half of the old set signs a block that names them and two strangers as validators, without announcement.
    let mut set = world.members[..2].to_vec();
    set.extend(members(50, 2));
    let lunatic = Draft { app_hash: vec![8; 32], ..Draft::new(CHAIN, 6, at_s(6), &set) };
    let evidence = misbehaviour_any(honest.update_from(&world.trusted), lunatic.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("fork", true));
}

#[test]
fn a_later_header_with_an_earlier_time_is_a_time_conflict() {
    let world = World::new();
    let eight = world.block(8);
    let nine = Draft { time: eight.time, ..world.block(9) };
    let evidence = misbehaviour_any(nine.update_from(&world.trusted), eight.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("time-conflict", true));
    let honest = misbehaviour_any(world.block(9).update_from(&world.trusted), eight.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &honest)), ("no-conflict", false));
    let order = misbehaviour_any(eight.update_from(&world.trusted), nine.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &order)), ("evidence-order", false));
}

#[test]
fn evidence_that_too_few_signed_proves_nothing() {
    let world = World::new();
    let (one, two) = fork(&world, 9);
    let weak = two.update_with(&world.trusted, |i| if i < 2 { Act::Commit } else { Act::Absent });
    assert_eq!(reason(check(&world, &misbehaviour_any(one.update_from(&world.trusted), weak))), ("insufficient-quorum", false));
    let strangers = Draft::new(CHAIN, 9, at_s(9), &members(50, 4));
    let evidence = misbehaviour_any(one.update_from(&world.trusted), strangers.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("not-enough-trust", false));
}

#[test]
fn evidence_under_an_expired_trusted_state_proves_nothing() {
    let mut world = World::new();
    let (one, two) = fork(&world, 9);
    let evidence = misbehaviour_any(one.update_from(&world.trusted), two.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("fork", true));
    world.now = at_s(5 + 14 * 86_400);
    assert_eq!(reason(check(&world, &evidence)), ("trusting-period-over", false));
}

#[test]
fn evidence_of_another_chain_proves_nothing() {
    let world = World::new();
    let one = Draft::new("hux-1", 9, at_s(9), &world.members);
    let two = Draft { app_hash: vec![8; 32], ..one.clone() };
    let evidence = misbehaviour_any(one.update_from(&world.trusted), two.update_from(&world.trusted));
    assert_eq!(reason(check(&world, &evidence)), ("chain-id-mismatch", false));
    let mixed = misbehaviour_any(one.update_from(&world.trusted), world.block(9).update_from(&world.trusted));
    assert_eq!(reason(check(&world, &mixed)), ("chain-id-mismatch", false));
}

#[test]
fn evidence_with_a_trusted_set_of_the_relayers_choice_proves_nothing() {
    let world = World::new();
    let usurper = Draft::new(CHAIN, 5, at_s(5), &members(50, 4));
    let one = Draft::new(CHAIN, 9, at_s(9), &members(50, 4));
    let two = Draft { app_hash: vec![8; 32], ..one.clone() };
    let evidence = misbehaviour_any(one.update_from(&usurper), two.update_from(&usurper));
    assert_eq!(reason(check(&world, &evidence)), ("trusted-validators", false));
}

#[test]
fn evidence_from_a_height_that_is_not_stored_names_it() {
    let world = World::new();
    let (one, two) = fork(&world, 9);
    let evidence = misbehaviour_any(one.update_from(&world.trusted), two.update_from(&world.block(7)));
    let fault = world.client.check_misbehaviour(&world.states, &evidence, world.now);
    assert_eq!(fault, Err(Fault::NoConsensusState(Height::new(1, 7))));
}

#[test]
fn a_frozen_client_says_so_and_freezing_twice_is_freezing_once() {
    let world = World::new();
    assert_eq!(world.client.status(&world.states, world.now), Status::Active);
    let frozen = ClientState::decode(&world.client.freeze()).expect("ours");
    assert_eq!(frozen.status(&world.states, world.now), Status::Frozen);
    assert_eq!(frozen.freeze(), world.client.freeze());
    assert_eq!(frozen.parameters(), world.client.parameters(), "freezing is no parameter");
    // A header is no evidence.
    let header = header_any(&world.block(6).update_from(&world.trusted));
    assert!(matches!(world.client.check_misbehaviour(&world.states, &header, world.now), Err(Fault::Undecodable(r)) if r.code == "type-url"));
}
