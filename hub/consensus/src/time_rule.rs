//! Proposer-based timestamps: when a header's time is acceptable (PROTOCOL 4).

use std::time::Duration;

/// How far a proposer's clock may be from ours when we vote without a proof of lock.
pub const DELTA: Duration = Duration::from_secs(5);

/// How much later than the last header a header is at least.
pub const STEP: Duration = Duration::from_millis(1);

/// The proposer's time: its clock, or the last header's time plus [`STEP`] if that is later.
pub fn propose(clock: tendermint::Time, last: tendermint::Time) -> tendermint::Time {
    // The sum fails only past the year 9999; the clock is then no worse an answer, and validation refuses it.
    (last + STEP).map_or(clock, |least| clock.max(least))
}

/// Whether a validator with `clock` may vote for a block of `time` that carries no proof of lock.
///
/// # Not checked
/// That `time` is after the last header's: that is a rule of validity, this one is of the moment only and is never applied to
/// blocks that were decided by others (sync) or locked before (proof of lock).
pub fn timely(time: tendermint::Time, clock: tendermint::Time) -> bool {
    let apart = if time >= clock { time.duration_since(clock) } else { clock.duration_since(time) };
    apart.is_ok_and(|apart| apart <= DELTA)
}

/// Seconds since 1970 and nanoseconds below the second.
pub fn unix(time: tendermint::Time) -> (i64, u32) {
    let nanos = time.unix_timestamp_nanos().rem_euclid(1_000_000_000);
    (time.unix_timestamp(), u32::try_from(nanos).expect("a remainder below 10^9"))
}

/// Nanoseconds since 1970, as modules see the time; `None` before 1970 and after 2554.
pub fn to_time(time: tendermint::Time) -> Option<govhub_types::Time> {
    u64::try_from(time.unix_timestamp_nanos()).ok().map(govhub_types::Time::from_unix_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64, ns: u32) -> tendermint::Time {
        tendermint::Time::from_unix_timestamp(s, ns).expect("a valid time")
    }

    #[test]
    fn a_proposer_with_a_slow_clock_steps_one_millisecond_past_the_last_header() {
        assert_eq!(propose(at(100, 0), at(200, 0)), at(200, 1_000_000));
        assert_eq!(propose(at(300, 7), at(200, 0)), at(300, 7));
    }

    #[test]
    fn a_time_is_timely_up_to_delta_on_both_sides_and_not_a_nanosecond_more() {
        assert!(timely(at(105, 0), at(100, 0)));
        assert!(timely(at(95, 0), at(100, 0)));
        assert!(!timely(at(105, 1), at(100, 0)));
        assert!(!timely(at(94, 999_999_999), at(100, 0)));
    }
}
