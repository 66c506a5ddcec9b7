//! Headers: all fourteen fields by CometBFT 0.38's formulas.
//!
//! [`Expected`] is what a node knows before it sees a block; the proposer adds time, transactions, last commit and its own address.

use govhub_types::hash::{sha256, Hash};
use tendermint::block::{Commit, Header};
use thiserror::Error;

use crate::params::ConsensusParams;
use crate::{commit, merkle, ValidatorAddress, ValidatorSet};

/// CometBFT's block protocol.
pub const BLOCK_PROTOCOL: u64 = 11;

/// The block before: its id, time, and who could sign its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// Id of the last block.
    pub id: tendermint::block::Id,
    /// Its header's time.
    pub time: tendermint::Time,
    /// The set that decided it.
    pub validators: ValidatorSet,
}

/// What the header of the next block must say, whoever proposes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// This chain.
    pub chain_id: tendermint::chain::Id,
    /// Height of the block.
    pub height: u64,
    /// The block before; `None` for the first block.
    pub last: Option<Last>,
    /// Genesis time: the first block is later.
    pub genesis_time: tendermint::Time,
    /// Set that decides this block.
    pub validators: ValidatorSet,
    /// Set that decides the next.
    pub next_validators: ValidatorSet,
    /// State after the last block.
    pub app_hash: Hash,
    /// Results of the last block.
    pub last_results_hash: Hash,
    /// Parameters in force.
    pub params: ConsensusParams,
    /// Version of the state machine in force.
    pub app_version: u64,
}

impl Expected {
    /// Time that this block must be later than.
    pub fn last_time(&self) -> tendermint::Time {
        self.last.as_ref().map_or(self.genesis_time, |last| last.time)
    }

    /// The header of a block with these contents.
    pub fn header(&self, time: tendermint::Time, txs: &[Vec<u8>], last_commit: Option<&Commit>, proposer: ValidatorAddress) -> Header {
        let empty = sha256(&[]);
        Header {
            version: tendermint::block::header::Version { block: BLOCK_PROTOCOL, app: self.app_version },
            chain_id: self.chain_id.clone(),
            height: self.height.try_into().expect("heights stay below 2^63"),
            time,
            last_block_id: self.last.as_ref().map(|last| last.id),
            last_commit_hash: Some(tendermint::Hash::Sha256(last_commit.map_or(empty, commit::hash))),
            data_hash: Some(tendermint::Hash::Sha256(data_hash(txs))),
            validators_hash: self.validators.hash(),
            next_validators_hash: self.next_validators.hash(),
            consensus_hash: tendermint::Hash::Sha256(self.params.hash()),
            app_hash: self.app_hash.to_vec().try_into().expect("any bytes are an application hash"),
            last_results_hash: Some(tendermint::Hash::Sha256(self.last_results_hash)),
            // Evidence lists are empty for now (PROTOCOL 4).
            evidence_hash: Some(tendermint::Hash::Sha256(empty)),
            proposer_address: proposer.account_id(),
        }
    }

    /// Checks `header` field by field against what it must be for these contents.
    ///
    /// # Errors
    /// [`HeaderError`], naming the first field that differs.
    ///
    /// # Not checked
    /// The signatures of `last_commit` ([`commit::verify`]); the time against a clock ([`crate::time_rule::timely`]).
    pub fn check(&self, header: &Header, txs: &[Vec<u8>], last_commit: Option<&Commit>) -> Result<(), HeaderError> {
        let proposer = ValidatorAddress::from_account_id(&header.proposer_address);
        if self.validators.get(&proposer).is_none() {
            return Err(HeaderError::Proposer { found: proposer });
        }
        if header.time <= self.last_time() {
            return Err(HeaderError::Time { last: self.last_time().to_rfc3339(), found: header.time.to_rfc3339() });
        }
        let expected = self.header(header.time, txs, last_commit, proposer);
        let differs = |field| Err(HeaderError::Field { field });
        match () {
            () if header.version != expected.version => differs("version"),
            () if header.chain_id != expected.chain_id => differs("chain_id"),
            () if header.height != expected.height => differs("height"),
            () if header.last_block_id != expected.last_block_id => differs("last_block_id"),
            () if header.last_commit_hash != expected.last_commit_hash => differs("last_commit_hash"),
            () if header.data_hash != expected.data_hash => differs("data_hash"),
            () if header.validators_hash != expected.validators_hash => differs("validators_hash"),
            () if header.next_validators_hash != expected.next_validators_hash => differs("next_validators_hash"),
            () if header.consensus_hash != expected.consensus_hash => differs("consensus_hash"),
            () if header.app_hash != expected.app_hash => differs("app_hash"),
            () if header.last_results_hash != expected.last_results_hash => differs("last_results_hash"),
            () if header.evidence_hash != expected.evidence_hash => differs("evidence_hash"),
            () => Ok(()),
        }
    }
}

/// `data_hash`: Merkle root over SHA-256 of each transaction.
pub fn data_hash(txs: &[Vec<u8>]) -> Hash {
    merkle::root(&tx_hashes(txs))
}

/// SHA-256 of each transaction: the leaves under `data_hash`.
pub fn tx_hashes(txs: &[Vec<u8>]) -> Vec<Hash> {
    txs.iter().map(|tx| sha256(&[tx])).collect()
}

/// Why a header is not the next one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// A field is not what the chain's state makes it.
    #[error("header field `{field}` is not what it must be after the last block")]
    Field {
        /// Name of the field.
        field: &'static str,
    },
    /// Not later than the last header.
    #[error("header time {found} is not after {last}")]
    Time {
        /// Last header's time.
        last: String,
        /// Time found.
        found: String,
    },
    /// The proposer is no validator of this height.
    #[error("proposer {found} is not in the validator set")]
    Proposer {
        /// Address found.
        found: ValidatorAddress,
    },
}
