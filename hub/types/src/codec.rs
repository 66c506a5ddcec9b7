//! Canonical protobuf: one byte string per message, one message per byte string (PROTOCOL 1).

use prost::Message;
use thiserror::Error;

/// Why bytes are not the canonical encoding of a message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// More bytes than the caller's bound.
    #[error("{what}: {found} bytes, at most {max}")]
    TooLong {
        /// Message name.
        what: &'static str,
        /// Bytes found.
        found: usize,
        /// Bound in bytes.
        max: usize,
    },
    /// Not protobuf of this message.
    #[error("{what}: not valid protobuf: {why}")]
    Malformed {
        /// Message name.
        what: &'static str,
        /// Decoder's reason.
        why: String,
    },
    /// Valid protobuf, but encoding it again gives other bytes: unknown field, repeat, long varint, order or default value written out.
    #[error("{what}: not canonical: unknown field, repeated field, long varint, wrong order, or a default written out")]
    NotCanonical {
        /// Message name.
        what: &'static str,
    },
}

/// Decodes `bytes` (at most `max`) as the canonical encoding of `M`; `what` names the message in errors.
///
/// # Errors
/// [`CodecError`], naming the rule broken.
///
/// # Not checked
/// The meaning of any field.
pub fn decode_canonical<M: Message + Default>(what: &'static str, bytes: &[u8], max: usize) -> Result<M, CodecError> {
    if bytes.len() > max {
        return Err(CodecError::TooLong { what, found: bytes.len(), max });
    }
    let message = M::decode(bytes).map_err(|e| CodecError::Malformed { what, why: e.to_string() })?;
    if message.encoded_len() != bytes.len() || message.encode_to_vec() != bytes {
        return Err(CodecError::NotCanonical { what });
    }
    Ok(message)
}
