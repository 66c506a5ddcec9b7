//! The chain as this node holds it: the tip in memory, everything else in the store. Shared by consensus, mempool and RPC.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use govhub_consensus::header::{Expected, Last};
use govhub_consensus::{commit, results, time_rule, Block, BlockError, Certificate, ValidatorSet};
use govhub_store::{Store, StoreError, VersionReader};
use govhub_types::hash::{sha256, Hash};
use govhub_types::{BlockContext, Time};
use tendermint::block::Commit;
use tendermint_proto::v0_38::abci::{ResponseFinalizeBlock, ValidatorUpdate};
use tendermint_proto::v0_38::crypto::{public_key, PublicKey};
use tokio::sync::{broadcast, watch};

use crate::abci;
use crate::application::{Application, ApplyError, BlockOutcome};
use crate::blocks::{BlockWrites, Blocks};
use crate::genesis::Genesis;

/// Blocks that a slow subscriber may lag behind before it loses some.
const BUS_BLOCKS: usize = 128;

/// A block just decided, for subscribers and waiting clients.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The block.
    pub block: Block,
    /// Its id.
    pub id: tendermint::block::Id,
    /// Results and events.
    pub results: ResponseFinalizeBlock,
}

/// The newest decided block, or genesis.
#[derive(Clone, Debug)]
pub struct Tip {
    /// Height; 0 for genesis.
    pub height: u64,
    /// The block, its id and the commit this node decided it by.
    pub last: Option<(Arc<Block>, tendermint::block::Id, Arc<Commit>)>,
    /// The set that decided it; the genesis set for genesis.
    pub last_validators: ValidatorSet,
    /// The set that decides the next height.
    pub validators: ValidatorSet,
    /// The set after that.
    pub next_validators: ValidatorSet,
    /// State after the tip.
    pub app_hash: Hash,
    /// Results of the tip.
    pub last_results_hash: Hash,
    /// Version of the state machine from the next block on.
    pub app_version: u64,
}

impl Tip {
    /// Time of the tip's header; genesis time for genesis.
    pub fn time(&self, genesis: &Genesis) -> tendermint::Time {
        self.last.as_ref().map_or(genesis.time, |(block, ..)| block.header.time)
    }

    /// Whether the tip changed the application hash: then the next block proves it, and comes at once.
    pub fn changed_state(&self) -> bool {
        self.last.as_ref().is_some_and(|(block, ..)| block.header.app_hash.as_bytes() != self.app_hash)
    }
}

/// Why the ledger could not be opened or moved on.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Disk or corruption.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state machine refuses the genesis document.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The home's genesis file is not the one its data began with.
    #[error("the genesis file is not the one that this home's data began with; restore it, or start with an empty home")]
    OtherGenesis,
    /// A block that breaks a rule.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The state machine refuses a block.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Validator updates that make no set.
    #[error("validator updates of block {height}: {why}")]
    Validators {
        /// Whose.
        height: u64,
        /// What is wrong.
        why: String,
    },
    /// Header times outside 1970 to 2554.
    #[error("a header's time is outside the years 1970 to 2554")]
    Time,
}

/// The ledger.
pub struct Ledger {
    /// State and columns.
    pub store: Store,
    /// Decided blocks.
    pub blocks: Blocks,
    /// The state machine.
    pub app: Arc<dyn Application>,
    /// Genesis.
    pub genesis: Genesis,
    tip: RwLock<Arc<Tip>>,
    /// Held for reading while the newest state is read, for writing while it moves on.
    gate: RwLock<()>,
    bus: broadcast::Sender<Arc<Decided>>,
    height: watch::Sender<u64>,
}

/// The node's clock. The only place where it is read.
pub fn now() -> tendermint::Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    // A clock past the year 9999 is broken; the first moment makes every block untimely, which is the safe answer.
    tendermint::Time::from_unix_timestamp(seconds, since.subsec_nanos()).unwrap_or_else(|_| tendermint::Time::unix_epoch())
}

