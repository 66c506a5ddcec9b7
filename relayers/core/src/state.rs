//! The durable state: what replaying the journal gives.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::record::{HeldChange, Sending};
use crate::timeline::{self, Step, Verified};
use crate::{ChainName, Fact, FactKind, Held, Hop, Lane, LaneName, Packet, PacketKey, Record, Side, Stage};

/// The relayer's account on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Account number.
    pub number: u64,
    /// Sequence of the next transaction.
    pub sequence: u64,
}

/// What is kept per chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainState {
    /// Newest height that was read.
    pub cursor: u64,
    /// The signing account, if known.
    pub account: Option<Account>,
}

/// A transaction under way for a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// What it does.
    pub hop: Hop,
    /// Its hash.
    pub tx_hash: String,
    /// What was verified for it: header first, if it carried one.
    pub verified: Vec<Verified>,
    /// When it left, Unix milliseconds.
    pub at_ms: u64,
}

/// One packet in the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The packet, our own copy.
    pub packet: Packet,
    /// Where it stands.
    pub stage: Stage,
    /// False if it was found while catching up: then it is backlog from the start, and shares what live packets leave.
    pub live: bool,
    /// When it was first seen, Unix milliseconds.
    pub first_seen_ms: u64,
    /// Refusals held against it since it last moved.
    pub attempts: u32,
    /// Why it is put aside, if it is.
    pub quarantine: Option<String>,
    /// The transaction under way for it.
    pub pending: Option<Pending>,
    /// What happened to it.
    pub steps: Vec<Step>,
}

/// Everything durable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Lanes by name.
    pub lanes: BTreeMap<LaneName, Lane>,
    /// Chains by name.
    pub chains: BTreeMap<ChainName, ChainState>,
    /// Per lane, the newest heights read for it on side a and on side b: another lane that sets a cursor back does not make its old packets new.
    pub read_to: BTreeMap<LaneName, (u64, u64)>,
    /// Packets that are held back because the queue is full, per lane and side that sent them.
    #[serde(default)]
    pub held: BTreeMap<LaneName, BTreeMap<Side, Held>>,
    /// Per lane and side that sent them, the least and the greatest sequence of packets that were taken in where they were sent: one of
    /// those that is not among the packets is settled and forgotten, whatever the other chain tells of it later.
    #[serde(default)]
    pub sent: BTreeMap<LaneName, BTreeMap<Side, (u64, u64)>>,
    /// Packets.
    pub packets: BTreeMap<PacketKey, Entry>,
    /// Settled packets, oldest first.
    pub settled: VecDeque<PacketKey>,
    /// When a proven transaction last landed, per lane, Unix milliseconds.
    pub last_delivery_ms: BTreeMap<LaneName, u64>,
}

