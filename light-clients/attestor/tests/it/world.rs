//! What the tests share: stored states, and a client of three of five attestors.

use std::collections::BTreeMap;

use govhub_lc_attestor::testing::{attestation, header_any, Attestors};
use govhub_lc_attestor::{Attestation, ClientState, ConsensusState, Outcome, Statement};
use govhub_lc_core::{ConsensusStates, Fault, LightClient, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

/// Host's clock.
pub const NOW: Time = Time::from_unix_s(1_800_000_060);

pub fn at(number: u64) -> Height {
    Height::new(0, number)
}

/// Chain time, `s` seconds before the host's clock.
pub fn ago(s: u64) -> Time {
    Time::from_unix_s(NOW.unix_s() - s)
}

/// Consensus states as a host keeps them.
#[derive(Clone, Default)]
pub struct States(pub BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, state)| (*height, state.clone()))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range((std::ops::Bound::Excluded(height), std::ops::Bound::Unbounded)).next().map(|(height, state)| (*height, state.clone()))
    }
}

/// A client of three of five attestors, anchored at height 5, and what its host has stored.
#[derive(Clone)]
pub struct World {
    pub attestors: Attestors,
    pub client: ClientState,
    pub states: States,
}

impl World {
    pub fn new() -> Self {
        let attestors = Attestors::new(3, 5, 1);
        let states = States([(at(5), ConsensusState::empty(ago(60)).encode())].into());
        Self { client: attestors.client(at(5)), attestors, states }
    }

    pub fn judge(&self, header: &Any) -> Result<Verdict, Fault> {
        self.client.verify_header(&self.states, header, NOW)
    }

    /// The code of a refusal, `accepted`, `not-enough-trust` or `misbehaviour`.
    pub fn code(&self, header: &Any) -> &'static str {
        code(self.judge(header))
    }

    /// Stores what an accepted header changes, as a host does.
    pub fn accept(&mut self, header: &Any) -> Update {
        match self.judge(header) {
            Ok(Verdict::Accepted(update)) => {
                self.client = ClientState::decode(&update.client_state).expect("our own client state");
                self.states.0.extend(update.consensus_states.iter().cloned());
                update
            }
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// The header of an attestation, signed by just enough.
    pub fn header(&self, attestation: &Attestation) -> Any {
        header_any(&self.attestors.header(attestation))
    }
}

pub fn code(verdict: Result<Verdict, Fault>) -> &'static str {
    match verdict {
        Ok(Verdict::Accepted(_)) => "accepted",
        Ok(Verdict::NotEnoughTrust(_)) => "not-enough-trust",
        Ok(Verdict::Invalid(reason)) => reason.code,
        Ok(Verdict::Misbehaviour(_)) => "misbehaviour",
        Err(Fault::Undecodable(reason)) => reason.code,
        Err(Fault::NoConsensusState(_)) => "no-consensus-state",
    }
}

/// Packet path `clientID ‖ kind ‖ be64(sequence)`.
pub fn path(kind: u8, sequence: u64) -> Vec<u8> {
    [b"gov-attestor-3".as_slice(), &[kind], &sequence.to_be_bytes()].concat()
}

pub fn value(path: &[u8], value: &[u8]) -> Statement {
    Statement::new(path, Outcome::Value(value.to_vec())).expect("within bounds")
}

pub fn absent(path: &[u8]) -> Statement {
    Statement::new(path, Outcome::Absent).expect("within bounds")
}

/// A commitment, a receipt, an absent receipt and an acknowledgement.
pub fn statements() -> Vec<Statement> {
    vec![value(&path(1, 1), &[1; 32]), value(&path(2, 9), &[2]), absent(&path(2, 10)), value(&path(3, 9), &[3; 32])]
}

/// An honest attestation of height `number`, `number` seconds after the anchor's 5.
pub fn honest(number: u64) -> Attestation {
    attestation(at(number), ago(65 - number), &statements())
}
