//! Licence identifiers of GB/T 36904: `1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>`.
//!
//! An identifier names a person's licence: it never goes on a chain or into a packet, only its salted hash does (PROTOCOL 3).

use std::fmt;
use std::str::FromStr;

use crate::{DepartmentId, IdError, LicenceType};

/// OID root of electronic licences.
pub const LICENCE_OID_ROOT: &str = "1.2.156.3005.2";

/// Longest serial: the standard's own bound is not published with the vectors; 64 covers every scheme seen in use.
pub const SERIAL_CHARS_MAX: usize = 64;

/// Longest identifier: root 14, type 21, issuer 18, serial 64, version 3, check 1, five dots.
pub const LICENCE_ID_CHARS_MAX: usize = 126;

/// Characters of ISO 7064 MOD 37,36 in order of value.
const MOD_37_36_ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A licence identifier with a right check character.
///
/// `Debug` shows the parts that are not personal only; `Display` shows everything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceId(String);

/// The parts of an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceIdParts<'a> {
    /// 21 characters.
    pub licence_type: LicenceType,
    /// 18 characters, the issuing department.
    pub issuer: DepartmentId,
    /// 1 to 64 of 0-9 A-Z.
    pub serial: &'a str,
    /// From 1 to 999.
    pub version: u16,
}

const EXPECTED: &str =
    "`1.2.156.3005.2.<type 21>.<issuer 18>.<serial>.<version 001-999>.<check>` in capitals with a right MOD 37,36 check character";

impl LicenceId {
    /// Builds an identifier and its check character.
    ///
    /// # Errors
    /// [`IdError`] if `serial` is not 1 to 64 of `0-9 A-Z` or `version` is not 1 to 999.
    pub fn from_parts(licence_type: &LicenceType, issuer: &DepartmentId, serial: &str, version: u16) -> Result<Self, IdError> {
        let body = format!("{licence_type}.{issuer}.{serial}.{version:03}");
        let check = mod_37_36(body.bytes().filter(|b| *b != b'.')).ok_or_else(|| IdError::new("licence serial", "not shown", "1 to 64 of 0-9 A-Z"))?;
        format!("{LICENCE_OID_ROOT}.{body}.{}", char::from(check)).parse()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts, without root and check character.
    pub fn parts(&self) -> LicenceIdParts<'_> {
        split(&self.0).expect("checked when the identifier was made")
    }
}

impl FromStr for LicenceId {
    type Err = IdError;

    /// Checks shape, issuer, type and check character. Lower case is refused, not folded: one licence has one spelling, hence one hash.
    fn from_str(text: &str) -> Result<Self, IdError> {
        split(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LicenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        write!(f, "LicenceId({}.{}.***.{:03})", parts.licence_type, parts.issuer, parts.version)
    }
}

fn split(text: &str) -> Result<LicenceIdParts<'_>, IdError> {
    // The identifier leads to a person: an error may be logged, so it says how long the text is, not what it says.
    let bad = || IdError::new("licence identifier", &format!("{} characters, not shown", text.chars().count()), EXPECTED);
    if text.len() > LICENCE_ID_CHARS_MAX || !text.is_ascii() {
        return Err(bad());
    }
    let body = text.strip_prefix(LICENCE_OID_ROOT).and_then(|rest| rest.strip_prefix('.')).ok_or_else(bad)?;
    let mut fields = body.split('.');
    let mut next = || fields.next().ok_or_else(bad);
    let (licence_type, issuer, serial, version, check) = (next()?, next()?, next()?, next()?, next()?);
    if fields.next().is_some() || serial.is_empty() || serial.len() > SERIAL_CHARS_MAX {
        return Err(bad());
    }
    if version.len() != 3 || !version.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let version: u16 = version.parse().ok().filter(|n| *n >= 1).ok_or_else(bad)?;
    let checked = body.bytes().take(body.len() - check.len()).filter(|b| *b != b'.');
    if mod_37_36(checked).map(|c| vec![c]).as_deref() != Some(check.as_bytes()) {
        return Err(bad());
    }
    Ok(LicenceIdParts { licence_type: licence_type.parse()?, issuer: issuer.parse()?, serial, version })
}

/// Check character over `body`, or `None` if a character is not of `0-9 A-Z`.
///
/// It finds every single wrong character and nearly every swap of neighbours (`QJ21` and `QJ12` may share one).
///
/// Source: ISO 7064, hybrid system MOD 37,36.
fn mod_37_36(body: impl Iterator<Item = u8>) -> Option<u8> {
    let mut p = 36usize;
    for b in body {
        let value = MOD_37_36_ALPHABET.iter().position(|a| *a == b)?;
        p = match (p + value) % 36 {
            0 => 36,
            sum => sum,
        };
        p = p * 2 % 37;
    }
    // p is never 0 (2 has an inverse modulo 37), so 37 - p is in 1..=36; 36 stands for 0 as the system requires.
    Some(MOD_37_36_ALPHABET[(37 - p) % 36])
}
