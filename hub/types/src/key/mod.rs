//! Account keys: Ed25519, secp256k1, P-256 and SM2 behind one face.
//!
//! On the wire a key is an `Any` whose only field 1 holds the key's bytes (PROTOCOL 1). Signatures are 64 bytes in every algorithm, and
//! have one form each: a twin with the other `s` is refused where the algorithm has one.
//!
//! | algorithm | type url | key | hash of the message |
//! |---|---|---|---|
//! | Ed25519 | `/cosmos.crypto.ed25519.PubKey` | 32 bytes | ZIP-215 rules |
//! | secp256k1 | `/cosmos.crypto.secp256k1.PubKey` | 33 bytes compressed | SHA-256, low s |
//! | P-256 | `/cosmos.crypto.secp256r1.PubKey` | 33 bytes compressed | SHA-256, low s |
//! | SM2 | `/govhub.crypto.sm2.PubKey` | 33 bytes compressed | SM3(Z, message), id `1234567812345678` |

mod ed25519;
mod p256;
mod secp256k1;
mod sm2;
#[cfg(test)]
mod tests;

use std::fmt;

use ibc_proto::google::protobuf::Any;
use prost::Message;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::address::Address;
use crate::codec::{decode_canonical, CodecError};
use crate::hash::sha256;

/// Bytes of a signature, in every algorithm.
pub const SIGNATURE_BYTES: usize = 64;

/// Encoded key: tag, length and at most 33 bytes; anything longer is no key.
const KEY_ANY_BYTES_MAX: usize = 64;

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Ed25519 (RFC 8032, verified by ZIP-215).
    Ed25519,
    /// ECDSA on secp256k1.
    Secp256k1,
    /// ECDSA on P-256 (secp256r1).
    P256,
    /// SM2 signature (GM/T 0003.2, GB/T 32918.2).
    Sm2,
}

impl KeyKind {
    /// All algorithms.
    pub const ALL: [KeyKind; 4] = [KeyKind::Ed25519, KeyKind::Secp256k1, KeyKind::P256, KeyKind::Sm2];

    /// Name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            KeyKind::Ed25519 => "ed25519",
            KeyKind::Secp256k1 => "secp256k1",
            KeyKind::P256 => "p256",
            KeyKind::Sm2 => "sm2",
        }
    }

    /// The algorithm of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Full protobuf name of the key message.
    pub const fn type_name(self) -> &'static str {
        match self {
            KeyKind::Ed25519 => "cosmos.crypto.ed25519.PubKey",
            KeyKind::Secp256k1 => "cosmos.crypto.secp256k1.PubKey",
            KeyKind::P256 => "cosmos.crypto.secp256r1.PubKey",
            KeyKind::Sm2 => "govhub.crypto.sm2.PubKey",
        }
    }
}

/// Why a key or a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The type url names no algorithm of ours.
    #[error("unknown key type `{0}`: expected Ed25519, secp256k1, P-256 or SM2")]
    UnknownType(String),
    /// The `Any` does not hold a canonical key message.
    #[error("key message: {0}")]
    Encoding(#[from] CodecError),
    /// Wrong length, or no point of the curve.
    #[error("not a {kind} public key: expected {expected}", kind = .kind.name())]
    Point {
        /// Algorithm.
        kind: KeyKind,
        /// What a key looks like.
        expected: &'static str,
    },
    /// Wrong length or out of range.
    #[error("not a {} secret key: expected 32 bytes below the group order, not zero", .0.name())]
    Secret(KeyKind),
    /// Not 64 bytes, or r or s out of range.
    #[error("not a {} signature: expected 64 bytes, r and s in range", .0.name())]
    SignatureFormat(KeyKind),
    /// The twin with the larger s.
    #[error("{} signature has the larger s: sign again with a library that gives the lower one", .0.name())]
    HighS(KeyKind),
    /// The signature does not verify.
    #[error("{} signature does not verify", .0.name())]
    Verification(KeyKind),
}

/// The one message that all four key types have.
#[derive(Clone, PartialEq, Message)]
struct RawKey {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
}

/// A public key that is a point of its curve.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicKey {
    /// Ed25519.
    Ed25519([u8; 32]),
    /// secp256k1, compressed.
    Secp256k1([u8; 33]),
    /// P-256, compressed.
    P256([u8; 33]),
    /// SM2, compressed.
    Sm2([u8; 33]),
}

impl PublicKey {
    /// The key of that algorithm with these bytes.
    ///
    /// # Errors
    /// [`KeyError::Point`] for a wrong length or a point off the curve.
    pub fn new(kind: KeyKind, bytes: &[u8]) -> Result<Self, KeyError> {
        match kind {
            KeyKind::Ed25519 => ed25519::public(bytes).map(Self::Ed25519),
            KeyKind::Secp256k1 => secp256k1::public(bytes).map(Self::Secp256k1),
            KeyKind::P256 => p256::public(bytes).map(Self::P256),
            KeyKind::Sm2 => sm2::public(bytes).map(Self::Sm2),
        }
    }

