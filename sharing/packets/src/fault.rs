//! What is wrong with bytes, so wrong that only the error acknowledgement answers it.

use govhub_types::codec::CodecError;
use govhub_types::IdError;
use thiserror::Error;

use crate::RefusedCode;

/// A packet or answer that breaks a rule of form. The reader answers with IBC's error acknowledgement, which says nothing; the
/// fault itself stands in the reader's own event and log.
///
/// No variant repeats bytes of a body: they may lead to a person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Too long, not protobuf, or not canonical.
    #[error(transparent)]
    Encoding(#[from] CodecError),
    /// A field of the wrong length or number of entries.
    #[error("{field}: length {found}; expected {expected}")]
    Length {
        /// Message and field.
        field: &'static str,
        /// Right length.
        expected: &'static str,
        /// Length found.
        found: usize,
    },
    /// A number that is none of an enum or out of its range; 0 never is.
    #[error("{field}: {found} is not one of its values")]
    Value {
        /// Message and field.
        field: &'static str,
        /// Number found.
        found: u64,
    },
    /// A name of the wrong form or with a wrong check character.
    #[error("{field}: {why}")]
    Name {
        /// Message and field.
        field: &'static str,
        /// What was expected.
        why: IdError,
    },
    /// A term or kind that is not of the form on-chain lists have.
    #[error("{field}: not a term of `a-z 0-9 . _ -`, 1 to 64 characters")]
    Term {
        /// Message and field.
        field: &'static str,
    },
    /// Fields that may not stand together, or one without the other.
    #[error("{what}: {rule}")]
    Combination {
        /// Message.
        what: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// A message from somebody who may not speak so.
    #[error("speaker: {rule}")]
    Speaker {
        /// The rule.
        rule: &'static str,
    },
    /// `via` where it must not be, or none where it must be.
    #[error("via: {rule}")]
    Via {
        /// The rule.
        rule: &'static str,
    },
    /// A text that is no holder's code.
    #[error("QR text: expected `GVH1:` and base64url without padding")]
    Qr,
    /// Checks out of order or repeated.
    #[error("{field}: checks must be sorted by name without repeats")]
    Order {
        /// Message and field.
        field: &'static str,
    },
}

impl Fault {
    /// Stable name, for vectors, events and documentation.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Encoding(CodecError::TooLong { .. }) => "too_long",
            Self::Encoding(CodecError::Malformed { .. }) => "malformed",
            Self::Encoding(CodecError::NotCanonical { .. }) => "not_canonical",
            Self::Length { .. } => "length",
            Self::Value { .. } => "value",
            Self::Name { .. } => "name",
            Self::Term { .. } => "term",
            Self::Combination { .. } => "combination",
            Self::Speaker { .. } => "speaker",
            Self::Via { .. } => "via",
            Self::Qr => "qr",
            Self::Order { .. } => "order",
        }
    }
}

/// Why a request is not carried out: bytes at fault, or a typed refusal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Error acknowledgement.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// `Refused{code}`.
    #[error("refused: {0}")]
    Refused(RefusedCode),
}

/// `bytes` as an array of `N`.
pub(crate) fn array<const N: usize>(field: &'static str, expected: &'static str, bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Length { field, expected, found: bytes.len() })
}

/// `text` as a checked name.
pub(crate) fn name<T: std::str::FromStr<Err = IdError>>(field: &'static str, text: &str) -> Result<T, Fault> {
    text.parse().map_err(|why| Fault::Name { field, why })
}

pub use govhub_types::term::is_term;

/// `text` if it is a term.
pub(crate) fn term(field: &'static str, text: &str) -> Result<String, Fault> {
    if is_term(text) { Ok(text.to_owned()) } else { Err(Fault::Term { field }) }
}

/// `text` if it is a term or empty.
pub(crate) fn optional_term(field: &'static str, text: &str) -> Result<String, Fault> {
    if text.is_empty() { Ok(String::new()) } else { term(field, text) }
}
