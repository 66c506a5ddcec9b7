//! What happened to one packet, hop by hop: the operator's and the demo's view.

use serde::{Deserialize, Serialize};

use crate::ChainName;

/// Steps kept per packet; enough for every hop and a few dozen failed attempts, after which the oldest failures go.
pub const STEPS_MAX: usize = 48;

/// One thing that was verified, under one header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// What, e.g. `header` or `packet commitment`.
    pub what: String,
    /// Client that was the judge.
    pub client_id: String,
    /// Height of the header, `{revision}-{height}`, on the chain that the client follows.
    pub height: String,
    /// Hash of that header, upper-case hex.
    pub block_hash: String,
    /// Size of the header or proof in bytes.
    pub proof_bytes: u64,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `sent`, `received`, `ack-written`, `absence-written`, `acknowledged`, `timed-out`, `attempt-failed`, `quarantined`, `released`.
    pub what: String,
    /// Where.
    pub chain: ChainName,
    /// When the relayer learned it, Unix milliseconds.
    pub at_ms: u64,
    /// Milliseconds since the step before.
    pub ms: u64,
    /// Block height; 0 if in no block.
    pub height: u64,
    /// Block hash, upper-case hex; empty if in no block.
    pub block_hash: String,
    /// Header time of the block in nanoseconds since 1970; 0 if in no block.
    pub block_time_ns: u64,
    /// Transaction, upper-case hex; none if the chain did it by itself.
    pub tx_hash: Option<String>,
    /// What this relayer verified before it sent that transaction; empty if another relayer did.
    pub verified: Vec<Verified>,
    /// Words for failures and quarantine; empty otherwise.
    pub detail: String,
}

/// Appends `step`, fills in its `ms`, and keeps the list within [`STEPS_MAX`] by dropping the oldest failed attempt.
pub fn push(steps: &mut Vec<Step>, mut step: Step) {
    step.ms = steps.last().map_or(0, |last| step.at_ms.saturating_sub(last.at_ms));
    steps.push(step);
    if steps.len() > STEPS_MAX {
        let oldest = steps.iter().position(|s| s.what == "attempt-failed").unwrap_or(0);
        steps.remove(oldest);
    }
}
