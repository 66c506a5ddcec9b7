//! What is stored of a followed chain: what governance approved, who may sign next, and one consensus state for each accepted block.

use std::collections::BTreeMap;

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, Verdict};
use govhub_types::{Height, PublicKey, Time};
use govhub_x509::public_key_from_spki;
use ibc_proto::google::protobuf::Any;

use crate::authority::Authority;
use crate::config::{AuthType, Consensus, MAX_NODES};
use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use crate::key_map::KeyMap;
use crate::node_id::NODE_ID_CHARS;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::suite::Hash;
use crate::{membership, misbehaviour, verify};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "gov-chainmaker";

/// Longest trusting period of a client that skips headers: for so long it may overlook a frozen certificate.
pub const MAX_SKIPPING_PERIOD_S: u64 = 86_400;

/// Longest trusting period and clock drift, a hundred years: sums with times of this age cannot overflow.
const MAX_DURATION_S: u64 = 100 * 366 * 86_400;

/// Height of a block as the hub counts it: chain ids here have no revision.
pub(crate) fn height(block: u64) -> Height {
    Height::new(0, block)
}

/// A client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    raw: raw::ClientState,
    pub(crate) skipping: bool,
    pub(crate) node_keys: NodeKeys,
    pub(crate) key_map: KeyMap,
    pub(crate) authority: Authority,
}

impl ClientState {
    /// Decodes and checks a stored or approved client state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        Self::from_raw(decode::client_state(any)?)
    }

    /// Checks a client state.
    ///
    /// # Errors
    /// As [`ClientState::decode`].
    pub fn from_raw(raw: raw::ClientState) -> Result<Self, Reason> {
        let authority = Authority::decode(raw.authority.clone().ok_or_else(|| Reason::new("authority-missing", "nobody may sign"))?)?;
        let config = authority.config();
        if raw.chain_id != config.chain_id {
            return Err(Reason::new("chain-id", format!("`{}`, the configuration is of `{}`", raw.chain_id, config.chain_id)));
        }
        let skipping = match raw::Following::try_from(raw.following) {
            Ok(raw::Following::EveryBlock) => false,
            Ok(raw::Following::Skipping) => true,
            _ => return Err(Reason::new("following", "neither EVERY_BLOCK nor SKIPPING")),
        };
        duration("trusting-period", raw.trusting_period_s, if skipping { MAX_SKIPPING_PERIOD_S } else { MAX_DURATION_S })?;
        duration("max-clock-drift", raw.max_clock_drift_s, MAX_DURATION_S)?;
        if config.consensus == Consensus::Raft && !raw.trusted_operator {
            return Err(Reason::new("trusted-operator", "under RAFT one signer decides; the trust file must declare a trusted operator"));
        }
        if config.consensus != Consensus::Raft && raw.trusted_operator {
            return Err(Reason::new("trusted-operator", "declared, but the chain's blocks need a quorum"));
        }
        if authority.since() > raw.latest_height {
            return Err(Reason::new("latest-height", format!("{} is below the authority's {}", raw.latest_height, authority.since())));
        }
        let node_keys = NodeKeys::new(&raw.node_keys)?;
        if !node_keys.0.is_empty() && config.auth_type != AuthType::PermissionedWithCert {
            return Err(Reason::new("node-keys", "in key modes the node's id is made from its key already"));
        }
        let key_map = KeyMap::new(raw.key_map.clone().ok_or_else(|| Reason::new("key-map", "missing"))?)?;
        Ok(Self { skipping, node_keys, key_map, authority, raw })
    }

    /// The protobuf message.
    pub fn raw(&self) -> &raw::ClientState {
        &self.raw
    }

    /// Who may sign the blocks to come.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Newest height accepted, as the chain counts.
    pub fn latest(&self) -> u64 {
        self.raw.latest_height
    }

    /// The same client with `height` as newest, if it is newer.
    pub(crate) fn advance_to(&mut self, height: u64) {
        self.raw.latest_height = self.raw.latest_height.max(height);
    }

    /// The same client under `authority`; the one before it.
    pub(crate) fn put_under(&mut self, authority: Authority) -> Authority {
        self.raw.authority = Some(authority.raw().clone());
        std::mem::replace(&mut self.authority, authority)
    }

    /// The latest that a block's time may be at `now`.
    pub(crate) fn not_later_than_s(&self, now: Time) -> u64 {
        now.unix_s().saturating_add(self.raw.max_clock_drift_s)
    }
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    fn chain_id(&self) -> String {
        self.raw.chain_id.clone()
    }

    fn latest_height(&self) -> Height {
        height(self.raw.latest_height)
    }

    fn trust_class(&self) -> TrustClass {
        self.authority.trust_class()
    }

    /// A block commits to what its transactions wrote, never to what stands nowhere.
    fn absence(&self) -> Absence {
        Absence::Receipt
    }

    fn status(&self, states: &dyn ConsensusStates, now: Time) -> Status {
        if self.raw.frozen {
            return Status::Frozen;
        }
        match self.expires_at(states) {
            Some(end) if now < end => Status::Active,
            _ => Status::Expired,
        }
    }

    fn expires_at(&self, states: &dyn ConsensusStates) -> Option<Time> {
        let newest = ConsensusState::decode(&states.at(self.latest_height())?).ok()?;
        Some(Time::from_unix_s(newest.time_s.saturating_add(self.raw.trusting_period_s)))
    }

    /// Everything but newest height, frozen mark and authority: these are where the client stands, and the anchor of a new trust file.
    fn parameters(&self) -> Vec<u8> {
        let approved = raw::ClientState { latest_height: 0, frozen: false, authority: None, ..self.raw.clone() };
        encode(CLIENT_STATE_URL, &approved).value
    }

    fn key_map(&self) -> Option<Any> {
        Some(self.key_map.encode())
    }

    fn encode(&self) -> Any {
        encode(CLIENT_STATE_URL, &self.raw)
    }

    fn freeze(&self) -> Any {
        encode(CLIENT_STATE_URL, &raw::ClientState { frozen: true, ..self.raw.clone() })
    }

    fn consensus_time(&self, consensus_state: &Any) -> Result<Time, Fault> {
        ConsensusState::decode(consensus_state).map(|state| state.time()).map_err(Fault::Undecodable)
    }

    fn verify_header(&self, states: &dyn ConsensusStates, header: &Any, now: Time) -> Result<Verdict, Fault> {
        if header.type_url == decode::MISBEHAVIOUR_URL {
            return misbehaviour::check(self, states, header);
        }
        verify::header(self, states, header, now)
    }

    fn check_misbehaviour(&self, states: &dyn ConsensusStates, evidence: &Any, _: Time) -> Result<Verdict, Fault> {
        misbehaviour::check(self, states, evidence)
    }

    fn verify_membership(
        &self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
    ) -> Result<Option<Any>, Reason> {
        membership::verify(self, states, height, path, value, proof).map(|()| None)
    }

    fn verify_absence(&self, _: &dyn ConsensusStates, _: Height, _: StoredPath<'_>, _: &[u8]) -> Result<Option<Any>, Reason> {
        Err(Reason::new("absence-unsupported", "a ChainMaker block commits to what was written in it, not to what is stored"))
    }
}

