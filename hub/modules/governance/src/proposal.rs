//! Proposals and their queue: an undecided one waits for its expiry, a scheduled one for its execution.

use govhub_store::{Column, State, Substore};
use prost::Message;

use crate::proto::{Proposal, ProposalState};

/// Proposals of one page of a query.
pub const PAGE: usize = 50;
/// Bytes of one page, the first proposal aside: some carry trust files.
const PAGE_BYTES: usize = 1 << 20;

const NEXT: &[u8] = b"n";
const QUEUE: &[u8] = b"gq";
const OPEN: &[u8] = b"go";

/// The proposal of that number.
pub fn get(state: &State<'_>, id: u64) -> Option<Proposal> {
    let bytes = state.get(Substore::Governance, &key(id))?;
    Some(Proposal::decode(bytes.as_slice()).expect("written by put() below"))
}

/// The number that the next proposal gets; numbers start at 1.
pub fn next_id(state: &State<'_>) -> u64 {
    state.get(Substore::Governance, NEXT).map_or(1, |b| u64::from_be_bytes(b.as_slice().try_into().expect("add() wrote 8 bytes")))
}

/// Up to [`PAGE`] proposals below `before` (0: all), newest first; fewer where they are long.
pub fn page(state: &State<'_>, before: u64) -> Vec<Proposal> {
    let end = if before == 0 { next_id(state) } else { before.min(next_id(state)) };
    let mut bytes = 0;
    let room = |proposal: &Proposal| {
        let first = bytes == 0;
        bytes += proposal.encoded_len();
        first || bytes <= PAGE_BYTES
    };
    (1..end).rev().take(PAGE).filter_map(|id| get(state, id)).take_while(room).collect()
}

/// Stores a new proposal, queued for its expiry.
pub(crate) fn add(state: &mut State<'_>, proposal: &Proposal) {
    state.put(Substore::Governance, NEXT, (proposal.id + 1).to_be_bytes().to_vec());
    state.column_put(Column::Index, &open_key(&proposal.proposer, proposal.id), Vec::new());
    enqueue(state, proposal);
    put(state, proposal);
}

/// Stores a proposal whose due time may have changed.
pub(crate) fn reschedule(state: &mut State<'_>, old_due_s: u64, proposal: &Proposal) {
    state.column_delete(Column::Index, &queue_key(old_due_s, proposal.id));
    enqueue(state, proposal);
    put(state, proposal);
}

/// Ends a proposal.
pub(crate) fn end(state: &mut State<'_>, mut proposal: Proposal, how: ProposalState, height: u64) {
    proposal.set_state(how);
    proposal.ended_at_height = height;
    state.column_delete(Column::Index, &queue_key(proposal.due_s, proposal.id));
    state.column_delete(Column::Index, &open_key(&proposal.proposer, proposal.id));
    put(state, &proposal);
}

pub(crate) fn put(state: &mut State<'_>, proposal: &Proposal) {
    state.put(Substore::Governance, &key(proposal.id), proposal.encode_to_vec());
}

/// Numbers of proposals due at `now_s`, the longest due first, at most `limit`.
pub(crate) fn due(state: &State<'_>, now_s: u64, limit: usize) -> Vec<u64> {
    let end = [QUEUE, &now_s.saturating_add(1).to_be_bytes()].concat();
    let id = |key: &[u8]| u64::from_be_bytes(key[key.len() - 8..].try_into().expect("queue_key() ends in 8 bytes"));
    state.column_range(Column::Index, QUEUE, &end, limit).iter().map(|(key, _)| id(key)).collect()
}

/// Undecided proposals of `member`, counted up to `limit`.
pub(crate) fn count_open(state: &State<'_>, member: &str, limit: usize) -> usize {
    let from = open_key(member, 0);
    let to = open_key(member, u64::MAX);
    state.column_range(Column::Index, &from, &to, limit).len()
}

/// True while votes count.
pub(crate) fn is_live(proposal: &Proposal) -> bool {
    matches!(proposal.state(), ProposalState::Open | ProposalState::Scheduled)
}

fn enqueue(state: &mut State<'_>, proposal: &Proposal) {
    state.column_put(Column::Index, &queue_key(proposal.due_s, proposal.id), Vec::new());
}

fn key(id: u64) -> Vec<u8> {
    [b"p", id.to_be_bytes().as_slice()].concat()
}

fn queue_key(due_s: u64, id: u64) -> Vec<u8> {
    [QUEUE, &due_s.to_be_bytes(), &id.to_be_bytes()].concat()
}

// The zero byte ends the address: no address is the start of another's keys.
fn open_key(member: &str, id: u64) -> Vec<u8> {
    [OPEN, member.as_bytes(), &[0], &id.to_be_bytes()].concat()
}
