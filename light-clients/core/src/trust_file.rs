//! The trust file: what governance approves, and all that a client is made from.

pub use crate::proto::govhub::lightclients::v1::{AbsenceMode, TrustFile};

/// Bytes of an encoded trust file. 256 validators need 20 KiB; certificates of a large consortium, some hundred.
pub const MAX_TRUST_FILE_BYTES: usize = 1024 * 1024;
