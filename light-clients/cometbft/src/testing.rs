//! A chain of our own making for tests: headers and commits by CometBFT's formulas, signed with real keys.
//!
//! Everything is made from the library's types and handed out as protobuf, so that a test can bend one field of a valid message.

use ed25519_consensus::SigningKey;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use tendermint::block::header::Version;
use tendermint::block::{self, parts, CommitSig};
use tendermint::validator::{Info, Set};
use tendermint::{account, chain, vote, AppHash, Hash, PublicKey, Signature, Vote};
use tendermint_proto::google::protobuf::Duration;
use tendermint_proto::types::{SignedHeader as RawSignedHeader, ValidatorSet as RawSet};

use crate::decode::{encode, CLIENT_STATE_URL, HEADER_URL, MISBEHAVIOUR_URL};
use crate::state::{revision_of, timestamp};
use crate::verify::library_time;
use crate::{ConsensusState, ProofSpecs};

/// A validator: its key and power.
#[derive(Clone)]
pub struct Member {
    key: SigningKey,
    /// Voting power.
    pub power: u64,
}

impl Member {
    /// The validator whose key comes from `seed`.
    pub fn new(seed: u8, power: u64) -> Self {
        Self { key: SigningKey::from([seed; 32]), power }
    }

    /// Its public data.
    pub fn info(&self) -> Info {
        let key = PublicKey::from_raw_ed25519(self.key.verification_key().as_bytes()).expect("32 bytes of a real key");
        Info::new(key, vote::Power::try_from(self.power).expect("test powers are small"))
    }
}

/// `n` validators with keys from `seed` upwards and power 10 each.
pub fn members(seed: u8, n: u8) -> Vec<Member> {
    (0..n).map(|i| Member::new(seed + i, 10)).collect()
}

/// The validator set of `members`, in canonical order, its first member proposing.
pub fn set(members: &[Member]) -> Set {
    let mut set = Set::without_proposer(members.iter().map(Member::info).collect());
    set.proposer = set.validators.first().cloned();
    set
}

/// What one validator does in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Signs for the block.
    Commit,
    /// Signs for nil.
    Nil,
    /// Does not sign.
    Absent,
}

/// A block to be signed.
#[derive(Clone)]
pub struct Draft {
    /// Chain id.
    pub chain_id: String,
    /// Height.
    pub height: u64,
    /// Header time.
    pub time: Time,
    /// App hash: root of the state after the block before.
    pub app_hash: Vec<u8>,
    /// Validators of this block.
    pub validators: Vec<Member>,
    /// Validators of the next.
    pub next: Vec<Member>,
}

impl Draft {
    /// A block with one set of validators, now and next.
    pub fn new(chain_id: &str, height: u64, time: Time, members: &[Member]) -> Self {
        Self { chain_id: chain_id.to_owned(), height, time, app_hash: vec![7; 32], validators: members.to_vec(), next: members.to_vec() }
    }

    /// The consensus state that a client keeps of it.
    pub fn consensus_state(&self) -> ConsensusState {
        let next_validators_hash = set(&self.next).hash().as_bytes().try_into().expect("SHA-256");
        ConsensusState { time: self.time, root: self.app_hash.clone(), next_validators_hash }
    }

    /// Its height with the chain id's revision.
    pub fn at(&self) -> Height {
        Height::new(revision_of(&self.chain_id), self.height)
    }

    /// The header, by CometBFT's formulas.
    pub fn header(&self) -> block::Header {
        let validators = set(&self.validators);
        let empty = tendermint::merkle::simple_hash_from_byte_vectors::<tendermint::crypto::default::Sha256>(&[] as &[Vec<u8>]);
        let last = block::Id { hash: Hash::Sha256([1; 32]), part_set_header: parts::Header::new(1, Hash::Sha256([2; 32])).expect("total 1") };
        block::Header {
            version: Version { block: 11, app: 1 },
            chain_id: chain::Id::try_from(self.chain_id.clone()).expect("a test's chain id"),
            height: block::Height::try_from(self.height).expect("a test's height"),
            time: library_time(self.time).expect("a test's time"),
            last_block_id: (self.height > 1).then_some(last),
            last_commit_hash: Some(Hash::Sha256(empty)),
            data_hash: Some(Hash::Sha256(empty)),
            validators_hash: validators.hash(),
            next_validators_hash: set(&self.next).hash(),
            consensus_hash: Hash::Sha256([3; 32]),
            app_hash: AppHash::try_from(self.app_hash.clone()).expect("any bytes"),
            last_results_hash: Some(Hash::Sha256(empty)),
            evidence_hash: Some(Hash::Sha256(empty)),
            proposer_address: validators.validators[0].address,
        }
    }

