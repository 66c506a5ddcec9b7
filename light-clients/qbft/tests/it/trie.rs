//! Merkle-Patricia proofs, against `alloy-trie`, and with one thing bent.

use std::collections::BTreeMap;

use alloy_trie::proof::{verify_proof, ProofRetainer};
use alloy_trie::{HashBuilder, Nibbles};
use govhub_lc_qbft::keccak::{keccak256, Hash};
use govhub_lc_qbft::rlp;
use govhub_lc_qbft::trie::{lookup, Trie, Walk, EMPTY_ROOT, MAX_NODE_BYTES, MAX_PATH_NODES};
use proptest::prelude::*;

use crate::world::refused;

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// Keys that are hashes, as in state and storage, or RLP of numbers, as in lists of receipts.
fn hashed(n: u32, value_bytes: usize) -> Entries {
    (0..n).map(|i| (keccak256(&[&i.to_be_bytes()]).to_vec(), [vec![1; value_bytes], i.to_be_bytes().to_vec()].concat())).collect()
}

fn listed(n: u64, value_bytes: usize) -> Entries {
    (0..n)
        .map(|i| {
            let mut key = Vec::new();
            rlp::put_uint(&mut key, i);
            (key, [vec![1; value_bytes], i.to_be_bytes().to_vec()].concat())
        })
        .collect()
}

/// Root and proof of `key` as `alloy-trie` makes them.
fn alloy(entries: &Entries, key: &[u8]) -> (Hash, Vec<Vec<u8>>) {
    let retainer = ProofRetainer::new(vec![Nibbles::unpack(key)]);
    let mut builder = HashBuilder::default().with_proof_retainer(retainer);
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    let root = builder.root();
    let nodes = builder.take_proof_nodes().into_nodes_sorted().into_iter().map(|(_, node)| node.to_vec());
    // It also gives nodes that stand within their parents; nodes of these chains do not.
    (root.0, nodes.enumerate().filter(|(place, node)| *place == 0 || node.len() >= 32).map(|(_, node)| node).collect())
}

/// What `alloy-trie` says of a claim.
fn alloy_accepts(root: &Hash, key: &[u8], value: Option<&[u8]>, nodes: &[Vec<u8>]) -> bool {
    let nodes: Vec<_> = nodes.iter().map(|node| node.clone().into()).collect();
    verify_proof((*root).into(), Nibbles::unpack(key), value.map(<[u8]>::to_vec), &nodes).is_ok()
}

#[test]
fn roots_and_proofs_are_those_of_alloy_trie() {
    for entries in [hashed(1, 1), hashed(2, 1), hashed(17, 30), hashed(300, 1), hashed(300, 100), listed(1, 40), listed(3, 1), listed(200, 1), listed(300, 200)] {
        let ours = Trie::of(&entries);
        let keys = entries.keys().step_by(1 + entries.len() / 40).cloned().chain((0..20u32).map(|i| keccak256(&[b"absent", &i.to_be_bytes()]).to_vec()));
        for key in keys {
            let (root, theirs) = alloy(&entries, &key);
            assert_eq!(ours.root(), root);
            let value = entries.get(&key).map(Vec::as_slice);
            let mine = ours.prove([key.as_slice()]);
            assert_eq!(lookup(&root, &key, &mine), Ok(value));
            assert!(alloy_accepts(&root, &key, value, &mine), "alloy-trie accepts our proof");
            assert_eq!(lookup(&root, &key, &theirs), Ok(value), "we accept alloy-trie's proof");
        }
    }
}

#[test]
fn the_empty_trie_has_nothing_under_any_key() {
    let empty = Trie::of(&Entries::new());
    assert_eq!(empty.root(), EMPTY_ROOT);
    assert_eq!(EMPTY_ROOT, keccak256(&[&[0x80]]));
    assert_eq!(lookup(&EMPTY_ROOT, &[7; 32], &empty.prove([[7; 32].as_slice()])), Ok(None));
    assert_eq!(refused(lookup(&EMPTY_ROOT, &[7; 32], &[vec![0x80]])), "proof-extra-node");
}

/// Accepts the honest proof, refuses it bent, with exactly `expected`.
#[track_caller]
fn bent(expected: &str, bend: impl Fn(&mut Vec<Vec<u8>>)) {
    let entries = hashed(300, 30);
    let (trie, key) = (Trie::of(&entries), keccak256(&[&7u32.to_be_bytes()]));
    let mut nodes = trie.prove([key.as_slice()]);
    assert!(nodes.len() >= 3);
    assert!(lookup(&trie.root(), &key, &nodes).expect("honest").is_some());
    bend(&mut nodes);
    assert_eq!(refused(lookup(&trie.root(), &key, &nodes)), expected);
}

