//! Votes with CometBFT's sign bytes.

use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};
use core::{NilOrVal, Round, VoteType};

use crate::context::HubContext;
use crate::{BlockHeight, ValidatorAddress, ValueId};

pub(crate) type SignedExtension = core::SignedMessage<HubContext, Vec<u8>>;

/// A prevote or precommit for a value or for nil.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    pub(crate) kind: VoteType,
    pub(crate) height: BlockHeight,
    pub(crate) round: Round,
    pub(crate) value: NilOrVal<ValueId>,
    pub(crate) address: ValidatorAddress,
    /// Signed apart from the vote: never part of its sign bytes.
    pub(crate) extension: Option<SignedExtension>,
}

impl Vote {
    /// Length-delimited `CanonicalVote`, equal to Go's `VoteSignBytes`; `None` if a number does not fit CometBFT's types.
    ///
    /// The timestamp is the header's time; a nil vote's is 1970-01-01.
    ///
    /// Source: CometBFT 0.38, `types/canonical.go`.
    pub(crate) fn sign_bytes(&self, chain_id: &tendermint::chain::Id) -> Option<Vec<u8>> {
        let (block_id, time) = match &self.value {
            NilOrVal::Val(value) => (Some(value.block_id()?), value.time()?),
            NilOrVal::Nil => (None, tendermint::Time::unix_epoch()),
        };
        let vote = tendermint::vote::Vote {
            vote_type: match self.kind {
                VoteType::Prevote => tendermint::vote::Type::Prevote,
                VoteType::Precommit => tendermint::vote::Type::Precommit,
            },
            height: self.height.0.try_into().ok()?,
            round: self.round.as_u32()?.try_into().ok()?,
            block_id,
            timestamp: Some(time),
            // The canonical form leaves out everything that follows.
            validator_address: self.address.account_id(),
            validator_index: 0u32.try_into().ok()?,
            signature: None,
            extension: Vec::new(),
            extension_signature: None,
        };
        Some(vote.into_signable_vec(chain_id.clone()))
    }
}

impl core::Vote<HubContext> for Vote {
    fn height(&self) -> BlockHeight {
        self.height
    }
    fn round(&self) -> Round {
        self.round
    }
    fn value(&self) -> &NilOrVal<ValueId> {
        &self.value
    }
    fn take_value(self) -> NilOrVal<ValueId> {
        self.value
    }
    fn vote_type(&self) -> VoteType {
        self.kind
    }
    fn validator_address(&self) -> &ValidatorAddress {
        &self.address
    }
    fn extension(&self) -> Option<&SignedExtension> {
        self.extension.as_ref()
    }
    fn take_extension(&mut self) -> Option<SignedExtension> {
        self.extension.take()
    }
    fn extend(self, extension: SignedExtension) -> Self {
        Self { extension: Some(extension), ..self }
    }
}
