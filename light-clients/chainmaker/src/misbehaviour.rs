//! Evidence: two blocks of one height, both signed as the client's authority signs.
//!
//! Looser than an update on purpose: neither block need be near what is stored, nor of a time that the host would take. Both must be signed
//! by the authority that answers for their height, by the client's own record of it.

use govhub_lc_core::{ConsensusStates, Fault, Reason, Verdict};
use ibc_proto::google::protobuf::Any;

use crate::block::Block;
use crate::decode;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::signer::Signers;
use crate::state::ClientState;
use crate::verify::{by_hash, check_chain_id, signed, Term};

pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, any: &Any) -> Result<Verdict, Fault> {
    let evidence = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    Ok(match judge(client, states, &evidence) {
        Ok(height) => Verdict::Misbehaviour(Reason::new("fork", format!("two blocks at {height}"))),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// The height at which the chain has forked.
fn judge(client: &ClientState, states: &dyn ConsensusStates, evidence: &raw::Misbehaviour) -> Result<u64, Reason> {
    let term = Term::of(client, states, evidence.authority_at)?;
    let suite = term.authority.config().suite;
    let read = |which: u8, block: &Option<raw::Block>| {
        let message = block.clone().ok_or_else(|| Reason::new("block-missing", format!("block {which} of the evidence")))?;
        Block::decode(suite, &message.header).map(|block| (block, message.vote_set))
    };
    let blocks = [read(1, &evidence.block_1)?, read(2, &evidence.block_2)?];
    let [one, two] = [&blocks[0].0, &blocks[1].0];
    if one.height() != two.height() {
        return Err(Reason::new("no-conflict", format!("blocks at {} and at {}", one.height(), two.height())));
    }
    if one.hash == two.hash {
        return Err(Reason::new("no-conflict", "both are the same block"));
    }
    term.check_answers(one.height())?;
    let beside = by_hash(suite, &evidence.certificates);
    let mut signers = Signers::new(&term.authority, &beside);
    for (block, vote_set) in &blocks {
        check_chain_id(client, block)?;
        signed(client, &term.authority, &mut signers, block, vote_set)?;
    }
    Ok(one.height())
}
