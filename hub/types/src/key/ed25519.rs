//! Ed25519 by ZIP-215: one rule for accepting a signature, single or in a batch, on every machine.

use ed25519_consensus::{Signature, SigningKey, VerificationKey};

use super::{KeyError, KeyKind, SIGNATURE_BYTES};

const KIND: KeyKind = KeyKind::Ed25519;

pub(super) fn public(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    let key = VerificationKey::try_from(bytes).map_err(|_| KeyError::Point { kind: KIND, expected: "32 bytes of a curve point" })?;
    Ok(key.to_bytes())
}

pub(super) fn public_of(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from(*seed).verification_key().to_bytes()
}

pub(super) fn verify(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let signature = Signature::try_from(signature).map_err(|_| KeyError::SignatureFormat(KIND))?;
    let key = VerificationKey::try_from(*key).map_err(|_| KeyError::Verification(KIND))?;
    key.verify(&signature, message).map_err(|_| KeyError::Verification(KIND))
}

pub(super) fn sign(seed: &[u8; 32], message: &[u8]) -> [u8; SIGNATURE_BYTES] {
    SigningKey::from(*seed).sign(message).to_bytes()
}
