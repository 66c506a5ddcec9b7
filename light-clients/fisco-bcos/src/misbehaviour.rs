//! Evidence: two blocks of one number on one trusted parent, each signed by the quorum that was needed there.
//!
//! The common parent is the point: headers name neither chain nor group, so nodes that serve two groups sign two different blocks of
//! every number without any misbehaviour. Only below one parent do two blocks contradict each other. A longer fork is shown by its first
//! two blocks.

use govhub_lc_core::{ConsensusStates, Fault, Reason, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::decode;
use crate::header::Header;
use crate::sealers::SealerSet;
use crate::state::ClientState;
use crate::verify::convinces;

pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    let missing = || Reason::new("header-missing", "evidence has two headers");
    let (Some(one), Some(two)) = (&raw.header_1, &raw.header_2) else { return Ok(Verdict::Invalid(missing())) };
    let read = |signed| Header::read(client.version, client.suite, signed);
    let (first, second) = match (read(one), read(two)) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(reason), _) | (_, Err(reason)) => return Ok(Verdict::Invalid(reason)),
    };
    if let Err(reason) = conflict(&first, &second) {
        return Ok(Verdict::Invalid(reason));
    }
    let below = client.consensus_state_at(states, Height::new(0, first.number - 1))?;
    if below.hash != first.parent {
        return Ok(Verdict::Invalid(Reason::new("parent-hash", "the blocks do not stand on the trusted block below: they may be of another group")));
    }
    if !client.believes(below.time, now) {
        return Ok(Verdict::Invalid(Reason::new("trusting-period-over", format!("block {} is too old; its sealers' keys may be anyone's", first.number - 1))));
    }
    let set = match SealerSet::from_raw(&raw.sealers) {
        Ok(set) if set.hash() == below.sealers_hash => set,
        Ok(_) => return Ok(Verdict::Invalid(Reason::new("evidence-set", "not the set that the trusted block below commits to"))),
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    for (header, signed) in [(&first, one), (&second, two)] {
        if let Err(refusal) = convinces(client, &set, header, signed) {
            return Ok(refusal.into());
        }
    }
    Ok(Verdict::Misbehaviour(Reason::new("equivocation", format!("two blocks {} on one parent, both signed by a quorum", first.number))))
}

fn conflict(first: &Header, second: &Header) -> Result<(), Reason> {
    if first.number != second.number {
        return Err(Reason::new("no-conflict", format!("blocks {} and {}", first.number, second.number)));
    }
    if first.hash == second.hash {
        return Err(Reason::new("no-conflict", "one block twice"));
    }
    if first.parent != second.parent {
        return Err(Reason::new("parent-hash", "the blocks stand on different parents: they may be of two groups"));
    }
    Ok(())
}
