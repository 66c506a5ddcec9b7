//! A chain, a client that believes one of its blocks, and what it stored.

use std::collections::BTreeMap;

use govhub_lc_core::{ConsensusStates, Fault, LightClient, Reason, StoredPath, Update, Verdict};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::testing::{update, Chain, GENESIS_MS};
use govhub_lc_fisco_bcos::{ClientState, Suite, Version};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

/// Both generations in both suites.
pub const KINDS: [(Version, Suite); 4] = [(Version::V2, Suite::Keccak), (Version::V2, Suite::Sm), (Version::V3, Suite::Keccak), (Version::V3, Suite::Sm)];

/// The host's clock: an hour after block 0.
pub const NOW: Time = Time::from_unix_s(GENESIS_MS / 1_000 + 3_600);

pub const PATH: &[u8] = b"gov-fisco-0\x01\0\0\0\0\0\0\0\x01";
pub const VALUE: &[u8] = &[0xab; 32];

#[derive(Clone, Default)]
pub struct States(pub BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, any)| (*height, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(found, _)| **found > height).map(|(height, any)| (*height, any.clone()))
    }
}

/// A client and its states.
#[derive(Clone)]
pub struct Follower {
    pub client: ClientState,
    pub states: States,
    pub now: Time,
}

impl Follower {
    /// One that believes block `number` of `chain`.
    pub fn of(chain: &Chain, number: u64) -> Self {
        let states = States([(Height::new(0, number), chain.state(number).encode())].into());
        Self { client: chain.client(number), states, now: NOW }
    }

    pub fn judge(&self, message: &Any) -> Verdict {
        self.client.verify_header(&self.states, message, self.now).expect("decodable")
    }

    /// Takes an update.
    #[track_caller]
    pub fn follow(&mut self, message: &Any) -> Update {
        let update = accepted(self.judge(message));
        self.client = ClientState::decode(&update.client_state).expect("our own");
        self.states.0.extend(update.consensus_states.clone());
        update
    }

    pub fn prove(&self, height: Height, path: &[u8], value: &[u8], proof: &[u8]) -> Result<(), Reason> {
        let prefix = [Vec::new()];
        let changed = self.client.verify_membership(&self.states, height, StoredPath { prefix: &prefix, path }, value, proof)?;
        assert_eq!(changed, None, "a proof changes no client");
        Ok(())
    }
}

/// A chain of two blocks after block 0, and a client that believes block 0.
pub fn world(version: Version, suite: Suite) -> (Chain, Follower) {
    let mut chain = Chain::new(version, suite);
    chain.seal(Vec::new());
    chain.seal(Vec::new());
    let follower = Follower::of(&chain, 0);
    (chain, follower)
}

/// One signed header as an update.
pub fn one(header: raw::SignedHeader) -> Any {
    update(&[header])
}

#[track_caller]
pub fn accepted(verdict: Verdict) -> Update {
    match verdict {
        Verdict::Accepted(update) => update,
        other => panic!("expected Accepted, got {other:?}"),
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
pub fn undecodable(verdict: Result<Verdict, Fault>) -> &'static str {
    match verdict {
        Err(Fault::Undecodable(reason)) => reason.code,
        other => panic!("expected an undecodable message, got {other:?}"),
    }
}

#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Reason>) -> &'static str {
    result.expect_err("must be refused").code
}
