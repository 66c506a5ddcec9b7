//! Bringing the receiver's answer back. Source: ibc-go v10.5.1 `acknowledgePacket`, `Acknowledgement`.

use govhub_store::{State, Substore};
use govhub_types::{BlockContext, Code, Event, Rejection};

use super::prove::{self, Claim};
use super::{archive, event, Effect};
use crate::app::PacketApp;
use crate::types::{
    commit_acknowledgement, commit_packet, packet_acknowledgement_path, packet_commitment_path, validate_acknowledgement, Direction,
    MsgAcknowledgement, Packet, PacketState,
};

/// Settles a sent packet by the receiver's acknowledgement.
///
/// # Errors
/// `PACKET_*`, `ACKNOWLEDGEMENT_INVALID`, `COUNTERPARTY_NOT_FOUND`, `CLIENT_*`, `CONSENSUS_STATE_MISSING`, `PROOF_INVALID`, or the application's.
pub fn acknowledge(
    state: &mut State<'_>, ctx: &BlockContext, app: &dyn PacketApp, msg: &MsgAcknowledgement, events: &mut Vec<Event>,
) -> Result<Effect, Rejection> {
    let packet = prove::packet(msg.packet.as_ref())?;
    let relayer = prove::relayer(&msg.signer)?;
    let acknowledgement = msg.acknowledgement.as_ref().ok_or_else(|| invalid("the message carries none"))?;
    validate_acknowledgement(acknowledgement).map_err(|fault| invalid(&fault.to_string()))?;
    let id = prove::client_id(&packet.source_client);
    let other = prove::other_end(state, &id, &packet.destination_client)?;
    let Some(commitment) = open_commitment(state, packet)? else { return Ok(Effect::Noop) };

    let path = packet_acknowledgement_path(&packet.destination_client, packet.sequence);
    let value = commit_acknowledgement(acknowledgement);
    let height = prove::proof_height(msg.proof_height)?;
    prove::verify(state, ctx, &id, &other.merkle_prefix, &path, Claim::Stored(&value), height, &msg.proof_acked)?;

    state.delete(Substore::Ibc, &commitment);
    archive::amend(state, Direction::Sent, id.as_str(), packet.sequence, |record| {
        record.state = PacketState::Acknowledged.into();
        record.acknowledgement = Some(acknowledgement.clone());
        record.proof_acked = msg.proof_acked.clone();
        record.proof_acked_height = msg.proof_height;
        record.settled = archive::now(ctx);
        record.relayer = msg.signer.clone();
    });
    events.push(event::of("acknowledge_packet", packet));
    app.on_acknowledgement(state, ctx, packet, &acknowledgement.app_acknowledgements[0], &relayer, events)?;
    Ok(Effect::Done)
}

/// Key of the packet's commitment; `None` if there is none, so that it is settled already or was never sent.
///
/// # Errors
/// `PACKET_COMMITMENT_MISMATCH` if another packet was sent under this sequence.
pub(super) fn open_commitment(state: &State<'_>, packet: &Packet) -> Result<Option<Vec<u8>>, Rejection> {
    let path = packet_commitment_path(&packet.source_client, packet.sequence);
    match state.get(Substore::Ibc, &path) {
        None => Ok(None),
        Some(stored) if stored == commit_packet(packet) => Ok(Some(path)),
        Some(_) => Err(Rejection::new(
            Code::PACKET_COMMITMENT_MISMATCH,
            format!("another packet was sent as {} over {}", packet.sequence, packet.source_client),
        )),
    }
}

fn invalid(why: &str) -> Rejection {
    Rejection::new(Code::ACKNOWLEDGEMENT_INVALID, format!("acknowledgement: {why}"))
}
