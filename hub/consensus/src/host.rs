//! What the engine asks of the node.

use std::future::Future;
use std::pin::Pin;

use thiserror::Error;

use crate::{Certificate, ValidatorAddress, ValidatorSet, ValueId};

/// A height and who decides it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Height to decide.
    pub height: u64,
    /// Its validators.
    pub validators: ValidatorSet,
}

/// A complete block that a peer proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Height proposed.
    pub height: u64,
    /// Round proposed in.
    pub round: u32,
    /// Round of the proof of lock, if it says that there is one.
    pub pol_round: Option<u32>,
    /// Whether the prevotes of that round were seen and verified here: more than two thirds for this id. Then its time is not judged again.
    pub locked: bool,
    /// Proposer, as the stream says; without a proof of lock it is the round's, who signed the stream.
    pub proposer: ValidatorAddress,
    /// What the bytes are said to hash to.
    pub id: ValueId,
    /// Encoded block.
    pub bytes: Vec<u8>,
}

/// A proposal the node has seen and judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Height.
    pub height: u64,
    /// Round.
    pub round: u32,
    /// Round of the proof of lock.
    pub pol_round: Option<u32>,
    /// Proposer.
    pub proposer: ValidatorAddress,
    /// Id of the block.
    pub id: ValueId,
    /// Whether we may vote for it.
    pub valid: bool,
}

/// A decided block from a peer, its certificate already verified by the engine.
#[derive(Clone, Debug)]
pub struct SyncedValue {
    /// Height.
    pub height: u64,
    /// Round.
    pub round: u32,
    /// Proposer.
    pub proposer: ValidatorAddress,
    /// Encoded block.
    pub bytes: Vec<u8>,
}

/// The node's word on a synced block.
#[derive(Clone, Debug)]
pub enum Synced {
    /// Decoded and judged.
    Judged(Proposed),
    /// Not a block: the peer's fault.
    PeerFault,
}

/// Why the node could not do its part.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostError {
    /// The decided block is not here: the height is started again and the block arrives by sync.
    #[error("the decided block of height {height} is not stored here")]
    MissingBlock {
        /// Which height.
        height: u64,
    },
    /// The world does not let the node go on: a disk that is full or broken, a state that another release made.
    #[error("the node stops: {0}")]
    World(String),
    /// The node cannot go on and should have been able to: a decided block that our state machine refuses.
    #[error("the node stops: {0}")]
    Fatal(String),
}

/// The node's side of consensus. Called from one task, one call at a time; a call may take as long as executing a block.
///
/// Contract: [`Host::propose`] and [`Host::receive`] return only when the block's bytes are durable, since the engine's log restores votes
/// and ids after a crash but no bytes; [`Host::finalize`] returns only when block, commit and state are durable together.
pub trait Host: Send + 'static {
    /// The height after the newest decided one.
    fn next(&mut self) -> Result<Rules, HostError>;

    /// Proposals already stored for this round: after a crash, or because they came before their height began.
    fn stored(&mut self, height: u64, round: u32) -> Result<Vec<Proposed>, HostError>;

    /// Builds a block for this round, or finds the one already built for it. Gives its id and bytes.
    fn propose(&mut self, height: u64, round: u32) -> Result<(ValueId, Vec<u8>), HostError>;

    /// Stores and judges a peer's proposal. `None`: of another height (an early one is kept for [`Host::stored`]), or not worth keeping.
    fn receive(&mut self, received: Received) -> Result<Option<Proposed>, HostError>;

    /// Bytes of a stored proposal.
    fn bytes(&mut self, height: u64, id: &ValueId) -> Result<Option<Vec<u8>>, HostError>;

    /// Stores and judges a decided block from a peer. The clock is not consulted.
    fn synced(&mut self, value: SyncedValue) -> Result<Synced, HostError>;

    /// Makes a decided block final: applies it and commits state, block and commit together.
    fn finalize(&mut self, certificate: &Certificate) -> Result<(), HostError>;

    /// Resolves when the next height should start. Only a delay: the engine starts at once when a peer's proposal for it arrives.
    fn pace(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Oldest height whose block is kept.
    fn oldest(&mut self) -> u64;

    /// Decided blocks `from..=to` with certificates, as far as kept.
    fn decided(&mut self, from: u64, to: u64) -> Result<Vec<(Vec<u8>, Certificate)>, HostError>;
}
