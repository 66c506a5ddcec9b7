//! ECDSA on P-256 over SHA-256, low s only.

use ::p256::ecdsa::signature::{Signer, Verifier};
use ::p256::ecdsa::{Signature, SigningKey, VerifyingKey};

use super::{KeyError, KeyKind, SIGNATURE_BYTES};

const KIND: KeyKind = KeyKind::P256;

pub(super) fn public(bytes: &[u8]) -> Result<[u8; 33], KeyError> {
    let wrong = || KeyError::Point { kind: KIND, expected: "33 bytes of a compressed curve point" };
    let compressed = super::compressed_form(bytes).ok_or_else(wrong)?;
    VerifyingKey::from_sec1_bytes(&compressed).map_err(|_| wrong())?;
    Ok(compressed)
}

pub(super) fn public_of(secret: &[u8; 32]) -> Result<[u8; 33], KeyError> {
    let key = SigningKey::from_slice(secret).map_err(|_| KeyError::Secret(KIND))?;
    let point = key.verifying_key().to_sec1_point(true);
    Ok(point.as_bytes().try_into().expect("a compressed point has 33 bytes"))
}

pub(super) fn verify(key: &[u8; 33], message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let signature = Signature::from_slice(signature).map_err(|_| KeyError::SignatureFormat(KIND))?;
    if signature.normalize_s() != signature {
        return Err(KeyError::HighS(KIND));
    }
    let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| KeyError::Verification(KIND))?;
    key.verify(message, &signature).map_err(|_| KeyError::Verification(KIND))
}

pub(super) fn sign(secret: &[u8; 32], message: &[u8]) -> [u8; SIGNATURE_BYTES] {
    let key = SigningKey::from_slice(secret).expect("the secret was checked when the key was made");
    let signature: Signature = key.sign(message);
    signature.normalize_s().to_bytes().into()
}
