//! The hub's end: judge, forward, settle.

pub(crate) mod answer;
pub(crate) mod deadline;
pub(crate) mod question;
mod settle;
pub(crate) mod status;

use govhub_ibc::types::Packet;
use govhub_ibc::RecvOutcome;
use govhub_packets::{request_hash, Answer, Envelope, Fault, Party, RefusedCode, Via};
use govhub_store::State;
use govhub_types::{BlockContext, DepartmentId, Event};

use crate::kinds::{self, Lookup};
use crate::proto::LegOne;
use crate::{event, lanes, payload, Exchange};

/// What becomes of a packet that the hub received.
pub(crate) enum Outcome {
    /// This answer, now.
    Answer(Answer),
    /// A typed refusal by the hub, now.
    Refuse(RefusedCode),
    /// An answer later: leg two is out.
    Later,
}

/// A packet of leg one as far as every kind needs it.
pub(crate) struct Received<'a> {
    pub packet: &'a Packet,
    pub leg_one: LegOne,
    pub department: DepartmentId,
    pub value: &'a [u8],
    pub envelope: Envelope,
}

impl Received<'_> {
    /// What the hub appends for leg two.
    fn via(&self) -> Via {
        let client_id = self.leg_one.client_id.parse().expect("a lane is bound to it, so it was parsed");
        Via { client_id, sequence: self.leg_one.sequence, asker: self.envelope.from.clone() }
    }
}

pub(crate) fn on_recv(app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, events: &mut Vec<Event>) -> RecvOutcome {
    let received = match read(state, packet) {
        Ok(received) => received,
        Err(fault) => return event::fault(packet, &fault, events),
    };
    let outcome = match kinds::lookup(state, &received.envelope.kind) {
        Lookup::Unknown => Ok(Outcome::Refuse(RefusedCode::UnknownKind)),
        Lookup::OtherVersion => Ok(Outcome::Refuse(RefusedCode::UnsupportedVersion)),
        Lookup::Verify => question::take(app, state, ctx, &received, events),
        Lookup::Status => status::take(app, state, ctx, &received),
    };
    match outcome {
        Ok(Outcome::Answer(answer)) => RecvOutcome::Ack(answer.encode()),
        Ok(Outcome::Refuse(code)) => {
            events.push(event::refused(&received.leg_one, code));
            RecvOutcome::Ack(Answer::Refused { code, by: Party::Hub, request: request_hash(received.value) }.encode())
        }
        Ok(Outcome::Later) => RecvOutcome::Async,
        Err(fault) => event::fault(packet, &fault, events),
    }
}

/// Payload, envelope and speaker: `from` is the department bound to the client, `via` is absent.
fn read<'a>(state: &State<'_>, packet: &'a Packet) -> Result<Received<'a>, Fault> {
    let value = payload::value(packet)?;
    let envelope = Envelope::decode(value)?;
    let department = lanes::department_of(state, &packet.destination_client).ok_or(Fault::Speaker { rule: "no department is bound to the client" })?;
    envelope.check_at_hub(&department)?;
    let leg_one = LegOne { client_id: packet.destination_client.clone(), sequence: packet.sequence };
    Ok(Received { packet, leg_one, department, value, envelope })
}
