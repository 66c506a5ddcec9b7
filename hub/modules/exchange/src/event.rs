//! Events of the exchange, for operators and the timeline. The packet core's own events carry the packets.

use govhub_ibc::types::Packet;
use govhub_ibc::RecvOutcome;
use govhub_packets::{Answer, Fault, RefusedCode};
use govhub_types::{Event, Rejection};

use crate::proto::LegOne;

pub(crate) fn forwarded(leg_one: &LegOne, client_id: &str, sequence: u64) -> Event {
    on(Event::new("exchange_forwarded"), leg_one).with("leg_two_client", client_id).with("leg_two_sequence", sequence)
}

pub(crate) fn refused(leg_one: &LegOne, code: RefusedCode) -> Event {
    on(Event::new("exchange_refused"), leg_one).with("code", code.number())
}

pub(crate) fn answered(leg_one: &LegOne, answer: &Answer) -> Event {
    let what = match answer {
        Answer::Refused { code, .. } => code.as_str(),
        Answer::NoAnswer(reason) => reason.as_str(),
        Answer::Forwarded { .. } | Answer::Result(_) | Answer::Accepted(_) => "FORWARDED",
    };
    on(Event::new("exchange_answered"), leg_one).with("answer", what)
}

/// Notes why the packet gets the error acknowledgement, which itself says nothing.
pub(crate) fn fault(packet: &Packet, fault: &Fault, events: &mut Vec<Event>) -> RecvOutcome {
    let here = LegOne { client_id: packet.destination_client.clone(), sequence: packet.sequence };
    events.push(on(Event::new("exchange_fault"), &here).with("fault", fault.name()));
    RecvOutcome::Error
}

pub(crate) fn late(leg_one: &LegOne) -> Event {
    on(Event::new("exchange_late_answer"), leg_one)
}

pub(crate) fn unsettled(leg_one: &LegOne, refusal: &Rejection) -> Event {
    on(Event::new("exchange_unsettled"), leg_one).with("code", refusal.code.0)
}

fn on(event: Event, leg_one: &LegOne) -> Event {
    event.with("client_id", &leg_one.client_id).with("sequence", leg_one.sequence)
}
