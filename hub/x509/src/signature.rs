//! Signatures as certificates and the chains that use them encode them: DER of (r, s) for ECDSA and SM2, 64 bytes for Ed25519.

use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Sequence};
use govhub_types::{KeyKind, PublicKey};
use x509_cert::AlgorithmIdentifier;

use crate::error::{DecodeError, SignatureError};

const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const SM2_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// PKCS #1: every RSA key and signature identifier begins so.
const PKCS1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1");

/// How a certificate or revocation list is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA over SHA-256, on P-256 or secp256k1.
    EcdsaSha256,
    /// SM2 over SM3 with the default identity (GB/T 32918.2, GM/T 0009).
    Sm2Sm3,
    /// Ed25519.
    Ed25519,
}

impl Algorithm {
    pub(crate) fn new(identifier: &AlgorithmIdentifier) -> Result<Self, DecodeError> {
        let algorithm = match identifier.oid {
            ECDSA_SHA256 => Self::EcdsaSha256,
            SM2_SM3 => Self::Sm2Sm3,
            ED25519 => Self::Ed25519,
            other => return Err(unsupported(other)),
        };
        // RFC 5758, 3.2, and RFC 8410, 3: the parameters field is absent.
        match identifier.parameters {
            None => Ok(algorithm),
            Some(_) => Err(DecodeError::Der { what: "signature algorithm", detail: "parameters where there are none".into() }),
        }
    }

    /// Whether keys of that kind sign so.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::EcdsaSha256 => matches!(kind, KeyKind::P256 | KeyKind::Secp256k1),
            Self::Sm2Sm3 => kind == KeyKind::Sm2,
            Self::Ed25519 => kind == KeyKind::Ed25519,
        }
    }
}

/// RSA by its name, any other algorithm by its identifier.
pub(crate) fn unsupported(oid: ObjectIdentifier) -> DecodeError {
    match oid.starts_with(PKCS1) {
        true => DecodeError::Rsa,
        false => DecodeError::UnknownAlgorithm(oid.to_string()),
    }
}

/// Which of the two ECDSA signatures (r, s) and (r, n - s) is taken. SM2 and Ed25519 have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowS {
    /// Only the one with the lower s: Fabric's rule for what identities sign.
    Required,
    /// Both: certificates and revocation lists everywhere, ChainMaker.
    Any,
}

/// Verifies `signature` over `message`: ECDSA hashes with SHA-256, SM2 with SM3 and the default identity, Ed25519 by ZIP-215.
///
/// # Errors
/// [`SignatureError`], naming the rule.
pub fn verify_signature(key: &PublicKey, message: &[u8], signature: &[u8], low_s: LowS) -> Result<(), SignatureError> {
    let verify = |signature: &[u8]| key.verify(message, signature).map_err(|_| SignatureError::Verification);
    match key.kind() {
        KeyKind::Ed25519 if signature.len() == 64 => verify(signature),
        KeyKind::Ed25519 => Err(SignatureError::Format),
        KeyKind::Sm2 => verify(&fixed(signature)?),
        KeyKind::P256 => {
            let given = p256::ecdsa::Signature::from_slice(&fixed(signature)?).map_err(|_| SignatureError::Format)?;
            let lower = given.normalize_s();
            low_s.allows(lower == given)?;
            verify(&lower.to_bytes())
        }
        KeyKind::Secp256k1 => {
            let given = k256::ecdsa::Signature::from_slice(&fixed(signature)?).map_err(|_| SignatureError::Format)?;
            let lower = given.normalize_s();
            low_s.allows(lower == given)?;
            verify(&lower.to_bytes())
        }
    }
}

impl LowS {
    fn allows(self, is_low: bool) -> Result<(), SignatureError> {
        match is_low || self == Self::Any {
            true => Ok(()),
            false => Err(SignatureError::HighS),
        }
    }
}

/// ECDSA-Sig-Value (RFC 3279, 2.2.3); SM2 signatures have the same form (GM/T 0009, 7.3).
#[derive(Sequence)]
struct Pair<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// r ‖ s, 32 bytes each. The decoder takes shortest lengths and integers only, so there is one DER for a pair.
fn fixed(der: &[u8]) -> Result<[u8; 64], SignatureError> {
    let pair = Pair::from_der(der).map_err(|_| SignatureError::Format)?;
    let mut fixed = [0; 64];
    for (number, place) in [(pair.r, 0), (pair.s, 32)] {
        let bytes = number.as_bytes();
        let start = 32usize.checked_sub(bytes.len()).ok_or(SignatureError::Format)?;
        fixed[place + start..place + 32].copy_from_slice(bytes);
    }
    Ok(fixed)
}
