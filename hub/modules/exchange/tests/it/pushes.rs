//! Statuses on their way: sent by begin-block, taken by the hub, forwarded, tried again.

use govhub_exchange::proto::Subscribe;
use govhub_exchange::statuses;
use govhub_licence::proto::{MsgResume, MsgSuspend};
use govhub_licence::push::{self, HUB};
use govhub_packets::LicStatus;

use crate::journey::{acknowledge, act, deliver, ground, id, newest, register, time_out, Journey, OF_ASKER, OF_HUB, OF_ISSUER};
use crate::world::{ASKER, ISSUER, TYPE};

fn suspend(j: &mut Journey) {
    register(&mut j.issuer, "MsgSuspend", &MsgSuspend { signer: String::new(), licence_ref: vec![1; 32], ground: ground() }).expect("VALID");
}

fn resume(j: &mut Journey) {
    register(&mut j.issuer, "MsgResume", &MsgResume { signer: String::new(), licence_ref: vec![1; 32], ground: ground() }).expect("SUSPENDED");
}

fn known(chain: &crate::chain::Chain) -> Option<u64> {
    chain.look(|s| statuses::get(s, ISSUER, &[1; 32])).map(|r| LicStatus::decode(&r.status).expect("as it came").status_version)
}

fn waits(j: &Journey) -> bool {
    j.issuer.look(|s| push::waiting(s, HUB, &push::subject(ISSUER, &[1; 32]))).is_some()
}

#[test]
fn a_change_reaches_the_hub_and_the_subscriber_and_the_queues_are_empty_then() {
    let mut j = Journey::new();
    j.issue_and_mint();
    act(&mut j.hub, "Subscribe", &Subscribe { subscriber: ASKER.into(), issuer: ISSUER.into(), licence_type: TYPE.into(), remove: false });
    suspend(&mut j);
    j.issuer.empty_block(1);
    let status = newest(&j.issuer, OF_HUB);
    deliver(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &status, None).expect("proved");
    assert_eq!(known(&j.hub), Some(2));
    acknowledge(&mut j.hub, &mut j.issuer, &id(OF_HUB), &status).expect("proved");
    assert!(!waits(&j));
    let forwarded = newest(&j.hub, OF_ASKER);
    deliver(&mut j.hub, &mut j.asker, &id(OF_HUB), &forwarded, None).expect("proved");
    assert_eq!(known(&j.asker), Some(2));
    acknowledge(&mut j.asker, &mut j.hub, &id(OF_ASKER), &forwarded).expect("proved");
    assert!(!j.hub.look(|s| push::is_due(s, u64::MAX)));
}

#[test]
fn a_status_that_was_not_received_in_time_is_sent_anew_with_what_is_newest() {
    let mut j = Journey::new();
    j.issue_and_mint();
    suspend(&mut j);
    j.issuer.empty_block(1);
    let lost = newest(&j.issuer, OF_HUB);
    resume(&mut j);
    j.issuer.empty_block(1);
    let newer = newest(&j.issuer, OF_HUB);
    assert_ne!(lost.sequence, newer.sequence);
    let now = j.hub.now_s();
    j.hub.empty_block(lost.timeout_timestamp - now);
    time_out(&mut j.hub, &mut j.issuer, &id(OF_HUB), &lost).expect("proved");
    assert!(waits(&j), "the newer one is still under way");
    let now = j.hub.now_s();
    j.hub.empty_block(newer.timeout_timestamp.saturating_sub(now) + 1);
    time_out(&mut j.hub, &mut j.issuer, &id(OF_HUB), &newer).expect("proved");
    j.issuer.empty_block(1);
    let again = newest(&j.issuer, OF_HUB);
    assert_eq!(again.sequence, newer.sequence + 1);
    assert_eq!(again.payloads, newer.payloads, "the same status is the same value");
    deliver(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &again, None).expect("proved");
    assert_eq!(known(&j.hub), Some(3));
}

#[test]
fn statuses_that_arrive_in_the_wrong_order_leave_the_newest() {
    let mut j = Journey::new();
    j.issue_and_mint();
    suspend(&mut j);
    j.issuer.empty_block(1);
    let older = newest(&j.issuer, OF_HUB);
    resume(&mut j);
    j.issuer.empty_block(1);
    let newer = newest(&j.issuer, OF_HUB);
    deliver(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &newer, None).expect("proved");
    deliver(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &older, None).expect("proved");
    assert_eq!(known(&j.hub), Some(3));
}

#[test]
fn a_change_succeeds_where_its_push_cannot_be_sent_and_is_sent_when_it_can() {
    let mut j = Journey::new();
    j.issue_and_mint();
    // Past the trusting period: the issuer's client of the hub is expired and sends nothing.
    j.issuer.empty_block(15 * 86_400);
    suspend(&mut j);
    j.issuer.empty_block(1);
    assert!(waits(&j));
    let due_at_once = j.issuer.now_s();
    assert!(!j.issuer.look(|s| push::is_due(s, due_at_once)), "it is not tried in every block");
    assert!(j.issuer.look(|s| push::is_due(s, due_at_once + 60)));
}
