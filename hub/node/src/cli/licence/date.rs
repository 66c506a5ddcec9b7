//! Dates as people write them, `YYYY-MM-DD`, and as the chain counts them: days since 1970-01-01 in UTC+8.

/// The day number of `YYYY-MM-DD`, from 1970-01-01 to 9999-12-31; `None` for anything else.
pub fn day_of(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let part = &bytes[range];
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if year < 1970 || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    Some(days_before_year(year) + (1..month).map(|m| days_in(year, m)).sum::<u32>() + day - 1)
}

/// `YYYY-MM-DD` of a day number.
pub fn text_of(day: u32) -> String {
    let mut year = 1970 + day / 366;
    while days_before_year(year + 1) <= day {
        year += 1;
    }
    let (mut left, mut month) = (day - days_before_year(year), 1);
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to January 1 of `year`.
fn days_before_year(year: u32) -> u32 {
    let leaps = |y: u32| y / 4 - y / 100 + y / 400;
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_numbers() {
        // `date -u -d 2026-11-24 +%s` / 86400 and likewise.
        for (text, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781), ("2100-03-01", 47_541)] {
            assert_eq!(day_of(text), Some(day), "{text}");
        }
    }

    #[test]
    fn every_day_for_four_centuries_reads_back() {
        for day in 0..146_097 {
            assert_eq!(day_of(&text_of(day)), Some(day));
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for text in ["2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026-1-01", "26-01-01", "2026/01/01", "1969-12-31", "+026-01-01", ""] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }
}
