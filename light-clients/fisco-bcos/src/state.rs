//! What is stored of a followed chain: what governance approved, where the client stands, and one consensus state per accepted header.

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL, KEY_MAP_URL};
use crate::key_map::KeyMap;
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::sealers::{QuorumRule, SealerSet, MAX_SEALERS};
use crate::suite::{Hash, Suite};
use crate::{membership, misbehaviour, verify};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "gov-fisco";

/// Bytes of a chain or group id.
pub const MAX_ID_BYTES: usize = 64;

/// Longest trusting period, a year: sums with times cannot overflow.
const MAX_TRUSTING_PERIOD_S: u64 = 366 * 86_400;

/// Generation of FISCO BCOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 2.x.
    V2,
    /// 3.x.
    V3,
}

impl Version {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2 => "2.x",
            Self::V3 => "3.x",
        }
    }
}

/// A client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    pub(crate) chain_id: String,
    pub(crate) group_id: String,
    pub(crate) genesis_hash: Hash,
    pub(crate) version: Version,
    pub(crate) suite: Suite,
    pub(crate) working_sealers: u32,
    pub(crate) quorum: QuorumRule,
    pub(crate) trusting_period_s: u64,
    pub(crate) key_map: Option<KeyMap>,
    pub(crate) latest_number: u64,
    pub(crate) sealers: SealerSet,
    pub(crate) frozen: bool,
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
        let version = match raw.version() {
            raw::Version::Version2 => Version::V2,
            raw::Version::Version3 => Version::V3,
            raw::Version::Unspecified => return Err(Reason::new("version", "neither 2 nor 3")),
        };
        let suite = match raw.suite() {
            raw::Suite::KeccakSecp256k1 => Suite::Keccak,
            raw::Suite::Sm3Sm2 => Suite::Sm,
            raw::Suite::Unspecified => return Err(Reason::new("suite", "neither keccak256/secp256k1 nor sm3/sm2")),
        };
        check_id("chain-id", &raw.chain_id, version)?;
        check_id("group-id", &raw.group_id, version)?;
        if raw.working_sealers as usize > MAX_SEALERS {
            return Err(Reason::new("working-sealers", format!("{}; at most {MAX_SEALERS}", raw.working_sealers)));
        }
        if raw.trusting_period_s == 0 || raw.trusting_period_s > MAX_TRUSTING_PERIOD_S {
            return Err(Reason::new("trusting-period", format!("{} s; expected 1 to {MAX_TRUSTING_PERIOD_S}", raw.trusting_period_s)));
        }
        let sealers = SealerSet::from_raw(&raw.sealers)?;
        if version == Version::V2 && sealers.sealers().iter().any(|sealer| sealer.weight != 1) {
            return Err(Reason::new("weight", "version 2 knows no weights"));
        }
        let quorum = match (version, raw.working_sealers) {
            (Version::V2, working) if working > 0 => QuorumRule::Working(working),
            _ => QuorumRule::Weight,
        };
        Ok(Self {
            genesis_hash: hash32("genesis-hash", &raw.genesis_hash)?,
            chain_id: raw.chain_id,
            group_id: raw.group_id,
            version,
            suite,
            working_sealers: raw.working_sealers,
            quorum,
            trusting_period_s: raw.trusting_period_s,
            key_map: raw.key_map.map(|map| KeyMap::from_raw(map, version)).transpose()?,
            latest_number: raw.latest_number,
            sealers,
            frozen: raw.frozen,
        })
    }

    /// The protobuf message.
    pub fn to_raw(&self) -> raw::ClientState {
        raw::ClientState {
            chain_id: self.chain_id.clone(),
            group_id: self.group_id.clone(),
            genesis_hash: self.genesis_hash.to_vec(),
            version: match self.version {
                Version::V2 => raw::Version::Version2,
                Version::V3 => raw::Version::Version3,
            }
            .into(),
            suite: match self.suite {
                Suite::Keccak => raw::Suite::KeccakSecp256k1,
                Suite::Sm => raw::Suite::Sm3Sm2,
            }
            .into(),
            working_sealers: self.working_sealers,
            trusting_period_s: self.trusting_period_s,
            key_map: self.key_map.as_ref().map(KeyMap::to_raw),
            latest_number: self.latest_number,
            sealers: self.sealers.to_raw(),
            frozen: self.frozen,
        }
    }

    /// Generation of the chain.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Hash and signature of the chain.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The set that the newest accepted header names.
    pub fn sealers(&self) -> &SealerSet {
        &self.sealers
    }

    /// The same client with `number` as newest, and the set that it names.
    pub(crate) fn advanced_to(&self, number: u64, sealers: SealerSet) -> Self {
        Self { latest_number: number, sealers, ..self.clone() }
    }

    pub(crate) fn consensus_state_at(&self, states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Fault> {
        let any = states.at(height).ok_or(Fault::NoConsensusState(height))?;
        ConsensusState::decode(&any).map_err(Fault::Undecodable)
    }

    /// Whether something of `then` is still believed at `now`.
    pub(crate) fn believes(&self, then: Time, now: Time) -> bool {
        self.end_of_trust(then).is_some_and(|end| now < end)
    }

    fn end_of_trust(&self, then: Time) -> Option<Time> {
        then.checked_add_ns(self.trusting_period_s.checked_mul(1_000_000_000)?)
    }
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    /// `chain/group`: neither alone names what is followed.
    fn chain_id(&self) -> String {
        format!("{}/{}", self.chain_id, self.group_id)
    }

    fn latest_height(&self) -> Height {
        Height::new(0, self.latest_number)
    }

    fn trust_class(&self) -> TrustClass {
        self.quorum.trust_class(&self.sealers)
    }

    fn absence(&self) -> Absence {
        Absence::Receipt
    }

    fn status(&self, states: &dyn ConsensusStates, now: Time) -> Status {
        if self.frozen {
            return Status::Frozen;
        }
        match self.expires_at(states) {
            Some(end) if now < end => Status::Active,
            _ => Status::Expired,
        }
    }

    fn expires_at(&self, states: &dyn ConsensusStates) -> Option<Time> {
        let newest = self.consensus_state_at(states, self.latest_height()).ok()?;
        self.end_of_trust(newest.time)
    }

    /// Without the sealers too: they are part of the anchor, and anchoring anew after a change that the old set did not sign is what
    /// recovery is for.
    fn parameters(&self) -> Vec<u8> {
        let raw = raw::ClientState { latest_number: 0, sealers: Vec::new(), frozen: false, ..self.to_raw() };
        encode(CLIENT_STATE_URL, &raw).value
    }

    fn key_map(&self) -> Option<Any> {
        self.key_map.as_ref().map(|map| encode(KEY_MAP_URL, &map.to_raw()))
    }

    fn encode(&self) -> Any {
        encode(CLIENT_STATE_URL, &self.to_raw())
    }

    fn freeze(&self) -> Any {
        Self { frozen: true, ..self.clone() }.encode()
    }

    fn consensus_time(&self, consensus_state: &Any) -> Result<Time, Fault> {
        ConsensusState::decode(consensus_state).map(|state| state.time).map_err(Fault::Undecodable)
    }

    fn verify_header(&self, states: &dyn ConsensusStates, header: &Any, now: Time) -> Result<Verdict, Fault> {
        if header.type_url == decode::MISBEHAVIOUR_URL {
            return misbehaviour::check(self, states, header, now);
        }
        verify::header(self, states, header, now)
    }

    fn check_misbehaviour(&self, states: &dyn ConsensusStates, evidence: &Any, now: Time) -> Result<Verdict, Fault> {
        misbehaviour::check(self, states, evidence, now)
    }

    fn verify_membership(
        &self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
    ) -> Result<Option<Any>, Reason> {
        membership::present(self, states, height, path, value, proof).map(|()| None)
    }

    fn verify_absence(&self, _: &dyn ConsensusStates, _: Height, _: StoredPath<'_>, _: &[u8]) -> Result<Option<Any>, Reason> {
        Err(Reason::new("absence-unsupported", "FISCO BCOS has no state proofs; a timeout settles on the sentinel that was stored instead"))
    }
}

