//! A validator's key.

use secp256k1::ecdsa::RecoverableSignature;
use secp256k1::{Message, PublicKey, SecretKey};

use crate::extra::{Address, Seal};
use crate::keccak::{keccak256, Hash};
use crate::seals::address_of;

/// A key that seals.
#[derive(Clone, Copy)]
pub struct Key(SecretKey);

impl Key {
    /// The key that comes from `seed`.
    pub fn new(seed: u64) -> Self {
        let bytes = keccak256(&[b"govhub qbft test validator", &seed.to_be_bytes()]);
        Self(SecretKey::from_secret_bytes(bytes).expect("a hash is below the group's order, but for one in 2^128"))
    }

    /// The key with this secret; none if no key has it.
    pub fn of_secret(secret: [u8; 32]) -> Option<Self> {
        SecretKey::from_secret_bytes(secret).ok().map(Self)
    }

    /// Its secret, for a node's key file.
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_secret_bytes()
    }

    /// Its public key: both coordinates.
    pub fn public(&self) -> [u8; 64] {
        let point = PublicKey::from_secret_key(&self.0).serialize_uncompressed();
        point[1..].try_into().expect("65 bytes with a mark in front")
    }

    /// Its address.
    pub fn address(&self) -> Address {
        address_of(&PublicKey::from_secret_key(&self.0).serialize_uncompressed())
    }

    /// Its seal over `digest`.
    pub fn seal(&self, digest: &Hash) -> Seal {
        seal_of(RecoverableSignature::sign_ecdsa_recoverable(Message::from_digest(*digest), &self.0))
    }

    /// Another seal of the same key over the same digest.
    pub fn other_seal(&self, digest: &Hash) -> Seal {
        seal_of(RecoverableSignature::sign_ecdsa_recoverable_with_noncedata(Message::from_digest(*digest), &self.0, &[7; 32]))
    }
}

fn seal_of(signature: RecoverableSignature) -> Seal {
    let (id, bytes) = signature.serialize_compact();
    let mut seal = [0; 65];
    seal[..64].copy_from_slice(&bytes);
    seal[64] = id.to_u8();
    seal
}

/// `n` keys, by address.
pub fn keys(n: u64) -> Vec<Key> {
    let mut keys: Vec<Key> = (0..n).map(Key::new).collect();
    keys.sort_unstable_by_key(Key::address);
    keys
}
