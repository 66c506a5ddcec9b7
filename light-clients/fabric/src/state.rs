//! What is stored of a channel: parameters that governance approved, where the client stands, and one consensus state per update.
//!
//! A configuration is large, so it is stored when it changes, with the consensus state of its block, and later states point there. A host
//! may drop consensus states once they are older than the trusting period; therefore a configuration older than half of that is
//! stored again with the next accepted block.

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, TrustKind, Verdict};
use govhub_types::{Height, PublicKey, Time};
use ibc_proto::google::protobuf::Any;

use crate::config::{bft_quorum, usable_consenters, BftConsenter, ChannelConfig, Ordering};
use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL, KEY_MAP_URL};
use crate::endorsers::Endorsers;
use crate::key_map::KeyMap;
use crate::proto::govhub::lightclients::fabric::v1 as raw;
use crate::{membership, misbehaviour, verify};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "gov-fabric";

/// Longest trusting period, a hundred years: sums with times of this age cannot overflow.
const MAX_PERIOD_S: u64 = 100 * 366 * 86_400;

/// Letters of a channel's id (fabric `common/configtx/validator.go`).
const MAX_CHANNEL_ID: usize = 249;

/// Nodes of a channel; as many signatures are read of one block.
const MAX_NODES: u32 = 256;

const NANOS: u64 = 1_000_000_000;

/// A client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    raw: raw::ClientState,
    pub(crate) endorsers: Endorsers,
    pub(crate) key_map: KeyMap,
    pub(crate) raft: raw::RaftSigners,
    pub(crate) definition: raw::Version,
    parties: Parties,
}

