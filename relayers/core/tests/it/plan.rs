//! Single rules of the planner, each with its twin.

use govhub_types::Height;
use govrelay_core::batch::{Plan, Target};
use govrelay_core::*;

use crate::world::{lane, World};

fn chain(side: Side) -> ChainName {
    lane().end(side).chain.clone()
}

fn view(counterparty: Side, status: ClientStatus) -> ClientView {
    ClientView {
        latest_height: Height::new(1, 1),
        latest_time_ns: 1_000_000_000_000,
        trusting_period_ns: Some(3_600_000_000_000),
        status,
        absence: AbsenceProof::Absence,
        trust: String::new(),
        counterparty: Some(lane().end(counterparty).client.clone()),
    }
}

fn packet(sequence: u64) -> Packet {
    Packet {
        source_client: lane().a.client,
        dest_client: lane().b.client,
        sequence,
        timeout_s: 2_000,
        bytes: vec![7; 10],
    }
}

fn block(side: Side, height: u64, facts: Vec<Fact>) -> Input {
    Input::Block(Block { chain: chain(side), height, hash: "H".into(), time_ns: 1_000_000_000_000, facts, updates: Vec::new() })
}

fn head(side: Side, height: u64) -> Input {
    Input::Head(Head { chain: chain(side), height, time_ns: 1_000_000_000_000, dev: false })
}

/// A planner with one packet sent in block 1 of a; b is read up to its head. Collects all effects.
fn planner_with(dest_client: ClientView, heads: (u64, u64)) -> (Planner, Vec<Effect>) {
    let mut planner = Planner::restore(Settings::default(), State::default());
    let mut effects = planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    effects.extend(planner.step(1, Input::Client(World::target(Side::B), dest_client)));
    effects.extend(planner.step(1, head(Side::A, heads.0)));
    effects.extend(planner.step(1, head(Side::B, heads.1)));
    let sent = Fact { kind: FactKind::Sent, packet: packet(1), tx_hash: None };
    effects.extend(planner.step(1, block(Side::A, 1, vec![sent])));
    effects.extend((1..=heads.1).flat_map(|h| planner.step(1, block(Side::B, h, Vec::new()))));
    (planner, effects)
}

fn plans(effects: &[Effect]) -> Vec<&Plan> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Prove(plan) => Some(&**plan),
            _ => None,
        })
        .collect()
}

