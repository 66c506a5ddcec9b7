//! lic-verify/1 on its way out: rule, deadlines, quota, then leg two. The order of the refusals is the order of this file.

use govhub_packets::{forward, request_hash, Fault, LicVerify, RefusedCode};
use govhub_store::State;
use govhub_types::{BlockContext, DepartmentId, Event, LicenceType};

use crate::lists::{self, List};
use crate::proto::{Open, Params};
use crate::rules::{self, number, Subject};
use crate::{event, lanes, open, params, push, Exchange};

use super::{Outcome, Received};

pub(crate) fn take(app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, received: &Received<'_>, events: &mut Vec<Event>) -> Result<Outcome, Fault> {
    let envelope = &received.envelope;
    let verify = LicVerify::decode(envelope.authorisation, &envelope.body)?;
    let issuer = envelope.to.as_ref().expect("the packets crate refuses lic-verify without a receiver");
    let params = params::get(state);
    let issuer_client = match judge(state, ctx, &params, received, issuer, verify.licence_type()) {
        Ok(client) => client,
        Err(code) => return Ok(Outcome::Refuse(code)),
    };
    let value = forward::forward(received.value, &received.via())?;
    let timeout = envelope.answer_by.checked_sub(params.issuer_margin_s).expect("judge() found answer_by above now + issuer_margin_s");
    let client = issuer_client.parse().expect("bind() parsed it");
    let Ok(sequence) = push::send_as_chain(app, state, ctx, &client, timeout, value, events) else {
        return Ok(Outcome::Refuse(RefusedCode::IssuerUnreachable));
    };
    let question = Open {
        asker: envelope.from.to_string(),
        issuer: issuer.to_string(),
        kind: envelope.kind.clone(),
        licence_type: verify.licence_type().to_string(),
        purpose: envelope.purpose.clone(),
        legal_basis: envelope.legal_basis.clone(),
        authorisation: number(envelope.authorisation),
        request: request_hash(received.value).to_vec(),
        answer_by: envelope.answer_by,
        leg_two_client: issuer_client.clone(),
        leg_two_sequence: sequence,
        settled: false,
    };
    open::insert(state, &received.leg_one, &question);
    events.push(event::forwarded(&received.leg_one, &issuer_client, sequence));
    Ok(Outcome::Later)
}

/// The client of the issuer, or the first refusal.
fn judge(state: &State<'_>, ctx: &BlockContext, params: &Params, received: &Received<'_>, issuer: &DepartmentId, licence_type: &LicenceType) -> Result<String, RefusedCode> {
    let envelope = &received.envelope;
    if lanes::get(state, received.department.as_str()).is_none_or(|lane| lane.suspended) {
        return Err(RefusedCode::NotAllowed);
    }
    let lane = lanes::get(state, issuer.as_str()).ok_or(RefusedCode::IssuerUnknown)?;
    if lane.suspended {
        return Err(RefusedCode::IssuerSuspended);
    }
    let item_listed = envelope.service_item.is_empty() || lists::contains(state, List::ServiceItem, &envelope.service_item);
    if !item_listed || !rules::allows(state, &Subject::of(envelope, issuer, licence_type), ctx.time.day_utc8()) {
        return Err(RefusedCode::NotAllowed);
    }
    if !in_time(ctx.time.unix_s(), envelope.answer_by, received.packet.timeout_timestamp, params) {
        return Err(RefusedCode::RequestExpired);
    }
    if open::count(state, envelope.from.as_str()) >= params.max_open {
        return Err(RefusedCode::OverQuota);
    }
    Ok(lane.client_id)
}

/// `now + issuer_margin < answer_by <= T1 - settle_margin`, in whole seconds; what overflows is out of time.
fn in_time(now: u64, answer_by: u64, t1: u64, params: &Params) -> bool {
    let latest = t1.checked_sub(params.settle_margin_s);
    let earliest = now.checked_add(params.issuer_margin_s);
    latest.is_some_and(|latest| answer_by <= latest) && earliest.is_some_and(|earliest| answer_by > earliest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_open_between_its_margins_and_closed_at_both() {
        let params = params::default();
        let answer_by = |answer_by| in_time(1_000, answer_by, 2_000, &params);
        assert!(!answer_by(1_010), "answer_by = now + 10 is too soon");
        assert!(answer_by(1_011));
        assert!(answer_by(1_940));
        assert!(!answer_by(1_941), "answer_by = T1 - 59 is too late");
    }

    #[test]
    fn a_timeout_below_the_margin_and_a_time_at_the_end_of_numbers_do_not_wrap() {
        let params = params::default();
        assert!(!in_time(0, 30, 59, &params), "T1 - 60 would wrap");
        assert!(!in_time(u64::MAX - 5, u64::MAX, u64::MAX, &params), "now + 10 would wrap");
    }
}
