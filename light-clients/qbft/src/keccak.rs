//! Keccak-256, the one hash of these chains (not SHA3-256: the padding differs).

use sha3::{Digest, Keccak256};

/// A Keccak-256 digest.
pub type Hash = [u8; 32];

/// Keccak-256 over the concatenation of `parts`.
pub fn keccak256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Keccak256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The digest that `digits` spell: for constants.
///
/// # Panics
/// While compiling, if they are not 64 lower-case hexadecimal digits.
pub(crate) const fn hash(digits: &str) -> Hash {
    const fn digit(byte: u8) -> u8 {
        match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => panic!("not a lower-case hexadecimal digit"),
        }
    }
    let digits = digits.as_bytes();
    assert!(digits.len() == 64);
    let mut out = [0; 32];
    let mut at = 0;
    while at < 32 {
        out[at] = digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]);
        at += 1;
    }
    out
}
