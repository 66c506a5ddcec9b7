//! Proposals: a value put forward in a round.

use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};
use core::Round;

use crate::context::HubContext;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// A proposer's signed word that `value` is its proposal; the block itself travels as parts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Proposal {
    pub(crate) height: BlockHeight,
    pub(crate) round: Round,
    pub(crate) value: ValueId,
    pub(crate) pol_round: Round,
    pub(crate) address: ValidatorAddress,
}

impl core::Proposal<HubContext> for Proposal {
    fn height(&self) -> BlockHeight {
        self.height
    }
    fn round(&self) -> Round {
        self.round
    }
    fn value(&self) -> &ValueId {
        &self.value
    }
    fn take_value(self) -> ValueId {
        self.value
    }
    fn pol_round(&self) -> Round {
        self.pol_round
    }
    fn validator_address(&self) -> &ValidatorAddress {
        &self.address
    }
}
