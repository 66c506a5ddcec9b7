//! SM2 signatures with SM3 and the default identity.
//!
//! Source: GB/T 32918.2 (GM/T 0003.2); identity `1234567812345678` per GM/T 0009. There is no smaller twin: (r, s) determines the equation.

use ::sm2::dsa::signature::{Signer, Verifier};
use ::sm2::dsa::{Signature, SigningKey, VerifyingKey};

use super::{KeyError, KeyKind, SIGNATURE_BYTES};

const KIND: KeyKind = KeyKind::Sm2;

/// The identity hashed into Z (DESIGN, "crypto suites").
const IDENTITY: &str = "1234567812345678";

pub(super) fn public(bytes: &[u8]) -> Result<[u8; 33], KeyError> {
    let wrong = || KeyError::Point { kind: KIND, expected: "33 bytes of a compressed curve point" };
    let compressed = super::compressed_form(bytes).ok_or_else(wrong)?;
    VerifyingKey::from_sec1_bytes(IDENTITY, &compressed).map_err(|_| wrong())?;
    Ok(compressed)
}

/// Group order minus one. As a secret d it leaves d + 1 without inverse, so that nothing could be signed: the standard takes
/// secrets from 1 to n - 2 (GB/T 32918.1, 6.1), the library to n - 1.
const ORDER_MINUS_ONE: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, //
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22,
];

pub(super) fn public_of(secret: &[u8; 32]) -> Result<[u8; 33], KeyError> {
    if *secret == ORDER_MINUS_ONE {
        return Err(KeyError::Secret(KIND));
    }
    let key = SigningKey::from_slice(IDENTITY, secret).map_err(|_| KeyError::Secret(KIND))?;
    // The library gives the uncompressed form: 04, x, y.
    let point = key.verifying_key().to_sec1_bytes();
    let (x, y) = (&point[1..33], &point[33..65]);
    let mut compressed = [0; 33];
    compressed[0] = 2 | (y[31] & 1);
    compressed[1..].copy_from_slice(x);
    Ok(compressed)
}

pub(super) fn verify(key: &[u8; 33], message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let signature = Signature::from_slice(signature).map_err(|_| KeyError::SignatureFormat(KIND))?;
    let key = VerifyingKey::from_sec1_bytes(IDENTITY, key).map_err(|_| KeyError::Verification(KIND))?;
    key.verify(message, &signature).map_err(|_| KeyError::Verification(KIND))
}

pub(super) fn sign(secret: &[u8; 32], message: &[u8]) -> [u8; SIGNATURE_BYTES] {
    let key = SigningKey::from_slice(IDENTITY, secret).expect("the secret was checked when the key was made");
    let signature: Signature = key.sign(message);
    signature.to_bytes().into()
}
