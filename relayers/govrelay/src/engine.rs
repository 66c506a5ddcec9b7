//! The engine: owns planner and journal, and carries out effects in their order.
//!
//! Invariant: what stands behind an [`Effect::Write`] is started only after the journal is durable; if the journal cannot be written the
//! process stops with an error rather than act on what it may forget.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use govhub_types::{Height, Time};
use govrelay_cometbft::{prove, watch, Chain, Evidence, Ready, Signer};
use govrelay_core::batch::{BatchId, Plan, Target};
use govrelay_core::{ChainName, CommandError, Effect, Failure, Input, Lane, LaneName, Outcome, PacketKey, Planner};
use tokio::sync::{mpsc, oneshot, watch as watched};

use crate::journal::Journal;

/// Messages that wait for the engine; scanners and tasks pause when it is full.
pub const MESSAGES_MAX: usize = 1_024;

/// How often time is told to the planner.
const TICK: Duration = Duration::from_millis(100);

/// A chain with the relayer's key on it.
#[derive(Debug)]
pub struct Linked {
    /// The chain.
    pub chain: Arc<Chain>,
    /// The key.
    pub signer: Arc<Signer>,
}

/// A question that is answered from the planner's state.
pub type Question = Box<dyn FnOnce(&Planner) + Send>;

/// What the engine is told or asked.
pub enum Message {
    /// Something for the planner.
    Input(Input),
    /// A plan was proved; its bytes stay here until the planner has them recorded.
    Ready(Box<Ready>),
    /// A watch ended.
    Watched(Target, Height, govrelay_core::Watched, Option<Evidence>),
    /// Which height of a chain comes next.
    NextHeight(ChainName, oneshot::Sender<Option<u64>>),
    /// An operator's command.
    Command(Command, oneshot::Sender<Result<(), CommandError>>),
    /// A question.
    Ask(Question),
}

/// An operator's command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Add a lane from these heights on.
    AddLane(Lane, u64, u64),
    /// Pause or resume a lane.
    SetPaused(LaneName, bool),
    /// Try a quarantined packet again.
    Release(PacketKey),
}

/// Planner, journal and chains.
pub struct Engine {
    planner: Planner,
    journal: Journal,
    chains: Arc<BTreeMap<ChainName, Linked>>,
    outbox: mpsc::Sender<Message>,
    ready: BTreeMap<BatchId, Vec<u8>>,
    evidence: BTreeMap<Target, Evidence>,
    host_times: BTreeMap<ChainName, Time>,
}

/// Unix milliseconds by this machine's clock: for pauses and timelines, never for deadlines.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

impl Engine {
    /// An engine over an open journal; `outbox` reaches its own inbox.
    pub fn new(planner: Planner, journal: Journal, chains: BTreeMap<ChainName, Linked>, outbox: mpsc::Sender<Message>) -> Self {
        let chains = Arc::new(chains);
        Self { planner, journal, chains, outbox, ready: BTreeMap::new(), evidence: BTreeMap::new(), host_times: BTreeMap::new() }
    }