#[test]
fn a_sent_packet_is_proved_under_the_header_after_its_block() {
    let (_, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let plans = plans(&effects);
    assert_eq!(plans.len(), 1);
    assert_eq!((plans[0].header_height, plans[0].update, plans[0].items[0].hop), (2, true, Hop::Recv));
}

#[test]
fn without_the_block_after_it_a_sent_packet_waits() {
    let (planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (1, 1));
    assert!(plans(&effects).is_empty());
    let why = explain(&planner, &lane().key(Side::A, 1)).expect("known");
    assert!(why.next.contains("waits for block 2"), "{why:?}");
}

#[test]
fn a_header_that_the_client_has_is_not_sent_again() {
    let newer = ClientView { latest_height: Height::new(1, 2), ..view(Side::A, ClientStatus::Active) };
    let (_, effects) = planner_with(newer, (3, 1));
    assert_eq!(plans(&effects).iter().map(|p| (p.header_height, p.update)).collect::<Vec<_>>(), [(2, false)]);
}

#[test]
fn nothing_goes_to_a_frozen_client_and_the_operator_hears_of_it() {
    let (_, effects) = planner_with(view(Side::A, ClientStatus::Frozen), (2, 1));
    assert!(plans(&effects).is_empty());
    assert!(effects.iter().any(|e| matches!(e, Effect::Alarm(a) if a.name == "client-unusable")));
}

#[test]
fn nothing_goes_to_a_client_with_another_counterparty() {
    let (planner, effects) = planner_with(view(Side::B, ClientStatus::Active), (2, 1));
    assert!(plans(&effects).is_empty());
    assert!(explain(&planner, &lane().key(Side::A, 1)).expect("known").next.contains("not registered"));
}

#[test]
fn nothing_is_sent_to_a_chain_before_its_blocks_were_read_up_to_the_head() {
    let mut planner = planner_with(view(Side::A, ClientStatus::Active), (2, 1)).0;
    let state = planner.state().clone();
    planner = Planner::restore(Settings::default(), state);
    let mut effects = planner.step(10, Input::Client(World::target(Side::B), view(Side::A, ClientStatus::Active)));
    effects.extend(planner.step(10, head(Side::A, 2)));
    effects.extend(planner.step(10, head(Side::B, 2)));
    assert!(plans(&effects).is_empty(), "block 2 of b may hold our own transaction of before");
    let effects = planner.step(10, block(Side::B, 2, Vec::new()));
    assert_eq!(plans(&effects).len(), 1);
}

#[test]
fn a_packet_of_another_lane_is_not_taken() {
    let mut planner = Planner::restore(Settings::default(), State::default());
    planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    let foreign = Packet { dest_client: "07-tendermint-9".parse().expect("a client id"), ..packet(1) };
    planner.step(1, block(Side::A, 1, vec![Fact { kind: FactKind::Sent, packet: foreign, tx_hash: None }]));
    assert!(planner.state().packets.is_empty());
    planner.step(1, block(Side::A, 2, vec![Fact { kind: FactKind::Sent, packet: packet(1), tx_hash: None }]));
    assert_eq!(planner.state().packets.len(), 1);
}

#[test]
fn a_gap_in_the_heights_is_not_skipped_over() {
    let mut planner = Planner::restore(Settings::default(), State::default());
    planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    planner.step(1, block(Side::A, 2, Vec::new()));
    assert_eq!(planner.next_height(&chain(Side::A)), Some(1));
    planner.step(1, block(Side::A, 1, Vec::new()));
    assert_eq!(planner.next_height(&chain(Side::A)), Some(2));
}

/// Answers the first plan of `effects` as proved; returns what follows.
fn prove(planner: &mut Planner, effects: &[Effect], items: impl Fn(PacketKey) -> ItemResult) -> Vec<Effect> {
    let plan = plans(effects)[0];
    let proved = Proved {
        batch: plan.batch,
        items: plan.items.iter().map(|i| items(i.key.clone())).collect(),
        update: None,
        tx_hash: plan.items.iter().any(|i| items(i.key.clone()).result.is_ok()).then(|| "AB".to_owned()),
        account: Account { number: 3, sequence: 9 },
    };
    planner.step(20, Input::Proved(proved))
}

fn good(key: PacketKey) -> ItemResult {
    let verified = Verified { what: "packet commitment".into(), client_id: "c".into(), height: "1-2".into(), block_hash: "H".into(), proof_bytes: 1 };
    ItemResult { key, result: Ok(verified) }
}

#[test]
fn the_record_of_a_transaction_stands_before_its_broadcast() {
    let (mut planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let after = prove(&mut planner, &effects, good);
    let write = after.iter().position(|e| matches!(e, Effect::Write(r) if r.iter().any(|r| matches!(r, Record::Broadcasting { .. }))));
    let send = after.iter().position(|e| matches!(e, Effect::Broadcast(_)));
    assert!(write.expect("written") < send.expect("sent"));
}

#[test]
fn what_our_own_verification_refuses_is_never_broadcast() {
    let (mut planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let after = prove(&mut planner, &effects, |key| ItemResult { key, result: Err(Failure::Rejected("root differs".into())) });
    assert!(!after.iter().any(|e| matches!(e, Effect::Broadcast(_))));
    assert_eq!(planner.state().packets[&lane().key(Side::A, 1)].attempts, 1);
}

/// The packet after the broadcast of its first transaction ended like this.
fn after_outcome(outcome: Outcome) -> (Planner, Entry) {
    let (mut planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let batch = plans(&effects)[0].batch;
    prove(&mut planner, &effects, good);
    planner.step(30, Input::Outcome(batch, outcome));
    let entry = planner.state().packets[&lane().key(Side::A, 1)].clone();
    (planner, entry)
}

#[test]
fn a_temporary_refusal_is_never_held_against_a_packet_and_a_final_one_is() {
    assert_eq!(after_outcome(Outcome::Refused(Failure::Temporary("time from the future".into()))).1.attempts, 0);
    assert_eq!(after_outcome(Outcome::Refused(Failure::Transient("no answer".into()))).1.attempts, 0);
    assert_eq!(after_outcome(Outcome::Refused(Failure::Rejected("forged".into()))).1.attempts, 1);
}

#[test]
fn the_account_sequence_moves_only_with_a_block_and_is_asked_for_when_unsure() {
    let sequence = |outcome| after_outcome(outcome).0.state().chains[&chain(Side::B)].account.map(|a| a.sequence);
    assert_eq!(sequence(Outcome::Landed { height: 5 }), Some(10));
    assert_eq!(sequence(Outcome::FailedInBlock { height: 5, failure: Failure::Rejected("no".into()) }), Some(10));
    assert_eq!(sequence(Outcome::Refused(Failure::Temporary("later".into()))), Some(9));
    assert_eq!(sequence(Outcome::Refused(Failure::Sequence("expected 12".into()))), None);
    assert_eq!(sequence(Outcome::Lost("no answer".into())), None);
}

#[test]
fn a_landed_packet_is_not_sent_again_before_its_block_was_read() {
    let (mut planner, _) = after_outcome(Outcome::Landed { height: 2 });
    planner.step(40, head(Side::B, 2));
    assert!(plans(&planner.step(60_000, Input::Tick)).is_empty());
    // The block does not show it: the events lied or another one had done it; it is looked at again.
    planner.step(60_000, block(Side::B, 2, Vec::new()));
    assert_eq!(planner.state().packets[&lane().key(Side::A, 1)].attempts, 1);
    assert_eq!(plans(&planner.step(61_000, Input::Tick)).len(), 1);
}

#[test]
fn an_edge_that_never_answers_does_not_hold_a_chain_for_ever() {
    let (mut planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let batch = plans(&effects)[0].batch;
    let after = planner.step(200_000, Input::Tick);
    assert!(after.contains(&Effect::Discard(batch)));
    let again = planner.step(210_000, Input::Tick);
    assert_eq!(plans(&again).len(), 1);
}

#[test]
fn a_second_lane_may_not_use_the_same_client_and_the_same_lane_twice_is_no_change() {
    let mut planner = Planner::restore(Settings::default(), State::default());
    planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    assert!(planner.add_lane(0, lane(), 1, 1).expect("the same").is_empty());
    let other = Lane { name: "other".parse().expect("a name"), ..lane() };
    assert!(matches!(planner.add_lane(0, other, 1, 1), Err(CommandError::ClientTaken { .. })));
    let free = Lane {
        name: "other".parse().expect("a name"),
        a: End { client: "07-tendermint-7".parse().expect("an id"), ..lane().a },
        b: End { client: "07-tendermint-8".parse().expect("an id"), ..lane().b },
        paused: false,
    };
    assert!(planner.add_lane(0, free, 1, 1).is_ok());
}

#[test]
fn a_new_lane_reads_old_heights_without_bringing_back_the_packets_of_another() {
    let other = Lane {
        name: "other".parse().expect("a name"),
        a: End { client: "07-tendermint-7".parse().expect("an id"), ..lane().a },
        b: End { client: "07-tendermint-8".parse().expect("an id"), ..lane().b },
        paused: false,
    };
    let theirs = Packet { source_client: other.a.client.clone(), dest_client: other.b.client.clone(), ..packet(1) };
    let facts = |kind: FactKind| vec![packet(1), theirs.clone()].into_iter().map(|p| Fact { kind: kind.clone(), packet: p, tx_hash: None }).collect();
    let mut planner = Planner::restore(Settings { settled_kept: 0, ..Settings::default() }, State::default());
    planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    planner.step(1, block(Side::A, 1, facts(FactKind::Sent)));
    planner.step(1, block(Side::A, 2, facts(FactKind::Acknowledged)));
    assert!(planner.state().packets.is_empty(), "settled, and none is kept");
    planner.add_lane(2, other, 1, 1).expect("the second lane");
    planner.step(3, block(Side::A, 1, facts(FactKind::Sent)));
    let known: Vec<String> = planner.state().packets.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["other/a/1"]);
}

#[test]
fn a_client_near_its_end_raises_an_alarm_and_a_fresh_one_does_not() {
    let alarms = |age_s: u64| {
        let mut planner = Planner::restore(Settings::default(), State::default());
        planner.add_lane(0, lane(), 1, 1).expect("the first lane");
        planner.step(1, Input::Head(Head { chain: chain(Side::B), height: 1, time_ns: (1_000 + age_s) * 1_000_000_000, dev: false }));
        let effects = planner.step(1, Input::Client(World::target(Side::B), view(Side::A, ClientStatus::Active)));
        effects.iter().filter(|e| matches!(e, Effect::Alarm(_))).count()
    };
    assert_eq!([0, 1_900, 2_800, 3_400].map(alarms), [0, 1, 2, 3]);
}

#[test]
fn a_conflicting_header_is_an_alarm_and_an_agreeing_one_a_heartbeat() {
    let mut planner = Planner::restore(Settings::default(), State::default());
    planner.add_lane(0, lane(), 1, 1).expect("the first lane");
    let target: Target = World::target(Side::A);
    let calm = planner.step(5, Input::Watched(target.clone(), Height::new(1, 4), Watched::Agrees));
    assert!(!calm.iter().any(|e| matches!(e, Effect::Alarm(_))));
    assert_eq!(metrics(&planner).lanes["lane"].clients[0].watched_at_ms, 5);
    let loud = planner.step(6, Input::Watched(target, Height::new(1, 5), Watched::Conflict("another app hash".into())));
    assert!(loud.iter().any(|e| matches!(e, Effect::Alarm(a) if a.name == "misbehaviour")));
}

#[test]
fn evidence_goes_before_packets_and_alone() {
    let (mut planner, effects) = planner_with(view(Side::A, ClientStatus::Active), (2, 1));
    let batch = plans(&effects)[0].batch;
    planner.step(2, Input::Watched(World::target(Side::B), Height::new(1, 1), Watched::Conflict("another app hash".into())));
    let after = planner.step(3, Input::Unproved(batch, Failure::Transient("no answer".into())));
    let later = planner.step(10_000, Input::Tick);
    let all: Vec<Effect> = after.into_iter().chain(later).collect();
    let plan = plans(&all)[0];
    assert_eq!((plan.evidence, plan.update, plan.items.len()), (Some(Height::new(1, 1)), false, 0));
}
