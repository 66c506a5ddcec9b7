//! The planner: one input in, a list of effects out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use govhub_types::{ClientId, Height};
use thiserror::Error;

use crate::batch::{BatchId, Target};
use crate::intake::Intake;
use crate::retry::Wait;
use crate::{
    Account, Alarm, Block, ChainName, ClientStatus, ClientView, Effect, Fact, Failure, Head, Hop, Input, ItemResult, Lane, LaneName, Outcome, PacketKey,
    Proved, Record, Settings, Side, State, Verified, Watched,
};
use crate::record::Sending;

/// A height that says nothing is written to the journal only if it is a multiple of this: a restart reads at most so many heights again.
pub const CURSOR_EVERY: u64 = 64;

/// An idle client's newest header is compared with its chain again after so many milliseconds: the watch shows that it is alive.
pub const WATCH_EVERY_MS: u64 = 60_000;

/// Most lanes of one relayer: each costs two client reads every [`Settings::client_read_ms`].
pub const LANES_MAX: usize = 1_000;

/// The planner. Its [`State`] is durable; all else is rebuilt from the chains after a restart.
#[derive(Clone, Debug)]
pub struct Planner {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    pub(crate) open: BTreeSet<PacketKey>,
    pub(crate) now_ms: u64,
    pub(crate) heads: BTreeMap<ChainName, Head>,
    pub(crate) caught_up: BTreeSet<ChainName>,
    pub(crate) clients: BTreeMap<Target, ClientView>,
    pub(crate) client_reads: BTreeMap<Target, u64>,
    pub(crate) client_faults: BTreeMap<Target, String>,
    pub(crate) flights: BTreeMap<ChainName, Flight>,
    pub(crate) waits: BTreeMap<PacketKey, Wait>,
    pub(crate) target_waits: BTreeMap<Target, Wait>,
    pub(crate) groups: BTreeMap<Target, VecDeque<Vec<PacketKey>>>,
    pub(crate) landed: BTreeMap<PacketKey, (ChainName, u64)>,
    pub(crate) fresh_header: BTreeSet<Target>,
    pub(crate) last_turn: BTreeMap<ChainName, Target>,
    pub(crate) watches: BTreeMap<Target, (u64, Watched)>,
    pub(crate) evidence: BTreeMap<Target, Height>,
    alarms: BTreeSet<(&'static str, String)>,
    pub(crate) next_batch: BatchId,
}

/// A batch under way. One per host chain: an account has one sequence.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub batch: BatchId,
    pub target: Target,
    pub items: Vec<(PacketKey, Hop)>,
    pub since_ms: u64,
    pub sending: Option<Account>,
    pub evidence: bool,
    /// Height and time of the header it brings, if it brings one.
    pub header: Option<(u64, u64)>,
}

/// Why an operator's command is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// No such lane.
    #[error("no lane `{0}`; see `govrelay lane list`")]
    NoLane(LaneName),
    /// The name is taken by another lane.
    #[error("lane `{0}` exists with other ends; choose another name")]
    NameTaken(LaneName),
    /// The client stands in another lane.
    #[error("client `{client}` on `{chain}` is already an end of lane `{lane}`")]
    ClientTaken {
        /// Client.
        client: String,
        /// Chain.
        chain: ChainName,
        /// Lane that has it.
        lane: LaneName,
    },
    /// More lanes than [`LANES_MAX`].
    #[error("{LANES_MAX} lanes at most; start another relayer")]
    TooManyLanes,
    /// No such packet.
    #[error("no packet `{0}`; see `govrelay packet list`")]
    NoPacket(PacketKey),
    /// The packet is not quarantined.
    #[error("packet `{0}` is not quarantined")]
    NotQuarantined(PacketKey),
}

#[derive(Default)]
pub(crate) struct Out {
    records: Vec<Record>,
    pub effects: Vec<Effect>,
}

