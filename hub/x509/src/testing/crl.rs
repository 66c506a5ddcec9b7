//! A revocation list before its signature.

use govhub_types::SigningKey;

use super::der::{integer, sequence, time, tlv};
use super::draft::{algorithm, authority_key_id, extension, signed};
use super::{Authority, BORN_S, DIES_S};

/// A revocation list before its signature.
#[derive(Clone, Debug)]
pub struct CrlDraft {
    /// DER of the version; empty for version 1.
    pub version: Vec<u8>,
    /// DER of the issuer's name.
    pub issuer: Vec<u8>,
    /// When it was issued.
    pub this_update_s: u64,
    /// When the next one is due.
    pub next_update_s: Option<u64>,
    /// DER of each entry.
    pub entries: Vec<Vec<u8>>,
    /// DER of each extension.
    pub extensions: Vec<Vec<u8>>,
}

impl CrlDraft {
    /// A version 2 list by `authority` with its key identifier and number 1.
    pub fn new(authority: &Authority, serials: &[u64]) -> Self {
        Self {
            version: integer(&[1]),
            issuer: authority.name.clone(),
            this_update_s: BORN_S,
            next_update_s: Some(DIES_S),
            entries: serials.iter().map(|serial| Self::entry(integer(&serial.to_be_bytes()), &[])).collect(),
            extensions: vec![authority_key_id(&authority.key_id()), extension("2.5.29.20", false, &integer(&[1]))],
        }
    }

    /// One entry: DER of the serial number, extensions.
    pub fn entry(serial: Vec<u8>, extensions: &[Vec<u8>]) -> Vec<u8> {
        let mut parts = vec![serial, time(BORN_S)];
        if !extensions.is_empty() {
            parts.push(sequence(extensions));
        }
        sequence(&parts)
    }

    /// DER of the list, signed by `key`.
    pub fn signed_by(&self, key: &SigningKey) -> Vec<u8> {
        let mut tbs = vec![self.version.clone(), algorithm(key.kind()), self.issuer.clone(), time(self.this_update_s)];
        tbs.extend(self.next_update_s.map(time));
        if !self.entries.is_empty() {
            tbs.push(sequence(&self.entries));
        }
        if !self.extensions.is_empty() {
            tbs.push(tlv(0xa0, &sequence(&self.extensions)));
        }
        signed(sequence(&tbs), algorithm(key.kind()), key)
    }
}
