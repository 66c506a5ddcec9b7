//! Attestors of our own making: they sign as their real like do, and as liars among them would.

use govhub_types::hash::Hash;
use govhub_types::{Height, KeyKind, SigningKey, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::decode::{encode, HEADER_URL, MISBEHAVIOUR_URL};
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::sign_bytes::digest;
use crate::state::Params;
use crate::tree;
use crate::{Attestation, Attestor, AttestorSet, ClientState, Statement};

/// Attestors of one chain for one client.
#[derive(Clone, Debug)]
pub struct Attestors {
    /// Chain that they attest.
    pub chain_id: String,
    /// The client that they serve.
    pub diversifier: String,
    /// Their keys, in the order of the set.
    pub keys: Vec<SigningKey>,
    /// The set.
    pub set: AttestorSet,
}

impl Attestors {
    /// `threshold` of `count` attestors of chain `dept-1`, serving `govhub-1/dept`; key kinds in turn, keys made from `seed`.
    ///
    /// # Panics
    /// If such a set is not allowed.
    pub fn new(threshold: u32, count: usize, seed: u8) -> Self {
        let kinds = KeyKind::ALL.into_iter().cycle().take(count);
        Self::of(kinds.collect::<Vec<_>>().as_slice(), threshold, seed, 1)
    }

    /// The same with given key kinds and epoch.
    ///
    /// # Panics
    /// If such a set is not allowed.
    pub fn of(kinds: &[KeyKind], threshold: u32, seed: u8, epoch: u64) -> Self {
        let key = |(place, kind): (usize, &KeyKind)| {
            let mut bytes = [seed; 32];
            bytes[..8].copy_from_slice(&(place as u64).to_be_bytes());
            SigningKey::from_seed(*kind, &bytes)
        };
        let keys: Vec<_> = kinds.iter().enumerate().map(key).collect();
        let named = |(place, key): (usize, &SigningKey)| Attestor { name: format!("attestor {place}"), public_key: key.public_key() };
        let attestors = keys.iter().enumerate().map(named).collect();
        let set = AttestorSet::new(epoch, threshold, attestors).expect("a set that is allowed");
        Self { chain_id: "dept-1".into(), diversifier: "govhub-1/dept".into(), keys, set }
    }

    /// Those who follow on these: the next epoch, keys made from `seed`.
    pub fn successors(&self, seed: u8) -> Self {
        let kinds: Vec<_> = self.keys.iter().map(SigningKey::kind).collect();
        let next = Self::of(&kinds, self.set.threshold(), seed, self.set.epoch() + 1);
        Self { chain_id: self.chain_id.clone(), diversifier: self.diversifier.clone(), ..next }
    }

    /// What governance would approve for them: 14 days of trust, 30 s of drift.
    pub fn params(&self) -> Params {
        Params {
            chain_id: self.chain_id.clone(),
            diversifier: self.diversifier.clone(),
            attestors: self.set.clone(),
            trusting_period_s: 14 * 24 * 3600,
            max_clock_drift_s: 30,
        }
    }

    /// A client of them whose anchor stands at `height`.
    pub fn client(&self, height: Height) -> ClientState {
        ClientState::new(self.params(), height).expect("parameters that are allowed")
    }

    /// What they sign of an attestation.
    pub fn digest(&self, attestation: &Attestation) -> Hash {
        digest(&self.chain_id, &self.diversifier, &self.set, attestation)
    }

    /// An attestation signed by the attestors at those places, in that order.
    pub fn signed(&self, attestation: &Attestation, places: &[u32]) -> raw::Header {
        let digest = self.digest(attestation);
        let signature = |place: &u32| raw::Signature { attestor: *place, signature: self.keys[*place as usize].sign(&digest) };
        raw::Header { epoch: self.set.epoch(), attestation: Some(attestation.to_raw()), signatures: places.iter().map(signature).collect() }
    }

    /// An attestation signed by just enough of them.
    pub fn header(&self, attestation: &Attestation) -> raw::Header {
        self.signed(attestation, &(0..self.set.threshold()).collect::<Vec<_>>())
    }

    /// One side of evidence: an attestation, and one of the statements in it.
    pub fn evidence(&self, attestation: &Attestation, of: Option<(&[Statement], usize)>) -> raw::Evidence {
        let header = Some(self.header(attestation));
        match of {
            Some((statements, index)) => {
                raw::Evidence { header, statement: Some(statements[index].to_raw()), proof: Some(raw_proof(statements, index)) }
            }
            None => raw::Evidence { header, statement: None, proof: None },
        }
    }
}

/// An attestation of `height` at `time` with those statements, in order of path.
pub fn attestation(height: Height, time: Time, statements: &[Statement]) -> Attestation {
    let leaves: Vec<Hash> = statements.iter().map(tree::leaf).collect();
    let statement_count = u32::try_from(leaves.len()).expect("fewer than four thousand million statements");
    Attestation { height, time, statements_root: tree::root(&leaves), statement_count, next: None }
}

fn raw_proof(statements: &[Statement], index: usize) -> raw::Proof {
    let leaves: Vec<Hash> = statements.iter().map(tree::leaf).collect();
    let siblings = tree::path(&leaves, index).into_iter().map(|hash| hash.to_vec()).collect();
    let place = |index: usize| u32::try_from(index).expect("a place");
    raw::Proof { index: place(index), siblings, count: place(leaves.len()) }
}

/// The proof of statement `index` of those of one height.
pub fn proof(statements: &[Statement], index: usize) -> Vec<u8> {
    raw_proof(statements, index).encode_to_vec()
}

/// A header as the message of `MsgUpdateClient`.
pub fn header_any(header: &raw::Header) -> Any {
    encode(HEADER_URL, header)
}

/// Two sides as the message of `MsgUpdateClient` or `MsgSubmitMisbehaviour`.
pub fn misbehaviour_any(one: raw::Evidence, two: raw::Evidence) -> Any {
    encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { one: Some(one), two: Some(two) })
}
