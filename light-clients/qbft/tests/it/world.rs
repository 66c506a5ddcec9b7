//! One chain, one client of it, its consensus states in memory.

use std::collections::BTreeMap;

use govhub_lc_core::{ConsensusStates, LightClient, Reason, Update, Verdict};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{header_any, Chain, Draft, Key, GENESIS_S};
use govhub_lc_qbft::{ClientState, ConsensusState};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

#[derive(Clone, Default)]
pub struct States(pub BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(at, any)| (*at, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(at, _)| **at > height).map(|(at, any)| (*at, any.clone()))
    }
}

/// A chain, and a client that believes one of its blocks. It is an hour after genesis.
#[derive(Clone)]
pub struct World {
    pub chain: Chain,
    pub client: ClientState,
    pub states: States,
    pub now: Time,
}

pub fn at_s(seconds: u64) -> Time {
    Time::from_unix_s(GENESIS_S + seconds)
}

impl World {
    /// A client that believes the newest block.
    pub fn new(chain: Chain) -> Self {
        let newest = chain.newest();
        Self::with(chain, newest, |_| {})
    }

    /// A client that believes the block at `number`, with parameters changed.
    pub fn with(chain: Chain, number: u64, change: impl FnOnce(&mut raw::ClientState)) -> Self {
        let mut state = chain.client_state(number);
        change(&mut state);
        let client = ClientState::from_raw(state).expect("a right client state");
        let states = States(BTreeMap::from([(client.latest_height(), chain.consensus_state(number).encode())]));
        Self { chain, client, states, now: at_s(3600) }
    }

    pub fn newest(&self) -> u64 {
        self.client.latest_height().revision_height
    }

    pub fn judge(&self, message: &raw::Header) -> Verdict {
        self.client.verify_header(&self.states, &header_any(message), self.now).expect("decodable, trusted state present")
    }

    /// Accepts `message` and stores what it changes.
    #[track_caller]
    pub fn take(&mut self, message: &raw::Header) -> Update {
        let update = accepted(self.judge(message));
        self.client = ClientState::decode(&update.client_state).expect("ours");
        self.states.0.extend(update.consensus_states.clone());
        update
    }

    /// The update message with `draft`, sealed by all in charge, as the block after the newest.
    pub fn offer(&self, draft: &Draft) -> raw::Header {
        self.chain.offer(self.newest(), draft.sealed_by(&self.chain.in_charge_after(self.newest())))
    }

    /// The update message with `draft`, sealed by `signers`.
    pub fn offer_by(&self, draft: &Draft, signers: &[Key]) -> raw::Header {
        self.chain.offer(self.newest(), draft.sealed_by(signers))
    }

    pub fn state_at(&self, number: u64) -> ConsensusState {
        ConsensusState::decode(&self.states.0[&govhub_lc_qbft::height(number)]).expect("ours")
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
pub fn misbehaviour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Misbehaviour(reason) => reason.code,
        other => panic!("expected Misbehaviour, got {other:?}"),
    }
}

#[track_caller]
pub fn accepted(verdict: Verdict) -> Update {
    match verdict {
        Verdict::Accepted(update) => update,
        other => panic!("expected Accepted, got {other:?}"),
    }
}

#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Reason>) -> &'static str {
    result.expect_err("must be refused").code
}
