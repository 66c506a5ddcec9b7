//! Proofs: a statement about one path, under the root that the attestors signed.

use govhub_lc_core::{ConsensusStates, Fault, Reason, StoredPath};
use govhub_types::hash::Hash;
use govhub_types::Height;
use prost::Message;

use crate::decode;
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::state::{ClientState, ConsensusState};
use crate::tree::{leaf, root_of_path, MAX_DEPTH};

/// Bytes of a path: a client id of 64, a kind, a sequence, and room for a chain's own forms.
pub const MAX_PATH_BYTES: usize = 128;
/// Bytes of a value: packets store hashes.
pub const MAX_VALUE_BYTES: usize = 256;

/// What stands under a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// This value, not empty.
    Value(Vec<u8>),
    /// Nothing.
    Absent,
}

/// What stands under one path at one height.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    path: Vec<u8>,
    outcome: Outcome,
}

impl Statement {
    /// A statement.
    ///
    /// # Errors
    /// `path`, `empty-value`, `value` for lengths out of bounds.
    pub fn new(path: &[u8], outcome: Outcome) -> Result<Self, Reason> {
        if path.is_empty() || path.len() > MAX_PATH_BYTES {
            return Err(Reason::new("path", format!("{} bytes; expected 1 to {MAX_PATH_BYTES}", path.len())));
        }
        match &outcome {
            Outcome::Value(value) if value.is_empty() => Err(Reason::new("empty-value", "nothing stored is empty")),
            Outcome::Value(value) if value.len() > MAX_VALUE_BYTES => {
                Err(Reason::new("value", format!("{} bytes; at most {MAX_VALUE_BYTES}", value.len())))
            }
            _ => Ok(Self { path: path.to_vec(), outcome }),
        }
    }

    pub(crate) fn from_raw(raw: &raw::Statement) -> Result<Self, Reason> {
        match (raw.absent, raw.value.is_empty()) {
            (true, false) => Err(Reason::new("statement", "says both a value and absence")),
            (true, true) => Self::new(&raw.path, Outcome::Absent),
            (false, _) => Self::new(&raw.path, Outcome::Value(raw.value.clone())),
        }
    }

    pub(crate) fn to_raw(&self) -> raw::Statement {
        let (value, absent) = match &self.outcome {
            Outcome::Value(value) => (value.clone(), false),
            Outcome::Absent => (Vec::new(), true),
        };
        raw::Statement { path: self.path.clone(), value, absent }
    }

    /// The path.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// What stands there.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Canonical bytes, of which leaves are made.
    pub fn encode(&self) -> Vec<u8> {
        self.to_raw().encode_to_vec()
    }
}

/// Verifies that the attestors state `value` under `path` at `height`.
pub(crate) fn present(states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    stated(states, height, path, Outcome::Value(value.to_vec()), proof)
}

/// Verifies that the attestors state absence under `path` at `height`.
pub(crate) fn absent(states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<(), Reason> {
    stated(states, height, path, Outcome::Absent, proof)
}

fn stated(states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, outcome: Outcome, proof: &[u8]) -> Result<(), Reason> {
    // Statements name the packet path itself; where the chain keeps it is the attestors' business.
    if path.prefix != [Vec::<u8>::new()] {
        return Err(Reason::new("merkle-prefix", format!("{} elements; statements have the prefix [\"\"]", path.prefix.len())));
    }
    let statement = Statement::new(path.path, outcome)?;
    let state = ClientState::state_at(states, height).map_err(|fault| match fault {
        Fault::Undecodable(reason) => reason,
        missing => Reason::new("no-consensus-state", missing.to_string()),
    })?;
    check_proof(&state, &statement, &decode::proof(proof)?)
}

/// Verifies that `statement` is one of those under the root of `state`.
pub(crate) fn check_proof(state: &ConsensusState, statement: &Statement, proof: &raw::Proof) -> Result<(), Reason> {
    if proof.count != state.statement_count {
        return Err(Reason::new("proof-count", format!("{} statements; attested are {}", proof.count, state.statement_count)));
    }
    if proof.siblings.len() > MAX_DEPTH {
        return Err(Reason::new("proof-depth", format!("{} hashes; at most {MAX_DEPTH}", proof.siblings.len())));
    }
    let hash = |bytes: &Vec<u8>| Hash::try_from(bytes.as_slice()).map_err(|_| Reason::new("proof-hash", format!("{} bytes; expected 32", bytes.len())));
    let siblings = proof.siblings.iter().map(hash).collect::<Result<Vec<_>, _>>()?;
    let found = root_of_path(leaf(statement), proof.index, state.statement_count, &siblings)
        .ok_or_else(|| Reason::new("proof-place", format!("{} hashes lead from no leaf {} of {}", siblings.len(), proof.index, state.statement_count)))?;
    match found == state.statements_root {
        true => Ok(()),
        false => Err(Reason::new("statement-not-attested", "the proof leads to another root")),
    }
}
