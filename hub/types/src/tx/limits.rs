//! Bounds of a transaction, each with its reason.

/// A packet of 256 KiB travels with its proof and a client update of up to 100 validators: 512 KiB holds all three.
pub const TX_BYTES_MAX: usize = 512 * 1024;
/// A relayer sends an update and the packets under it; 32 keeps one transaction from filling a block's time.
pub const MESSAGES_MAX: usize = 32;
/// A message has one signer; several messages rarely have more than a few.
pub const SIGNERS_MAX: usize = 8;
/// A memo is a trace id or a ticket number, never content.
pub const MEMO_BYTES_MAX: usize = 256;
/// Longest type url: ours have about 50 characters.
pub const TYPE_URL_BYTES_MAX: usize = 128;
/// More than the dearest full transaction, and far from overflowing a sum over a block.
pub const GAS_MAX: u64 = 1_000_000_000;
