//! What an operator says of one chain.

use serde::{Deserialize, Serialize};

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Chain id, e.g. `govhub-1`. An endpoint of another chain is refused.
    pub chain_id: String,
    /// RPC endpoints, e.g. `http://127.0.0.1:26657`; the first that answers and does not lag is used.
    pub endpoints: Vec<String>,
    /// Key file of the relayer's account on this chain.
    pub key: std::path::PathBuf,
    /// Longest wait for one answer, milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// Pause between two looks at the newest height, milliseconds.
    #[serde(default = "default_poll_ms")]
    pub poll_ms: u64,
    /// Longest wait for a transaction to be in a block, milliseconds.
    #[serde(default = "default_inclusion_ms")]
    pub inclusion_ms: u64,
    /// Gas limit of every transaction. Gas is metered, not paid.
    #[serde(default = "default_gas_limit")]
    pub gas_limit: u64,
}

/// Most endpoints of one chain: each is asked at every look at the newest height.
pub const ENDPOINTS_MAX: usize = 16;

fn default_timeout_ms() -> u64 {
    5_000
}

fn default_poll_ms() -> u64 {
    500
}

fn default_inclusion_ms() -> u64 {
    30_000
}

fn default_gas_limit() -> u64 {
    100_000_000
}
