//! Which packets are taken into the queue. The queue is bounded, reading is not: packets settle by what later blocks say, so a full queue that
//! stopped reading would stay full.
//!
//! Above the bound a lane's new packets are held back: only from which sequence on, and the height from which to read them again, are kept
//! ([`Held`]). Once the queue is half empty the sending chain is read again from there, and the packets are taken in the order of their
//! sequences; if another relayer moved some of them meanwhile, the receiving chain is then read again, too. In heights read before, only held
//! packets are new.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::HeldChange;
use crate::{ChainName, Fact, FactKind, Lane, PacketKey, Side, State};

/// The packets of one lane and sending side that are held back. Sequences grow with heights, so they are all from one sequence on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Sequence of the first.
    pub sequence: u64,
    /// Height of the sending chain from which they are read again.
    pub from: u64,
    /// Height of the receiving chain at which one of them was first seen, brought by another relayer; none if it was not.
    pub other_from: Option<u64>,
    /// True while they are read again; `sequence` then moves on with each that is taken in.
    pub reading: bool,
}

/// Decides over the facts of one block.
pub(crate) struct Intake<'a> {
    state: &'a State,
    chain: &'a ChainName,
    height: u64,
    /// Packets that may still be taken in.
    room: usize,
    /// Those that this block brought in.
    new: BTreeSet<PacketKey>,
    changes: Vec<HeldChange>,
}

impl<'a> Intake<'a> {
    /// An intake for the block at `height` of `chain`, with room for so many packets.
    pub fn new(state: &'a State, chain: &'a ChainName, height: u64, room: usize) -> Self {
        Self { state, chain, height, room, new: BTreeSet::new(), changes: Vec::new() }
    }

    /// The key under which `fact` is to be learnt, if it is.
    pub fn take(&mut self, fact: &Fact) -> Option<PacketKey> {
        let at_source = fact.kind.is_at_source();
        let (lane, source) =
            self.state.lanes.values().find_map(|lane| Some((lane, lane.source_side(self.chain, &fact.packet, at_source)?)))?;
        let key = lane.key(source, fact.packet.sequence);
        let known = self.state.packets.contains_key(&key) || self.new.contains(&key);
        (known || self.is_new(lane, &key, &fact.kind)).then_some(key)
    }

    /// What has changed about held packets. `at_head`: nothing newer of this chain is known, so all that was sent has been read.
    pub fn finish(mut self, at_head: bool) -> Vec<HeldChange> {
        let lanes: Vec<&Lane> = self.state.lanes.values().collect();
        for (lane, source) in lanes.into_iter().flat_map(|lane| Side::BOTH.map(|side| (lane, side))) {
            let all_read = at_head && &lane.end(source).chain == self.chain && self.height >= self.state.read_on(&lane.name, source);
            if let Some(held) = self.held(lane, source).filter(|held| all_read && held.reading) {
                self.change(lane, source, None, held.other_from);
            }
        }
        self.changes
    }

    /// Judges a packet that is not in the queue.
    fn is_new(&mut self, lane: &Lane, key: &PacketKey, kind: &FactKind) -> bool {
        let here = if kind.is_at_source() { key.source } else { key.source.other() };
        let held = self.held(lane, key.source);
        match held.filter(|held| key.sequence >= held.sequence) {
            Some(held) if held.reading && *kind == FactKind::Sent => self.take_held(lane, key, held),
            Some(held) if here != key.source && held.other_from.is_none_or(|from| self.height < from) => {
                self.change(lane, key.source, Some(Held { other_from: Some(self.height), ..held }), None);
                false
            }
            Some(_) => false,
            // A height read before has nothing new: what is not in the queue is settled and forgotten.
            None if self.state.was_read(&lane.name, here, self.height) => false,
            None if here != key.source && self.state.was_sent(key) => false,
            None if self.room == 0 && !matches!(kind, FactKind::Acknowledged | FactKind::TimedOut) => {
                self.hold(lane, key, here);
                false
            }
            None => self.admit(key, kind),
        }
    }

    fn take_held(&mut self, lane: &Lane, key: &PacketKey, held: Held) -> bool {
        if self.room == 0 {
            // What the receiving chain said of these is noted anew when it is read again, now.
            let still = Held { sequence: key.sequence, from: self.height, other_from: None, reading: false };
            self.change(lane, key.source, Some(still), held.other_from);
            return false;
        }
        self.change(lane, key.source, Some(Held { sequence: key.sequence.saturating_add(1), ..held }), None);
        self.admit(key, &FactKind::Sent)
    }

    fn admit(&mut self, key: &PacketKey, kind: &FactKind) -> bool {
        let opens = !matches!(kind, FactKind::Acknowledged | FactKind::TimedOut);
        self.room -= usize::from(opens);
        self.new.insert(key.clone());
        true
    }

    /// Begins to hold back from `key` on, or from an earlier packet than before.
    fn hold(&mut self, lane: &Lane, key: &PacketKey, here: Side) {
        let seen_where_sent = here == key.source;
        // Seen first where it was received: where it was sent, it stands in what is not read yet.
        let from = if seen_where_sent { self.height } else { self.state.cursor(&lane.end(key.source).chain).saturating_add(1) };
        let other_from = (!seen_where_sent).then_some(self.height);
        let before = self.held(lane, key.source);
        let held = Held {
            sequence: key.sequence,
            from: before.as_ref().map_or(from, |held| held.from.min(from)),
            other_from: [before.as_ref().and_then(|held| held.other_from), other_from].into_iter().flatten().min(),
            // A packet left out where it was sent ends the reading in order.
            reading: before.as_ref().is_some_and(|held| held.reading && !seen_where_sent),
        };
        let back_to = before.filter(|before| before.reading && !held.reading).and_then(|before| before.other_from);
        self.change(lane, key.source, Some(held), back_to);
    }

    fn held(&self, lane: &Lane, source: Side) -> Option<Held> {
        let changed = self.changes.iter().rev().find(|change| change.lane == lane.name && change.source == source);
        changed.map_or_else(|| self.state.held(&lane.name, source).cloned(), |change| change.held.clone())
    }

    fn change(&mut self, lane: &Lane, source: Side, held: Option<Held>, back_to: Option<u64>) {
        let before = self.changes.iter().position(|change| change.lane == lane.name && change.source == source);
        let before = before.and_then(|index| self.changes.remove(index).back_to);
        let back_to = [before, back_to].into_iter().flatten().min();
        self.changes.push(HeldChange { lane: lane.name.clone(), source, held, back_to });
    }
}
