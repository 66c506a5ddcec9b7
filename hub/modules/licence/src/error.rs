//! Why a message to the register is refused, each with its stable code (group 120 to 139).

use govhub_types::codec::CodecError;
use govhub_types::{Code, Rejection};
use thiserror::Error;

use crate::Status;

/// A refusal by the register.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LicenceError {
    /// Not the canonical bytes of its message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// No message of this module.
    #[error("the register has no message `{found}`")]
    UnknownMessage {
        /// Type URL, at most 80 characters.
        found: String,
    },
    /// This chain has no register.
    #[error("this chain keeps no licence register: send it to the department's own chain")]
    NoRegister,
    /// Signed by somebody else than the department.
    #[error("only the account of department {expected} changes its register; signed by {found}")]
    NotTheDepartment {
        /// The chain's department.
        expected: String,
        /// Signer.
        found: String,
    },
    /// A field that has no such value.
    #[error("item {index}, field `{field}`: {why}")]
    BadField {
        /// Position in a batch, from 0; 0 for single messages.
        index: usize,
        /// Field name.
        field: &'static str,
        /// What is expected and what was found.
        why: String,
    },
    /// Dates that contradict one another or the chain's day.
    #[error("item {index}: {why}")]
    BadDates {
        /// Position in a batch, from 0.
        index: usize,
        /// Which rule of dates.
        why: String,
    },
    /// No items, or too many.
    #[error("a batch has 1 to {max} licences, found {found}: split it")]
    BatchSize {
        /// Bound.
        max: usize,
        /// Items found.
        found: usize,
    },
    /// The ref is taken, for ever.
    #[error("item {index}: licence {licence_ref} is already recorded; a new version needs a new id, salt and ref")]
    AlreadyRecorded {
        /// Position in a batch, from 0.
        index: usize,
        /// Hex.
        licence_ref: String,
    },
    /// Nothing under this ref.
    #[error("no licence {licence_ref} on this chain")]
    Unknown {
        /// Hex.
        licence_ref: String,
    },
    /// The status is final.
    #[error("licence is {status}, which is final: issue a new one")]
    Final {
        /// Present status.
        status: Status,
    },
    /// The change does not lead from the present status.
    #[error("cannot {change} a licence that is {status}")]
    NotFrom {
        /// Present status.
        status: Status,
        /// Verb.
        change: &'static str,
    },
    /// A word that governance did not put on the list.
    #[error("field `{field}`: the word asked for is not on this chain's list; governance sets the lists (SetLists)")]
    NotListed {
        /// Field name.
        field: &'static str,
    },
    /// The code would live too long or is already dead.
    #[error("`expires_at` must be after {now} and at most {latest} (120 s ahead), found {found}")]
    CodeLife {
        /// Chain's second.
        now: u64,
        /// Latest allowed.
        latest: u64,
        /// Asked.
        found: u64,
    },
    /// The same code twice.
    #[error("this code was minted before: draw a new one")]
    CodeExists,
}

impl LicenceError {
    /// The stable number.
    pub fn code(&self) -> Code {
        match self {
            Self::Codec(_) => Code::LICENCE_UNDECODABLE,
            Self::UnknownMessage { .. } => Code::LICENCE_UNKNOWN_MESSAGE,
            Self::NoRegister => Code::LICENCE_NO_REGISTER,
            Self::NotTheDepartment { .. } => Code::LICENCE_NOT_THE_DEPARTMENT,
            Self::BadField { .. } => Code::LICENCE_BAD_FIELD,
            Self::BadDates { .. } => Code::LICENCE_BAD_DATES,
            Self::BatchSize { .. } => Code::LICENCE_BATCH_SIZE,
            Self::AlreadyRecorded { .. } => Code::LICENCE_ALREADY_RECORDED,
            Self::Unknown { .. } => Code::LICENCE_UNKNOWN,
            Self::Final { .. } => Code::LICENCE_FINAL,
            Self::NotFrom { .. } => Code::LICENCE_NOT_FROM,
            Self::NotListed { .. } => Code::LICENCE_NOT_LISTED,
            Self::CodeLife { .. } => Code::LICENCE_CODE_LIFE,
            Self::CodeExists => Code::LICENCE_CODE_EXISTS,
        }
    }
}

impl From<LicenceError> for Rejection {
    fn from(error: LicenceError) -> Self {
        Rejection::new(error.code(), error.to_string())
    }
}
