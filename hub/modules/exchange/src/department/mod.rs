//! A department's end: ask, answer, keep.

pub(crate) mod ask;
pub mod asked;
mod forwarded;
mod serve;

use govhub_ibc::types::Packet;
use govhub_ibc::RecvOutcome;
use govhub_licence::proto::{Changed, Push};
use govhub_packets::{forward, request_hash, Answer, Authorisation, Envelope, Fault, LicStatus, LicenceStatus, Party, RefusedCode};
use govhub_store::State;
use govhub_types::hash::{sha256, Hash};
use govhub_types::{BlockContext, DepartmentId, Event};
use prost::Message;

use crate::kinds::{self, Lookup, LIC_STATUS};
use crate::proto::LegOne;
use crate::{event, lanes, payload};

/// A packet of leg two.
pub(crate) struct LegTwo {
    /// As leg one had it, with `via`.
    pub envelope: Envelope,
    /// SHA-256 of leg one's value.
    pub request: Hash,
}

/// What a department says to a packet from the hub.
pub(crate) enum Reply {
    /// This answer.
    Answer(Answer),
    /// A typed refusal by the issuer.
    Refuse(RefusedCode),
}

pub(crate) fn on_recv(state: &mut State<'_>, ctx: &BlockContext, own: &DepartmentId, packet: &Packet, events: &mut Vec<Event>) -> RecvOutcome {
    let leg_two = match read(state, own, packet) {
        Ok(leg_two) => leg_two,
        Err(fault) => return event::fault(packet, &fault, events),
    };
    let reply = match kinds::lookup(state, &leg_two.envelope.kind) {
        Lookup::Unknown => Ok(Reply::Refuse(RefusedCode::UnknownKind)),
        Lookup::OtherVersion => Ok(Reply::Refuse(RefusedCode::UnsupportedVersion)),
        Lookup::Verify => serve::serve(state, ctx, own, &leg_two),
        Lookup::Status => forwarded::take(state, ctx, &leg_two),
    };
    match reply {
        Ok(Reply::Answer(answer)) => RecvOutcome::Ack(answer.encode()),
        Ok(Reply::Refuse(code)) => {
            let here = LegOne { client_id: packet.destination_client.clone(), sequence: packet.sequence };
            events.push(event::refused(&here, code));
            RecvOutcome::Ack(Answer::Refused { code, by: Party::Issuer, request: leg_two.request }.encode())
        }
        Err(fault) => event::fault(packet, &fault, events),
    }
}

/// Payload, envelope and speaker: only over the hub's client, `via` present, `via.asker = from`, `to` this department.
fn read(state: &State<'_>, own: &DepartmentId, packet: &Packet) -> Result<LegTwo, Fault> {
    let value = payload::value(packet)?;
    if lanes::hub_client(state).is_none_or(|hub| hub.as_str() != packet.destination_client) {
        return Err(Fault::Speaker { rule: "packets come over the client of the hub" });
    }
    let (envelope, leg_one) = forward::leg_one_of(value)?;
    envelope.check_at_department(own)?;
    Ok(LegTwo { envelope, request: request_hash(&leg_one) })
}

/// The envelope of a waiting status. The trace id is a hash of the body, so a status sent again is the same value.
pub(crate) fn status_envelope(own: &DepartmentId, waiting: &Push) -> Vec<u8> {
    let changed = Changed::decode(waiting.payload.as_slice()).expect("the register wrote it");
    let status = i32::try_from(changed.status).expect("1 to 5");
    let body = LicStatus {
        licence_ref: changed.licence_ref.as_slice().try_into().expect("the register checked 32 bytes"),
        licence_type: changed.licence_type.parse().expect("the register checked the type"),
        status: LicenceStatus::from_wire("status", status).expect("the register's numbers are the packets' numbers"),
        status_version: changed.status_version,
        as_of_height: changed.as_of_height,
        as_of_time: changed.as_of_time,
    }
    .encode();
    let trace = sha256(&[b"govhub/status-trace/1", &body]);
    let envelope = Envelope {
        kind: LIC_STATUS.into(),
        from: own.clone(),
        to: None,
        purpose: String::new(),
        legal_basis: String::new(),
        service_item: String::new(),
        authorisation: Authorisation::Statutory,
        answer_by: 0,
        trace_id: trace[..16].try_into().expect("a hash has 32 bytes"),
        body,
        via: None,
    };
    envelope.encode()
}
