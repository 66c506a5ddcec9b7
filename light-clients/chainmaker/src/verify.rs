//! Headers: from what the client has followed so far to a verdict, block after block.

use std::collections::BTreeMap;

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, LightClient, Reason, Update, Verdict};
use govhub_types::Time;
use govhub_x509::Certificate;
use ibc_proto::google::protobuf::Any;

use crate::authority::Authority;
use crate::block::Block;
use crate::config::Consensus;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::signer::Signers;
use crate::state::{height, ClientState, ConsensusState};
use crate::suite::{Hash, Suite};
use crate::{body, changes, commit, decode};

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 12] = [
    "canonical-bytes", "header-shape", "block-hash", "chain-id", "position", "time", "block-version", "pre-conf-height", "proposer",
    "commit-quorum", "no-conflict", "signers-followed",
];

/// Why a message is not accepted.
enum Stop {
    Fault(Fault),
    Invalid(Reason),
    Misbehaviour(Reason),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

pub(crate) fn header(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let message = decode::header(any).map_err(Fault::Undecodable)?;
    let beside = by_hash(client.authority.config().suite, &message.certificates);
    let mut run = Run { client: client.clone(), states, fresh: BTreeMap::new(), not_later_than_s: client.not_later_than_s(now) };
    match run.blocks(&message, &beside) {
        Ok(()) => Ok(Verdict::Accepted(run.update())),
        Err(Stop::Invalid(reason)) => Ok(Verdict::Invalid(reason)),
        Err(Stop::Misbehaviour(reason)) => Ok(Verdict::Misbehaviour(reason)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Certificates that came along, by the chain's hash of them. What does not read is nobody's certificate.
pub(crate) fn by_hash(suite: Suite, certificates: &[Vec<u8>]) -> BTreeMap<Hash, Vec<u8>> {
    let read = certificates.iter().filter_map(|pem| Some((suite.hash(&[Certificate::from_pem(pem).ok()?.der()]), pem.clone())));
    read.collect()
}

/// A client on its way through a message.
struct Run<'a> {
    client: ClientState,
    states: &'a dyn ConsensusStates,
    /// Consensus states that this message adds.
    fresh: BTreeMap<u64, ConsensusState>,
    not_later_than_s: u64,
}

impl Run<'_> {
    fn blocks(&mut self, message: &raw::Header, beside: &BTreeMap<Hash, Vec<u8>>) -> Result<(), Stop> {
        let mut blocks = message.blocks.iter().peekable();
        while blocks.peek().is_some() {
            let term = Term::of(&self.client, self.states, message.authority_at)?;
            let mut signers = Signers::new(&term.authority, beside);
            for block in blocks.by_ref() {
                if self.block(&term, &mut signers, block)? {
                    break; // The signers of the blocks above are others.
                }
            }
        }
        Ok(())
    }

    /// Judges one block, and keeps it; true if the signers of the blocks above are others.
    fn block(&mut self, term: &Term, signers: &mut Signers<'_>, message: &raw::Block) -> Result<bool, Stop> {
        let authority = &term.authority;
        let block = Block::decode(authority.config().suite, &message.header)?;
        let at = block.height();
        check_chain_id(&self.client, &block)?;
        let stored = self.stored(at)?;
        let is_known = stored.as_ref().is_some_and(|stored| stored.block_hash == block.hash);
        let may_change = term.until.is_none() && at > authority.since();
        if is_known && !(self.client.skipping && may_change && message.body.is_some()) {
            return Ok(false);
        }
        self.check_position(at, stored.is_some())?;
        term.check_answers(at)?;
        if block.time_s > self.not_later_than_s {
            return Err(Reason::new(Reason::FROM_FUTURE, format!("block {at} is of {} s, at most {} s is taken", block.time_s, self.not_later_than_s)).into());
        }
        signed(&self.client, authority, signers, &block, &message.vote_set)?;
        self.check_no_conflict(&block, stored.as_ref())?;
        let next = match &message.body {
            Some(body) if may_change => {
                let entries = body::verify(authority.config().suite, &authority.config().chain_id, &block, body, signers)?;
                changes::follow(authority, &block, &entries)?
            }
            Some(_) => return Err(Reason::new("body-unexpected", format!("block {at} is at or below a change of signers; it is shown without its body")).into()),
            None if may_change && (!self.client.skipping || block.is_config()) => {
                return Err(Reason::new("body-missing", format!("block {at} came without what it wrote; a change of signers could hide there")).into());
            }
            None => None,
        };
        self.keep(&block, next)
    }

    fn stored(&self, at: u64) -> Result<Option<ConsensusState>, Stop> {
        if let Some(fresh) = self.fresh.get(&at) {
            return Ok(Some(fresh.clone()));
        }
        let decoded = self.states.at(height(at)).map(|any| ConsensusState::decode(&any)).transpose();
        decoded.map_err(|reason| Stop::Fault(Fault::Undecodable(reason)))
    }

    /// Each height in its turn, unless the trust file lets heights be left out. A height that is stored is judged, to find forks.
    fn check_position(&self, at: u64, is_stored: bool) -> Result<(), Stop> {
        let latest = self.client.latest();
        match is_stored || self.client.skipping || latest.checked_add(1) == Some(at) {
            true => Ok(()),
            false => Err(Reason::new("height", format!("block {at}, the client is at {latest} and takes each height in its turn")).into()),
        }
    }

    /// A quorum has signed this block. One at its height, above or below it that was accepted before must agree.
    fn check_no_conflict(&self, block: &Block, stored: Option<&ConsensusState>) -> Result<(), Stop> {
        let at = block.height();
        if stored.is_some_and(|stored| stored.block_hash != block.hash) {
            return Err(Stop::Misbehaviour(Reason::new("conflicting-header", format!("another block is stored at {at}"))));
        }
        let fork = |detail: String| Err(Stop::Misbehaviour(Reason::new("prev-hash", detail)));
        let (parent, child) = (at.checked_sub(1), at.checked_add(1));
        match parent.map(|below| self.stored(below)).transpose()?.flatten() {
            Some(parent) if parent.block_hash != block.pre_block_hash => return fork(format!("block {at} does not stand on the one stored below it")),
            None if !self.client.skipping && stored.is_none() => return Err(Stop::Fault(Fault::NoConsensusState(height(at.saturating_sub(1))))),
            _ => {}
        }
        match child.map(|above| self.stored(above)).transpose()?.flatten() {
            Some(child) if child.pre_block_hash != block.hash => fork(format!("the block stored above {at} does not stand on this one")),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, block: &Block, next: Option<Authority>) -> Result<bool, Stop> {
        let at = block.height();
        let time_s = block.time_s.max(self.time_below_s(at)?);
        let retired = next.map(|next| self.client.put_under(next));
        let changed = retired.is_some();
        self.fresh.insert(at, consensus_state(block, time_s, retired));
        self.client.advance_to(at);
        Ok(changed)
    }

    /// The time of the nearest block below. Proposers' clocks differ; a time that went back would shorten the client's life.
    fn time_below_s(&self, at: u64) -> Result<u64, Stop> {
        let fresh = self.fresh.range(..at).next_back();
        let stored = self.states.before(height(at)).map(|(below, any)| ConsensusState::decode(&any).map(|state| (below, state.time_s))).transpose();
        let stored = stored.map_err(|reason| Stop::Fault(Fault::Undecodable(reason)))?;
        Ok(match (fresh, stored) {
            (Some((below, state)), Some((stored, time_s))) if stored.revision_height > *below => time_s.max(state.time_s),
            (Some((_, state)), _) => state.time_s,
            (None, stored) => stored.map_or(0, |(_, time_s)| time_s),
        })
    }

    fn update(self) -> Update {
        let trust = (!self.fresh.is_empty()).then(|| self.client.authority.trust_class());
        Update {
            client_state: self.client.encode(),
            consensus_states: self.fresh.iter().map(|(at, state)| (height(*at), state.encode())).collect(),
            trust,
            checks: CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect(),
        }
    }
}

/// What is kept of `block`.
pub(crate) fn consensus_state(block: &Block, time_s: u64, retired: Option<Authority>) -> ConsensusState {
    ConsensusState {
        block_hash: block.hash,
        pre_block_hash: block.pre_block_hash,
        time_s,
        tx_root: block.roots.map(|roots| roots.tx),
        tx_count: block.header.tx_count,
        block_version: block.header.block_version,
        retired,
    }
}

/// An authority and the heights for which it answers: above its `since`, up to `until` if another one has replaced it.
pub(crate) struct Term {
    pub authority: Authority,
    until: Option<u64>,
}

impl Term {
    /// The client's present authority, or, for another height than 0, the one that the block stored there replaced.
    ///
    /// # Errors
    /// `authority-not-stored`.
    pub fn of(client: &ClientState, states: &dyn ConsensusStates, replaced_at: u64) -> Result<Self, Reason> {
        if replaced_at == 0 {
            return Ok(Self { authority: client.authority.clone(), until: None });
        }
        let stored = states.at(height(replaced_at)).and_then(|any| ConsensusState::decode(&any).ok()).and_then(|state| state.retired);
        let authority = stored.ok_or_else(|| Reason::new("authority-not-stored", format!("no authority was replaced at {replaced_at}, as far as is stored")))?;
        Ok(Self { authority, until: Some(replaced_at) })
    }

    /// # Errors
    /// `authority`.
    pub fn check_answers(&self, at: u64) -> Result<(), Reason> {
        match at > self.authority.since() && self.until.is_none_or(|until| at <= until) {
            true => Ok(()),
            false => Err(Reason::new("authority", format!("this authority does not answer for height {at}"))),
        }
    }
}

pub(crate) fn check_chain_id(client: &ClientState, block: &Block) -> Result<(), Reason> {
    let expected = client.raw().chain_id.as_bytes();
    match block.header.chain_id == expected {
        true => Ok(()),
        false => Err(Reason::new("chain-id", format!("a block of `{}`", crate::suite::text(&block.header.chain_id)))),
    }
}

/// That `block` is one that `authority` has signed.
///
/// # Errors
/// A [`Reason`] naming the rule.
pub(crate) fn signed(client: &ClientState, authority: &Authority, signers: &mut Signers<'_>, block: &Block, vote_set: &[u8]) -> Result<(), Reason> {
    let config = authority.config();
    if block.header.block_version != config.block_version {
        return Err(Reason::new("block-version", format!("{}, the configuration says {}", block.header.block_version, config.block_version)));
    }
    if block.header.pre_conf_height != authority.conf_height() {
        let (said, held) = (block.header.pre_conf_height, authority.conf_height());
        return Err(Reason::new("pre-conf-height", format!("the block stands on the configuration of {said}, the client on that of {held}")));
    }
    commit::verify_proposer(authority, &client.node_keys, signers, block)?;
    match config.consensus {
        Consensus::Tbft => commit::verify(authority, &client.node_keys, signers, block, vote_set),
        Consensus::Raft if vote_set.is_empty() => Ok(()),
        Consensus::Raft => Err(Reason::new("qc-unexpected", "votes for a block that one signer decides")),
    }
}
