//! Why a request or a presentation is refused.

use govhub_types::codec::CodecError;
use govhub_types::IdError;
use thiserror::Error;

use crate::licence_query_v1::StatementError;

/// A request or presentation that breaks a rule of form, or the two not fitting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// Too long, not protobuf, or not canonical.
    #[error(transparent)]
    Encoding(#[from] CodecError),
    /// A name of the wrong form or with a wrong check character.
    #[error("`{field}`: {why}")]
    Name {
        /// Field.
        field: &'static str,
        /// What was expected.
        why: IdError,
    },
    /// A field of the wrong length or number of entries.
    #[error("`{field}`: {found}, expected {expected}")]
    Length {
        /// Field.
        field: &'static str,
        /// Right length.
        expected: &'static str,
        /// Length found.
        found: usize,
    },
    /// A value outside its range.
    #[error("`{field}`: expected {why}")]
    Value {
        /// Field.
        field: &'static str,
        /// What is expected.
        why: &'static str,
    },
    /// Bytes that are no field element: 32 bytes, big endian, below the modulus.
    #[error("`{field}` is not a canonical field element: 32 bytes big endian below the modulus")]
    Field {
        /// Field.
        field: &'static str,
    },
    /// A question that breaks a rule of its own.
    #[error("question {slot}: {why}")]
    Question {
        /// From 0.
        slot: usize,
        /// Which rule.
        why: &'static str,
    },
    /// A circuit that this code does not know.
    #[error("circuit `{found}` is not known here")]
    Circuit {
        /// Circuit id.
        found: String,
    },
    /// The presentation answers another request.
    #[error("the presentation is for another request")]
    OtherRequest,
    /// The statement breaks a rule.
    #[error(transparent)]
    Statement(#[from] StatementError),
}
