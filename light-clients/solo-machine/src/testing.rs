//! A machine of our own making for tests: it signs as its real like does, and as a thief of its key would.

use govhub_lc_core::LightClient;
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;

use crate::decode::{encode, MISBEHAVIOUR_URL};
use crate::sign_bytes::{self, Binding};
use crate::{ClientState, ConsensusState};

/// A machine: key, diversifier, counter, clock.
#[derive(Clone)]
pub struct Machine {
    /// Its key.
    pub key: SigningKey,
    /// Its diversifier.
    pub diversifier: String,
    /// Number of its next statement.
    pub sequence: u64,
    /// Its clock.
    pub time: Time,
}

impl Machine {
    /// A machine called `dept-solo-1` whose key comes from `seed`, at sequence 1.
    pub fn new(kind: KeyKind, seed: u8, time: Time) -> Self {
        Self { key: SigningKey::from_seed(kind, &[seed; 32]), diversifier: "dept-solo-1".into(), sequence: 1, time }
    }

    /// What a client of this machine believes now.
    pub fn consensus(&self) -> ConsensusState {
        ConsensusState { public_key: self.key.public_key(), diversifier: self.diversifier.clone(), time: self.time }
    }

    /// A client of this machine as of now.
    pub fn client(&self) -> ClientState {
        ClientState::new(self.sequence, self.consensus()).expect("machines count from 1")
    }

    /// Its client state as of now.
    pub fn client_any(&self) -> Any {
        self.client().encode()
    }

    /// Signs `data` under `path` at the next sequence and counts up: a packet proof; empty `data` is a proof of absence.
    pub fn prove(&mut self, path: &[u8], data: &[u8]) -> Vec<u8> {
        let signature = self.key.sign(&sign_bytes::statement(self.binding(), path, data));
        self.sequence += 1;
        sign_bytes::proof(&signature, self.time)
    }

    /// Changes to `key` and `diversifier` by a header.
    pub fn rotate(&mut self, key: SigningKey, diversifier: &str) -> Any {
        let signature = self.key.sign(&sign_bytes::header(self.binding(), &key.public_key().to_any(), diversifier));
        let header = sign_bytes::header_message(&signature, self.time, &key.public_key(), diversifier);
        (self.key, self.diversifier, self.sequence) = (key, diversifier.to_owned(), self.sequence + 1);
        header
    }

    /// One signed statement as it stands in evidence.
    pub fn statement(&self, sequence: u64, path: &[u8], data: &[u8]) -> raw::SignatureAndData {
        let signature = self.key.sign(&sign_bytes::statement(Binding { sequence, ..self.binding() }, path, data));
        raw::SignatureAndData {
            signature: sign_bytes::signature_data(&signature),
            path: path.to_vec(),
            data: data.to_vec(),
            timestamp: self.time.unix_ns(),
        }
    }

    /// Evidence of two values under one path at `sequence`.
    pub fn equivocate(&self, sequence: u64, path: &[u8]) -> raw::Misbehaviour {
        raw::Misbehaviour {
            sequence,
            signature_one: Some(self.statement(sequence, path, b"one")),
            signature_two: Some(self.statement(sequence, path, b"two")),
        }
    }

    fn binding(&self) -> Binding<'_> {
        Binding { sequence: self.sequence, time: self.time, diversifier: &self.diversifier }
    }
}

/// Evidence as the message of `MsgUpdateClient` or `MsgSubmitMisbehaviour`.
pub fn evidence(raw: &raw::Misbehaviour) -> Any {
    encode(MISBEHAVIOUR_URL, raw)
}
