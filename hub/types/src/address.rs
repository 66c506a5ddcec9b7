//! Account addresses: 20 or 32 bytes, bech32 with the prefix `gov`.

use std::fmt;
use std::str::FromStr;

use bech32::{Bech32, Hrp};
use ripemd::{Digest, Ripemd160};

use crate::hash::sha256;
use crate::id::IdError;
use crate::key::PublicKey;

/// Human-readable part.
pub const PREFIX: &str = "gov";

/// An account address.
///
/// Source: PROTOCOL 1. secp256k1: RIPEMD-160(SHA-256(key)); Ed25519: first 20 bytes of SHA-256(key);
/// P-256 and SM2: ADR-028, SHA-256(SHA-256(type name) ‖ key), 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Vec<u8>);

impl Address {
    /// The address of a key.
    pub fn of(key: &PublicKey) -> Self {
        let bytes = key.as_bytes();
        Self(match key {
            PublicKey::Secp256k1(_) => Ripemd160::digest(sha256(&[bytes])).to_vec(),
            PublicKey::Ed25519(_) => sha256(&[bytes])[..20].to_vec(),
            PublicKey::P256(_) | PublicKey::Sm2(_) => sha256(&[&sha256(&[key.kind().type_name().as_bytes()]), bytes]).to_vec(),
        })
    }

    /// The address in whose name a part of the chain itself acts: SHA-256("govhub/module/1" ‖ name), 32 bytes. No key has it: finding
    /// one means inverting SHA-256.
    pub fn of_module(name: &str) -> Self {
        Self(sha256(&[b"govhub/module/1", name.as_bytes()]).to_vec())
    }

    /// 20 or 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = bech32::encode::<Bech32>(Hrp::parse_unchecked(PREFIX), &self.0);
        f.write_str(&text.expect("20 or 32 bytes fit into a bech32 text"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = IdError;

    /// Parses the one text that [`Display`](fmt::Display) writes: lower case, bech32 (not bech32m), 20 or 32 bytes.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new("address", text, "`gov1…`, bech32 in lower case of 20 or 32 bytes");
        let (prefix, bytes) = bech32::decode(text).map_err(|_| wrong())?;
        let address = Self(bytes);
        let canonical = prefix.as_str() == PREFIX && matches!(address.0.len(), 20 | 32) && address.to_string() == text;
        canonical.then_some(address).ok_or_else(wrong)
    }
}
