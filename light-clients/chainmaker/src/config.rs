//! The chain's configuration, as far as it says who may sign.
//!
//! Source: `config.ChainConfig` of chainmaker-go 2.3. Fields that are not read are passed over, so that a chain may add some.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;
use govhub_x509::Certificate;
use prost::Message;

use crate::proto::chainmaker::v2 as chain;
use crate::suite::{text, Suite};

/// Consensus nodes of a chain: as many signatures as this are checked for one block.
pub const MAX_NODES: usize = 256;
/// Organisations with trust roots.
pub const MAX_ORGS: usize = 256;
/// Trust roots of one organisation.
pub const MAX_ROOTS: usize = 16;
/// Bytes of a configuration.
pub const MAX_CONFIG_BYTES: usize = 256 * 1024;

/// How members are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// By certificates that organisations issue.
    PermissionedWithCert,
    /// By keys that organisations register; a node's id is made from its key.
    PermissionedWithKey,
    /// By keys alone; a node's id is made from its key.
    Public,
}

impl AuthType {
    fn named(name: &[u8]) -> Result<Self, Reason> {
        // The chain compares these names without regard to case.
        match name.to_ascii_lowercase().as_slice() {
            b"permissionedwithcert" => Ok(Self::PermissionedWithCert),
            b"permissionedwithkey" => Ok(Self::PermissionedWithKey),
            b"public" => Ok(Self::Public),
            _ => Err(Reason::new("unsupported-auth-type", format!("`{}`", text(name)))),
        }
    }

    /// The chain's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PermissionedWithCert => "permissionedWithCert",
            Self::PermissionedWithKey => "permissionedWithKey",
            Self::Public => "public",
        }
    }
}

/// What makes a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consensus {
    /// Precommits of more than two thirds of the nodes.
    Tbft,
    /// The signature of the node that leads: whoever holds one node's key can make blocks.
    Raft,
}

impl Consensus {
    fn numbered(number: i32) -> Result<Self, Reason> {
        let name = match number {
            1 => return Ok(Self::Tbft),
            4 => return Ok(Self::Raft),
            0 => "SOLO",
            2 => "MBFT",
            3 => "MAXBFT",
            5 => "DPOS",
            10 => "POW",
            _ => "unknown",
        };
        Err(Reason::new("unsupported-consensus", format!("{name} ({number}); followed are TBFT, and RAFT under a trusted operator")))
    }

    /// The chain's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tbft => "TBFT",
            Self::Raft => "RAFT",
        }
    }
}

/// A certificate that the configuration lists by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustMember {
    /// Its organisation, which need not stand in the certificate.
    pub org: String,
    /// Its role, lower case.
    pub role: String,
    /// The node that signs with it; empty if none is named.
    pub node_id: String,
    /// The certificate.
    pub certificate: Certificate,
}

/// A configuration that can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Chain id.
    pub chain_id: String,
    /// What headers say in `block_version`.
    pub block_version: u32,
    /// How members are known.
    pub auth_type: AuthType,
    /// Counts configurations.
    pub sequence: u64,
    /// Hash and signatures.
    pub suite: Suite,
    /// What makes a block final.
    pub consensus: Consensus,
    /// Consensus nodes by id, with their organisations.
    pub nodes: BTreeMap<String, String>,
    /// Certificate mode: authorities by organisation. One that does not read (an RSA root, say) vouches for nobody and is left out.
    pub roots: BTreeMap<String, Vec<Certificate>>,
    /// Certificate mode: certificates listed by themselves.
    pub trust_members: Vec<TrustMember>,
}

impl Config {
    /// Reads a ChainConfig as the chain wrote it.
    ///
    /// # Errors
    /// A [`Reason`] naming what cannot be followed, or what is malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, Reason> {
        if bytes.len() > MAX_CONFIG_BYTES {
            return Err(wrong(format!("{} bytes, at most {MAX_CONFIG_BYTES}", bytes.len())));
        }
        let raw = chain::ChainConfig::decode(bytes).map_err(|error| wrong(error.to_string()))?;
        let auth_type = AuthType::named(&raw.auth_type)?;
        let suite = Suite::named(&raw.crypto.clone().unwrap_or_default().hash)?;
        let consensus = raw.consensus.clone().unwrap_or_default();
        let by_certificate = auth_type == AuthType::PermissionedWithCert;
        Ok(Self {
            chain_id: utf8("chain id", &raw.chain_id)?,
            block_version: block_version(&raw.version)?,
            auth_type,
            sequence: raw.sequence,
            suite,
            consensus: Consensus::numbered(consensus.r#type)?,
            nodes: nodes(&consensus.nodes)?,
            roots: if by_certificate { roots(&raw.trust_roots)? } else { BTreeMap::new() },
            trust_members: if by_certificate { trust_members(&raw.trust_members)? } else { Vec::new() },
        })
    }

    /// The nodes of every organisation that has some.
    pub fn nodes_by_org(&self) -> BTreeMap<&str, usize> {
        self.nodes.values().fold(BTreeMap::new(), |mut orgs, org| {
            *orgs.entry(org.as_str()).or_default() += 1;
            orgs
        })
    }

    /// Votes that make a block final: more than two thirds of the nodes.
    pub fn quorum(&self) -> usize {
        self.nodes.len() * 2 / 3 + 1
    }
}

fn wrong(detail: impl Into<String>) -> Reason {
    Reason::new("config-malformed", detail)
}

fn utf8(what: &str, bytes: &[u8]) -> Result<String, Reason> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.len() <= 128 => Ok(text.to_owned()),
        _ => Err(wrong(format!("{what} `{}`", text(bytes)))),
    }
}

