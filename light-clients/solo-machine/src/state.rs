//! What is stored of a machine: its sequence, its key, its diversifier, its clock.
//!
//! The consensus state stands within the client state and changes with every accepted statement; there is one, whatever the height.

use govhub_lc_core::{Absence, ConsensusStates, Fault, LightClient, Reason, Status, StoredPath, TrustClass, TrustKind, Verdict};
use govhub_types::key::PublicKey;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;

use crate::decode::{self, encode, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use crate::sign_bytes::Binding;
use crate::{membership, misbehaviour, verify};

/// Type of this client, as it stands in client ids.
pub const CLIENT_TYPE: &str = "06-solomachine";

/// Bytes of a diversifier: a name and a counter.
pub const MAX_DIVERSIFIER_BYTES: usize = 128;

/// What separates the machine's name from the rest of its diversifier.
const NAME_END: char = '/';

/// An ICS-06 client state whose every rule was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientState {
    pub(crate) sequence: u64,
    pub(crate) frozen: bool,
    pub(crate) consensus: ConsensusState,
}

impl ClientState {
    /// A client that believes `consensus` and expects the statement with number `sequence` next.
    ///
    /// # Errors
    /// `sequence` for 0.
    pub fn new(sequence: u64, consensus: ConsensusState) -> Result<Self, Reason> {
        if sequence == 0 {
            return Err(Reason::new("sequence", "is 0; a machine counts from 1"));
        }
        Ok(Self { sequence, frozen: false, consensus })
    }

    /// Decodes and checks a stored or approved client state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken (ibc-go `client_state.go` `Validate`, and ours: see [`ConsensusState::decode`]).
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        let raw = decode::client_state(any)?;
        let consensus = raw.consensus_state.ok_or_else(|| Reason::new("consensus-state", "missing"))?;
        Ok(Self { frozen: raw.is_frozen, ..Self::new(raw.sequence, ConsensusState::from_raw(&consensus)?)? })
    }

    /// Number of the next statement.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What is believed of the machine.
    pub fn consensus(&self) -> &ConsensusState {
        &self.consensus
    }

    /// What the next statement, made at `time`, is bound to.
    pub fn binding(&self, time: Time) -> Binding<'_> {
        Binding { sequence: self.sequence, time, diversifier: &self.consensus.diversifier }
    }

    /// The client after one accepted statement.
    ///
    /// # Errors
    /// `sequence-exhausted` at the last number: it would have to be used again.
    pub(crate) fn after(&self, consensus: ConsensusState) -> Result<Self, Reason> {
        let sequence = self.sequence.checked_add(1).ok_or_else(|| Reason::new("sequence-exhausted", "no number is left; governance founds a new client"))?;
        Ok(Self { sequence, frozen: self.frozen, consensus })
    }

    /// Verifies `signature_data` over `message` with the machine's key.
    pub(crate) fn verify_signature(&self, message: &[u8], signature_data: &[u8]) -> Result<(), Reason> {
        let signature = decode::signature(signature_data)?;
        self.consensus.public_key.verify(message, &signature).map_err(|error| Reason::new("signature", error.to_string()))
    }

    /// That `time` does not go back.
    pub(crate) fn check_time(&self, time: Time) -> Result<(), Reason> {
        if time < self.consensus.time {
            return Err(Reason::new("time-going-back", format!("{time}, after {} was seen", self.consensus.time)));
        }
        Ok(())
    }
}

