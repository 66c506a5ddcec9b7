//! Nobody waits for ever: answers at the deadline, after a proved timeout, and what becomes of late ones.

use govhub_exchange::open;
use govhub_exchange::proto::{AskState, LegOne};
use govhub_packets::evaluate::Reading;
use govhub_packets::NoAnswerReason;

use crate::journey::{id, reading, time_out, Journey, OF_ASKER, OF_HUB, OF_ISSUER};
use crate::world::ASKER;

fn key(sequence: u64) -> LegOne {
    LegOne { client_id: OF_ASKER.into(), sequence }
}

/// A question at the hub, and its answer_by.
fn forwarded() -> (Journey, govhub_ibc::types::Packet, u64) {
    let mut j = Journey::new();
    j.issue_and_mint();
    let leg_one = j.ask();
    j.bring_to_hub(&leg_one);
    let answer_by = j.hub.look(|s| open::get(s, &key(1))).expect("open").answer_by;
    (j, leg_one, answer_by)
}

#[test]
fn a_silent_issuer_is_answered_for_in_the_first_block_at_the_deadline_and_not_before() {
    let (mut j, leg_one, answer_by) = forwarded();
    let left = answer_by - j.hub.now_s();
    j.hub.empty_block(left - 1);
    assert!(!j.hub.events.iter().any(|e| e.kind == "write_acknowledgement"));
    j.hub.empty_block(1);
    assert_eq!(j.hub.now_s(), answer_by);
    assert!(j.hub.events.iter().any(|e| e.kind == "write_acknowledgement"));
    let asked = j.back_to_asker(&leg_one);
    assert_eq!(reading(&asked), Ok(Reading::NoAnswer(NoAnswerReason::Deadline)));
    assert_eq!(j.hub.look(|s| open::count(s, ASKER)), 0);
}

#[test]
fn an_answer_in_the_block_of_the_deadline_is_late_kept_and_never_delivered() {
    let (mut j, leg_one, answer_by) = forwarded();
    let leg_two = j.leg_two();
    j.bring_to_issuer(&leg_two);
    let now = j.hub.now_s();
    j.hub.empty_block(answer_by - now);
    j.back_to_hub(&leg_two);
    let late = j.hub.look(|s| open::late(s, &key(1))).expect("kept");
    assert!(!late.answer.is_empty());
    let asked = j.back_to_asker(&leg_one);
    assert_eq!(reading(&asked), Ok(Reading::NoAnswer(NoAnswerReason::Deadline)));
    assert_eq!(j.hub.look(|s| open::get(s, &key(1))), None, "both legs are closed");
}

#[test]
fn leg_two_stays_open_after_the_deadline() {
    let (mut j, _, answer_by) = forwarded();
    let now = j.hub.now_s();
    j.hub.empty_block(answer_by - now);
    assert!(j.hub.look(|s| open::get(s, &key(1))).expect("leg two is out").settled);
}

#[test]
fn a_proved_timeout_of_leg_two_is_told_at_once() {
    let (mut j, leg_one, answer_by) = forwarded();
    let leg_two = j.leg_two();
    assert_eq!(leg_two.timeout_timestamp, answer_by - 10);
    let now = j.issuer.now_s();
    j.issuer.empty_block(leg_two.timeout_timestamp - now);
    time_out(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &leg_two).expect("proved");
    assert!(j.hub.now_s() < answer_by);
    let asked = j.back_to_asker(&leg_one);
    assert_eq!(reading(&asked), Ok(Reading::NoAnswer(NoAnswerReason::TimedOut)));
}

#[test]
fn a_timeout_after_the_deadline_changes_nothing_for_the_asker() {
    let (mut j, leg_one, answer_by) = forwarded();
    let leg_two = j.leg_two();
    let now = j.hub.now_s();
    j.hub.empty_block(answer_by - now);
    let now = j.issuer.now_s();
    j.issuer.empty_block(answer_by - now);
    time_out(&mut j.issuer, &mut j.hub, &id(OF_ISSUER), &leg_two).expect("proved");
    assert_eq!(reading(&j.back_to_asker(&leg_one)), Ok(Reading::NoAnswer(NoAnswerReason::Deadline)));
    assert_eq!(j.hub.look(|s| open::get(s, &key(1))), None);
}

#[test]
fn a_question_that_never_reached_the_hub_times_out_on_the_askers_own_chain() {
    let mut j = Journey::new();
    let leg_one = j.ask();
    let now = j.hub.now_s();
    j.hub.empty_block(leg_one.timeout_timestamp - now);
    time_out(&mut j.hub, &mut j.asker, &id(OF_HUB), &leg_one).expect("proved");
    assert_eq!(j.asked(&leg_one).state(), AskState::TimedOut);
}
