//! What a packet and an acknowledgement must look like before anything is looked up.
//!
//! Source: ibc-go v10.5.1 `Packet.ValidateBasic`, `Payload.ValidateBasic`, `Acknowledgement.Validate`; client ids are ours (PROTOCOL 1).

use govhub_types::ClientId;
use thiserror::Error;

use super::{Acknowledgement, Packet, Payload, MAX_ACK_BYTES, MAX_PAYLOAD_BYTES, UNIVERSAL_ERROR_ACK};

/// A packet or acknowledgement that no chain of ours makes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PacketFault {
    /// Not exactly one payload.
    #[error("{0} payloads; a packet carries exactly one")]
    PayloadCount(usize),
    /// A payload without a value.
    #[error("the payload's value is empty")]
    EmptyValue,
    /// A value above [`MAX_PAYLOAD_BYTES`].
    #[error("the payload's value has {0} bytes, at most {MAX_PAYLOAD_BYTES}")]
    ValueTooLong(usize),
    /// A port that is not an ICS-24 identifier of 2 to 128 characters.
    #[error("`{0}` is not a port id (2 to 128 characters of ICS-24)")]
    Port(String),
    /// Version or encoding blank or longer than 128 bytes.
    #[error("{0} is blank or longer than 128 bytes")]
    Label(&'static str),
    /// A client id of another shape than PROTOCOL 1 says.
    #[error("{0} client id is not `{{type}}-{{n}}` of 9 to 64 characters")]
    Client(&'static str),
    /// Sequence 0.
    #[error("the sequence is 0; sequences count from 1")]
    Sequence,
    /// Timeout 0.
    #[error("the timeout is 0; it is a Unix time in seconds")]
    Timeout,
    /// Not exactly one application acknowledgement.
    #[error("{0} application acknowledgements; there is exactly one")]
    AckCount(usize),
    /// An empty application acknowledgement.
    #[error("the application acknowledgement is empty")]
    EmptyAck,
    /// An application acknowledgement above [`MAX_ACK_BYTES`].
    #[error("the application acknowledgement has {0} bytes, at most {MAX_ACK_BYTES}")]
    AckTooLong(usize),
}

/// Longest version or encoding, in bytes; ibc-go sets none, ours are under 30.
const MAX_LABEL_BYTES: usize = 128;

/// Checks a packet's shape.
///
/// # Errors
/// [`PacketFault`], naming the first rule broken.
///
/// # Not checked
/// Clients, counterparties, commitment, time.
pub fn validate_packet(packet: &Packet) -> Result<(), PacketFault> {
    let [payload] = packet.payloads.as_slice() else {
        return Err(PacketFault::PayloadCount(packet.payloads.len()));
    };
    validate_payload(payload)?;
    client("source", &packet.source_client)?;
    client("destination", &packet.destination_client)?;
    if packet.sequence == 0 {
        return Err(PacketFault::Sequence);
    }
    if packet.timeout_timestamp == 0 {
        return Err(PacketFault::Timeout);
    }
    Ok(())
}

/// Checks a payload's shape.
pub(crate) fn validate_payload(payload: &Payload) -> Result<(), PacketFault> {
    for port in [&payload.source_port, &payload.destination_port] {
        if !is_port(port) {
            return Err(PacketFault::Port(port.chars().take(80).collect()));
        }
    }
    for (name, label) in [("version", &payload.version), ("encoding", &payload.encoding)] {
        if label.trim().is_empty() || label.len() > MAX_LABEL_BYTES {
            return Err(PacketFault::Label(name));
        }
    }
    match payload.value.len() {
        0 => Err(PacketFault::EmptyValue),
        n if n > MAX_PAYLOAD_BYTES => Err(PacketFault::ValueTooLong(n)),
        _ => Ok(()),
    }
}

/// ICS-24 port identifier: 2 to 128 of letters, digits and `._+-#[]<>`.
fn is_port(text: &str) -> bool {
    (2..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-#[]<>".contains(&b))
}

fn client(which: &'static str, id: &str) -> Result<(), PacketFault> {
    id.parse::<ClientId>().map(drop).map_err(|_| PacketFault::Client(which))
}

/// Checks an acknowledgement's shape: exactly one entry, 1 to [`MAX_ACK_BYTES`] bytes.
pub fn validate_acknowledgement(acknowledgement: &Acknowledgement) -> Result<(), PacketFault> {
    match acknowledgement.app_acknowledgements.as_slice() {
        [ack] if ack.is_empty() => Err(PacketFault::EmptyAck),
        [ack] if ack.len() > MAX_ACK_BYTES => Err(PacketFault::AckTooLong(ack.len())),
        [_] => Ok(()),
        many => Err(PacketFault::AckCount(many.len())),
    }
}

/// The acknowledgement that carries `app_acknowledgement`.
pub fn success_acknowledgement(app_acknowledgement: Vec<u8>) -> Acknowledgement {
    Acknowledgement { app_acknowledgements: vec![app_acknowledgement] }
}

/// The universal error acknowledgement.
pub fn error_acknowledgement() -> Acknowledgement {
    success_acknowledgement(UNIVERSAL_ERROR_ACK.to_vec())
}

/// True for the universal error acknowledgement.
pub fn is_error_acknowledgement(acknowledgement: &Acknowledgement) -> bool {
    acknowledgement.app_acknowledgements.first().is_some_and(|ack| ack.as_slice() == UNIVERSAL_ERROR_ACK)
}
