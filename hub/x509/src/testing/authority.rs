//! An authority that issues certificates and revocation lists.

use govhub_types::{KeyKind, PublicKey, SigningKey};

use super::draft::{authority_key_id, key_id, name, Draft};
use super::CrlDraft;
use crate::Certificate;

/// An authority: its certificate, and the key with which it signs.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its secret.
    pub key: SigningKey,
    /// DER of its name.
    pub name: Vec<u8>,
    /// Its certificate.
    pub der: Vec<u8>,
}

impl Authority {
    /// A self-signed authority `CN=name`, its key made from `seed`.
    pub fn root(kind: KeyKind, seed: u8, common_name: &str) -> Self {
        let key = SigningKey::from_seed(kind, &[seed; 32]);
        let subject = name(&[("CN", common_name)]);
        let draft = Draft { issuer: subject.clone(), ..Draft::authority(subject.clone(), &key.public_key(), u64::from(seed) + 1, None) };
        Self { der: draft.signed_by(&key), name: subject, key }
    }

    /// An authority `CN=name` below this one, with a key of the same kind made from `seed`.
    pub fn authority(&self, seed: u8, common_name: &str, path_length: Option<u8>) -> Self {
        let key = SigningKey::from_seed(self.key.kind(), &[seed; 32]);
        let subject = name(&[("CN", common_name)]);
        let der = self.issue(Draft::authority(subject.clone(), &key.public_key(), u64::from(seed) + 1, path_length));
        Self { key, name: subject, der }
    }

    /// The identifier of its key, as its certificate has it.
    pub fn key_id(&self) -> Vec<u8> {
        key_id(&self.key.public_key())
    }

    /// The draft with this authority as issuer, by name and key identifier, signed. What the draft says about its issuer stays.
    pub fn issue(&self, draft: Draft) -> Vec<u8> {
        let draft = draft.with(authority_key_id(&self.key_id()));
        Draft { issuer: self.name.clone(), ..draft }.signed_by(&self.key)
    }

    /// An end entity's certificate that may sign messages.
    pub fn leaf(&self, subject: &[(&str, &str)], key: &PublicKey, serial: u64) -> Vec<u8> {
        self.issue(Draft::leaf(name(subject), key, serial))
    }

    /// A list that revokes those serial numbers.
    pub fn crl(&self, serials: &[u64]) -> Vec<u8> {
        CrlDraft::new(self, serials).signed_by(&self.key)
    }

    /// Its certificate, read.
    ///
    /// # Panics
    /// If it was bent so that it does not read.
    pub fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.der).expect("a certificate of our own making")
    }
}
