//! What every relayed message has in common: its packet, its relayer, its other end, its proof.

use govhub_lc_core::{ConsensusStates, StoredPath};
use govhub_store::State;
use govhub_types::{Address, BlockContext, ClientId, Code, Height, Rejection};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::Height as RawHeight;

use crate::client::{self, Loaded};
use crate::types::{validate_packet, CounterpartyInfo, Packet, MAX_PROOF_BYTES};

/// A packet of the right shape.
pub(super) fn packet(packet: Option<&Packet>) -> Result<&Packet, Rejection> {
    let packet = packet.ok_or_else(|| Rejection::new(Code::PACKET_INVALID, "the message carries no packet"))?;
    validate_packet(packet).map_err(|fault| Rejection::new(Code::PACKET_INVALID, format!("packet: {fault}")))?;
    Ok(packet)
}

/// The relayer, as the message names him; the ante has checked that he signed.
pub(super) fn relayer(signer: &str) -> Result<Address, Rejection> {
    signer.parse().map_err(|e: govhub_types::IdError| Rejection::new(Code::PACKET_MESSAGE_UNDECODABLE, format!("signer: {e}")))
}

/// Our client `id`'s other end, which must be `theirs`.
pub(super) fn other_end(state: &State<'_>, id: &ClientId, theirs: &str) -> Result<CounterpartyInfo, Rejection> {
    let info = client::counterparty(state, id)?;
    if info.client_id != theirs {
        return Err(Rejection::new(
            Code::PACKET_WRONG_COUNTERPARTY,
            format!("the other end of {id} is {}, the packet says {theirs}", info.client_id),
        ));
    }
    Ok(info)
}

/// A client id that [`validate_packet`] has passed.
pub(super) fn client_id(text: &str) -> ClientId {
    text.parse().expect("validate_packet has parsed it")
}

pub(super) fn proof_height(raw: Option<RawHeight>) -> Result<Height, Rejection> {
    let height: Height = raw.unwrap_or_default().into();
    if height.is_zero() {
        return Err(Rejection::new(Code::PROOF_INVALID, "the message names no proof height"));
    }
    Ok(height)
}

/// What a proof is to show.
pub(super) enum Claim<'a> {
    /// This value is stored.
    Stored(&'a [u8]),
    /// Nothing is stored.
    Nothing,
}

/// Verifies a claim about `path` on the chain that `id` follows.
///
/// # Errors
/// `CLIENT_FROZEN`, `CLIENT_EXPIRED`, `CONSENSUS_STATE_MISSING`, `PROOF_INVALID`.
pub(super) fn verify(
    state: &mut State<'_>, ctx: &BlockContext, id: &ClientId, prefix: &[Vec<u8>], path: &[u8], claim: Claim<'_>, height: Height, proof: &[u8],
) -> Result<(), Rejection> {
    let loaded = client::active(state, ctx, id)?;
    let changed = judge(state, &loaded, StoredPath { prefix, path }, claim, height, proof)?;
    if let Some(client_state) = changed {
        client::put_client(state, id, &client_state);
    }
    Ok(())
}

fn judge(
    state: &State<'_>, loaded: &Loaded, path: StoredPath<'_>, claim: Claim<'_>, height: Height, proof: &[u8],
) -> Result<Option<Any>, Rejection> {
    let id = &loaded.id;
    let states = loaded.states(state);
    if proof.is_empty() || proof.len() > MAX_PROOF_BYTES {
        return Err(Rejection::new(Code::PROOF_INVALID, format!("a proof of {} bytes; expected 1 to {MAX_PROOF_BYTES}", proof.len())));
    }
    if states.at(height).is_none() {
        return Err(client::missing(id, height));
    }
    let verdict = match claim {
        Claim::Stored(value) => loaded.client.verify_membership(&states, height, path, value, proof),
        Claim::Nothing => loaded.client.verify_absence(&states, height, path, proof),
    };
    verdict.map_err(|reason| Rejection::new(Code::PROOF_INVALID, format!("client {id} at {height}: {reason}")))
}
