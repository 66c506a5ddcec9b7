//! Statuses waiting to be sent: newest per target and subject, retried until taken (PROTOCOL 3, lic-status/1).
//!
//! One queue serves both ends: on a department's chain the target is [`HUB`], on the hub each subscriber's client.
//! Layout in [`Column::Index`], all ours under `l`: `lp` entries, `lq` the due queue by second, `lf` packets under way.

use govhub_store::{Column, State};
use govhub_types::hash::Hash;
use govhub_types::BlockContext;
use prost::Message;

use crate::proto::{Changed, Push, Record};

/// The target on a department's chain: whatever client is the hub's when the push is sent.
pub const HUB: &str = "hub";

const ENTRY: &[u8] = b"lp";
const DUE: &[u8] = b"lq";
const UNDER_WAY: &[u8] = b"lf";

/// What became of a packet that carried a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Taken, or older than what the other side has.
    Done,
    /// To be tried again from this second on.
    RetryAt(u64),
}

/// Enqueues the status that `record` now has, for the hub.
pub(crate) fn status_changed(state: &mut State<'_>, ctx: &BlockContext, licence_ref: &Hash, record: &Record) {
    let changed = Changed {
        licence_ref: licence_ref.to_vec(),
        licence_type: record.licence_type.clone(),
        status: record.status,
        status_version: record.status_version,
        as_of_height: ctx.height,
        as_of_time: ctx.time.unix_s(),
    };
    let subject = subject(&record.issuer, licence_ref);
    enqueue(state, HUB, subject, record.status_version, changed.encode_to_vec(), ctx.time.unix_s());
}

/// The subject of a status: department and ref.
pub fn subject(department: &str, licence_ref: &[u8]) -> Vec<u8> {
    [department.as_bytes(), licence_ref].concat()
}

/// Puts `payload` in the queue unless the same or a newer version of its subject waits for this target already.
pub fn enqueue(state: &mut State<'_>, target: &str, subject: Vec<u8>, status_version: u64, payload: Vec<u8>, now_s: u64) {
    let key = entry_key(target, &subject);
    if let Some(old) = entry(state, &key) {
        if old.status_version >= status_version {
            return;
        }
        state.column_delete(Column::Index, &due_key(&old));
    }
    let push = Push { target: target.to_owned(), subject, status_version, payload, not_before: now_s, sequence: 0 };
    put_waiting(state, &push);
}

/// Up to `limit` pushes whose second has come, oldest first.
pub fn due(state: &State<'_>, now_s: u64, limit: usize) -> Vec<Push> {
    let to = [DUE, &now_s.saturating_add(1).to_be_bytes()].concat();
    let keys = state.column_range(Column::Index, DUE, &to, limit);
    keys.into_iter().filter_map(|(_, entry_key)| entry(state, &entry_key)).collect()
}

/// True iff [`due`] would find something.
pub fn is_due(state: &State<'_>, now_s: u64) -> bool {
    !due(state, now_s, 1).is_empty()
}

/// Notes that `push` went out over `client_id` as packet `sequence`.
pub fn sent(state: &mut State<'_>, push: &Push, client_id: &str, sequence: u64) {
    state.column_delete(Column::Index, &due_key(push));
    let key = entry_key(&push.target, &push.subject);
    state.column_put(Column::Index, &key, Push { sequence, ..push.clone() }.encode_to_vec());
    state.column_put(Column::Index, &under_way_key(client_id, sequence), key);
}

/// Notes that `push` could not be sent now.
pub fn postpone(state: &mut State<'_>, push: &Push, not_before: u64) {
    state.column_delete(Column::Index, &due_key(push));
    put_waiting(state, &Push { not_before, ..push.clone() });
}

/// Closes the packet `sequence` over `client_id`. A newer version that took the entry meanwhile is left alone.
///
/// Returns false if no push travelled in that packet.
pub fn settle(state: &mut State<'_>, client_id: &str, sequence: u64, how: Settled) -> bool {
    let under_way = under_way_key(client_id, sequence);
    let Some(key) = state.column_get(Column::Index, &under_way) else { return false };
    state.column_delete(Column::Index, &under_way);
    let Some(push) = entry(state, &key).filter(|p| p.sequence == sequence) else { return true };
    match how {
        Settled::Done => state.column_delete(Column::Index, &key),
        Settled::RetryAt(not_before) => put_waiting(state, &Push { not_before, sequence: 0, ..push }),
    }
    true
}

/// The push waiting for this target and subject, if any.
pub fn waiting(state: &State<'_>, target: &str, subject: &[u8]) -> Option<Push> {
    entry(state, &entry_key(target, subject))
}

fn entry(state: &State<'_>, key: &[u8]) -> Option<Push> {
    let bytes = state.column_get(Column::Index, key)?;
    Some(Push::decode(bytes.as_slice()).expect("written by this file"))
}

fn put_waiting(state: &mut State<'_>, push: &Push) {
    let key = entry_key(&push.target, &push.subject);
    state.column_put(Column::Index, &key, push.encode_to_vec());
    state.column_put(Column::Index, &due_key(push), key);
}

fn entry_key(target: &str, subject: &[u8]) -> Vec<u8> {
    [ENTRY, &named(target), subject].concat()
}

fn due_key(push: &Push) -> Vec<u8> {
    [DUE, &push.not_before.to_be_bytes(), &named(&push.target), &push.subject].concat()
}

fn under_way_key(client_id: &str, sequence: u64) -> Vec<u8> {
    [UNDER_WAY, &named(client_id), &sequence.to_be_bytes()].concat()
}

/// Length byte and text, so that no name runs into what follows. Client ids have at most 64 bytes.
fn named(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("client ids are at most 64 bytes");
    [&[length], text.as_bytes()].concat()
}
