//! A packet as the planner sees it, and its key in the queue.

use std::fmt;
use std::str::FromStr;

use govhub_types::ClientId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{hex_bytes, text, LaneName, Side};

/// An IBC v2 packet: what planning needs of it, and its bytes, of which the queue keeps its own copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packet {
    /// The sender's client of the receiver.
    #[serde(with = "text")]
    pub source_client: ClientId,
    /// The receiver's client of the sender.
    #[serde(with = "text")]
    pub dest_client: ClientId,
    /// Sequence on the source client.
    pub sequence: u64,
    /// Unix seconds of the destination's time from which it can no longer be received.
    pub timeout_s: u64,
    /// The encoded `ibc.core.channel.v2.Packet`.
    #[serde(with = "hex_bytes")]
    pub bytes: Vec<u8>,
}

/// A packet's key: lane, side that sent it, sequence. As text: `lane/side/sequence`, e.g. `shenzhen/a/7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PacketKey {
    /// Lane.
    pub lane: LaneName,
    /// Side that sent it.
    pub source: Side,
    /// Sequence on the source client.
    pub sequence: u64,
}

/// Text that is not a packet key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a packet: `{0}`; expected `lane/side/sequence`, e.g. `shenzhen/a/7`")]
pub struct KeyError(String);

impl fmt::Display for PacketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.lane, self.source, self.sequence)
    }
}

impl FromStr for PacketKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bad = || KeyError(text.chars().take(80).collect());
        let mut parts = text.split('/');
        let (Some(lane), Some(side), Some(sequence), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(bad());
        };
        let source = match side {
            "a" => Side::A,
            "b" => Side::B,
            _ => return Err(bad()),
        };
        let number = sequence.parse::<u64>().ok().filter(|n| n.to_string() == sequence).ok_or_else(bad)?;
        Ok(Self { lane: lane.parse().map_err(|_| bad())?, source, sequence: number })
    }
}

impl TryFrom<String> for PacketKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PacketKey> for String {
    fn from(key: PacketKey) -> String {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_text() {
        let key: PacketKey = "shenzhen/a/7".parse().expect("a key");
        assert_eq!(key.to_string(), "shenzhen/a/7");
        assert_eq!((key.source, key.sequence), (Side::A, 7));
    }

    #[test]
    fn a_key_with_a_bent_part_is_refused() {
        for bad in ["shenzhen/a", "shenzhen/c/7", "shenzhen/a/07", "shenzhen/a/7/8", "SZ/a/7", "shenzhen/a/x"] {
            assert!(bad.parse::<PacketKey>().is_err(), "accepted `{bad}`");
        }
    }
}