impl State {
    /// Applies one record. Total: a record about something unknown changes nothing.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Snapshot(state) => *self = (**state).clone(),
            Record::LaneAdded { lane, from_a, from_b } => self.add_lane(lane, *from_a, *from_b),
            Record::LanePaused(name) => self.set_paused(name, true),
            Record::LaneResumed(name) => self.set_paused(name, false),
            Record::Scanned { chain, height, hash, time_ns, at_ms, live, found, held } => {
                self.chain_mut(chain).cursor = *height;
                for (key, fact) in found {
                    let place = Place { chain, height: *height, hash, time_ns: *time_ns, at_ms: *at_ms, live: *live };
                    self.learn(key, fact, &place);
                    if fact.kind == FactKind::Sent {
                        self.mark_sent(key);
                    }
                }
                self.mark_read(chain, *height);
                for change in held {
                    self.change_held(change);
                }
            }
            Record::HeldRead { lane, source } => self.read_held(lane, *source),
            Record::Broadcasting { host, tx_hash, account, at_ms, update, items, .. } => {
                self.chain_mut(host).account = Some(*account);
                for item in items {
                    self.send(item, tx_hash, update.as_ref(), *at_ms);
                }
            }
            Record::Concluded { target, host, account, at_ms, landed, failed } => {
                self.chain_mut(host).account = *account;
                if *landed {
                    self.last_delivery_ms.insert(target.lane.clone(), *at_ms);
                }
                for (key, reason) in failed {
                    if let Some(entry) = self.packets.get_mut(key) {
                        entry.attempts = entry.attempts.saturating_add(1);
                        let tx_hash = entry.pending.take().map(|p| p.tx_hash);
                        entry.note("attempt-failed", host, *at_ms, tx_hash, reason);
                    }
                }
            }
            Record::Quarantined { key, reason, at_ms } => self.put_aside(key, Some(reason), *at_ms),
            Record::Released { key, at_ms } => self.put_aside(key, None, *at_ms),
        }
    }

    /// Drops the oldest settled packets above `kept`.
    pub fn trim(&mut self, kept: usize) {
        while self.settled.len() > kept {
            if let Some(key) = self.settled.pop_front() {
                self.packets.remove(&key);
            }
        }
    }

    /// Keys of the packets that are not settled.
    pub fn open(&self) -> BTreeSet<PacketKey> {
        self.packets.iter().filter(|(_, e)| !e.stage.is_settled()).map(|(k, _)| k.clone()).collect()
    }

    /// Newest height read of `chain`; 0 if none.
    pub fn cursor(&self, chain: &ChainName) -> u64 {
        self.chains.get(chain).map_or(0, |c| c.cursor)
    }

    /// True if `height` of the chain on `side` was read for `lane` before.
    pub fn was_read(&self, lane: &LaneName, side: Side, height: u64) -> bool {
        height <= self.read_on(lane, side)
    }

    /// Newest height of the chain on `side` that was ever read for `lane`; 0 if none.
    pub fn read_on(&self, lane: &LaneName, side: Side) -> u64 {
        let (a, b) = self.read_to.get(lane).copied().unwrap_or_default();
        if side == Side::A { a } else { b }
    }

    /// What is held back of the packets that `source` sent on `lane`.
    pub fn held(&self, lane: &LaneName, source: Side) -> Option<&Held> {
        self.held.get(lane)?.get(&source)
    }

    fn change_held(&mut self, change: &HeldChange) {
        let sides = self.held.entry(change.lane.clone()).or_default();
        match &change.held {
            Some(held) => drop(sides.insert(change.source, held.clone())),
            None => drop(sides.remove(&change.source)),
        }
        self.held.retain(|_, sides| !sides.is_empty());
        if let Some(from) = change.back_to {
            self.step_back(&change.lane, change.source.other(), from);
        }
    }

    fn read_held(&mut self, lane: &LaneName, source: Side) {
        let Some(held) = self.held.get_mut(lane).and_then(|sides| sides.get_mut(&source)) else { return };
        held.reading = true;
        let from = held.from;
        self.step_back(lane, source, from);
    }

    /// Lets the chain on `side` be read again from `height` on. What is in the queue learns nothing twice, and nothing else is new there.
    fn step_back(&mut self, lane: &LaneName, side: Side, height: u64) {
        let Some(name) = self.lanes.get(lane).map(|lane| lane.end(side).chain.clone()) else { return };
        let chain = self.chain_mut(&name);
        chain.cursor = chain.cursor.min(height.saturating_sub(1));
    }

    /// True if the packet was taken in where it was sent.
    pub fn was_sent(&self, key: &PacketKey) -> bool {
        let range = self.sent.get(&key.lane).and_then(|sides| sides.get(&key.source));
        range.is_some_and(|(least, greatest)| (least..=greatest).contains(&&key.sequence))
    }

    fn mark_sent(&mut self, key: &PacketKey) {
        let range = self.sent.entry(key.lane.clone()).or_default().entry(key.source).or_insert((key.sequence, key.sequence));
        *range = (range.0.min(key.sequence), range.1.max(key.sequence));
    }

    fn mark_read(&mut self, chain: &ChainName, height: u64) {
        for lane in self.lanes.values() {
            let marks = self.read_to.entry(lane.name.clone()).or_default();
            if lane.a.chain == *chain {
                marks.0 = marks.0.max(height);
            }
            if lane.b.chain == *chain {
                marks.1 = marks.1.max(height);
            }
        }
    }

    /// The chain on which `hop` for `key` is carried out.
    pub fn host_of(&self, key: &PacketKey, hop: Hop) -> Option<&ChainName> {
        self.lanes.get(&key.lane).map(|lane| &lane.end(hop.target(key.source)).chain)
    }

    fn chain_mut(&mut self, chain: &ChainName) -> &mut ChainState {
        self.chains.entry(chain.clone()).or_default()
    }

    fn add_lane(&mut self, lane: &Lane, from_a: u64, from_b: u64) {
        for (end, from) in [(&lane.a, from_a), (&lane.b, from_b)] {
            let start = from.saturating_sub(1);
            let known = self.chains.contains_key(&end.chain);
            let chain = self.chain_mut(&end.chain);
            // Reading heights again is harmless, so a new lane may set the cursor back; it never sets it forward past another lane's packets.
            chain.cursor = if known { chain.cursor.min(start) } else { start };
        }
        self.lanes.insert(lane.name.clone(), lane.clone());
    }

    fn set_paused(&mut self, name: &LaneName, paused: bool) {
        if let Some(lane) = self.lanes.get_mut(name) {
            lane.paused = paused;
        }
    }

    fn learn(&mut self, key: &PacketKey, fact: &Fact, place: &Place<'_>) {
        let entry = self.packets.entry(key.clone()).or_insert_with(|| Entry {
            packet: fact.packet.clone(),
            stage: Stage::Sent { height: 0 },
            live: place.live,
            first_seen_ms: place.at_ms,
            attempts: 0,
            quarantine: None,
            pending: None,
            steps: Vec::new(),
        });
        let was_settled = entry.stage.is_settled();
        let moved = entry.stage.advance(&fact.kind, place.height);
        if moved {
            entry.attempts = 0;
            entry.quarantine = None;
        }
        // A fact that came second, e.g. `sent` read after `received`, still belongs in the timeline once.
        if moved || !entry.steps.iter().any(|s| s.what == fact.kind.word()) {
            entry.record_fact(fact, place);
        }
        if entry.stage.is_settled() && !was_settled {
            self.settled.push_back(key.clone());
        }
    }

    fn send(&mut self, item: &Sending, tx_hash: &str, update: Option<&Verified>, at_ms: u64) {
        if let Some(entry) = self.packets.get_mut(&item.key) {
            let verified = update.into_iter().chain([&item.verified]).cloned().collect();
            entry.pending = Some(Pending { hop: item.hop, tx_hash: tx_hash.to_owned(), verified, at_ms });
        }
    }

    fn put_aside(&mut self, key: &PacketKey, reason: Option<&String>, at_ms: u64) {
        let Some(lane) = self.lanes.get(&key.lane) else { return };
        let chain = lane.end(key.source).chain.clone();
        if let Some(entry) = self.packets.get_mut(key) {
            entry.quarantine = reason.cloned();
            if reason.is_none() {
                entry.attempts = 0;
            }
            let (what, words) = reason.map_or(("released", ""), |r| ("quarantined", r.as_str()));
            entry.note(what, &chain, at_ms, None, words);
        }
    }
}

