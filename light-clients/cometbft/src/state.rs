//! What is stored of a followed chain: parameters that governance approved, and one consensus state per accepted header.

use std::time::Duration;

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, TrustKind, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::Height as RawHeight;
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use tendermint::chain;
use tendermint::trust_threshold::TrustThresholdFraction;
use tendermint_proto::google::protobuf::{Duration as RawDuration, Timestamp};

use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use crate::{membership, misbehaviour, verify, ProofSpecs};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "07-tendermint";

/// Largest denominator of a trust level, so that power times denominator stays within 64 bits.
const MAX_TRUST_DENOMINATOR: u64 = 10;

/// Longest duration accepted, a hundred years: sums with times of this age cannot overflow.
const MAX_DURATION_S: u64 = 100 * 366 * 86_400;

/// Bytes of an app hash: 32 in every known tree; room for a 512-bit hash.
pub(crate) const MAX_ROOT_BYTES: usize = 64;

/// An ICS-07 client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    raw: raw::ClientState,
    pub(crate) chain_id: chain::Id,
    pub(crate) trust_level: TrustThresholdFraction,
    pub(crate) trusting_period: Duration,
    pub(crate) max_clock_drift: Duration,
    pub(crate) frozen: bool,
    pub(crate) latest_height: Height,
    pub(crate) specs: ProofSpecs,
}

impl ClientState {
    /// Decodes and checks a stored or approved client state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken (ibc-go `07-tendermint/client_state.go` `Validate`, and ours: proof specs pinned, no upgrade path).
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        Self::from_raw(decode::client_state(any)?)
    }

    /// Checks a client state.
    ///
    /// # Errors
    /// As [`ClientState::decode`].
    pub fn from_raw(raw: raw::ClientState) -> Result<Self, Reason> {
        let chain_id = chain::Id::try_from(raw.chain_id.clone()).map_err(|e| Reason::new("chain-id", e.to_string()))?;
        let trust_level = trust_level(raw.trust_level.as_ref())?;
        let trusting_period = duration("trusting-period", raw.trusting_period.as_ref())?;
        let unbonding_period = duration("unbonding-period", raw.unbonding_period.as_ref())?;
        let max_clock_drift = duration("max-clock-drift", raw.max_clock_drift.as_ref())?;
        if trusting_period >= unbonding_period {
            return Err(Reason::new("trusting-period", "must be shorter than the unbonding period"));
        }
        let latest_height: Height = raw.latest_height.ok_or_else(|| Reason::new("latest-height", "missing"))?.into();
        if latest_height.is_zero() {
            return Err(Reason::new("latest-height", "the height is 0"));
        }
        let revision = revision_of(&raw.chain_id);
        if latest_height.revision_number != revision {
            return Err(Reason::new("revision", format!("chain id says {revision}, latest height {latest_height}")));
        }
        let specs = ProofSpecs::from_list(&raw.proof_specs)?;
        let frozen = raw.frozen_height.is_some_and(|h| h != RawHeight::default());
        #[allow(deprecated)]
        if raw.allow_update_after_expiry || raw.allow_update_after_misbehaviour {
            return Err(Reason::new("deprecated-field", "allow_update_after_* must not be set"));
        }
        Ok(Self { raw, chain_id, trust_level, trusting_period, max_clock_drift, frozen, latest_height, specs })
    }

    /// The protobuf message.
    pub fn raw(&self) -> &raw::ClientState {
        &self.raw
    }

    /// The same client with `height` as newest, if it is newer.
    pub(crate) fn advanced_to(&self, height: Height) -> Self {
        let mut next = self.clone();
        if height > next.latest_height {
            next.latest_height = height;
            next.raw.latest_height = Some(height.into());
        }
        next
    }

    pub(crate) fn consensus_state_at(&self, states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Fault> {
        let any = states.at(height).ok_or(Fault::NoConsensusState(height))?;
        ConsensusState::decode(&any).map_err(Fault::Undecodable)
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
        self.latest_height
    }

    fn trust_class(&self) -> TrustClass {
        TrustClass { kind: TrustKind::BftQuorum, n: 0, f: 0 }
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
        let newest = self.consensus_state_at(states, self.latest_height).ok()?;
        newest.time.checked_add_ns(u64::try_from(self.trusting_period.as_nanos()).ok()?)
    }

    fn parameters(&self) -> Vec<u8> {
        let mut raw = self.raw.clone();
        raw.latest_height = None;
        raw.frozen_height = None;
        encode(CLIENT_STATE_URL, &raw).value
    }

    fn encode(&self) -> Any {
        encode(CLIENT_STATE_URL, &self.raw)
    }

    fn freeze(&self) -> Any {
        let mut raw = self.raw.clone();
        // ibc-go's FrozenHeight: only "not zero" means anything.
        raw.frozen_height = Some(RawHeight { revision_number: 0, revision_height: 1 });
        encode(CLIENT_STATE_URL, &raw)
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
        let root = self.root_at(states, height)?;
        membership::verify_membership_under(self.specs, &root, &path.keys(), value, proof).map(|()| None)
    }

    fn verify_absence(&self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<Option<Any>, Reason> {
        let root = self.root_at(states, height)?;
        membership::verify_absence_under(self.specs, &root, &path.keys(), proof).map(|()| None)
    }
}

impl ClientState {
    pub(crate) fn root_at(&self, states: &dyn ConsensusStates, height: Height) -> Result<Vec<u8>, Reason> {
        if height > self.latest_height {
            return Err(Reason::new("height-above-latest", format!("latest is {}, proof is for {height}", self.latest_height)));
        }
        match self.consensus_state_at(states, height) {
            Ok(state) => Ok(state.root),
            Err(fault) => Err(Reason::new("no-consensus-state", fault.to_string())),
        }
    }
}

/// What is kept of an accepted header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// Header time.
    pub time: Time,
    /// App hash: root of the state after the block before. An application may leave it empty; then nothing is proved under it.
    pub root: Vec<u8>,
    /// Hash of the next validator set, 32 bytes.
    pub next_validators_hash: [u8; 32],
}

