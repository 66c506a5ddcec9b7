//! Receipts and transactions at their places in a block that is believed.

use std::collections::BTreeMap;

use govhub_lc_qbft::inclusion::{verify_inclusion, Place, Receipt};
use govhub_lc_qbft::rlp;
use govhub_lc_qbft::testing::Chain;
use govhub_lc_qbft::trie::Trie;
use govhub_lc_qbft::Flavour;

use crate::world::refused;

fn key(index: u64) -> Vec<u8> {
    let mut key = Vec::new();
    rlp::put_uint(&mut key, index);
    key
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_text(&mut out, bytes);
    out
}

fn list(items: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_list(&mut out, items);
    out
}

/// A receipt with `events` events.
fn receipt(status: &[u8], events: usize) -> Vec<u8> {
    let topic = text(&[1; 32]);
    let event = list(&[&text(&[0x1b; 20]), &list(&[&topic, &topic]), &text(b"data")]);
    list(&[&text(status), &text(&[0x52, 0x08]), &text(&[0; 256]), &list(&vec![event.as_slice(); events])])
}

/// A block with 200 receipts, each its own, and as many transactions.
fn block() -> (Chain, Vec<Vec<u8>>, Trie, Trie) {
    let receipts: Vec<Vec<u8>> = (0..200).map(|index| [&[2][..], &receipt(&[1], index % 3), &[]].concat()).collect();
    let receipts: Vec<Vec<u8>> = receipts.into_iter().enumerate().map(|(index, raw)| if index % 2 == 0 { raw } else { raw[1..].to_vec() }).collect();
    let trie = |entries: &[Vec<u8>]| Trie::of(&entries.iter().enumerate().map(|(index, raw)| (key(index as u64), raw.clone())).collect::<BTreeMap<_, _>>());
    let transactions: Vec<Vec<u8>> = (0..200u8).map(|index| list(&[&text(&[index; 40])])).collect();
    let (receipt_trie, transaction_trie) = (trie(&receipts), trie(&transactions));
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    let mut draft = chain.draft();
    draft.items[4] = transaction_trie.root().to_vec();
    draft.items[5] = receipt_trie.root().to_vec();
    chain.push(&draft);
    chain.grow_to(2);
    (chain, receipts, receipt_trie, transaction_trie)
}

#[test]
fn every_receipt_is_proved_at_its_place_and_nowhere_else() {
    let (chain, receipts, trie, transactions) = block();
    let made = chain.made(1);
    let judge = |place, index: u64, raw: &[u8], nodes: &[Vec<u8>]| {
        verify_inclusion(Flavour::GoQuorumQbft, &[15], &made.block_hash, &made.header, place, index, raw, nodes)
    };
    for (index, raw) in receipts.iter().enumerate() {
        let index = index as u64;
        let nodes = trie.prove([key(index).as_slice()]);
        assert_eq!(judge(Place::Receipts, index, raw, &nodes), Ok(()));
    }
    let nodes = trie.prove([key(7).as_slice()]);
    assert_eq!(refused(judge(Place::Receipts, 7, &receipts[8], &nodes)), "value-mismatch");
    assert_eq!(refused(judge(Place::Receipts, 7, &receipts[7][1..], &nodes)), "value-mismatch");
    assert!(matches!(refused(judge(Place::Receipts, 8, &receipts[8], &nodes)), "proof-hash" | "proof-node-missing" | "proof-extra-node"));
    assert_eq!(refused(judge(Place::Receipts, 200, &receipts[7], &trie.prove([key(200).as_slice()]))), "index-absent");
    assert_eq!(refused(judge(Place::Receipts, u64::MAX, &receipts[7], &trie.prove([key(u64::MAX).as_slice()]))), "index-absent");
    assert_eq!(refused(judge(Place::Transactions, 7, &receipts[7], &nodes)), "proof-hash", "the other list");
    let raw = list(&[&text(&[7; 40])]);
    assert_eq!(judge(Place::Transactions, 7, &raw, &transactions.prove([key(7).as_slice()])), Ok(()));
}

#[test]
fn the_header_must_be_that_of_the_believed_block() {
    let (chain, receipts, trie, _) = block();
    let (one, two) = (chain.made(1), chain.made(2));
    let nodes = trie.prove([key(7).as_slice()]);
    let judge = |hash: &[u8; 32], header: &[u8]| verify_inclusion(Flavour::GoQuorumQbft, &[15], hash, header, Place::Receipts, 7, &receipts[7], &nodes);
    assert_eq!(judge(&one.block_hash, &one.header), Ok(()));
    assert_eq!(refused(judge(&two.block_hash, &one.header)), "block-hash");
    assert_eq!(refused(judge(&one.block_hash, &two.header)), "block-hash");
    assert_eq!(refused(judge(&one.block_hash, &one.header[1..])), "header-rlp");
    // Without its seals it is the same block.
    let unsealed = chain.draft_after(0);
    let bare = {
        let mut draft = unsealed.clone();
        draft.items[4] = govhub_lc_qbft::header::BlockHeader::decode(Flavour::GoQuorumQbft, &[15], &one.header).expect("ours").transactions_root.to_vec();
        draft.items[5] = trie.root().to_vec();
        draft.with_seals(Vec::new())
    };
    assert_eq!(judge(&one.block_hash, &bare), Ok(()));
}

#[test]
fn receipts_are_read_strictly() {
    let right = receipt(&[1], 2);
    let read = Receipt::decode(&right).expect("a receipt");
    assert!(read.succeeded && read.logs.len() == 2 && read.logs[0].data == b"data" && read.logs[0].topics == [[1; 32]; 2]);
    assert!(!Receipt::decode(&receipt(&[], 0)).expect("a receipt").succeeded);
    assert_eq!(Receipt::decode(&[&[2][..], &right].concat()).expect("typed"), read);
    let topic = text(&[1; 32]);
    let five = list(&[&text(&[0x1b; 20]), &list(&[topic.as_slice(); 5]), &text(b"")]);
    for bad in [
        receipt(&[2], 0),
        receipt(&[7; 32], 0), // a state root, from before Byzantium
        [&right[..], &[0]].concat(),
        right[..right.len() - 1].to_vec(),
        list(&[&text(&[1]), &text(&[1]), &text(&[0; 255]), &list(&[])]),
        list(&[&text(&[1]), &text(&[1]), &text(&[0; 256])]),
        list(&[&text(&[1]), &text(&[1]), &text(&[0; 256]), &list(&[&five])]),
        Vec::new(),
    ] {
        assert_eq!(Receipt::decode(&bad).expect_err("not a receipt").code, "receipt");
    }
}
