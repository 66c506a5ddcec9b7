//! A certificate before its signature, and the parts of it.

use govhub_types::{KeyKind, PublicKey, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;

use super::der::{bit_string, concat, integer, oid, sequence, time, tlv};

/// When test certificates begin to be valid: 2026-01-01T00:00:00Z.
pub const BORN_S: u64 = 1_767_225_600;
/// When they end: 2036-01-01T00:00:00Z.
pub const DIES_S: u64 = 2_082_758_400;

/// Bit of digitalSignature for [`key_usage`].
pub const DIGITAL_SIGNATURE: u16 = 1;
/// Bit of keyCertSign.
pub const KEY_CERT_SIGN: u16 = 1 << 5;
/// Bit of cRLSign.
pub const CRL_SIGN: u16 = 1 << 6;

/// A certificate before its signature: every field as it will stand, so that each can be bent alone.
#[derive(Clone, Debug)]
pub struct Draft {
    /// DER of the explicit version; empty for version 1.
    pub version: Vec<u8>,
    /// DER of the serial number.
    pub serial: Vec<u8>,
    /// Signature algorithm inside the signed part: DER of the AlgorithmIdentifier. `None`: as outside.
    pub inner_algorithm: Option<Vec<u8>>,
    /// Signature algorithm outside. `None`: the one of the signing key.
    pub outer_algorithm: Option<Vec<u8>>,
    /// DER of the issuer's name.
    pub issuer: Vec<u8>,
    /// First second of validity.
    pub not_before_s: u64,
    /// Last second of validity.
    pub not_after_s: u64,
    /// DER of the subject's name.
    pub subject: Vec<u8>,
    /// DER of the subject's key.
    pub spki: Vec<u8>,
    /// DER of each extension.
    pub extensions: Vec<Vec<u8>>,
}

impl Draft {
    /// An end entity's certificate that may sign messages, without an issuer yet.
    pub fn leaf(subject: Vec<u8>, key: &PublicKey, serial: u64) -> Self {
        Self {
            version: tlv(0xa0, &integer(&[2])),
            serial: integer(&serial.to_be_bytes()),
            inner_algorithm: None,
            outer_algorithm: None,
            issuer: Vec::new(),
            not_before_s: BORN_S,
            not_after_s: DIES_S,
            subject,
            spki: spki(key),
            extensions: vec![key_usage(DIGITAL_SIGNATURE), basic_constraints(false, None)],
        }
    }

    /// An authority's certificate that may sign certificates and lists, without an issuer yet.
    pub fn authority(subject: Vec<u8>, key: &PublicKey, serial: u64, path_length: Option<u8>) -> Self {
        let extensions = vec![key_usage(KEY_CERT_SIGN | CRL_SIGN), basic_constraints(true, path_length), subject_key_id(&key_id(key))];
        Self { extensions, ..Self::leaf(subject, key, serial) }
    }

    /// The same without its extension `oid`.
    pub fn without(mut self, dotted: &str) -> Self {
        let identifier = oid(dotted);
        self.extensions.retain(|one| !one.windows(identifier.len()).take(8).any(|window| window == identifier));
        self
    }

    /// The same with one more extension.
    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// DER of the certificate, signed by `key`.
    pub fn signed_by(&self, key: &SigningKey) -> Vec<u8> {
        let outer = self.outer_algorithm.clone().unwrap_or_else(|| algorithm(key.kind()));
        let inner = self.inner_algorithm.clone().unwrap_or_else(|| outer.clone());
        let validity = sequence(&[time(self.not_before_s), time(self.not_after_s)]);
        let mut tbs = vec![self.version.clone(), self.serial.clone(), inner, self.issuer.clone(), validity, self.subject.clone(), self.spki.clone()];
        if !self.extensions.is_empty() {
            tbs.push(tlv(0xa3, &sequence(&self.extensions)));
        }
        signed(sequence(&tbs), outer, key)
    }
}

/// Signed part, algorithm and signature, as certificates and lists have them.
pub(super) fn signed(tbs: Vec<u8>, algorithm: Vec<u8>, key: &SigningKey) -> Vec<u8> {
    let signature = bit_string(&der_signature(key, &tbs));
    sequence(&[tbs, algorithm, signature])
}

/// `message` signed as certificates encode it: DER of (r, s), or the 64 bytes of Ed25519.
pub fn der_signature(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature = key.sign(message);
    match key.kind() {
        KeyKind::Ed25519 => signature,
        _ => sequence(&[integer(&signature[..32]), integer(&signature[32..])]),
    }
}

/// The AlgorithmIdentifier that keys of that kind sign with.
pub(super) fn algorithm(kind: KeyKind) -> Vec<u8> {
    sequence(&[oid(match kind {
        KeyKind::P256 | KeyKind::Secp256k1 => "1.2.840.10045.4.3.2",
        KeyKind::Sm2 => "1.2.156.10197.1.501",
        KeyKind::Ed25519 => "1.3.101.112",
    })])
}

/// SubjectPublicKeyInfo of a key, points whole: Go, and so Fabric, reads no others.
///
/// # Panics
/// If a key is no point of its curve, which keys are checked for when they are made.
pub fn spki(key: &PublicKey) -> Vec<u8> {
    let identifier = match key.kind() {
        KeyKind::P256 => sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]),
        KeyKind::Secp256k1 => sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")]),
        KeyKind::Sm2 => sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.156.10197.1.301")]),
        KeyKind::Ed25519 => sequence(&[oid("1.3.101.112")]),
    };
    let point = match key {
        PublicKey::Ed25519(bytes) => bytes.to_vec(),
        PublicKey::P256(bytes) => p256::PublicKey::from_sec1_bytes(bytes).expect("a point").to_sec1_point(false).as_bytes().to_vec(),
        PublicKey::Secp256k1(bytes) => k256::PublicKey::from_sec1_bytes(bytes).expect("a point").to_sec1_point(false).as_bytes().to_vec(),
        PublicKey::Sm2(bytes) => sm2::PublicKey::from_sec1_bytes(bytes).expect("a point").to_sec1_point(false).as_bytes().to_vec(),
    };
    sequence(&[identifier, bit_string(&point)])
}

