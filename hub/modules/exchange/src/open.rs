//! Questions under way on the hub: by leg one, by leg two, counted per asker, and queued by deadline.
//!
//! Layout: `o` leg one -> [`Open`], `t` leg two -> leg one, `n` asker -> count, all in the provable substore; the due queue is
//! `xq ‖ be64(answer_by) ‖ client id ‖ be64(sequence)` and late answers are `xl ‖ leg one`, both in [`Column::Index`].
//!
//! Invariant: a leg one is queued and counted iff its record is there and not settled; its record is there until leg two is closed.

use std::collections::{BTreeMap, VecDeque};

use govhub_store::{Column, State, Substore};
use prost::Message;

use crate::proto::{Late, LegOne, Open};

/// Deadlines settled in one block (PROTOCOL 2).
pub const SETTLED_PER_BLOCK: usize = 256;
/// Due entries read to choose them from: room for four askers with all of their 1,024 packets due at once, so that one asker's crowd hides nobody for long.
const DUE_SCAN: usize = 4_096;

const DUE: &[u8] = b"xq";
const LATE: &[u8] = b"xl";

/// Records a forwarded question.
pub(crate) fn insert(state: &mut State<'_>, leg_one: &LegOne, open: &Open) {
    put(state, leg_one, open);
    state.put(Substore::Exchange, &leg_two_key(&open.leg_two_client, open.leg_two_sequence), leg_one.encode_to_vec());
    state.column_put(Column::Index, &due_key(open.answer_by, leg_one), leg_one.encode_to_vec());
    set_count(state, &open.asker, count(state, &open.asker) + 1);
}

/// The question that came as `leg_one`, if leg two or the answer is still out.
pub fn get(state: &State<'_>, leg_one: &LegOne) -> Option<Open> {
    let bytes = state.get(Substore::Exchange, &leg_one_key(leg_one))?;
    Some(Open::decode(bytes.as_slice()).expect("written by put() below"))
}

/// Questions of `asker` that wait for an answer.
pub fn count(state: &State<'_>, asker: &str) -> u64 {
    state.get(Substore::Exchange, &count_key(asker)).map_or(0, |b| u64::from_be_bytes(b.try_into().expect("set_count() wrote 8 bytes")))
}

/// Closes leg two and tells whose it was.
pub(crate) fn close_leg_two(state: &mut State<'_>, client_id: &str, sequence: u64) -> Option<(LegOne, Open)> {
    let key = leg_two_key(client_id, sequence);
    let leg_one = LegOne::decode(state.get(Substore::Exchange, &key)?.as_slice()).expect("written by insert()");
    state.delete(Substore::Exchange, &key);
    // The record stays until leg two is closed; only a failed read, which poisons the state, can miss it.
    let open = get(state, &leg_one)?;
    if open.settled {
        state.delete(Substore::Exchange, &leg_one_key(&leg_one));
    } else {
        put(state, &leg_one, &Open { leg_two_sequence: 0, ..open.clone() });
    }
    Some((leg_one, open))
}

/// The asker has been answered: out of queue and count; the record stays only while leg two is out.
pub(crate) fn settle(state: &mut State<'_>, leg_one: &LegOne) {
    let Some(open) = get(state, leg_one) else { return };
    assert!(!open.settled, "a question is answered once");
    state.column_delete(Column::Index, &due_key(open.answer_by, leg_one));
    // Every unsettled question is counted; only a failed read, which poisons the state, says 0 here.
    let left = count(state, &open.asker).saturating_sub(1);
    set_count(state, &open.asker, left);
    if open.leg_two_sequence == 0 {
        state.delete(Substore::Exchange, &leg_one_key(leg_one));
    } else {
        put(state, leg_one, &Open { settled: true, ..open });
    }
}

/// True iff a deadline has come at `now_s`.
pub fn is_due(state: &State<'_>, now_s: u64) -> bool {
    !due_range(state, now_s, 1).is_empty()
}

/// Up to [`SETTLED_PER_BLOCK`] questions whose deadline has come, askers in turn, each asker's oldest first.
pub(crate) fn due(state: &State<'_>, now_s: u64) -> Vec<LegOne> {
    let mut queues: BTreeMap<String, VecDeque<LegOne>> = BTreeMap::new();
    for leg_one in due_range(state, now_s, DUE_SCAN) {
        queues.entry(leg_one.client_id.clone()).or_default().push_back(leg_one);
    }
    let mut chosen = Vec::new();
    while chosen.len() < SETTLED_PER_BLOCK && !queues.is_empty() {
        for queue in queues.values_mut().take(SETTLED_PER_BLOCK - chosen.len()) {
            chosen.extend(queue.pop_front());
        }
        queues.retain(|_, queue| !queue.is_empty());
    }
    chosen
}

fn due_range(state: &State<'_>, now_s: u64, limit: usize) -> Vec<LegOne> {
    let to = [DUE, &now_s.saturating_add(1).to_be_bytes()].concat();
    let found = state.column_range(Column::Index, DUE, &to, limit);
    found.into_iter().map(|(_, v)| LegOne::decode(v.as_slice()).expect("written by insert()")).collect()
}

