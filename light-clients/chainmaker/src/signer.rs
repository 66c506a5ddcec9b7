//! From what a block says of a signer to a key that an authority vouches for.
//!
//! Source: chainmaker-go `accesscontrol`; stricter than the chain in three places: certificates must be valid at the block's time, a frozen
//! certificate has no twin (see [`Authority::is_frozen`]), and the key must be of the chain's suite.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;
use govhub_types::{PublicKey, Time};
use govhub_x509::{public_key_from_pem, verify_chain, verify_signature, Certificate, ChainError, LowS, Rules, When};

use crate::authority::Authority;
use crate::config::AuthType;
use crate::node_id::node_id;
use crate::proto::chainmaker::v2 as chain;
use crate::suite::{text, Hash};

/// Kinds of member that blocks are signed by.
pub(crate) const CERTIFICATE: i32 = 0;
pub(crate) const CERTIFICATE_HASH: i32 = 1;
pub(crate) const PUBLIC_KEY: i32 = 2;

/// Whoever may make and vote for blocks says so in this unit of its organisation.
const CONSENSUS_UNIT: &str = "consensus";

/// In which part a signer stands, for the codes of its refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub certificate: &'static str,
    pub certificate_unknown: &'static str,
    pub kind: &'static str,
    pub org_mismatch: &'static str,
    pub org_not_trusted: &'static str,
    pub frozen: &'static str,
    pub revoked: &'static str,
    pub expired: &'static str,
    pub chain: &'static str,
    pub suite: &'static str,
    pub role: &'static str,
    pub not_in_set: &'static str,
    pub signature: &'static str,
}

macro_rules! part {
    ($name:literal) => {
        Part {
            certificate: concat!($name, "-certificate"),
            certificate_unknown: concat!($name, "-certificate-unknown"),
            kind: concat!($name, "-kind"),
            org_mismatch: concat!($name, "-org-mismatch"),
            org_not_trusted: concat!($name, "-org-not-trusted"),
            frozen: concat!($name, "-cert-frozen"),
            revoked: concat!($name, "-cert-revoked"),
            expired: concat!($name, "-cert-expired"),
            chain: concat!($name, "-cert-chain"),
            suite: concat!($name, "-key-suite"),
            role: concat!($name, "-role"),
            not_in_set: concat!($name, "-not-in-set"),
            signature: concat!($name, "-signature"),
        }
    };
}

/// Who voted.
pub(crate) const VOTER: Part = part!("voter");
/// Who proposed the block.
pub(crate) const PROPOSER: Part = part!("proposer");
/// Who sent a transaction.
pub(crate) const SENDER: Part = part!("sender");
/// Who endorsed a transaction, or pays for it.
pub(crate) const ENDORSER: Part = part!("endorser");

/// A signer that the authority vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    pub key: PublicKey,
    /// Its organisation; empty in public mode.
    pub org: String,
    /// Key modes: the node that has this key, whether or not it is one of the chain's.
    pub node_id: Option<String>,
    /// Certificate mode: whether its certificate lets it make and vote for blocks.
    pub is_consensus: bool,
    /// Certificate mode: DER of the certificate.
    certificate: Vec<u8>,
}

impl Signer {
    /// Whether this is the one certificate that the configuration lists for `node_id`, where it lists one.
    pub fn may_sign_as(&self, node_id: &str, authority: &Authority) -> bool {
        let mut listed = authority.config().trust_members.iter().filter(|member| member.node_id == node_id).peekable();
        listed.peek().is_none() || listed.any(|member| member.certificate.der() == self.certificate)
    }
}

/// The signers of one authority's blocks. A key is read, and a certificate's chain looked for, once, however often it signs.
pub(crate) struct Signers<'a> {
    authority: &'a Authority,
    /// Certificates that came along, by their hash.
    beside: &'a BTreeMap<Hash, Vec<u8>>,
    /// By kind, organisation, and certificate, hash or key, as the block has them.
    known: BTreeMap<(i32, Vec<u8>, Vec<u8>), Known>,
}

