//! Evidence: two things that honest attestors never sign both, each signed by a quorum of one set.
//!
//! The set is the one that is believed now, or the one that the last rotation retired, so that nobody escapes by a rotation. Times are not
//! looked at: old misbehaviour is misbehaviour.

use govhub_lc_core::{Fault, Reason, Verdict};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;

use crate::attestors::AttestorSet;
use crate::decode;
use crate::header::{Attestation, Header};
use crate::membership::{check_proof, Outcome, Statement};
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::state::ClientState;
use crate::verify::{quorum, Short};

pub(crate) fn check(client: &ClientState, any: &Any) -> Result<Verdict, Fault> {
    let raw = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    Ok(match judge(client, raw) {
        Ok(reason) => Verdict::Misbehaviour(reason),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// What the evidence shows.
///
/// # Errors
/// Why it shows nothing.
fn judge(client: &ClientState, raw: raw::Misbehaviour) -> Result<Reason, Reason> {
    let missing = || Reason::new("evidence-missing", "evidence has two sides");
    let (one, two) = (Side::from_raw(raw.one.ok_or_else(missing)?)?, Side::from_raw(raw.two.ok_or_else(missing)?)?);
    let conflict = conflict(&one, &two).ok_or_else(|| Reason::new("no-conflict", "honest attestors may sign both"))?;
    one.check(client)?;
    two.check(client)?;
    Ok(conflict)
}

/// One signed thing: an attestation, and perhaps a statement in it.
struct Side {
    header: Header,
    statement: Option<(Statement, raw::Proof)>,
}

impl Side {
    fn from_raw(raw: raw::Evidence) -> Result<Self, Reason> {
        let header = Header::from_raw(raw.header.ok_or_else(|| Reason::new("evidence-missing", "a side without header"))?)?;
        let statement = match (raw.statement, raw.proof) {
            (None, None) => None,
            (Some(statement), Some(proof)) => Some((Statement::from_raw(&statement)?, proof)),
            _ => return Err(Reason::new("evidence-missing", "a statement without proof, or a proof without statement")),
        };
        Ok(Self { header, statement })
    }

    fn attestation(&self) -> &Attestation {
        &self.header.attestation
    }

    /// A quorum signed it, and the statement is in it.
    fn check(&self, client: &ClientState) -> Result<(), Reason> {
        let set = set_of(client, self.header.epoch)?;
        quorum(client, set, &self.header).map_err(|short| match short {
            Short::Of(tally) => Reason::new("insufficient-quorum", format!("{} of {} signed, {} are needed", tally.signed, tally.total, tally.needed_num)),
            Short::Broken(reason) => reason,
        })?;
        match &self.statement {
            Some((statement, proof)) => check_proof(&self.attestation().consensus_state(), statement, proof),
            None => Ok(()),
        }
    }
}

fn set_of(client: &ClientState, epoch: u64) -> Result<&AttestorSet, Reason> {
    [Some(&client.attestors), client.retired.as_ref()]
        .into_iter()
        .flatten()
        .find(|set| set.epoch() == epoch)
        .ok_or_else(|| Reason::new("epoch-unknown", format!("epoch {epoch} is neither the current one nor the one before")))
}

/// Why both cannot be true, if they cannot.
fn conflict(one: &Side, two: &Side) -> Option<Reason> {
    if let (Some((a, _)), Some((b, _))) = (&one.statement, &two.statement) {
        return statements((one.attestation().height, a), (two.attestation().height, b));
    }
    let (a, b) = (one.attestation(), two.attestation());
    if a.height == b.height && a != b {
        return Some(Reason::new("equivocation", format!("two attestations of {}", a.height)));
    }
    // One epoch ends by one rotation.
    match one.header.epoch == two.header.epoch && a.next.is_some() && b.next.is_some() && a.next != b.next {
        true => Some(Reason::new("rotation-equivocation", format!("two successors of epoch {}", one.header.epoch))),
        false => None,
    }
}

/// At one height a path has one value or none. Over heights, packet paths are written once (PROTOCOL 2): there is never a second value,
/// and receipts and acknowledgements stay for ever. A commitment is deleted when its packet is settled, so its absence may follow.
fn statements((height_a, a): (Height, &Statement), (height_b, b): (Height, &Statement)) -> Option<Reason> {
    if a.path() != b.path() {
        return None;
    }
    let kind = packet_kind(a.path());
    match (a.outcome(), b.outcome()) {
        (Outcome::Value(x), Outcome::Value(y)) => (x != y && (kind.is_some() || height_a == height_b))
            .then(|| Reason::new("two-values", format!("of one path, at {height_a} and {height_b}"))),
        (Outcome::Value(_), Outcome::Absent) => vanished(kind, height_a, height_b),
        (Outcome::Absent, Outcome::Value(_)) => vanished(kind, height_b, height_a),
        (Outcome::Absent, Outcome::Absent) => None,
    }
}

fn vanished(kind: Option<u8>, present: Height, absent: Height) -> Option<Reason> {
    let stays = matches!(kind, Some(RECEIPT | ACKNOWLEDGEMENT));
    (present == absent || (stays && present < absent))
        .then(|| Reason::new("presence-and-absence", format!("of one path: present at {present}, absent at {absent}")))
}

const COMMITMENT: u8 = 1;
const RECEIPT: u8 = 2;
const ACKNOWLEDGEMENT: u8 = 3;

/// The kind of a packet path `clientID ‖ kind ‖ be64(sequence)`; `None` for any other path.
fn packet_kind(path: &[u8]) -> Option<u8> {
    let (_, tail) = path.split_at_checked(path.len().checked_sub(9)?)?;
    Some(tail[0]).filter(|kind| path.len() > 9 && matches!(*kind, COMMITMENT | RECEIPT | ACKNOWLEDGEMENT))
}