impl ClientState {
    /// Decodes and checks a stored or approved client state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken: `channel-id`, `trusting-period`, `raft-signers`, `parties`, `definition`, and those of
    /// [`Endorsers`] and [`KeyMap`].
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        Self::from_raw(decode::client_state(any)?)
    }

    /// Checks a client state.
    ///
    /// # Errors
    /// As [`ClientState::decode`].
    pub fn from_raw(raw: raw::ClientState) -> Result<Self, Reason> {
        check_channel_id(&raw.channel_id)?;
        if !(1..=MAX_PERIOD_S).contains(&raw.trusting_period_s) {
            return Err(Reason::new("trusting-period", format!("{} s; expected 1 s to 100 years", raw.trusting_period_s)));
        }
        let parties = Parties::new(raw.parties.as_ref())?;
        let raft = raw.raft.ok_or_else(|| Reason::new("raft-signers", "missing"))?;
        if raft.orderers == 0 || raft.organisations == 0 || raft.organisations > raft.orderers {
            let found = format!("{} orderers of {} organisations", raft.orderers, raft.organisations);
            return Err(Reason::new("raft-signers", format!("{found}; expected at least one, and no more organisations than orderers")));
        }
        if parties.kind == raw::OrderingKind::Raft && raft.orderers > parties.nodes {
            return Err(Reason::new("raft-signers", format!("{} of {} orderers can never sign", raft.orderers, parties.nodes)));
        }
        let endorsers = Endorsers::new(raw.endorsers.as_ref().ok_or_else(|| Reason::new("endorsement-policy", "missing"))?)?;
        let key_map = KeyMap::new(raw.key_map.as_ref().ok_or_else(|| Reason::new("key-map", "missing"))?)?;
        let definition = raw.definition.ok_or_else(|| Reason::new("definition", "the place where the chaincode's definition was committed is missing"))?;
        Ok(Self { endorsers, key_map, raft, definition, parties, raw })
    }

    /// The protobuf message.
    pub fn raw(&self) -> &raw::ClientState {
        &self.raw
    }

    /// The same client with `block` as newest, ordered as `parties` say.
    pub(crate) fn advanced_to(&self, block: u64, parties: Parties) -> Self {
        let mut next = self.clone();
        next.raw.latest_block = block;
        next.raw.parties = Some(parties.raw());
        next.parties = parties;
        next
    }

    pub(crate) fn latest_block(&self) -> u64 {
        self.raw.latest_block
    }

    pub(crate) fn channel_id(&self) -> &str {
        &self.raw.channel_id
    }

    pub(crate) fn trusting_period_ns(&self) -> u64 {
        self.raw.trusting_period_s * NANOS
    }

    /// Whom one believes when the channel is ordered so.
    ///
    /// For Raft with several signers, f counts orderers; whoever runs several of them, or an authority that certifies orderers, is several
    /// liars in one person unless `organisations` asks for different ones.
    pub(crate) fn trust_class_of(&self, parties: Parties) -> TrustClass {
        let n = parties.nodes;
        match (parties.kind, self.raft.orderers) {
            (raw::OrderingKind::Bft, _) => TrustClass { kind: TrustKind::BftQuorum, n, f: n.saturating_sub(1) / 3 },
            (_, 1) => TrustClass { kind: TrustKind::CftSingleOrderer, n, f: 0 },
            (_, orderers) => TrustClass { kind: TrustKind::CftOrderers, n, f: orderers - 1 },
        }
    }

    /// That an anchor is of the kind of channel that this client says it follows.
    ///
    /// # Errors
    /// `anchor-without-config`; `parties` if it is ordered otherwise than the client says.
    pub fn check_anchor(&self, anchor: &ConsensusState) -> Result<(), Reason> {
        let config = anchor.config.as_ref().ok_or_else(|| Reason::new("anchor-without-config", "an anchor carries its configuration"))?;
        match config.parties == self.parties && anchor.kept_at == self.latest_block() {
            true => Ok(()),
            false => Err(Reason::new("parties", "the anchor's configuration is of another ordering, or of another block, than the client state")),
        }
    }
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    fn chain_id(&self) -> String {
        self.raw.channel_id.clone()
    }

    fn latest_height(&self) -> Height {
        height(self.raw.latest_block)
    }

    fn trust_class(&self) -> TrustClass {
        self.trust_class_of(self.parties)
    }

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

    /// Counted from the host's time when the newest block was accepted.
    fn expires_at(&self, states: &dyn ConsensusStates) -> Option<Time> {
        let newest = ConsensusState::stored(&states.at(self.latest_height())?).ok()?;
        newest.accepted_at.checked_add_ns(self.trusting_period_ns())
    }

    /// Without the place of the chaincode's definition, too: like the anchor it is a place on the chain, which moves when the chaincode is
    /// upgraded.
    fn parameters(&self) -> Vec<u8> {
        let raw = raw::ClientState { definition: None, latest_block: 0, frozen: false, parties: None, ..self.raw.clone() };
        encode(CLIENT_STATE_URL, &raw).value
    }

    fn key_map(&self) -> Option<Any> {
        self.raw.key_map.as_ref().map(|key_map| encode(KEY_MAP_URL, key_map))
    }

    fn encode(&self) -> Any {
        encode(CLIENT_STATE_URL, &self.raw)
    }

    fn freeze(&self) -> Any {
        encode(CLIENT_STATE_URL, &raw::ClientState { frozen: true, ..self.raw.clone() })
    }

    /// The host's time when the block was accepted: Fabric's blocks have no time of their own.
    fn consensus_time(&self, consensus_state: &Any) -> Result<Time, Fault> {
        ConsensusState::stored(consensus_state).map(|state| state.accepted_at).map_err(Fault::Undecodable)
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
        let key = self.key_map.key(path)?;
        membership::present(self, states, height, &key, value, proof).map(|_| None)
    }

    fn verify_absence(&self, _: &dyn ConsensusStates, _: Height, _: StoredPath<'_>, _: &[u8]) -> Result<Option<Any>, Reason> {
        Err(Reason::new("absence-unsupported", "Fabric has no state root: that a key is absent is the endorsers' word for one moment"))
    }
}

/// Block `number` as a height.
pub fn height(number: u64) -> Height {
    Height::new(0, number)
}

