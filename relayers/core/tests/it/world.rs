//! A seeded world: two chains, a lossy network, and a relayer that is killed at any durable point.
//!
//! The chains are strict judges: a packet message is accepted only if the client has a header high enough and the thing proved is true in
//! the state one block below that header. Everything the planner believes has to come through its inputs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use govhub_types::{ClientId, Height};
use govrelay_core::batch::{Item, Plan, Target};
use govrelay_core::*;

/// A xorshift generator: the same seed gives the same world.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// Percentages of what goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub lose_answer: u64,
    pub lose_tx: u64,
    pub transient: u64,
    pub repeat_block: u64,
    pub crash: u64,
    /// Another relayer brings a packet, or its acknowledgement home, before ours does.
    pub rival: u64,
}

#[derive(Clone, Debug, Default)]
struct SimChain {
    blocks: Vec<(u64, Vec<Fact>, Vec<(ClientId, Height)>)>, // (time_s, facts, updates); index = height - 1
    mempool: Vec<(u64, String, Tx)>,                        // (sequence, hash, tx)
    account: u64,
    client_height: u64,
    client_time_s: u64,
    next_sequence: u64,
    commitments: BTreeMap<u64, (u64, Packet)>, // sequence -> (height committed, packet)
    receipts: BTreeMap<u64, u64>,              // sequence -> height
    acks: BTreeMap<u64, (u64, Vec<u8>)>,
    sentinels: BTreeMap<u64, u64>,
    owed_acks: VecDeque<u64>,
    /// What became of each packet that this chain sent.
    settled: BTreeMap<u64, &'static str>,
    /// How often the application saw each packet.
    delivered: BTreeMap<u64, u32>,
    stopped: bool,
}

#[derive(Clone, Debug)]
struct Tx {
    header: Option<(u64, u64)>,
    proof_height: u64,
    items: Vec<(PacketKey, Hop, Packet)>,
}

pub struct World {
    pub dice: Dice,
    pub faults: Faults,
    pub now_ms: u64,
    pub absence: AbsenceProof,
    /// Sequences (sent from side a) on which b's application always fails the whole transaction.
    pub poison: BTreeSet<u64>,
    chains: BTreeMap<Side, SimChain>,
    settings: Settings,
    pub planner: Planner,
    journal: Vec<Record>,
    todo: VecDeque<Effect>,
    proved: BTreeMap<u64, (Side, u64, String, Tx)>,
    answers: Vec<(u64, Input)>, // (due at ms, input)
    waiting: Vec<(u64, Side, String)>, // broadcasts whose inclusion is awaited
    pub submissions: BTreeMap<(PacketKey, Hop), u32>,
    pub crashes: u32,
    pub alarms: Vec<Alarm>,
    next_hash: u64,
}

pub const BLOCK_MS: u64 = 500;
const TIME_0: u64 = 1_000_000;

fn name(side: Side) -> ChainName {
    match side {
        Side::A => "hub",
        Side::B => "dept",
    }
    .parse()
    .expect("a name")
}

fn client(side: Side) -> ClientId {
    match side {
        Side::A => "07-tendermint-1",
        Side::B => "07-tendermint-0",
    }
    .parse()
    .expect("a client id")
}

pub fn lane() -> Lane {
    let end = |side| End { chain: name(side), client: client(side) };
    Lane { name: "lane".parse().expect("a name"), a: end(Side::A), b: end(Side::B), paused: false }
}

impl World {
    pub fn new(seed: u64, faults: Faults, absence: AbsenceProof) -> Self {
        Self::with(seed, faults, absence, Settings::default())
    }

    /// A world whose relayer has room for so many packets, and remembers one that is settled.
    pub fn narrow(seed: u64, faults: Faults, absence: AbsenceProof, open_max: usize) -> Self {
        Self::with(seed, faults, absence, Settings { open_max, settled_kept: 1, ..Settings::default() })
    }

