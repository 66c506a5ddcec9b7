//! Sending the statuses that wait: from a department's chain to the hub, from the hub to its subscribers.

use govhub_ibc::types::Packet;
use govhub_licence::push::{self, Settled};
use govhub_licence::proto::Push;
use govhub_packets::Answer;
use govhub_store::State;
use govhub_types::{Address, BlockContext, ClientId, Event, Rejection};

use crate::{department, lanes, payload, Exchange};

/// Statuses sent by one begin-block: keeps a mass change from filling a block's time.
pub const PUSHES_PER_BLOCK: usize = 64;
/// Seconds that a status packet may travel; afterwards it is sent anew, with what is newest then.
pub const TRAVEL_S: u64 = 3_600;
/// Seconds between tries while the core refuses to send (client not yet there, frozen or expired).
pub const RETRY_S: u64 = 60;
/// Seconds between tries while the other side refuses (issuer not yet authorised, kind not yet open).
pub const REFUSED_RETRY_S: u64 = 3_600;

/// Sends up to [`PUSHES_PER_BLOCK`] waiting statuses. A refusal puts one back in the queue and fails nothing.
pub(crate) fn begin_block(app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) {
    let now = ctx.time.unix_s();
    for waiting in push::due(state, now, PUSHES_PER_BLOCK) {
        match send(app, state, ctx, &waiting, events) {
            Some((client, sequence)) => push::sent(state, &waiting, client.as_str(), sequence),
            None => push::postpone(state, &waiting, now.saturating_add(RETRY_S)),
        }
    }
}

fn send(app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, waiting: &Push, events: &mut Vec<Event>) -> Option<(ClientId, u64)> {
    let (client, value) = match lanes::own_department(state) {
        Some(own) => (lanes::hub_client(state)?, department::status_envelope(&own, waiting)),
        None => (waiting.target.parse().ok()?, waiting.payload.clone()),
    };
    let timeout = ctx.time.unix_s().checked_add(TRAVEL_S)?;
    let sequence = send_as_chain(app, state, ctx, &client, timeout, value, events).ok()?;
    Some((client, sequence))
}

/// Sends in the chain's own name. A refusal by the core leaves no trace.
pub(crate) fn send_as_chain(
    app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, client: &ClientId, timeout_s: u64, value: Vec<u8>, events: &mut Vec<Event>,
) -> Result<u64, Rejection> {
    let mut sent = Vec::new();
    state.checkpoint();
    let outcome = govhub_ibc::packet::send(state, ctx, &app.as_chain(), client, timeout_s, payload::wrap(value), &Address::of_module("exchange"), &mut sent);
    match outcome {
        Ok(sequence) => {
            state.keep();
            events.append(&mut sent);
            Ok(sequence)
        }
        Err(refusal) => {
            state.discard();
            Err(refusal)
        }
    }
}

/// Closes a push by its acknowledgement. False if `packet` carried none.
pub(crate) fn on_acknowledgement(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8]) -> bool {
    let how = match Answer::decode(acknowledgement) {
        // A conflict, too, is taken: what was sent is kept as evidence there.
        Ok(Answer::Accepted(_)) => Settled::Done,
        _ => Settled::RetryAt(ctx.time.unix_s().saturating_add(REFUSED_RETRY_S)),
    };
    push::settle(state, &packet.source_client, packet.sequence, how)
}

/// Puts a push that was not received in time back in the queue. False if `packet` carried none.
pub(crate) fn on_timeout(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet) -> bool {
    push::settle(state, &packet.source_client, packet.sequence, Settled::RetryAt(ctx.time.unix_s()))
}
