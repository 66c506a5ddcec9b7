//! A certificate: decoded, bounded, in its one encoding. Whether anybody believes it is for [`crate::verify_chain`].

use govhub_types::{PublicKey, Time};
use x509_cert::Version;

use crate::asn1::{self, encoded, malformed, positive, seconds, strict};
use crate::error::{DecodeError, SignatureError};
use crate::extensions::{Extensions, KeyUsage};
use crate::limits::MAX_CERTIFICATE_BYTES;
use crate::signature::{verify_signature, Algorithm, LowS};
use crate::{key, pem, Name};

/// From when to when, both ends included, in whole seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before_s: u64,
    /// Last second. No expiry is 9999-12-31T23:59:59Z.
    pub not_after_s: u64,
}

/// What makes two certificates the same identity: who issued it, under which number, for which key.
///
/// Not the bytes: of one ECDSA signature there are two, so whoever sees a certificate can make a second one that differs in its
/// signature alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// DER of the issuer's name.
    pub issuer: Vec<u8>,
    /// Serial number, big endian, without leading zeros.
    pub serial: Vec<u8>,
    /// The subject's key.
    pub public_key: PublicKey,
}

/// A version 3 certificate with a key and a signature of our kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    pub(crate) tbs: Vec<u8>,
    spki: Vec<u8>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    validity: Validity,
    public_key: PublicKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: Vec<u8>,
    pub(crate) extensions: Extensions,
}

impl Certificate {
    /// Reads DER: at most [`MAX_CERTIFICATE_BYTES`], nothing behind it.
    ///
    /// # Errors
    /// [`DecodeError`], naming the rule.
    ///
    /// # Not checked
    /// Signature, dates and critical extensions: see [`crate::verify_chain`].
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        let what = "certificate";
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(DecodeError::TooLarge { what: "bytes of a certificate", found: der.len(), max: MAX_CERTIFICATE_BYTES });
        }
        let read: asn1::Certificate = strict(what, der)?;
        let tbs = &read.tbs;
        if tbs.version != Version::V3 {
            return Err(DecodeError::Version(what));
        }
        if tbs.algorithm != read.algorithm {
            return Err(DecodeError::AlgorithmDiffers);
        }
        if tbs.issuer.is_empty() {
            return Err(malformed(what, "issuer has no name")); // RFC 5280, 4.1.2.4
        }
        Ok(Self {
            der: der.to_vec(),
            tbs: encoded(what, tbs)?,
            spki: encoded(what, &tbs.spki)?,
            serial: positive(&tbs.serial)?,
            issuer: Name::new(&tbs.issuer)?,
            subject: Name::new(&tbs.subject)?,
            validity: Validity { not_before_s: seconds(what, &tbs.validity.not_before)?, not_after_s: seconds(what, &tbs.validity.not_after)? },
            public_key: key::of_spki(&tbs.spki)?,
            algorithm: Algorithm::new(&read.algorithm)?,
            signature: read.signature.as_bytes().ok_or_else(|| malformed(what, "signature is not whole bytes"))?.to_vec(),
            extensions: Extensions::new(tbs.extensions.as_deref().unwrap_or_default())?,
        })
    }

    /// Reads exactly one PEM block `CERTIFICATE`.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], and [`DecodeError::Pem`].
    pub fn from_pem(text: &[u8]) -> Result<Self, DecodeError> {
        Self::from_der(&pem::decode("CERTIFICATE", text, MAX_CERTIFICATE_BYTES)?)
    }

    /// The certificate's DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// DER of the key with its identifiers (SubjectPublicKeyInfo), over which ChainMaker makes node ids.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Serial number, big endian, without leading zeros.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Who issued it, by its own word.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Whom it is about.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// From when to when.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The subject's key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// How its issuer signed it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether it is an authority's (basicConstraints, cA).
    pub fn is_authority(&self) -> bool {
        self.extensions.authority.is_some()
    }

    /// What the key may be used for; `None` if nothing is said, which means anything.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// Identifier of the subject's key.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions.subject_key_id.as_deref()
    }

    /// Identifier of the issuer's key.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.extensions.authority_key.key_id.as_deref()
    }

    /// Value of the extension with that dotted identifier, e.g. Fabric's attributes `1.2.3.4.5.6.7.8.1`.
    pub fn extension(&self, oid: &str) -> Option<&[u8]> {
        self.extensions.value(oid)
    }

    /// What makes it the same as another one.
    pub fn identity(&self) -> Identity {
        Identity { issuer: self.issuer.der().to_vec(), serial: self.serial.clone(), public_key: self.public_key }
    }

    /// Whether `at`, rounded down to the second, lies within the dates.
    pub fn is_valid_at(&self, at: Time) -> bool {
        (self.validity.not_before_s..=self.validity.not_after_s).contains(&at.unix_s())
    }

    /// Verifies what the subject signed. The signature is DER of (r, s) for ECDSA and SM2, 64 bytes for Ed25519.
    ///
    /// # Errors
    /// [`SignatureError`], naming the rule.
    ///
    /// # Not checked
    /// That the certificate is to be believed, or that its key may sign: see [`crate::verify_chain`].
    pub fn verify_signature(&self, message: &[u8], signature: &[u8], low_s: LowS) -> Result<(), SignatureError> {
        verify_signature(&self.public_key, message, signature, low_s)
    }
}
