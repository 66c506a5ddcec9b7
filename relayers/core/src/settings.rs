//! Bounds and pauses of the planner.

use serde::{Deserialize, Serialize};

/// Settings; the defaults are good for production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Most packets in one transaction: a transaction has 32 messages at most, and headers need some of them.
    pub batch_items_max: usize,
    /// Most bytes of packets and acknowledgements in one transaction, of 512 KiB with proofs and headers; one item always fits.
    pub batch_bytes_max: usize,
    /// A packet counts as live for so many milliseconds after it was first seen; then it is backlog.
    pub live_ms: u64,
    /// While live packets wait, at most one in so many places of a transaction goes to the backlog.
    pub backlog_one_in: usize,
    /// A packet refused so many times is quarantined.
    pub attempts_max: u32,
    /// First pause after a failure, in milliseconds; doubles each time.
    pub backoff_first_ms: u64,
    /// Longest pause after failures, in milliseconds.
    pub backoff_max_ms: u64,
    /// A client's state on chain is read again after so many milliseconds.
    pub client_read_ms: u64,
    /// A step of the edge that has not answered for so many milliseconds counts as failed.
    pub patience_ms: u64,
    /// Packets that may be open at a time; above, new ones are held back on their chains and read again once half of these are settled.
    pub open_max: usize,
    /// Settled packets kept for `packet show`.
    pub settled_kept: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_items_max: 24,
            batch_bytes_max: 320 * 1024,
            live_ms: 60_000,
            backlog_one_in: 4,
            attempts_max: 5,
            backoff_first_ms: 500,
            backoff_max_ms: 30_000,
            client_read_ms: 10_000,
            patience_ms: 120_000,
            open_max: 100_000,
            settled_kept: 10_000,
        }
    }
}