impl Ledger {
    /// Opens the ledger over `store`, writing version 0 from genesis if the store is empty.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(store: Store, app: Arc<dyn Application>, genesis: Genesis) -> Result<Self, LedgerError> {
        let blocks = Blocks::new(store.clone());
        let document = genesis.bytes();
        let hash = sha256(&[&document]);
        if store.latest().is_none() {
            let writes = app.genesis(&document).map_err(LedgerError::Genesis)?;
            let mut own = BlockWrites::default();
            own.validators(1, &genesis.validators);
            own.validators(2, &genesis.validators);
            own.genesis_hash(&hash);
            let prepared = store.prepare(0, writes)?.with_app_version(genesis.app_version).with_columns(own.into_writes());
            store.commit(prepared)?;
        }
        store.require_app_version(app.versions())?;
        if blocks.genesis_hash()?.as_deref() != Some(hash.as_slice()) {
            return Err(LedgerError::OtherGenesis);
        }
        let tip = load_tip(&store, &blocks, &genesis)?;
        let (bus, _) = broadcast::channel(BUS_BLOCKS);
        let (height, _) = watch::channel(tip.height);
        Ok(Self { store, blocks, app, genesis, tip: RwLock::new(Arc::new(tip)), gate: RwLock::new(()), bus, height })
    }

    /// The tip.
    pub fn tip(&self) -> Arc<Tip> {
        self.tip.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Decided blocks from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>> {
        self.bus.subscribe()
    }

    /// The tip's height, as it changes.
    pub fn height(&self) -> watch::Receiver<u64> {
        self.height.subscribe()
    }

    /// Runs `read` on the newest state, which does not move on meanwhile.
    pub fn read<T>(&self, read: impl FnOnce(&VersionReader, &Tip) -> T) -> Result<T, StoreError> {
        let _gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let tip = self.tip();
        let reader = self.store.reader(tip.height)?;
        Ok(read(&reader, &tip))
    }

    /// What transactions are checked against: the next block, not before the node's clock (PROTOCOL 4).
    pub fn check_context(&self, tip: &Tip) -> BlockContext {
        let time = tip.time(&self.genesis).max(now());
        BlockContext {
            chain_id: self.genesis.chain_id.clone(),
            height: tip.height + 1,
            time: time_rule::to_time(time).unwrap_or(Time::from_unix_ns(u64::MAX)),
        }
    }

    /// What the next header must say.
    pub fn expected(&self, tip: &Tip) -> Expected {
        let last = tip.last.as_ref().map(|(block, id, _)| Last { id: *id, time: block.header.time, validators: tip.last_validators.clone() });
        Expected {
            chain_id: self.chain_id(),
            height: tip.height + 1,
            last,
            genesis_time: self.genesis.time,
            validators: tip.validators.clone(),
            next_validators: tip.next_validators.clone(),
            app_hash: tip.app_hash,
            last_results_hash: tip.last_results_hash,
            params: self.genesis.params,
            app_version: tip.app_version,
        }
    }

    /// This chain, as tendermint-rs names it.
    pub fn chain_id(&self) -> tendermint::chain::Id {
        self.genesis.chain_id.as_str().parse().expect("our chain ids are a subset of CometBFT's")
    }

    /// The context that a block of `time` after `tip` runs in.
    pub fn block_context(&self, tip: &Tip, time: tendermint::Time) -> Result<BlockContext, LedgerError> {
        let time = time_rule::to_time(time).ok_or(LedgerError::Time)?;
        Ok(BlockContext { chain_id: self.genesis.chain_id.clone(), height: tip.height + 1, time })
    }

    /// Executes the block after the tip. Nothing becomes durable.
    pub fn execute(&self, time: tendermint::Time, txs: &[Vec<u8>]) -> Result<BlockOutcome, LedgerError> {
        self.read(|reader, tip| {
            let context = self.block_context(tip, time)?;
            let outcome = self.app.apply(reader, &context, txs)?;
            assert_eq!(outcome.tx_results.len(), txs.len(), "apply gives one result per transaction");
            Ok(outcome)
        })?
    }

    /// Makes a decided block durable with its state, commit and results, and moves the tip. `extra` joins the same batch.
    pub fn commit(&self, block: Block, bytes: Vec<u8>, certificate: &Certificate, outcome: BlockOutcome, extra: BlockWrites) -> Result<(), LedgerError> {
        let tip = self.tip();
        let height = tip.height + 1;
        let id = block.id(&bytes);
        let seen = commit::from_certificate(certificate, &tip.validators).expect("the engine decides ids that the host has checked");
        let after_next = tip.next_validators.updated(&outcome.validator_updates);
        let after_next = after_next.map_err(|e| LedgerError::Validators { height, why: e.to_string() })?;
        let last_results_hash = results_hash(&outcome);
        let prepared = self.store.prepare(height, outcome.writes.clone())?;
        let app_hash = prepared.root();
        let results = finalize_response(&outcome, app_hash);
        let mut writes = extra;
        writes.decided(&block, bytes, &seen, &results);
        writes.validators(height + 2, &after_next);
        let prepared = prepared.with_app_version(outcome.app_version).with_columns(writes.into_writes());
        let next = Tip {
            height,
            last: Some((Arc::new(block.clone()), id, Arc::new(seen))),
            last_validators: tip.validators.clone(),
            validators: tip.next_validators.clone(),
            next_validators: after_next,
            app_hash,
            last_results_hash,
            app_version: outcome.app_version,
        };
        {
            let _gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            self.store.commit(prepared)?;
            *self.tip.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        }
        self.height.send_replace(height);
        // Nobody listening is fine.
        let _ = self.bus.send(Arc::new(Decided { block, id, results }));
        Ok(())
    }
}

