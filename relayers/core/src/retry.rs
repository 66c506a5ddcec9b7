//! Pauses after failures: doubling, bounded, without randomness.

use crate::Settings;

/// A pause and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Not before this time, Unix milliseconds.
    pub until_ms: u64,
    /// Failures in a row.
    pub failures: u32,
    /// The last failure, for people.
    pub reason: String,
}

/// The pause after `failures` failures in a row (at least 1), in milliseconds.
pub fn pause_ms(settings: &Settings, failures: u32) -> u64 {
    let doublings = failures.saturating_sub(1).min(32);
    settings.backoff_first_ms.saturating_mul(1 << doublings).min(settings.backoff_max_ms)
}

impl Wait {
    /// The wait after one more failure.
    pub fn after(settings: &Settings, before: Option<&Wait>, now_ms: u64, reason: impl Into<String>) -> Wait {
        let failures = before.map_or(0, |w| w.failures).saturating_add(1);
        Wait { until_ms: now_ms.saturating_add(pause_ms(settings, failures)), failures, reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let settings = Settings::default();
        let pauses: Vec<u64> = [1, 2, 3, 7, 1000].map(|n| pause_ms(&settings, n)).to_vec();
        assert_eq!(pauses, [500, 1_000, 2_000, 30_000, 30_000]);
    }
}