    fn with(seed: u64, faults: Faults, absence: AbsenceProof, settings: Settings) -> Self {
        let settings = Settings { batch_items_max: 8, patience_ms: 5_000, client_read_ms: 2_000, ..settings };
        let mut world = World {
            dice: Dice::new(seed),
            faults,
            now_ms: 0,
            absence,
            poison: BTreeSet::new(),
            chains: Side::BOTH.into_iter().map(|s| (s, SimChain { next_sequence: 1, ..SimChain::default() })).collect(),
            planner: Planner::restore(settings.clone(), State::default()),
            settings,
            journal: Vec::new(),
            todo: VecDeque::new(),
            proved: BTreeMap::new(),
            answers: Vec::new(),
            waiting: Vec::new(),
            submissions: BTreeMap::new(),
            crashes: 0,
            alarms: Vec::new(),
            next_hash: 1,
        };
        let effects = world.planner.add_lane(0, lane(), 1, 1).expect("the first lane");
        world.todo.extend(effects);
        world.make_blocks();
        world
    }

    pub fn time_s(&self) -> u64 {
        TIME_0 + self.now_ms / 1_000
    }

    pub fn stop(&mut self, side: Side, stopped: bool) {
        self.chain(side).stopped = stopped;
    }

    /// Sends a packet from `side` that times out `seconds` from now; returns its key.
    pub fn send(&mut self, side: Side, seconds: u64) -> PacketKey {
        let timeout_s = self.time_s() + seconds;
        let chain = self.chain(side);
        let sequence = chain.next_sequence;
        chain.next_sequence += 1;
        let packet = Packet {
            source_client: client(side),
            dest_client: client(side.other()),
            sequence,
            timeout_s,
            bytes: format!("{side}/{sequence}/{timeout_s}").into_bytes(),
        };
        let height = chain.blocks.len() as u64 + 1;
        chain.commitments.insert(sequence, (height, packet.clone()));
        // The send stands in the block that is made next.
        chain.mempool.push((u64::MAX, String::new(), Tx { header: None, proof_height: 0, items: vec![(lane().key(side, sequence), Hop::Recv, packet)] }));
        lane().key(side, sequence)
    }

    fn chain(&mut self, side: Side) -> &mut SimChain {
        self.chains.get_mut(&side).expect("both sides exist")
    }

