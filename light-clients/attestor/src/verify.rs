//! Headers: an attestation by a quorum of the set that is believed now.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, Reason, Tally, Update, Verdict};
use govhub_types::time::NANOS_PER_SECOND;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::attestors::AttestorSet;
use crate::decode;
use crate::header::{Attestation, Header};
use crate::sign_bytes::digest;
use crate::state::{ClientState, ConsensusState};
use govhub_lc_core::LightClient;

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 10] = [
    "canonical-bytes", "attestation-shape", "epoch", "not-from-future", "not-expired", "next-epoch", "attestor-quorum", "no-conflict",
    "rotation-height", "time-not-going-back",
];

pub(crate) fn header(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::header(any).map_err(Fault::Undecodable)?;
    let header = match Header::from_raw(raw) {
        Ok(header) => header,
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    if let Err(reason) = check_alone(client, &header, now) {
        return Ok(Verdict::Invalid(reason));
    }
    match quorum(client, &client.attestors, &header) {
        Ok(()) => accept(client, states, &header.attestation),
        Err(Short::Of(tally)) => Ok(Verdict::NotEnoughTrust(tally)),
        Err(Short::Broken(reason)) => Ok(Verdict::Invalid(reason)),
    }
}

/// What a header must keep whoever signed it.
fn check_alone(client: &ClientState, header: &Header, now: Time) -> Result<(), Reason> {
    let (current, attestation) = (client.attestors.epoch(), &header.attestation);
    if header.epoch < current {
        return Err(Reason::new("epoch-retired", format!("signed in epoch {}, the attestors are of epoch {current}", header.epoch)));
    }
    if header.epoch > current {
        return Err(Reason::new("epoch-unknown", format!("signed in epoch {}, the attestors are of epoch {current}: submit the rotation first", header.epoch)));
    }
    let ns = |seconds: u64| seconds.saturating_mul(NANOS_PER_SECOND);
    if attestation.time.since(now).is_some_and(|ahead| ahead > ns(client.max_clock_drift_s)) {
        return Err(Reason::new(Reason::FROM_FUTURE, format!("{}; it is {now} here", attestation.time)));
    }
    if now.since(attestation.time).is_some_and(|age| age >= ns(client.trusting_period_s)) {
        return Err(Reason::new("attestation-expired", format!("{}; it is {now} here", attestation.time)));
    }
    match &attestation.next {
        Some(next) if Some(next.epoch()) != current.checked_add(1) => {
            Err(Reason::new("next-epoch", format!("the next set says epoch {}, this is {current}", next.epoch())))
        }
        _ => Ok(()),
    }
}

/// Why a header is not signed by enough.
#[derive(Debug)]
pub(crate) enum Short {
    /// Too few signatures; none of them was verified.
    Of(Tally),
    /// A signature or its place is wrong.
    Broken(Reason),
}

/// At least m attestors of `set` signed, each once, every signature good.
pub(crate) fn quorum(client: &ClientState, set: &AttestorSet, header: &Header) -> Result<(), Short> {
    let mut expected = 0;
    for signature in &header.signatures {
        let place = signature.attestor;
        if place as usize >= set.attestors().len() {
            return Err(Short::Broken(Reason::new("unknown-attestor", format!("number {place}; there are {}", set.attestors().len()))));
        }
        if place < expected {
            return Err(Short::Broken(Reason::new("signature-order", format!("attestor {place} stands twice or out of order"))));
        }
        expected = place + 1;
    }
    let (signed, total) = (header.signatures.len() as u64, set.attestors().len() as u64);
    if signed < u64::from(set.threshold()) {
        return Err(Short::Of(Tally { signed, total, needed_num: u64::from(set.threshold()), needed_den: total }));
    }
    let digest = digest(&client.chain_id, &client.diversifier, set, &header.attestation);
    for signature in &header.signatures {
        let attestor = &set.attestors()[signature.attestor as usize];
        attestor.public_key.verify(&digest, &signature.signature).map_err(|error| {
            Short::Broken(Reason::new("signature", format!("of `{}`: {error}", attestor.name)))
        })?;
    }
    Ok(())
}

/// Compares a signed attestation with what is stored: new, seen before, or a contradiction.
fn accept(client: &ClientState, states: &dyn ConsensusStates, attestation: &Attestation) -> Result<Verdict, Fault> {
    let checks = CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect();
    let state = attestation.consensus_state();
    let stored = states.at(attestation.height).map(|any| ConsensusState::decode(&any)).transpose().map_err(Fault::Undecodable)?;
    if stored.is_some_and(|stored| stored != state) {
        return Ok(Verdict::Misbehaviour(Reason::new("conflicting-attestation", format!("another one is stored at {}", attestation.height))));
    }
    // A rotation ends what the old keys may say, so it stands at the newest height.
    if attestation.next.is_some() && attestation.height <= client.latest_height {
        let words = format!("a rotation at {}, {} was seen", attestation.height, client.latest_height);
        return Ok(Verdict::Invalid(Reason::new("rotation-height", words)));
    }
    if stored.is_some() {
        return Ok(Verdict::Accepted(Update { client_state: client.encode(), consensus_states: Vec::new(), trust: None, checks }));
    }
    if let Some(reason) = time_going_back(states, attestation)? {
        return Ok(Verdict::Invalid(reason));
    }
    let next = after(client, attestation);
    let trust = attestation.next.is_some().then(|| next.trust_class());
    Ok(Verdict::Accepted(Update { client_state: next.encode(), consensus_states: vec![(attestation.height, state.encode())], trust, checks }))
}

/// The client after an accepted attestation.
fn after(client: &ClientState, attestation: &Attestation) -> ClientState {
    let latest_height = client.latest_height.max(attestation.height);
    match &attestation.next {
        Some(next) => ClientState { attestors: next.clone(), retired: Some(client.attestors.clone()), latest_height, ..client.clone() },
        None => ClientState { latest_height, ..client.clone() },
    }
}

/// Time never goes back with height over all that is stored; it may stand still, since some chains count in seconds.
///
/// A refusal and no freeze: the time is each attestor's reading of a clock, which may be set wrong without a second history.
fn time_going_back(states: &dyn ConsensusStates, attestation: &Attestation) -> Result<Option<Reason>, Fault> {
    let decoded = |found: Option<(Height, Any)>| {
        found.map(|(height, any)| ConsensusState::decode(&any).map(|state| (height, state.time))).transpose().map_err(Fault::Undecodable)
    };
    let (height, time) = (attestation.height, attestation.time);
    let back = |other: Height, at: Time| Some(Reason::new("time-going-back", format!("{height} at {time}, {other} is stored at {at}")));
    Ok(match (decoded(states.before(height))?, decoded(states.after(height))?) {
        (Some((below, earlier)), _) if earlier > time => back(below, earlier),
        (_, Some((above, later))) if later < time => back(above, later),
        _ => None,
    })
}