impl LightClient for ClientState {
    fn client_type(&self) -> &'static str {
        CLIENT_TYPE
    }

    /// The machine's name: its diversifier up to the first `/`.
    fn chain_id(&self) -> String {
        self.consensus.name().to_owned()
    }

    fn latest_height(&self) -> Height {
        Height::new(0, self.sequence)
    }

    fn trust_class(&self) -> TrustClass {
        TrustClass { kind: TrustKind::SingleKey, n: 1, f: 0 }
    }

    fn absence(&self) -> Absence {
        Absence::Proof
    }

    fn status(&self, _: &dyn ConsensusStates, _: Time) -> Status {
        if self.frozen {
            Status::Frozen
        } else {
            Status::Active
        }
    }

    fn expires_at(&self, _: &dyn ConsensusStates) -> Option<Time> {
        None
    }

    /// The machine's name alone: sequence, key and clock are the anchor (ibc-go `proposal_handle.go` replaces all three).
    fn parameters(&self) -> Vec<u8> {
        self.chain_id().into_bytes()
    }

    fn encode(&self) -> Any {
        let raw = raw::ClientState { sequence: self.sequence, is_frozen: self.frozen, consensus_state: Some(self.consensus.to_raw()) };
        encode(CLIENT_STATE_URL, &raw)
    }

    fn freeze(&self) -> Any {
        Self { frozen: true, ..self.clone() }.encode()
    }

    fn consensus_time(&self, consensus_state: &Any) -> Result<Time, Fault> {
        ConsensusState::decode(consensus_state).map(|state| state.time).map_err(Fault::Undecodable)
    }

    fn own_consensus_state(&self) -> Option<Any> {
        Some(self.consensus.encode())
    }

    fn verify_header(&self, _: &dyn ConsensusStates, header: &Any, now: Time) -> Result<Verdict, Fault> {
        if header.type_url == decode::MISBEHAVIOUR_URL {
            return misbehaviour::check(self, header);
        }
        verify::header(self, header, now)
    }

    fn check_misbehaviour(&self, _: &dyn ConsensusStates, evidence: &Any, _: Time) -> Result<Verdict, Fault> {
        misbehaviour::check(self, evidence)
    }

    /// The height is not looked at, as in ibc-go: the sequence that is signed says where the statement stands.
    fn verify_membership(
        &self, _: &dyn ConsensusStates, _: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8],
    ) -> Result<Option<Any>, Reason> {
        membership::present(self, path, value, proof).map(|next| Some(next.encode()))
    }

    fn verify_absence(&self, _: &dyn ConsensusStates, _: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<Option<Any>, Reason> {
        membership::absent(self, path, proof).map(|next| Some(next.encode()))
    }
}

/// What is believed of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsensusState {
    /// Its key.
    pub public_key: PublicKey,
    /// What tells this client from others of the same key: the machine's name, and after a `/` whatever the machine likes.
    pub diversifier: String,
    /// Its clock at the newest accepted statement; on the wire, nanoseconds.
    pub time: Time,
}

impl ConsensusState {
    /// Decodes and checks a stored or approved consensus state.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken (ibc-go `consensus_state.go` `ValidateBasic`; ours: a diversifier is needed, it is what names the machine).
    pub fn decode(any: &Any) -> Result<Self, Reason> {
        Self::from_raw(&decode::consensus_state(any)?)
    }

    pub(crate) fn from_raw(raw: &raw::ConsensusState) -> Result<Self, Reason> {
        if raw.timestamp == 0 {
            return Err(Reason::new("timestamp", "is 0"));
        }
        check_diversifier(&raw.diversifier)?;
        let public_key = decode::public_key("public-key", raw.public_key.as_ref())?;
        Ok(Self { public_key, diversifier: raw.diversifier.clone(), time: Time::from_unix_ns(raw.timestamp) })
    }

    fn to_raw(&self) -> raw::ConsensusState {
        raw::ConsensusState { public_key: Some(self.public_key.to_any()), diversifier: self.diversifier.clone(), timestamp: self.time.unix_ns() }
    }

    /// As it stands in a trust file.
    pub fn encode(&self) -> Any {
        encode(CONSENSUS_STATE_URL, &self.to_raw())
    }

    /// The machine's name.
    pub(crate) fn name(&self) -> &str {
        name_in(&self.diversifier)
    }
}

/// The machine's name in a diversifier.
pub(crate) fn name_in(diversifier: &str) -> &str {
    diversifier.split(NAME_END).next().unwrap_or_default()
}

/// Visible ASCII with a name in front: the name is shown to people and stands in indexes.
pub(crate) fn check_diversifier(diversifier: &str) -> Result<(), Reason> {
    let expected = |found: String| Err(Reason::new("diversifier", format!("{found}; expected `name` or `name/...`, visible ASCII, at most {MAX_DIVERSIFIER_BYTES} bytes")));
    if diversifier.len() > MAX_DIVERSIFIER_BYTES {
        return expected(format!("{} bytes", diversifier.len()));
    }
    if name_in(diversifier).is_empty() || !diversifier.bytes().all(|byte| byte.is_ascii_graphic()) {
        return expected(format!("{diversifier:?}"));
    }
    Ok(())
}
