//! The archive: one record per packet and end. It decides nothing; the state does.

use govhub_store::{Column, State};
use govhub_types::BlockContext;
use prost::Message;

use crate::types::{At, Direction, PacketRecord};

fn prefix(direction: Direction, client: &str) -> Vec<u8> {
    let end = match direction {
        Direction::Sent => b's',
        Direction::Received => b'r',
        Direction::Unspecified => b'u',
    };
    [&[end], client.as_bytes(), &[0]].concat()
}

fn key(direction: Direction, client: &str, sequence: u64) -> Vec<u8> {
    [prefix(direction, client).as_slice(), &sequence.to_be_bytes()].concat()
}

/// The record of one packet, filed under this chain's client.
pub fn record(state: &State<'_>, direction: Direction, client: &str, sequence: u64) -> Option<PacketRecord> {
    state.column_get(Column::PacketArchive, &key(direction, client, sequence)).map(decode)
}

/// Up to `limit` records of one client and end, from sequence `from`, ascending: of at most `bytes_max` bytes together, but the first always.
pub fn records(state: &State<'_>, direction: Direction, client: &str, from: u64, limit: usize, bytes_max: usize) -> Vec<PacketRecord> {
    let mut to = prefix(direction, client);
    *to.last_mut().expect("ends in a zero byte") = 1;
    let found = state.column_page(Column::PacketArchive, &key(direction, client, from), &to, limit, bytes_max);
    found.into_iter().map(|(_, value)| decode(value)).collect()
}

fn decode(bytes: Vec<u8>) -> PacketRecord {
    PacketRecord::decode(bytes.as_slice()).expect("records are written by `file` alone")
}

/// Files the record, under its packet's client of this end.
pub(super) fn file(state: &mut State<'_>, record: &PacketRecord) {
    let packet = record.packet.as_ref().expect("every record is opened with its packet");
    let client = match record.direction() {
        Direction::Sent => &packet.source_client,
        _ => &packet.destination_client,
    };
    state.column_put(Column::PacketArchive, &key(record.direction(), client, packet.sequence), record.encode_to_vec());
}

/// Changes a record; does nothing if it is not kept.
pub(super) fn amend(state: &mut State<'_>, direction: Direction, client: &str, sequence: u64, change: impl FnOnce(&mut PacketRecord)) {
    if let Some(mut record) = record(state, direction, client, sequence) {
        change(&mut record);
        file(state, &record);
    }
}

pub(super) fn now(ctx: &BlockContext) -> Option<At> {
    Some(At { height: ctx.height, time_ns: ctx.time.unix_ns() })
}
