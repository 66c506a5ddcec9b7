//! What a block's events say about packets. Hints, not truths: whatever is spent on them is proved first.

use govhub_types::{ClientId, Height};
use serde::{Deserialize, Serialize};

use crate::{hex_bytes, ChainName, Packet};

/// What the events of one height say. Heights of one chain are handed in without gaps, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Chain.
    pub chain: ChainName,
    /// Height.
    pub height: u64,
    /// Block hash, upper-case hex; empty if the height says nothing about packets and was not fetched.
    pub hash: String,
    /// Header time in nanoseconds since 1970; 0 if not fetched.
    pub time_ns: u64,
    /// What happened to packets, in order.
    pub facts: Vec<Fact>,
    /// Clients that were updated, and to which height of the chain they follow.
    pub updates: Vec<(ClientId, Height)>,
}

/// One thing that happened to a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What happened.
    pub kind: FactKind,
    /// To which packet.
    pub packet: Packet,
    /// In which transaction, upper-case hex; none if the chain did it by itself at the beginning or end of the block.
    pub tx_hash: Option<String>,
}

/// Kinds of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// Sent (on the source chain).
    Sent,
    /// Received (on the destination chain).
    Received,
    /// Its acknowledgement was written (on the destination chain).
    AckWritten(#[serde(with = "hex_bytes")] Vec<u8>),
    /// The absence sentinel was written (on a destination chain that cannot prove absence).
    AbsenceWritten,
    /// The acknowledgement came home (on the source chain).
    Acknowledged,
    /// It was settled as timed out (on the source chain).
    TimedOut,
}

impl FactKind {
    /// True if this happens on the chain that sent the packet.
    pub const fn is_at_source(&self) -> bool {
        matches!(self, FactKind::Sent | FactKind::Acknowledged | FactKind::TimedOut)
    }

    /// The word for people and for the API.
    pub const fn word(&self) -> &'static str {
        match self {
            FactKind::Sent => "sent",
            FactKind::Received => "received",
            FactKind::AckWritten(_) => "ack-written",
            FactKind::AbsenceWritten => "absence-written",
            FactKind::Acknowledged => "acknowledged",
            FactKind::TimedOut => "timed-out",
        }
    }
}
