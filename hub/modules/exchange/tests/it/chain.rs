//! One chain with one validator: a real store, real headers and commits, real proofs; the packet core and the exchange on top, no node.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_consensus::SigningKey;
use govhub_exchange::Exchange;
use govhub_ibc::client;
use govhub_ibc::types::{merkle_prefix, AbsenceMode, TrustFile};
use govhub_store::mem::MemBackend;
use govhub_store::{genesis_marks, proof_specs, State, Store, Substore};
use govhub_types::{BlockContext, ClientId, Event, Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1 as tm;
use prost::Message;
use tendermint_proto::crypto::{public_key, PublicKey};
use tendermint_proto::google::protobuf::{Duration, Timestamp};
use tendermint_proto::types::{
    BlockId, BlockIdFlag, CanonicalBlockId, CanonicalPartSetHeader, CanonicalVote, Commit, CommitSig, Header, PartSetHeader, SignedHeader, Validator,
    ValidatorSet,
};
use tendermint_proto::version::Consensus;

use crate::world::People;

const DAY_S: i64 = 86_400;

/// A chain.
pub struct Chain {
    pub id: &'static str,
    pub people: People,
    /// Events of the newest block.
    pub events: Vec<Event>,
    store: Store,
    key: SigningKey,
    headers: BTreeMap<u64, SignedHeader>,
    /// Newest height of the other chain, per client.
    trusted: BTreeMap<String, u64>,
    height: u64,
    time_s: u64,
}

impl Chain {
    /// Genesis by `write`, then block 1.
    pub fn new(id: &'static str, seed: u8, time_s: u64, people: People, write: impl FnOnce(&mut State<'_>)) -> Self {
        let store = Store::open(Arc::new(MemBackend::default())).expect("an empty store opens");
        let mut state = State::new(&govhub_store::Empty);
        write(&mut state);
        let mut writes = genesis_marks();
        writes.extend(state.into_writes().expect("nothing was read"));
        store.commit(store.prepare(0, writes).expect("version 0 of an empty store")).expect("memory commits");
        let mut chain =
            Self { id, people, events: Vec::new(), store, key: SigningKey::from([seed; 32]), headers: BTreeMap::new(), trusted: BTreeMap::new(), height: 0, time_s };
        chain.empty_block(0);
        chain
    }

    /// A block `seconds` later: begin-block of the exchange, then `run`.
    pub fn block<T>(&mut self, seconds: u64, run: impl FnOnce(&Exchange<'_>, &mut State<'_>, &BlockContext, &mut Vec<Event>) -> T) -> T {
        self.height += 1;
        self.time_s += seconds;
        let header = self.sign();
        self.headers.insert(self.height, header);
        let ctx = BlockContext { chain_id: self.id.parse().expect("an id"), height: self.height, time: Time::from_unix_s(self.time_s) };
        let reader = self.store.reader(self.height - 1).expect("the version before is kept");
        let mut state = State::new(&reader);
        self.events.clear();
        let app = Exchange::new(&self.people);
        app.begin_block(&mut state, &ctx, &mut self.events);
        let outcome = run(&app, &mut state, &ctx, &mut self.events);
        let writes = state.into_writes().expect("memory reads");
        self.store.commit(self.store.prepare(self.height, writes).expect("follows the version before")).expect("memory commits");
        outcome
    }

    /// A block in which nobody does anything.
    pub fn empty_block(&mut self, seconds: u64) {
        self.block(seconds, |_, _, _, _| ());
    }

    /// Seconds of the newest header.
    pub fn now_s(&self) -> u64 {
        self.time_s
    }

    /// What `read` sees in the newest state.
    pub fn look<T>(&self, read: impl FnOnce(&State<'_>) -> T) -> T {
        let reader = self.store.reader(self.height).expect("the newest version is kept");
        read(&State::new(&reader))
    }

    /// Founds a client of `other` from its block 1 and names its other end.
    pub fn follow(&mut self, other: &Chain, theirs_of_us: &str) -> ClientId {
        let file = other.trust_file();
        let counterparty: ClientId = theirs_of_us.parse().expect("an id");
        self.block(1, |_, state, ctx, events| {
            let id = client::create(state, ctx, &file, events).expect("a good trust file");
            client::register_counterparty(state, ctx, &id, &counterparty, &merkle_prefix(), events).expect("the first time");
            id
        })
    }

    /// Brings `client` up to the newest header of `other`, which makes a block for it first; gives the height for proofs.
    pub fn update(&mut self, client_id: &ClientId, other: &mut Chain) -> Height {
        other.empty_block(1);
        let trusted = Height::new(1, self.trusted.get(client_id.as_str()).copied().unwrap_or(1));
        let header = Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), value: other.header_since(trusted).encode_to_vec() };
        self.time_s = self.time_s.max(other.time_s);
        self.block(1, |_, state, ctx, events| client::update(state, ctx, client_id, &header, events)).expect("a good header");
        self.trusted.insert(client_id.to_string(), other.height);
        Height::new(1, other.height)
    }

    /// Proof of `path` under the header at `at`.
    pub fn prove(&self, path: &[u8], at: Height) -> Vec<u8> {
        let proof = self.store.prove(at.revision_height - 1, Substore::Ibc, path).expect("the version is kept");
        let mut bytes = Vec::new();
        for part in [proof.key_proof, proof.store_proof] {
            prost::encoding::message::encode(1, &part, &mut bytes);
        }
        bytes
    }

    fn header_since(&self, trusted: Height) -> tm::Header {
        tm::Header {
            signed_header: Some(self.headers[&self.height].clone()),
            validator_set: Some(self.validators()),
            trusted_height: Some(trusted.into()),
            trusted_validators: Some(self.validators()),
        }
    }

    fn trust_file(&self) -> TrustFile {
        let header = self.headers[&1].header.as_ref().expect("signed above");
        let anchor = tm::ConsensusState {
            timestamp: header.time,
            root: Some(MerkleRoot { hash: header.app_hash.clone() }),
            next_validators_hash: header.next_validators_hash.clone(),
        };
        let respec = |spec: &ics23::ProofSpec| Message::decode(spec.encode_to_vec().as_slice()).expect("the same message");
        let seconds = |s: i64| Some(Duration { seconds: s, nanos: 0 });
        let params = tm::ClientState {
            chain_id: self.id.into(),
            trust_level: Some(tm::Fraction { numerator: 1, denominator: 3 }),
            trusting_period: seconds(14 * DAY_S),
            unbonding_period: seconds(21 * DAY_S),
            max_clock_drift: seconds(30),
            frozen_height: Some(Height::new(0, 0).into()),
            latest_height: Some(Height::new(1, 1).into()),
            proof_specs: proof_specs().iter().map(respec).collect(),
            ..tm::ClientState::default()
        };
        let any = |name: &str, value: Vec<u8>| Some(Any { type_url: format!("/ibc.lightclients.tendermint.v1.{name}"), value });
        TrustFile {
            family: "07-tendermint".into(),
            chain_id: self.id.into(),
            anchor_height: Some(Height::new(1, 1).into()),
            anchor: any("ConsensusState", anchor.encode_to_vec()),
            params: any("ClientState", params.encode_to_vec()),
            key_map: None,
            absence: AbsenceMode::Proof.into(),
            our_absence: AbsenceMode::Proof.into(),
        }
    }

    fn public_key(&self) -> PublicKey {
        PublicKey { sum: Some(public_key::Sum::Ed25519(self.key.verification_key().to_bytes().to_vec())) }
    }

    fn validator_info(&self) -> tendermint::validator::Info {
        let key = tendermint::PublicKey::from_raw_ed25519(&self.key.verification_key().to_bytes()).expect("32 bytes");
        tendermint::validator::Info::new(key, 10u32.into())
    }

    fn validators(&self) -> ValidatorSet {
        let info = self.validator_info();
        let validator =
            Validator { address: info.address.as_bytes().to_vec(), pub_key: Some(self.public_key()), voting_power: 10, proposer_priority: 0 };
        ValidatorSet { validators: vec![validator.clone()], proposer: Some(validator), total_voting_power: 10 }
    }

    /// Header and commit of the block at `self.height`, whose app_hash is the root after the block before.
    fn sign(&self) -> SignedHeader {
        let info = self.validator_info();
        let set = tendermint::validator::Set::without_proposer(vec![info.clone()]).hash().as_bytes().to_vec();
        let time = Some(Timestamp { seconds: i64::try_from(self.time_s).expect("in this century"), nanos: 0 });
        let header = Header {
            version: Some(Consensus { block: 11, app: 1 }),
            chain_id: self.id.into(),
            height: i64::try_from(self.height).expect("a short chain"),
            time,
            last_block_id: None,
            last_commit_hash: vec![2; 32],
            data_hash: vec![3; 32],
            validators_hash: set.clone(),
            next_validators_hash: set,
            consensus_hash: vec![4; 32],
            app_hash: self.store.root(self.height - 1).expect("kept").to_vec(),
            last_results_hash: vec![5; 32],
            evidence_hash: vec![6; 32],
            proposer_address: info.address.as_bytes().to_vec(),
        };
        let checked: tendermint::block::Header = header.clone().try_into().expect("a well-formed header");
        let hash = checked.hash().as_bytes().to_vec();
        let vote = CanonicalVote {
            r#type: 2,
            height: header.height,
            round: 0,
            block_id: Some(CanonicalBlockId {
                hash: hash.clone(),
                part_set_header: Some(CanonicalPartSetHeader { total: 1, hash: vec![7; 32] }),
            }),
            timestamp: time,
            chain_id: self.id.into(),
        };
        let signature = CommitSig {
            block_id_flag: BlockIdFlag::Commit.into(),
            validator_address: info.address.as_bytes().to_vec(),
            timestamp: time,
            signature: self.key.sign(&vote.encode_length_delimited_to_vec()).to_bytes().to_vec(),
        };
        let block_id = Some(BlockId { hash, part_set_header: Some(PartSetHeader { total: 1, hash: vec![7; 32] }) });
        let commit = Commit { height: header.height, round: 0, block_id, signatures: vec![signature] };
        SignedHeader { header: Some(header), commit: Some(commit) }
    }
}
