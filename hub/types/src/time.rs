//! Time as blocks carry it: nanoseconds since the Unix epoch, always handed in, never read from a clock here.

use std::fmt;

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;

impl Time {
    /// From nanoseconds since the epoch.
    pub const fn from_unix_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// From whole seconds since the epoch; saturates in the year 2554.
    pub const fn from_unix_s(s: u64) -> Self {
        Self(s.saturating_mul(NANOS_PER_SECOND))
    }

    /// Nanoseconds since the epoch.
    pub const fn unix_ns(&self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: the unit of every deadline (PROTOCOL 2).
    pub const fn unix_s(&self) -> u64 {
        self.0 / NANOS_PER_SECOND
    }

    /// The part below one second, in nanoseconds.
    pub const fn subsec_ns(&self) -> u32 {
        (self.0 % NANOS_PER_SECOND) as u32
    }

    /// `self + ns`, or `None` past the year 2554.
    pub fn checked_add_ns(self, ns: u64) -> Option<Self> {
        self.0.checked_add(ns).map(Self)
    }

    /// Nanoseconds from `earlier` to `self`, or `None` when `earlier` is later.
    pub fn since(self, earlier: Self) -> Option<u64> {
        self.0.checked_sub(earlier.0)
    }

    /// Day number since 1970-01-01 in UTC+8, the unit of licence dates (PROTOCOL 3).
    pub fn day_utc8(&self) -> u32 {
        u32::try_from((self.unix_s() + 8 * 3600) / 86_400).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.unix_s(), self.subsec_ns())
    }
}
