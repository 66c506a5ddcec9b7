//! A client with its consensus states, that headers are offered to.

use std::collections::BTreeMap;

use anyhow::{anyhow, Context, Result};
use govhub_lc_core::{ConsensusStates, Fault, LightClient, Reason, TrustFile, Verdict};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::{height, ClientState, ConsensusState, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// A client and what it has accepted.
#[derive(Clone)]
pub struct Follower {
    pub client: ClientState,
    pub states: States,
    /// Headers as they were accepted, by number.
    pub headers: BTreeMap<u64, Vec<u8>>,
    pub now: Time,
}

/// Consensus states in memory.
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

impl Follower {
    /// A client that believes `anchor` at the client's newest height.
    pub fn new(client: raw::ClientState, anchor: &ConsensusState, now_s: u64) -> Result<Self> {
        let client = ClientState::from_raw(client).map_err(|reason| anyhow!("client state: {reason}"))?;
        let states = States(BTreeMap::from([(client.latest_height(), anchor.encode())]));
        Ok(Self { client, states, headers: BTreeMap::new(), now: Time::from_unix_s(now_s) })
    }

    /// A client made from a trust file.
    pub fn from_trust_file(file: &TrustFile, now_s: u64) -> Result<Self> {
        let decoded = |any: &Option<Any>| any.clone().context("the trust file lacks a part");
        let client = ClientState::decode(&decoded(&file.params)?).map_err(|reason| anyhow!("client state: {reason}"))?;
        let anchor = ConsensusState::decode(&decoded(&file.anchor)?).map_err(|reason| anyhow!("anchor: {reason}"))?;
        Self::new(client.raw().clone(), &anchor, now_s)
    }

    /// Number of the newest header.
    pub fn newest(&self) -> u64 {
        self.client.latest_height().revision_height
    }

    /// Offers `header` on top of the newest; accepted, it becomes the newest.
    pub fn offer(&mut self, header: Vec<u8>) -> Result<(), Reason> {
        let message = self.message(header);
        self.take(&message)
    }

    /// The update message with `header` on top of the newest.
    pub fn message(&self, header: Vec<u8>) -> raw::Header {
        let block = raw::Block { header, ..Default::default() };
        raw::Header { trusted_height: self.newest(), trusted_authority: Some(self.client.authority().to_raw()), blocks: vec![block], account_nodes: Vec::new() }
    }

    /// Offers an update message.
    pub fn take(&mut self, message: &raw::Header) -> Result<(), Reason> {
        let any = Any { type_url: HEADER_URL.into(), value: message.encode_to_vec() };
        match self.client.verify_header(&self.states, &any, self.now).map_err(fault)? {
            Verdict::Accepted(update) => {
                self.client = ClientState::decode(&update.client_state)?;
                self.states.0.extend(update.consensus_states);
                self.headers.extend(message.blocks.last().map(|block| (self.newest(), block.header.clone())));
                Ok(())
            }
            Verdict::NotEnoughTrust(tally) => Err(Reason::new("not-enough-trust", format!("{tally:?}"))),
            Verdict::Invalid(reason) => Err(reason),
            Verdict::Misbehaviour(reason) => Err(Reason::new("misbehaviour", reason.to_string())),
        }
    }

    /// Offers two headers on top of the newest as evidence; fine if they convict.
    pub fn convict(&self, one: Vec<u8>, two: Vec<u8>) -> Result<(), Reason> {
        let evidence = raw::Misbehaviour { header_1: Some(self.message(one)), header_2: Some(self.message(two)) };
        let any = Any { type_url: MISBEHAVIOUR_URL.into(), value: evidence.encode_to_vec() };
        match self.client.check_misbehaviour(&self.states, &any, self.now).map_err(fault)? {
            Verdict::Misbehaviour(_) => Ok(()),
            Verdict::Invalid(reason) => Err(reason),
            other => Err(Reason::new("verdict", format!("{other:?}"))),
        }
    }

    /// What was accepted at `number`.
    pub fn at(&self, number: u64) -> Result<ConsensusState> {
        let any = self.states.at(height(number)).with_context(|| format!("block {number} was not followed"))?;
        ConsensusState::decode(&any).map_err(|reason| anyhow!("{reason}"))
    }
}

fn fault(fault: Fault) -> Reason {
    match fault {
        Fault::Undecodable(reason) => reason,
        Fault::NoConsensusState(height) => Reason::new("no-consensus-state", height.to_string()),
    }
}