fn load_tip(store: &Store, blocks: &Blocks, genesis: &Genesis) -> Result<Tip, LedgerError> {
    let corrupt = |what: String| StoreError::Corrupt { what };
    let (height, app_hash) = store.latest().ok_or_else(|| corrupt("no state at all".into()))?;
    let validators = |at: u64| blocks.validators(at)?.ok_or_else(|| corrupt(format!("validators of height {at} are missing")));
    let last = match height {
        0 => None,
        _ => {
            let (block, bytes) = blocks.block(height)?.ok_or_else(|| corrupt(format!("block {height} is missing")))?;
            let seen = blocks.seen_commit(height)?.ok_or_else(|| corrupt(format!("commit {height} is missing")))?;
            let id = block.id(&bytes);
            Some((Arc::new(block), id, Arc::new(seen)))
        }
    };
    let last_results_hash = match height {
        0 => results::hash(&[]),
        _ => stored_results_hash(&blocks.results(height)?.ok_or_else(|| corrupt(format!("results {height} are missing")))?),
    };
    Ok(Tip {
        height,
        last,
        last_validators: if height == 0 { genesis.validators.clone() } else { validators(height)? },
        validators: validators(height + 1)?,
        next_validators: validators(height + 2)?,
        app_hash,
        last_results_hash,
        app_version: store.app_version().ok_or_else(|| corrupt("no state at all".into()))?,
    })
}

fn results_hash(outcome: &BlockOutcome) -> Hash {
    let deterministic = |r: &govhub_types::TxResult| results::DeterministicResult { code: r.code, data: r.data.clone(), gas_wanted: r.gas_wanted, gas_used: r.gas_used };
    results::hash(&outcome.tx_results.iter().map(deterministic).collect::<Vec<_>>())
}

fn stored_results_hash(response: &ResponseFinalizeBlock) -> Hash {
    let deterministic = response.tx_results.iter().map(|r| results::DeterministicResult { code: r.code, data: r.data.to_vec(), gas_wanted: r.gas_wanted, gas_used: r.gas_used });
    results::hash(&deterministic.collect::<Vec<_>>())
}

fn finalize_response(outcome: &BlockOutcome, app_hash: Hash) -> ResponseFinalizeBlock {
    let update = |(key, power): &([u8; 32], u64)| ValidatorUpdate {
        pub_key: Some(PublicKey { sum: Some(public_key::Sum::Ed25519(key.to_vec())) }),
        power: i64::try_from(*power).unwrap_or(i64::MAX),
    };
    ResponseFinalizeBlock {
        events: outcome.begin_events.iter().map(abci::event).collect(),
        tx_results: outcome.tx_results.iter().map(abci::tx_result).collect(),
        validator_updates: outcome.validator_updates.iter().map(update).collect(),
        consensus_param_updates: None,
        app_hash: app_hash.to_vec().into(),
    }
}
