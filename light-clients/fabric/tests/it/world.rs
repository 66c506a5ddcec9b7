//! What every test here starts from: a channel, and a client that follows it.

use std::collections::BTreeMap;

use govhub_lc_core::{ConsensusStates, Fault, LightClient, Reason, StoredPath, Update, Verdict};
use govhub_lc_fabric::testing::{header_any, Channel, Kind, ACCEPTED_AT_S};
use govhub_lc_fabric::{ClientState, ConsensusState};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

pub const CHANNEL: &str = "gz-registry";
pub const NOW: Time = Time::from_unix_s(ACCEPTED_AT_S + 60);
pub const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";
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
        self.0.range(height..).find(|(found, _)| **found != height).map(|(height, any)| (*height, any.clone()))
    }
}

/// A client with its states.
#[derive(Clone)]
pub struct Host {
    pub client: ClientState,
    pub states: States,
}

impl Host {
    /// A client that starts from the channel's newest configuration.
    pub fn of(channel: &Channel) -> Self {
        Self::with(channel, |_| {})
    }

    /// The same with other parameters.
    pub fn with(channel: &Channel, bend: impl FnOnce(&mut govhub_lc_fabric::proto::govhub::lightclients::fabric::v1::ClientState)) -> Self {
        let (mut raw, anchor) = channel.client();
        bend(&mut raw);
        let client = ClientState::from_raw(raw).expect("right parameters");
        assert_eq!(ConsensusState::decode(&anchor.encode()).as_ref(), Ok(&anchor));
        Self { states: States([(client.latest_height(), anchor.encode())].into()), client }
    }

    pub fn judge(&self, header: &Any) -> Result<Verdict, Fault> {
        self.client.verify_header(&self.states, header, NOW)
    }

    /// Accepts a block as it is served.
    pub fn follow(&mut self, block: Vec<u8>) -> Update {
        self.accept(&header_any(block), NOW)
    }

    pub fn accept(&mut self, header: &Any, now: Time) -> Update {
        let verdict = self.client.verify_header(&self.states, header, now);
        let Ok(Verdict::Accepted(update)) = verdict else { panic!("must be accepted: {verdict:?}") };
        self.client = ClientState::decode(&update.client_state).expect("our own");
        self.states.0.extend(update.consensus_states.clone());
        update
    }

    /// The reason why a block is invalid.
    pub fn refuses(&self, block: Vec<u8>) -> &'static str {
        self.refuses_any(&header_any(block))
    }

    pub fn refuses_any(&self, header: &Any) -> &'static str {
        match self.judge(header) {
            Ok(Verdict::Invalid(reason)) => reason.code,
            other => panic!("must be invalid: {other:?}"),
        }
    }

    pub fn prove(&self, height: u64, value: &[u8], proof: &[u8]) -> Result<(), Reason> {
        let prefix = [Vec::new()];
        let path = StoredPath { prefix: &prefix, path: PATH };
        self.client.verify_membership(&self.states, Height::new(0, height), path, value, proof).map(|changed| assert_eq!(changed, None))
    }
}

pub fn bft() -> Channel {
    Channel::new(CHANNEL, Kind::Bft, 4)
}

pub fn raft() -> Channel {
    Channel::new(CHANNEL, Kind::Raft, 3)
}

pub fn accepted(verdict: Result<Verdict, Fault>) -> Update {
    match verdict {
        Ok(Verdict::Accepted(update)) => update,
        other => panic!("must be accepted: {other:?}"),
    }
}

/// (r, n - s) for DER of (r, s) on P-256.
pub fn high_s_twin(der: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, //
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let r_end = 4 + usize::from(der[3]);
    let s = &der[r_end + 2..];
    let mut twin = [0u8; 32];
    let mut borrow = 0i16;
    for place in 0..32 {
        let digit = s.len().checked_sub(place + 1).map_or(0, |index| s[index]);
        let difference = i16::from(ORDER[31 - place]) - i16::from(digit) - borrow;
        borrow = i16::from(difference < 0);
        twin[31 - place] = difference.rem_euclid(256) as u8;
    }
    govhub_x509::testing::der::sequence(&[der[2..r_end].to_vec(), govhub_x509::testing::der::integer(&twin)])
}