impl Out {
    fn into_effects(self) -> Vec<Effect> {
        let write = (!self.records.is_empty()).then_some(Effect::Write(self.records));
        write.into_iter().chain(self.effects).collect()
    }
}

impl Planner {
    /// A planner over the state that the journal gave.
    pub fn restore(settings: Settings, mut state: State) -> Self {
        state.trim(settings.settled_kept);
        let open = state.open();
        Self {
            settings,
            state,
            open,
            now_ms: 0,
            heads: BTreeMap::new(),
            caught_up: BTreeSet::new(),
            clients: BTreeMap::new(),
            client_reads: BTreeMap::new(),
            client_faults: BTreeMap::new(),
            flights: BTreeMap::new(),
            waits: BTreeMap::new(),
            target_waits: BTreeMap::new(),
            groups: BTreeMap::new(),
            landed: BTreeMap::new(),
            fresh_header: BTreeSet::new(),
            last_turn: BTreeMap::new(),
            watches: BTreeMap::new(),
            evidence: BTreeMap::new(),
            alarms: BTreeSet::new(),
            next_batch: 1,
        }
    }

    /// The durable state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The next height of `chain` to hand in, or none if the chain is in no lane. It may be one that was read before.
    pub fn next_height(&self, chain: &ChainName) -> Option<u64> {
        self.state.chains.get(chain).map(|known| known.cursor.saturating_add(1))
    }

    /// Takes one input at `now_ms` (Unix milliseconds of the edge's clock, used for pauses and timelines only).
    pub fn step(&mut self, now_ms: u64, input: Input) -> Vec<Effect> {
        let mut out = self.begin(now_ms);
        match input {
            Input::Tick => {}
            Input::Head(head) => self.on_head(head),
            Input::Block(block) => self.on_block(block, &mut out),
            Input::Client(target, view) => self.on_client(target, view, &mut out),
            Input::ClientUnread(target, words) => {
                self.client_faults.insert(target, words);
            }
            Input::Proved(proved) => self.on_proved(proved, &mut out),
            Input::Unproved(batch, failure) => self.on_unproved(batch, failure, &mut out),
            Input::Outcome(batch, outcome) => self.on_outcome(batch, outcome, &mut out),
            Input::Watched(target, height, found) => self.on_watched(target, height, found, &mut out),
        }
        self.finish(out)
    }

    /// Adds a lane whose packets are looked for from these heights on; adding the same lane again changes nothing.
    ///
    /// # Errors
    /// [`CommandError`] if the name or a client is taken, or there are too many lanes.
    pub fn add_lane(&mut self, now_ms: u64, lane: Lane, from_a: u64, from_b: u64) -> Result<Vec<Effect>, CommandError> {
        if let Some(known) = self.state.lanes.get(&lane.name) {
            let same = (&known.a, &known.b) == (&lane.a, &lane.b);
            return if same { Ok(Vec::new()) } else { Err(CommandError::NameTaken(lane.name)) };
        }
        if self.state.lanes.len() >= LANES_MAX {
            return Err(CommandError::TooManyLanes);
        }
        for known in self.state.lanes.values() {
            if let Some(end) = [&lane.a, &lane.b].into_iter().find(|&end| end == &known.a || end == &known.b) {
                return Err(CommandError::ClientTaken {
                    client: end.client.to_string(),
                    chain: end.chain.clone(),
                    lane: known.name.clone(),
                });
            }
        }
        let mut out = self.begin(now_ms);
        for end in [&lane.a, &lane.b] {
            self.caught_up.remove(&end.chain);
        }
        self.write(&mut out, Record::LaneAdded { lane, from_a, from_b });
        Ok(self.finish(out))
    }

    /// Stops (`paused`) or resumes sending on a lane.
    ///
    /// # Errors
    /// [`CommandError::NoLane`].
    pub fn set_paused(&mut self, now_ms: u64, lane: &LaneName, paused: bool) -> Result<Vec<Effect>, CommandError> {
        if !self.state.lanes.contains_key(lane) {
            return Err(CommandError::NoLane(lane.clone()));
        }
        let mut out = self.begin(now_ms);
        let record = if paused { Record::LanePaused(lane.clone()) } else { Record::LaneResumed(lane.clone()) };
        self.write(&mut out, record);
        Ok(self.finish(out))
    }

