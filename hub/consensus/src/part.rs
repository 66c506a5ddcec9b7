//! Pieces of a proposed block on the wire.

use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};
use core::Round;

use crate::context::HubContext;
use crate::signing::Signature;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// One message of a proposal's stream: what it is, then the block's bytes in order. The stream's end is the transport's own mark.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Part {
    /// First: which proposal follows.
    Init {
        /// Height proposed.
        height: BlockHeight,
        /// Round proposed in.
        round: Round,
        /// Round of the proof of lock, or nil.
        pol_round: Round,
        /// Proposer of that round.
        proposer: ValidatorAddress,
        /// What the bytes must hash to.
        id: ValueId,
        /// The validator that sends the stream.
        publisher: ValidatorAddress,
        /// Its signature over the fields above and the chain's id: only validators can make a node keep a block.
        signature: Signature,
    },
    /// Then: the next bytes of the encoded block, at most [`crate::block::PART_BYTES`].
    Data(Vec<u8>),
}

impl core::ProposalPart<HubContext> for Part {
    fn is_first(&self) -> bool {
        matches!(self, Part::Init { .. })
    }
    fn is_last(&self) -> bool {
        false
    }
}