fn check_channel_id(id: &str) -> Result<(), Reason> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let begins = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !begins || id.len() > MAX_CHANNEL_ID || !id.bytes().all(allowed) {
        let found: String = id.chars().take(80).collect();
        return Err(Reason::new("channel-id", format!("{found:?}; expected a lower-case letter, then such letters, digits, dots and dashes")));
    }
    Ok(())
}

/// How a channel is ordered, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Raft or BFT.
    pub kind: raw::OrderingKind,
    /// Nodes.
    pub nodes: u32,
}

impl Parties {
    fn new(raw: Option<&raw::Parties>) -> Result<Self, Reason> {
        let raw = raw.ok_or_else(|| Reason::new("parties", "missing"))?;
        let kind = raw::OrderingKind::try_from(raw.kind).unwrap_or_default();
        if kind == raw::OrderingKind::Unspecified || !(1..=MAX_NODES).contains(&raw.nodes) {
            return Err(Reason::new("parties", format!("kind {}, {} nodes; expected Raft or BFT of 1 to {MAX_NODES}", raw.kind, raw.nodes)));
        }
        Ok(Self { kind, nodes: raw.nodes })
    }

    fn of(ordering: &Ordering<'_>) -> Self {
        let (kind, nodes) = match ordering {
            Ordering::Raft { nodes } => (raw::OrderingKind::Raft, *nodes),
            Ordering::Bft { consenters } => (raw::OrderingKind::Bft, consenters.len()),
        };
        Self { kind, nodes: u32::try_from(nodes).unwrap_or(u32::MAX) }
    }

    fn raw(self) -> raw::Parties {
        raw::Parties { kind: self.kind.into(), nodes: self.nodes }
    }

    /// For BFT: signatures that make a block final.
    pub fn quorum(self) -> usize {
        bft_quorum(usize::try_from(self.nodes).unwrap_or(usize::MAX))
    }
}

/// What is kept of an accepted block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// The host's time when it was accepted.
    pub accepted_at: Time,
    /// SHA-256 of its header.
    pub header_hash: [u8; 32],
    /// Number of the block whose configuration is in force behind it.
    pub config_block: u64,
    /// Number of the block with whose state that configuration is kept.
    pub kept_at: u64,
    /// The configuration, if it is kept here.
    pub config: Option<KeptConfig>,
}

impl ConsensusState {
    /// Decodes and checks a consensus state as governance approves it: what follows from the configuration is worked out again.
    ///
    /// # Errors
    /// `header-hash`; those of [`ChannelConfig::read`] and [`ChannelConfig::check_whole`]; `config-derived`: what the state says of the
    /// configuration does not follow from it; `consenters`.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let state = Self::stored(any)?;
        if let Some(kept) = &state.config {
            if KeptConfig::new(kept.sequence, &kept.group)? != *kept {
                return Err(Reason::new("config-derived", "consenters or their number do not follow from the configuration"));
            }
        }
        Ok(state)
    }

    /// Reads a state that this crate made itself, or that [`ConsensusState::decode`] has checked.
    pub(crate) fn stored(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        let header_hash = raw.header_hash.as_slice().try_into().map_err(|_| Reason::new("header-hash", format!("{} bytes; expected 32", raw.header_hash.len())))?;
        Ok(Self {
            accepted_at: Time::from_unix_ns(raw.accepted_at_ns),
            header_hash,
            config_block: raw.config_block,
            kept_at: raw.kept_at,
            config: raw.config.map(KeptConfig::from_raw).transpose()?,
        })
    }

    /// When it was accepted, by the host's clock.
    pub fn time(&self) -> Time {
        self.accepted_at
    }

    /// As stored.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            accepted_at_ns: self.accepted_at.unix_ns(),
            header_hash: self.header_hash.to_vec(),
            config_block: self.config_block,
            kept_at: self.kept_at,
            config: self.config.as_ref().map(KeptConfig::raw),
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }

    /// The configuration in force behind it.
    ///
    /// # Errors
    /// [`Fault::NoConsensusState`] if the state that keeps it is not stored any more.
    pub(crate) fn config_in_force(&self, states: &dyn ConsensusStates) -> Result<InForce, Fault> {
        let (config, kept_since) = match &self.config {
            Some(config) => (config.clone(), self.accepted_at),
            None => {
                let missing = || Fault::NoConsensusState(height(self.kept_at));
                let keeper = states.at(height(self.kept_at)).ok_or_else(missing)?;
                let keeper = Self::stored(&keeper).map_err(Fault::Undecodable)?;
                (keeper.config.filter(|_| keeper.config_block == self.config_block).ok_or_else(missing)?, keeper.accepted_at)
            }
        };
        Ok(InForce { block: self.config_block, kept_at: self.kept_at, kept_since, config })
    }
}

