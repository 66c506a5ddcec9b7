//! Where the value of a packet path stands on the chain, and why that is believed.
//!
//! Version 2 hashes receipts as RLP: what is logged is logged. Version 3 hashes output and logs one after the other without lengths, so
//! whoever can make some contract return chosen bytes makes a genuine receipt that also reads as an event of the bridge. An event of
//! version 3 is therefore believed only if the trust file says one of two things: that deployment on that chain is closed, or who attests
//! each event besides (PROTOCOL 2, options 2 and 3 of the notes).

use govhub_lc_core::Reason;
use govhub_types::key::PublicKey;

use crate::proto::govhub::lightclients::fisco::v1::{self as raw, key_map::Place as RawPlace};
use crate::state::{hash32, Version};
use crate::suite::{Hash, Suite};

/// A contract's address.
pub type Address = [u8; 20];

/// Signature of the event of PROTOCOL 2.
pub const STORED_EVENT: &str = "Stored(bytes32,bytes,bytes)";

/// Attestors of one chain.
pub const MAX_ATTESTORS: usize = 64;

/// Bytes of the sentence that says how deployment is closed.
pub const MAX_STATEMENT_BYTES: usize = 512;

/// The first topic of [`STORED_EVENT`] where the contract was compiled for `suite`.
///
/// A contract for an SM chain has it hashed by SM3 if the national compiler made it, by keccak256 if the usual one did: the trust file
/// names the topic.
pub fn stored_topic(suite: Suite) -> Hash {
    suite.hash(&[STORED_EVENT.as_bytes()])
}

/// A key map whose every rule was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMap {
    /// The bridge contract.
    pub bridge: Address,
    /// What of the bridge is looked at.
    pub place: Place,
    /// Why it is believed.
    pub trust: EventTrust,
}

/// What of the bridge is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The event of PROTOCOL 2, with its first topic.
    Stored(Hash),
    /// Some other event, with its first topic; settles no packet.
    Event(Hash),
    /// A method; settles no packet.
    Call {
        /// First four bytes of the input.
        selector: [u8; 4],
        /// Chain id of Web3 transactions; 0 if there are none.
        web3_chain_id: u64,
    },
}

/// Why an event is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTrust {
    /// Receipts of version 2 read one way.
    Unambiguous,
    /// Nobody outside deploys contracts there; how that is ensured, for people.
    ClosedDeployment(String),
    /// Attestors sign each event.
    Attested(Attestors),
}

/// m of n keys, each key once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestors {
    /// Signatures needed: two or more, and more than half of the keys.
    pub threshold: u32,
    /// The keys, by encoded bytes ascending.
    pub keys: Vec<PublicKey>,
}

impl KeyMap {
    /// Checks a key map for a chain of `version`.
    ///
    /// # Errors
    /// A [`Reason`] naming the rule broken; `ambiguous-events` if a chain of version 3 is to be believed on its receipts alone.
    pub fn from_raw(raw: raw::KeyMap, version: Version) -> Result<Self, Reason> {
        let trust = trust(&raw, version)?;
        let bridge = raw.bridge.as_slice().try_into().map_err(|_| Reason::new("bridge", format!("{} bytes; expected 20", raw.bridge.len())))?;
        let place = match raw.place.ok_or_else(|| Reason::new("key-map-place", "missing"))? {
            RawPlace::Stored(stored) => Place::Stored(hash32("topic", &stored.topic)?),
            RawPlace::Event(event) => Place::Event(hash32("topic", &event.topic)?),
            RawPlace::Call(call) => Place::Call {
                selector: call.selector.as_slice().try_into().map_err(|_| Reason::new("selector", format!("{} bytes; expected 4", call.selector.len())))?,
                web3_chain_id: call.web3_chain_id,
            },
        };
        if matches!(trust, EventTrust::Attested(_)) && !matches!(place, Place::Stored(_)) {
            return Err(Reason::new("attestors", "only events of PROTOCOL 2 are attested"));
        }
        Ok(Self { bridge, place, trust })
    }

