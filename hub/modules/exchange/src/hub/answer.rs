//! lic-verify/1 on its way home: the issuer's acknowledgement is judged, embedded unchanged, and leg one settled with it.

use govhub_ibc::types::{Direction, Packet};
use govhub_packets::evaluate::{issuer_answer, IssuerAnswer, Request};
use govhub_packets::{Answer, Authorisation, Check, IssuerResult, Kind, Leg2, NoAnswerReason, Outcome, Party, RefusedCode};
use govhub_store::State;
use govhub_types::hash::Hash;
use govhub_types::{BlockContext, DepartmentId, Event, Height, Rejection};

use crate::proto::{Late, Open};
use crate::rules::{self, Subject};
use crate::{event, imports, open, Exchange, ExchangeError};

use super::settle::settle;

pub(crate) fn on_acknowledgement(
    app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8], events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    let Some((leg_one, question)) = open::close_leg_two(state, &packet.source_client, packet.sequence) else { return Ok(()) };
    if question.settled || ctx.time.unix_s() >= question.answer_by {
        open::keep_late(state, &leg_one, &Late { answer: acknowledgement.to_vec(), time: ctx.time.unix_s() });
        events.push(event::late(&leg_one));
        return Ok(());
    }
    let answer = match judge(app, state, ctx, &question, acknowledgement) {
        Ok(hub_checks) => Answer::Forwarded { inner: acknowledgement.to_vec(), hub_checks, leg2: leg_two(state, packet)? },
        Err(code) => Answer::Refused { code, by: Party::Hub, request: request_of(&question).hash },
    };
    events.push(event::answered(&leg_one, &answer));
    settle(state, ctx, &leg_one, &answer, events)
}

/// Leg two provably was not received in time: the asker is told at once, unless he has been told already.
pub(crate) fn on_timeout(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let Some((leg_one, question)) = open::close_leg_two(state, &packet.source_client, packet.sequence) else { return Ok(()) };
    if question.settled {
        return Ok(());
    }
    let answer = Answer::NoAnswer(NoAnswerReason::TimedOut);
    events.push(event::answered(&leg_one, &answer));
    settle(state, ctx, &leg_one, &answer, events)
}

/// The hub's own checks on what the issuer said, or the refusal that goes home in its place.
fn judge(app: &Exchange<'_>, state: &State<'_>, ctx: &BlockContext, question: &Open, acknowledgement: &[u8]) -> Result<Vec<Check>, RefusedCode> {
    let result = match issuer_answer(&request_of(question), acknowledgement) {
        Err(_) => return Err(RefusedCode::BadAnswer),
        Ok(IssuerAnswer::Refused(_)) => return Ok(Vec::new()),
        Ok(IssuerAnswer::Result(result)) => result,
    };
    // PROTOCOL 3: the rule is judged again, on the type that the issuer names.
    let subject = Subject {
        asker: &question.asker,
        issuer: &question.issuer,
        kind: &question.kind,
        licence_type: result.licence_type.as_str(),
        purpose: &question.purpose,
        legal_basis: &question.legal_basis,
        authorisation: question.authorisation,
    };
    if !rules::allows(state, &subject, ctx.time.day_utc8()) {
        return Err(RefusedCode::NotAllowed);
    }
    // An honest issuer says NOT_ALLOWED for a record of another type than was asked for.
    if result.licence_type.as_str() != question.licence_type {
        return Err(RefusedCode::BadAnswer);
    }
    let outcome = if issuer_authorised(app, state, &question.issuer, &result) { Outcome::Pass } else { Outcome::Fail };
    Ok(vec![Check { name: "issuer_authorised".into(), outcome, by: Party::Hub, height: ctx.height, time: ctx.time.unix_s() }])
}

/// Whether the issuer was authorised for type and region on the day of issue, and on the day of recording unless governance approved the import.
fn issuer_authorised(app: &Exchange<'_>, state: &State<'_>, issuer: &str, result: &IssuerResult) -> bool {
    let department: DepartmentId = issuer.parse().expect("a lane is bound to it, so it was parsed");
    let on = |day| app.directory.issuer_authorised(state, &department, &result.licence_type, Some(&result.region), day);
    let imported = imports::approved(state, issuer, result.licence_type.as_str(), result.region.as_str(), result.recorded_on);
    on(result.issued_on) && (imported || on(result.recorded_on))
}

fn request_of(question: &Open) -> Request {
    let number = i32::try_from(question.authorisation).expect("1 to 3");
    let hash: Hash = question.request.as_slice().try_into().expect("a hash was stored");
    Request {
        kind: Kind::find(&question.kind).expect("only handled kinds are forwarded"),
        authorisation: Authorisation::from_wire("Open.authorisation", number).expect("decoded when the question came"),
        hash,
    }
}

/// Where leg two is found. The core files the proof and its height before it calls the application.
///
/// # Errors
/// A record that is not there: a failed read, since the core has just written it.
fn leg_two(state: &State<'_>, packet: &Packet) -> Result<Leg2, ExchangeError> {
    let id = |text: &str| text.parse().expect("the core sends over well-formed clients");
    let record = govhub_ibc::packet::record(state, Direction::Sent, &packet.source_client, packet.sequence);
    let proof_height = record.and_then(|r| r.proof_acked_height).map(Height::from);
    Ok(Leg2 {
        hub_client_id: id(&packet.source_client),
        issuer_client_id: id(&packet.destination_client),
        sequence: packet.sequence,
        proof_height: proof_height.ok_or_else(|| ExchangeError::StoreFault { why: "the archive does not have the packet's proof".into() })?,
    })
}