#[test]
fn nodes_too_few_too_many_swapped_or_bent_are_refused() {
    bent("proof-node-missing", |nodes| drop(nodes.pop()));
    bent("proof-node-missing", |nodes| nodes.clear());
    bent("proof-hash", |nodes| drop(nodes.remove(0)));
    bent("proof-hash", |nodes| nodes.swap(0, 1));
    bent("proof-extra-node", |nodes| nodes.push(nodes[0].clone()));
    bent("proof-extra-node", |nodes| nodes.push(vec![0x80]));
    bent("proof-hash", |nodes| nodes.insert(1, nodes[0].clone()));
    for place in 0..3 {
        bent("proof-hash", |nodes| nodes[place][9] ^= 1);
        bent("proof-hash", |nodes| nodes[place].push(0));
    }
    bent("proof-too-large", |nodes| nodes.resize(MAX_PATH_NODES + 1, vec![0x80]));
    bent("proof-too-large", |nodes| nodes[2] = vec![0; MAX_NODE_BYTES + 1]);
}

#[test]
fn a_proof_of_one_key_proves_nothing_of_another() {
    let entries = hashed(300, 30);
    let trie = Trie::of(&entries);
    let key = |i: u32| keccak256(&[&i.to_be_bytes()]);
    for other in (0..300).filter(|other| *other != 7) {
        let nodes = trie.prove([key(other).as_slice()]);
        let judged = lookup(&trie.root(), &key(7), &nodes);
        assert!(matches!(refused(judged), "proof-hash" | "proof-node-missing" | "proof-extra-node"), "key {other}");
    }
    for absent in 1_000..1_100 {
        let nodes = trie.prove([key(absent).as_slice()]);
        let judged = lookup(&trie.root(), &key(7), &nodes);
        assert!(judged.is_err(), "absence of {absent} is not absence of 7");
    }
}

#[test]
fn several_keys_share_their_nodes_and_none_is_left_over() {
    let entries = hashed(300, 30);
    let trie = Trie::of(&entries);
    let keys: Vec<Hash> = (0..20u32).map(|i| keccak256(&[&i.to_be_bytes()])).collect();
    let nodes = trie.prove(keys.iter().map(Hash::as_slice));
    let walked = |nodes: &[Vec<u8>]| {
        let mut walk = Walk::new(nodes, 1_000)?;
        for key in &keys {
            assert_eq!(walk.get(&trie.root(), key)?, entries.get(key.as_slice()).map(Vec::as_slice));
        }
        walk.end()
    };
    assert_eq!(walked(&nodes), Ok(()));
    assert!(nodes.len() < 60, "{}", nodes.len());
    let mut bent = nodes.clone();
    bent.swap(3, 4);
    assert_eq!(refused(walked(&bent)), "proof-hash");
    let mut bent = nodes;
    bent.push(trie.prove([keccak256(&[&299u32.to_be_bytes()]).as_slice()]).pop().expect("a leaf"));
    assert_eq!(refused(walked(&bent)), "proof-extra-node");
}

// Nodes that no chain writes, under roots made for them: hashes alone do not make a proof.

/// A list of these encodings.
fn node(items: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_list(&mut out, items);
    out
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_text(&mut out, bytes);
    out
}

/// What the one node `root` says of `key`.
fn under(root: Vec<u8>, key: &[u8]) -> Result<bool, &'static str> {
    let nodes = [root.clone()];
    lookup(&keccak256(&[&root]), key, &nodes).map(|value| value.is_some()).map_err(|reason| reason.code)
}

#[test]
fn a_leaf_must_have_exactly_the_rest_of_the_path_and_a_value() {
    let key = [0xab; 32];
    let leaf = |path: &[u8], value: &[u8]| node(&[&text(path), &text(value)]);
    let whole = [&[0x20][..], &key].concat();
    assert_eq!(under(leaf(&whole, b"value"), &key), Ok(true));
    assert_eq!(under(leaf(&[&[0x20][..], &[0xac; 32]].concat(), b"value"), &key), Ok(false), "another key");
    assert_eq!(under(leaf(&whole[..32], b"value"), &key), Ok(false), "a key that begins like it");
    assert_eq!(under(leaf(&whole, b""), &key), Err("proof-node"));
    assert_eq!(under(leaf(&[&whole[..], &[0xab]].concat(), b"value"), &key), Err("proof-node"), "longer than any key");
    assert_eq!(under(leaf(&[&[0x2a][..], &key].concat(), b"value"), &key), Err("proof-node"), "a filler that is not zero");
    for flags in [0x40, 0x60, 0x80, 0xf0] {
        assert_eq!(under(leaf(&[&[flags][..], &key].concat(), b"value"), &key), Err("proof-node"), "flags {flags:x}");
    }
    assert_eq!(under(leaf(&[], b"value"), &key), Err("proof-node"), "no flags");
    assert_eq!(under(node(&[&node(&[]), &text(b"value")]), &key), Err("proof-node"), "a list for a path");
    assert_eq!(under(node(&[&text(&whole), &node(&[])]), &key), Err("proof-node"), "a list for a value");
}

