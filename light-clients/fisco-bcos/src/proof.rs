//! Proofs under one accepted header: that a transaction or receipt is in its block, that the bridge logged an event or executed a call.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};
use govhub_types::Height;

use crate::attestation;
use crate::event::{self, Stored};
use crate::key_map::{Address, EventTrust, KeyMap, Place as MapPlace};
use crate::merkle::{self, Place};
use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::receipt::{one_reading, Reading, Receipt};
use crate::state::{ClientState, ConsensusState, Version};
use crate::suite::Hash;
use crate::transaction::Transaction;

/// A proof that held.
pub(crate) struct Shown {
    /// The checks that ran.
    pub checks: Vec<Check>,
    /// What was stored, if the proof shows an event of PROTOCOL 2.
    pub stored: Option<Stored>,
}

/// Judges `proof` under the header that the client accepted at the proof's number.
pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, proof: &raw::Proof) -> Result<Shown, Reason> {
    if proof.number > client.latest_number {
        return Err(Reason::new("height-above-latest", format!("latest is block {}, the proof is for block {}", client.latest_number, proof.number)));
    }
    let height = Height::new(0, proof.number);
    let block = client.consensus_state_at(states, height).map_err(|fault| Reason::new("no-consensus-state", fault.to_string()))?;
    if proof.claim() != raw::Claim::Event && !proof.attestations.is_empty() {
        return Err(Reason::new("attestations", "only events are attested"));
    }
    let judge = Judge { client, block: &block, proof };
    match proof.claim() {
        raw::Claim::Transaction => judge.transaction(judge.web3_chain_id()).map(|_| shown(&["transaction-hash", "chain-and-group", "transaction-inclusion"])),
        raw::Claim::Receipt => judge.receipt().and_then(|_| judge.one_reading(Reading::Content)).map(|()| shown(&["receipt-hash", "receipt-inclusion", "one-reading"])),
        raw::Claim::Event => judge.event(),
        raw::Claim::Call => judge.call(),
        raw::Claim::Unspecified => Err(Reason::new("claim", "the proof does not say what it shows")),
    }
}

fn shown(names: &[&'static str]) -> Shown {
    Shown { checks: names.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect(), stored: None }
}

struct Judge<'a> {
    client: &'a ClientState,
    block: &'a ConsensusState,
    proof: &'a raw::Proof,
}

impl Judge<'_> {
    fn transaction(&self, web3_chain_id: u64) -> Result<Transaction, Reason> {
        let raw = self.proof.transaction.as_ref().ok_or_else(|| Reason::new("transaction-missing", "the proof has none"))?;
        let transaction = Transaction::read(self.client, raw, web3_chain_id)?;
        self.included("transactions", &self.block.transactions_root, &transaction.hash, self.proof.transaction_path.as_ref())?;
        Ok(transaction)
    }

    fn receipt(&self) -> Result<Receipt, Reason> {
        let raw = self.proof.receipt.as_ref().ok_or_else(|| Reason::new("receipt-missing", "the proof has none"))?;
        let receipt = Receipt::read(self.client.version, self.client.suite, raw)?;
        if receipt.number.is_some_and(|number| number != self.proof.number) {
            return Err(Reason::new("receipt-block", format!("the receipt is of another block than {}", self.proof.number)));
        }
        self.included("receipts", &self.block.receipts_root, &receipt.hash, self.proof.receipt_path.as_ref())?;
        Ok(receipt)
    }

    fn one_reading(&self, reading: Reading) -> Result<(), Reason> {
        self.proof.receipt.as_ref().map_or(Ok(()), |raw| one_reading(raw, reading))
    }

    /// Transaction and receipt are tied by one place in two trees of one shape.
    fn included(&self, which: &'static str, root: &Hash, leaf: &Hash, path: Option<&raw::Path>) -> Result<(), Reason> {
        let path = path.ok_or_else(|| Reason::new("merkle-proof", format!("no path in the tree of {which}")))?;
        let place = Place { index: self.proof.index, count: self.proof.count };
        match self.client.version {
            Version::V2 if place.count != 0 => Err(Reason::new("merkle-proof", "a count where leaves carry their place")),
            Version::V2 => merkle::verify_v2(self.client.suite, root, leaf, place, path),
            Version::V3 => merkle::verify_v3(self.client.suite, root, leaf, place, path),
        }
        .map_err(|reason| Reason::new(reason.code, format!("{which}: {}", reason.detail)))
    }

    fn event(&self) -> Result<Shown, Reason> {
        let map = self.key_map()?;
        let topic = match &map.place {
            MapPlace::Stored(topic) | MapPlace::Event(topic) => topic,
            MapPlace::Call { .. } => return Err(Reason::new("key-map-place", "the trust file looks at calls, not at events")),
        };
        let receipt = self.receipt()?;
        receipt.succeeded()?;
        receipt.no_creation()?;
        self.one_reading(Reading::Events)?;
        let log = event::log_of(&receipt.logs, self.proof.log, &map.bridge, topic)?;
        let mut shown = shown(&["receipt-hash", "receipt-inclusion", "status", "one-reading", "bridge-event"]);
        if matches!(map.place, MapPlace::Stored(_)) {
            shown.stored = Some(event::stored(self.client.suite, log)?);
        }
        match (&map.trust, &shown.stored) {
            (EventTrust::Attested(attestors), Some(stored)) => {
                let statement = attestation::statement(self.client, self.block, self.proof.number, &map.bridge, stored);
                attestation::check(attestors, &statement, &self.proof.attestations)?;
                shown.checks.push(Check { name: "attestation-quorum", outcome: CheckOutcome::Pass });
            }
            (_, _) if !self.proof.attestations.is_empty() => return Err(Reason::new("attestations", "the trust file names no attestors")),
            _ => {}
        }
        Ok(shown)
    }

    fn call(&self) -> Result<Shown, Reason> {
        let map = self.key_map()?;
        let MapPlace::Call { selector, web3_chain_id } = map.place else {
            return Err(Reason::new("key-map-place", "the trust file looks at events, not at calls"));
        };
        let call = self.transaction(web3_chain_id)?.call?;
        let receipt = self.receipt()?;
        receipt.no_creation()?;
        receipt.succeeded()?;
        calls(&map.bridge, selector, call.to, &call.input)?;
        Ok(shown(&["transaction-hash", "chain-and-group", "transaction-inclusion", "receipt-hash", "receipt-inclusion", "one-place", "status", "bridge-call"]))
    }

    fn key_map(&self) -> Result<&KeyMap, Reason> {
        self.client.key_map.as_ref().ok_or_else(|| Reason::new("key-map", "the trust file names no bridge"))
    }

    fn web3_chain_id(&self) -> u64 {
        match self.client.key_map.as_ref().map(|map| &map.place) {
            Some(MapPlace::Call { web3_chain_id, .. }) => *web3_chain_id,
            _ => 0,
        }
    }
}

fn calls(bridge: &Address, selector: [u8; 4], to: Option<Address>, input: &[u8]) -> Result<(), Reason> {
    if to != Some(*bridge) {
        return Err(Reason::new("wrong-contract", "the call is not of the bridge"));
    }
    if !input.starts_with(&selector) {
        return Err(Reason::new("wrong-method", "another method of the bridge"));
    }
    Ok(())
}