    /// Lets a quarantined packet be tried again.
    ///
    /// # Errors
    /// [`CommandError::NoPacket`], [`CommandError::NotQuarantined`].
    pub fn release(&mut self, now_ms: u64, key: &PacketKey) -> Result<Vec<Effect>, CommandError> {
        let entry = self.state.packets.get(key).ok_or_else(|| CommandError::NoPacket(key.clone()))?;
        if entry.quarantine.is_none() {
            return Err(CommandError::NotQuarantined(key.clone()));
        }
        let mut out = self.begin(now_ms);
        self.waits.remove(key);
        let at_ms = self.now_ms;
        self.write(&mut out, Record::Released { key: key.clone(), at_ms });
        Ok(self.finish(out))
    }

    fn begin(&mut self, now_ms: u64) -> Out {
        self.now_ms = self.now_ms.max(now_ms);
        Out::default()
    }

    fn finish(&mut self, mut out: Out) -> Vec<Effect> {
        self.give_up_waiting(&mut out);
        self.read_held(&mut out);
        self.schedule(&mut out);
        out.into_effects()
    }

    fn write(&mut self, out: &mut Out, record: Record) {
        self.state.apply(&record);
        out.records.push(record);
    }

    /// Raises an alarm once, until [`Planner::calm`] says that it is over.
    pub(crate) fn alarm(&mut self, out: &mut Out, name: &'static str, subject: String, words: String) {
        if self.alarms.insert((name, subject.clone())) {
            out.effects.push(Effect::Alarm(Alarm { name, subject, words }));
        }
    }

    fn calm(&mut self, name: &'static str, subject: &str) {
        self.alarms.remove(&(name, subject.to_owned()));
    }

    fn on_head(&mut self, head: Head) {
        let newer = self.heads.get(&head.chain).is_none_or(|known| head.height > known.height);
        if newer {
            if self.state.chains.get(&head.chain).is_some_and(|known| known.cursor >= head.height) {
                self.caught_up.insert(head.chain.clone());
            }
            self.heads.insert(head.chain.clone(), head);
        }
    }

    fn on_block(&mut self, block: Block, out: &mut Out) {
        if self.next_height(&block.chain) != Some(block.height) {
            return; // A repeat, or a gap: the edge reads on from `next_height`.
        }
        let live = self.caught_up.contains(&block.chain);
        let (chain, height) = (block.chain, block.height);
        let at_head = self.heads.get(&chain).is_some_and(|head| height >= head.height);
        let room = self.settings.open_max.saturating_sub(self.open.len());
        let mut intake = Intake::new(&self.state, &chain, height, room);
        let found: Vec<(PacketKey, Fact)> = block.facts.into_iter().filter_map(|fact| Some((intake.take(&fact)?, fact))).collect();
        let held = intake.finish(at_head);
        let keys: Vec<PacketKey> = found.iter().map(|(key, _)| key.clone()).collect();
        let says_nothing = found.is_empty() && held.is_empty() && height % CURSOR_EVERY != 0;
        let changes_held = !held.is_empty();
        let record =
            Record::Scanned { chain: chain.clone(), height, hash: block.hash, time_ns: block.time_ns, at_ms: self.now_ms, live, found, held };
        if at_head {
            self.caught_up.insert(chain.clone());
        }
        if says_nothing {
            self.state.apply(&record);
        } else {
            self.write_held(out, record);
        }
        for key in keys {
            self.refile(&key);
        }
        self.state.trim(self.settings.settled_kept);
        if changes_held {
            self.alarm_on_held(out);
        }
        self.watch_updates(&chain, &block.updates, live, out);
        self.conclude_landed(&chain, out);
    }

