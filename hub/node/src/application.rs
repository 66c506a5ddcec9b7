//! The state machine as the node sees it. [`crate::hub`] is the real one; tests bring small ones.

use std::ops::RangeInclusive;

use govhub_store::{Reader, StoreError, Writes};
use govhub_types::tx_result::TxResult;
use govhub_types::{BlockContext, Event, Rejection, Time};

/// Whose transaction it is, what it asks of its quotas, and how large these are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SenderQuota {
    /// The account that pending transactions are counted under, as text.
    pub sender: String,
    /// Messages that count against `messages_max`.
    pub messages: u32,
    /// Messages of one account that one block takes.
    pub messages_max: u32,
    /// Client updates, which have a quota of their own.
    pub updates: u32,
    /// Client updates of one account that one block takes.
    pub updates_max: u32,
}

/// What a block does to the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockOutcome {
    /// Changes.
    pub writes: Writes,
    /// One result per transaction, in order.
    pub tx_results: Vec<TxResult>,
    /// Events of the block itself.
    pub begin_events: Vec<Event>,
    /// Ed25519 keys and powers; power 0 removes. They vote from two heights on.
    pub validator_updates: Vec<([u8; 32], u64)>,
    /// Version of the state machine from the next block on.
    pub app_version: u64,
}

/// Why a block was not applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A transaction may not stand in a block: the proposal is voted down.
    #[error("transaction {index} may not stand in a block: {rejection}")]
    AnteFailed {
        /// Position in the block, from 0.
        index: usize,
        /// Why.
        rejection: Rejection,
    },
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state wants a version of the state machine that this binary is not.
    #[error("the state machine is version {wanted}, this binary knows up to {known}: install the release that the upgrade plan names")]
    Version {
        /// Version in the state.
        wanted: u64,
        /// Newest known.
        known: u64,
    },
}

/// An answer to a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryAnswer {
    /// 0 for success.
    pub code: u32,
    /// Where the code is defined.
    pub codespace: String,
    /// Words for people.
    pub log: String,
    /// Answer.
    pub value: Vec<u8>,
}

/// The state machine: pure, a function of committed state and its arguments.
pub trait Application: Send + Sync + 'static {
    /// App versions that this binary can run.
    fn versions(&self) -> RangeInclusive<u64>;

    /// Writes of version 0 from a genesis document (CometBFT genesis JSON with `app_state`).
    ///
    /// # Errors
    /// In words, what in the document is wrong.
    fn genesis(&self, document: &[u8]) -> Result<Writes, String>;

    /// Who sends `tx`; cheap, before any other work.
    fn screen(&self, reader: &dyn Reader, tx: &[u8]) -> Result<SenderQuota, Rejection>;

    /// Runs `tx` on a scratch copy of the committed state.
    fn check_tx(&self, reader: &dyn Reader, context: &BlockContext, tx: &[u8]) -> TxResult;

    /// Which of `candidates` go into a block, in order, at most `max_bytes` together.
    fn propose(&self, reader: &dyn Reader, context: &BlockContext, candidates: &[Vec<u8>], max_bytes: usize) -> Vec<Vec<u8>>;

    /// Executes a block on the committed state of the height before.
    fn apply(&self, reader: &dyn Reader, context: &BlockContext, txs: &[Vec<u8>]) -> Result<BlockOutcome, ApplyError>;

    /// Whether a block at `time` would do something without any transaction.
    fn has_due(&self, reader: &dyn Reader, time: Time) -> bool;

    /// Answers a query.
    fn query(&self, reader: &dyn Reader, context: &BlockContext, path: &str, data: &[u8]) -> QueryAnswer;
}
