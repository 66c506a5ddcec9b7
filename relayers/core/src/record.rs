//! The journal: what must be durable before what.
//!
//! | record | is durable before |
//! |---|---|
//! | [`Record::Scanned`] with packets | anything is planned from them. Heights that say nothing are written only now and then: reading them again is harmless |
//! | [`Record::Broadcasting`] | its transaction leaves the process; so a restart knows the hash, the sequence and what was verified |
//! | [`Record::Concluded`] | the items of that transaction are planned again |
//! | [`Record::Quarantined`], lane records | the operator is told |
//!
//! A crash between any two of them is safe, since every chain message is idempotent and stages move by chain facts alone: after a restart
//! nothing is sent to a chain before its blocks were read up to its head, where the effect of whatever was under way shows.

use serde::{Deserialize, Serialize};

use crate::{Account, ChainName, Fact, Held, Hop, Lane, LaneName, PacketKey, Side, State, Target, Verified};

/// One durable fact of the relayer's own life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Record {
    /// Everything so far, at the head of a compacted journal.
    Snapshot(Box<State>),
    /// A lane, and the height on each side from which its packets are looked for.
    LaneAdded {
        /// Lane.
        lane: Lane,
        /// First height read on side a.
        from_a: u64,
        /// First height read on side b.
        from_b: u64,
    },
    /// Nothing more is sent on this lane, but its clients are kept alive.
    LanePaused(LaneName),
    /// Sending goes on.
    LaneResumed(LaneName),
    /// A height was read.
    Scanned {
        /// Chain.
        chain: ChainName,
        /// Height.
        height: u64,
        /// Block hash.
        hash: String,
        /// Header time, nanoseconds since 1970.
        time_ns: u64,
        /// When, Unix milliseconds.
        at_ms: u64,
        /// False while catching up with what happened before.
        live: bool,
        /// What it said about packets of our lanes.
        found: Vec<(PacketKey, Fact)>,
        /// What has changed about packets that are held back because the queue is full.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<HeldChange>,
    },
    /// The queue has room again: the sending chain is read again for the packets that were held back.
    HeldRead {
        /// Lane.
        lane: LaneName,
        /// Side that sent them.
        source: Side,
    },
    /// A transaction is about to leave.
    Broadcasting {
        /// Client it goes to.
        target: Target,
        /// Chain it goes to.
        host: ChainName,
        /// Its hash, upper-case hex.
        tx_hash: String,
        /// Account and sequence it is signed with.
        account: Account,
        /// When, Unix milliseconds.
        at_ms: u64,
        /// The header in it.
        update: Option<Verified>,
        /// The packets in it.
        items: Vec<Sending>,
    },
    /// What became of an attempt.
    Concluded {
        /// Client.
        target: Target,
        /// Chain.
        host: ChainName,
        /// The account from now on; none if it must be asked for.
        account: Option<Account>,
        /// When, Unix milliseconds.
        at_ms: u64,
        /// True if a proven transaction landed.
        landed: bool,
        /// Packets to which the failure is held, with the reason.
        failed: Vec<(PacketKey, String)>,
    },
    /// A packet is put aside until an operator releases it.
    Quarantined {
        /// Packet.
        key: PacketKey,
        /// Why.
        reason: String,
        /// When, Unix milliseconds.
        at_ms: u64,
    },
    /// An operator released a packet.
    Released {
        /// Packet.
        key: PacketKey,
        /// When, Unix milliseconds.
        at_ms: u64,
    },
}

/// A change of what is held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldChange {
    /// Lane.
    pub lane: LaneName,
    /// Side that sent the packets.
    pub source: Side,
    /// What is held back from now on; none if nothing.
    pub held: Option<Held>,
    /// Height from which the receiving chain is read again now, if it is.
    pub back_to: Option<u64>,
}

/// One packet in a transaction that is about to leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// Packet.
    pub key: PacketKey,
    /// What is done for it.
    pub hop: Hop,
    /// What was verified for it.
    pub verified: Verified,
}

impl Record {
    /// The side of the lane to which packets of `key` are sent for `hop`.
    pub fn side_of(key: &PacketKey, hop: Hop) -> Side {
        hop.target(key.source)
    }
}
