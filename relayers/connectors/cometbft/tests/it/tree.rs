//! A Jellyfish Merkle tree of a few keys, with ICS-23 proofs: as the hub's tree proves them, 60 lines for a test.

use std::collections::BTreeMap;

use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp, NonExistenceProof};
use sha2::{Digest, Sha256};

const INNER: &[u8; 16] = b"JMT::IntrnalNode";
const EMPTY: &[u8; 32] = b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// Keys by their hash.
#[derive(Clone, Debug, Default)]
pub struct Tree(BTreeMap<[u8; 32], (Vec<u8>, Vec<u8>)>);

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |h, part| h.chain_update(part)).finalize().into()
}

fn bit(key: &[u8; 32], depth: usize) -> bool {
    key[depth / 8] >> (7 - depth % 8) & 1 == 1
}

type Leaf = ([u8; 32], [u8; 32]);

fn root_of(leaves: &[Leaf], depth: usize) -> [u8; 32] {
    match leaves {
        [] => *EMPTY,
        [(_, leaf)] => *leaf,
        many => {
            let middle = many.partition_point(|(key, _)| !bit(key, depth));
            hash(&[INNER, &root_of(&many[..middle], depth + 1), &root_of(&many[middle..], depth + 1)])
        }
    }
}

fn path_of(leaves: &[Leaf], key: &[u8; 32], depth: usize, path: &mut Vec<InnerOp>) {
    if leaves.len() < 2 {
        return;
    }
    let middle = leaves.partition_point(|(k, _)| !bit(k, depth));
    let (left, right) = leaves.split_at(middle);
    let op = if bit(key, depth) {
        path_of(right, key, depth + 1, path);
        InnerOp { hash: HashOp::Sha256.into(), prefix: [INNER.as_slice(), &root_of(left, depth + 1)].concat(), suffix: Vec::new() }
    } else {
        path_of(left, key, depth + 1, path);
        InnerOp { hash: HashOp::Sha256.into(), prefix: INNER.to_vec(), suffix: root_of(right, depth + 1).to_vec() }
    };
    path.push(op);
}

impl Tree {
    pub fn insert(&mut self, key: &[u8], value: &[u8]) {
        self.0.insert(hash(&[key]), (key.to_vec(), value.to_vec()));
    }

    pub fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(&hash(&[key])).map(|(_, value)| value.clone())
    }

    fn leaves(&self) -> Vec<Leaf> {
        self.0.iter().map(|(key, (_, value))| (*key, hash(&[b"JMT::LeafNode", key, &hash(&[value])]))).collect()
    }

    pub fn root(&self) -> [u8; 32] {
        root_of(&self.leaves(), 0)
    }

    fn existence(&self, key_hash: &[u8; 32]) -> Option<ExistenceProof> {
        let (key, value) = self.0.get(key_hash)?.clone();
        let mut path = Vec::new();
        path_of(&self.leaves(), key_hash, 0, &mut path);
        let leaf = LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::Sha256.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::NoPrefix.into(),
            prefix: b"JMT::LeafNode".to_vec(),
        };
        Some(ExistenceProof { key, value, leaf: Some(leaf), path })
    }

    /// A proof that `key` is there, or that it is not.
    pub fn prove(&self, key: &[u8]) -> CommitmentProof {
        let at = hash(&[key]);
        let proof = match self.existence(&at) {
            Some(existence) => Proof::Exist(existence),
            None => Proof::Nonexist(NonExistenceProof {
                key: key.to_vec(),
                left: self.0.range(..at).next_back().and_then(|(k, _)| self.existence(k)),
                right: self.0.range(at..).next().and_then(|(k, _)| self.existence(k)),
            }),
        };
        CommitmentProof { proof: Some(proof) }
    }
}
