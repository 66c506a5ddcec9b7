//! A ceremony's transcript, for people and for publication: who, in which order, with which hashes.

use serde_json::{json, Value};
use zk_verify::Origin;

use crate::beacon::Beacon;
use crate::phase1::PowersOfTau;
use crate::phase2::Ceremony;

/// Powers of tau and everyone's part in them.
pub(super) fn of_powers(powers: &PowersOfTau) -> Value {
    let contributions = powers.contributions().iter().map(|c| json!({ "name": c.name, "beacon": beacon(&c.beacon), "response": hex::encode(c.response()) }));
    json!({ "power": powers.power(), "challenge": hex::encode(powers.challenge()), "contributions": contributions.collect::<Vec<_>>() })
}

/// A circuit's ceremony upon `powers`.
pub(super) fn of_ceremony(ceremony: &Ceremony, powers: &PowersOfTau) -> Value {
    let subject = ceremony.subject();
    let phase2 = (1..).zip(ceremony.contributions()).map(|(number, c)| {
        json!({ "name": c.name, "beacon": beacon(&c.beacon), "transcript": hex::encode(ceremony.transcript_before(number)) })
    });
    json!({
        "circuit": subject.circuit,
        "matrices": hex::encode(subject.fingerprint),
        "development": subject.origin == Origin::Development,
        "start": hex::encode(subject.start),
        "complete": ceremony.is_complete().is_ok(),
        "phase1": of_powers(powers),
        "phase2": phase2.collect::<Vec<_>>(),
    })
}

/// The powers in lines.
pub(super) fn lines_of_powers(powers: &PowersOfTau) -> String {
    let lines = (1..).zip(powers.contributions()).map(|(number, c)| format!("\n  {number} {} {}", c.name, hex::encode(c.response())));
    format!("powers of 2^{}: good{}", powers.power(), lines.collect::<String>())
}

/// The ceremony in lines.
pub(super) fn lines_of_ceremony(ceremony: &Ceremony) -> String {
    let lines = (1..).zip(ceremony.contributions()).map(|(number, c)| format!("\n  {number} {} {}", c.name, hex::encode(ceremony.transcript_before(number))));
    let state = ceremony.is_complete().map_or_else(|open| format!("not complete: {open}"), |()| "complete: keys can be made".into());
    format!("ceremony of `{}`: good{}\n{state}", ceremony.subject().circuit, lines.collect::<String>())
}

fn beacon(beacon: &Option<Beacon>) -> Option<Value> {
    beacon.as_ref().map(|b| json!({ "value": hex::encode(b.value()), "iterations_exp": b.iterations_exp() }))
}