/// Keeps an answer that came too late. It is never delivered.
pub(crate) fn keep_late(state: &mut State<'_>, leg_one: &LegOne, late: &Late) {
    state.column_put(Column::Index, &late_key(leg_one), late.encode_to_vec());
}

/// The late answer to `leg_one`, if one came.
pub fn late(state: &State<'_>, leg_one: &LegOne) -> Option<Late> {
    let bytes = state.column_get(Column::Index, &late_key(leg_one))?;
    Some(Late::decode(bytes.as_slice()).expect("written by keep_late()"))
}

fn put(state: &mut State<'_>, leg_one: &LegOne, open: &Open) {
    state.put(Substore::Exchange, &leg_one_key(leg_one), open.encode_to_vec());
}

fn set_count(state: &mut State<'_>, asker: &str, count: u64) {
    if count == 0 {
        state.delete(Substore::Exchange, &count_key(asker));
    } else {
        state.put(Substore::Exchange, &count_key(asker), count.to_be_bytes().to_vec());
    }
}

fn count_key(asker: &str) -> Vec<u8> {
    [b"n", asker.as_bytes()].concat()
}

fn leg_one_key(leg_one: &LegOne) -> Vec<u8> {
    packet_key(b"o", &leg_one.client_id, leg_one.sequence)
}

fn leg_two_key(client_id: &str, sequence: u64) -> Vec<u8> {
    packet_key(b"t", client_id, sequence)
}

fn late_key(leg_one: &LegOne) -> Vec<u8> {
    packet_key(LATE, &leg_one.client_id, leg_one.sequence)
}

fn due_key(answer_by: u64, leg_one: &LegOne) -> Vec<u8> {
    packet_key(&[DUE, &answer_by.to_be_bytes()].concat(), &leg_one.client_id, leg_one.sequence)
}

fn packet_key(prefix: &[u8], client_id: &str, sequence: u64) -> Vec<u8> {
    [prefix, client_id.as_bytes(), &sequence.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use govhub_store::Empty;

    use super::*;

    fn ask(state: &mut State<'_>, asker: usize, sequence: u64, answer_by: u64) -> LegOne {
        let leg_one = LegOne { client_id: format!("07-tendermint-{asker}"), sequence };
        let open = Open {
            asker: format!("asker-{asker}"),
            answer_by,
            leg_two_client: "07-tendermint-99".into(),
            leg_two_sequence: (asker as u64) * 10_000 + sequence,
            ..Open::default()
        };
        insert(state, &leg_one, &open);
        leg_one
    }

    #[test]
    fn a_crowd_of_one_asker_does_not_push_the_others_out_of_the_block() {
        let mut state = State::new(&Empty);
        for sequence in 1..=600 {
            ask(&mut state, 0, sequence, 100);
        }
        // Later deadlines, later in the queue: without turns they would wait two blocks.
        let others: Vec<LegOne> = (1..=3).map(|asker| ask(&mut state, asker, 1, 101)).collect();
        let first = due(&state, 101);
        assert_eq!(first.len(), SETTLED_PER_BLOCK);
        assert!(others.iter().all(|leg_one| first.contains(leg_one)));
    }

    #[test]
    fn every_due_question_is_settled_once_and_each_askers_oldest_first() {
        let mut state = State::new(&Empty);
        for sequence in 1..=300 {
            ask(&mut state, 0, sequence, 1_000 - sequence);
            ask(&mut state, 1, sequence, 1_000);
        }
        let (mut blocks, mut seen) = (0, Vec::new());
        while is_due(&state, 1_000) {
            for leg_one in due(&state, 1_000) {
                settle(&mut state, &leg_one);
                seen.push(leg_one);
            }
            blocks += 1;
        }
        assert_eq!((blocks, seen.len()), (3, 600));
        let of_first: Vec<u64> = seen.iter().filter(|l| l.client_id.ends_with("-0")).map(|l| l.sequence).collect();
        assert!(of_first.windows(2).all(|pair| pair[0] > pair[1]), "the latest sequence has the earliest deadline here");
        assert_eq!((count(&state, "asker-0"), count(&state, "asker-1")), (0, 0));
    }

    #[test]
    fn nothing_is_due_before_its_second() {
        let mut state = State::new(&Empty);
        let leg_one = ask(&mut state, 0, 1, 100);
        assert!(due(&state, 99).is_empty() && !is_due(&state, 99));
        assert_eq!(due(&state, 100), [leg_one]);
    }

    #[test]
    fn a_record_lives_until_both_legs_are_closed_in_either_order() {
        let mut state = State::new(&Empty);
        let settled_first = ask(&mut state, 0, 1, 100);
        settle(&mut state, &settled_first);
        assert!(get(&state, &settled_first).expect("leg two is out").settled);
        close_leg_two(&mut state, "07-tendermint-99", 1).expect("open");
        assert_eq!(get(&state, &settled_first), None);

        let closed_first = ask(&mut state, 0, 2, 100);
        close_leg_two(&mut state, "07-tendermint-99", 2).expect("open");
        assert!(is_due(&state, 100), "the deadline still holds");
        settle(&mut state, &closed_first);
        assert_eq!(get(&state, &closed_first), None);
        assert!(!is_due(&state, u64::MAX));
        assert_eq!(close_leg_two(&mut state, "07-tendermint-99", 2), None, "nothing closes twice");
    }
}
