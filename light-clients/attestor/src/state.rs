//! What is stored of an attested chain: who attests it, for how long that is believed, and one root per attested height.

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, Verdict};
use govhub_types::hash::{sha256, Hash};
use govhub_types::time::NANOS_PER_SECOND;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::attestors::AttestorSet;
use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL, MISBEHAVIOUR_URL};
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::tree::MAX_STATEMENTS;
use crate::{membership, misbehaviour, verify};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "gov-attestor";

/// Bytes of a chain id or diversifier.
pub const MAX_ID_BYTES: usize = 128;

/// Longest trusting period: a year. Whoever needs more wants no expiry, which this weak class does not get.
pub const MAX_TRUSTING_PERIOD_S: u64 = 366 * 24 * 3600;

/// A client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientState {
    pub(crate) chain_id: String,
    pub(crate) diversifier: String,
    pub(crate) attestors: AttestorSet,
    pub(crate) retired: Option<AttestorSet>,
    pub(crate) trusting_period_s: u64,
    pub(crate) max_clock_drift_s: u64,
    pub(crate) latest_height: Height,
    pub(crate) frozen: bool,
}

/// What governance decides about a client of this family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Chain that is attested, as it spells itself: 1 to 128 visible ASCII characters.
    pub chain_id: String,
    /// What tells this client from any other, `{host chain id}/{name}`: 1 to 128 visible ASCII characters.
    pub diversifier: String,
    /// Those who attest.
    pub attestors: AttestorSet,
    /// How long an attestation is believed, seconds, at most a year.
    pub trusting_period_s: u64,
    /// How far an attested time may be ahead of the host's clock, seconds, less than the trusting period.
    pub max_clock_drift_s: u64,
}

impl ClientState {
    /// A client whose newest attestation is that of `latest_height`.
    ///
    /// # Errors
    /// `chain-id`, `diversifier`, `trusting-period`, `max-clock-drift`, `latest-height`.
    pub fn new(params: Params, latest_height: Height) -> Result<Self, Reason> {
        check_id("chain-id", &params.chain_id)?;
        check_id("diversifier", &params.diversifier)?;
        if params.trusting_period_s == 0 || params.trusting_period_s > MAX_TRUSTING_PERIOD_S {
            return Err(Reason::new("trusting-period", format!("{} s; expected 1 to {MAX_TRUSTING_PERIOD_S}", params.trusting_period_s)));
        }
        if params.max_clock_drift_s >= params.trusting_period_s {
            return Err(Reason::new("max-clock-drift", format!("{} s; expected less than the trusting period", params.max_clock_drift_s)));
        }
        if latest_height.is_zero() {
            return Err(Reason::new("latest-height", "is 0"));
        }
        let Params { chain_id, diversifier, attestors, trusting_period_s, max_clock_drift_s } = params;
        Ok(Self { chain_id, diversifier, attestors, retired: None, trusting_period_s, max_clock_drift_s, latest_height, frozen: false })
    }