/// What is kept of an accepted block.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsensusState {
    /// Its hash.
    pub block_hash: Hash,
    /// Its parent's hash; zeros for genesis.
    pub pre_block_hash: Hash,
    /// Unix seconds: the block's time, or that of a block below if that is later.
    pub time_s: u64,
    /// Root of its transactions; `None` if there are none.
    pub tx_root: Option<Hash>,
    /// Number of its transactions.
    pub tx_count: u32,
    /// Version of the chain's rules at this block.
    pub block_version: u32,
    /// The authority that this block replaced.
    pub retired: Option<Authority>,
}

impl ConsensusState {
    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        let wrong = |detail: String| Reason::new("consensus-state", detail);
        let digest = |what: &str, bytes: &[u8]| Hash::try_from(bytes).map_err(|_| wrong(format!("{what} of {} bytes, expected 32", bytes.len())));
        let tx_root = match raw.tx_count {
            0 if raw.tx_root.is_empty() => None,
            0 => return Err(wrong("a root of no transactions".into())),
            _ => Some(digest("tx_root", &raw.tx_root)?),
        };
        Ok(Self {
            block_hash: digest("block_hash", &raw.block_hash)?,
            pre_block_hash: digest("pre_block_hash", &raw.pre_block_hash)?,
            time_s: raw.time_s,
            tx_root,
            tx_count: raw.tx_count,
            block_version: raw.block_version,
            retired: raw.retired.map(Authority::decode).transpose()?,
        })
    }

    /// As stored.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            block_hash: self.block_hash.to_vec(),
            pre_block_hash: self.pre_block_hash.to_vec(),
            time_s: self.time_s,
            tx_root: self.tx_root.map(|root| root.to_vec()).unwrap_or_default(),
            tx_count: self.tx_count,
            block_version: self.block_version,
            retired: self.retired.as_ref().map(|authority| authority.raw().clone()),
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }

    /// Its time.
    pub fn time(&self) -> Time {
        Time::from_unix_s(self.time_s)
    }
}

/// With which key a node signs, where the trust file says so.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodeKeys(BTreeMap<String, PublicKey>);

impl NodeKeys {
    fn new(listed: &[raw::NodeKey]) -> Result<Self, Reason> {
        let wrong = |detail: String| Reason::new("node-keys", detail);
        if listed.len() > MAX_NODES {
            return Err(wrong(format!("{} nodes, at most {MAX_NODES}", listed.len())));
        }
        let mut keys = BTreeMap::new();
        for node in listed {
            if node.node_id.len() != NODE_ID_CHARS {
                return Err(wrong(format!("`{}` is no node id", node.node_id.chars().take(80).collect::<String>())));
            }
            let key = public_key_from_spki(&node.public_key).map_err(|error| wrong(format!("key of `{}`: {error}", node.node_id)))?;
            if keys.insert(node.node_id.clone(), key).is_some() {
                return Err(wrong(format!("`{}` stands there twice", node.node_id)));
            }
        }
        Ok(Self(keys))
    }

    /// Whether `key` may sign for `node`: if the trust file lists the node, with that key alone.
    pub fn allow(&self, node: &str, key: &PublicKey) -> bool {
        self.0.get(node).is_none_or(|listed| listed == key)
    }
}

fn duration(code: &'static str, seconds: u64, max: u64) -> Result<(), Reason> {
    match (1..=max).contains(&seconds) {
        true => Ok(()),
        false => Err(Reason::new(code, format!("{seconds} s, expected 1 to {max}"))),
    }
}