    pub fn settled(&self, key: &PacketKey) -> Option<&'static str> {
        self.chains[&key.source].settled.get(&key.sequence).copied()
    }

    pub fn delivered(&self, key: &PacketKey) -> u32 {
        self.chains[&key.source.other()].delivered.get(&key.sequence).copied().unwrap_or(0)
    }

    /// Runs until nothing is open or `ms` have passed.
    pub fn run(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while self.now_ms < end {
            self.now_ms += 100;
            if self.now_ms.is_multiple_of(BLOCK_MS) {
                self.make_blocks();
            }
            self.feed();
            self.perform();
        }
    }

    fn feed(&mut self) {
        self.input(Input::Tick);
        for side in Side::BOTH {
            let chain = &self.chains[&side];
            if chain.stopped {
                continue;
            }
            let Some((height, time_s)) = chain.blocks.last().map(|b| (chain.blocks.len() as u64, b.0)) else { continue };
            self.input(Input::Head(Head { chain: name(side), height, time_ns: time_s * 1_000_000_000, dev: false }));
            while let Some(next) = self.planner.next_height(&name(side)).filter(|next| *next <= height) {
                let block = self.block(side, next);
                if self.dice.chance(self.faults.repeat_block) {
                    self.input(Input::Block(block.clone()));
                }
                self.input(Input::Block(block));
                if self.dice.chance(20) {
                    break; // The rest of the blocks is read later.
                }
            }
        }
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.answers).into_iter().partition(|(at, _)| *at <= self.now_ms);
        self.answers = later;
        for (_, input) in due {
            self.input(input);
        }
    }

    fn block(&self, side: Side, height: u64) -> Block {
        let (time_s, facts, updates) = &self.chains[&side].blocks[height as usize - 1];
        Block {
            chain: name(side),
            height,
            hash: format!("{side}{height}"),
            time_ns: time_s * 1_000_000_000,
            facts: facts.clone(),
            updates: updates.clone(),
        }
    }

    fn input(&mut self, input: Input) {
        let effects = self.planner.step(self.now_ms, input);
        self.todo.extend(effects);
    }

    fn crash(&mut self) {
        self.crashes += 1;
        // Through bytes, as a real journal goes.
        let text: Vec<String> = self.journal.iter().map(|r| serde_json::to_string(r).expect("a record is JSON")).collect();
        let mut state = State::default();
        for line in &text {
            state.apply(&serde_json::from_str::<Record>(line).expect("a record reads back"));
        }
        self.planner = Planner::restore(self.settings.clone(), state);
        self.todo.clear();
        self.answers.clear();
        self.waiting.clear();
        self.proved.clear();
        if self.planner.state().lanes.is_empty() {
            let effects = self.planner.add_lane(self.now_ms, lane(), 1, 1).expect("the first lane");
            self.todo.extend(effects);
        }
    }

    /// Carries out effects; between any two of them, and around every write, the process may be killed.
    fn perform(&mut self) {
        while let Some(effect) = self.todo.pop_front() {
            if self.dice.chance(self.faults.crash) {
                return self.crash();
            }
            match effect {
                Effect::Write(records) => {
                    self.journal.extend(records);
                    if self.dice.chance(self.faults.crash) {
                        return self.crash();
                    }
                }
                Effect::ReadClient(target) => {
                    let view = self.view(target.side);
                    self.answer(Input::Client(target, view));
                }
                Effect::Prove(plan) => self.prove(*plan),
                Effect::Broadcast(batch) => self.broadcast(batch),
                Effect::Discard(batch) => {
                    self.proved.remove(&batch);
                }
                Effect::Watch(target, height) => self.answer(Input::Watched(target, height, Watched::Agrees)),
                Effect::Alarm(alarm) => self.alarms.push(alarm),
            }
        }
    }

    fn answer(&mut self, input: Input) {
        if self.dice.chance(self.faults.lose_answer) {
            return;
        }
        let at = self.now_ms + self.dice.roll(4) * 100;
        self.answers.push((at, input));
    }

    fn view(&self, side: Side) -> ClientView {
        let chain = &self.chains[&side];
        ClientView {
            latest_height: Height::new(1, chain.client_height),
            latest_time_ns: chain.client_time_s * 1_000_000_000,
            trusting_period_ns: Some(3_600_000_000_000),
            status: ClientStatus::Active,
            absence: self.absence,
            trust: "simulated".into(),
            counterparty: Some(client(side.other())),
        }
    }

    fn prove(&mut self, plan: Plan) {
        let prover = plan.target.side.other();
        if self.chains[&prover].stopped || self.dice.chance(self.faults.transient) {
            return self.answer(Input::Unproved(plan.batch, Failure::Transient("no answer".into())));
        }
        let mut items = Vec::new();
        let mut good = Vec::new();
        for item in plan.items {
            let result = self.true_below(prover, &item, plan.header_height);
            if result.is_ok() {
                good.push((item.key.clone(), item.hop, item.packet.clone()));
            }
            items.push(ItemResult { key: item.key, result });
        }
        let hash = format!("{:064X}", self.next_hash);
        self.next_hash += 1;
        let header_time = self.chains[&prover].blocks[plan.header_height as usize - 1].0;
        let header = plan.update.then_some((plan.header_height, header_time));
        let update = header.map(|(height, _)| self.verified("header", height));
        let host = self.chains[&plan.target.side].account;
        let account = plan.account.unwrap_or(Account { number: 1, sequence: host });
        let tx = Tx { header, proof_height: plan.header_height, items: good };
        let tx_hash = (!tx.items.is_empty() || header.is_some()).then(|| hash.clone());
        self.proved.insert(plan.batch, (plan.target.side, account.sequence, hash, tx));
        self.answer(Input::Proved(Proved { batch: plan.batch, items, update, tx_hash, account }));
    }

    fn verified(&self, what: &str, height: u64) -> Verified {
        Verified { what: what.into(), client_id: "c".into(), height: height.to_string(), block_hash: "H".into(), proof_bytes: 100 }
    }

    /// Whether what `item` claims is true in the prover's state one block below `header`.
    fn true_below(&self, prover: Side, item: &Item, header: u64) -> Result<Verified, Failure> {
        let chain = &self.chains[&prover];
        let (seq, below) = (item.packet.sequence, header.saturating_sub(1));
        let holds = match item.hop {
            Hop::Recv | Hop::RecvTimeout => chain.commitments.get(&seq).is_some_and(|(h, p)| *h <= below && *p == item.packet),
            Hop::Ack => chain.acks.get(&seq).is_some_and(|(h, ack)| *h <= below && *ack == item.acknowledgement),
            Hop::Timeout => chain.receipts.get(&seq).is_none_or(|h| *h > below),
            Hop::TimeoutBySentinel => chain.sentinels.get(&seq).is_some_and(|h| *h <= below),
        };
        let settled = item.hop.target(item.key.source) != item.key.source && chain.settled.contains_key(&seq);
        if settled {
            return Err(Failure::Redundant("the commitment is gone".into()));
        }
        holds.then(|| self.verified(item.hop.proves(), header)).ok_or_else(|| Failure::Rejected("the proof does not verify".into()))
    }

    fn broadcast(&mut self, batch: u64) {
        let Some((side, sequence, hash, tx)) = self.proved.remove(&batch) else { return };
        for (key, hop, _) in &tx.items {
            *self.submissions.entry((key.clone(), *hop)).or_default() += 1;
        }
        if self.chains[&side].stopped {
            return self.answer(Input::Outcome(batch, Outcome::Lost("no answer".into())));
        }
        if self.dice.chance(self.faults.lose_tx) {
            return self.answer(Input::Outcome(batch, Outcome::Lost("dropped from the pool".into())));
        }
        let expected = self.chains[&side].account + self.chains[&side].mempool.iter().filter(|(s, _, _)| *s != u64::MAX).count() as u64;
        if sequence != expected {
            return self.answer(Input::Outcome(batch, Outcome::Refused(Failure::Sequence(format!("expected {expected}")))));
        }
        self.chain(side).mempool.push((sequence, hash.clone(), tx));
        self.waiting.push((batch, side, hash));
    }

    fn make_blocks(&mut self) {
        for side in Side::BOTH {
            if !self.chains[&side].stopped {
                self.make_block(side);
            }
        }
    }

    fn make_block(&mut self, side: Side) {
        let time_s = self.time_s();
        let height = self.chains[&side].blocks.len() as u64 + 1;
        let (mut facts, mut updates) = (Vec::new(), Vec::new());
        facts.extend(self.rival(side, height, time_s));
        // Asynchronous acknowledgements, some blocks later, by the chain itself.
        let owed = std::mem::take(&mut self.chain(side).owed_acks);
        for sequence in owed {
            if self.dice.chance(50) {
                self.chain(side).owed_acks.push_back(sequence);
                continue;
            }
            let packet = self.chains[&side.other()].commitments.get(&sequence).map(|(_, p)| p.clone());
            let ack = format!("ack {sequence}").into_bytes();
            self.chain(side).acks.insert(sequence, (height, ack.clone()));
            let packet = packet.expect("an unacknowledged packet is still committed");
            facts.push(Fact { kind: FactKind::AckWritten(ack), packet, tx_hash: None });
        }
        for (sequence, hash, tx) in std::mem::take(&mut self.chain(side).mempool) {
            if sequence == u64::MAX {
                let (_, _, packet) = tx.items.into_iter().next().expect("one packet");
                let seq = packet.sequence;
                self.chain(side).commitments.insert(seq, (height, packet.clone()));
                facts.push(Fact { kind: FactKind::Sent, packet, tx_hash: Some("SEND".into()) });
                continue;
            }
            let before = self.chains[&side].clone();
            self.chain(side).account = sequence + 1;
            let result = self.execute(side, height, time_s, &hash, &tx);
            let outcome = match result {
                Ok((new_facts, update)) => {
                    facts.extend(new_facts);
                    updates.extend(update);
                    Outcome::Landed { height }
                }
                Err(failure) => {
                    *self.chain(side) = SimChain { account: sequence + 1, mempool: Vec::new(), ..before };
                    Outcome::FailedInBlock { height, failure }
                }
            };
            if let Some(i) = self.waiting.iter().position(|(_, s, h)| *s == side && *h == hash) {
                let (batch, _, _) = self.waiting.remove(i);
                self.answer(Input::Outcome(batch, outcome));
            }
        }
        self.chain(side).blocks.push((time_s, facts, updates));
    }

    /// What another relayer does in this block: it has clients of its own and need not be simulated beyond its effects.
    fn rival(&mut self, side: Side, height: u64, time_s: u64) -> Vec<Fact> {
        let mut facts = Vec::new();
        let fact = |kind, packet: Packet| Fact { kind, packet, tx_hash: Some("RIVAL".into()) };
        // A packet moves once a block has it: nobody proves what is under way.
        let in_blocks = |of: &SimChain| -> Vec<(u64, Packet)> {
            let tip = of.blocks.len() as u64;
            of.commitments.iter().filter(|(_, (committed, _))| *committed <= tip).map(|(seq, (_, p))| (*seq, p.clone())).collect()
        };
        let theirs = in_blocks(&self.chains[&side.other()]);
        for (seq, packet) in theirs {
            let chain = &self.chains[&side];
            let open = !chain.receipts.contains_key(&seq) && !chain.sentinels.contains_key(&seq) && time_s < packet.timeout_s;
            let open = open && !self.chains[&side.other()].settled.contains_key(&seq);
            if open && self.absence == AbsenceProof::Absence && self.dice.chance(self.faults.rival) {
                let chain = self.chain(side);
                chain.receipts.insert(seq, height);
                *chain.delivered.entry(seq).or_default() += 1;
                chain.owed_acks.push_back(seq);
                facts.push(fact(FactKind::Received, packet));
            }
        }
        let ours = in_blocks(&self.chains[&side]);
        for (seq, packet) in ours {
            let answered = self.chains[&side.other()].acks.contains_key(&seq) && !self.chains[&side].settled.contains_key(&seq);
            if answered && self.dice.chance(self.faults.rival) {
                self.chain(side).settled.insert(seq, "acknowledged");
                facts.push(fact(FactKind::Acknowledged, packet));
            }
        }
        facts
    }

    #[allow(clippy::type_complexity)]
    fn execute(&mut self, side: Side, height: u64, time_s: u64, hash: &str, tx: &Tx) -> Result<(Vec<Fact>, Option<(ClientId, Height)>), Failure> {
        let mut facts = Vec::new();
        let mut update = None;
        if let Some((h, t)) = tx.header {
            let chain = self.chain(side);
            if h > chain.client_height {
                chain.client_height = h;
                chain.client_time_s = t;
            }
            update = Some((client(side), Height::new(1, h)));
        }
        let client_height = self.chains[&side].client_height;
        if tx.proof_height > client_height {
            return Err(Failure::Temporary("no consensus state".into()));
        }
        let proof_time = self.chains[&side.other()].blocks[tx.proof_height as usize - 1].0;
        for (key, hop, packet) in &tx.items {
            let seq = packet.sequence;
            if *hop == Hop::Recv && key.source == Side::A && self.poison.contains(&seq) {
                return Err(Failure::Rejected(format!("the application cannot take packet {seq}")));
            }
            // The receiving chain's clock: its own header, or its client of the sender.
            let clock = match self.absence {
                AbsenceProof::Absence => time_s,
                AbsenceProof::Sentinel => self.chains[&side].client_time_s,
            };
            let other_receipt = self.chains[&side.other()].receipts.get(&seq).copied();
            let chain = self.chain(side);
            let done = |kind| Fact { kind, packet: packet.clone(), tx_hash: Some(hash.to_owned()) };
            match hop {
                Hop::Recv => {
                    if chain.receipts.contains_key(&seq) || chain.sentinels.contains_key(&seq) {
                        continue;
                    }
                    if clock >= packet.timeout_s {
                        return Err(Failure::Rejected("the packet has timed out".into()));
                    }
                    chain.receipts.insert(seq, height);
                    *chain.delivered.entry(seq).or_default() += 1;
                    chain.owed_acks.push_back(seq);
                    facts.push(done(FactKind::Received));
                }
                Hop::RecvTimeout => {
                    if chain.receipts.contains_key(&seq) || chain.sentinels.contains_key(&seq) {
                        continue;
                    }
                    if clock < packet.timeout_s {
                        return Err(Failure::Rejected("the packet has not timed out".into()));
                    }
                    chain.sentinels.insert(seq, height);
                    facts.push(done(FactKind::AbsenceWritten));
                }
                Hop::Ack | Hop::Timeout | Hop::TimeoutBySentinel => {
                    if !chain.commitments.contains_key(&seq) || chain.settled.contains_key(&seq) {
                        continue;
                    }
                    if *hop == Hop::Timeout {
                        if proof_time < packet.timeout_s {
                            return Err(Failure::Rejected("proved before the timeout".into()));
                        }
                        assert!(other_receipt.is_none_or(|h| h >= tx.proof_height), "timed out a packet that was received");
                    }
                    let (word, kind) =
                        if *hop == Hop::Ack { ("acknowledged", FactKind::Acknowledged) } else { ("timed-out", FactKind::TimedOut) };
                    chain.settled.insert(seq, word);
                    facts.push(done(kind));
                }
            }
        }
        Ok((facts, update))
    }

    pub fn target(side: Side) -> Target {
        Target { lane: lane().name, side }
    }
}