    /// The key in an `Any`, canonical.
    pub fn from_any(any: &Any) -> Result<Self, KeyError> {
        let name = any.type_url.strip_prefix('/').unwrap_or_default();
        let kind = KeyKind::ALL.into_iter().find(|kind| kind.type_name() == name);
        let kind = kind.ok_or_else(|| KeyError::UnknownType(any.type_url.chars().take(80).collect()))?;
        let raw: RawKey = decode_canonical("public key", &any.value, KEY_ANY_BYTES_MAX)?;
        Self::new(kind, &raw.key)
    }

    /// The key as it stands in transactions.
    pub fn to_any(&self) -> Any {
        let value = RawKey { key: self.as_bytes().to_vec() }.encode_to_vec();
        Any { type_url: format!("/{}", self.kind().type_name()), value }
    }

    /// The algorithm.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Ed25519(_) => KeyKind::Ed25519,
            Self::Secp256k1(_) => KeyKind::Secp256k1,
            Self::P256(_) => KeyKind::P256,
            Self::Sm2(_) => KeyKind::Sm2,
        }
    }

    /// 32 or 33 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) => bytes,
            Self::Secp256k1(bytes) | Self::P256(bytes) | Self::Sm2(bytes) => bytes,
        }
    }

    /// Verifies `signature` (64 bytes) over `message`.
    ///
    /// # Errors
    /// [`KeyError`] naming the rule: format, larger s, or verification.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            Self::Ed25519(key) => ed25519::verify(key, message, signature),
            Self::Secp256k1(key) => secp256k1::verify(key, message, signature),
            Self::P256(key) => p256::verify(key, message, signature),
            Self::Sm2(key) => sm2::verify(key, message, signature),
        }
    }

    /// The account address of this key (PROTOCOL 1).
    pub fn address(&self) -> Address {
        Address::of(self)
    }
}

/// `bytes` if they have the form of a compressed SEC1 point: 33 bytes, tag 2 or 3.
///
/// The libraries also take tag 5 ("compact": x alone, y to be guessed), which would give one key two encodings, hence two accounts.
fn compressed_form(bytes: &[u8]) -> Option<[u8; 33]> {
    bytes.try_into().ok().filter(|point: &[u8; 33]| matches!(point[0], 2 | 3))
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind().name(), hex::encode(self.as_bytes()))
    }
}

/// A secret key. Wiped from memory when dropped; never shown by `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    kind: KeyKind,
    secret: Zeroizing<[u8; 32]>,
    public: PublicKey,
}

impl SigningKey {
    /// The key with this secret: 32 bytes big endian below the group order and not zero (Ed25519: the RFC 8032 seed, any 32 bytes).
    ///
    /// # Errors
    /// [`KeyError::Secret`].
    pub fn from_secret(kind: KeyKind, secret: &[u8]) -> Result<Self, KeyError> {
        let secret: [u8; 32] = secret.try_into().map_err(|_| KeyError::Secret(kind))?;
        let secret = Zeroizing::new(secret);
        let public = match kind {
            KeyKind::Ed25519 => PublicKey::Ed25519(ed25519::public_of(&secret)),
            KeyKind::Secp256k1 => PublicKey::Secp256k1(secp256k1::public_of(&secret)?),
            KeyKind::P256 => PublicKey::P256(p256::public_of(&secret)?),
            KeyKind::Sm2 => PublicKey::Sm2(sm2::public_of(&secret)?),
        };
        Ok(Self { kind, secret, public })
    }

    /// A key made from a seed of full entropy: the first of SHA-256("govhub/seed/1" ‖ seed ‖ counter) that is a secret of the algorithm.
    pub fn from_seed(kind: KeyKind, seed: &[u8; 32]) -> Self {
        (0u8..=255)
            .find_map(|counter| Self::from_secret(kind, &sha256(&[b"govhub/seed/1", seed, &[counter]])).ok())
            .expect("256 hashes in a row above the group order do not happen")
    }

    /// The algorithm.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The secret, for sealing it into a key file.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Signs `message`: 64 bytes, the same each time (RFC 8032, RFC 6979).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.kind {
            KeyKind::Ed25519 => ed25519::sign(&self.secret, message),
            KeyKind::Secp256k1 => secp256k1::sign(&self.secret, message),
            KeyKind::P256 => p256::sign(&self.secret, message),
            KeyKind::Sm2 => sm2::sign(&self.secret, message),
        }
        .to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public)
    }
}
