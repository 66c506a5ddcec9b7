//! What is stored of a followed chain: parameters that governance approved, who is in charge next, and one consensus state per update.

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::authority::Authority;
use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use crate::header::HEADER_ITEMS;
use crate::keccak::Hash;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::schedule::Schedule;
use crate::{membership, misbehaviour, verify, Flavour, KeyMap};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "gov-qbft";

/// Longest duration accepted, a hundred years: sums with times of this age cannot overflow.
const MAX_DURATION_S: u64 = 100 * 366 * 86_400;

/// Largest denominator of a skip level.
const MAX_DENOMINATOR: u32 = 100;

/// Longest epoch: Besu and GoQuorum have 30,000 unless told otherwise.
const MAX_EPOCH_LENGTH: u64 = 1 << 32;

/// What governance approved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Params {
    pub chain_id: u64,
    pub flavour: Flavour,
    pub epoch_length: u64,
    pub schedule: Schedule,
    pub key_map: KeyMap,
    pub trusting_period_s: u64,
    pub max_clock_drift_s: u64,
    /// More than numerator/denominator of the trusted set; none if no header may be skipped.
    pub skip_level: Option<(u64, u64)>,
    /// Whether a false list refuses its header.
    pub refuses_false_lists: bool,
    pub header_items: Vec<usize>,
}

/// A client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientState {
    raw: raw::ClientState,
    pub(crate) params: Params,
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
        let params = Params::from_raw(&raw)?;
        let authority = Authority::from_raw(raw.authority.as_ref().ok_or_else(|| Reason::new("authority", "missing"))?)?;
        if authority.votes_unknown() && params.skip_level.is_none() {
            return Err(Reason::new("authority", "votes are missing, which only a client that may skip headers can bear"));
        }
        let alarm_is_whole = raw.list_alarm.as_ref().is_none_or(|alarm| alarm.count > 0 && alarm.proposer.len() == 20);
        if !alarm_is_whole || raw.list_alarm.is_some() && params.refuses_false_lists {
            return Err(Reason::new("list-alarm", "is empty, or of a client that refuses false lists"));
        }
        Ok(Self { raw, params, authority })
    }

    /// The protobuf message.
    pub fn raw(&self) -> &raw::ClientState {
        &self.raw
    }

    /// Who is in charge of the header after the newest.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Which program makes the blocks.
    pub fn flavour(&self) -> Flavour {
        self.params.flavour
    }

    /// Where packet values stand.
    pub fn packet_map(&self) -> &KeyMap {
        &self.params.key_map
    }

    /// How many items a header may have.
    pub fn header_items(&self) -> &[usize] {
        &self.params.header_items
    }

    /// The same client after a run of headers that ends at `number`, if that is newer.
    pub(crate) fn advanced_to(&self, number: u64, authority: &Authority, false_lists: &[(u64, [u8; 20])]) -> Self {
        let mut next = self.clone();
        if number > self.raw.latest_height {
            next.raw.latest_height = number;
            next.raw.authority = Some(authority.to_raw());
            next.authority = authority.clone();
        }
        if let Some((number, proposer)) = false_lists.last() {
            let before = next.raw.list_alarm.take().unwrap_or_default();
            let count = before.count.saturating_add(false_lists.len() as u64);
            next.raw.list_alarm = Some(raw::ListAlarm { count, number: *number, proposer: proposer.to_vec() });
        }
        next
    }

    pub(crate) fn consensus_state_at(&self, states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Fault> {
        let any = states.at(height).ok_or(Fault::NoConsensusState(height))?;
        ConsensusState::decode(&any).map_err(Fault::Undecodable)
    }
}

