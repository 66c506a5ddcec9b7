//! Who may sign: the configuration in force, and which certificates the chain has frozen or revoked since.
//!
//! An authority answers for the blocks above the one that brought it about. The chain's own checks read the same three things: its
//! configuration, the freeze list of CERT_MANAGE and the revocation lists of CERT_MANAGE.

use std::collections::BTreeMap;

use govhub_lc_core::{Reason, TrustClass, TrustKind};
use govhub_types::hash::sha256;
use govhub_x509::{Certificate, Crl, Store};

use crate::config::{AuthType, Config, Consensus, MAX_CONFIG_BYTES};
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;

/// Frozen certificates that are remembered. The state is written with every update; at 70 bytes each, these are 72 KiB.
pub const MAX_FROZEN: usize = 1024;
/// Revocation lists: one for each authority of the chain.
pub const MAX_REVOCATION_LISTS: usize = 64;
/// Bytes of all revocation lists, since they too are written with every update: serial numbers of some 4,000 certificates.
pub const MAX_REVOCATION_BYTES: usize = 128 * 1024;
/// Bytes of an authority's key identifier; those of the chain's own tool have 32.
const MAX_KEY_ID_BYTES: usize = 64;

/// Who may sign the blocks above [`Authority::since`].
#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    raw: raw::Authority,
    config: Config,
    stores: BTreeMap<String, Store>,
}

impl Authority {
    /// Checks an authority as it is stored or approved.
    ///
    /// # Errors
    /// `authority-malformed`, and what [`Config::decode`] refuses.
    pub fn decode(raw: raw::Authority) -> Result<Self, Reason> {
        let config = Config::decode(&raw.config)?;
        ascending("frozen certificates", raw.frozen.iter().map(|one| one.hash.as_slice()), MAX_FROZEN)?;
        if raw.frozen.iter().any(|one| one.hash.len() != 32 || !matches!(one.identity.len(), 0 | 32)) {
            return Err(wrong("a frozen certificate without a hash of 32 bytes"));
        }
        ascending("revocation lists", raw.revocations.iter().map(|one| one.key_id.as_slice()), MAX_REVOCATION_LISTS)?;
        let bytes: usize = raw.revocations.iter().map(|one| one.list.len()).sum();
        if bytes > MAX_REVOCATION_BYTES {
            return Err(wrong(format!("revocation lists of {bytes} bytes, at most {MAX_REVOCATION_BYTES}")));
        }
        let crls = raw.revocations.iter().map(revocation_list).collect::<Result<Vec<_>, _>>()?;
        let stores = config.roots.iter().map(|(org, roots)| {
            let theirs = crls.iter().filter(|crl| roots.iter().any(|root| crl.names(root))).cloned().collect();
            (org.clone(), Store::new(roots.clone(), Vec::new(), theirs))
        });
        Ok(Self { stores: stores.collect(), raw, config })
    }

    /// The authority of a configuration, above `since`, with nothing frozen or revoked.
    ///
    /// # Errors
    /// As [`Authority::decode`].
    pub fn of_config(config: &[u8], since: u64, conf_height: u64) -> Result<Self, Reason> {
        Self::decode(raw::Authority { since, conf_height, config: config.to_vec(), ..Default::default() })
    }

    /// As it is stored.
    pub fn raw(&self) -> &raw::Authority {
        &self.raw
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Height of the block that brought it about.
    pub fn since(&self) -> u64 {
        self.raw.since
    }

    /// Height of the newest configuration block, as the headers above tell it.
    pub fn conf_height(&self) -> u64 {
        self.raw.conf_height
    }

    /// Whom an organisation's certificates lead to; `None` if it has no trust root.
    pub(crate) fn store(&self, org: &str) -> Option<&Store> {
        self.stores.get(org).filter(|store| !store.roots().is_empty())
    }

    /// Whether the chain has frozen this certificate, or a twin of it that differs in its signature alone: the chain looks at the bytes
    /// only, and of one ECDSA signature anybody can make a second.
    pub(crate) fn is_frozen(&self, certificate: &Certificate) -> bool {
        if self.raw.frozen.is_empty() {
            return false;
        }
        let (hash, identity) = (self.config.suite.hash(&[certificate.der()]), identity(certificate));
        self.raw.frozen.iter().any(|one| one.hash == hash || one.identity == identity)
    }

    /// Whom one believes.
    ///
    /// In certificate mode the parties are organisations, for an organisation's authority can issue certificates in the name of all its
    /// nodes: f organisations may lie if the f largest together hold less than a third of the nodes. In key modes the parties are nodes.
    pub fn trust_class(&self) -> TrustClass {
        let nodes = self.config.nodes.len();
        let mut held: Vec<usize> = match self.config.auth_type {
            AuthType::PermissionedWithCert => self.config.nodes_by_org().into_values().collect(),
            _ => vec![1; nodes],
        };
        held.sort_unstable_by(|a, b| b.cmp(a));
        let n = u32::try_from(held.len()).unwrap_or(u32::MAX);
        match self.config.consensus {
            Consensus::Raft => TrustClass { kind: TrustKind::CftSingleOrderer, n, f: 0 },
            Consensus::Tbft => {
                let sums = held.iter().scan(0, |sum, nodes| { *sum += nodes; Some(*sum) });
                let f = sums.take_while(|sum| sum * 3 < nodes).count();
                TrustClass { kind: TrustKind::BftQuorum, n, f: u32::try_from(f).unwrap_or(u32::MAX) }
            }
        }
    }
}

fn wrong(detail: impl Into<String>) -> Reason {
    Reason::new("authority-malformed", detail)
}

fn ascending<'a>(what: &str, keys: impl ExactSizeIterator<Item = &'a [u8]>, max: usize) -> Result<(), Reason> {
    if keys.len() > max {
        return Err(wrong(format!("{} {what}, at most {max}", keys.len())));
    }
    let mut before: Option<&[u8]> = None;
    for key in keys {
        if before.is_some_and(|before| before >= key) {
            return Err(wrong(format!("{what} out of order")));
        }
        before = Some(key);
    }
    Ok(())
}

