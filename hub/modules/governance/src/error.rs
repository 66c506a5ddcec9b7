//! Why something about governance is refused, each with its stable code (group 60 to 79).

use govhub_types::codec::CodecError;
use govhub_types::{Code, Rejection};
use thiserror::Error;

use crate::ProposalState;

/// A refusal by governance.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GovernanceError {
    /// Not the canonical bytes of its message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// No message or query of this module.
    #[error("governance has no `{found}`")]
    UnknownMessage {
        /// Type URL or path, at most 80 characters.
        found: String,
    },
    /// Signed by somebody else than a member.
    #[error("{found} is no member of governance")]
    NotAMember {
        /// Signer.
        found: String,
    },
    /// A field of a proposal.
    #[error("proposal: {why}")]
    BadProposal {
        /// What is expected and what was found.
        why: String,
    },
    /// An action that this chain cannot execute.
    #[error("action {index}: `{found}` is no action of this chain")]
    UnknownAction {
        /// Index, from 0.
        index: usize,
        /// Type URL, at most 80 characters.
        found: String,
    },
    /// No such proposal.
    #[error("no proposal {id}")]
    UnknownProposal {
        /// Its number.
        id: u64,
    },
    /// It has ended.
    #[error("proposal {id} is {state}: propose it again")]
    Ended {
        /// Its number.
        id: u64,
        /// How it ended.
        state: &'static str,
    },
    /// A member speaks twice.
    #[error("{member} has already said so on proposal {id}")]
    Again {
        /// Its number.
        id: u64,
        /// The member.
        member: String,
    },
    /// Too many at once.
    #[error("{member} has {max} undecided proposals: wait for them or let them be cancelled")]
    TooManyOpen {
        /// Proposer.
        member: String,
        /// Bound.
        max: usize,
    },
    /// Members, threshold or times that break the rules of PROTOCOL 4.
    #[error("governance: {why}")]
    BadConfig {
        /// Which rule, with expected and found.
        why: String,
    },
    /// The store failed under a query.
    #[error("{why}")]
    StoreFault {
        /// The fault.
        why: String,
    },
}

impl GovernanceError {
    /// An unknown type URL or path, cut to 80 characters.
    pub fn unknown(found: &str) -> Self {
        Self::UnknownMessage { found: found.chars().take(80).collect() }
    }

    /// The stable number.
    pub fn code(&self) -> Code {
        match self {
            Self::Codec(_) => Code::GOVERNANCE_UNDECODABLE,
            Self::UnknownMessage { .. } => Code::GOVERNANCE_UNKNOWN_MESSAGE,
            Self::NotAMember { .. } => Code::GOVERNANCE_NOT_A_MEMBER,
            Self::BadProposal { .. } => Code::GOVERNANCE_BAD_PROPOSAL,
            Self::UnknownAction { .. } => Code::GOVERNANCE_UNKNOWN_ACTION,
            Self::UnknownProposal { .. } => Code::GOVERNANCE_UNKNOWN_PROPOSAL,
            Self::Ended { .. } => Code::GOVERNANCE_ENDED,
            Self::Again { .. } => Code::GOVERNANCE_AGAIN,
            Self::TooManyOpen { .. } => Code::GOVERNANCE_TOO_MANY_OPEN,
            Self::BadConfig { .. } => Code::GOVERNANCE_BAD_CONFIG,
            Self::StoreFault { .. } => Code::GOVERNANCE_STORE_FAULT,
        }
    }
}

impl From<GovernanceError> for Rejection {
    fn from(error: GovernanceError) -> Self {
        Rejection::new(error.code(), error.to_string())
    }
}

/// The word for a state.
pub fn state_name(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Unspecified => "unspecified",
        ProposalState::Open => "open",
        ProposalState::Scheduled => "scheduled",
        ProposalState::Executed => "executed",
        ProposalState::Failed => "failed",
        ProposalState::Cancelled => "cancelled",
        ProposalState::Expired => "expired",
    }
}