    /// Writes a record that may set cursors back: what is read again is not caught up.
    fn write_held(&mut self, out: &mut Out, record: Record) {
        let before: Vec<(ChainName, u64)> = self.state.chains.iter().map(|(name, chain)| (name.clone(), chain.cursor)).collect();
        self.write(out, record);
        for (chain, cursor) in before {
            if self.state.cursor(&chain) < cursor {
                self.caught_up.remove(&chain);
            }
        }
    }

    /// Reads held packets again once the queue is half empty: at every single place that becomes free would read the same blocks each time.
    fn read_held(&mut self, out: &mut Out) {
        if self.open.len() > self.settings.open_max / 2 {
            return;
        }
        let sides = self.state.held.iter().flat_map(|(lane, sides)| sides.iter().map(move |(source, held)| (lane, source, held)));
        let waiting: Vec<(LaneName, Side)> =
            sides.filter(|(_, _, held)| !held.reading).map(|(lane, source, _)| (lane.clone(), *source)).collect();
        for (lane, source) in waiting {
            self.write_held(out, Record::HeldRead { lane, source });
        }
    }

    fn alarm_on_held(&mut self, out: &mut Out) {
        if self.state.held.is_empty() {
            return self.calm("queue-full", "");
        }
        let quarantined = self.open.iter().filter(|key| self.state.packets.get(key).is_some_and(|e| e.quarantine.is_some())).count();
        let words = format!(
            "{} packets are open, {quarantined} of them quarantined; new ones wait on their chains until half of the {} places are free",
            self.open.len(),
            self.settings.open_max
        );
        self.alarm(out, "queue-full", String::new(), words);
    }

    /// True while packets on an end of `host` are taken in of which the other chain has told something that is not read again yet.
    pub(crate) fn owes_reading(&self, host: &ChainName) -> bool {
        self.state.held.iter().any(|(name, sides)| {
            let touches = self.state.lanes.get(name).is_some_and(|lane| Side::BOTH.iter().any(|side| &lane.end(*side).chain == host));
            touches && sides.values().any(|held| held.reading && held.other_from.is_some())
        })
    }

    /// Keeps the index of open packets in step with an entry that may have moved.
    fn refile(&mut self, key: &PacketKey) {
        let entry = self.state.packets.get(key);
        if entry.is_none_or(|e| e.stage.is_settled()) {
            self.open.remove(key);
        } else {
            self.open.insert(key.clone());
        }
        if entry.is_none_or(|e| e.pending.is_none()) {
            self.waits.remove(key);
            self.landed.remove(key);
        }
    }

    fn watch_updates(&mut self, chain: &ChainName, updates: &[(ClientId, Height)], live: bool, out: &mut Out) {
        let targets: Vec<(Target, Height)> = self
            .state
            .lanes
            .values()
            .flat_map(|lane| Side::BOTH.map(|side| (lane, side)))
            .filter(|(lane, side)| &lane.end(*side).chain == chain)
            .filter_map(|(lane, side)| {
                let newest = updates.iter().filter(|(client, _)| client == &lane.end(side).client).map(|(_, height)| *height).max()?;
                Some((Target { lane: lane.name.clone(), side }, newest))
            })
            .collect();
        for (target, height) in targets {
            if self.clients.get(&target).is_none_or(|view| height > view.latest_height) {
                self.client_reads.remove(&target);
            }
            if live {
                out.effects.push(Effect::Watch(target, height));
            }
        }
    }