/// What is kept of an accepted header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// Header hash.
    pub hash: Hash,
    /// The chain's clock, which is its proposers' word: never going back, never ahead of the host's at acceptance. For expiry and for
    /// people; it proves no timeout.
    pub time: Time,
    /// Root of the transactions' tree.
    pub transactions_root: Hash,
    /// Root of the receipts' tree.
    pub receipts_root: Hash,
    /// [`SealerSet::hash`] of the set that the header names.
    pub sealers_hash: Hash,
}

impl ConsensusState {
    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        if raw.time_ns == 0 {
            return Err(Reason::new("time", "is 0; block 0 has no time, the trust file gives one"));
        }
        Ok(Self {
            hash: hash32("hash", &raw.hash)?,
            time: Time::from_unix_ns(raw.time_ns),
            transactions_root: hash32("transactions-root", &raw.transactions_root)?,
            receipts_root: hash32("receipts-root", &raw.receipts_root)?,
            sealers_hash: hash32("sealers-hash", &raw.sealers_hash)?,
        })
    }

    /// As stored.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            hash: self.hash.to_vec(),
            time_ns: self.time.unix_ns(),
            transactions_root: self.transactions_root.to_vec(),
            receipts_root: self.receipts_root.to_vec(),
            sealers_hash: self.sealers_hash.to_vec(),
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }
}

pub(crate) fn hash32(code: &'static str, bytes: &[u8]) -> Result<Hash, Reason> {
    bytes.try_into().map_err(|_| Reason::new(code, format!("{} bytes; expected 32", bytes.len())))
}

/// Visible ASCII; on version 2 a decimal number, as it stands in transactions. No `/`: it stands between the two ids.
fn check_id(code: &'static str, id: &str, version: Version) -> Result<(), Reason> {
    let visible = !id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    let number = || id.parse::<u64>().is_ok_and(|number| number.to_string() == id);
    if !visible || (version == Version::V2 && !number()) {
        let expected = if version == Version::V2 { "a decimal number" } else { "visible ASCII without `/`, at most 64 bytes" };
        return Err(Reason::new(code, format!("expected {expected}")));
    }
    Ok(())
}
