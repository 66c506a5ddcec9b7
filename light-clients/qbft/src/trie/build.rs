//! A trie of keys and values in memory: its root, and proofs out of it. For producers of chains, and for what a node's interface gives
//! without a proof (receipts, the genesis state).

use std::collections::BTreeMap;

use super::{step, Path, Step, EMPTY_ROOT, HASHED_FROM_BYTES};
use crate::keccak::{keccak256, Hash};
use crate::rlp;

/// Keys, none of which begins another, and their values, none of which is empty.
#[derive(Clone, Debug, Default)]
pub struct Trie {
    root: Hash,
    nodes: BTreeMap<Hash, Vec<u8>>,
}

/// A key in nibbles with its value.
type Entry<'a> = (Vec<u8>, &'a [u8]);

impl Trie {
    /// The trie of `entries`.
    ///
    /// # Panics
    /// If a key begins another or a value is empty: no chain has such a trie.
    pub fn of(entries: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let mut nodes = BTreeMap::new();
        if entries.is_empty() {
            return Self { root: EMPTY_ROOT, nodes };
        }
        let entries: Vec<Entry<'_>> = entries.iter().map(|(key, value)| (nibbles(key), value.as_slice())).collect();
        let top = encode(&entries, 0, &mut nodes);
        let root = keccak256(&[&top]);
        nodes.insert(root, top);
        Self { root, nodes }
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Nodes that prove what stands under each of `keys`, or that nothing does, as [`super::Walk`] wants them when it asks in this order.
    pub fn prove<'k>(&self, keys: impl IntoIterator<Item = &'k [u8]>) -> Vec<Vec<u8>> {
        let mut proof: Vec<Vec<u8>> = Vec::new();
        for key in keys {
            let (mut path, mut next) = (Path::whole(key), Some(self.root));
            while let Some(mut node) = next.and_then(|hash| self.nodes.get(&hash)).map(Vec::as_slice) {
                if !proof.iter().any(|seen| seen == node) {
                    proof.push(node.to_vec());
                }
                next = loop {
                    match step(node, &mut path).expect("our own node") {
                        Step::Inline(inline) => node = inline,
                        Step::Hashed(hash) => break Some(hash),
                        Step::Value(_) | Step::Nothing => break None,
                    }
                };
            }
        }
        proof
    }
}

fn nibbles(key: &[u8]) -> Vec<u8> {
    key.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).collect()
}

/// Encodes the node above `entries`, which agree in their first `depth` nibbles; nodes below it that are long enough go to `nodes`.
fn encode(entries: &[Entry<'_>], depth: usize, nodes: &mut BTreeMap<Hash, Vec<u8>>) -> Vec<u8> {
    let (first, last) = (&entries[0].0, &entries[entries.len() - 1].0);
    let mut items = Vec::new();
    if let [(key, value)] = entries {
        assert!(!value.is_empty(), "a trie holds no empty value");
        rlp::put_text(&mut items, &packed(&key[depth..], true));
        rlp::put_text(&mut items, value);
        return list(&items);
    }
    let shared = first[depth..].iter().zip(&last[depth..]).take_while(|(a, b)| a == b).count();
    if shared > 0 {
        rlp::put_text(&mut items, &packed(&first[depth..depth + shared], false));
        let child = encode(entries, depth + shared, nodes);
        put_reference(&mut items, child, nodes);
        return list(&items);
    }
    let mut rest = entries;
    for nibble in 0..16 {
        let (mine, others) = rest.split_at(rest.partition_point(|(key, _)| *key.get(depth).expect("no key begins another") <= nibble));
        rest = others;
        if mine.is_empty() {
            rlp::put_text(&mut items, &[]);
        } else {
            let child = encode(mine, depth + 1, nodes);
            put_reference(&mut items, child, nodes);
        }
    }
    rlp::put_text(&mut items, &[]);
    list(&items)
}

fn put_reference(items: &mut Vec<u8>, child: Vec<u8>, nodes: &mut BTreeMap<Hash, Vec<u8>>) {
    if child.len() < HASHED_FROM_BYTES {
        items.extend_from_slice(&child);
        return;
    }
    let hash = keccak256(&[&child]);
    rlp::put_text(items, &hash);
    nodes.insert(hash, child);
}

/// A path with its flags.
fn packed(path: &[u8], is_leaf: bool) -> Vec<u8> {
    let flags = if is_leaf { 2 } else { 0 };
    let mut padded = if path.len() % 2 == 1 { vec![flags + 1] } else { vec![flags, 0] };
    padded.extend_from_slice(path);
    padded.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn list(items: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_list(&mut out, &[items]);
    out
}
