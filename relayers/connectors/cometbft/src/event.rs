//! ibc-go v2's packet events, read as hints.
//!
//! Source: ibc-go v10.5.1 `04-channel/v2/types/events.go`, `02-client/types/events.go`.

use govhub_ibc::types;
use govhub_types::codec::decode_canonical;
use govhub_types::{ClientId, Height};
use govrelay_core::{Fact, FactKind, Packet};

/// An event's type and attributes.
pub type RawEvent = (String, Vec<(String, String)>);

/// Bytes of a packet in an event: the largest payload and its frame.
pub const PACKET_BYTES_MAX: usize = types::MAX_PAYLOAD_BYTES + 4 * 1024;

/// Bytes of an acknowledgement in an event: the largest one and its frame.
pub const ACK_BYTES_MAX: usize = types::MAX_ACK_BYTES + 64;

/// The fact that an event tells; none if it is about something else or cannot be read (then a proof could not be made of it either).
pub fn fact(event: &RawEvent, tx_hash: Option<&str>) -> Option<Fact> {
    let (kind, attributes) = event;
    let attribute = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    let kind = match kind.as_str() {
        "send_packet" => FactKind::Sent,
        "recv_packet" => FactKind::Received,
        "write_acknowledgement" => FactKind::AckWritten(acknowledgement(attribute("encoded_acknowledgement_hex")?)?),
        "recv_timeout_packet" => FactKind::AbsenceWritten,
        "acknowledge_packet" => FactKind::Acknowledged,
        "timeout_packet" => FactKind::TimedOut,
        _ => return None,
    };
    let packet = packet(attribute("encoded_packet_hex")?)?;
    Some(Fact { kind, packet, tx_hash: tx_hash.map(str::to_owned) })
}

/// The client and height that an `update_client` event tells; the highest if it names several.
pub fn update(event: &RawEvent) -> Option<(ClientId, Height)> {
    let (kind, attributes) = event;
    let attribute = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    let heights = attribute("consensus_heights").filter(|_| kind == "update_client")?;
    let height = heights.split(',').filter_map(|h| h.trim().parse::<Height>().ok()).max()?;
    Some((attribute("client_id")?.parse().ok()?, height))
}

/// A packet from its encoding in hex.
pub fn packet(text: &str) -> Option<Packet> {
    if text.len() > 2 * PACKET_BYTES_MAX {
        return None;
    }
    let bytes = hex::decode(text).ok()?;
    let packet: types::Packet = decode_canonical("packet", &bytes, PACKET_BYTES_MAX).ok()?;
    types::validate_packet(&packet).ok()?;
    Some(Packet {
        source_client: packet.source_client.parse().ok()?,
        dest_client: packet.destination_client.parse().ok()?,
        sequence: packet.sequence,
        timeout_s: packet.timeout_timestamp,
        bytes,
    })
}

fn acknowledgement(text: &str) -> Option<Vec<u8>> {
    if text.len() > 2 * ACK_BYTES_MAX {
        return None;
    }
    let bytes = hex::decode(text).ok()?;
    let acknowledgement: types::Acknowledgement = decode_canonical("acknowledgement", &bytes, ACK_BYTES_MAX).ok()?;
    types::validate_acknowledgement(&acknowledgement).ok()?;
    Some(bytes)
}
