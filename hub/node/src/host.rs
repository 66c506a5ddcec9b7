//! The node's side of consensus.
//!
//! Recovery rests on one order of writes: a proposal's bytes are durable before the engine hears of it ([`UndecidedStore`]), and block,
//! commit, results and state become durable in one batch ([`Ledger::commit`]). A crash between any two writes leaves either the height
//! undecided with its proposals, which the engine's own log then decides again, or decided as a whole.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use govhub_consensus::{commit, time_rule, Block, Certificate, Host, HostError, Proposed, Received, Rules, Synced, SyncedValue, ValidatorAddress, ValueId};
use govhub_store::StoreError;
use govhub_types::hash::sha256;

use crate::application::{ApplyError, BlockOutcome};
use crate::blocks::BlockWrites;
use crate::config::BlocksConfig;
use crate::ledger::{now, Ledger, LedgerError, Tip};
use crate::mempool::Mempool;
use crate::pace;
use crate::undecided::{Undecided, UndecidedStore};

/// Room in a block for header, last commit and framing, beside the transactions.
const OVERHEAD_BYTES: usize = 64 << 10;
/// How often a block is built anew because a transaction may not stand in it. Each time drops one; then the block stays empty.
const BUILD_TRIES: usize = 16;
/// Versions are pruned every so many heights.
const PRUNE_EVERY: u64 = 100;

/// The host.
pub struct NodeHost {
    ledger: Arc<Ledger>,
    mempool: Arc<Mempool>,
    undecided: UndecidedStore,
    blocks: BlocksConfig,
    versions_kept: u64,
    me: ValidatorAddress,
    /// Outcomes of blocks of the height being decided, so that none is executed twice.
    executed: BTreeMap<ValueId, Result<BlockOutcome, String>>,
}

fn fatal(error: impl std::fmt::Display) -> HostError {
    HostError::Fatal(error.to_string())
}

fn world(error: StoreError) -> HostError {
    HostError::World(error.to_string())
}

impl From<LedgerError> for HostError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(_) | LedgerError::Apply(ApplyError::Store(_) | ApplyError::Version { .. }) => Self::World(error.to_string()),
            _ => fatal(error),
        }
    }
}

impl NodeHost {
    /// A host over an opened ledger.
    pub fn new(ledger: Arc<Ledger>, mempool: Arc<Mempool>, blocks: BlocksConfig, versions_kept: u64, me: ValidatorAddress) -> Result<Self, StoreError> {
        let undecided = UndecidedStore::open(ledger.store.clone())?;
        Ok(Self { ledger, mempool, undecided, blocks, versions_kept, me, executed: BTreeMap::new() })
    }

    /// Every rule but the clock's. The inner error is the reason for "no".
    fn judge(&mut self, id: &ValueId, bytes: &[u8], proposer: Option<ValidatorAddress>) -> Result<Result<(), String>, HostError> {
        let tip = self.ledger.tip();
        let block = match Block::decode(bytes) {
            Ok(block) => block,
            Err(e) => return Ok(Err(e.to_string())),
        };
        if block.value_id(bytes) != *id {
            return Ok(Err("the bytes are not those of the id".into()));
        }
        if let Err(e) = block.check(bytes.len(), &self.ledger.expected(&tip)) {
            return Ok(Err(e.to_string()));
        }
        if proposer.is_some_and(|proposer| proposer.account_id() != block.header.proposer_address) {
            return Ok(Err("the header names another proposer than the round's".into()));
        }
        if !self.executed.contains_key(id) {
            let outcome = self.execute(&block, &tip)?;
            self.executed.insert(*id, outcome);
        }
        Ok(self.executed[id].as_ref().map(|_| ()).map_err(Clone::clone))
    }

    fn execute(&self, block: &Block, tip: &Tip) -> Result<Result<BlockOutcome, String>, HostError> {
        match self.ledger.execute(block.header.time, &block.txs) {
            Ok(outcome) => match tip.next_validators.updated(&outcome.validator_updates) {
                Ok(_) => Ok(Ok(outcome)),
                Err(e) => Ok(Err(format!("validator updates: {e}"))),
            },
            Err(LedgerError::Apply(refused @ ApplyError::AnteFailed { .. })) => Ok(Err(refused.to_string())),
            Err(LedgerError::Time) => Ok(Err(LedgerError::Time.to_string())),
            Err(e) => Err(e.into()),
        }
    }