/// A configuration with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptConfig {
    /// Counted up by one with every change.
    pub sequence: u64,
    /// The root group, as it stands in the configuration block.
    pub group: Vec<u8>,
    /// How the channel is ordered.
    pub parties: Parties,
    /// For BFT: the consenters that may sign.
    pub consenters: Vec<BftConsenter>,
}

impl KeptConfig {
    /// Reads a configuration, checks it as a whole and works out what follows from it.
    ///
    /// # Errors
    /// Those of [`ChannelConfig::read`] and [`ChannelConfig::check_whole`]; `consenters`: two with one key.
    pub fn new(sequence: u64, group: &[u8]) -> Result<Self, Reason> {
        let config = ChannelConfig::read(group)?;
        config.check_whole()?;
        Self::of(sequence, group, &config)
    }

    pub(crate) fn of(sequence: u64, group: &[u8], config: &ChannelConfig<'_>) -> Result<Self, Reason> {
        let consenters = match &config.ordering {
            Ordering::Raft { .. } => Vec::new(),
            Ordering::Bft { consenters } => usable_consenters(consenters, &config.msps),
        };
        for (place, one) in consenters.iter().enumerate() {
            if let Some(twin) = consenters[..place].iter().find(|other| other.key == one.key) {
                return Err(Reason::new("consenters", format!("consenters {} and {} have one key", twin.id, one.id)));
            }
        }
        Ok(Self { sequence, group: group.to_vec(), parties: Parties::of(&config.ordering), consenters })
    }

    fn from_raw(raw: raw::Config) -> Result<Self, Reason> {
        // Whether a key is a point of its curve was found out when the configuration was read, and shows again when it verifies something.
        let key = |bytes: &[u8]| match bytes.len() {
            32 => bytes.try_into().map(PublicKey::Ed25519).ok(),
            _ => bytes.try_into().map(PublicKey::P256).ok(),
        };
        let wrong = |one: &raw::Consenter| Reason::new("consenters", format!("consenter {}: a key of {} bytes", one.id, one.key.len()));
        let consenter = |one: &raw::Consenter| Ok(BftConsenter { id: one.id, key: key(&one.key).ok_or_else(|| wrong(one))? });
        Ok(Self {
            sequence: raw.sequence,
            parties: Parties::new(raw.parties.as_ref())?,
            consenters: raw.consenters.iter().map(consenter).collect::<Result<_, Reason>>()?,
            group: raw.group,
        })
    }

    fn raw(&self) -> raw::Config {
        let consenter = |one: &BftConsenter| raw::Consenter { id: one.id, key: one.key.as_bytes().to_vec() };
        raw::Config {
            sequence: self.sequence,
            group: self.group.clone(),
            parties: Some(self.parties.raw()),
            consenters: self.consenters.iter().map(consenter).collect(),
        }
    }
}

/// A configuration in force, and where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    /// Number of the block that carried it.
    pub block: u64,
    /// Number of the block with whose state it is kept.
    pub kept_at: u64,
    /// Since when it is kept there.
    pub kept_since: Time,
    /// It.
    pub config: KeptConfig,
}
