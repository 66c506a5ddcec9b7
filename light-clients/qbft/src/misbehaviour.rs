//! Evidence: two runs of headers that each convince this client and contradict each other at their ends.
//!
//! The same block with other seals, or sealed again in another round, is no contradiction: nodes store different seals for one block.

use govhub_lc_core::{ConsensusStates, Fault, Reason, Verdict};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;

use crate::decode;
use crate::state::ClientState;
use crate::verify::{run, Believed};

pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let message = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    let (Some(one), Some(two)) = (&message.header_1, &message.header_2) else {
        return Ok(Verdict::Invalid(Reason::new("header-missing", "evidence has two runs of headers")));
    };
    let mut ends = Vec::with_capacity(2);
    for message in [one, two] {
        match run(client, states, message, now)? {
            Ok(mut run) => ends.extend(run.pop()),
            Err(refusal) => return Ok(refusal.into()),
        }
    }
    Ok(match contradiction(&ends[0], &ends[1]) {
        Ok(reason) => Verdict::Misbehaviour(reason),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// What two blocks contradict each other in, if they do.
fn contradiction(one: &Believed, two: &Believed) -> Result<Reason, Reason> {
    let (low, high) = if one.number <= two.number { (one, two) } else { (two, one) };
    if low.number == high.number {
        return if low.block_hash == high.block_hash {
            Err(Reason::new("no-conflict", format!("both are the same block {}, whatever seals it bears", low.number)))
        } else {
            Ok(Reason::new("fork", format!("two blocks {}", low.number)))
        };
    }
    if low.timestamp_s >= high.timestamp_s {
        return Ok(Reason::new("time-conflict", format!("block {} at {}, block {} at {}", low.number, low.timestamp_s, high.number, high.timestamp_s)));
    }
    if low.number + 1 == high.number && high.parent_hash != low.block_hash {
        return Ok(Reason::new("fork", format!("block {} is the child of another block {}", high.number, low.number)));
    }
    Err(Reason::new("no-conflict", format!("block {} and block {} can be of one chain", low.number, high.number)))
}
