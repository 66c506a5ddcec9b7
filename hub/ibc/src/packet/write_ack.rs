//! Writing acknowledgements, at once or later. Source: ibc-go v10.5.1 `writeAcknowledgement`, `WriteAcknowledgement`.

use govhub_store::{State, Substore};
use govhub_types::{BlockContext, ClientId, Code, Event, Rejection};
use prost::Message;

use super::{archive, event};
use crate::types::{
    commit_acknowledgement, packet_acknowledgement_path, packet_receipt_path, success_acknowledgement, validate_acknowledgement, Acknowledgement,
    Direction, Packet, PacketState, RECEIPT,
};

/// `client ‖ "async_packet" ‖ be64(sequence)`, as ibc-go keys packets that await an acknowledgement.
fn async_path(client: &str, sequence: u64) -> Vec<u8> {
    [client.as_bytes(), b"async_packet", &sequence.to_be_bytes()].concat()
}

pub(super) fn await_acknowledgement(state: &mut State<'_>, packet: &Packet) {
    state.put(Substore::Ibc, &async_path(&packet.destination_client, packet.sequence), packet.encode_to_vec());
}

/// True while the packet received over `dest_client` as `sequence` awaits its acknowledgement.
pub fn awaits_acknowledgement(state: &State<'_>, dest_client: &ClientId, sequence: u64) -> bool {
    state.get(Substore::Ibc, &async_path(dest_client.as_str(), sequence)).is_some()
}

/// Writes the acknowledgement of a packet that was received asynchronously. `app_ack` is the application's bytes.
///
/// # Errors
/// `ASYNC_PACKET_NOT_FOUND`, `ACKNOWLEDGEMENT_INVALID`, `ACKNOWLEDGEMENT_EXISTS`; nothing is changed then.
pub fn write_acknowledgement(
    state: &mut State<'_>, ctx: &BlockContext, dest_client: &ClientId, sequence: u64, app_ack: &[u8], events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    let acknowledgement = success_acknowledgement(app_ack.to_vec());
    validate_acknowledgement(&acknowledgement).map_err(|fault| Rejection::new(Code::ACKNOWLEDGEMENT_INVALID, fault.to_string()))?;
    let path = async_path(dest_client.as_str(), sequence);
    let bytes = state.get(Substore::Ibc, &path).ok_or_else(|| {
        Rejection::new(Code::ASYNC_PACKET_NOT_FOUND, format!("no packet {sequence} of {dest_client} awaits an acknowledgement"))
    })?;
    let packet = Packet::decode(bytes.as_slice()).expect("written by `await_acknowledgement` alone");
    write(state, ctx, &packet, acknowledgement, events)?;
    state.delete(Substore::Ibc, &path);
    Ok(())
}

/// Commits to `acknowledgement` and shows it.
pub(super) fn write(
    state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: Acknowledgement, events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    let (client, sequence) = (&packet.destination_client, packet.sequence);
    let path = packet_acknowledgement_path(client, sequence);
    if state.get(Substore::Ibc, &path).is_some() {
        return Err(Rejection::new(Code::ACKNOWLEDGEMENT_EXISTS, format!("packet {sequence} of {client} is acknowledged already")));
    }
    let receipt = state.get(Substore::Ibc, &packet_receipt_path(client, sequence));
    assert_eq!(receipt.as_deref(), Some(RECEIPT.as_slice()), "a packet is acknowledged only after it was received");
    state.put(Substore::Ibc, &path, commit_acknowledgement(&acknowledgement).to_vec());
    events.push(event::write_acknowledgement(packet, &acknowledgement));
    archive::amend(state, Direction::Received, client, sequence, |record| {
        record.state = PacketState::AckWritten.into();
        record.acknowledgement = Some(acknowledgement);
        record.settled = archive::now(ctx);
    });
    Ok(())
}
