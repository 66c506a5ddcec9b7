//! The two suites: keccak256 with ECDSA on secp256k1, and SM3 with SM2. A chain has one; nothing of the other is ever accepted.
//!
//! secp256k1 is libsecp256k1, pinned: it decides with the same code as the chains' own nodes, and is about twice as fast as `k256`
//! (`benches/` measures both). SM2 has no such library; it is RustCrypto's.

use govhub_lc_core::Reason;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::Message;
use sha3::{Digest, Keccak256};
use sm2::dsa::signature::Verifier;
use sm3::Sm3;

/// A hash of either suite.
pub type Hash = [u8; 32];

/// A node id: public key x ‖ y.
pub type NodeId = [u8; 64];

/// The identity hashed into an SM2 signature (GM/T 0009).
pub(crate) const SM2_IDENTITY: &str = "1234567812345678";

/// Hash and signature of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// keccak256, ECDSA on secp256k1.
    Keccak,
    /// SM3, SM2.
    Sm,
}

impl Suite {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Keccak, Self::Sm];

    /// Name on the command line and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keccak => "keccak256/secp256k1",
            Self::Sm => "sm3/sm2",
        }
    }

    /// Hash of the concatenation of `parts`.
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        let mut hasher = self.hasher();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finish()
    }

    pub(crate) fn hasher(self) -> Hasher {
        match self {
            Self::Keccak => Hasher::Keccak(Keccak256::new()),
            Self::Sm => Hasher::Sm(sm3::Digest::new()),
        }
    }

    /// Verifies a node's signature over a 32-byte hash.
    ///
    /// secp256k1: 65 bytes r ‖ s ‖ v, s in the lower half, v 0 or 1 as the key's recovery says. SM2: 64 bytes r ‖ s over SM3(Z ‖ hash),
    /// or 128 with the signer's own key behind; it is always the node id that verifies, never what stands behind.
    ///
    /// # Errors
    /// `signature`, saying what is wrong.
    pub fn verify(self, node: &NodeId, hash: &Hash, signature: &[u8]) -> Result<(), Reason> {
        match self {
            Self::Keccak => verify_secp256k1(node, hash, signature),
            Self::Sm => verify_sm2(node, hash, signature),
        }
        .map_err(|why| Reason::new("signature", why))
    }
}

/// A hash in the making.
#[allow(clippy::large_enum_variant)] // lives on the stack for one hash; a box would cost an allocation for each node of a path
pub(crate) enum Hasher {
    Keccak(Keccak256),
    Sm(Sm3),
}

impl Hasher {
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Keccak(hasher) => hasher.update(bytes),
            Self::Sm(hasher) => sm3::Digest::update(hasher, bytes),
        }
    }

    pub fn finish(self) -> Hash {
        match self {
            Self::Keccak(hasher) => hasher.finalize().into(),
            Self::Sm(hasher) => sm3::Digest::finalize(hasher).into(),
        }
    }
}

fn verify_secp256k1(node: &NodeId, hash: &Hash, signature: &[u8]) -> Result<(), String> {
    let (Some(compact), Some(&v), 65) = (signature.get(..64), signature.get(64), signature.len()) else {
        return Err(format!("{} bytes; expected r, s and v in 65", signature.len()));
    };
    if v > 1 {
        return Err(format!("v is {v}; expected 0 or 1"));
    }
    let recovery = RecoveryId::from_u8_masked(v);
    let signature = RecoverableSignature::from_compact(compact, recovery).map_err(|_| "r or s out of range".to_owned())?;
    let standard = signature.to_standard();
    let mut lower = standard;
    lower.normalize_s();
    if lower != standard {
        return Err("has the larger s".to_owned());
    }
    let recovered = signature.recover_ecdsa(Message::from_digest(*hash)).map_err(|_| "does not verify".to_owned())?;
    if recovered.serialize_uncompressed()[1..] != node[..] {
        return Err("is another key's, or of another hash".to_owned());
    }
    Ok(())
}

fn verify_sm2(node: &NodeId, hash: &Hash, signature: &[u8]) -> Result<(), String> {
    let pair = match signature.len() {
        64 => signature,
        128 if signature[64..] == node[..] => &signature[..64],
        128 => return Err("carries another key".to_owned()),
        other => return Err(format!("{other} bytes; expected r and s in 64, or with the key in 128")),
    };
    let pair = sm2::dsa::Signature::from_slice(pair).map_err(|_| "r or s out of range".to_owned())?;
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, &uncompressed(node)).map_err(|_| "the node id is no point of the curve".to_owned())?;
    key.verify(hash, &pair).map_err(|_| "does not verify".to_owned())
}

/// SEC1 form of a node id.
pub(crate) fn uncompressed(node: &NodeId) -> [u8; 65] {
    let mut bytes = [4; 65];
    bytes[1..].copy_from_slice(node);
    bytes
}
