//! Whole worlds: whatever is lost, repeated or late, and whenever the relayer dies, every packet ends, and none twice.

use govrelay_core::*;
use proptest::prelude::*;

use crate::world::{lane, Faults, World};

/// Longest simulated time in which a world must come to rest, milliseconds.
const REST_MS: u64 = 600_000;

fn assert_all_ended(world: &World, keys: &[PacketKey], seed: u64) {
    for key in keys {
        let entry = world.planner.state().packets.get(key).unwrap_or_else(|| panic!("seed {seed}: {key} is unknown"));
        let ended = entry.stage.is_settled() || entry.quarantine.is_some();
        assert!(ended, "seed {seed}: {key} is {:?}: {:?}", entry.stage, explain(&world.planner, key));
        assert!(world.delivered(key) <= 1, "seed {seed}: {key} was delivered {} times", world.delivered(key));
        match (&entry.stage, world.settled(key)) {
            (Stage::Acknowledged, Some("acknowledged")) => assert_eq!(world.delivered(key), 1, "seed {seed}: {key} acknowledged, not delivered"),
            (Stage::TimedOut, Some("timed-out")) => assert_eq!(world.delivered(key), 0, "seed {seed}: {key} timed out and delivered"),
            (stage, on_chain) if stage.is_settled() => panic!("seed {seed}: {key} is {stage:?} here and {on_chain:?} on its chain"),
            _ => {}
        }
    }
}

fn traffic(world: &mut World, packets: u64) -> Vec<PacketKey> {
    (0..packets)
        .map(|_| {
            let side = if world.dice.chance(60) { Side::A } else { Side::B };
            let seconds = if world.dice.chance(20) { 1 + world.dice.roll(3) } else { 3_000 };
            let pause = world.dice.roll(6) * 100;
            world.run(pause);
            world.send(side, seconds)
        })
        .collect()
}

#[test]
fn in_a_quiet_world_every_packet_is_acknowledged_and_sent_once_per_hop() {
    let mut world = World::new(1, Faults::default(), AbsenceProof::Absence);
    let keys: Vec<PacketKey> = (0..40).map(|i| world.send(if i % 2 == 0 { Side::A } else { Side::B }, 3_000)).collect();
    world.run(30_000);
    assert_all_ended(&world, &keys, 1);
    assert!(keys.iter().all(|k| world.settled(k) == Some("acknowledged")));
    assert!(world.submissions.values().all(|n| *n == 1), "sent twice: {:?}", world.submissions);
    let entry = &world.planner.state().packets[&keys[0]];
    let hops: Vec<&str> = entry.steps.iter().map(|s| s.what.as_str()).collect();
    assert_eq!(hops, ["sent", "received", "ack-written", "acknowledged"]);
    assert_eq!(entry.steps[1].verified.last().map(|v| v.what.as_str()), Some("packet commitment"));
    assert_eq!(entry.steps[3].verified.last().map(|v| v.what.as_str()), Some("acknowledgement"));
}

#[test]
fn a_packet_to_a_stopped_chain_waits_with_a_reason_and_times_out_once_the_chain_is_back() {
    let mut world = World::new(2, Faults::default(), AbsenceProof::Absence);
    world.run(3_000);
    world.stop(Side::B, true);
    let key = world.send(Side::A, 5);
    world.run(20_000);
    assert!(!world.planner.state().packets[&key].stage.is_settled(), "a stopped chain proves no timeout");
    assert!(!explain(&world.planner, &key).expect("known").next.is_empty());
    world.stop(Side::B, false);
    world.run(60_000);
    assert_eq!(world.settled(&key), Some("timed-out"));
}

#[test]
fn a_chain_that_cannot_prove_absence_settles_a_late_packet_by_the_sentinel() {
    let mut world = World::new(3, Faults::default(), AbsenceProof::Sentinel);
    world.run(3_000);
    let late = world.send(Side::A, 0);
    let fresh = world.send(Side::A, 3_000);
    world.run(30_000);
    assert_eq!((world.settled(&late), world.settled(&fresh)), (Some("timed-out"), Some("acknowledged")));
    let steps: Vec<&str> = world.planner.state().packets[&late].steps.iter().map(|s| s.what.as_str()).collect();
    assert_eq!(steps, ["sent", "absence-written", "timed-out"]);
}

