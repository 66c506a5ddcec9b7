//! Headers: the machine gives itself a new key, or only a new time.
//!
//! Source: ibc-go v10.5.1 `06-solomachine/update.go`, `header.go`.

use govhub_lc_core::{Check, CheckOutcome, Fault, LightClient, Reason, Update, Verdict};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;

use crate::decode;
use crate::sign_bytes;
use crate::state::{check_diversifier, name_in, ClientState, ConsensusState};

/// How far a header may be ahead of the host (PROTOCOL 4, drift of our clients): a clock set wrong would silence the machine for ever,
/// since its time may never go back.
const MAX_DRIFT_NS: u64 = 30_000_000_000;

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 6] = ["canonical-bytes", "time-not-going-back", "not-from-future", "new-key", "same-machine", "signature-at-sequence"];

pub(crate) fn header(client: &ClientState, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::header(any).map_err(Fault::Undecodable)?;
    Ok(match judge(client, &raw, now) {
        Ok(next) => Verdict::Accepted(Update {
            client_state: next.encode(),
            consensus_states: vec![(next.latest_height(), next.consensus.encode())],
            trust: None,
            checks: CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect(),
        }),
        Err(reason) => Verdict::Invalid(reason),
    })
}

fn judge(client: &ClientState, raw: &raw::Header, now: Time) -> Result<ClientState, Reason> {
    let time = Time::from_unix_ns(raw.timestamp);
    client.check_time(time)?;
    if time.since(now).is_some_and(|ahead| ahead > MAX_DRIFT_NS) {
        return Err(Reason::new(Reason::FROM_FUTURE, format!("{time}; it is {now} here")));
    }
    let public_key = decode::public_key("new-key", raw.new_public_key.as_ref())?;
    check_diversifier(&raw.new_diversifier)?;
    let (old, new) = (client.consensus.name(), name_in(&raw.new_diversifier));
    if old != new {
        return Err(Reason::new("machine-mismatch", format!("the client follows `{old}`, the new diversifier names `{new}`")));
    }
    let message = sign_bytes::header(client.binding(time), &public_key.to_any(), &raw.new_diversifier);
    client.verify_signature(&message, &raw.signature)?;
    client.after(ConsensusState { public_key, diversifier: raw.new_diversifier.clone(), time })
}
