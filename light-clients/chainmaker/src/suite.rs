//! The hash and the signatures of a chain, which its configuration names by the hash.

use govhub_lc_core::Reason;
use govhub_types::KeyKind;
use sha2::Digest as _;
use sm3::Digest as _;

/// A digest of either hash.
pub type Hash = [u8; 32];

/// Hash and signatures. They come as a pair: a chain that hashed with one and signed with the other's keys is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// SHA-256, ECDSA on P-256.
    P256,
    /// SM3, SM2 with the default identity.
    Sm2,
}

impl Suite {
    /// The suite of a chain whose configuration names that hash.
    ///
    /// # Errors
    /// `unsupported-hash` for any other, SHA3-256 among them.
    pub fn named(hash: &[u8]) -> Result<Self, Reason> {
        match hash {
            b"SHA256" => Ok(Self::P256),
            b"SM3" => Ok(Self::Sm2),
            other => Err(Reason::new("unsupported-hash", format!("`{}`; followed are SHA256 with P-256 and SM3 with SM2", text(other)))),
        }
    }

    /// The configuration's name of the hash.
    pub const fn hash_name(self) -> &'static str {
        match self {
            Self::P256 => "SHA256",
            Self::Sm2 => "SM3",
        }
    }

    /// The kind of every key that signs.
    pub const fn key_kind(self) -> KeyKind {
        match self {
            Self::P256 => KeyKind::P256,
            Self::Sm2 => KeyKind::Sm2,
        }
    }

    /// The hash of the parts, one after the other.
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        match self {
            Self::P256 => parts.iter().fold(sha2::Sha256::new(), |hasher, part| hasher.chain_update(part)).finalize().into(),
            Self::Sm2 => parts.iter().fold(sm3::Sm3::new(), |hasher, part| hasher.chain_update(part)).finalize().into(),
        }
    }
}

/// Bytes of the chain as people read them: at most 80 characters, whatever they are.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(320)]).chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_hashes_give_the_digests_of_their_standards() {
        assert_eq!(hex::encode(Suite::P256.hash(&[b"a", b"bc"])), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex::encode(Suite::Sm2.hash(&[b"ab", b"c"])), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }

    #[test]
    fn other_hashes_are_refused_by_name() {
        let reason = Suite::named(b"SHA3_256").expect_err("not followed");
        assert_eq!(reason.code, "unsupported-hash");
        assert!(reason.detail.contains("SHA3_256"));
    }
}
