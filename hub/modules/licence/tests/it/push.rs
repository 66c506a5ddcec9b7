//! The queue of statuses: newest per ref, tried again until taken.

use govhub_licence::proto::{Changed, MsgResume, MsgSuspend};
use govhub_licence::push::{self, Settled, HUB};
use prost::Message;

use crate::world::{ground, World, NOW_S, OWN};

fn suspend(w: &mut World, n: u8) {
    w.run("MsgSuspend", &MsgSuspend { signer: "gov1signer".into(), licence_ref: vec![n; 32], ground: ground() }).expect("from VALID");
}

fn resume(w: &mut World, n: u8) {
    w.run("MsgResume", &MsgResume { signer: "gov1signer".into(), licence_ref: vec![n; 32], ground: ground() }).expect("from SUSPENDED");
}

fn versions(w: &World, now: u64) -> Vec<u64> {
    push::due(&w.state, now, 10).iter().map(|p| p.status_version).collect()
}

#[test]
fn issuing_pushes_nothing_and_a_change_pushes_what_it_made() {
    let mut w = World::new();
    let l = w.issue(1);
    assert!(!push::is_due(&w.state, u64::MAX));
    suspend(&mut w, 1);
    let waiting = push::due(&w.state, NOW_S, 10);
    assert_eq!(waiting.len(), 1);
    let changed = Changed::decode(waiting[0].payload.as_slice()).expect("canonical");
    assert_eq!((changed.licence_ref, changed.status, changed.status_version, changed.as_of_time), (l, 2, 2, NOW_S));
}

#[test]
fn only_the_newest_status_of_a_licence_waits() {
    let mut w = World::new();
    w.issue(1);
    suspend(&mut w, 1);
    w.pass(5);
    resume(&mut w, 1);
    assert_eq!(versions(&w, NOW_S + 5), [3]);
}

#[test]
fn a_push_that_could_not_be_sent_waits_for_its_second() {
    let mut w = World::new();
    w.issue(1);
    suspend(&mut w, 1);
    let waiting = push::due(&w.state, NOW_S, 1).remove(0);
    push::postpone(&mut w.state, &waiting, NOW_S + 60);
    assert!(!push::is_due(&w.state, NOW_S + 59));
    assert_eq!(versions(&w, NOW_S + 60), [2]);
}

#[test]
fn a_taken_push_is_gone_and_one_that_timed_out_is_back() {
    let mut w = World::new();
    w.issue(1);
    w.issue(2);
    suspend(&mut w, 1);
    suspend(&mut w, 2);
    for (sequence, waiting) in (1..).zip(push::due(&w.state, NOW_S, 2)) {
        push::sent(&mut w.state, &waiting, "07-tendermint-0", sequence);
    }
    assert!(!push::is_due(&w.state, u64::MAX), "both are under way");
    assert!(push::settle(&mut w.state, "07-tendermint-0", 1, Settled::Done));
    assert!(push::settle(&mut w.state, "07-tendermint-0", 2, Settled::RetryAt(NOW_S + 9)));
    assert_eq!(versions(&w, NOW_S + 9), [2]);
    assert!(!push::settle(&mut w.state, "07-tendermint-0", 2, Settled::Done), "closed packets are nobody's");
}

#[test]
fn the_fate_of_an_old_packet_does_not_touch_a_newer_status() {
    let mut w = World::new();
    w.issue(1);
    suspend(&mut w, 1);
    let old = push::due(&w.state, NOW_S, 1).remove(0);
    push::sent(&mut w.state, &old, "07-tendermint-0", 1);
    resume(&mut w, 1);
    assert!(push::settle(&mut w.state, "07-tendermint-0", 1, Settled::Done));
    assert_eq!(versions(&w, NOW_S), [3]);
}

#[test]
fn an_older_status_never_replaces_a_newer_one_and_targets_do_not_mix() {
    let mut w = World::new();
    let subject = push::subject(OWN, &[1; 32]);
    push::enqueue(&mut w.state, HUB, subject.clone(), 4, vec![4], NOW_S);
    push::enqueue(&mut w.state, HUB, subject.clone(), 3, vec![3], NOW_S);
    push::enqueue(&mut w.state, HUB, subject.clone(), 4, vec![0], NOW_S);
    push::enqueue(&mut w.state, "07-tendermint-1", subject.clone(), 3, vec![3], NOW_S);
    assert_eq!(push::waiting(&w.state, HUB, &subject).expect("waits").payload, [4]);
    assert_eq!(push::waiting(&w.state, "07-tendermint-1", &subject).expect("waits").payload, [3]);
    assert_eq!(versions(&w, NOW_S).len(), 2);
}