impl Params {
    fn from_raw(raw: &raw::ClientState) -> Result<Self, Reason> {
        let flavour = Flavour::from_raw(raw.flavour)?;
        if raw.chain_id == 0 {
            return Err(Reason::new("chain-id", "is 0"));
        }
        if raw.epoch_length == 0 || raw.epoch_length > MAX_EPOCH_LENGTH {
            return Err(Reason::new("epoch-length", format!("{}; expected 1 to {MAX_EPOCH_LENGTH}", raw.epoch_length)));
        }
        for (code, seconds, min) in [("trusting-period", raw.trusting_period_s, 1), ("max-clock-drift", raw.max_clock_drift_s, 0)] {
            if seconds < min || seconds > MAX_DURATION_S {
                return Err(Reason::new(code, format!("{seconds} s; expected {min} to {MAX_DURATION_S}")));
            }
        }
        let schedule = Schedule::from_raw(flavour, raw.validator_contract.as_ref(), &raw.transitions)?;
        let key_map = KeyMap::from_raw(raw.key_map.as_ref().ok_or_else(|| Reason::new("key-map", "missing"))?)?;
        Ok(Self {
            chain_id: raw.chain_id,
            flavour,
            epoch_length: raw.epoch_length,
            skip_level: raw.skip_level.as_ref().map(|level| skip_level(flavour, &schedule, level)).transpose()?,
            schedule,
            key_map,
            trusting_period_s: raw.trusting_period_s,
            max_clock_drift_s: raw.max_clock_drift_s,
            refuses_false_lists: refuses_false_lists(flavour, raw.false_list)?,
            header_items: header_items(flavour, &raw.header_items)?,
        })
    }
}

/// Skipping believes the list in a header, which is sound only where every honest sealer has checked it.
fn skip_level(flavour: Flavour, schedule: &Schedule, level: &raw::Fraction) -> Result<(u64, u64), Reason> {
    if !flavour.checks_lists() || !schedule.is_votes_only() {
        return Err(Reason::new("skip-level", "headers may be skipped only on Besu, and only where votes alone decide"));
    }
    let (num, den) = (level.numerator, level.denominator);
    if den == 0 || den > MAX_DENOMINATOR || num >= den || u64::from(num) * 3 < u64::from(den) {
        return Err(Reason::new("skip-level", format!("{num}/{den}; expected at least 1/3 and less than 1, denominator at most {MAX_DENOMINATOR}")));
    }
    Ok((num.into(), den.into()))
}

fn refuses_false_lists(flavour: Flavour, raw: i32) -> Result<bool, Reason> {
    match raw::FalseList::try_from(raw) {
        Ok(raw::FalseList::Refuse) => Ok(true),
        Ok(raw::FalseList::Record) if !flavour.checks_lists() => Ok(false),
        Ok(raw::FalseList::Record) => Err(Reason::new("false-list", "Besu's nodes seal no false list: REFUSE is the only choice")),
        Ok(raw::FalseList::Unspecified) | Err(_) => Err(Reason::new("false-list", "neither REFUSE nor RECORD")),
    }
}