    fn on_client(&mut self, target: Target, view: ClientView, out: &mut Out) {
        let subject = format!("{}/{}", target.lane, target.side);
        self.client_faults.remove(&target);
        if view.status == ClientStatus::Active {
            self.calm("client-unusable", &subject);
        } else {
            let words = format!("the client is {:?}; only governance of its chain recovers it (keeping its id)", view.status);
            self.alarm(out, "client-unusable", subject.clone(), words);
        }
        self.alarm_on_expiry(&target, &view, &subject, out);
        let watched = self.watches.get(&target).map(|(at, _)| *at);
        let news = self.clients.get(&target).is_none_or(|known| known.latest_height != view.latest_height);
        if view.status == ClientStatus::Active && (news || watched.is_none_or(|at| self.now_ms.saturating_sub(at) >= WATCH_EVERY_MS)) {
            out.effects.push(Effect::Watch(target.clone(), view.latest_height));
        }
        let known = self.clients.get(&target);
        // A read that started before our own update landed must not take the view back.
        if known.is_none_or(|k| view.latest_height >= k.latest_height || view.status != ClientStatus::Active) {
            self.clients.insert(target, view);
        }
    }

    fn alarm_on_expiry(&mut self, target: &Target, view: &ClientView, subject: &str, out: &mut Out) {
        let Some(host) = self.state.lanes.get(&target.lane).map(|lane| lane.end(target.side).chain.clone()) else { return };
        let (Some(period), Some(head)) = (view.trusting_period_ns, self.heads.get(&host)) else { return };
        let left = view.remaining_ns(head.time_ns).unwrap_or(0);
        for (name, part) in [("client-half-life", 2), ("client-quarter-life", 4), ("client-tenth-life", 10)] {
            if left < period / part {
                let words = format!("{} s left of {} s; the relayer cannot refresh it: check both chains", left / 1_000_000_000, period / 1_000_000_000);
                self.alarm(out, name, subject.to_owned(), words);
            } else {
                self.calm(name, subject);
            }
        }
    }

    /// The chain that a batch under way goes to.
    pub fn host_of_batch(&self, batch: BatchId) -> Option<&ChainName> {
        self.flights.iter().find(|(_, flight)| flight.batch == batch).map(|(host, _)| host)
    }

    fn flight_of(&self, batch: BatchId) -> Option<ChainName> {
        self.host_of_batch(batch).cloned()
    }