/// A signer whose chain holds but for its dates.
#[derive(Clone)]
struct Known {
    signer: Signer,
    /// First and last second at which every certificate of the chain that was found is valid.
    from_s: u64,
    to_s: u64,
}

impl<'a> Signers<'a> {
    pub fn new(authority: &'a Authority, beside: &'a BTreeMap<Hash, Vec<u8>>) -> Self {
        Self { authority, beside, known: BTreeMap::new() }
    }

    /// Who `member` is, in a block of time `time_s`.
    ///
    /// # Errors
    /// A code of `part`.
    pub fn resolve(&mut self, part: &Part, member: Option<&chain::Member>, time_s: u64) -> Result<Signer, Reason> {
        let member = member.ok_or_else(|| Reason::new(part.kind, "no signer is named"))?;
        let name = (member.member_type, member.org_id.clone(), member.member_info.clone());
        if let Some(known) = self.known.get(&name).filter(|known| (known.from_s..=known.to_s).contains(&time_s)) {
            return Ok(known.signer.clone());
        }
        let known = match self.authority.config().auth_type {
            AuthType::PermissionedWithCert => self.by_certificate(part, member, time_s)?,
            AuthType::PermissionedWithKey | AuthType::Public => self.by_key(part, member)?,
        };
        let signer = known.signer.clone();
        self.known.insert(name, known);
        Ok(signer)
    }

    /// Verifies that whom `entry` names has signed `message`.
    ///
    /// # Errors
    /// A code of `part`.
    pub fn verify(&mut self, part: &Part, entry: Option<&chain::EndorsementEntry>, message: &[u8], time_s: u64) -> Result<(), Reason> {
        let entry = entry.ok_or_else(|| Reason::new(part.signature, "there is none"))?;
        let signer = self.resolve(part, entry.signer.as_ref(), time_s)?;
        check_signature(part, &signer.key, message, &entry.signature)
    }

    fn by_key(&self, part: &Part, member: &chain::Member) -> Result<Known, Reason> {
        if member.member_type != PUBLIC_KEY {
            return Err(unsupported(part, member.member_type, "public keys"));
        }
        let key = public_key_from_pem(&member.member_info).map_err(|error| Reason::new(part.certificate, error.to_string()))?;
        self.check_suite(part, &key)?;
        let org = utf8(part, &member.org_id)?;
        let signer = Signer { node_id: Some(node_id(&key)), key, org, is_consensus: true, certificate: Vec::new() };
        Ok(Known { signer, from_s: 0, to_s: u64::MAX })
    }

    fn by_certificate(&self, part: &Part, member: &chain::Member, time_s: u64) -> Result<Known, Reason> {
        let certificate = self.certificate(part, member)?;
        let org = utf8(part, &member.org_id)?;
        if self.authority.is_frozen(&certificate) {
            return Err(Reason::new(part.frozen, certificate.subject().to_string()));
        }
        self.check_suite(part, certificate.public_key())?;
        let listed = self.authority.config().trust_members.iter().find(|member| member.certificate.der() == certificate.der());
        let (from_s, to_s, is_consensus) = match listed {
            Some(listed) => {
                check_org(part, &org, Some(&listed.org))?;
                let dates = certificate.validity();
                if !(dates.not_before_s..=dates.not_after_s).contains(&time_s) {
                    return Err(Reason::new(part.expired, format!("{} at {time_s}", certificate.subject())));
                }
                (dates.not_before_s, dates.not_after_s, listed.role == CONSENSUS_UNIT)
            }
            None => {
                check_org(part, &org, certificate.subject().organization())?;
                let (from_s, to_s) = self.check_chain(part, &org, &certificate, time_s)?;
                let is_consensus = matches!(certificate.subject().organizational_units(), [unit] if unit.eq_ignore_ascii_case(CONSENSUS_UNIT));
                (from_s, to_s, is_consensus)
            }
        };
        let signer = Signer { key: *certificate.public_key(), org, node_id: None, is_consensus, certificate: certificate.der().to_vec() };
        Ok(Known { signer, from_s, to_s })
    }

