//! A day on the command line and in files: `YYYY-MM-DD`, in UTC+8 as the chain counts them.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub u32);

/// Not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADay;

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date YYYY-MM-DD from 1970-01-01 to 9999-12-31")
    }
}

impl std::error::Error for NotADay {}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(NotADay) };
        let number = |part: &str, digits: usize| {
            let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| plain).ok_or(NotADay)
        };
        days(number(year, 4)?, number(month, 2)?, number(day, 2)?).map(Self).ok_or(NotADay)
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

/// The calendar, counted month by month; `None` where there is no such day.
fn days(year: u32, month: u32, day: u32) -> Option<u32> {
    let leap = |y: u32| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let length = |y: u32, m: u32| match m {
        2 => 28 + u32::from(leap(y)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if year < 1970 || !(1..=12).contains(&month) || day == 0 || day > length(year, month) {
        return None;
    }
    let years: u32 = (1970..year).map(|y| 365 + u32::from(leap(y))).sum();
    let months: u32 = (1..month).map(|m| length(year, m)).sum();
    Some(years + months + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_numbers_and_others_are_none() {
        for (text, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781), ("2100-03-01", 47_541)] {
            assert_eq!(text.parse(), Ok(Day(day)), "{text}");
        }
        for text in ["", "2026-11-31", "2025-02-29", "1969-12-31", "2026-1-1", "2026-11-24 ", "+026-11-24", "2026-13-01", "2026-00-10"] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
        }
    }
}