    fn on_proved(&mut self, proved: Proved, out: &mut Out) {
        let Some(host) = self.flight_of(proved.batch).filter(|host| self.flights[host].sending.is_none()) else {
            out.effects.push(Effect::Discard(proved.batch));
            return;
        };
        let mut flight = self.flights.remove(&host).expect("found in the line above");
        let (mut good, mut bad) = (Vec::<Sending>::new(), Vec::new());
        for ItemResult { key, result } in proved.items {
            let Some((_, hop)) = flight.items.iter().find(|(k, _)| *k == key).cloned() else { continue };
            match result {
                Ok(verified) => good.push(Sending { key, hop, verified }),
                Err(failure) => bad.push((key, failure)),
            }
        }
        let account = self.state.chains.get(&host).and_then(|c| c.account);
        self.hold_against_items(&flight.target, &host, account, bad, out);
        flight.items = good.iter().map(|s| (s.key.clone(), s.hop)).collect();
        let Some(tx_hash) = proved.tx_hash.filter(|_| !good.is_empty() || proved.update.is_some() || flight.evidence) else {
            out.effects.push(Effect::Discard(proved.batch));
            return;
        };
        self.write_broadcasting(&flight, &host, tx_hash, proved.account, proved.update, good, out);
        flight.sending = Some(proved.account);
        flight.since_ms = self.now_ms;
        out.effects.push(Effect::Broadcast(flight.batch));
        self.flights.insert(host, flight);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one record, in its order")]
    fn write_broadcasting(
        &mut self,
        flight: &Flight,
        host: &ChainName,
        tx_hash: String,
        account: Account,
        update: Option<Verified>,
        items: Vec<Sending>,
        out: &mut Out,
    ) {
        let (target, host, at_ms) = (flight.target.clone(), host.clone(), self.now_ms);
        self.write(out, Record::Broadcasting { target, host, tx_hash, account, at_ms, update, items });
    }

    fn on_unproved(&mut self, batch: BatchId, failure: Failure, out: &mut Out) {
        let Some(host) = self.flight_of(batch) else { return };
        let flight = self.flights.remove(&host).expect("found in the line above");
        // The header that was to be reused may be one whose state the source has pruned.
        self.fresh_header.insert(flight.target.clone());
        let account = self.state.chains.get(&host).and_then(|c| c.account);
        self.conclude(&flight, &host, account, failure, out);
    }

    fn on_outcome(&mut self, batch: BatchId, outcome: Outcome, out: &mut Out) {
        let Some(host) = self.flight_of(batch) else { return };
        let flight = self.flights.remove(&host).expect("found in the line above");
        let used = flight.sending;
        let moved = used.map(|a| Account { sequence: a.sequence.saturating_add(1), ..a });
        match outcome {
            Outcome::Landed { height } => self.on_landed(flight, &host, moved, height, out),
            Outcome::FailedInBlock { failure, .. } => self.conclude(&flight, &host, moved, failure, out),
            Outcome::Refused(failure) => {
                let account = used.filter(|_| !matches!(failure, Failure::Sequence(_)));
                self.conclude(&flight, &host, account, failure, out);
            }
            Outcome::Lost(words) => self.conclude(&flight, &host, None, Failure::Transient(words), out),
        }
    }

    fn on_landed(&mut self, flight: Flight, host: &ChainName, account: Option<Account>, height: u64, out: &mut Out) {
        let (target, at_ms) = (flight.target.clone(), self.now_ms);
        self.write(
            out,
            Record::Concluded { target: target.clone(), host: host.clone(), account, at_ms, landed: true, failed: Vec::new() },
        );
        if flight.evidence {
            self.evidence.remove(&target);
            self.client_reads.remove(&target);
        }
        self.target_waits.remove(&target);
        self.fresh_header.remove(&target);
        if let (Some((header, time_ns)), Some(view)) = (flight.header, self.clients.get_mut(&target)) {
            if header > view.latest_height.revision_height {
                view.latest_height.revision_height = header;
                view.latest_time_ns = time_ns;
            }
        }
        for (key, _) in flight.items {
            if self.state.packets.get(&key).is_some_and(|e| e.pending.is_some()) {
                self.landed.insert(key, (host.clone(), height));
            }
        }
        self.conclude_landed(host, out);
    }

    /// Once the blocks up to a landed transaction were read, its packets must have moved; those that did not are tried again.
    fn conclude_landed(&mut self, chain: &ChainName, out: &mut Out) {
        let cursor = self.state.cursor(chain);
        let due: Vec<PacketKey> =
            self.landed.iter().filter(|(_, (host, height))| host == chain && cursor >= *height).map(|(key, _)| key.clone()).collect();
        for key in due {
            let height = self.landed.remove(&key).map_or(0, |(_, height)| height);
            let Some(pending) = self.state.packets.get(&key).and_then(|e| e.pending.clone()) else { continue };
            let target = Target { lane: key.lane.clone(), side: pending.hop.target(key.source) };
            let words = format!("transaction {} is in block {height}, but the block's events do not show that the packet moved", pending.tx_hash);
            let account = self.state.chains.get(chain).and_then(|c| c.account);
            self.hold_against_items(&target, chain, account, vec![(key, Failure::Redundant(words))], out);
        }
    }

    /// Ends a batch that failed as a whole.
    fn conclude(&mut self, flight: &Flight, host: &ChainName, account: Option<Account>, failure: Failure, out: &mut Out) {
        let target = &flight.target;
        let keys: Vec<PacketKey> = flight.items.iter().map(|(key, _)| key.clone()).collect();
        match failure {
            Failure::Rejected(_) if keys.len() > 1 => {
                // One of them is poisonous: halves go alone until it is.
                let (left, right) = keys.split_at(keys.len() / 2);
                let groups = self.groups.entry(target.clone()).or_default();
                groups.push_front(right.to_vec());
                groups.push_front(left.to_vec());
                self.note_account(target, host, account, out);
            }
            Failure::Rejected(_) | Failure::Redundant(_) if !keys.is_empty() => {
                let bad = keys.into_iter().map(|key| (key, failure.clone())).collect();
                self.hold_against_items(target, host, account, bad, out);
            }
            failure => {
                if flight.sending.is_some() && keys.len() > 1 && self.groups.contains_key(target) {
                    self.groups.entry(target.clone()).or_default().push_front(keys);
                }
                if flight.evidence && matches!(failure, Failure::Client(_) | Failure::Rejected(_) | Failure::Redundant(_)) {
                    self.evidence.remove(target); // Another relayer was first, or the chain judges otherwise: the alarm stands.
                }
                if matches!(failure, Failure::Client(_) | Failure::Rejected(_)) {
                    self.client_reads.remove(target);
                    let subject = format!("{}/{}", target.lane, target.side);
                    self.alarm(out, "client-refused", subject, failure.words().to_owned());
                }
                self.pause_target(target, failure.words());
                self.note_account(target, host, account, out);
            }
        }
    }

    fn pause_target(&mut self, target: &Target, words: &str) {
        let wait = Wait::after(&self.settings, self.target_waits.get(target), self.now_ms, words);
        self.target_waits.insert(target.clone(), wait);
    }

    fn note_account(&mut self, target: &Target, host: &ChainName, account: Option<Account>, out: &mut Out) {
        let (target, host, at_ms) = (target.clone(), host.clone(), self.now_ms);
        self.write(out, Record::Concluded { target, host, account, at_ms, landed: false, failed: Vec::new() });
    }

    /// Holds failures against single packets: those that are the packet's own count as attempts, the others only pause it.
    fn hold_against_items(&mut self, target: &Target, host: &ChainName, account: Option<Account>, bad: Vec<(PacketKey, Failure)>, out: &mut Out) {
        let mut failed = Vec::new();
        for (key, failure) in bad {
            let wait = Wait::after(&self.settings, self.waits.get(&key), self.now_ms, failure.words());
            self.waits.insert(key.clone(), wait);
            if matches!(failure, Failure::Rejected(_) | Failure::Redundant(_)) {
                failed.push((key, failure.words().to_owned()));
            }
        }
        let at_ms = self.now_ms;
        let record =
            Record::Concluded { target: target.clone(), host: host.clone(), account, at_ms, landed: false, failed: failed.clone() };
        self.write(out, record);
        for (key, reason) in failed {
            let spent = self.state.packets.get(&key).is_some_and(|e| e.attempts >= self.settings.attempts_max);
            if spent {
                self.write(out, Record::Quarantined { key: key.clone(), reason: reason.clone(), at_ms });
                self.alarm(out, "packet-quarantined", key.to_string(), reason);
            }
        }
    }

    fn on_watched(&mut self, target: Target, height: Height, found: Watched, out: &mut Out) {
        if let Watched::Conflict(words) = &found {
            let subject = format!("{}/{}", target.lane, target.side);
            self.client_reads.remove(&target);
            self.evidence.insert(target.clone(), height);
            self.alarm(out, "misbehaviour", subject, format!("header {height}: {words}"));
        }
        self.watches.insert(target, (self.now_ms, found));
    }

    /// An edge that does not answer must not hold a chain for ever.
    fn give_up_waiting(&mut self, out: &mut Out) {
        let late: Vec<(BatchId, bool)> = self
            .flights
            .values()
            .filter(|f| self.now_ms.saturating_sub(f.since_ms) > self.settings.patience_ms)
            .map(|f| (f.batch, f.sending.is_some()))
            .collect();
        for (batch, sending) in late {
            out.effects.push(Effect::Discard(batch));
            let words = format!("no answer for {} ms", self.settings.patience_ms);
            if sending {
                self.on_outcome(batch, Outcome::Lost(words), out);
            } else {
                self.on_unproved(batch, Failure::Transient(words), out);
            }
        }
    }
}
