//! A client with its states in memory, and a ledger that judges transactions.

use std::collections::BTreeMap;

use anyhow::{bail, Result};
use govhub_lc_core::native::Item;
use govhub_lc_core::{ConsensusStates, LightClient, Reason, Verdict};
use govhub_lc_fabric::native::replay::{Code, Replay};
use govhub_lc_fabric::native::{items, trust_file};
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1::ClientState as RawClientState;
use govhub_lc_fabric::{ClientState, ConsensusState};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use serde_json::json;

use super::unusable;
use base64::prelude::{Engine, BASE64_STANDARD};

/// When the recorded channels were new: 2026-11-24.
const NOW: u64 = 1_795_478_400;

/// Consensus states in memory.
#[derive(Clone, Debug, Default)]
pub struct States(BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, any)| (*height, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(found, _)| **found != height).map(|(height, any)| (*height, any.clone()))
    }
}

/// A client, its states, and a peer's judgement of transactions.
#[derive(Debug)]
pub struct Follower {
    /// The client.
    pub client: ClientState,
    /// Its states.
    pub states: States,
    ledger: Replay,
}

impl Follower {
    /// From a genesis block; `options` beside those that every recorded channel needs.
    pub fn new(genesis: &[u8], options: &[(&str, &str)]) -> Result<Self> {
        let (client, anchor) = anchored(genesis, options)?;
        let mut ledger = Replay::new();
        ledger.block(genesis).map_err(unusable)?;
        Ok(Self { states: States([(client.latest_height(), anchor.encode())].into()), client, ledger })
    }

    /// A client that stands at block `number` with hash `before`, and wrongly goes by the configuration that the next block, `block`, carries.
    pub fn under_its_own_config(block: &[u8], before: &[u8; 32], number: u64) -> Result<Self> {
        let (client, anchor) = anchored(block, &[])?;
        let raw = RawClientState { latest_block: number, ..client.raw().clone() };
        let client = ClientState::from_raw(raw).map_err(unusable)?;
        let anchor = ConsensusState { header_hash: *before, kept_at: number, ..anchor };
        Ok(Self { states: States([(client.latest_height(), anchor.encode())].into()), client, ledger: Replay::new() })
    }

    /// Judges a block as it is served, with other orderers' copies; keeps what follows if it is accepted.
    pub fn offer(&mut self, block: &[u8], copies: &[Vec<u8>]) -> Result<(), Reason> {
        let update = match self.client.verify_header(&self.states, &message(block, copies), Time::from_unix_s(NOW)) {
            Ok(Verdict::Accepted(update)) => update,
            Ok(Verdict::Invalid(reason) | Verdict::Misbehaviour(reason)) => return Err(reason),
            Ok(Verdict::NotEnoughTrust(_)) => return Err(Reason::new("not-enough-trust", "")),
            Err(fault) => return Err(Reason::new("fault", fault.to_string())),
        };
        self.client = ClientState::decode(&update.client_state)?;
        self.states.0.extend(update.consensus_states);
        Ok(())
    }

    /// What becomes of the transactions of the next block.
    pub fn judge(&mut self, block: &[u8]) -> Result<Vec<Code>> {
        self.ledger.block(block).map_err(unusable)
    }
}

fn anchored(block: &[u8], options: &[(&str, &str)]) -> Result<(ClientState, ConsensusState)> {
    let common = [("accepted_at_s", "1795478400"), ("definition", "0:0")];
    let options: BTreeMap<String, String> = common.iter().chain(options).map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let file = trust_file(block, &options).map_err(unusable)?;
    let (Some(params), Some(anchor)) = (file.params, file.anchor) else { bail!("a trust file without parts") };
    Ok((ClientState::decode(&params).map_err(unusable)?, ConsensusState::decode(&anchor).map_err(unusable)?))
}

/// A block as the message that updates a client, by the family's own reading of files.
fn message(block: &[u8], copies: &[Vec<u8>]) -> Any {
    let copies: Vec<String> = copies.iter().map(|copy| BASE64_STANDARD.encode(copy)).collect();
    let file = json!({"blocks": [{"block": BASE64_STANDARD.encode(block), "copies": copies}]}).to_string();
    match items(file.as_bytes()).as_deref() {
        Ok([Item::Header { header, .. }]) => header.clone(),
        // What cannot be cut is not a header; the client says so.
        _ => Any { type_url: govhub_lc_fabric::HEADER_URL.into(), value: block.to_vec() },
    }
}
