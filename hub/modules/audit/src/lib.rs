//! The audit log: every transaction that reached a block, accepted or rejected, in one hash chain.
//!
//! Entries stand in a plain column by position; the substore `audit` commits to their number and the hash of the newest, so a proof of the
//! head makes every entry before it checkable ([`check`]).
//!
//! Invariants
//! * positions have no gaps and entries never change;
//! * only the host's block execution appends ([`record`]); no message reaches this module.

pub mod proto;
pub mod query;

pub use proto::{Entry, Head};

use govhub_store::{Column, State, Substore};
use govhub_types::hash::{sha256, Hash};
use prost::Message;
use thiserror::Error;

/// Domain of an entry's hash.
const DOMAIN: &[u8] = b"govhub/audit/1";
const HEAD: &[u8] = b"h";

/// What one transaction leaves behind, position and link aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Height of its block.
    pub height: u64,
    /// Index within the block.
    pub index: u32,
    /// SHA-256 of its bytes.
    pub tx_hash: Hash,
    /// Bech32 addresses in signing order.
    pub signers: Vec<String>,
    /// Type URLs in order.
    pub messages: Vec<String>,
    /// Result code, 0 if accepted.
    pub code: u32,
}

/// Appends `record`.
pub fn record(state: &mut State<'_>, record: Record) {
    let Head { count, hash } = head(state);
    let entry = Entry {
        position: count,
        height: record.height,
        index: record.index,
        tx_hash: record.tx_hash.to_vec(),
        signers: record.signers,
        messages: record.messages,
        code: record.code,
        previous: hash,
    };
    let head = Head { count: count + 1, hash: entry_hash(&entry).to_vec() };
    state.column_put(Column::AuditLog, &count.to_be_bytes(), entry.encode_to_vec());
    state.put(Substore::Audit, HEAD, head.encode_to_vec());
}

/// Number of entries and hash of the newest.
pub fn head(state: &State<'_>) -> Head {
    match state.get(Substore::Audit, HEAD) {
        Some(bytes) => Head::decode(bytes.as_slice()).expect("written by record()"),
        None => Head { count: 0, hash: vec![0; 32] },
    }
}

/// Key of the head in the substore `audit`, for proofs.
pub const fn head_key() -> &'static [u8] {
    HEAD
}

/// SHA-256("govhub/audit/1" ‖ canonical entry).
pub fn entry_hash(entry: &Entry) -> Hash {
    sha256(&[DOMAIN, &entry.encode_to_vec()])
}

/// Where a piece of log does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogFault {
    /// A position is missing or repeated.
    #[error("entry {index} of the piece has position {found}, expected {expected}")]
    Position {
        /// Index in the piece.
        index: usize,
        /// What follows.
        expected: u64,
        /// What stands there.
        found: u64,
    },
    /// An entry does not name the hash of the one before.
    #[error("entry at position {position} does not link to the one before it")]
    Link {
        /// Its position.
        position: u64,
    },
    /// The last entry is not the head's.
    #[error("the piece ends at another hash or count than the head")]
    Head,
}

/// Checks that `entries` are consecutive, linked, and end at `head`, which the reader has proved against a header.
///
/// # Errors
/// The first fault.
///
/// # Not checked
/// What stands before the first entry: begin at position 0 to check the whole log.
pub fn check(entries: &[Entry], head: &Head) -> Result<(), LogFault> {
    let (mut expected, mut previous) = match entries.first() {
        Some(first) => (first.position, first.previous.clone()),
        None => (head.count, head.hash.clone()),
    };
    if expected == 0 && previous != [0; 32] {
        return Err(LogFault::Link { position: 0 });
    }
    for (index, entry) in entries.iter().enumerate() {
        if entry.position != expected {
            return Err(LogFault::Position { index, expected, found: entry.position });
        }
        if entry.previous != previous {
            return Err(LogFault::Link { position: entry.position });
        }
        previous = entry_hash(entry).to_vec();
        expected = expected.checked_add(1).ok_or(LogFault::Head)?;
    }
    if (expected, &previous) != (head.count, &head.hash) {
        return Err(LogFault::Head);
    }
    Ok(())
}