fn nodes(orgs: &[chain::OrgConfig]) -> Result<BTreeMap<String, String>, Reason> {
    let mut nodes = BTreeMap::new();
    for org in orgs {
        let name = utf8("organisation", &org.org_id)?;
        for id in &org.node_id {
            let id = utf8("node id", id)?;
            if nodes.insert(id.clone(), name.clone()).is_some() {
                return Err(wrong(format!("node `{id}` stands there twice")));
            }
        }
    }
    match nodes.len() {
        0 => Err(wrong("no consensus nodes")),
        count if count > MAX_NODES => Err(wrong(format!("{count} consensus nodes, at most {MAX_NODES}"))),
        _ => Ok(nodes),
    }
}

fn roots(orgs: &[chain::TrustRootConfig]) -> Result<BTreeMap<String, Vec<Certificate>>, Reason> {
    if orgs.len() > MAX_ORGS {
        return Err(wrong(format!("{} organisations with trust roots, at most {MAX_ORGS}", orgs.len())));
    }
    let mut roots = BTreeMap::<String, Vec<Certificate>>::new();
    for org in orgs {
        let of_org = roots.entry(utf8("organisation", &org.org_id)?).or_default();
        for block in org.root.iter().flat_map(|bundle| pem_blocks(bundle)) {
            if of_org.len() == MAX_ROOTS {
                return Err(wrong(format!("`{}` has more than {MAX_ROOTS} trust roots", text(&org.org_id))));
            }
            of_org.extend(Certificate::from_pem(block));
        }
    }
    Ok(roots)
}

/// The blocks of a PEM bundle: an organisation may list an authority and its intermediates in one text.
fn pem_blocks(bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let mut rest = bundle;
    std::iter::from_fn(move || {
        let end = rest.windows(END.len()).position(|window| window == END)? + END.len();
        let (block, behind) = rest.split_at(end);
        rest = behind;
        Some(block)
    })
}

fn trust_members(members: &[chain::TrustMemberConfig]) -> Result<Vec<TrustMember>, Reason> {
    if members.len() > MAX_NODES {
        return Err(wrong(format!("{} trust members, at most {MAX_NODES}", members.len())));
    }
    let read = members.iter().filter_map(|member| {
        let certificate = Certificate::from_pem(&member.member_info).ok()?;
        let [org, role, node_id] = [&member.org_id, &member.role, &member.node_id].map(|bytes| text(bytes));
        Some(TrustMember { org, role: role.to_ascii_lowercase(), node_id, certificate })
    });
    Ok(read.collect())
}

/// What headers say in `block_version` under a configuration of that version.
///
/// Source: chainmaker utils v2 `genesis.go` `GetBlockVersion`.
fn block_version(version: &[u8]) -> Result<u32, Reason> {
    let unknown = || wrong(format!("version `{}`", text(version)));
    let name = std::str::from_utf8(version).map_err(|_| unknown())?;
    match name {
        "v2.2.0_alpha" => return Ok(220),
        "v2.2.0" => return Ok(2201),
        _ => {}
    }
    let Some(numbers) = name.strip_prefix('v') else {
        return match name.bytes().all(|byte| byte.is_ascii_digit()) {
            true => name.parse().map_err(|_| unknown()),
            false => Err(unknown()),
        };
    };
    let numbers: Vec<u32> = numbers.split('.').map(|part| part.parse().ok().filter(|number| *number < 100)).collect::<Option<_>>().ok_or_else(unknown)?;
    let [major, minor, patch, rest @ ..] = numbers.as_slice() else { return Err(unknown()) };
    let last = match rest {
        [] => u32::from(*patch == 0),
        [fourth] => *fourth,
        _ => return Err(unknown()),
    };
    match (*major, *minor, *patch) {
        (major, minor, patch) if (major, minor, patch) >= (2, 3, 1) => Ok(major * 1_000_000 + minor * 10_000 + patch * 100 + last),
        (2, minor @ (2 | 3), patch) if patch < 10 && rest.is_empty() => Ok(2000 + minor * 100 + patch * 10 + last),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_give_the_block_version_that_the_chain_makes_of_them() {
        for (name, expected) in [
            ("2030700", 2_030_700), ("220", 220), ("v2.2.0", 2201), ("v2.2.0_alpha", 220), ("v2.2.1", 2210), ("v2.3.0", 2301),
            ("v2.3.1", 2_030_100), ("v2.3.1.2", 2_030_102), ("v2.4.0", 2_040_001),
        ] {
            assert_eq!(block_version(name.as_bytes()), Ok(expected), "{name}");
        }
        for name in ["", "v", "v2.3", "v2.x.1", "+5", "99999999999", "v2.3.1.2.3", "v1.0.0"] {
            assert_eq!(block_version(name.as_bytes()).map_err(|reason| reason.code), Err("config-malformed"), "{name}");
        }
    }

    #[test]
    fn consensus_that_is_not_followed_is_refused_by_its_name() {
        for (number, name) in [(0, "SOLO"), (2, "MBFT"), (3, "MAXBFT"), (5, "DPOS"), (10, "POW"), (77, "unknown")] {
            let reason = Consensus::numbered(number).expect_err("not followed");
            assert_eq!(reason.code, "unsupported-consensus");
            assert!(reason.detail.starts_with(name), "{reason}");
        }
    }

    #[test]
    fn a_bundle_is_cut_behind_each_certificate() {
        let bundle = b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nBB\n-----END CERTIFICATE-----\n";
        assert_eq!(pem_blocks(bundle).count(), 2);
        assert_eq!(pem_blocks(b"no certificate").count(), 0);
    }
}