#[test]
fn one_poisonous_packet_is_found_by_halving_and_the_others_arrive() {
    let mut world = World::new(4, Faults::default(), AbsenceProof::Absence);
    let keys: Vec<PacketKey> = (0..16).map(|_| world.send(Side::A, 3_000)).collect();
    world.poison.insert(5);
    world.run(120_000);
    for key in &keys {
        let entry = &world.planner.state().packets[key];
        if key.sequence == 5 {
            assert!(entry.quarantine.as_deref().is_some_and(|r| r.contains("cannot take packet 5")), "{:?}", entry.quarantine);
        } else {
            assert_eq!(world.settled(key), Some("acknowledged"), "{key}");
        }
    }
}

#[test]
fn a_released_packet_is_tried_again() {
    let mut world = World::new(5, Faults::default(), AbsenceProof::Absence);
    let key = world.send(Side::A, 3_000);
    world.poison.insert(key.sequence);
    world.run(60_000);
    assert!(world.planner.state().packets[&key].quarantine.is_some());
    world.poison.clear();
    let now = world.now_ms;
    world.planner.release(now, &key).expect("it is quarantined");
    world.run(30_000);
    assert_eq!(world.settled(&key), Some("acknowledged"));
}

#[test]
fn a_paused_lane_sends_nothing_and_goes_on_when_resumed() {
    let mut world = World::new(6, Faults::default(), AbsenceProof::Absence);
    world.run(2_000);
    world.planner.set_paused(2_000, &lane().name, true).expect("the lane exists");
    let key = world.send(Side::A, 3_000);
    world.run(10_000);
    assert!(world.submissions.is_empty());
    assert!(explain(&world.planner, &key).expect("known").next.contains("paused"));
    let now = world.now_ms;
    world.planner.set_paused(now, &lane().name, false).expect("the lane exists");
    world.run(10_000);
    assert_eq!(world.settled(&key), Some("acknowledged"));
}

#[test]
fn a_backlog_does_not_keep_live_packets_waiting() {
    let mut world = World::new(7, Faults::default(), AbsenceProof::Absence);
    world.stop(Side::B, true);
    let backlog: Vec<PacketKey> = (0..200).map(|_| world.send(Side::A, 3_000)).collect();
    world.run(90_000);
    world.stop(Side::B, false);
    let live = world.send(Side::A, 3_000);
    world.run(6_000);
    let arrived = backlog.iter().filter(|k| world.delivered(k) == 1).count();
    assert_eq!(world.delivered(&live), 1, "the live packet waited behind the backlog");
    assert!(arrived < 200, "the backlog is meant to be longer than the wait: {arrived}");
    world.run(120_000);
    assert!(backlog.iter().all(|k| world.settled(k) == Some("acknowledged")));
}

/// Settled on their own chains; a narrow relayer has forgotten most of them.
fn assert_all_settled(world: &World, keys: &[PacketKey], seed: u64) {
    for key in keys {
        let settled = world.settled(key);
        assert!(settled.is_some(), "seed {seed}: {key} is not settled: {:?}, held {:?}", explain(&world.planner, key), world.planner.state().held);
        assert_eq!(world.delivered(key), u32::from(settled == Some("acknowledged")), "seed {seed}: {key} {settled:?}");
    }
    assert!(world.planner.state().held.is_empty(), "seed {seed}: {:?}", world.planner.state().held);
    let stuck: Vec<_> = world.planner.state().packets.iter().filter(|(_, e)| !e.stage.is_settled()).collect();
    assert!(stuck.is_empty(), "seed {seed}: {stuck:?}");
}

#[test]
fn a_full_queue_goes_on_reading_and_takes_the_rest_when_there_is_room() {
    let mut world = World::narrow(1, Faults::default(), AbsenceProof::Absence, 10);
    let keys: Vec<PacketKey> = (0..40).map(|i| world.send(if i % 2 == 0 { Side::A } else { Side::B }, 3_000)).collect();
    world.run(1_000);
    let state = world.planner.state();
    assert_eq!(state.packets.values().filter(|e| !e.stage.is_settled()).count(), 10, "the bound holds");
    assert!(!state.held.is_empty() && metrics(&world.planner).lanes["lane"].held == state.held[&lane().name], "and what waits is shown");
    world.run(60_000);
    assert_all_settled(&world, &keys, 1);
    assert!(keys.iter().all(|k| world.settled(k) == Some("acknowledged")));
    assert!(world.submissions.values().all(|n| *n == 1), "sent twice: {:?}", world.submissions);
}

