//! Events as ibc-go v10.5.1 names them, so that its relayers and ours read both alike.

use govhub_types::Event;
use prost::Message;

use crate::types::{Acknowledgement, Packet};

pub(super) fn of(kind: &str, packet: &Packet) -> Event {
    Event::new(kind)
        .with("packet_source_client", &packet.source_client)
        .with("packet_dest_client", &packet.destination_client)
        .with("packet_sequence", packet.sequence)
        .with("packet_timeout_timestamp", packet.timeout_timestamp)
        .with("encoded_packet_hex", hex::encode(packet.encode_to_vec()))
}

pub(super) fn write_acknowledgement(packet: &Packet, acknowledgement: &Acknowledgement) -> Event {
    of("write_acknowledgement", packet).with("encoded_acknowledgement_hex", hex::encode(acknowledgement.encode_to_vec()))
}
