//! Bounds on everything that arrives from outside.

/// Bytes of a payload's value. ibc-go's `MaximumPayloadsSize`, so that no packet fits here that a Cosmos chain would refuse.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// Bytes of an application acknowledgement. Answers are small; a larger one could not be embedded in another answer (PROTOCOL 2).
pub const MAX_ACK_BYTES: usize = 64 * 1024;

/// Bytes of one proof. Two tree proofs of 128 levels with three children a node stay below 64 KiB; other families' proofs carry signatures.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// Bytes of one message: payload, proof and change.
pub const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Seconds that a timeout may lie ahead of the sending block: ibc-go's `MaxTimeoutDelta`, 24 hours.
pub const MAX_TIMEOUT_DELTA_S: u64 = 24 * 3600;
