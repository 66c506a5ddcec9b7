//! Sending. Source: ibc-go v10.5.1 `sendPacket`, `SendPacket`.

use govhub_store::{State, Substore};
use govhub_types::{Address, BlockContext, ClientId, Code, Event, Rejection};

use super::{archive, event};
use crate::app::PacketApp;
use crate::types::{
    commit_packet, next_sequence_send_path, packet_commitment_path, validate_packet, Direction, Packet, PacketRecord, PacketState, Payload,
    MAX_TIMEOUT_DELTA_S, PORT,
};
use crate::{client, sequence};

/// Sends `payload` over `source_client` and returns its sequence. `timeout_s` is Unix seconds. If the core refuses, nothing has changed;
/// if the application refuses, the caller discards the message.
///
/// # Errors
/// `COUNTERPARTY_NOT_FOUND`, `PACKET_*`, `PORT_UNKNOWN`, `CLIENT_*`, or the application's.
#[allow(clippy::too_many_arguments)] // one per part of MsgSendPacket, and the world
pub fn send(
    state: &mut State<'_>, ctx: &BlockContext, app: &dyn PacketApp, source_client: &ClientId, timeout_s: u64, payload: Payload, signer: &Address,
    events: &mut Vec<Event>,
) -> Result<u64, Rejection> {
    let packet = check(state, ctx, source_client, timeout_s, payload)?;
    sequence::write(state, &next_sequence_send_path(source_client.as_str()), packet.sequence + 1);
    state.put(Substore::Ibc, &packet_commitment_path(source_client.as_str(), packet.sequence), commit_packet(&packet).to_vec());
    archive::file(
        state,
        &PacketRecord {
            direction: Direction::Sent.into(),
            state: PacketState::Sent.into(),
            packet: Some(packet.clone()),
            opened: archive::now(ctx),
            ..PacketRecord::default()
        },
    );
    events.push(event::of("send_packet", &packet));
    app.on_send(state, ctx, &packet, signer, events)?;
    Ok(packet.sequence)
}

/// Every rule of sending; the packet that will be sent.
fn check(state: &State<'_>, ctx: &BlockContext, source_client: &ClientId, timeout_s: u64, payload: Payload) -> Result<Packet, Rejection> {
    let loaded = client::active(state, ctx, source_client)?;
    let counterparty = client::counterparty(state, source_client)?;
    if payload.source_port != PORT {
        return Err(Rejection::new(Code::PORT_UNKNOWN, format!("no application on the packet's source port; this chain has `{PORT}` alone")));
    }
    let now = ctx.time.unix_s();
    if timeout_s <= now {
        return Err(Rejection::new(Code::PACKET_TIMEOUT_ELAPSED, format!("timeout {timeout_s} is not after this block's time {now}")));
    }
    if timeout_s - now > MAX_TIMEOUT_DELTA_S {
        return Err(Rejection::new(
            Code::PACKET_TIMEOUT_TOO_FAR,
            format!("timeout {timeout_s} is {} s ahead, at most {MAX_TIMEOUT_DELTA_S}", timeout_s - now),
        ));
    }
    let theirs = client::consensus_time(state, &loaded, loaded.client.latest_height())?.unix_s();
    if theirs >= timeout_s {
        return Err(Rejection::new(Code::PACKET_TIMEOUT_ELAPSED, format!("the receiver's time is {theirs}, past the timeout {timeout_s}")));
    }
    let sequence = sequence::read(state, &next_sequence_send_path(source_client.as_str())).expect("written when the client was founded");
    let packet = Packet {
        sequence,
        source_client: source_client.to_string(),
        destination_client: counterparty.client_id,
        timeout_timestamp: timeout_s,
        payloads: vec![payload],
    };
    validate_packet(&packet).map_err(|fault| Rejection::new(Code::PACKET_INVALID, format!("packet: {fault}")))?;
    Ok(packet)
}