    fn judged(&mut self, undecided: &Undecided) -> Result<Proposed, HostError> {
        let Received { height, round, pol_round, proposer, id, bytes, .. } = &undecided.proposal;
        // A value that is proposed again keeps its first proposer.
        let verdict = self.judge(id, bytes, pol_round.is_none().then_some(*proposer))?;
        let verdict = verdict.and_then(|()| if undecided.timely { Ok(()) } else { Err("its time is too far from our clock".into()) });
        if let Err(why) = &verdict {
            tracing::warn!(height, round, %proposer, "proposal {id} is voted down: {why}");
        }
        Ok(Proposed { height: *height, round: *round, pol_round: *pol_round, proposer: *proposer, id: *id, valid: verdict.is_ok() })
    }

    /// Builds and executes a block on the tip.
    fn build(&mut self) -> Result<(Block, Vec<u8>, ValueId), HostError> {
        let tip = self.ledger.tip();
        let expected = self.ledger.expected(&tip);
        let time = time_rule::propose(now(), expected.last_time());
        let max_bytes = usize::try_from(expected.params.block_max_bytes).unwrap_or(usize::MAX).min(govhub_consensus::block::BLOCK_BYTES_MAX);
        let max_tx_bytes = max_bytes.saturating_sub(OVERHEAD_BYTES);
        for attempt in 0..=BUILD_TRIES {
            let txs = if attempt == BUILD_TRIES { Vec::new() } else { self.choose(&tip, time, max_tx_bytes)? };
            let outcome = match self.ledger.execute(time, &txs) {
                Ok(outcome) => outcome,
                Err(LedgerError::Apply(ApplyError::AnteFailed { index, rejection })) if index < txs.len() => {
                    tracing::debug!("dropping a transaction that may not stand in a block: {rejection}");
                    self.mempool.drop_txs(&[sha256(&[&txs[index]])]);
                    continue;
                }
                Err(e) => return Err(e.into()),
            };
            let last_commit = tip.last.as_ref().map(|(_, _, commit)| commit.as_ref().clone());
            let header = expected.header(time, &txs, last_commit.as_ref(), self.me);
            let block = Block { header, txs, last_commit };
            let bytes = block.encode();
            let id = block.value_id(&bytes);
            self.executed.insert(id, Ok(outcome));
            return Ok((block, bytes, id));
        }
        Err(fatal("a block without transactions could not be built"))
    }

    fn choose(&self, tip: &Tip, time: tendermint::Time, max_bytes: usize) -> Result<Vec<Vec<u8>>, HostError> {
        let candidates = self.mempool.candidates(max_bytes);
        let context = self.ledger.block_context(tip, time)?;
        self.ledger.read(|reader, _| self.ledger.app.propose(reader, &context, &candidates, max_bytes)).map_err(world)
    }

    fn prune(&self, height: u64) -> Result<(), HostError> {
        if self.versions_kept == 0 || !height.is_multiple_of(PRUNE_EVERY) || height <= self.versions_kept {
            return Ok(());
        }
        let removed = self.ledger.store.prune(height - self.versions_kept).map_err(world)?;
        tracing::info!(height, removed, "pruned versions below {}", height - self.versions_kept);
        Ok(())
    }
}

impl Host for NodeHost {
    fn next(&mut self) -> Result<Rules, HostError> {
        let tip = self.ledger.tip();
        Ok(Rules { height: tip.height + 1, validators: tip.validators.clone() })
    }

    fn stored(&mut self, height: u64, round: u32) -> Result<Vec<Proposed>, HostError> {
        if height != self.ledger.tip().height + 1 {
            return Ok(Vec::new());
        }
        self.undecided.of_round(height, round).iter().map(|undecided| self.judged(undecided)).collect()
    }