#[test]
fn the_bound_is_never_passed_whatever_another_relayer_brings() {
    for seed in 0..20 {
        let mut world = World::narrow(3_000 + seed, Faults { rival: 30, ..Faults::default() }, AbsenceProof::Absence, 6);
        let keys: Vec<PacketKey> = (0..60).map(|i| world.send(if i % 3 == 0 { Side::B } else { Side::A }, 3_000)).collect();
        for _ in 0..600 {
            world.run(100);
            let open = world.planner.state().packets.values().filter(|e| !e.stage.is_settled()).count();
            assert!(open <= 6, "seed {seed}: {open} open");
        }
        world.faults.rival = 0;
        world.run(REST_MS);
        assert_all_settled(&world, &keys, seed);
        let quarantined = world.planner.state().packets.values().filter(|e| e.quarantine.is_some()).count();
        assert_eq!(quarantined, 0, "seed {seed}");
    }
}

#[test]
fn a_queue_that_is_full_of_quarantined_packets_tells_the_operator() {
    let mut world = World::narrow(9, Faults::default(), AbsenceProof::Absence, 4);
    world.poison.extend(1..=4);
    let keys: Vec<PacketKey> = (0..8).map(|_| world.send(Side::A, 3_000)).collect();
    world.run(120_000);
    let told = world.alarms.iter().find(|a| a.name == "queue-full").expect("an alarm");
    assert!(told.words.contains("4 packets are open"), "{}", told.words);
    world.poison.clear();
    for key in &keys[..4] {
        let now = world.now_ms;
        world.planner.release(now, key).expect("it is quarantined");
    }
    world.run(60_000);
    assert_all_settled(&world, &keys, 9);
}

#[test]
fn idle_clients_are_kept_alive() {
    let mut world = World::new(8, Faults::default(), AbsenceProof::Absence);
    world.run(3_600_000);
    let view = metrics(&world.planner);
    for client in &view.lanes["lane"].clients {
        assert!(client.expires_in_ms.is_some_and(|ms| ms > 2_000_000), "{client:?}");
    }
}

#[test]
fn killed_at_seeded_points_between_all_effects_nothing_is_lost_or_done_twice() {
    let mut crashes = 0;
    for seed in 0..40 {
        let faults = Faults { crash: 8, ..Faults::default() };
        let mut world = World::new(1_000 + seed, faults, AbsenceProof::Absence);
        let keys = traffic(&mut world, 20);
        world.run(60_000);
        world.faults.crash = 0;
        world.run(REST_MS);
        crashes += world.crashes;
        assert_all_ended(&world, &keys, seed);
        let most = world.submissions.values().max().copied().unwrap_or(0);
        assert!(most <= 1 + world.crashes, "seed {seed}: {most} submissions of one hop in {} crashes", world.crashes);
    }
    assert!(crashes > 100, "the worlds are meant to crash: {crashes}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_lost_repeated_or_late_every_packet_ends_and_none_twice(
        seed in 0u64..1_000_000, lose_answer in 0u64..15, lose_tx in 0u64..20, transient in 0u64..30, crash in 0u64..5, sentinel in any::<bool>(),
    ) {
        let faults = Faults { lose_answer, lose_tx, transient, repeat_block: 20, crash, rival: 0 };
        let absence = if sentinel { AbsenceProof::Sentinel } else { AbsenceProof::Absence };
        let mut world = World::new(seed, faults, absence);
        let keys = traffic(&mut world, 25);
        world.run(60_000);
        world.faults = Faults::default();
        world.run(REST_MS);
        assert_all_ended(&world, &keys, seed);
    }

    #[test]
    fn whatever_happens_to_a_narrow_queue_every_packet_ends_and_none_twice(
        seed in 0u64..1_000_000, lose_answer in 0u64..15, lose_tx in 0u64..20, transient in 0u64..30, crash in 0u64..5, rival in 0u64..30,
        open_max in 1usize..12,
    ) {
        let faults = Faults { lose_answer, lose_tx, transient, repeat_block: 20, crash, rival };
        let mut world = World::narrow(seed, faults, AbsenceProof::Absence, open_max);
        let keys = traffic(&mut world, 40);
        world.run(60_000);
        world.faults = Faults::default();
        world.run(REST_MS);
        assert_all_settled(&world, &keys, seed);
    }
}
