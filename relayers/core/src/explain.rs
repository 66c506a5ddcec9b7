//! "Why is it stuck?": every packet's state, owner, deadline and next action.

use serde::{Deserialize, Serialize};

use crate::batch::Target;
use crate::{ClientStatus, PacketKey, Planner, Stage};

/// The answer for one packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Where it stands.
    pub stage: String,
    /// Who has to act: `relayer`, `chain`, `operator` or `nobody`.
    pub owner: String,
    /// Unix seconds of the destination's time from which it can no longer be received.
    pub deadline_s: u64,
    /// What happens next, or what is waited for and why.
    pub next: String,
}

/// Explains one packet; none if the relayer does not know it.
pub fn explain(planner: &Planner, key: &PacketKey) -> Option<Explanation> {
    let entry = planner.state.packets.get(key)?;
    let (owner, next) = next(planner, key)?;
    Some(Explanation { stage: entry.stage.word().to_owned(), owner: owner.to_owned(), deadline_s: entry.packet.timeout_s, next })
}

fn next(planner: &Planner, key: &PacketKey) -> Option<(&'static str, String)> {
    let entry = planner.state.packets.get(key)?;
    let lane = planner.state.lanes.get(&key.lane)?;
    let dest = &lane.end(key.source.other()).chain;
    if entry.stage.is_settled() {
        return Some(("nobody", "nothing: it is settled".into()));
    }
    if let Some(reason) = &entry.quarantine {
        return Some(("operator", format!("quarantined: {reason}; `govrelay packet release {key}` tries it again")));
    }
    if lane.paused {
        return Some(("operator", format!("lane `{}` is paused; `govrelay lane resume {}`", lane.name, lane.name)));
    }
    if let Some(pending) = &entry.pending {
        return Some(("chain", format!("transaction {} ({}) is under way", pending.tx_hash, pending.hop)));
    }
    match entry.stage {
        Stage::Received => return Some(("chain", format!("`{dest}` has received it and will answer"))),
        Stage::Sent { height: 0 } => return Some(("relayer", format!("reading `{}` up to where it was sent", lane.end(key.source).chain))),
        _ => {}
    }
    let Some(need) = planner.next_hop(lane, key) else {
        return Some(("chain", format!("`{dest}` has not answered this relayer yet: its time is unknown")));
    };
    let target = Target { lane: key.lane.clone(), side: need.hop.target(key.source) };
    let (host, proved) = (&lane.end(target.side).chain, &lane.end(target.side.other()).chain);
    let hop = need.hop;
    if let Some(wait) = planner.waits.get(key).filter(|w| w.until_ms > planner.now_ms) {
        return Some(("relayer", format!("{hop} is tried again in {} ms: {}", wait.until_ms - planner.now_ms, wait.reason)));
    }
    if let Some(wait) = planner.target_waits.get(&target).filter(|w| w.until_ms > planner.now_ms) {
        return Some(("relayer", format!("{hop} to `{host}` pauses for {} ms: {}", wait.until_ms - planner.now_ms, wait.reason)));
    }
    if !planner.caught_up.contains(host) || planner.owes_reading(host) {
        return Some(("relayer", format!("{hop} waits until `{host}` is read up to its newest block")));
    }
    let client = &lane.end(target.side).client;
    match planner.clients.get(&target) {
        None => {
            let why = planner.client_faults.get(&target).map_or("not answered yet", String::as_str);
            return Some(("chain", format!("{hop} waits to read client `{client}` on `{host}`: {why}")));
        }
        Some(view) if view.status != ClientStatus::Active => {
            return Some(("operator", format!("client `{client}` on `{host}` is {:?}: governance of `{host}` has to recover it", view.status)));
        }
        Some(view) if view.counterparty.as_ref() != Some(&lane.end(target.side.other()).client) => {
            return Some(("operator", format!("client `{client}` on `{host}` is not registered with the other end of this lane")));
        }
        Some(_) => {}
    }
    let reached = planner.heads.get(proved).is_some_and(|head| head.height >= need.height);
    if !reached {
        return Some(("chain", format!("{hop} waits for block {} of `{proved}`, whose header carries the proof", need.height)));
    }
    Some(("relayer", format!("{hop} to `{host}` is next")))
}