fn header_items(flavour: Flavour, raw: &[u32]) -> Result<Vec<usize>, Reason> {
    let counts: Vec<usize> = raw.iter().take(HEADER_ITEMS.count()).filter_map(|count| usize::try_from(*count).ok()).collect();
    let ascending = counts.windows(2).all(|pair| pair[0] < pair[1]) && counts.len() == raw.len();
    if counts.is_empty() || !ascending || !counts.iter().all(|count| HEADER_ITEMS.contains(count)) {
        return Err(Reason::new("header-items", format!("{raw:?}; expected numbers of {HEADER_ITEMS:?}, ascending")));
    }
    if !flavour.checks_lists() && counts != [15] {
        return Err(Reason::new("header-items", "GoQuorum's headers have 15 items"));
    }
    Ok(counts)
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    /// The EIP-155 chain id in decimal.
    fn chain_id(&self) -> String {
        self.params.chain_id.to_string()
    }

    fn latest_height(&self) -> Height {
        height(self.raw.latest_height)
    }

    fn trust_class(&self) -> TrustClass {
        self.authority.trust_class()
    }

    fn absence(&self) -> Absence {
        Absence::Proof
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
        let newest = self.consensus_state_at(states, self.latest_height()).ok()?;
        Some(Time::from_unix_s(newest.timestamp_s.saturating_add(self.params.trusting_period_s)))
    }

    fn parameters(&self) -> Vec<u8> {
        let raw = raw::ClientState { latest_height: 0, frozen: false, authority: None, list_alarm: None, ..self.raw.clone() };
        encode(CLIENT_STATE_URL, &raw).value
    }

    fn key_map(&self) -> Option<Any> {
        Some(self.params.key_map.to_any())
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
            return misbehaviour::check(self, states, header, now);
        }
        verify::update(self, states, header, now)
    }

    fn check_misbehaviour(&self, states: &dyn ConsensusStates, evidence: &Any, now: Time) -> Result<Verdict, Fault> {
        misbehaviour::check(self, states, evidence, now)
    }

    fn verify_membership(
        &self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
    ) -> Result<Option<Any>, Reason> {
        membership::present(&self.params.key_map, &self.provable_at(states, height)?, path, value, proof).map(|()| None)
    }

    fn verify_absence(&self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<Option<Any>, Reason> {
        membership::absent(&self.params.key_map, &self.provable_at(states, height)?, path, proof).map(|()| None)
    }
}

impl ClientState {
    pub(crate) fn provable_at(&self, states: &dyn ConsensusStates, height: Height) -> Result<ConsensusState, Reason> {
        if height > self.latest_height() {
            return Err(Reason::new("height-above-latest", format!("latest is {}, proof is for {height}", self.latest_height())));
        }
        self.consensus_state_at(states, height).map_err(|fault| Reason::new("no-consensus-state", fault.to_string()))
    }
}

/// The height of a block: these chains have no revisions.
pub fn height(number: u64) -> Height {
    Height::new(0, number)
}

/// What is kept of an accepted header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// Header time, seconds since 1970.
    pub timestamp_s: u64,
    /// Hash that names the block.
    pub block_hash: Hash,
    /// Root of the state after the block.
    pub state_root: Hash,
    /// Storage root of the key map's contract, if the update proved it.
    pub storage_root: Option<Hash>,
    /// [`Authority::hash`] for the next header.
    pub authority_hash: Hash,
}

impl ConsensusState {
    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken.
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::consensus_state(any)?;
        let digest = |code: &'static str, bytes: &[u8]| Hash::try_from(bytes).map_err(|_| Reason::new(code, format!("{} bytes; expected 32", bytes.len())));
        Ok(Self {
            timestamp_s: raw.timestamp_s,
            block_hash: digest("block-hash", &raw.block_hash)?,
            state_root: digest("state-root", &raw.state_root)?,
            storage_root: if raw.storage_root.is_empty() { None } else { Some(digest("storage-root", &raw.storage_root)?) },
            authority_hash: digest("authority-hash", &raw.authority_hash)?,
        })
    }

    /// As stored.
    pub fn encode(&self) -> Any {
        let raw = raw::ConsensusState {
            timestamp_s: self.timestamp_s,
            block_hash: self.block_hash.to_vec(),
            state_root: self.state_root.to_vec(),
            storage_root: self.storage_root.map(Vec::from).unwrap_or_default(),
            authority_hash: self.authority_hash.to_vec(),
        };
        encode(CONSENSUS_STATE_URL, &raw)
    }

    /// Header time.
    pub fn time(&self) -> Time {
        Time::from_unix_s(self.timestamp_s)
    }
}

/// That a trust file's anchor and parameters agree on who is in charge.
///
/// # Errors
/// `trusted-authority`: no header could ever follow.
pub fn check_anchor(client: &ClientState, anchor: &ConsensusState) -> Result<(), Reason> {
    if client.authority.hash() != anchor.authority_hash {
        return Err(Reason::new("trusted-authority", "the anchor is of other validators or votes than the parameters name"));
    }
    Ok(())
}
