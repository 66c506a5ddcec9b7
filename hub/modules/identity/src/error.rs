//! Why something about identities is refused, each with its stable code (group 80 to 99).

use govhub_types::codec::CodecError;
use govhub_types::{Code, Rejection};
use thiserror::Error;

/// A refusal by the identity module.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdentityError {
    /// Not the canonical bytes of its message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// No message, action or query of this module.
    #[error("identity has no `{found}`")]
    UnknownMessage {
        /// Type URL or path, at most 80 characters.
        found: String,
    },
    /// No such account, or it was removed.
    #[error("no account {address} on this chain: governance registers accounts")]
    UnknownAccount {
        /// Address as given.
        address: String,
    },
    /// The key belongs, or belonged, to an account.
    #[error("this key belongs to account {owner}: one key, one account")]
    KeyTaken {
        /// Address of the owner.
        owner: String,
    },
    /// Not a public key of a known kind.
    #[error("public key: {why}")]
    BadKey {
        /// What is wrong.
        why: String,
    },
    /// Roles that do not go together.
    #[error("roles: {why}")]
    BadRoles {
        /// What is expected.
        why: String,
    },
    /// No such department.
    #[error("department {id} is not registered: register it first")]
    UnknownDepartment {
        /// Its code.
        id: String,
    },
    /// Registered before.
    #[error("department {id} is registered already")]
    DepartmentExists {
        /// Its code.
        id: String,
    },
    /// A field that has no such value.
    #[error("field `{field}`: {why}")]
    BadField {
        /// Field name.
        field: &'static str,
        /// What is expected and what was found.
        why: String,
    },
    /// The last day is before the first.
    #[error("not_after {not_after} is before not_before {not_before}")]
    BadDates {
        /// First day.
        not_before: u32,
        /// Last day.
        not_after: u32,
    },
    /// There is no grant that the revocation would end.
    #[error("issuer {issuer} has no grant for type {licence_type} in region {region} that day {from_day} would cut short")]
    NothingToRevoke {
        /// Issuer.
        issuer: String,
        /// Type.
        licence_type: String,
        /// Region.
        region: String,
        /// Day asked for.
        from_day: u32,
    },
    /// The new key did not sign.
    #[error("`proof` is no signature of the new key over \"govhub/rotate/1\", chain id, address and account number: {why}")]
    BadProof {
        /// The verifier's words.
        why: String,
    },
    /// A bound on growth.
    #[error("{what}: at most {max}")]
    Full {
        /// What is full.
        what: &'static str,
        /// Its bound.
        max: usize,
    },
    /// The store failed under a query.
    #[error("{why}")]
    StoreFault {
        /// The fault.
        why: String,
    },
}

impl IdentityError {
    /// An unknown type URL or path, cut to 80 characters.
    pub fn unknown(found: &str) -> Self {
        Self::UnknownMessage { found: found.chars().take(80).collect() }
    }

    /// The stable number.
    pub fn code(&self) -> Code {
        match self {
            Self::Codec(_) => Code::IDENTITY_UNDECODABLE,
            Self::UnknownMessage { .. } => Code::IDENTITY_UNKNOWN_MESSAGE,
            Self::UnknownAccount { .. } => Code::IDENTITY_UNKNOWN_ACCOUNT,
            Self::KeyTaken { .. } => Code::IDENTITY_KEY_TAKEN,
            Self::BadKey { .. } => Code::IDENTITY_BAD_KEY,
            Self::BadRoles { .. } => Code::IDENTITY_BAD_ROLES,
            Self::UnknownDepartment { .. } => Code::IDENTITY_UNKNOWN_DEPARTMENT,
            Self::DepartmentExists { .. } => Code::IDENTITY_DEPARTMENT_EXISTS,
            Self::BadField { .. } => Code::IDENTITY_BAD_FIELD,
            Self::BadDates { .. } => Code::IDENTITY_BAD_DATES,
            Self::NothingToRevoke { .. } => Code::IDENTITY_NOTHING_TO_REVOKE,
            Self::BadProof { .. } => Code::IDENTITY_BAD_PROOF,
            Self::Full { .. } => Code::IDENTITY_FULL,
            Self::StoreFault { .. } => Code::IDENTITY_STORE_FAULT,
        }
    }
}

impl From<IdentityError> for Rejection {
    fn from(error: IdentityError) -> Self {
        Rejection::new(error.code(), error.to_string())
    }
}
