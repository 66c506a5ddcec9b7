//! Headers: from the newest accepted block to a later one.
//!
//! The rules, in this order, for the blocks of a run that lie above the newest accepted one:
//! 1. They hang on it: the first names its hash, or else the first signed block comes with its data, all of which name the channel. A
//!    header alone is never enough for a jump: neither it nor its signatures say of which channel it is.
//! 2. The last block and every configuration block are signed as the configuration before them asks.
//! 3. What is signed names the configuration in force: a later one means that a configuration block is missing here.
//! 4. A configuration block carries the next sequence, and its update, judged under the old configuration, gives the new one.
//!
//! Source: the chain's own followers, fabric `common/deliverclient/block_verification.go`, and rule 1, which they need not have: they
//! know the channel from whom they ask.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, LightClient, Reason, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::block::{Content, Transaction};
use crate::config::{check_step, check_update, ChannelConfig};
use crate::header::{check_successor, Candidate, Run};
use crate::messages::common::{Config, ConfigEnvelope};
use crate::misbehaviour;
use crate::state::{height, ClientState, ConsensusState, InForce, KeptConfig};
use crate::wire::Message;
use crate::{decode, orderers};

/// Checks behind every accepted header.
pub const CHECKS: [&str; 9] = [
    "canonical-bytes", "header-links", "data-hash", "canonical-envelopes", "channel-id", "orderer-signatures", "config-in-force", "config-update",
    "no-conflict",
];

pub(crate) fn header(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::header(any).map_err(Fault::Undecodable)?;
    let run = match Run::read(&raw, client.channel_id()) {
        Ok(run) => run,
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    if run.last.number() <= client.latest_block() {
        return seen_before(client, states, &run.last);
    }
    let newest = client.consensus_state_at(states, client.latest_block())?;
    let in_force = newest.config_in_force(states)?;
    Ok(match Walk::new(client, newest, in_force).through(run, now) {
        Ok(update) => Verdict::Accepted(update),
        Err(reason) => Verdict::Invalid(reason),
    })
}

/// A block at or below the newest one: known, contradicting, or of no use.
fn seen_before(client: &ClientState, states: &dyn ConsensusStates, block: &Candidate<'_>) -> Result<Verdict, Fault> {
    let Some(stored) = states.at(height(block.number())) else {
        let detail = format!("block {}, the newest one is {}", block.number(), client.latest_block());
        return Ok(Verdict::Invalid(Reason::new("height-not-increasing", detail)));
    };
    if ConsensusState::stored(&stored).map_err(Fault::Undecodable)?.header_hash == block.hash {
        return Ok(Verdict::Accepted(Update { client_state: client.encode(), consensus_states: Vec::new(), trust: None, checks: passed() }));
    }
    Ok(match misbehaviour::would_convince(client, states, block)? {
        Ok(()) => Verdict::Misbehaviour(Reason::new("conflicting-header", format!("another block {} was accepted", block.number()))),
        Err(reason) => Verdict::Invalid(reason),
    })
}

fn passed() -> Vec<Check> {
    CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect()
}

/// A walk along a run: the configuration in force, and what is to be stored.
struct Walk<'c> {
    client: &'c ClientState,
    newest: ConsensusState,
    in_force: InForce,
    states: Vec<(Height, Any)>,
}

impl<'c> Walk<'c> {
    fn new(client: &'c ClientState, newest: ConsensusState, in_force: InForce) -> Self {
        Self { client, newest, in_force, states: Vec::new() }
    }

    fn through(mut self, run: Run<'_>, now: Time) -> Result<Update, Reason> {
        let above: Vec<&Candidate<'_>> = run.blocks.iter().chain([&run.last]).skip_while(|block| block.number() <= self.client.latest_block()).collect();
        let latest = self.client.latest_block();
        let mut hangs_on_ours = match above.first() {
            Some(first) if latest.checked_add(1) == Some(first.number()) => check_successor(latest, &self.newest.header_hash, &first.header).map(|()| true)?,
            _ => false,
        };
        for block in above {
            if block.is_config() || block.number() == run.last.number() {
                if !hangs_on_ours && block.content.is_none() {
                    return Err(Reason::new("skip-without-data", format!("block {}: a jump from block {latest} needs the block's data, which name the channel", block.number())));
                }
                hangs_on_ours = true;
                self.step(block, now)?;
            }
        }
        let parties = self.in_force.config.parties;
        Ok(Update {
            client_state: self.client.advanced_to(run.last.number(), parties).encode(),
            consensus_states: self.states,
            trust: Some(self.client.trust_class_of(parties)),
            checks: passed(),
        })
    }