    fn propose(&mut self, height: u64, round: u32) -> Result<(ValueId, Vec<u8>), HostError> {
        let mine = self.undecided.of_round(height, round).into_iter().find(|u| u.proposal.proposer == self.me && u.proposal.pol_round.is_none());
        if let Some(Undecided { proposal, .. }) = mine {
            return Ok((proposal.id, proposal.bytes));
        }
        let (_, bytes, id) = self.build()?;
        let proposal = Received { height, round, pol_round: None, locked: false, proposer: self.me, id, bytes: bytes.clone() };
        self.undecided.keep_own(Undecided { proposal, timely: true }).map_err(world)?;
        Ok((id, bytes))
    }

    fn receive(&mut self, received: Received) -> Result<Option<Proposed>, HostError> {
        let deciding = self.ledger.tip().height + 1;
        // Judged once: by those who locked it, by us when it first came, or now.
        let timely = received.locked
            || self.undecided.timely_before(received.height, &received.id)
            || received.id.time().is_some_and(|time| time_rule::timely(time, now()));
        let undecided = Undecided { proposal: received, timely };
        // Bytes of another id are nobody's proposal: not kept, not answered.
        let honest = Block::decode(&undecided.proposal.bytes).is_ok_and(|block| block.value_id(&undecided.proposal.bytes) == undecided.proposal.id);
        if !honest || !self.undecided.keep(deciding, undecided.clone()).map_err(world)? || undecided.proposal.height != deciding {
            return Ok(None);
        }
        self.judged(&undecided).map(Some)
    }

    fn bytes(&mut self, height: u64, id: &ValueId) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.undecided.bytes(height, id).map(<[u8]>::to_vec))
    }

    fn synced(&mut self, value: SyncedValue) -> Result<Synced, HostError> {
        let SyncedValue { height, round, proposer, bytes } = value;
        let Ok(block) = Block::decode(&bytes) else { return Ok(Synced::PeerFault) };
        let id = block.value_id(&bytes);
        let verdict = self.judge(&id, &bytes, None)?;
        if let Err(why) = &verdict {
            tracing::warn!(height, "a synced block is not valid here: {why}");
        }
        let deciding = self.ledger.tip().height + 1;
        let proposal = Received { height, round, pol_round: None, locked: false, proposer, id, bytes };
        if !self.undecided.keep(deciding, Undecided { proposal, timely: true }).map_err(world)? {
            return Ok(Synced::PeerFault);
        }
        Ok(Synced::Judged(Proposed { height, round, pol_round: None, proposer, id, valid: verdict.is_ok() }))
    }

    fn finalize(&mut self, certificate: &Certificate) -> Result<(), HostError> {
        let height = certificate.height;
        let Some(bytes) = self.undecided.bytes(height, &certificate.id).map(<[u8]>::to_vec) else {
            return Err(HostError::MissingBlock { height });
        };
        if let Err(why) = self.judge(&certificate.id, &bytes, None)? {
            return Err(fatal(format!("block {height} was decided, and this node finds it invalid: {why}; check that this release is the chain's")));
        }
        let outcome = self.executed.remove(&certificate.id).and_then(Result::ok).expect("judged good just above");
        let block = Block::decode(&bytes).expect("judged good just above");
        let txs = block.txs.clone();
        let mut writes = BlockWrites::default();
        self.undecided.stage_removal(height, &mut writes);
        self.ledger.commit(block, bytes, certificate, outcome, writes)?;
        self.undecided.forget(height);
        self.executed.clear();
        self.mempool.decided(&txs);
        self.prune(height)?;
        tracing::debug!(height, txs = txs.len(), "decided");
        Ok(())
    }

    fn pace(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(pace::next_height(self.blocks.clone(), self.ledger.clone(), self.mempool.clone()))
    }

    fn oldest(&mut self) -> u64 {
        1
    }

    fn decided(&mut self, from: u64, to: u64) -> Result<Vec<(Vec<u8>, Certificate)>, HostError> {
        let mut decided = Vec::new();
        for height in from..=to.min(self.ledger.tip().height) {
            let block = self.ledger.blocks.block(height).map_err(world)?;
            let seen = self.ledger.blocks.seen_commit(height).map_err(world)?;
            let Some(((block, bytes), seen)) = block.zip(seen) else { break };
            let certificate = commit::to_certificate(&seen, block.header.time).ok_or_else(|| fatal(format!("commit {height} is no certificate")))?;
            decided.push((bytes, certificate));
        }
        Ok(decided)
    }
}
