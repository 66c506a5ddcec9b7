//! Keys of the `ibc` substore, as ibc-go spells them.
//!
//! Source: ibc-go v10.5.1 `24-host/v2/packet_keys.go`, `24-host/client_keys.go`, `02-client/v2/types/keys.go`.

use govhub_types::Height;

fn packet_path(client: &str, kind: u8, sequence: u64) -> Vec<u8> {
    let mut path = Vec::with_capacity(client.len() + 9);
    path.extend_from_slice(client.as_bytes());
    path.push(kind);
    path.extend_from_slice(&sequence.to_be_bytes());
    path
}

/// `source client ‖ 0x01 ‖ be64(sequence)`: the sender's commitment.
pub fn packet_commitment_path(client: &str, sequence: u64) -> Vec<u8> {
    packet_path(client, 1, sequence)
}

/// `destination client ‖ 0x02 ‖ be64(sequence)`: the receiver's receipt.
pub fn packet_receipt_path(client: &str, sequence: u64) -> Vec<u8> {
    packet_path(client, 2, sequence)
}

/// `destination client ‖ 0x03 ‖ be64(sequence)`: the receiver's acknowledgement.
pub fn packet_acknowledgement_path(client: &str, sequence: u64) -> Vec<u8> {
    packet_path(client, 3, sequence)
}

/// `nextSequenceSend/{client}`: be64 of the sequence that the next packet gets.
pub fn next_sequence_send_path(client: &str) -> Vec<u8> {
    format!("nextSequenceSend/{client}").into_bytes()
}

/// `clients/{client}/clientState`: `Any` of the client state.
pub fn client_state_path(client: &str) -> Vec<u8> {
    format!("clients/{client}/clientState").into_bytes()
}

/// `clients/{client}/consensusStates/{height}`: `Any` of a consensus state.
pub fn consensus_state_path(client: &str, height: Height) -> Vec<u8> {
    format!("clients/{client}/consensusStates/{height}").into_bytes()
}

/// `clients/{client}/counterparty`: the registered `CounterpartyInfo`.
pub fn counterparty_path(client: &str) -> Vec<u8> {
    format!("clients/{client}/counterparty").into_bytes()
}
