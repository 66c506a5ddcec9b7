//! SHA-256, the one hash of the hub's own formats.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// SHA-256 over the concatenation of `parts`.
///
/// # Not checked
/// That the parts cannot be cut differently: callers pass fixed-length parts or one variable part last.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