    fn certificate(&self, part: &Part, member: &chain::Member) -> Result<Certificate, Reason> {
        let pem = match member.member_type {
            CERTIFICATE => &member.member_info,
            CERTIFICATE_HASH => {
                let hash = Hash::try_from(member.member_info.as_slice()).ok();
                let found = hash.and_then(|hash| self.beside.get(&hash));
                found.ok_or_else(|| Reason::new(part.certificate_unknown, format!("none came along with hash {}", hex::encode(&member.member_info[..member.member_info.len().min(32)]))))?
            }
            other => return Err(unsupported(part, other, "certificates and hashes of certificates")),
        };
        Certificate::from_pem(pem).map_err(|error| Reason::new(part.certificate, error.to_string()))
    }

    /// From when to when the chain of `certificate` to a trust root of `org` is valid; `time_s` lies between.
    fn check_chain(&self, part: &Part, org: &str, certificate: &Certificate, time_s: u64) -> Result<(u64, u64), Reason> {
        let store = self.authority.store(org).ok_or_else(|| Reason::new(part.org_not_trusted, format!("`{org}` has no trust root")))?;
        let chain = verify_chain(certificate, store, &Rules::signer(When::At(Time::from_unix_s(time_s)))).map_err(|error| match error {
            // Dates are looked at first there; whether anybody vouches for the certificate at all says more.
            ChainError::NotYetValid(_) | ChainError::Expired(_) => match verify_chain(certificate, store, &Rules::signer(When::Unchecked)) {
                Ok(_) => Reason::new(part.expired, error.to_string()),
                Err(worse) => chain_reason(part, &worse),
            },
            error => chain_reason(part, &error),
        })?;
        let dates = chain.certificates().iter().map(|one| one.validity());
        Ok(dates.fold((0, u64::MAX), |(from, to), dates| (from.max(dates.not_before_s), to.min(dates.not_after_s))))
    }

    fn check_suite(&self, part: &Part, key: &PublicKey) -> Result<(), Reason> {
        let expected = self.authority.config().suite.key_kind();
        match key.kind() == expected {
            true => Ok(()),
            false => Err(Reason::new(part.suite, format!("a key of {}, the chain's are of {}", key.kind().name(), expected.name()))),
        }
    }
}

/// Verifies a signature in either of its two ECDSA forms: the chain takes both.
///
/// # Errors
/// The code of `part`.
pub(crate) fn check_signature(part: &Part, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
    verify_signature(key, message, signature, LowS::Any).map_err(|error| Reason::new(part.signature, error.to_string()))
}

fn chain_reason(part: &Part, error: &ChainError) -> Reason {
    let code = if matches!(error, ChainError::Revoked { .. }) { part.revoked } else { part.chain };
    Reason::new(code, error.to_string())
}

fn check_org(part: &Part, claimed: &str, certified: Option<&str>) -> Result<(), Reason> {
    match certified == Some(claimed) {
        true => Ok(()),
        false => Err(Reason::new(part.org_mismatch, format!("claims `{claimed}`, the certificate says `{}`", certified.unwrap_or("several or none")))),
    }
}

fn utf8(part: &Part, bytes: &[u8]) -> Result<String, Reason> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Reason::new(part.org_mismatch, format!("organisation `{}`", text(bytes))))
}

fn unsupported(part: &Part, kind: i32, expected: &str) -> Reason {
    let name = match kind {
        CERTIFICATE => "certificate",
        CERTIFICATE_HASH => "hash of a certificate",
        PUBLIC_KEY => "public key",
        3 => "DID",
        4 => "alias",
        5 => "address",
        _ => "unknown",
    };
    Reason::new(part.kind, format!("{name} ({kind}); read are {expected}"))
}
