//! Health, computed from state: "is it really relaying?" is the age of the oldest undelivered packet and the last proven delivery.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::batch::Target;
use crate::{Held, Planner, Side, Stage, Watched};

/// Figures of one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Per chain.
    pub chains: BTreeMap<String, ChainMetrics>,
    /// Per lane.
    pub lanes: BTreeMap<String, LaneMetrics>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainMetrics {
    /// Newest height read.
    pub cursor: u64,
    /// Newest height known; 0 if the chain has not answered since the start.
    pub head: u64,
    /// Header time there, nanoseconds since 1970.
    pub head_time_ns: u64,
    /// A development network.
    #[serde(default)]
    pub dev: bool,
    /// True once everything up to the head was read since the start.
    pub caught_up: bool,
}

/// One lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneMetrics {
    /// Nothing is sent.
    pub paused: bool,
    /// Packets not settled.
    pub open: u64,
    /// Packets put aside.
    pub quarantined: u64,
    /// Age in milliseconds of the oldest packet that was sent and not received; 0 if there is none.
    pub oldest_undelivered_ms: u64,
    /// When a proven transaction last landed, Unix milliseconds; 0 if never.
    pub last_delivery_ms: u64,
    /// Packets that wait on their chains because the queue is full, per side that sent them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Side, Held>,
    /// The two clients, side a first.
    pub clients: Vec<ClientMetrics>,
}

/// One client of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientMetrics {
    /// Host chain.
    pub chain: String,
    /// Id there.
    pub client_id: String,
    /// `active`, `frozen`, `expired` or `unread`.
    pub status: String,
    /// Whom one believes.
    pub trust: String,
    /// Newest height accepted.
    pub latest_height: String,
    /// Milliseconds left before it expires, by its host's time; none if it never does or is unread.
    pub expires_in_ms: Option<u64>,
    /// The watch for misbehaviour: when it last compared a header, Unix milliseconds; 0 if never.
    pub watched_at_ms: u64,
    /// What it found: `agrees`, `conflict`, `unknown` or empty.
    pub watch: String,
}

/// Figures at the planner's present time.
pub fn metrics(planner: &Planner) -> Metrics {
    let chains = planner.state.chains.iter().map(|(name, chain)| {
        let head = planner.heads.get(name);
        let figures = ChainMetrics {
            cursor: chain.cursor,
            head: head.map_or(0, |h| h.height),
            head_time_ns: head.map_or(0, |h| h.time_ns),
            dev: head.is_some_and(|h| h.dev),
            caught_up: planner.caught_up.contains(name),
        };
        (name.to_string(), figures)
    });
    let lanes = planner.state.lanes.values().map(|lane| {
        let open: Vec<_> =
            planner.open.iter().filter(|key| key.lane == lane.name).filter_map(|key| planner.state.packets.get(key)).collect();
        let undelivered = open.iter().filter(|e| matches!(e.stage, Stage::Sent { .. }));
        let figures = LaneMetrics {
            paused: lane.paused,
            open: open.len() as u64,
            quarantined: open.iter().filter(|e| e.quarantine.is_some()).count() as u64,
            oldest_undelivered_ms: undelivered.map(|e| planner.now_ms.saturating_sub(e.first_seen_ms)).max().unwrap_or(0),
            last_delivery_ms: planner.state.last_delivery_ms.get(&lane.name).copied().unwrap_or(0),
            held: planner.state.held.get(&lane.name).cloned().unwrap_or_default(),
            clients: Side::BOTH.iter().map(|&side| client(planner, lane, side)).collect(),
        };
        (lane.name.to_string(), figures)
    });
    Metrics { chains: chains.collect(), lanes: lanes.collect() }
}

fn client(planner: &Planner, lane: &crate::Lane, side: Side) -> ClientMetrics {
    let target = Target { lane: lane.name.clone(), side };
    let end = lane.end(side);
    let view = planner.clients.get(&target);
    let host_time = planner.heads.get(&end.chain).map(|h| h.time_ns);
    let watch = planner.watches.get(&target);
    ClientMetrics {
        chain: end.chain.to_string(),
        client_id: end.client.to_string(),
        status: view.map_or_else(|| "unread".to_owned(), |v| format!("{:?}", v.status).to_lowercase()),
        trust: view.map_or_else(String::new, |v| v.trust.clone()),
        latest_height: view.map_or_else(String::new, |v| v.latest_height.to_string()),
        expires_in_ms: view.zip(host_time).and_then(|(v, now)| v.remaining_ns(now)).map(|ns| ns / 1_000_000),
        watched_at_ms: watch.map_or(0, |(at, _)| *at),
        watch: match watch {
            None => "",
            Some((_, Watched::Agrees)) => "agrees",
            Some((_, Watched::Conflict(_))) => "conflict",
            Some((_, Watched::Unknown(_))) => "unknown",
        }
        .to_owned(),
    }
}
