//! What goes into one transaction.

use govhub_types::Height;
use serde::{Deserialize, Serialize};

use crate::{Account, ChainName, Hop, LaneName, Packet, PacketKey, Side};

/// Number of a batch, unique within one run of the relayer.
pub type BatchId = u64;

/// The client that a transaction goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// Lane.
    pub lane: LaneName,
    /// Side whose chain gets the transaction; the other side's chain is proved.
    pub side: Side,
}

/// One packet message of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Packet.
    pub key: PacketKey,
    /// What to do for it.
    pub hop: Hop,
    /// The packet, to be checked against its commitment.
    pub packet: Packet,
    /// The acknowledgement (only for [`Hop::Ack`]), to be checked against its commitment; empty otherwise.
    pub acknowledgement: Vec<u8>,
}

/// One transaction to be proved, verified and signed: an update of the target's client if `update`, then the items in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number.
    pub batch: BatchId,
    /// Where it goes.
    pub target: Target,
    /// Chain that gets the transaction.
    pub host: ChainName,
    /// Chain whose headers and proofs go into it.
    pub source: ChainName,
    /// Height of the header on the source chain under which every proof must verify; proofs are of the state one block earlier.
    pub header_height: u64,
    /// Evidence against the client's chain, found by a watch at this height: then there is nothing else in the transaction.
    pub evidence: Option<Height>,
    /// True if the client has to be brought to `header_height` first.
    pub update: bool,
    /// The signing account as last known; none if it has to be asked for.
    pub account: Option<Account>,
    /// Packet messages; empty for a keep-alive.
    pub items: Vec<Item>,
}
