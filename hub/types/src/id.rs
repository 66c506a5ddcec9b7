//! Names of chains, clients, departments, regions and licence types; each is checked once, where it is made.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Text that is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a {what}: `{found}`; expected {expected}")]
pub struct IdError {
    what: &'static str,
    found: String,
    expected: &'static str,
}

/// Longest excerpt of wrong input repeated in an error, in characters.
const EXCERPT_CHARS: usize = 80;

impl IdError {
    /// An error that says what was expected; at most the first 80 characters of `found` are kept.
    pub fn new(what: &'static str, found: &str, expected: &'static str) -> Self {
        Self { what, found: found.chars().take(EXCERPT_CHARS).collect(), expected }
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                $check(text).map(|()| Self(text.to_owned()))
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// Chain id `{name}-{revision}` (PROTOCOL 4), at most 50 bytes of `a-z 0-9 -`.
    ChainId,
    check_chain_id
);
text_id!(
    /// Client id `{type}-{n}`, 9 to 64 characters of `a-z 0-9 -` (PROTOCOL 1).
    ClientId,
    check_client_id
);
text_id!(
    /// A department: 18-character unified social credit code, check character verified.
    ///
    /// Source: GB 32100-2015.
    DepartmentId,
    check_department
);
text_id!(
    /// Administrative division, six digits.
    ///
    /// Source: GB/T 2260 (shape only: the list of divisions changes every year and is not checked).
    Region,
    check_region
);
text_id!(
    /// Licence type: 18-character code of the defining authority and a 3-digit sequence.
    ///
    /// Source: GB/T 36904-2018.
    LicenceType,
    check_licence_type
);

impl ChainId {
    /// The revision: the number after the last dash.
    pub fn revision(&self) -> u64 {
        self.0.rsplit_once('-').and_then(|(_, n)| n.parse().ok()).unwrap_or(0)
    }
}

impl ClientId {
    /// The client type: everything before the last dash, e.g. `07-tendermint`.
    pub fn client_type(&self) -> &str {
        self.0.rsplit_once('-').map_or("", |(kind, _)| kind)
    }
}

fn is_lower_dash(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_plain_number(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|n| n.to_string() == text)
}

fn check_chain_id(text: &str) -> Result<(), IdError> {
    let ok = text.len() <= 50
        && is_lower_dash(text)
        && text.rsplit_once('-').is_some_and(|(name, n)| !name.is_empty() && is_plain_number(n) && n != "0");
    ok.then_some(()).ok_or_else(|| IdError::new("chain id", text, "`{name}-{revision}` with revision from 1, at most 50 of a-z 0-9 -"))
}

fn check_client_id(text: &str) -> Result<(), IdError> {
    let ok = (9..=64).contains(&text.len())
        && is_lower_dash(text)
        && text.rsplit_once('-').is_some_and(|(kind, n)| !kind.is_empty() && is_plain_number(n));
    ok.then_some(()).ok_or_else(|| IdError::new("client id", text, "`{type}-{n}`, 9 to 64 characters of a-z 0-9 -"))
}

/// Characters of GB 32100: digits and capitals without I, O, S, V, Z.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn check_department(text: &str) -> Result<(), IdError> {
    uscc_is_valid(text)
        .then_some(())
        .ok_or_else(|| IdError::new("unified social credit code", text, "18 characters of GB 32100 with a right check character"))
}

/// True iff `text` is an 18-character unified social credit code with the right check character (GB 32100, weights 3^i mod 31).
fn uscc_is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 18 {
        return false;
    }
    let index = |b: u8| USCC_ALPHABET.iter().position(|&a| a == b);
    let (mut sum, mut weight) = (0usize, 1usize);
    for &b in &bytes[..17] {
        let Some(i) = index(b) else { return false };
        sum += i * weight;
        weight = weight * 3 % 31;
    }
    index(bytes[17]) == Some((31 - sum % 31) % 31)
}

fn check_region(text: &str) -> Result<(), IdError> {
    (text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()))
        .then_some(())
        .ok_or_else(|| IdError::new("region", text, "six digits (GB/T 2260)"))
}

fn check_licence_type(text: &str) -> Result<(), IdError> {
    let ok = text.is_ascii() && text.len() == 21 && uscc_is_valid(&text[..18]) && text[18..].bytes().all(|b| b.is_ascii_digit());
    ok.then_some(()).ok_or_else(|| IdError::new("licence type", text, "21 characters: unified social credit code and three digits"))
}