fn revocation_list(raw: &raw::RevocationList) -> Result<Crl, Reason> {
    if raw.key_id.is_empty() || raw.key_id.len() > MAX_KEY_ID_BYTES {
        return Err(wrong(format!("a revocation list under a key identifier of {} bytes", raw.key_id.len())));
    }
    Crl::from_der(&raw.list).map_err(|error| wrong(format!("revocation list of {}: {error}", hex::encode(&raw.key_id))))
}

/// What makes a certificate the same as another: see [`raw::FrozenCertificate`].
pub(crate) fn identity(certificate: &Certificate) -> [u8; 32] {
    let identity = certificate.identity();
    let lengths = [identity.issuer.len(), identity.serial.len()].map(|length| (length as u64).to_be_bytes());
    sha256(&[&lengths[0], &identity.issuer, &lengths[1], &identity.serial, identity.public_key.as_bytes()])
}

/// The next authority, as a block's writes make it of the present one.
pub(crate) struct Change {
    raw: raw::Authority,
    sequence: u64,
    changed: bool,
}

impl Change {
    pub fn of(present: &Authority) -> Self {
        Self { raw: present.raw.clone(), sequence: present.config.sequence, changed: false }
    }

    /// Adopts a configuration that the chain has written.
    ///
    /// # Errors
    /// What cannot be followed: another chain's, another suite, way of knowing members or consensus, a number that is not the next.
    pub fn configure(&mut self, present: &Config, bytes: &[u8]) -> Result<(), Reason> {
        let next = Config::decode(bytes)?;
        if next.chain_id != present.chain_id {
            return Err(Reason::new("config-chain-id", format!("a configuration of `{}`", next.chain_id)));
        }
        if next.suite != present.suite {
            return Err(Reason::new("config-suite", format!("from {} to {}", present.suite.hash_name(), next.suite.hash_name())));
        }
        if next.auth_type != present.auth_type {
            return Err(Reason::new("config-auth-type", format!("from {} to {}", present.auth_type.name(), next.auth_type.name())));
        }
        if next.consensus != present.consensus {
            return Err(Reason::new("config-consensus", format!("from {} to {}", present.consensus.name(), next.consensus.name())));
        }
        if self.sequence.checked_add(1) != Some(next.sequence) {
            return Err(Reason::new("config-sequence", format!("from {} to {}", self.sequence, next.sequence)));
        }
        debug_assert!(bytes.len() <= MAX_CONFIG_BYTES, "the configuration was decoded");
        self.raw.config = bytes.to_vec();
        self.sequence = next.sequence;
        self.changed = true;
        Ok(())
    }

    /// The headers above say `height` in `pre_conf_height`.
    pub fn configured_at(&mut self, height: u64) {
        self.raw.conf_height = height;
        self.changed = true;
    }

    /// Freezes a certificate, or thaws it.
    ///
    /// # Errors
    /// `too-many-frozen`.
    pub fn freeze(&mut self, hash: [u8; 32], certificate: Option<&Certificate>, frozen: bool) -> Result<(), Reason> {
        let place = self.raw.frozen.binary_search_by(|one| one.hash.as_slice().cmp(&hash));
        match (place, frozen) {
            (Ok(place), false) => drop(self.raw.frozen.remove(place)),
            (Err(_), true) if self.raw.frozen.len() == MAX_FROZEN => {
                return Err(Reason::new("too-many-frozen", format!("more than {MAX_FROZEN} frozen certificates")));
            }
            (Err(place), true) => {
                let identity = certificate.map(|certificate| identity(certificate).to_vec()).unwrap_or_default();
                self.raw.frozen.insert(place, raw::FrozenCertificate { hash: hash.to_vec(), identity });
            }
            (Ok(_), true) | (Err(_), false) => return Ok(()),
        }
        self.changed = true;
        Ok(())
    }

    /// Puts a revocation list in place of the one that its issuer had, or of none.
    pub fn revoke(&mut self, key_id: &[u8], list: Vec<u8>) {
        let entry = raw::RevocationList { key_id: key_id.to_vec(), list };
        match self.raw.revocations.binary_search_by(|one| one.key_id.as_slice().cmp(key_id)) {
            Ok(place) => self.raw.revocations[place] = entry,
            Err(place) => self.raw.revocations.insert(place, entry),
        }
        self.changed = true;
    }

    /// The authority above the block at `height`; `None` if it changed nothing.
    ///
    /// # Errors
    /// As [`Authority::decode`]: more revocation lists than are remembered, for one.
    pub fn above(mut self, height: u64) -> Result<Option<Authority>, Reason> {
        if !self.changed {
            return Ok(None);
        }
        self.raw.since = height;
        Authority::decode(self.raw).map(Some)
    }
}
