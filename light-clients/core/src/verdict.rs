//! Verdicts: accepted, not enough trust, invalid, or misbehaviour; every one lists the checks that led to it.

use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use thiserror::Error;

use crate::TrustClass;

/// What one check said. A check that could not run is `NotCheckable`, and then nothing is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Ran and held.
    Pass,
    /// Ran and did not hold.
    Fail,
    /// Could not run: what it needs is not in the input.
    NotCheckable,
}

/// One named check of a family's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable name, kebab-case, e.g. `commit-quorum`.
    pub name: &'static str,
    /// What it said.
    pub outcome: CheckOutcome,
}

/// Why something is refused: a stable kebab-case code and words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {detail}")]
pub struct Reason {
    /// Stable code, e.g. `insufficient-quorum`; one per rule.
    pub code: &'static str,
    /// Expected and found.
    pub detail: String,
}

impl Reason {
    /// The one code that means "the same header may be accepted later": its time is ahead of the host's by more than the drift.
    pub const FROM_FUTURE: &'static str = "header-from-future";

    /// A reason with its code and detail.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Why no judgement could be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The bytes are not a message of this family.
    #[error("undecodable: {0}")]
    Undecodable(Reason),
    /// The trusted state that the message builds on is not stored (temporary: an earlier update is missing).
    #[error("no consensus state at {0}: submit the update to that height first")]
    NoConsensusState(Height),
}

/// Signing power counted against what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Power that signed.
    pub signed: u64,
    /// Power in all.
    pub total: u64,
    /// Fraction needed, numerator.
    pub needed_num: u64,
    /// Fraction needed, denominator.
    pub needed_den: u64,
}

/// What an accepted header changes. Empty `consensus_states` with an equal client state is a no-op (identical header seen before).
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The client state to store.
    pub client_state: Any,
    /// Consensus states to store.
    pub consensus_states: Vec<(Height, Any)>,
    /// Whom one believes from now on, where the header tells; the host keeps the last one for display.
    pub trust: Option<TrustClass>,
    /// The checks that ran, all `Pass`.
    pub checks: Vec<Check>,
}

/// The judgement of a header or of evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every check ran and held.
    Accepted(Update),
    /// Well formed, but too little of the trusted set signed: an intermediate header may help.
    NotEnoughTrust(Tally),
    /// A rule is broken.
    Invalid(Reason),
    /// Two statements that an honest chain cannot make; the host freezes the client.
    Misbehaviour(Reason),
}
