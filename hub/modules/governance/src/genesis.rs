//! Governance of the genesis document: a chain without it does not start.

use govhub_store::State;
use serde::{Deserialize, Serialize};

use crate::{config, Actions};

/// Default expiry of undecided proposals: a week.
pub const EXPIRY_S: u64 = 7 * 86_400;

/// Who governs from the first block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisConfig {
    /// Bech32 addresses of accounts with the role `governance`; at least 3.
    pub members: Vec<String>,
    /// n: at least 2, more than half of the members.
    pub threshold: u32,
    /// Seconds from the deciding approval to the execution: at least 86,400 unless the network is `dev`.
    pub min_delay_s: u64,
    /// Seconds after which an undecided proposal expires; a week if absent.
    #[serde(default = "expiry_s")]
    pub expiry_s: u64,
}

fn expiry_s() -> u64 {
    EXPIRY_S
}

/// Writes the genesis state. `dev` marks a development network, where the delay may be 0.
///
/// # Errors
/// An empty or too small set, a threshold that a minority reaches, a member without an account, times out of bounds.
pub fn genesis(state: &mut State<'_>, actions: &dyn Actions, genesis: &GenesisConfig, dev: bool) -> Result<(), String> {
    let mut members = genesis.members.clone();
    members.sort();
    if let Some(stranger) = members.iter().find(|m| !actions.may_be_member(state, m)) {
        return Err(format!("governance: member {stranger} is no account with the role `governance`: list it under accounts"));
    }
    if dev {
        config::mark_dev(state);
    }
    let config = crate::Config { members, threshold: genesis.threshold, min_delay_s: genesis.min_delay_s, expiry_s: genesis.expiry_s };
    config::set(state, &config).map_err(|e| e.to_string())
}
