//! Questions of this department and what came back. The answer is kept as it came; its validity is the reader's to compute. Only whether it
//! is an answer to this question at all is judged at once (PROTOCOL 2, Binding), and kept beside the bytes.

use govhub_ibc::types::{Packet, UNIVERSAL_ERROR_ACK};
use govhub_packets::evaluate::{read, LocalCheck, Request};
use govhub_packets::{request_hash, Envelope, Outcome};
use govhub_store::{Column, State};
use govhub_types::BlockContext;
use prost::Message;

use crate::proto::{AskState, Asked, AskedItem};
use crate::rules::number;

/// Most questions of one page.
pub const PAGE_ITEMS_MAX: usize = 100;
/// Bytes of questions that are read for one page, and one question more.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// All questions, newest first: the sequence is counted down in the key.
const ASKED: &[u8] = b"xa";
/// Those without an answer, oldest first.
const WAITING: &[u8] = b"xw";

/// The question sent as `sequence` over `client_id`, and its answer if that has come.
pub fn get(state: &State<'_>, client_id: &str, sequence: u64) -> Option<Asked> {
    state.column_get(Column::Index, &key(client_id, sequence)).map(|bytes| decode(&bytes))
}

fn decode(bytes: &[u8]) -> Asked {
    Asked::decode(bytes).expect("written by put() below")
}

/// A page of the questions sent over `client_id`, newest first, without their bytes, and where the next page begins (0: nowhere).
///
/// * `below` - only smaller sequences; 0 for all
pub fn page(state: &State<'_>, client_id: &str, below: u64) -> (Vec<AskedItem>, u64) {
    let newest = below.checked_sub(1).unwrap_or(u64::MAX);
    let to = after(prefix(ASKED, client_id));
    let rows = state.column_page(Column::Index, &key(client_id, newest), &to, PAGE_ITEMS_MAX, PAGE_BYTES_MAX);
    let items: Vec<AskedItem> = rows.iter().map(|(key, value)| item(client_id, u64::MAX - sequence_in(key), decode(value))).collect();
    let next = items.last().map_or(0, |last| last.sequence);
    (items, next)
}

/// A page of the questions that wait for an answer, oldest first, and where the next page begins (0: nowhere).
///
/// * `above` - only larger sequences
pub fn waiting(state: &State<'_>, client_id: &str, above: u64) -> (Vec<AskedItem>, u64) {
    let prefix = prefix(WAITING, client_id);
    let Some(from) = above.checked_add(1) else { return (Vec::new(), 0) };
    let from = [prefix.as_slice(), &from.to_be_bytes()].concat();
    let rows = state.column_range(Column::Index, &from, &after(prefix), PAGE_ITEMS_MAX);
    let (mut items, mut bytes) = (Vec::new(), 0);
    for sequence in rows.iter().map(|(key, _)| sequence_in(key)) {
        let Some(asked) = get(state, client_id, sequence).filter(|_| bytes < PAGE_BYTES_MAX) else { break };
        bytes += asked.value.len();
        items.push(item(client_id, sequence, asked));
    }
    let next = items.last().map_or(0, |last| last.sequence);
    (items, next)
}

fn item(client_id: &str, sequence: u64, asked: Asked) -> AskedItem {
    AskedItem { client_id: client_id.to_owned(), sequence, asked: Some(Asked { value: Vec::new(), answer: Vec::new(), ..asked }) }
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
    state.column_put(Column::Index, &waiting_key(&packet.source_client, packet.sequence), Vec::new());
}

pub(crate) fn on_acknowledgement(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8]) {
    if acknowledgement == UNIVERSAL_ERROR_ACK {
        settle(state, ctx, packet, AskState::Fault, Vec::new());
    } else if answers(state, packet, acknowledgement) {
        settle(state, ctx, packet, AskState::Answered, acknowledgement.to_vec());
    } else {
        settle(state, ctx, packet, AskState::BadAnswer, acknowledgement.to_vec());
    }
}

/// True iff a reader would believe anything of `answer`. The asker's own check is not made here: it decides validity, not whether this is an answer.
fn answers(state: &State<'_>, packet: &Packet, answer: &[u8]) -> bool {
    let Some(asked) = get(state, &packet.source_client, packet.sequence) else { return false };
    let local = LocalCheck { identifier: Outcome::Unknown, height: 0, time: 0 };
    Request::of(&asked.value).is_ok_and(|request| read(&request, local, answer).is_ok())
}

pub(crate) fn on_timeout(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet) {
    settle(state, ctx, packet, AskState::TimedOut, Vec::new());
}

fn settle(state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, how: AskState, answer: Vec<u8>) {
    if let Some(asked) = get(state, &packet.source_client, packet.sequence) {
        let settled = Asked { state: how.into(), answer, settled_at: ctx.time.unix_s(), settled_height: ctx.height, ..asked };
        put(state, packet, &settled);
        state.column_delete(Column::Index, &waiting_key(&packet.source_client, packet.sequence));
    }
}

fn put(state: &mut State<'_>, packet: &Packet, asked: &Asked) {
    state.column_put(Column::Index, &key(&packet.source_client, packet.sequence), asked.encode_to_vec());
}

fn key(client_id: &str, sequence: u64) -> Vec<u8> {
    [prefix(ASKED, client_id).as_slice(), &(u64::MAX - sequence).to_be_bytes()].concat()
}

fn waiting_key(client_id: &str, sequence: u64) -> Vec<u8> {
    [prefix(WAITING, client_id).as_slice(), &sequence.to_be_bytes()].concat()
}

/// Ends in a zero, so that no client's keys stand among those of another whose id begins alike.
fn prefix(table: &[u8], client_id: &str) -> Vec<u8> {
    [table, client_id.as_bytes(), &[0]].concat()
}

/// The first key behind all that begin with `prefix`.
fn after(mut prefix: Vec<u8>) -> Vec<u8> {
    *prefix.last_mut().expect("it ends in a zero") = 1;
    prefix
}

/// The number at the end of a key of either table.
fn sequence_in(key: &[u8]) -> u64 {
    u64::from_be_bytes(key[key.len() - 8..].try_into().expect("eight bytes"))
}
