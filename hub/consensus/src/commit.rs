//! Commits: a certificate in CometBFT's form, its hash, and its verification inside the next block.

use std::collections::BTreeMap;

use arc_malachitebft_core_types as core;
use core::{NilOrVal, Round, VoteType};
use govhub_types::hash::Hash;
use prost::Message;
use tendermint::block::{Commit, CommitSig};
use tendermint_proto::v0_38::types as proto;
use thiserror::Error;

use crate::header::Last;
use crate::signing::Signature;
use crate::vote::Vote;
use crate::{merkle, BlockHeight, Certificate, ValidatorAddress, ValidatorSet, ValueId};

/// The commit of a certificate: one entry per validator in the set's order, absent where no signature is known.
///
/// `None` if the certificate's numbers do not fit CometBFT's types.
pub fn from_certificate(certificate: &Certificate, validators: &ValidatorSet) -> Option<Commit> {
    let signatures: BTreeMap<_, _> = certificate.signatures.iter().copied().collect();
    let timestamp = certificate.id.time()?;
    let entry = |address: ValidatorAddress| match signatures.get(&address) {
        None => Some(CommitSig::BlockIdFlagAbsent),
        Some(signature) => Some(CommitSig::BlockIdFlagCommit {
            validator_address: address.account_id(),
            timestamp,
            signature: tendermint::Signature::new(signature.as_slice()).ok()?,
        }),
    };
    Some(Commit {
        height: certificate.height.try_into().ok()?,
        round: certificate.round.try_into().ok()?,
        block_id: certificate.id.block_id()?,
        signatures: validators.validators().iter().map(|v| entry(v.address())).collect::<Option<_>>()?,
    })
}

/// The certificate that a commit stands for; `time` is the time of the header it commits to.
pub fn to_certificate(commit: &Commit, time: tendermint::Time) -> Option<Certificate> {
    let signature = |entry: &CommitSig| match entry {
        CommitSig::BlockIdFlagCommit { validator_address, signature: Some(signature), .. } => {
            Some((ValidatorAddress::from_account_id(validator_address), signature.as_bytes().try_into().ok()?))
        }
        _ => None,
    };
    Some(Certificate {
        height: commit.height.value(),
        round: commit.round.value(),
        id: ValueId::new(&commit.block_id, time)?,
        signatures: commit.signatures.iter().filter_map(signature).collect(),
    })
}

/// `last_commit_hash`: Merkle root over the entries.
pub fn hash(commit: &Commit) -> Hash {
    let encode = |entry: &CommitSig| proto::CommitSig::from(entry.clone()).encode_to_vec();
    merkle::root(&commit.signatures.iter().map(encode).collect::<Vec<_>>())
}

/// Verifies the commit that a block carries for the block before it.
///
/// # Errors
/// [`CommitError`], one variant per rule. Every signature present must be good, not only two thirds of them.
///
/// Source: CometBFT 0.38, `types/validation.go: VerifyCommit`; timestamps by our own rule (all equal the header's time).
pub fn verify(commit: &Commit, last: &Last, height: u64, chain_id: &tendermint::chain::Id) -> Result<(), CommitError> {
    if commit.height.value() != height {
        return Err(CommitError::Height { expected: height, found: commit.height.value() });
    }
    if commit.block_id != last.id {
        return Err(CommitError::BlockId);
    }
    let validators = last.validators.validators();
    if commit.signatures.len() != validators.len() {
        return Err(CommitError::Entries { expected: validators.len(), found: commit.signatures.len() });
    }
    let id = ValueId::new(&last.id, last.time).ok_or(CommitError::BlockId)?;
    let mut signed = 0u128;
    for (entry, validator) in commit.signatures.iter().zip(validators) {
        let address = validator.address();
        match entry {
            CommitSig::BlockIdFlagAbsent => {}
            CommitSig::BlockIdFlagNil { .. } => return Err(CommitError::Nil { address }),
            CommitSig::BlockIdFlagCommit { validator_address, timestamp, signature } => {
                if ValidatorAddress::from_account_id(validator_address) != address {
                    return Err(CommitError::Address { expected: address });
                }
                if *timestamp != last.time {
                    return Err(CommitError::Timestamp { address });
                }
                let vote = Vote {
                    kind: VoteType::Precommit,
                    height: BlockHeight(height),
                    round: Round::new(commit.round.value()),
                    value: NilOrVal::Val(id),
                    address,
                    extension: None,
                };
                let signature = signature.as_ref().and_then(|s| <[u8; 64]>::try_from(s.as_bytes()).ok());
                let good = signature.zip(vote.sign_bytes(chain_id)).is_some_and(|(s, bytes)| validator.key.verify(&bytes, &Signature(s)));
                if !good {
                    return Err(CommitError::Signature { address });
                }
                signed += u128::from(validator.power());
            }
        }
    }
    let total = u128::from(last.validators.total_power());
    if signed * 3 <= total * 2 {
        return Err(CommitError::Power { signed, total });
    }
    Ok(())
}

/// Why a commit does not commit the last block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitError {
    /// For another height.
    #[error("last commit is for height {found}, expected {expected}")]
    Height {
        /// Height of the last block.
        expected: u64,
        /// Height found.
        found: u64,
    },
    /// For another block.
    #[error("last commit is for another block")]
    BlockId,
    /// Not one entry per validator.
    #[error("last commit has {found} entries for {expected} validators")]
    Entries {
        /// Size of the set.
        expected: usize,
        /// Entries found.
        found: usize,
    },
    /// Our chain writes no nil votes into commits.
    #[error("last commit carries a nil vote of {address}")]
    Nil {
        /// Whose.
        address: ValidatorAddress,
    },
    /// An entry out of the set's order.
    #[error("last commit: the entry of {expected} names another validator")]
    Address {
        /// Validator at that place.
        expected: ValidatorAddress,
    },
    /// Vote timestamps equal the header's time.
    #[error("last commit: the timestamp of {address} is not the header's time")]
    Timestamp {
        /// Whose.
        address: ValidatorAddress,
    },
    /// A signature that does not verify.
    #[error("last commit: the signature of {address} does not verify")]
    Signature {
        /// Whose.
        address: ValidatorAddress,
    },
    /// Not more than two thirds.
    #[error("last commit is signed by {signed} of {total} power; more than two thirds are needed")]
    Power {
        /// Power that signed.
        signed: u128,
        /// Power of the set.
        total: u128,
    },
}