#[test]
fn an_extension_must_have_a_path_and_lead_somewhere() {
    let key = [0xab; 32];
    let extension = |path: &[u8], to: &[u8]| node(&[&text(path), to]);
    assert_eq!(under(extension(&[0x00, 0xac], &text(&[7; 32])), &key), Ok(false), "diverges");
    assert_eq!(under(extension(&[0x00, 0xab], &text(&[7; 32])), &key), Err("proof-node-missing"));
    assert_eq!(under(extension(&[0x00], &text(&[7; 32])), &key), Err("proof-node"), "no path");
    assert_eq!(under(extension(&[0x00, 0xab], &text(&[])), &key), Err("proof-node"), "leads nowhere");
    assert_eq!(under(extension(&[0x00, 0xab], &text(&[7; 31])), &key), Err("proof-node"), "31 bytes are no hash");
}

#[test]
fn a_branch_must_have_seventeen_items_no_value_and_references() {
    let key = [0xab; 32];
    let branch = |place: usize, item: Vec<u8>| {
        let mut items = vec![text(&[]); 17];
        items[place] = item;
        node(&items.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    assert_eq!(under(branch(3, text(&[7; 32])), &key), Ok(false), "the place is empty");
    assert_eq!(under(branch(10, text(&[7; 32])), &key), Err("proof-node-missing"));
    assert_eq!(under(branch(16, text(b"value")), &key), Err("proof-node"), "a value");
    assert_eq!(under(branch(3, text(&[7; 31])), &key), Err("proof-node"), "even in a place that is not taken");
    assert_eq!(under(branch(3, node(&[&text(&[0x20]), &text(&[7; 40])])), &key), Err("proof-node"), "long enough to be hashed");
    assert_eq!(under(node(&vec![&text(&[])[..]; 16]), &key), Err("proof-node"));
    assert_eq!(under(node(&vec![&text(&[])[..]; 18]), &key), Err("proof-node"));
    assert_eq!(under(node(&[&text(&[])]), &key), Err("proof-node"));
    assert_eq!(under(text(b"no list"), &key), Err("proof-node"));
    // A key that ends at a branch.
    assert_eq!(under(branch(3, text(&[7; 32])), &[]), Err("proof-node"));
}

#[test]
fn small_nodes_stand_within_their_parents_and_not_beside_them() {
    let key = [&[0xab][..], &[0; 31]].concat();
    // A leaf of fewer than 32 bytes cannot hold the rest of a hashed key, so a short key shows it: a list of receipts has such.
    let leaf = node(&[&text(&[0x3b]), &text(b"v")]);
    let mut items = vec![text(&[]); 17];
    items[10] = leaf.clone();
    let inline = node(&items.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(under(inline, &[0xab]), Ok(true));
    items[10] = text(&keccak256(&[&leaf]));
    let beside = node(&items.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let nodes = [beside.clone(), leaf];
    assert_eq!(refused(lookup(&keccak256(&[&beside]), &[0xab], &nodes)), "proof-node");
    assert_eq!(under(nodes[1].clone(), &key), Ok(false), "a root may be short");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..Default::default() })]

    /// One byte changed, a node moved, dropped or doubled: whatever is still accepted says the same, and what `alloy-trie` refuses is refused.
    #[test]
    fn no_bent_proof_says_anything_else(key in 0..400u32, node: usize, at: usize, flip in 1u8..=255, kind in 0..5) {
        use std::sync::OnceLock;
        static TRIE: OnceLock<(Entries, Trie)> = OnceLock::new();
        let (entries, trie) = TRIE.get_or_init(|| { let entries = hashed(300, 30); let trie = Trie::of(&entries); (entries, trie) });
        let key = keccak256(&[&key.to_be_bytes()]);
        let value = entries.get(key.as_slice()).map(Vec::as_slice);
        let mut nodes = trie.prove([key.as_slice()]);
        prop_assert_eq!(lookup(&trie.root(), &key, &nodes), Ok(value));
        let node = node % nodes.len();
        match kind {
            0 => { let at = at % nodes[node].len(); nodes[node][at] ^= flip; }
            1 => { nodes.remove(node); }
            2 => { let twin = nodes[node].clone(); nodes.insert(at % (nodes.len() + 1), twin); }
            3 => { let last = nodes.len() - 1; nodes.swap(node, last); }
            _ => { nodes.truncate(node); }
        }
        if let Ok(found) = lookup(&trie.root(), &key, &nodes) {
            prop_assert_eq!(found, value);
        }
        let wrong = match value { Some(_) => None, None => Some(&b"anything"[..]) };
        if !alloy_accepts(&trie.root(), &key, wrong, &nodes) {
            prop_assert_ne!(lookup(&trie.root(), &key, &nodes), Ok(wrong));
        }
    }
}
