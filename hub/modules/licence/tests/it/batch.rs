//! MsgIssueBatch: whole or not at all.

use govhub_licence::issue::BATCH_MAX;
use govhub_licence::proto::{Item, MsgIssueBatch};
use govhub_licence::register;
use govhub_types::Code;

use crate::world::{code_of, ground, item, World};

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|n| Item { licence_ref: [&n.to_be_bytes()[..], &[0; 24]].concat(), ..item(0) }).collect()
}

fn batch(items: Vec<Item>) -> MsgIssueBatch {
    MsgIssueBatch { signer: "gov1signer".into(), items, ground: ground() }
}

#[test]
fn a_thousand_licences_load_in_two_messages() {
    let mut w = World::new();
    let all = items(1_000);
    for part in all.chunks(BATCH_MAX) {
        w.run("MsgIssueBatch", &batch(part.to_vec())).expect("a full batch");
    }
    for item in all {
        assert_eq!(w.record(&item.licence_ref).status, 1);
    }
    assert_eq!(w.events.len(), 2);
}

#[test]
fn one_bad_item_refuses_the_batch_and_is_named() {
    let mut w = World::new();
    let mut bent = items(3);
    bent[2].region = "x".into();
    let refusal = w.run("MsgIssueBatch", &batch(bent)).expect_err("refused");
    assert_eq!(refusal.code, Code::LICENCE_BAD_FIELD);
    assert!(refusal.message.contains("item 2"), "{refusal}");
    assert!(register::get(&w.state, &[0; 32]).is_none(), "the good ones are not recorded");
}

#[test]
fn the_same_ref_twice_in_a_batch_is_refused() {
    let mut w = World::new();
    let twice = vec![item(1), item(1)];
    assert_eq!(code_of(w.run("MsgIssueBatch", &batch(twice))), Code::LICENCE_ALREADY_RECORDED);
}

#[test]
fn an_empty_batch_and_one_above_the_bound_are_refused() {
    let mut w = World::new();
    assert_eq!(code_of(w.run("MsgIssueBatch", &batch(items(0)))), Code::LICENCE_BATCH_SIZE);
    assert_eq!(code_of(w.run("MsgIssueBatch", &batch(items(BATCH_MAX + 1)))), Code::LICENCE_BATCH_SIZE);
}