struct Place<'a> {
    chain: &'a ChainName,
    height: u64,
    hash: &'a str,
    time_ns: u64,
    at_ms: u64,
    live: bool,
}

impl Entry {
    fn note(&mut self, what: &str, chain: &ChainName, at_ms: u64, tx_hash: Option<String>, detail: &str) {
        timeline::push(
            &mut self.steps,
            Step {
                what: what.to_owned(),
                chain: chain.clone(),
                at_ms,
                ms: 0,
                height: 0,
                block_hash: String::new(),
                block_time_ns: 0,
                tx_hash,
                verified: Vec::new(),
                detail: detail.to_owned(),
            },
        );
    }

    fn record_fact(&mut self, fact: &Fact, place: &Place<'_>) {
        let ours = self.pending.take_if(|p| {
            let same_tx = fact.tx_hash.as_ref().is_some_and(|hash| hash.eq_ignore_ascii_case(&p.tx_hash));
            same_tx || hop_is_done(p.hop, &fact.kind)
        });
        let verified = ours
            .filter(|p| fact.tx_hash.as_ref().is_some_and(|hash| hash.eq_ignore_ascii_case(&p.tx_hash)))
            .map_or_else(Vec::new, |p| p.verified);
        timeline::push(
            &mut self.steps,
            Step {
                what: fact.kind.word().to_owned(),
                chain: place.chain.clone(),
                at_ms: place.at_ms,
                ms: 0,
                height: place.height,
                block_hash: place.hash.to_owned(),
                block_time_ns: place.time_ns,
                tx_hash: fact.tx_hash.clone(),
                verified,
                detail: String::new(),
            },
        );
    }
}

/// True if after `fact` nothing is left for `hop` to do.
fn hop_is_done(hop: Hop, fact: &FactKind) -> bool {
    match hop {
        Hop::Recv | Hop::RecvTimeout => !matches!(fact, FactKind::Sent),
        Hop::Ack | Hop::Timeout | Hop::TimeoutBySentinel => matches!(fact, FactKind::Acknowledged | FactKind::TimedOut),
    }
}
