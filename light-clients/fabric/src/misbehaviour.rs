//! Evidence: two blocks of one number that this client would both have accepted.
//!
//! Signatures count, not contents: that orderers signed both is enough. As with headers, each block must show that it is of this channel: by the
//! hash of the block before, if that is stored, or by its data.

use govhub_lc_core::{ConsensusStates, Fault, Reason, Verdict};
use ibc_proto::google::protobuf::Any;

use crate::decode;
use crate::header::{check_successor, Candidate};
use crate::state::{height, ClientState, ConsensusState};
use crate::verify::check_config_number;
use crate::orderers;

pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, any: &Any) -> Result<Verdict, Fault> {
    let raw = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    let blocks = [(1, raw.block_1), (2, raw.block_2)].map(|(which, block)| {
        let block = block.ok_or_else(|| Reason::new("block-missing", format!("block {which} of the evidence")))?;
        Candidate::read(&block, client.channel_id())
    });
    let (first, second) = match blocks {
        [Ok(first), Ok(second)] => (first, second),
        [Err(reason), _] | [_, Err(reason)] => return Ok(Verdict::Invalid(reason)),
    };
    if first.number() != second.number() || first.hash == second.hash {
        let detail = format!("blocks {} and {}; expected two different ones of one number", first.number(), second.number());
        return Ok(Verdict::Invalid(Reason::new("no-conflict", detail)));
    }
    for block in [&first, &second] {
        if let Err(reason) = would_convince(client, states, block)? {
            return Ok(Verdict::Invalid(reason));
        }
    }
    Ok(Verdict::Misbehaviour(Reason::new("fork", format!("two blocks {}", first.number()))))
}

/// Whether this client would have accepted the block in its place.
pub(crate) fn would_convince(client: &ClientState, states: &dyn ConsensusStates, block: &Candidate<'_>) -> Result<Result<(), Reason>, Fault> {
    let before = client.consensus_state_before(states, block.number())?;
    let in_force = before.config_in_force(states)?;
    let ours = match &block.content {
        Some(_) => Ok(()),
        None => hangs_on_ours(states, block)?,
    };
    Ok(ours.and_then(|()| {
        let copies = block.copies()?;
        orderers::check(&in_force.config, client.raft, &block.header.bytes(), &copies)?;
        let said = copies.first().map(|copy| copy.last_config).unwrap_or_default();
        // Without its data a block may be a configuration, which names itself.
        let names_itself = said == block.number() && (block.is_config() || block.content.is_none());
        if names_itself { Ok(()) } else { check_config_number(said, in_force.block) }
    }))
}

/// A header alone is ours if it names the stored block before it.
fn hangs_on_ours(states: &dyn ConsensusStates, block: &Candidate<'_>) -> Result<Result<(), Reason>, Fault> {
    let before = block.number().saturating_sub(1);
    let Some(stored) = states.at(height(before)) else {
        return Ok(Err(Reason::new("skip-without-data", format!("block {}: the block before is not stored, so its data must name the channel", block.number()))));
    };
    let stored = ConsensusState::stored(&stored).map_err(Fault::Undecodable)?;
    Ok(check_successor(before, &stored.header_hash, &block.header))
}
