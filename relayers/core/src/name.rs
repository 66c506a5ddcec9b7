//! The operator's names for chains and lanes, and the two sides of a lane.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest name in characters: names stand in every key, log line and URL.
pub const NAME_CHARS_MAX: usize = 32;

/// Text that is not a name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a {what}: `{found}`; expected 1 to {NAME_CHARS_MAX} of a-z 0-9 -, starting with a letter")]
pub struct NameError {
    what: &'static str,
    found: String,
}

fn check(what: &'static str, text: &str) -> Result<(), NameError> {
    let ok = !text.is_empty()
        && text.len() <= NAME_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    ok.then_some(()).ok_or_else(|| NameError { what, found: text.chars().take(2 * NAME_CHARS_MAX).collect() })
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                check($what, text).map(|()| Self(text.to_owned()))
            }
        }
        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A chain as the configuration names it, e.g. `hub`.
    ChainName,
    "chain name"
);
name!(
    /// A lane as the operator names it, e.g. `shenzhen`.
    LaneName,
    "lane name"
);

/// One of the two ends of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The end that the lane's definition names first.
    A,
    /// The other end.
    B,
}

impl Side {
    /// Both ends.
    pub const BOTH: [Side; 2] = [Side::A, Side::B];

    /// The other end.
    pub const fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::A => "a",
            Side::B => "b",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_lower_case_and_starts_with_a_letter() {
        assert!("shenzhen-2".parse::<LaneName>().is_ok());
        for bad in ["", "2nd", "Hub", "a/b", "a b", &"x".repeat(33)] {
            assert!(bad.parse::<LaneName>().is_err(), "accepted `{bad}`");
        }
    }
}
