//! lic-status/1 on the hub: taken from the issuer, kept, forwarded to subscribers.

use govhub_licence::push;
use govhub_packets::{forward, Answer, Fault, LicStatus, RefusedCode};
use govhub_store::State;
use govhub_types::BlockContext;

use crate::statuses::{self, Taken};
use crate::{lanes, subscriptions, Exchange};

use super::{Outcome, Received};

pub(crate) fn take(app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, received: &Received<'_>) -> Result<Outcome, Fault> {
    let status = LicStatus::decode(&received.envelope.body)?;
    let issuer = &received.department;
    if lanes::get(state, issuer.as_str()).is_none_or(|lane| lane.suspended) {
        return Ok(Outcome::Refuse(RefusedCode::IssuerSuspended));
    }
    if !app.directory.issuer_authorised(state, issuer, &status.licence_type, None, ctx.time.day_utc8()) {
        return Ok(Outcome::Refuse(RefusedCode::NotAllowed));
    }
    let taken = statuses::take(state, issuer.as_str(), &status, &received.envelope.body, ctx.time.unix_s());
    if taken == Taken::New {
        forward_to_subscribers(state, ctx, received, &status)?;
    }
    Ok(Outcome::Answer(Answer::Accepted(taken.code())))
}

/// Enqueues the status for every subscriber, as leg two: leg one's value with `via` appended and nothing else.
fn forward_to_subscribers(state: &mut State<'_>, ctx: &BlockContext, received: &Received<'_>, status: &LicStatus) -> Result<(), Fault> {
    let issuer = received.department.as_str();
    let value = forward::forward(received.value, &received.via())?;
    for subscriber in subscriptions::subscribers(state, issuer, status.licence_type.as_str()) {
        if let Some(lane) = lanes::get(state, &subscriber).filter(|lane| !lane.suspended) {
            let subject = push::subject(issuer, &status.licence_ref);
            push::enqueue(state, &lane.client_id, subject, status.status_version, value.clone(), ctx.time.unix_s());
        }
    }
    Ok(())
}
