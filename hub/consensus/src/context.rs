//! The engine's type parameters, chosen once.

use arc_malachitebft_core_types as core;
use core::{NilOrVal, Round, VoteType};

use crate::part::Part;
use crate::proposal::Proposal;
use crate::signing::Ed25519;
use crate::validator_set::{Validator, ValidatorSet};
use crate::vote::Vote;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// Ties our types together for the engine.
#[derive(Clone, Debug, Default)]
pub struct HubContext;

impl core::Context for HubContext {
    type Address = ValidatorAddress;
    type Height = BlockHeight;
    type ProposalPart = Part;
    type Proposal = Proposal;
    type Validator = Validator;
    type ValidatorSet = ValidatorSet;
    type Timeouts = core::LinearTimeouts;
    type Value = ValueId;
    type Vote = Vote;
    type Extension = Vec<u8>;
    type SigningScheme = Ed25519;

    fn select_proposer<'a>(&self, set: &'a ValidatorSet, height: BlockHeight, round: Round) -> &'a Validator {
        set.proposer(height.0, round.as_u32().unwrap_or(0))
    }

    fn new_proposal(&self, height: BlockHeight, round: Round, value: ValueId, pol_round: Round, address: ValidatorAddress) -> Proposal {
        Proposal { height, round, value, pol_round, address }
    }

    fn new_prevote(&self, height: BlockHeight, round: Round, value: NilOrVal<ValueId>, address: ValidatorAddress) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, address, extension: None }
    }

    fn new_precommit(&self, height: BlockHeight, round: Round, value: NilOrVal<ValueId>, address: ValidatorAddress) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, address, extension: None }
    }
}
