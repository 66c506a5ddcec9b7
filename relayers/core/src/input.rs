//! What the edge tells the planner.

use govhub_types::Height;

use crate::{Account, BatchId, Block, ChainName, ClientView, PacketKey, Target, Verified};

/// One input.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Time passed.
    Tick,
    /// A chain's newest block.
    Head(Head),
    /// The events of the next height of a chain.
    Block(Block),
    /// A client as read from its host chain.
    Client(Target, ClientView),
    /// A client could not be read.
    ClientUnread(Target, String),
    /// A plan was proved, verified and signed.
    Proved(Proved),
    /// A plan could not be proved at all.
    Unproved(BatchId, Failure),
    /// What became of a broadcast.
    Outcome(BatchId, Outcome),
    /// What a watch found.
    Watched(Target, Height, Watched),
}

/// A chain's newest block whose commit can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Chain.
    pub chain: ChainName,
    /// Height.
    pub height: u64,
    /// Header time, nanoseconds since 1970.
    pub time_ns: u64,
    /// Whether it is a development network, which is shown wherever the chain is.
    pub dev: bool,
}

/// A signed transaction that waits for its record to be durable.
#[derive(Clone, Debug, PartialEq)]
pub struct Proved {
    /// Plan.
    pub batch: BatchId,
    /// Result per item of the plan. Only verified ones are in the transaction.
    pub items: Vec<ItemResult>,
    /// The verified header, if the plan had an update.
    pub update: Option<Verified>,
    /// Transaction hash, upper-case hex; none if nothing was left to send.
    pub tx_hash: Option<String>,
    /// Account and sequence it is signed with.
    pub account: Account,
}

/// What proving one item gave.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemResult {
    /// Item.
    pub key: PacketKey,
    /// What was verified, or why it is not in the transaction.
    pub result: Result<Verified, Failure>,
}

/// What went wrong, by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The world failed: no answer, lagging or disagreeing endpoints. Tried again; never held against a packet.
    Transient(String),
    /// The chain says: later (missing consensus state, time from the future, quota). Tried again; never held against a packet.
    Temporary(String),
    /// The chain says: already done. Its events will show it.
    Redundant(String),
    /// The account's sequence is another one. Asked for again.
    Sequence(String),
    /// The client refuses the header or is not usable. Held against the lane.
    Client(String),
    /// Refused for good by the chain or by our own verification. Held against the packet.
    Rejected(String),
}

impl Failure {
    /// Words for people.
    pub fn words(&self) -> &str {
        match self {
            Failure::Transient(w)
            | Failure::Temporary(w)
            | Failure::Redundant(w)
            | Failure::Sequence(w)
            | Failure::Client(w)
            | Failure::Rejected(w) => w,
        }
    }
}

/// What became of a broadcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In a block, with code 0. Redundant items changed nothing.
    Landed {
        /// Height.
        height: u64,
    },
    /// In a block, and failed: the account's sequence moved, nothing else.
    FailedInBlock {
        /// Height.
        height: u64,
        /// Why.
        failure: Failure,
    },
    /// Not taken: nothing moved.
    Refused(Failure),
    /// Nobody knows. The chain's events will show it, or it is sent again.
    Lost(String),
}

/// What comparing a client's stored header with the chain it follows gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The stored header is the chain's.
    Agrees,
    /// It is not: evidence was verified and is at hand.
    Conflict(String),
    /// It could not be compared.
    Unknown(String),
}
