//! Certificate revocation lists, version 1 and 2 (RFC 5280, section 5).

use std::collections::BTreeSet;

use x509_cert::Version;

use crate::asn1::{self, dotted, encoded, identifier, malformed, positive, seconds, strict};
use crate::certificate::Certificate;
use crate::error::DecodeError;
use crate::extensions::{check_list, AuthorityKey, KeyUsage, AUTHORITY_KEY_IDENTIFIER, CRL_NUMBER};
use crate::limits::{MAX_CRL_BYTES, MAX_CRL_ENTRIES};
use crate::signature::{verify_signature, Algorithm, LowS};
use crate::{pem, Name};

/// A revocation list: serial numbers that its issuer withdraws.
///
/// A serial that stands here is revoked, whatever the dates say: neither the day of an entry nor the list's own next update takes a
/// revocation back. Removing an entry needs a new list, and the caller to put it in place of the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Vec<u8>,
    issuer: Name,
    authority_key: AuthorityKey,
    this_update_s: u64,
    next_update_s: Option<u64>,
    revoked: BTreeSet<Vec<u8>>,
    algorithm: Algorithm,
    signature: Vec<u8>,
}

impl Crl {
    /// Reads DER: at most [`MAX_CRL_BYTES`] and [`MAX_CRL_ENTRIES`], nothing behind it. Delta and indirect lists are refused by their
    /// critical extensions.
    ///
    /// # Errors
    /// [`DecodeError`], naming the rule.
    ///
    /// # Not checked
    /// The signature: see [`Crl::is_signed_by`].
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        let what = "revocation list";
        if der.len() > MAX_CRL_BYTES {
            return Err(DecodeError::TooLarge { what: "bytes of a revocation list", found: der.len(), max: MAX_CRL_BYTES });
        }
        let read: asn1::CertificateList = strict(what, der)?;
        let tbs = &read.tbs;
        if tbs.algorithm != read.algorithm {
            return Err(DecodeError::AlgorithmDiffers);
        }
        let entries = tbs.revoked.as_deref().unwrap_or_default();
        if entries.len() > MAX_CRL_ENTRIES {
            return Err(DecodeError::TooLarge { what: "entries of a revocation list", found: entries.len(), max: MAX_CRL_ENTRIES });
        }
        let has_extensions = tbs.extensions.is_some() || entries.iter().any(|entry| entry.extensions.is_some());
        match tbs.version {
            None if !has_extensions => {}
            Some(Version::V2) => {}
            _ => return Err(DecodeError::Version(what)),
        }
        Ok(Self {
            der: der.to_vec(),
            tbs: encoded(what, tbs)?,
            issuer: Name::new(&tbs.issuer)?,
            authority_key: authority_key(tbs.extensions.as_deref().unwrap_or_default())?,
            this_update_s: seconds(what, &tbs.this_update)?,
            next_update_s: tbs.next_update.as_ref().map(|time| seconds(what, time)).transpose()?,
            revoked: entries.iter().map(serial).collect::<Result<_, _>>()?,
            algorithm: Algorithm::new(&read.algorithm)?,
            signature: read.signature.as_bytes().ok_or_else(|| malformed(what, "signature is not whole bytes"))?.to_vec(),
        })
    }

    /// Reads exactly one PEM block `X509 CRL`.
    ///
    /// # Errors
    /// As [`Crl::from_der`], and [`DecodeError::Pem`].
    pub fn from_pem(text: &[u8]) -> Result<Self, DecodeError> {
        Self::from_der(&pem::decode("X509 CRL", text, MAX_CRL_BYTES)?)
    }

    /// Reads exactly one PEM block of another label: ChainMaker keeps lists in its state as `crl`.
    ///
    /// # Errors
    /// As [`Crl::from_pem`].
    pub fn from_labelled_pem(label: &'static str, text: &[u8]) -> Result<Self, DecodeError> {
        Self::from_der(&pem::decode(label, text, MAX_CRL_BYTES)?)
    }

    /// The list's DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Who issued it, by its own word.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Identifier of the issuer's key.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key.key_id.as_deref()
    }

    /// When it was issued, seconds since the epoch.
    pub fn this_update_s(&self) -> u64 {
        self.this_update_s
    }

    /// When the next one is due, seconds since the epoch. Nothing here enforces it.
    pub fn next_update_s(&self) -> Option<u64> {
        self.next_update_s
    }

    /// Every serial number listed, in order, big endian, without leading zeros.
    pub fn serials(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.revoked.iter().map(Vec::as_slice)
    }

    /// Whether that serial number ([`Certificate::serial`]) is listed.
    pub fn lists(&self, serial: &[u8]) -> bool {
        self.revoked.contains(serial)
    }

    /// Whether it claims to be by `issuer`: by key identifier where both have one, else by name.
    pub fn names(&self, issuer: &Certificate) -> bool {
        match (&self.authority_key.key_id, issuer.subject_key_id()) {
            (Some(said), Some(has)) => said == has,
            _ => self.issuer == *issuer.subject(),
        }
    }

    /// Whether `issuer` signed it, and may sign lists (cRLSign, where a key usage is given).
    pub fn is_signed_by(&self, issuer: &Certificate) -> bool {
        issuer.is_authority()
            && issuer.key_usage().is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN))
            && self.algorithm.fits(issuer.public_key().kind())
            && verify_signature(issuer.public_key(), &self.tbs, &self.signature, LowS::Any).is_ok()
    }
}

fn authority_key(extensions: &[asn1::Extension]) -> Result<AuthorityKey, DecodeError> {
    check_list(extensions)?;
    let mut found = AuthorityKey::default();
    for one in extensions {
        match identifier(&one.id)? {
            AUTHORITY_KEY_IDENTIFIER => found = AuthorityKey::new(one.value.as_bytes())?,
            CRL_NUMBER => {}
            unknown if one.critical => return Err(DecodeError::CriticalCrlExtension(dotted(unknown))),
            _ => {}
        }
    }
    Ok(found)
}

fn serial(entry: &asn1::RevokedCert) -> Result<Vec<u8>, DecodeError> {
    let extensions = entry.extensions.as_deref().unwrap_or_default();
    check_list(extensions)?;
    match extensions.iter().find(|one| one.critical) {
        // certificateIssuer would make the entry speak of another authority's certificate.
        Some(unknown) => Err(DecodeError::CriticalCrlExtension(dotted(identifier(&unknown.id)?))),
        None => positive(&entry.serial),
    }
}
