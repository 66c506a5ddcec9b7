//! Settling a packet that was not received in time. Source: ibc-go v10.5.1 `timeoutPacket`, `Timeout`; by receipt: PROTOCOL 2.

use govhub_lc_core::Absence;
use govhub_store::{State, Substore};
use govhub_types::{BlockContext, Code, Event, Rejection};

use super::acknowledge::open_commitment;
use super::prove::{self, Claim};
use super::{archive, event, Effect};
use crate::app::PacketApp;
use crate::client;
use crate::types::{packet_receipt_path, Direction, MsgTimeout, PacketState, SENTINEL_ABSENCE};

/// Settles a sent packet by proof that it was not received: that nothing stands at its receipt's place at a height past the timeout, or,
/// where the trust file says `absence: receipt`, that the absence sentinel stands there.
///
/// # Errors
/// `PACKET_*`, `TIMEOUT_NOT_REACHED`, `COUNTERPARTY_NOT_FOUND`, `CLIENT_*`, `CONSENSUS_STATE_MISSING`, `PROOF_INVALID`, or the application's.
pub fn timeout(state: &mut State<'_>, ctx: &BlockContext, app: &dyn PacketApp, msg: &MsgTimeout, events: &mut Vec<Event>) -> Result<Effect, Rejection> {
    let packet = prove::packet(msg.packet.as_ref())?;
    let relayer = prove::relayer(&msg.signer)?;
    let id = prove::client_id(&packet.source_client);
    let other = prove::other_end(state, &id, &packet.destination_client)?;
    let Some(commitment) = open_commitment(state, packet)? else { return Ok(Effect::Noop) };

    let loaded = client::load(state, &id)?;
    let height = prove::proof_height(msg.proof_height)?;
    let claim = match loaded.absence() {
        Absence::Receipt => Claim::Stored(&SENTINEL_ABSENCE),
        Absence::Proof => {
            let then = client::consensus_time(state, &loaded, height)?.unix_s();
            if then < packet.timeout_timestamp {
                return Err(Rejection::new(
                    Code::TIMEOUT_NOT_REACHED,
                    format!("the receiver's time at {height} is {then}, before the timeout {}", packet.timeout_timestamp),
                ));
            }
            Claim::Nothing
        }
    };
    let path = packet_receipt_path(&packet.destination_client, packet.sequence);
    prove::verify(state, ctx, &id, &other.merkle_prefix, &path, claim, height, &msg.proof_unreceived)?;

    state.delete(Substore::Ibc, &commitment);
    archive::amend(state, Direction::Sent, id.as_str(), packet.sequence, |record| {
        record.state = PacketState::TimedOut.into();
        record.proof_unreceived = msg.proof_unreceived.clone();
        record.proof_unreceived_height = msg.proof_height;
        record.settled = archive::now(ctx);
        record.relayer = msg.signer.clone();
    });
    events.push(event::of("timeout_packet", packet));
    app.on_timeout(state, ctx, packet, &relayer, events)?;
    Ok(Effect::Done)
}
