//! A client with a store of its own.

use std::collections::BTreeMap;

use govhub_lc_core::{ConsensusStates, Fault, LightClient, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use super::chain::{Chain, GENESIS_S};
use crate::block::Block;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::state::height;
use crate::verify::consensus_state;
use crate::{Authority, ClientState, Consensus, ConsensusState, KeyMap};
use prost::Message;

/// A client, and the consensus states that it has accepted.
#[derive(Clone, Debug)]
pub struct Follower {
    /// The client.
    pub client: ClientState,
    /// Its consensus states.
    pub states: BTreeMap<Height, Any>,
    /// The host's time.
    pub now: Time,
}

impl ConsensusStates for Follower {
    fn at(&self, height: Height) -> Option<Any> {
        self.states.get(&height).cloned()
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.states.range(..height).next_back().map(|(at, state)| (*at, state.clone()))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.states.range(height..).find(|(at, _)| **at != height).map(|(at, state)| (*at, state.clone()))
    }
}

impl Follower {
    /// A client that believes the chain's genesis block and takes every block in its turn. An hour has passed since.
    ///
    /// # Panics
    /// If the chain cannot be followed.
    pub fn of(chain: &Chain) -> Self {
        Self::with(chain, |_| {})
    }

    /// The same with bent parameters.
    ///
    /// # Panics
    /// If these are no parameters of a client.
    pub fn with(chain: &Chain, bend: impl FnOnce(&mut raw::ClientState)) -> Self {
        let genesis = &chain.blocks[0];
        let network = &chain.network;
        let config = genesis.rw_sets[0].tx_writes[0].value.clone();
        let authority = Authority::of_config(&config, 0, 0).expect("a configuration that is followed");
        let block = Block::decode_genesis(network.suite, &genesis.header.encode_to_vec()).expect("a genesis block of our own making");
        let mut params = raw::ClientState {
            chain_id: network.chain_id.clone(),
            trusting_period_s: 86_400,
            max_clock_drift_s: 30,
            following: raw::Following::EveryBlock.into(),
            trusted_operator: network.consensus == Consensus::Raft,
            key_map: Some(KeyMap::protocol().raw().clone()),
            authority: Some(authority.raw().clone()),
            ..Default::default()
        };
        bend(&mut params);
        let client = ClientState::from_raw(params).expect("right parameters");
        let states = [(height(0), consensus_state(&block, block.time_s, None).encode())].into();
        Self { client, states, now: Time::from_unix_s(u64::try_from(GENESIS_S).expect("after 1970") + 3600) }
    }

    /// Judges a message, and stores what an accepted one changes.
    ///
    /// # Errors
    /// The fault of a message that cannot be judged.
    pub fn offer(&mut self, message: &Any) -> Result<Verdict, Fault> {
        let verdict = self.client.verify_header(self, message, self.now)?;
        if let Verdict::Accepted(update) = &verdict {
            self.client = ClientState::decode(&update.client_state).expect("the client's own state");
            self.states.extend(update.consensus_states.iter().cloned());
        }
        Ok(verdict)
    }

    /// What is stored at a height.
    ///
    /// # Panics
    /// If nothing is.
    pub fn state(&self, at: u64) -> ConsensusState {
        ConsensusState::decode(&self.states[&height(at)]).expect("the client's own state")
    }
}
