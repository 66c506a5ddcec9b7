//! What the API and the commands show: the same from the running planner and from a home at rest.

use govrelay_core::{explain, metrics, Entry, Explanation, Lane, Metrics, PacketKey, Planner, Side, Stage, Step};
use serde::{Deserialize, Serialize};

/// A relayer's health.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusView {
    /// True if this comes from a running daemon.
    pub running: bool,
    /// Version of the program.
    pub version: String,
    /// Process id; 0 if not running.
    pub pid: u32,
    /// Figures.
    pub metrics: Metrics,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneView {
    /// The lane.
    #[serde(flatten)]
    pub lane: Lane,
    /// Packets not settled.
    pub open: u64,
    /// Packets put aside.
    pub quarantined: u64,
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketView {
    /// Key, `lane/side/sequence`.
    pub key: PacketKey,
    /// Chain that sent it.
    pub source_chain: String,
    /// Chain that receives it.
    pub dest_chain: String,
    /// The sender's client.
    pub source_client: String,
    /// The receiver's client.
    pub dest_client: String,
    /// Sequence.
    pub sequence: u64,
    /// Unix seconds of the destination's time.
    pub timeout_s: u64,
    /// Why it is put aside, if it is.
    pub quarantine: Option<String>,
    /// Refusals held against it since it last moved.
    pub attempts: u32,
    /// When it was first seen, Unix milliseconds.
    pub first_seen_ms: u64,
    /// Where it stands, who has to act, by when, what is next.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// What happened to it; empty in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The encoded packet in hex; empty in lists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub packet_hex: String,
    /// The encoded acknowledgement in hex, while it is on its way home; empty in lists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub acknowledgement_hex: String,
}

/// Which packets of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PacketFilter {
    /// Only of this lane.
    pub lane: Option<String>,
    /// `open`, `settled` or `quarantined`; all if none.
    pub state: Option<String>,
    /// At most so many, newest sequences first; at most [`LIST_MAX`].
    pub limit: Option<usize>,
}

/// Most packets in one list.
pub const LIST_MAX: usize = 1_000;

/// Health of a planner.
pub fn status(planner: &Planner, running: bool) -> StatusView {
    let pid = if running { std::process::id() } else { 0 };
    StatusView { running, version: env!("CARGO_PKG_VERSION").to_owned(), pid, metrics: metrics(planner) }
}

/// All lanes.
pub fn lanes(planner: &Planner) -> Vec<LaneView> {
    let figures = metrics(planner);
    let count = |lane: &Lane| figures.lanes.get(lane.name.as_str()).map_or((0, 0), |m| (m.open, m.quarantined));
    let lanes = planner.state().lanes.values();
    lanes.map(|lane| LaneView { lane: lane.clone(), open: count(lane).0, quarantined: count(lane).1 }).collect()
}

/// One packet, with all that happened to it.
pub fn packet(planner: &Planner, key: &PacketKey) -> Option<PacketView> {
    let entry = planner.state().packets.get(key)?;
    let mut view = summary(planner, key, entry)?;
    view.steps.clone_from(&entry.steps);
    view.packet_hex = hex::encode(&entry.packet.bytes);
    if let Stage::Answered { acknowledgement, .. } = &entry.stage {
        view.acknowledgement_hex = hex::encode(acknowledgement);
    }
    Some(view)
}

/// Packets, newest sequences of each lane first.
pub fn packets(planner: &Planner, filter: &PacketFilter) -> Vec<PacketView> {
    let wanted = |(key, entry): &(&PacketKey, &Entry)| {
        let lane = filter.lane.as_ref().is_none_or(|lane| lane == key.lane.as_str());
        let state = match filter.state.as_deref() {
            Some("open") => !entry.stage.is_settled(),
            Some("settled") => entry.stage.is_settled(),
            Some("quarantined") => entry.quarantine.is_some(),
            _ => true,
        };
        lane && state
    };
    let limit = filter.limit.unwrap_or(LIST_MAX).min(LIST_MAX);
    planner.state().packets.iter().rev().filter(wanted).take(limit).filter_map(|(key, entry)| summary(planner, key, entry)).collect()
}

/// The key of the packet that `chain` (by name) sent with `sequence` on `client`.
pub fn key_of(planner: &Planner, chain: &str, client: &str, sequence: u64) -> Option<PacketKey> {
    planner.state().lanes.values().find_map(|lane| {
        let side = Side::BOTH.into_iter().find(|side| lane.end(*side).chain.as_str() == chain && lane.end(*side).client.as_str() == client)?;
        Some(lane.key(side, sequence))
    })
}

fn summary(planner: &Planner, key: &PacketKey, entry: &Entry) -> Option<PacketView> {
    let lane = planner.state().lanes.get(&key.lane)?;
    Some(PacketView {
        key: key.clone(),
        source_chain: lane.end(key.source).chain.to_string(),
        dest_chain: lane.end(key.source.other()).chain.to_string(),
        source_client: entry.packet.source_client.to_string(),
        dest_client: entry.packet.dest_client.to_string(),
        sequence: key.sequence,
        timeout_s: entry.packet.timeout_s,
        quarantine: entry.quarantine.clone(),
        attempts: entry.attempts,
        first_seen_ms: entry.first_seen_ms,
        explanation: explain(planner, key)?,
        steps: Vec::new(),
        packet_hex: String::new(),
        acknowledgement_hex: String::new(),
    })
}