/// The identifier under which test authorities know a key: its last twenty bytes.
pub(super) fn key_id(key: &PublicKey) -> Vec<u8> {
    let bytes = key.as_bytes();
    bytes[bytes.len() - 20..].to_vec()
}

/// A name of `CN`, `OU`, `O`, `C` attributes in the given order, as UTF8String (`C`: PrintableString).
///
/// # Panics
/// On any other key.
pub fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let attribute = |(key, value): &(&str, &str)| {
        let (identifier, tag) = match *key {
            "CN" => ("2.5.4.3", 0x0c),
            "OU" => ("2.5.4.11", 0x0c),
            "O" => ("2.5.4.10", 0x0c),
            "C" => ("2.5.4.6", 0x13),
            other => panic!("no attribute `{other}` here"),
        };
        tlv(0x31, &sequence(&[oid(identifier), tlv(tag, value.as_bytes())]))
    };
    sequence(&attributes.iter().map(attribute).collect::<Vec<_>>())
}

/// An extension with its DER value.
pub fn extension(dotted: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(dotted)];
    if critical {
        parts.push(tlv(1, &[0xff]));
    }
    parts.push(tlv(4, value));
    sequence(&parts)
}

/// basicConstraints, critical.
pub fn basic_constraints(authority: bool, path_length: Option<u8>) -> Vec<u8> {
    let mut parts = Vec::new();
    if authority {
        parts.push(tlv(1, &[0xff]));
    }
    parts.extend(path_length.map(|length| integer(&[length])));
    extension("2.5.29.19", true, &sequence(&parts))
}

/// keyUsage, critical; bit n of `bits` is bit n of the standard.
pub fn key_usage(bits: u16) -> Vec<u8> {
    let mut bytes = vec![(bits as u8).reverse_bits(), ((bits >> 8) as u8).reverse_bits()];
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    let unused = bytes.last().map_or(0, |last| last.trailing_zeros() as u8);
    extension("2.5.29.15", true, &tlv(3, &concat(&[&[unused][..], &bytes])))
}

/// extKeyUsage with dotted purposes.
pub fn extended_key_usage(critical: bool, purposes: &[&str]) -> Vec<u8> {
    let purposes: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
    extension("2.5.29.37", critical, &sequence(&purposes))
}

/// subjectKeyIdentifier.
pub fn subject_key_id(id: &[u8]) -> Vec<u8> {
    extension("2.5.29.14", false, &tlv(4, id))
}

/// authorityKeyIdentifier with the key's identifier alone.
pub fn authority_key_id(id: &[u8]) -> Vec<u8> {
    extension("2.5.29.35", false, &sequence(&[tlv(0x80, id)]))
}

/// One PEM block.
///
/// # Panics
/// If the label is not one of PEM's.
pub fn pem(label: &str, der: &[u8]) -> String {
    ::der::pem::encode_string(label, ::der::pem::LineEnding::LF, der).expect("a label")
}
