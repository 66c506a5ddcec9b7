//! Statuses as their issuers pushed them: newest version per department and ref; older never overwrites newer, and two
//! stories under one version are kept as evidence.

use govhub_packets::{AcceptedCode, LicStatus};
use govhub_store::{Column, State, Substore};
use govhub_types::hash::{sha256, Hash};
use prost::Message;

use crate::proto::StatusRecord;

/// Conflicting statuses kept per department and ref: two prove the point, more only fill disks.
pub const CONFLICTS_KEPT: usize = 8;

const CONFLICT: &[u8] = b"xc";

/// What a pushed status meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Newer than what was known.
    New,
    /// Known already, byte for byte.
    Same,
    /// Older than what is known.
    Stale,
    /// Other bytes under the version that is known.
    Conflict,
}

/// The newest status of `licence_ref` that `department` pushed, with its version.
pub fn get(state: &State<'_>, department: &str, licence_ref: &[u8]) -> Option<StatusRecord> {
    let bytes = state.get(Substore::Licence, &key(department, licence_ref))?;
    Some(StatusRecord::decode(bytes.as_slice()).expect("written by take() below"))
}

/// Other bytes seen under the same version as the known status, oldest hash first.
pub fn conflicts(state: &State<'_>, department: &str, licence_ref: &[u8]) -> Vec<Vec<u8>> {
    let from = conflict_prefix(department, licence_ref);
    let to = [from.as_slice(), &[0xff; 33]].concat();
    state.column_range(Column::Index, &from, &to, CONFLICTS_KEPT).into_iter().map(|(_, v)| v).collect()
}

impl Taken {
    /// What the sender is told.
    pub fn code(self) -> AcceptedCode {
        match self {
            Self::New | Self::Same => AcceptedCode::Ok,
            Self::Stale => AcceptedCode::Stale,
            Self::Conflict => AcceptedCode::Conflict,
        }
    }
}

/// Takes `status`, which came as the canonical bytes `body`.
pub(crate) fn take(state: &mut State<'_>, department: &str, status: &LicStatus, body: &[u8], now_s: u64) -> Taken {
    let (licence_ref, status_version) = (&status.licence_ref, status.status_version);
    let record = StatusRecord { status: body.to_vec(), status_version, received_at: now_s };
    let taken = match get(state, department, licence_ref) {
        None => Taken::New,
        Some(known) if known.status_version < status_version => Taken::New,
        Some(known) if known.status_version > status_version => Taken::Stale,
        Some(known) if known.status == body => Taken::Same,
        Some(_) => Taken::Conflict,
    };
    match taken {
        Taken::New => state.put(Substore::Licence, &key(department, licence_ref), record.encode_to_vec()),
        Taken::Conflict => keep_conflict(state, department, licence_ref, body),
        Taken::Same | Taken::Stale => {}
    }
    taken
}

fn keep_conflict(state: &mut State<'_>, department: &str, licence_ref: &[u8], status: &[u8]) {
    if conflicts(state, department, licence_ref).len() < CONFLICTS_KEPT {
        let digest: Hash = sha256(&[status]);
        state.column_put(Column::Index, &[conflict_prefix(department, licence_ref).as_slice(), &digest].concat(), status.to_vec());
    }
}

/// `s`, 18 characters, 32 bytes: the register of a department's chain uses other first bytes.
fn key(department: &str, licence_ref: &[u8]) -> Vec<u8> {
    [b"s", department.as_bytes(), licence_ref].concat()
}

fn conflict_prefix(department: &str, licence_ref: &[u8]) -> Vec<u8> {
    [CONFLICT, department.as_bytes(), licence_ref].concat()
}
