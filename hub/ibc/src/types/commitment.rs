//! Commitments of packets and acknowledgements: fixed-length preimages, so that no two packets share one.
//!
//! Source: ibc-go v10.5.1 `04-channel/v2/types/commitment.go`.

use govhub_types::hash::{sha256, Hash};

use super::{Acknowledgement, Packet, Payload};

/// SHA-256("UNIVERSAL_ERROR_ACKNOWLEDGEMENT"): the one error acknowledgement; it says nothing but "not received".
pub const UNIVERSAL_ERROR_ACK: Hash = [
    0x47, 0x74, 0xd4, 0xa5, 0x75, 0x99, 0x3f, 0x96, 0x3b, 0x1c, 0x06, 0x57, 0x37, 0x36, 0x61, 0x7a, 0x45, 0x7a, 0xbe, 0xf8, 0x58, 0x91, 0x78, 0xdb,
    0x8d, 0x10, 0xc9, 0x4b, 0x4a, 0xb5, 0x11, 0xab,
];

/// SHA-256("govhub/absent/1"): stands where a receipt would stand once a packet came too late (PROTOCOL 2).
pub const SENTINEL_ABSENCE: Hash = [
    0xf5, 0x97, 0xa0, 0xec, 0x30, 0x03, 0xdf, 0xb5, 0xaf, 0xd2, 0xa1, 0xaf, 0x19, 0x82, 0x6c, 0xf1, 0xe7, 0x0b, 0x2d, 0x44, 0x14, 0xc1, 0x99, 0xc2,
    0xcd, 0xd0, 0xbe, 0x82, 0xb3, 0x57, 0x5f, 0x89,
];

/// What a receipt holds: one byte, as in ibc-go.
pub const RECEIPT: [u8; 1] = [2];

/// 32 bytes stored under the packet's commitment path.
///
/// # Not checked
/// The packet itself: see [`validate_packet`](super::validate_packet). Sequence and source client stand in the path, not here.
pub fn commit_packet(packet: &Packet) -> Hash {
    let payloads: Vec<u8> = packet.payloads.iter().flat_map(hash_payload).collect();
    sha256(&[
        &[2],
        &sha256(&[packet.destination_client.as_bytes()]),
        &sha256(&[&packet.timeout_timestamp.to_be_bytes()]),
        &sha256(&[&payloads]),
    ])
}

fn hash_payload(payload: &Payload) -> Hash {
    sha256(&[
        &sha256(&[payload.source_port.as_bytes()]),
        &sha256(&[payload.destination_port.as_bytes()]),
        &sha256(&[payload.version.as_bytes()]),
        &sha256(&[payload.encoding.as_bytes()]),
        &sha256(&[&payload.value]),
    ])
}

/// 32 bytes stored under the packet's acknowledgement path.
pub fn commit_acknowledgement(acknowledgement: &Acknowledgement) -> Hash {
    let hashes: Vec<u8> = acknowledgement.app_acknowledgements.iter().flat_map(|ack| sha256(&[ack])).collect();
    sha256(&[&[2], &hashes])
}
