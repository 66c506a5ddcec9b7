//! Public keys as certificates hold them (SubjectPublicKeyInfo).

use der::asn1::{BitString, ObjectIdentifier};
use der::{Any, Encode};
use govhub_types::{KeyKind, PublicKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use x509_cert::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::asn1::strict;
use crate::error::DecodeError;
use crate::{pem, signature};

const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const SM2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

/// Bytes of a key with its identifiers: 91 for a point of 65 bytes.
const MAX_SPKI_BYTES: usize = 512;

/// The key in a DER SubjectPublicKeyInfo.
///
/// # Errors
/// [`DecodeError`], naming RSA or the identifier of any other algorithm that is not ours.
pub fn public_key_from_spki(der: &[u8]) -> Result<PublicKey, DecodeError> {
    let what = "public key";
    if der.len() > MAX_SPKI_BYTES {
        return Err(DecodeError::TooLarge { what: "bytes of a public key", found: der.len(), max: MAX_SPKI_BYTES });
    }
    of_spki(&strict(what, der)?)
}

/// The key in one PEM block `PUBLIC KEY`.
///
/// # Errors
/// As [`public_key_from_spki`], and [`DecodeError::Pem`].
pub fn public_key_from_pem(text: &[u8]) -> Result<PublicKey, DecodeError> {
    public_key_from_spki(&pem::decode("PUBLIC KEY", text, MAX_SPKI_BYTES)?)
}

/// DER SubjectPublicKeyInfo of a key, its point with its y: the form that other libraries write, and over which ChainMaker makes node ids.
pub fn spki_of_key(key: &PublicKey) -> Vec<u8> {
    const CHECKED: &str = "a public key is a point of its curve: checked when it was made";
    let bytes = key.as_bytes();
    let (oid, curve, bytes) = match key.kind() {
        KeyKind::Ed25519 => (ED25519, None, bytes.to_vec()),
        KeyKind::P256 => (ELLIPTIC_CURVE, Some(P256), p256::PublicKey::from_sec1_bytes(bytes).expect(CHECKED).to_sec1_point(false).as_bytes().to_vec()),
        KeyKind::Secp256k1 => (ELLIPTIC_CURVE, Some(SECP256K1), k256::PublicKey::from_sec1_bytes(bytes).expect(CHECKED).to_sec1_point(false).as_bytes().to_vec()),
        KeyKind::Sm2 => (ELLIPTIC_CURVE, Some(SM2), sm2::PublicKey::from_sec1_bytes(bytes).expect(CHECKED).to_sec1_point(false).as_bytes().to_vec()),
    };
    let algorithm = AlgorithmIdentifier { oid, parameters: curve.as_ref().map(Any::from) };
    let spki = SubjectPublicKeyInfo { algorithm, subject_public_key: BitString::from_bytes(&bytes).expect("65 bytes") };
    spki.to_der().expect("91 bytes")
}

pub(crate) fn of_spki(spki: &SubjectPublicKeyInfo) -> Result<PublicKey, DecodeError> {
    let bytes = spki.subject_public_key.as_bytes().ok_or(DecodeError::Key)?;
    match spki.algorithm.oid {
        ELLIPTIC_CURVE => {
            let curve = spki.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
            elliptic_curve(curve.ok_or(DecodeError::Key)?, bytes)
        }
        ED25519 if spki.algorithm.parameters.is_none() => PublicKey::new(KeyKind::Ed25519, bytes).map_err(|_| DecodeError::Key),
        ED25519 => Err(DecodeError::Key),
        other => Err(signature::unsupported(other)),
    }
}

/// The point, which may stand there with or without its y (RFC 5480, 2.2), checked to lie on its curve.
fn elliptic_curve(curve: ObjectIdentifier, bytes: &[u8]) -> Result<PublicKey, DecodeError> {
    // 04 x y, or 02/03 x. Other tags ("compact", "hybrid") would give one key two encodings.
    if !matches!((bytes.first(), bytes.len()), (Some(2 | 3), 33) | (Some(4), 65)) {
        return Err(DecodeError::Key);
    }
    let (kind, compressed) = match curve {
        P256 => (KeyKind::P256, p256::PublicKey::from_sec1_bytes(bytes).map(|key| key.to_sec1_point(true).as_bytes().to_vec())),
        SECP256K1 => (KeyKind::Secp256k1, k256::PublicKey::from_sec1_bytes(bytes).map(|key| key.to_sec1_point(true).as_bytes().to_vec())),
        SM2 => (KeyKind::Sm2, sm2::PublicKey::from_sec1_bytes(bytes).map(|key| key.to_sec1_point(true).as_bytes().to_vec())),
        other => return Err(DecodeError::UnknownAlgorithm(other.to_string())),
    };
    PublicKey::new(kind, &compressed.map_err(|_| DecodeError::Key)?).map_err(|_| DecodeError::Key)
}

#[cfg(test)]
mod tests {
    use govhub_types::SigningKey;

    use super::*;

    #[test]
    fn a_key_comes_back_from_its_spki_which_is_the_one_with_the_whole_point() {
        for kind in KeyKind::ALL {
            let key = SigningKey::from_seed(kind, &[7; 32]).public_key();
            let spki = spki_of_key(&key);
            assert_eq!(public_key_from_spki(&spki), Ok(key));
            assert_eq!(spki.len(), match kind { KeyKind::Ed25519 => 44, KeyKind::Secp256k1 => 88, _ => 91 }, "{}", kind.name());
        }
    }
}
