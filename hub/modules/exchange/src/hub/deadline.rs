//! Deadlines: in the first block with `header.time >= answer_by` the asker is told NoAnswer, whatever became of the issuer's chain.

use govhub_packets::{Answer, NoAnswerReason};
use govhub_store::State;
use govhub_types::{BlockContext, Event};

use crate::{event, open};

use super::settle::settle;

/// Settles up to [`open::SETTLED_PER_BLOCK`] questions whose deadline has come, askers in turn.
pub(crate) fn begin_block(state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) {
    for leg_one in open::due(state, ctx.time.unix_s()) {
        let no_answer = Answer::NoAnswer(NoAnswerReason::Deadline);
        if let Err(refusal) = settle(state, ctx, &leg_one, &no_answer, events) {
            // The core will not take an acknowledgement for this packet, now or later: waiting longer would block the queue.
            open::settle(state, &leg_one);
            events.push(event::unsettled(&leg_one, &refusal));
        }
    }
}
