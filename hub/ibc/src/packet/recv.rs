//! Receiving. Source: ibc-go v10.5.1 `recvPacket`, `RecvPacket`; `recv_timeout` is ours (PROTOCOL 2, chains without provable absence).

use govhub_lc_core::Absence;
use govhub_store::{State, Substore};
use govhub_types::{BlockContext, ClientId, Code, Event, Height, Rejection};
use ibc_proto::ibc::core::client::v1::Height as RawHeight;

use super::prove::{self, Claim};
use super::{archive, event, write_ack, Effect};
use crate::app::{PacketApp, RecvOutcome};
use crate::client::{self, Loaded};
use crate::types::{
    commit_packet, error_acknowledgement, is_error_acknowledgement, packet_commitment_path, packet_receipt_path, success_acknowledgement,
    validate_acknowledgement, Direction, MsgRecvPacket, MsgRecvTimeout, Packet, PacketRecord, PacketState, PORT, RECEIPT, SENTINEL_ABSENCE,
};

/// Receives a packet: once, in time, and only what the sender committed to.
///
/// # Errors
/// `PACKET_*`, `PORT_UNKNOWN`, `COUNTERPARTY_NOT_FOUND`, `CLIENT_*`, `CONSENSUS_STATE_MISSING`, `PROOF_INVALID`; no receipt is left then.
pub fn recv(
    state: &mut State<'_>, ctx: &BlockContext, app: &dyn PacketApp, msg: &MsgRecvPacket, events: &mut Vec<Event>,
) -> Result<Effect, Rejection> {
    let packet = prove::packet(msg.packet.as_ref())?;
    let relayer = prove::relayer(&msg.signer)?;
    let Some(arrival) = Arrival::check(state, packet)? else { return Ok(Effect::Noop) };
    if packet.payloads[0].destination_port != PORT {
        return Err(Rejection::new(Code::PORT_UNKNOWN, format!("no application on the packet's port; this chain has `{PORT}` alone")));
    }
    let now = arrival.time(state, ctx)?;
    if now >= packet.timeout_timestamp {
        return Err(Rejection::new(Code::PACKET_TIMEOUT_ELAPSED, format!("it is {now} here, past the packet's timeout {}", packet.timeout_timestamp)));
    }
    arrival.prove(state, ctx, packet, msg.proof_height, &msg.proof_commitment)?;
    state.put(Substore::Ibc, &arrival.receipt, RECEIPT.to_vec());
    open(state, ctx, packet, PacketState::Received, msg.proof_height, &msg.proof_commitment, &msg.signer);
    events.push(event::of("recv_packet", packet));

    let mut app_events = Vec::new();
    state.checkpoint();
    let outcome = app.on_recv(state, ctx, packet, &relayer, &mut app_events);
    let acknowledgement = match outcome {
        RecvOutcome::Error => {
            state.discard();
            error_acknowledgement()
        }
        RecvOutcome::Async => {
            state.keep();
            events.append(&mut app_events);
            write_ack::await_acknowledgement(state, packet);
            return Ok(Effect::Done);
        }
        RecvOutcome::Ack(bytes) => {
            state.keep();
            events.append(&mut app_events);
            let acknowledgement = success_acknowledgement(bytes);
            validate_acknowledgement(&acknowledgement)
                .map_err(|fault| Rejection::new(Code::ACKNOWLEDGEMENT_INVALID, format!("the application's acknowledgement: {fault}")))?;
            if is_error_acknowledgement(&acknowledgement) {
                return Err(Rejection::new(Code::ACKNOWLEDGEMENT_INVALID, "the application answered with the universal error acknowledgement"));
            }
            acknowledgement
        }
    };
    write_ack::write(state, ctx, packet, acknowledgement, events)?;
    Ok(Effect::Done)
}

/// Writes the absence sentinel for a packet that came too late, where the sender's chain settles timeouts by receipt.
///
/// # Errors
/// `ABSENCE_MODE_MISMATCH` where it settles by absence proof (a sentinel would make that proof impossible), `TIMEOUT_NOT_REACHED`, and as [`recv`].
pub fn recv_timeout(
    state: &mut State<'_>, ctx: &BlockContext, _app: &dyn PacketApp, msg: &MsgRecvTimeout, events: &mut Vec<Event>,
) -> Result<Effect, Rejection> {
    let packet = prove::packet(msg.packet.as_ref())?;
    prove::relayer(&msg.signer)?;
    let Some(arrival) = Arrival::check(state, packet)? else { return Ok(Effect::Noop) };
    if arrival.client.our_absence() != Absence::Receipt {
        return Err(Rejection::new(
            Code::ABSENCE_MODE_MISMATCH,
            format!("the chain behind {} settles timeouts by absence proof", arrival.client.id),
        ));
    }
    let now = arrival.time(state, ctx)?;
    if now < packet.timeout_timestamp {
        return Err(Rejection::new(Code::TIMEOUT_NOT_REACHED, format!("it is {now} here, before the packet's timeout {}", packet.timeout_timestamp)));
    }
    arrival.prove(state, ctx, packet, msg.proof_height, &msg.proof_commitment)?;
    state.put(Substore::Ibc, &arrival.receipt, SENTINEL_ABSENCE.to_vec());
    open(state, ctx, packet, PacketState::RecvTimedOut, msg.proof_height, &msg.proof_commitment, &msg.signer);
    events.push(event::of("recv_timeout_packet", packet));
    Ok(Effect::Done)
}

/// A packet before this chain's door: no receipt of it stands yet.
struct Arrival {
    client: Loaded,
    prefix: Vec<Vec<u8>>,
    receipt: Vec<u8>,
}

impl Arrival {
    /// `None` if a receipt stands: the message is redundant.
    fn check(state: &State<'_>, packet: &Packet) -> Result<Option<Self>, Rejection> {
        let id: ClientId = prove::client_id(&packet.destination_client);
        let client = client::load(state, &id)?;
        let prefix = prove::other_end(state, &id, &packet.source_client)?.merkle_prefix;
        let receipt = packet_receipt_path(id.as_str(), packet.sequence);
        Ok(state.get(Substore::Ibc, &receipt).is_none().then_some(Self { client, prefix, receipt }))
    }

    /// Unix seconds by which lateness is judged here: this block's, or, where timeouts settle by receipt, those of the newest header of the
    /// sender's chain, so that receiving and timing out exclude each other on one clock.
    fn time(&self, state: &State<'_>, ctx: &BlockContext) -> Result<u64, Rejection> {
        Ok(match self.client.our_absence() {
            Absence::Proof => ctx.time.unix_s(),
            Absence::Receipt => client::latest_consensus_time(state, &self.client.id)?.unix_s(),
        })
    }

    fn prove(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, height: Option<RawHeight>, proof: &[u8]) -> Result<(), Rejection> {
        let height: Height = prove::proof_height(height)?;
        let path = packet_commitment_path(&packet.source_client, packet.sequence);
        prove::verify(state, ctx, &self.client.id, &self.prefix, &path, Claim::Stored(&commit_packet(packet)), height, proof)
    }
}

fn open(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, stands: PacketState, height: Option<RawHeight>, proof: &[u8], relayer: &str) {
    archive::file(
        state,
        &PacketRecord {
            direction: Direction::Received.into(),
            state: stands.into(),
            packet: Some(packet.clone()),
            proof_commitment: proof.to_vec(),
            proof_commitment_height: height,
            opened: archive::now(ctx),
            relayer: relayer.to_owned(),
            ..PacketRecord::default()
        },
    );
}
