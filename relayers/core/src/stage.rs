//! The life of one packet.
//!
//! ```text
//!   Sent ──Recv──> Received ──(the chain)──> Answered ──Ack──> Acknowledged
//!    │ ╲──RecvTimeout──> AbsenceWritten ──Timeout──╮
//!    ╰──────────────Timeout────────────────────────┴────────> TimedOut
//! ```
//! A stage only moves forward, and only by a [`crate::Fact`]; seeing a fact again changes nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{hex_bytes, FactKind, Side};

/// Where a packet stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Committed on its source chain by block `height`, not received.
    Sent {
        /// Source height; 0 if only the other end was seen so far.
        height: u64,
    },
    /// Received; the destination has not answered yet.
    Received,
    /// The destination wrote the acknowledgement in block `height`.
    Answered {
        /// Destination height.
        height: u64,
        /// Encoded `ibc.core.channel.v2.Acknowledgement`.
        #[serde(with = "hex_bytes")]
        acknowledgement: Vec<u8>,
    },
    /// The destination wrote the absence sentinel in block `height`.
    AbsenceWritten {
        /// Destination height.
        height: u64,
    },
    /// The acknowledgement is home: finished.
    Acknowledged,
    /// Settled as timed out: finished.
    TimedOut,
}

/// What the relayer can do for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// Deliver it: `MsgRecvPacket` on the destination, proof of the commitment.
    Recv,
    /// Bring the acknowledgement home: `MsgAcknowledgement` on the source, proof of the acknowledgement.
    Ack,
    /// Settle on the source that it was not received: `MsgTimeout`, proof of absence.
    Timeout,
    /// Write the absence sentinel: `MsgRecvTimeout` on a destination that cannot prove absence, proof of the commitment.
    RecvTimeout,
    /// Settle on the source by the sentinel: `MsgTimeout`, proof of presence.
    TimeoutBySentinel,
}

impl Hop {
    /// The side that this hop's transaction is sent to, for a packet sent from `source`.
    pub const fn target(self, source: Side) -> Side {
        match self {
            Hop::Recv | Hop::RecvTimeout => source.other(),
            Hop::Ack | Hop::Timeout | Hop::TimeoutBySentinel => source,
        }
    }

    /// What its proof shows, for people and for the API.
    pub const fn proves(self) -> &'static str {
        match self {
            Hop::Recv | Hop::RecvTimeout => "packet commitment",
            Hop::Ack => "acknowledgement",
            Hop::Timeout => "absence of receipt",
            Hop::TimeoutBySentinel => "absence sentinel",
        }
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hop::Recv => "recv",
            Hop::Ack => "ack",
            Hop::Timeout => "timeout",
            Hop::RecvTimeout => "recv-timeout",
            Hop::TimeoutBySentinel => "timeout-by-sentinel",
        })
    }
}

impl Stage {
    /// True if nothing is left to do.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Stage::Acknowledged | Stage::TimedOut)
    }

    /// The word for people and for the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Stage::Sent { .. } => "sent",
            Stage::Received => "received",
            Stage::Answered { .. } => "answered",
            Stage::AbsenceWritten { .. } => "absence-written",
            Stage::Acknowledged => "acknowledged",
            Stage::TimedOut => "timed-out",
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Stage::Sent { .. } => 0,
            Stage::Received => 1,
            Stage::Answered { .. } | Stage::AbsenceWritten { .. } => 2,
            Stage::Acknowledged | Stage::TimedOut => 3,
        }
    }

    /// The stage that a fact of block `height` leads to.
    pub fn of_fact(kind: &FactKind, height: u64) -> Stage {
        match kind {
            FactKind::Sent => Stage::Sent { height },
            FactKind::Received => Stage::Received,
            FactKind::AckWritten(acknowledgement) => Stage::Answered { height, acknowledgement: acknowledgement.clone() },
            FactKind::AbsenceWritten => Stage::AbsenceWritten { height },
            FactKind::Acknowledged => Stage::Acknowledged,
            FactKind::TimedOut => Stage::TimedOut,
        }
    }

    /// Moves forward by a fact; true if that changed anything. Facts of the two chains may come in either order.
    pub fn advance(&mut self, kind: &FactKind, height: u64) -> bool {
        let next = Stage::of_fact(kind, height);
        let learns_height = matches!((&*self, &next), (Stage::Sent { height: 0 }, Stage::Sent { height: h }) if *h > 0);
        if next.rank() > self.rank() || learns_height {
            *self = next;
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_never_moves_back() {
        let mut stage = Stage::Sent { height: 3 };
        assert!(stage.advance(&FactKind::AckWritten(vec![1]), 5));
        assert!(!stage.advance(&FactKind::Received, 5), "received is before answered");
        assert!(!stage.advance(&FactKind::Sent, 3));
        assert!(stage.advance(&FactKind::Acknowledged, 9));
        assert!(!stage.advance(&FactKind::TimedOut, 10), "a settled packet stays as it was settled");
        assert_eq!(stage, Stage::Acknowledged);
    }
}
