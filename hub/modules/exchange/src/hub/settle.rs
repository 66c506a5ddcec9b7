//! Writing an answer home, and nothing twice.

use govhub_packets::Answer;
use govhub_store::State;
use govhub_types::{BlockContext, Event, Rejection};

use crate::open;
use crate::proto::LegOne;

/// Answers leg one with `answer` and takes it out of queue and count.
///
/// # Errors
/// The core's refusal to write the acknowledgement; then nothing changed.
pub(crate) fn settle(state: &mut State<'_>, ctx: &BlockContext, leg_one: &LegOne, answer: &Answer, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let client = leg_one.client_id.parse().expect("leg one was received over this client");
    govhub_ibc::packet::write_acknowledgement(state, ctx, &client, leg_one.sequence, &answer.encode(), events)?;
    open::settle(state, leg_one);
    Ok(())
}
