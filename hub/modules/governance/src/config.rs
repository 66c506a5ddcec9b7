//! Members, threshold and times: the rules that keep a minority, or nobody at all, from governing.

use govhub_store::{State, Substore};
use prost::Message;

use crate::proto::Config;
use crate::GovernanceError;

/// Fewest members (PROTOCOL 4).
pub const MEMBERS_MIN: usize = 3;
/// Most members: every approval is counted among them, and a proposal keeps two lists of them.
pub const MEMBERS_MAX: usize = 64;
/// Least threshold (PROTOCOL 4).
pub const THRESHOLD_MIN: u32 = 2;
/// Least delay of a chain that is not a development network: a day in which a minority can see and cancel.
pub const MIN_DELAY_S: u64 = 86_400;
/// Longest delay and expiry, 90 days: a proposal must not wait until nobody remembers it.
pub const TIME_S_MAX: u64 = 90 * 86_400;
/// Shortest expiry, an hour: members must be able to answer.
pub const EXPIRY_S_MIN: u64 = 3_600;

const CONFIG: &[u8] = b"c";
const NETWORK: &[u8] = b"d";

/// Members, threshold and times in force.
pub fn get(state: &State<'_>) -> Config {
    let bytes = state.get(Substore::Governance, CONFIG);
    // A failed read leaves an empty set: it has no member, so nothing is decided, and the host commits nothing.
    bytes.map_or_else(Config::default, |b| Config::decode(b.as_slice()).expect("written by set() below"))
}

/// Stores a configuration after judging it.
///
/// # Errors
/// [`GovernanceError::BadConfig`].
pub(crate) fn set(state: &mut State<'_>, config: &Config) -> Result<(), GovernanceError> {
    check(config, is_dev(state))?;
    state.put(Substore::Governance, CONFIG, config.encode_to_vec());
    Ok(())
}

/// True on a development network, where the delay may be 0.
pub fn is_dev(state: &State<'_>) -> bool {
    state.get(Substore::Governance, NETWORK).is_some()
}

pub(crate) fn mark_dev(state: &mut State<'_>) {
    state.put(Substore::Governance, NETWORK, vec![1]);
}

/// Judges members, threshold and times (PROTOCOL 4: m >= 3, n >= 2, n > m/2, delay of a day except on a development network).
///
/// # Errors
/// [`GovernanceError::BadConfig`] with the rule that is broken.
pub fn check(config: &Config, dev: bool) -> Result<(), GovernanceError> {
    let bad = |why: String| Err(GovernanceError::BadConfig { why });
    let m = config.members.len();
    let n = config.threshold as usize;
    if !(MEMBERS_MIN..=MEMBERS_MAX).contains(&m) {
        return bad(format!("{MEMBERS_MIN} to {MEMBERS_MAX} members, found {m}"));
    }
    if config.members.windows(2).any(|w| w[0] >= w[1]) {
        return bad("members must be ascending, without repeats".into());
    }
    if config.threshold < THRESHOLD_MIN || n > m || 2 * n <= m {
        return bad(format!("threshold must be at least {THRESHOLD_MIN}, more than half of {m} members and at most {m}, found {n}"));
    }
    let least = if dev { 0 } else { MIN_DELAY_S };
    if !(least..=TIME_S_MAX).contains(&config.min_delay_s) {
        return bad(format!("min_delay_s must be {least} to {TIME_S_MAX}, found {}", config.min_delay_s));
    }
    if !(EXPIRY_S_MIN..=TIME_S_MAX).contains(&config.expiry_s) {
        return bad(format!("expiry_s must be {EXPIRY_S_MIN} to {TIME_S_MAX}, found {}", config.expiry_s));
    }
    Ok(())
}

/// How many of `voices` are members now.
pub(crate) fn count(config: &Config, voices: &[String]) -> usize {
    voices.iter().filter(|v| is_member(config, v)).count()
}

/// True iff `address` is a member.
pub fn is_member(config: &Config, address: &str) -> bool {
    config.members.binary_search_by(|m| m.as_str().cmp(address)).is_ok()
}

/// m - n + 1: so many can keep the rest from ever reaching n.
pub(crate) fn cancel_threshold(config: &Config) -> usize {
    (config.members.len() + 1).saturating_sub(config.threshold as usize)
}