impl ConsensusState {
    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        let time = time("consensus-time", raw.timestamp.as_ref())?;
        // The message is there even where the hash in it is empty: a state has one encoding.
        let root = raw.root.ok_or_else(|| Reason::new("root", "missing"))?.hash;
        if root.len() > MAX_ROOT_BYTES {
            return Err(Reason::new("root", format!("{} bytes, at most {MAX_ROOT_BYTES}", root.len())));
        }
        let next_validators_hash = raw
            .next_validators_hash
            .as_slice()
            .try_into()
            .map_err(|_| Reason::new("next-validators-hash", format!("{} bytes; expected 32", raw.next_validators_hash.len())))?;
        Ok(Self { time, root, next_validators_hash })
    }

    /// As stored.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            timestamp: Some(timestamp(self.time)),
            root: Some(MerkleRoot { hash: self.root.clone() }),
            next_validators_hash: self.next_validators_hash.to_vec(),
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }
}

/// Revision of a chain id `{name}-{revision}`; 0 if it has no such form.
///
/// Source: ibc-go `02-client/types/height.go` `ParseChainID`: one dash, no leading zero.
pub(crate) fn revision_of(chain_id: &str) -> u64 {
    let Some((name, number)) = chain_id.rsplit_once('-') else { return 0 };
    if name.is_empty() || name.ends_with('-') || number.starts_with('0') || !number.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    number.parse().unwrap_or(0)
}

fn trust_level(raw: Option<&raw::Fraction>) -> Result<TrustThresholdFraction, Reason> {
    let raw = raw.ok_or_else(|| Reason::new("trust-level", "missing"))?;
    if raw.denominator > MAX_TRUST_DENOMINATOR {
        return Err(Reason::new("trust-level", format!("denominator {}, at most {MAX_TRUST_DENOMINATOR}", raw.denominator)));
    }
    if raw.numerator > raw.denominator {
        return Err(Reason::new("trust-level", format!("{}/{} is above 1", raw.numerator, raw.denominator)));
    }
    TrustThresholdFraction::new(raw.numerator, raw.denominator).map_err(|e| Reason::new("trust-level", e.to_string()))
}

fn duration(code: &'static str, raw: Option<&RawDuration>) -> Result<Duration, Reason> {
    let raw = raw.ok_or_else(|| Reason::new(code, "missing"))?;
    let seconds = u64::try_from(raw.seconds).ok().filter(|s| *s <= MAX_DURATION_S);
    let nanos = u32::try_from(raw.nanos).ok().filter(|n| *n < 1_000_000_000);
    match (seconds, nanos) {
        (Some(0), Some(0)) => Err(Reason::new(code, "is 0")),
        (Some(seconds), Some(nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(Reason::new(code, format!("{}s {}ns; expected a positive duration of at most 100 years", raw.seconds, raw.nanos))),
    }
}

/// A protobuf timestamp as [`Time`]; before 1970 and after 2554 refused.
pub(crate) fn time(code: &'static str, raw: Option<&Timestamp>) -> Result<Time, Reason> {
    let raw = raw.ok_or_else(|| Reason::new(code, "missing"))?;
    let nanos = u64::try_from(raw.nanos).ok().filter(|n| *n < 1_000_000_000);
    u64::try_from(raw.seconds)
        .ok()
        .and_then(|s| s.checked_mul(1_000_000_000))
        .zip(nanos)
        .and_then(|(s, n)| s.checked_add(n))
        .map(Time::from_unix_ns)
        .ok_or_else(|| Reason::new(code, format!("{}s {}ns; expected a time between 1970 and 2554", raw.seconds, raw.nanos)))
}

/// [`Time`] as a protobuf timestamp.
pub(crate) fn timestamp(time: Time) -> Timestamp {
    Timestamp {
        seconds: i64::try_from(time.unix_s()).expect("u64 nanoseconds are under 2^35 seconds"),
        nanos: i32::try_from(time.subsec_ns()).expect("below one second"),
    }
}