    /// Decodes and checks a stored or approved client state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::client_state(any)?;
        let attestors = raw.attestors.as_ref().ok_or_else(|| Reason::new("attestors", "missing"))?;
        let params = Params {
            chain_id: raw.chain_id,
            diversifier: raw.diversifier,
            attestors: AttestorSet::from_raw(attestors)?,
            trusting_period_s: raw.trusting_period_s,
            max_clock_drift_s: raw.max_clock_drift_s,
        };
        let height = raw.latest_height.ok_or_else(|| Reason::new("latest-height", "missing"))?;
        let client = Self::new(params, height.into())?;
        let retired = raw.retired.as_ref().map(AttestorSet::from_raw).transpose()?;
        if retired.as_ref().is_some_and(|old| old.epoch().checked_add(1) != Some(client.attestors.epoch())) {
            return Err(Reason::new("retired", "is not of the epoch before"));
        }
        Ok(Self { retired, frozen: raw.frozen, ..client })
    }

    /// What tells this client from any other.
    pub fn diversifier(&self) -> &str {
        &self.diversifier
    }

    /// Those who are believed now.
    pub fn attestors(&self) -> &AttestorSet {
        &self.attestors
    }

    /// Those who were believed before the last rotation; only for evidence.
    pub fn retired(&self) -> Option<&AttestorSet> {
        self.retired.as_ref()
    }

    /// The consensus state stored at `height`.
    pub(crate) fn state_at(states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Fault> {
        let any = states.at(height).ok_or(Fault::NoConsensusState(height))?;
        ConsensusState::decode(&any).map_err(Fault::Undecodable)
    }

    fn to_raw(&self) -> raw::ClientState {
        raw::ClientState {
            chain_id: self.chain_id.clone(),
            diversifier: self.diversifier.clone(),
            attestors: Some(self.attestors.to_raw()),
            retired: self.retired.as_ref().map(AttestorSet::to_raw),
            trusting_period_s: self.trusting_period_s,
            max_clock_drift_s: self.max_clock_drift_s,
            latest_height: Some(self.latest_height.into()),
            frozen: self.frozen,
        }
    }
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    fn chain_id(&self) -> String {
        self.chain_id.clone()
    }

    fn latest_height(&self) -> Height {
        self.latest_height
    }

    fn trust_class(&self) -> TrustClass {
        self.attestors.trust_class()
    }

    fn absence(&self) -> Absence {
        Absence::Proof
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
        let newest = Self::state_at(states, self.latest_height).ok()?;
        newest.time.checked_add_ns(self.trusting_period_s.checked_mul(NANOS_PER_SECOND)?)
    }

    /// Ids and periods. The attestors are the anchor's: they rotate by themselves, and governance replaces them when they cannot.
    fn parameters(&self) -> Vec<u8> {
        let without = raw::ClientState { attestors: None, retired: None, latest_height: None, frozen: false, ..self.to_raw() };
        without.encode_to_vec()
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
        match header.type_url == MISBEHAVIOUR_URL {
            true => misbehaviour::check(self, header),
            false => verify::header(self, states, header, now),
        }
    }

    fn check_misbehaviour(&self, _: &dyn ConsensusStates, evidence: &Any, _: Time) -> Result<Verdict, Fault> {
        misbehaviour::check(self, evidence)
    }

    fn verify_membership(
        &self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
    ) -> Result<Option<Any>, Reason> {
        membership::present(states, height, path, value, proof).map(|()| None)
    }

    fn verify_absence(&self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<Option<Any>, Reason> {
        membership::absent(states, height, path, proof).map(|()| None)
    }
}

/// What is believed of one height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// Chain time at that height, as attested; nanoseconds on the wire.
    pub time: Time,
    /// Root over the statements about it.
    pub statements_root: Hash,
    /// How many there are.
    pub statement_count: u32,
}

impl ConsensusState {
    /// A state without statements: an anchor that says no more than height and time.
    pub fn empty(time: Time) -> Self {
        Self { time, statements_root: sha256(&[]), statement_count: 0 }
    }

    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        if raw.time_ns == 0 {
            return Err(Reason::new("time", "is 0"));
        }
        let (statements_root, statement_count) = root_and_count(&raw.statements_root, raw.statement_count)?;
        Ok(Self { time: Time::from_unix_ns(raw.time_ns), statements_root, statement_count })
    }

    /// As it stands in a trust file.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            time_ns: self.time.unix_ns(),
            statements_root: self.statements_root.to_vec(),
            statement_count: self.statement_count,
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }
}

/// A root of 32 bytes, and a count within its bound; the root of none is known.
pub(crate) fn root_and_count(root: &[u8], count: u32) -> Result<(Hash, u32), Reason> {
    let root: Hash = root.try_into().map_err(|_| Reason::new("statements-root", format!("{} bytes; expected 32", root.len())))?;
    if count > MAX_STATEMENTS {
        return Err(Reason::new("statement-count", format!("{count}; at most {MAX_STATEMENTS}")));
    }
    if count == 0 && root != sha256(&[]) {
        return Err(Reason::new("statements-root", "of no statements is SHA-256 of nothing"));
    }
    Ok((root, count))
}

fn check_id(code: &'static str, id: &str) -> Result<(), Reason> {
    match !id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(Reason::new(code, format!("{:?}; expected 1 to {MAX_ID_BYTES} visible ASCII characters", id.chars().take(80).collect::<String>()))),
    }
}
