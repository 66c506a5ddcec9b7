//! Organisations, nodes and their keys.

use govhub_types::SigningKey;
use govhub_x509::testing::{der_signature, pem, Authority};
use govhub_x509::{spki_of_key, Certificate};
use prost::Message;

use crate::node_id::node_id;
use crate::proto::chainmaker::v2 as chain;
use crate::{AuthType, Consensus, Suite};

/// A consensus node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its organisation.
    pub org: String,
    /// With what it signs.
    pub key: SigningKey,
    /// Its id, made from its TLS key in certificate mode.
    pub id: String,
    /// How it names itself in blocks and votes.
    pub member: chain::Member,
}

/// A network before it makes blocks.
#[derive(Clone, Debug)]
pub struct Network {
    /// Chain id.
    pub chain_id: String,
    /// How members are known.
    pub auth_type: AuthType,
    /// Hash and signatures.
    pub suite: Suite,
    /// What makes a block final.
    pub consensus: Consensus,
    /// Certificate mode: one authority for each organisation, in their order.
    pub authorities: Vec<(String, Authority)>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Whoever sends transactions.
    pub client: (SigningKey, chain::Member),
}

impl Network {
    /// A network of `count` nodes, each of an organisation of its own; in public mode of none. At most 100.
    pub fn new(auth_type: AuthType, suite: Suite, count: u8) -> Self {
        let authorities = (0..count).filter(|_| auth_type == AuthType::PermissionedWithCert).map(|place| {
            (org(place), Authority::root(suite.key_kind(), place, &format!("ca.{}", org(place))))
        });
        let client = (SigningKey::from_seed(suite.key_kind(), &[255; 32]), chain::Member::default());
        let mut network = Self {
            chain_id: "shenzhen".into(),
            auth_type,
            suite,
            consensus: Consensus::Tbft,
            authorities: authorities.collect(),
            nodes: Vec::new(),
            client,
        };
        for place in 0..count {
            let node = network.node(place, &org(place));
            network.nodes.push(node);
        }
        network.client.1 = network.member(&network.client.0, &org(0), "client", 200);
        network
    }

    /// A node with keys made from `seed`, of an organisation that has an authority here; not yet one of [`Network::nodes`].
    pub fn node(&self, seed: u8, org: &str) -> Node {
        let kind = self.suite.key_kind();
        let key = SigningKey::from_seed(kind, &[100 + seed; 32]);
        let id = match self.auth_type {
            AuthType::PermissionedWithCert => node_id(&SigningKey::from_seed(kind, &[seed, 1].repeat(16).try_into().expect("32 bytes")).public_key()),
            _ => node_id(&key.public_key()),
        };
        let member = self.member(&key, org, "consensus", u64::from(seed) + 1);
        Node { org: if self.auth_type == AuthType::Public { "public".into() } else { org.into() }, key, id, member }
    }

    /// How the holder of `key` names itself: by a certificate of `org` with that unit and serial number, or by its key.
    pub fn member(&self, key: &SigningKey, org: &str, unit: &str, serial: u64) -> chain::Member {
        match self.auth_type {
            AuthType::PermissionedWithCert => {
                let subject = [("O", org), ("OU", unit), ("CN", "sign")];
                let der = self.authority(org).leaf(&subject, &key.public_key(), serial);
                certificate_member(org, &der)
            }
            _ => chain::Member {
                org_id: if self.auth_type == AuthType::Public { Vec::new() } else { org.into() },
                member_type: 2,
                member_info: pem("PUBLIC KEY", &spki_of_key(&key.public_key())).into_bytes(),
            },
        }
    }

    /// The authority of an organisation.
    ///
    /// # Panics
    /// If there is none.
    pub fn authority(&self, org: &str) -> &Authority {
        &self.authorities.iter().find(|(name, _)| name == org).expect("a test's own organisation").1
    }

    /// The chain's configuration with these nodes and authorities.
    pub fn config(&self, sequence: u64) -> chain::ChainConfig {
        let mut orgs: Vec<chain::OrgConfig> = Vec::new();
        for node in &self.nodes {
            match orgs.iter_mut().find(|org| org.org_id == node.org.as_bytes()) {
                Some(org) => org.node_id.push(node.id.clone().into_bytes()),
                None => orgs.push(chain::OrgConfig { org_id: node.org.clone().into_bytes(), node_id: vec![node.id.clone().into_bytes()] }),
            }
        }
        let roots = self.authorities.iter().map(|(org, authority)| chain::TrustRootConfig {
            org_id: org.clone().into_bytes(),
            root: vec![pem("CERTIFICATE", &authority.der).into_bytes()],
        });
        chain::ChainConfig {
            chain_id: self.chain_id.clone().into_bytes(),
            version: b"2030700".to_vec(),
            auth_type: self.auth_type.name().into(),
            sequence,
            crypto: Some(chain::CryptoConfig { hash: self.suite.hash_name().into() }),
            consensus: Some(chain::ConsensusConfig { r#type: if self.consensus == Consensus::Raft { 4 } else { 1 }, nodes: orgs }),
            trust_roots: roots.collect(),
            trust_members: Vec::new(),
        }
    }

    /// The vote of a node for a block.
    pub fn vote(&self, node: &Node, height: u64, round: i32, hash: &[u8]) -> chain::Vote {
        let vote = chain::Vote { r#type: 1, voter: node.id.clone().into_bytes(), height, round, hash: hash.to_vec(), ..Default::default() };
        self.signed_vote(vote, &node.key, &node.member)
    }

    /// A vote as it stands, signed by whoever.
    pub fn signed_vote(&self, vote: chain::Vote, key: &SigningKey, member: &chain::Member) -> chain::Vote {
        let signature = der_signature(key, &chain::Vote { endorsement: None, ..vote.clone() }.encode_to_vec());
        chain::Vote { endorsement: Some(chain::EndorsementEntry { signer: Some(member.clone()), signature }), ..vote }
    }

    /// How the chain names a member's certificate: by its hash.
    ///
    /// # Panics
    /// If the member has none.
    pub fn certificate_hash(&self, member: &chain::Member) -> [u8; 32] {
        self.suite.hash(&[Certificate::from_pem(&member.member_info).expect("a certificate of our own making").der()])
    }
}

/// A member with that certificate.
pub(super) fn certificate_member(org: &str, der: &[u8]) -> chain::Member {
    chain::Member { org_id: org.into(), member_type: 0, member_info: pem("CERTIFICATE", der).into_bytes() }
}

fn org(place: u8) -> String {
    format!("org{place}.test")
}
