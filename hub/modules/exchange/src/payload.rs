//! The one payload of a packet: port, version, encoding (PROTOCOL 2).

use govhub_ibc::types::{Packet, Payload};
use govhub_packets::{Fault, ENCODING, PORT, VERSION};

/// A payload of ours around `value`.
pub(crate) fn wrap(value: Vec<u8>) -> Payload {
    Payload {
        source_port: PORT.into(),
        destination_port: PORT.into(),
        version: VERSION.into(),
        encoding: ENCODING.into(),
        value,
    }
}

/// The value of `packet`'s one payload.
///
/// # Errors
/// The fault if port, version, encoding or number of payloads is another than PROTOCOL 2's.
///
/// # Not checked
/// The value's length: [`govhub_packets::Envelope::decode`] does.
pub(crate) fn value(packet: &Packet) -> Result<&[u8], Fault> {
    let [payload] = packet.payloads.as_slice() else {
        return Err(Fault::Length { field: "Packet.payloads", expected: "exactly one payload", found: packet.payloads.len() });
    };
    let fields = [
        (&payload.source_port, PORT, "source port must be `exchange`"),
        (&payload.destination_port, PORT, "destination port must be `exchange`"),
        (&payload.version, VERSION, "version must be `govhub-1`"),
        (&payload.encoding, ENCODING, "encoding must be `application/x-protobuf`"),
    ];
    match fields.into_iter().find(|(found, expected, _)| found.as_str() != *expected) {
        Some((.., rule)) => Err(Fault::Combination { what: "Payload", rule }),
        None => Ok(&payload.value),
    }
}