    /// The signed header; `act` says what the validator at each place of the canonical order does.
    pub fn signed_with(&self, act: impl Fn(usize) -> Act) -> RawSignedHeader {
        let header = self.header();
        let block_id = block::Id { hash: header.hash(), part_set_header: parts::Header::new(1, Hash::Sha256([9; 32])).expect("total 1") };
        let signatures = set(&self.validators)
            .validators
            .iter()
            .enumerate()
            .map(|(index, info)| {
                let member = self.validators.iter().find(|m| m.info().address == info.address).expect("the set is of these members");
                self.commit_sig(&header, block_id, member, info.address, index, act(index))
            })
            .collect();
        let commit = block::Commit { height: header.height, round: block::Round::default(), block_id, signatures };
        block::signed_header::SignedHeader::new(header, commit).expect("equal heights").into()
    }

    fn commit_sig(&self, header: &block::Header, id: block::Id, member: &Member, address: account::Id, index: usize, act: Act) -> CommitSig {
        if act == Act::Absent {
            return CommitSig::BlockIdFlagAbsent;
        }
        let vote = Vote {
            vote_type: vote::Type::Precommit,
            height: header.height,
            round: block::Round::default(),
            block_id: (act == Act::Commit).then_some(id),
            timestamp: Some(header.time),
            validator_address: address,
            validator_index: vote::ValidatorIndex::try_from(index).expect("few validators"),
            signature: None,
            extension: Vec::new(),
            extension_signature: None,
        };
        let bytes = vote.into_signable_vec(header.chain_id.clone());
        let signature = Signature::new(member.key.sign(&bytes).to_bytes()).expect("64 bytes");
        match act {
            Act::Commit => CommitSig::BlockIdFlagCommit { validator_address: address, timestamp: header.time, signature },
            _ => CommitSig::BlockIdFlagNil { validator_address: address, timestamp: header.time, signature },
        }
    }

    /// A client message from `trusted` to this block, all validators signing.
    pub fn update_from(&self, trusted: &Draft) -> raw::Header {
        self.update_with(trusted, |_| Act::Commit)
    }

    /// A client message from `trusted` to this block.
    pub fn update_with(&self, trusted: &Draft, act: impl Fn(usize) -> Act) -> raw::Header {
        raw::Header {
            signed_header: Some(self.signed_with(act)),
            validator_set: Some(raw_set(&self.validators)),
            trusted_height: Some(trusted.at().into()),
            trusted_validators: Some(raw_set(&trusted.next)),
        }
    }
}

/// The set as protobuf. Like CometBFT, the total power is left out.
pub fn raw_set(members: &[Member]) -> RawSet {
    RawSet { total_voting_power: 0, ..RawSet::from(set(members)) }
}

/// A header as `Any`.
pub fn header_any(header: &raw::Header) -> Any {
    encode(HEADER_URL, header)
}

/// Evidence as `Any`.
#[allow(deprecated)]
pub fn misbehaviour_any(header_1: raw::Header, header_2: raw::Header) -> Any {
    encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { client_id: String::new(), header_1: Some(header_1), header_2: Some(header_2) })
}

/// A client state with the parameters of PROTOCOL 4 (trusting 14 days, unbonding 21, level 1/3, drift 30 s), newest at `at`.
#[allow(deprecated)]
pub fn client_state(chain_id: &str, at: Height, specs: ProofSpecs) -> raw::ClientState {
    let seconds = |seconds| Some(Duration { seconds, nanos: 0 });
    raw::ClientState {
        chain_id: chain_id.to_owned(),
        trust_level: Some(raw::Fraction { numerator: 1, denominator: 3 }),
        trusting_period: seconds(14 * 86_400),
        unbonding_period: seconds(21 * 86_400),
        max_clock_drift: seconds(30),
        frozen_height: Some(Height::default().into()),
        latest_height: Some(at.into()),
        proof_specs: specs.list().to_vec(),
        upgrade_path: Vec::new(),
        allow_update_after_expiry: false,
        allow_update_after_misbehaviour: false,
    }
}

/// A client state as `Any`.
pub fn client_any(client: &raw::ClientState) -> Any {
    encode(CLIENT_STATE_URL, client)
}

/// Protobuf timestamp of `time`.
pub fn raw_time(time: Time) -> tendermint_proto::google::protobuf::Timestamp {
    timestamp(time)
}
