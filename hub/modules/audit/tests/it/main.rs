//! The log: linked, provable by its head, and any change in it is found.

use govhub_audit::proto::{QueryEntries, QueryEntriesResponse};
use govhub_audit::{check, head, record, Entry, Head, LogFault, Record};
use govhub_store::{Column, Empty, State};
use prost::Message;

fn log(n: u64) -> (Vec<Entry>, Head) {
    let mut state = State::new(&Empty);
    for i in 0..n {
        record(
            &mut state,
            Record {
                height: i / 2 + 1,
                index: (i % 2) as u32,
                tx_hash: [i as u8; 32],
                signers: vec!["gov1x".into()],
                messages: vec!["/a.B".into()],
                code: (i % 3) as u32,
            },
        );
    }
    let entries = state.column_range(Column::AuditLog, &[0; 8], &[0xff; 9], 1_000);
    let entries = entries.into_iter().map(|(_, v)| Entry::decode(v.as_slice()).expect("our own entry")).collect();
    (entries, head(&state))
}

#[test]
fn an_untouched_log_checks_whole_and_from_any_position_on() {
    let (entries, head) = log(7);
    assert_eq!(head.count, 7);
    for from in 0..=7 {
        assert_eq!(check(&entries[from..], &head), Ok(()), "from {from}");
    }
    let (none, start) = log(0);
    assert_eq!(check(&none, &start), Ok(()));
}

#[test]
fn every_change_of_an_entry_is_found() {
    let (entries, head) = log(5);
    let changes: [fn(&mut Entry); 6] = [
        |e| e.height += 1,
        |e| e.index += 1,
        |e| e.tx_hash[0] ^= 1,
        |e| e.signers.clear(),
        |e| e.messages.push("/c.D".into()),
        |e| e.code ^= 1,
    ];
    for change in changes {
        for at in 0..entries.len() {
            let mut bent = entries.clone();
            change(&mut bent[at]);
            let expected = if at + 1 == entries.len() { LogFault::Head } else { LogFault::Link { position: at as u64 + 1 } };
            assert_eq!(check(&bent, &head), Err(expected), "entry {at}");
        }
    }
}

#[test]
fn a_missing_repeated_or_foreign_entry_is_found() {
    let (entries, head) = log(5);
    let mut gap = entries.clone();
    gap.remove(2);
    assert_eq!(check(&gap, &head), Err(LogFault::Position { index: 2, expected: 2, found: 3 }));
    assert_eq!(check(&entries[..4], &head), Err(LogFault::Head));
    let mut first = entries.clone();
    first[0].previous = vec![1; 32];
    assert_eq!(check(&first, &head), Err(LogFault::Link { position: 0 }));
}

#[test]
fn a_page_is_bounded_and_starts_where_asked() {
    let backend = std::sync::Arc::new(govhub_store::mem::MemBackend::default());
    let store = govhub_store::Store::open(backend).expect("an empty store opens");
    let mut state = State::new(&Empty);
    for i in 0..150u64 {
        record(&mut state, Record { height: i, index: 0, tx_hash: [0; 32], signers: vec![], messages: vec![], code: 0 });
    }
    let mut writes = govhub_store::genesis_marks();
    writes.extend(state.into_writes().expect("no fault"));
    store.commit(store.prepare(0, writes).expect("prepares")).expect("commits");
    let reader = store.reader(0).expect("version 0");
    let page = |from_position, limit| {
        let query = QueryEntries { from_position, limit }.encode_to_vec();
        let bytes = govhub_audit::query::query(&reader, "/govhub.audit.v1.Query/Entries", &query).expect("a sound query");
        let answer = QueryEntriesResponse::decode(bytes.as_slice()).expect("our own answer");
        answer.entries.iter().map(|e| e.position).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 1_000), (0..100).collect::<Vec<_>>());
    assert_eq!(page(148, 10), vec![148, 149]);
    assert_eq!(page(3, 2), vec![3, 4]);
}
