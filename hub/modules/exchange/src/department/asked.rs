//! Questions of this department and what came back. The answer is kept as it came; its validity is the reader's to compute.

use govhub_ibc::types::{Packet, UNIVERSAL_ERROR_ACK};
use govhub_packets::{request_hash, Envelope};
use govhub_store::{Column, State};
use govhub_types::BlockContext;
use prost::Message;

use crate::proto::{AskState, Asked};
use crate::rules::number;

const ASKED: &[u8] = b"xa";

/// The question sent as `sequence` over `client_id`, and its answer if that has come.
pub fn get(state: &State<'_>, client_id: &str, sequence: u64) -> Option<Asked> {
    let bytes = state.column_get(Column::Index, &key(client_id, sequence))?;
    Some(Asked::decode(bytes.as_slice()).expect("written by put() below"))
}

pub(crate) fn insert(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, value: &[u8], envelope: &Envelope) {
    let asked = Asked {
        state: AskState::Waiting.into(),
        request: request_hash(value).to_vec(),
        kind: envelope.kind.clone(),
        to: envelope.to.as_ref().map(ToString::to_string).unwrap_or_default(),
        authorisation: number(envelope.authorisation),
        answer_by: envelope.answer_by,
        timeout_timestamp: packet.timeout_timestamp,
        asked_at: ctx.time.unix_s(),
        asked_height: ctx.height,
        value: value.to_vec(),
        ..Default::default()
    };
    put(state, packet, &asked);
}

pub(crate) fn on_acknowledgement(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8]) {
    if acknowledgement == UNIVERSAL_ERROR_ACK {
        settle(state, ctx, packet, AskState::Fault, Vec::new());
    } else {
        settle(state, ctx, packet, AskState::Answered, acknowledgement.to_vec());
    }
}

pub(crate) fn on_timeout(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet) {
    settle(state, ctx, packet, AskState::TimedOut, Vec::new());
}

fn settle(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, how: AskState, answer: Vec<u8>) {
    if let Some(asked) = get(state, &packet.source_client, packet.sequence) {
        let settled = Asked { state: how.into(), answer, settled_at: ctx.time.unix_s(), settled_height: ctx.height, ..asked };
        put(state, packet, &settled);
    }
}

fn put(state: &mut State<'_>, packet: &Packet, asked: &Asked) {
    state.column_put(Column::Index, &key(&packet.source_client, packet.sequence), asked.encode_to_vec());
}

fn key(client_id: &str, sequence: u64) -> Vec<u8> {
    [ASKED, client_id.as_bytes(), &sequence.to_be_bytes()].concat()
}