    /// The protobuf message.
    pub fn to_raw(&self) -> raw::KeyMap {
        let (trust, closed_deployment, attestors) = match &self.trust {
            EventTrust::Unambiguous => (raw::EventTrust::Unambiguous, String::new(), None),
            EventTrust::ClosedDeployment(how) => (raw::EventTrust::ClosedDeployment, how.clone(), None),
            EventTrust::Attested(attestors) => (raw::EventTrust::Attested, String::new(), Some(attestors.to_raw())),
        };
        let place = match &self.place {
            Place::Stored(topic) => RawPlace::Stored(raw::StoredEvent { topic: topic.to_vec() }),
            Place::Event(topic) => RawPlace::Event(raw::OtherEvent { topic: topic.to_vec() }),
            Place::Call { selector, web3_chain_id } => RawPlace::Call(raw::Call { selector: selector.to_vec(), web3_chain_id: *web3_chain_id }),
        };
        raw::KeyMap { bridge: self.bridge.to_vec(), place: Some(place), trust: trust.into(), closed_deployment, attestors }
    }
}

fn trust(raw: &raw::KeyMap, version: Version) -> Result<EventTrust, Reason> {
    let kind = raw.trust();
    if kind != raw::EventTrust::ClosedDeployment && !raw.closed_deployment.is_empty() {
        return Err(Reason::new("closed-deployment", "stated, but events are trusted for another reason"));
    }
    if kind != raw::EventTrust::Attested && raw.attestors.is_some() {
        return Err(Reason::new("attestors", "named, but events are trusted for another reason"));
    }
    match (kind, version) {
        (raw::EventTrust::Unambiguous, Version::V2) => Ok(EventTrust::Unambiguous),
        (raw::EventTrust::Unambiguous, Version::V3) => {
            Err(Reason::new("ambiguous-events", "a receipt of version 3 does not tell output from logs: say that deployment is closed, or name attestors"))
        }
        (raw::EventTrust::ClosedDeployment, _) => {
            let how = &raw.closed_deployment;
            if how.trim().is_empty() || how.len() > MAX_STATEMENT_BYTES || how.chars().any(char::is_control) {
                return Err(Reason::new("closed-deployment", format!("say in one line of at most {MAX_STATEMENT_BYTES} bytes how deployment is closed")));
            }
            Ok(EventTrust::ClosedDeployment(how.clone()))
        }
        (raw::EventTrust::Attested, _) => {
            raw.attestors.as_ref().ok_or_else(|| Reason::new("attestors", "missing")).and_then(Attestors::from_raw).map(EventTrust::Attested)
        }
        (raw::EventTrust::Unspecified, _) => Err(Reason::new("event-trust", "not stated")),
    }
}

impl Attestors {
    fn from_raw(raw: &raw::Attestors) -> Result<Self, Reason> {
        if raw.keys.len() > MAX_ATTESTORS {
            return Err(Reason::new("attestors", format!("{} keys, at most {MAX_ATTESTORS}", raw.keys.len())));
        }
        let keys = raw.keys.iter().map(|any| PublicKey::from_any(any).map_err(|error| Reason::new("attestors", error.to_string()))).collect::<Result<Vec<_>, _>>()?;
        if !keys.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(Reason::new("attestors", "keys do not ascend: one may stand twice"));
        }
        let most = keys.len() as u64;
        let threshold = u64::from(raw.threshold);
        if threshold < 2 || threshold > most || threshold * 2 <= most {
            return Err(Reason::new("attestors", format!("{threshold} of {most}; expected two or more, and more than half")));
        }
        Ok(Self { threshold: raw.threshold, keys })
    }

    fn to_raw(&self) -> raw::Attestors {
        raw::Attestors { threshold: self.threshold, keys: self.keys.iter().map(PublicKey::to_any).collect() }
    }
}