    /// Runs until `stop` turns true.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn run(mut self, mut inbox: mpsc::Receiver<Message>, mut stop: watched::Receiver<bool>) -> Result<()> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.changed() => return Ok(()),
                _ = tick.tick() => self.input(Input::Tick)?,
                message = inbox.recv() => match message {
                    Some(message) => self.on_message(message)?,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Carries out a command before the loop runs: lanes of the configuration.
    ///
    /// # Errors
    /// The command is refused, or the journal cannot be written.
    pub fn command(&mut self, command: Command) -> Result<()> {
        let effects = self.plan(command)?;
        self.perform(effects)
    }

    fn plan(&mut self, command: Command) -> Result<Vec<Effect>, CommandError> {
        match command {
            Command::AddLane(lane, from_a, from_b) => self.planner.add_lane(now_ms(), lane, from_a, from_b),
            Command::SetPaused(lane, paused) => self.planner.set_paused(now_ms(), &lane, paused),
            Command::Release(key) => self.planner.release(now_ms(), &key),
        }
    }

    fn input(&mut self, input: Input) -> Result<()> {
        let effects = self.planner.step(now_ms(), input);
        self.perform(effects)
    }

    fn on_message(&mut self, message: Message) -> Result<()> {
        match message {
            Message::Input(input) => {
                if let Input::Head(head) = &input {
                    self.host_times.insert(head.chain.clone(), Time::from_unix_ns(head.time_ns));
                }
                self.input(input)
            }
            Message::Ready(ready) => {
                let Ready { bytes, proved } = *ready;
                if let Some(bytes) = bytes {
                    self.ready.insert(proved.batch, bytes);
                }
                self.input(Input::Proved(proved))
            }
            Message::Watched(target, height, found, evidence) => {
                if let Some(evidence) = evidence {
                    self.evidence.insert(target.clone(), evidence);
                }
                self.input(Input::Watched(target, height, found))
            }
            Message::NextHeight(chain, answer) => {
                let _ = answer.send(self.planner.next_height(&chain)); // The scanner may be gone: we are stopping.
                Ok(())
            }
            Message::Command(command, answer) => {
                let planned = self.plan(command);
                let (effects, reply) = planned.map_or_else(|refusal| (Vec::new(), Err(refusal)), |effects| (effects, Ok(())));
                self.perform(effects)?;
                let _ = answer.send(reply); // The asker may have hung up; the command is done all the same.
                Ok(())
            }
            Message::Ask(question) => {
                question(&self.planner);
                Ok(())
            }
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<()> {
        for effect in effects {
            match effect {
                Effect::Write(records) => {
                    tokio::task::block_in_place(|| self.journal.append(&records)).context("the queue cannot be made durable; stopping")?;
                    if self.journal.is_long() {
                        tokio::task::block_in_place(|| self.journal.compact(self.planner.state())).context("compacting the queue; stopping")?;
                    }
                }
                Effect::ReadClient(target) => self.read_client(target),
                Effect::Prove(plan) => self.prove(*plan),
                Effect::Broadcast(batch) => self.broadcast(batch),
                Effect::Discard(batch) => {
                    self.ready.remove(&batch);
                }
                Effect::Watch(target, height) => self.watch(target, height),
                Effect::Alarm(alarm) => tracing::error!(alarm = alarm.name, subject = alarm.subject, "{}", alarm.words),
            }
        }
        Ok(())
    }

    fn lane(&self, target: &Target) -> Option<Lane> {
        self.planner.state().lanes.get(&target.lane).cloned()
    }

    fn linked(&self, chain: &ChainName) -> Option<(Arc<Chain>, Arc<Signer>)> {
        self.chains.get(chain).map(|l| (Arc::clone(&l.chain), Arc::clone(&l.signer)))
    }

    fn read_client(&self, target: Target) {
        let Some(lane) = self.lane(&target) else { return };
        let end = lane.end(target.side).clone();
        let (Some((chain, _)), outbox) = (self.linked(&end.chain), self.outbox.clone()) else { return };
        tokio::spawn(async move {
            let input = match chain.client_view(&end.client).await {
                Ok(view) => Input::Client(target, view),
                Err(error) => Input::ClientUnread(target, error.to_string()),
            };
            let _ = outbox.send(Message::Input(input)).await; // The engine may have stopped.
        });
    }

    fn prove(&self, plan: Plan) {
        let outbox = self.outbox.clone();
        let parts = self.lane(&plan.target).zip(self.linked(&plan.host)).zip(self.linked(&plan.source));
        let Some(((lane, (host, signer)), (source, _))) = parts else {
            let words = format!("chain `{}` or `{}` is no longer in the configuration", plan.host, plan.source);
            tokio::spawn(async move { outbox.send(Message::Input(Input::Unproved(plan.batch, Failure::Client(words)))).await });
            return;
        };
        let host_time = self.host_times.get(&plan.host).copied().unwrap_or_default();
        let evidence = self.evidence.get(&plan.target).cloned();
        tokio::spawn(async move {
            let message = match prove(&plan, &lane, &host, &source, &signer, host_time, evidence.as_ref()).await {
                Ok(ready) => Message::Ready(Box::new(ready)),
                Err(failure) => Message::Input(Input::Unproved(plan.batch, failure)),
            };
            let _ = outbox.send(message).await; // The engine may have stopped.
        });
    }

    fn broadcast(&mut self, batch: BatchId) {
        let (bytes, outbox) = (self.ready.remove(&batch), self.outbox.clone());
        let host = self.planner.host_of_batch(batch).cloned();
        let (Some(bytes), Some((chain, _))) = (bytes, host.and_then(|host| self.linked(&host))) else {
            let outcome = Outcome::Lost("its bytes are gone".into());
            tokio::spawn(async move { outbox.send(Message::Input(Input::Outcome(batch, outcome))).await });
            return;
        };
        tokio::spawn(async move {
            let outcome = chain.send(bytes).await;
            tracing::debug!(chain = %chain.name, batch, ?outcome, "transaction");
            let _ = outbox.send(Message::Input(Input::Outcome(batch, outcome))).await; // The engine may have stopped.
        });
    }

    fn watch(&self, target: Target, height: Height) {
        let Some(lane) = self.lane(&target) else { return };
        let (host, source) = (lane.end(target.side).clone(), lane.end(target.side.other()).clone());
        let (Some((host_chain, _)), Some((source_chain, _))) = (self.linked(&host.chain), self.linked(&source.chain)) else { return };
        let host_time = self.host_times.get(&host.chain).copied().unwrap_or_default();
        let outbox = self.outbox.clone();
        tokio::spawn(async move {
            let (found, evidence) = watch(&host.client, height, &host_chain, &source_chain, host_time).await;
            let _ = outbox.send(Message::Watched(target, height, found, evidence)).await; // The engine may have stopped.
        });
    }
}
