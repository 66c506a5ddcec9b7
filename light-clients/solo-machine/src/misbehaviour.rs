//! Evidence: two different messages under one sequence, both signed with the key that is believed now.
//!
//! Source: ibc-go v10.5.1 `06-solomachine/misbehaviour.go`, `misbehaviour_handle.go`. Two rules are wider here, so that every real
//! contradiction can be shown: ibc-go refuses a path that does not parse as a `MerklePath`, though its own proofs sign raw keys; and it
//! refuses empty data, though that is how a machine states absence.

use govhub_lc_core::{Fault, Reason, Verdict};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;

use crate::decode;
use crate::sign_bytes::{self, Binding};
use crate::state::ClientState;

pub(crate) fn check(client: &ClientState, any: &Any) -> Result<Verdict, Fault> {
    let raw = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    Ok(match judge(client, &raw) {
        Ok(()) => Verdict::Misbehaviour(Reason::new("equivocation", format!("two messages signed at sequence {}", raw.sequence))),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// The times of the statements are not compared with the client's: old misbehaviour is misbehaviour. Neither are they a difference: a
/// machine that signs one statement again, later, contradicts nothing.
fn judge(client: &ClientState, raw: &raw::Misbehaviour) -> Result<(), Reason> {
    if raw.sequence == 0 {
        return Err(Reason::new("sequence", "is 0; a machine counts from 1"));
    }
    let missing = |which| Reason::new("statement-missing", format!("statement {which} of the evidence"));
    let one = raw.signature_one.as_ref().ok_or_else(|| missing(1))?;
    let two = raw.signature_two.as_ref().ok_or_else(|| missing(2))?;
    if one.path == two.path && one.data == two.data {
        return Err(Reason::new("no-conflict", "both statements say the same"));
    }
    signed(client, raw.sequence, one)?;
    signed(client, raw.sequence, two)
}

fn signed(client: &ClientState, sequence: u64, statement: &raw::SignatureAndData) -> Result<(), Reason> {
    if statement.path.is_empty() {
        return Err(Reason::new("path", "is empty"));
    }
    if statement.timestamp == 0 {
        return Err(Reason::new("timestamp", "is 0"));
    }
    let time = Time::from_unix_ns(statement.timestamp);
    let binding = Binding { sequence, time, diversifier: &client.consensus.diversifier };
    client.verify_signature(&sign_bytes::statement(binding, &statement.path, &statement.data), &statement.signature)
}