    /// A signed block.
    fn step(&mut self, block: &Candidate<'_>, now: Time) -> Result<(), Reason> {
        let copies = block.copies()?;
        orderers::check(&self.in_force.config, self.client.raft, &block.header.bytes(), &copies)?;
        let said = copies.first().map(|copy| copy.last_config).unwrap_or_default();
        match &block.content {
            Some(Content::Config(transaction)) => {
                check_config_number(said, block.number())?;
                let config = next_config(&self.in_force.config, transaction, self.client.channel_id())?;
                self.in_force = InForce { block: block.number(), kept_at: block.number(), kept_since: now, config };
            }
            _ => check_config_number(said, self.in_force.block)?,
        }
        self.store(block, now);
        Ok(())
    }

    fn store(&mut self, block: &Candidate<'_>, now: Time) {
        let half = self.client.trusting_period_ns() / 2;
        if now.since(self.in_force.kept_since).is_some_and(|age| age > half) {
            self.in_force = InForce { kept_at: block.number(), kept_since: now, ..self.in_force.clone() };
        }
        let kept_here = self.in_force.kept_at == block.number();
        let state = ConsensusState {
            accepted_at: now,
            header_hash: block.hash,
            config_block: self.in_force.block,
            kept_at: self.in_force.kept_at,
            config: kept_here.then(|| self.in_force.config.clone()),
        };
        self.states.push((height(block.number()), state.encode()));
    }
}

/// That a block names configuration block `expected`.
///
/// # Errors
/// `config-block-missed`: a later one, which must be submitted first; `last-config`: an earlier one, or a configuration that does not name itself.
pub(crate) fn check_config_number(said: u64, expected: u64) -> Result<(), Reason> {
    match said.cmp(&expected) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Reason::new("config-block-missed", format!("block {said} changed the configuration; submit it first"))),
        std::cmp::Ordering::Less => Err(Reason::new("last-config", format!("the block goes by configuration {said}, in force is {expected}"))),
    }
}

/// The configuration that a configuration block brings into force after `old`.
fn next_config(old: &KeptConfig, transaction: &Transaction<'_>, channel_id: &str) -> Result<KeptConfig, Reason> {
    let envelope = ConfigEnvelope::read(transaction.data)?;
    let raw = Config::read(envelope.config)?;
    if old.sequence.checked_add(1) != Some(raw.sequence) {
        return Err(Reason::new("config-sequence", format!("expected the successor of {}, found {}", old.sequence, raw.sequence)));
    }
    let last_update = envelope.last_update.ok_or_else(|| Reason::new("config-update-missing", "a configuration without the update that led to it"))?;
    let (before, after) = (ChannelConfig::read(&old.group)?, ChannelConfig::read(raw.channel_group)?);
    check_update(&before, &after.root, &last_update, channel_id)?;
    check_step(&before, &after)?;
    after.check_whole()?;
    KeptConfig::of(raw.sequence, raw.channel_group, &after)
}

impl ClientState {
    /// The consensus state of block `number`.
    pub(crate) fn consensus_state_at(&self, states: &dyn ConsensusStates, number: u64) -> Result<ConsensusState, Fault> {
        let any = states.at(height(number)).ok_or(Fault::NoConsensusState(height(number)))?;
        ConsensusState::stored(&any).map_err(Fault::Undecodable)
    }

    /// The consensus state of the nearest block below block `number`: no configuration lies between the two, since those are never passed over.
    pub(crate) fn consensus_state_before(&self, states: &dyn ConsensusStates, number: u64) -> Result<ConsensusState, Fault> {
        let (_, any) = states.before(height(number)).ok_or(Fault::NoConsensusState(height(number.saturating_sub(1))))?;
        ConsensusState::stored(&any).map_err(Fault::Undecodable)
    }
}
