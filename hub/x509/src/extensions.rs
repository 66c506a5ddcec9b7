//! Extensions of a certificate: the ones that chain rules read, and all others as bytes.

use std::collections::BTreeSet;

use der::{Any, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{self, AuthorityKeyIdentifier, BasicConstraints, SubjectKeyIdentifier};

use crate::asn1::{self, dotted, identifier, malformed, positive, strict};
use crate::error::DecodeError;
use crate::limits::MAX_EXTENSIONS;

// Identifiers are compared by their content: 2.5.29.n is 55 1d n.
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(crate) const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];

const WHAT: &str = "extension";

/// What a key may be used for (RFC 5280, 4.2.1.3): a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// No demand.
    pub const NONE: Self = Self(0);
    /// digitalSignature (0): signatures other than on certificates and revocation lists.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// keyCertSign (5).
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// cRLSign (6).
    pub const CRL_SIGN: Self = Self(1 << 6);

    /// Whether every bit of `asked` is there.
    pub const fn contains(self, asked: Self) -> bool {
        self.0 & asked.0 == asked.0
    }
}

/// A purpose beyond the key usage bits (RFC 5280, 4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedUsage {
    /// serverAuth.
    ServerAuth,
    /// clientAuth.
    ClientAuth,
}

impl ExtendedUsage {
    /// Content of its identifier, 1.3.6.1.5.5.7.3.n.
    const fn identifier(self) -> [u8; 8] {
        let n = match self {
            Self::ServerAuth => 1,
            Self::ClientAuth => 2,
        };
        [0x2b, 6, 1, 5, 5, 7, 3, n]
    }
}

/// basicConstraints of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// How many authorities may stand between this one and the leaf, if that is limited.
    pub path_length: Option<u32>,
}

/// Whom a certificate or list says it is signed by, beyond the name. Each part is compared where both sides have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AuthorityKey {
    pub key_id: Option<Vec<u8>>,
    /// Serial number of the issuer's certificate, as [`crate::Certificate::serial`] gives it.
    pub serial: Option<Vec<u8>>,
    /// DER names, one of which is the issuer of the issuer's certificate; empty if none is given.
    pub issuers: Vec<Vec<u8>>,
}

/// Purposes that a certificate lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purposes {
    identifiers: Vec<Vec<u8>>,
    pub critical: bool,
}

/// The extensions of one certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// Dotted identifier and DER value of each.
    all: Vec<(String, Vec<u8>)>,
    /// `None` for an end entity.
    pub authority: Option<Authority>,
    pub key_usage: Option<KeyUsage>,
    pub purposes: Option<Purposes>,
    pub subject_key_id: Option<Vec<u8>>,
    pub authority_key: AuthorityKey,
    pub name_constraints: bool,
    /// The first critical one that no rule here understands, dotted.
    pub unknown_critical: Option<String>,
}

impl Extensions {
    pub fn new(all: &[asn1::Extension]) -> Result<Self, DecodeError> {
        check_list(all)?;
        let mut read = Self::default();
        all.iter().try_for_each(|one| read.add(one))?;
        Ok(read)
    }

    fn add(&mut self, one: &asn1::Extension) -> Result<(), DecodeError> {
        let (id, value) = (identifier(&one.id)?, one.value.as_bytes());
        self.all.push((dotted(id), value.to_vec()));
        match id {
            SUBJECT_KEY_IDENTIFIER => self.subject_key_id = Some(strict::<SubjectKeyIdentifier>(WHAT, value)?.0.as_bytes().to_vec()),
            AUTHORITY_KEY_IDENTIFIER => self.authority_key = AuthorityKey::new(value)?,
            KEY_USAGE => self.key_usage = Some(KeyUsage(strict::<pkix::KeyUsage>(WHAT, value)?.0.bits())),
            BASIC_CONSTRAINTS => self.authority = basic_constraints(value)?,
            EXTENDED_KEY_USAGE => self.purposes = Some(Purposes::new(value, one.critical)?),
            NAME_CONSTRAINTS => self.name_constraints = true,
            // Other names of the subject. Nobody is known by them here, so their being critical demands nothing.
            SUBJECT_ALT_NAME => {}
            other if one.critical => self.unknown_critical = self.unknown_critical.take().or(Some(dotted(other))),
            _ => {}
        }
        Ok(())
    }

    /// DER value of the extension with that dotted identifier.
    pub fn value(&self, oid: &str) -> Option<&[u8]> {
        self.all.iter().find(|(id, _)| id == oid).map(|(_, value)| value.as_slice())
    }
}

impl Purposes {
    fn new(value: &[u8], critical: bool) -> Result<Self, DecodeError> {
        let list = strict::<Vec<Any>>(WHAT, value)?;
        let identifiers = list.iter().map(|one| identifier(one).map(<[u8]>::to_vec)).collect::<Result<_, _>>()?;
        Ok(Self { identifiers, critical })
    }

    /// Whether the key may serve `purpose`.
    pub fn allow(&self, purpose: ExtendedUsage) -> bool {
        self.identifiers.iter().any(|one| *one == purpose.identifier() || one == ANY_EXTENDED_KEY_USAGE)
    }
}

impl AuthorityKey {
    pub fn new(value: &[u8]) -> Result<Self, DecodeError> {
        let read = strict::<AuthorityKeyIdentifier>(WHAT, value)?;
        let names = read.authority_cert_issuer.unwrap_or_default();
        let names = names.iter().filter_map(|name| match name {
            GeneralName::DirectoryName(name) => Some(name.to_der()),
            _ => None,
        });
        Ok(Self {
            key_id: read.key_identifier.map(|id| id.as_bytes().to_vec()),
            serial: read.authority_cert_serial_number.as_ref().map(positive).transpose()?,
            issuers: names.collect::<der::Result<_>>().map_err(|error| malformed(WHAT, error))?,
        })
    }
}

/// Bounded, and no extension twice.
pub(crate) fn check_list(all: &[asn1::Extension]) -> Result<(), DecodeError> {
    if all.len() > MAX_EXTENSIONS {
        return Err(DecodeError::TooLarge { what: "extensions", found: all.len(), max: MAX_EXTENSIONS });
    }
    let mut seen = BTreeSet::new();
    for one in all {
        let id = identifier(&one.id)?;
        if !seen.insert(id) {
            return Err(DecodeError::DuplicateExtension(dotted(id)));
        }
    }
    Ok(())
}

fn basic_constraints(value: &[u8]) -> Result<Option<Authority>, DecodeError> {
    let read = strict::<BasicConstraints>(WHAT, value)?;
    match (read.ca, read.path_len_constraint) {
        (true, length) => Ok(Some(Authority { path_length: length.map(u32::from) })),
        (false, None) => Ok(None),
        // RFC 5280, 4.2.1.9: the length has no meaning without the authority.
        (false, Some(_)) => Err(malformed(WHAT, "pathLenConstraint of an end entity")),
    }
}
