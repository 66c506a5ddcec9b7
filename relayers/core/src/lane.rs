//! A lane: two clients that follow each other's chains.

use govhub_types::ClientId;
use serde::{Deserialize, Serialize};

use crate::{text, ChainName, LaneName, Packet, PacketKey, Side};

/// One end of a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Chain.
    pub chain: ChainName,
    /// Its client of the other end's chain.
    #[serde(with = "text")]
    pub client: ClientId,
}

/// Two ends. A packet belongs to the lane iff its two clients are the lane's two clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// Name.
    pub name: LaneName,
    /// First end.
    pub a: End,
    /// Second end.
    pub b: End,
    /// A paused lane is observed but nothing is sent on it.
    #[serde(default)]
    pub paused: bool,
}

impl Lane {
    /// The end on `side`.
    pub fn end(&self, side: Side) -> &End {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// The side from which `packet` was sent, if it belongs to this lane and one of its ends stands on `chain` in that role.
    ///
    /// `at_source` says whether the packet was seen where it was sent (true) or where it is received (false).
    pub fn source_side(&self, chain: &ChainName, packet: &Packet, at_source: bool) -> Option<Side> {
        Side::BOTH.into_iter().find(|&side| {
            let (source, dest) = (self.end(side), self.end(side.other()));
            let seen_on = if at_source { &source.chain } else { &dest.chain };
            seen_on == chain && source.client == packet.source_client && dest.client == packet.dest_client
        })
    }

    /// The key of the packet with `sequence` sent from `source`.
    pub fn key(&self, source: Side, sequence: u64) -> PacketKey {
        PacketKey { lane: self.name.clone(), source, sequence }
    }
}
