//! A chain with one validator: real headers, real signatures, real proofs.

use ed25519_consensus::SigningKey;
use govhub_lc_cometbft::{jmt_spec, CLIENT_STATE_URL, CONSENSUS_STATE_URL};
use ibc_proto::google::protobuf::{Any, Duration as RawDuration, Timestamp};
use ibc_proto::ibc::core::client::v1::Height as RawHeight;
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use ics23::CommitmentProof;
use prost::Message;
use tendermint::block::signed_header::SignedHeader;
use tendermint::block::{Commit, CommitSig, Header, Id};
use tendermint::validator::{Info, Set};
use tendermint::{account, vote, Hash, PublicKey, Signature, Time};

use crate::tree::Tree;

/// Unix seconds of block 0; a block each second.
pub const TIME_0: i64 = 1_700_000_000;

/// One block and the state after it.
#[derive(Clone)]
pub struct Block {
    pub signed: SignedHeader,
    pub ibc: Tree,
}

#[derive(Clone)]
pub struct TestChain {
    pub id: String,
    key: SigningKey,
    /// State that the next block will leave.
    pub ibc: Tree,
    pub blocks: Vec<Block>,
}

fn parts() -> tendermint::block::parts::Header {
    tendermint::block::parts::Header::new(1, Hash::Sha256([4; 32])).expect("one part with a hash")
}

impl TestChain {
    pub fn new(id: &str, seed: u8) -> Self {
        let mut ibc = Tree::default();
        ibc.insert(&[0], &[1]);
        Self { id: id.into(), key: SigningKey::from([seed; 32]), ibc, blocks: Vec::new() }
    }

    pub fn validators(&self) -> Vec<Info> {
        let key = PublicKey::from_raw_ed25519(self.key.verification_key().as_bytes()).expect("a key");
        vec![Info::new(key, 10u32.into())]
    }

    fn top(ibc: &Tree) -> Tree {
        let mut top = Tree::default();
        top.insert(b"ibc", &ibc.root());
        top.insert(b"accounts", &[7; 32]);
        top
    }

    pub fn height(&self) -> u64 {
        self.blocks.len() as u64
    }

    /// Makes the next block; its header carries the state after the block before.
    pub fn make_block(&mut self) -> &mut Self {
        let height = self.height() + 1;
        let before = self.blocks.last().map_or_else(Tree::default, |b| b.ibc.clone());
        let app_hash = Self::top(&before).root();
        let signed = self.sign(self.header(height, app_hash.to_vec()));
        self.blocks.push(Block { signed, ibc: self.ibc.clone() });
        self
    }

    pub fn header(&self, height: u64, app_hash: Vec<u8>) -> Header {
        let set = Set::without_proposer(self.validators());
        let time = Time::from_unix_timestamp(TIME_0 + i64::try_from(height).expect("small"), 0).expect("a time");
        Header {
            version: tendermint::block::header::Version { block: 11, app: 1 },
            chain_id: self.id.parse().expect("a chain id"),
            height: height.try_into().expect("small"),
            time,
            last_block_id: (height > 1).then(|| Id { hash: Hash::Sha256([3; 32]), part_set_header: parts() }),
            last_commit_hash: Some(Hash::Sha256([5; 32])),
            data_hash: Some(Hash::Sha256([6; 32])),
            validators_hash: set.hash(),
            next_validators_hash: set.hash(),
            consensus_hash: Hash::Sha256([8; 32]),
            app_hash: app_hash.try_into().expect("an app hash"),
            last_results_hash: Some(Hash::Sha256([9; 32])),
            evidence_hash: Some(Hash::Sha256([10; 32])),
            proposer_address: set.validators()[0].address,
        }
    }

    pub fn sign(&self, header: Header) -> SignedHeader {
        let address: account::Id = self.validators()[0].address;
        let block_id = Id { hash: header.hash(), part_set_header: parts() };
        let vote = vote::Vote {
            vote_type: vote::Type::Precommit,
            height: header.height,
            round: 0u16.into(),
            block_id: Some(block_id),
            timestamp: Some(header.time),
            validator_address: address,
            validator_index: 0u32.try_into().expect("an index"),
            signature: None,
            extension: Vec::new(),
            extension_signature: None,
        };
        let bytes = vote.into_signable_vec(header.chain_id.clone());
        let signature = Signature::try_from(self.key.sign(&bytes).to_bytes().to_vec()).expect("64 bytes");
        let signatures = vec![CommitSig::BlockIdFlagCommit { validator_address: address, timestamp: header.time, signature: Some(signature) }];
        let commit = Commit { height: header.height, round: 0u16.into(), block_id, signatures };
        SignedHeader::new(header, commit).expect("they fit")
    }

    /// Value and proofs of `key` in the state after block `version`.
    pub fn prove(&self, key: &[u8], version: u64) -> (Vec<u8>, [CommitmentProof; 2]) {
        let ibc = &self.blocks[version as usize - 1].ibc;
        (ibc.get(key).unwrap_or_default(), [ibc.prove(key), Self::top(ibc).prove(b"ibc")])
    }

    /// A client of this chain at `height`: client state and consensus state.
    pub fn client_at(&self, height: u64) -> (Any, Any) {
        let header = &self.blocks[height as usize - 1].signed.header;
        let days = |days: i64| RawDuration { seconds: days * 86_400, nanos: 0 };
        let client = raw::ClientState {
            chain_id: self.id.clone(),
            trust_level: Some(raw::Fraction { numerator: 1, denominator: 3 }),
            trusting_period: Some(days(14)),
            unbonding_period: Some(days(21)),
            max_clock_drift: Some(RawDuration { seconds: 30, nanos: 0 }),
            frozen_height: Some(RawHeight::default()),
            latest_height: Some(RawHeight { revision_number: 1, revision_height: height }),
            proof_specs: vec![jmt_spec(), jmt_spec()],
            ..raw::ClientState::default()
        };
        let state = raw::ConsensusState {
            timestamp: Some(Timestamp { seconds: header.time.unix_timestamp(), nanos: 0 }),
            root: Some(MerkleRoot { hash: header.app_hash.as_bytes().to_vec() }),
            next_validators_hash: header.next_validators_hash.as_bytes().to_vec(),
        };
        let any = |url: &str, value| Any { type_url: url.into(), value };
        (any(CLIENT_STATE_URL, client.encode_to_vec()), any(CONSENSUS_STATE_URL, state.encode_to_vec()))
    }
}
