//! One chain, one client of it, its consensus states in memory.

use std::collections::BTreeMap;

use govhub_lc_cometbft::testing::{client_any, client_state, members, Draft, Member};
use govhub_lc_cometbft::{ClientState, ProofSpecs};
use govhub_lc_core::{ConsensusStates, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

pub const CHAIN: &str = "hub-1";
/// Time of block 1.
pub const GENESIS_S: u64 = 1_800_000_000;

#[derive(Clone, Default)]
pub struct States(pub BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(h, any)| (*h, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(h, _)| **h > height).map(|(h, any)| (*h, any.clone()))
    }
}

/// Four validators of equal power; a client that trusts block 5; now is a minute after block 5.
pub struct World {
    pub members: Vec<Member>,
    pub trusted: Draft,
    pub client: ClientState,
    pub states: States,
    pub now: Time,
}

pub fn at_s(seconds: u64) -> Time {
    Time::from_unix_s(GENESIS_S + seconds)
}

impl World {
    pub fn new() -> Self {
        Self::of(members(1, 4))
    }

    pub fn of(members: Vec<Member>) -> Self {
        let trusted = Draft::new(CHAIN, 5, at_s(5), &members);
        let client = ClientState::decode(&client_any(&client_state(CHAIN, trusted.at(), ProofSpecs::Jmt))).expect("a right client state");
        let states = States(BTreeMap::from([(trusted.at(), trusted.consensus_state().encode())]));
        Self { members, trusted, client, states, now: at_s(65) }
    }

    /// Block `height`, a second per block.
    pub fn block(&self, height: u64) -> Draft {
        Draft::new(CHAIN, height, at_s(height), &self.members)
    }

    /// Believes `block` as governance would.
    pub fn believe(&mut self, block: &Draft) {
        self.states.0.insert(block.at(), block.consensus_state().encode());
    }

    pub fn judge(&self, message: &Any) -> Verdict {
        use govhub_lc_core::LightClient;
        self.client.verify_header(&self.states, message, self.now).expect("decodable, trusted state present")
    }
}

/// The code of a refusal.
#[track_caller]
pub fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Invalid(reason) => reason.code,
        other => panic!("expected Invalid, got {other:?}"),
    }
}

#[track_caller]
pub fn accepted(verdict: Verdict) -> govhub_lc_core::Update {
    match verdict {
        Verdict::Accepted(update) => update,
        other => panic!("expected Accepted, got {other:?}"),
    }
}
