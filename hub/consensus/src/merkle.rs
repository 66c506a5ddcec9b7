//! Inclusion proofs of CometBFT's simple Merkle tree (RFC 6962 hashing): transactions in `data_hash`.

use govhub_types::hash::{sha256, Hash};

/// Proof that one leaf stands at an index of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// Leaves of the tree.
    pub total: u64,
    /// Position of the leaf, from 0.
    pub index: u64,
    /// Hash of the leaf.
    pub leaf_hash: Hash,
    /// Siblings from the leaf up.
    pub aunts: Vec<Hash>,
}

/// Hash of a leaf: SHA-256(0x00 ‖ bytes).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The largest power of two strictly below `n`, for `n` of 2 and more.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// Root over `leaves`; SHA-256 of nothing if there are none.
pub fn root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => leaf_hash(one.as_ref()),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            inner_hash(&root(left), &root(right))
        }
    }
}

/// Proof of the leaf at `index`; `None` past the end.
pub fn prove<L: AsRef<[u8]>>(leaves: &[L], index: usize) -> Option<InclusionProof> {
    let leaf = leaves.get(index)?;
    let mut aunts = Vec::new();
    collect(leaves, index, &mut aunts);
    Some(InclusionProof { total: leaves.len() as u64, index: index as u64, leaf_hash: leaf_hash(leaf.as_ref()), aunts })
}

fn collect<L: AsRef<[u8]>>(leaves: &[L], index: usize, aunts: &mut Vec<Hash>) {
    if leaves.len() < 2 {
        return;
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    if index < at {
        collect(left, index, aunts);
        aunts.push(root(right));
    } else {
        collect(right, index - at, aunts);
        aunts.push(root(left));
    }
}

impl InclusionProof {
    /// The root this proof leads to; `None` if the number of siblings does not fit the shape of the tree.
    pub fn root(&self) -> Option<Hash> {
        climb(self.total, self.index, self.leaf_hash, &self.aunts)
    }
}

fn climb(total: u64, index: u64, leaf: Hash, aunts: &[Hash]) -> Option<Hash> {
    if index >= total {
        return None;
    }
    if total == 1 {
        return aunts.is_empty().then_some(leaf);
    }
    let (aunt, below) = aunts.split_last()?;
    let at = total.checked_next_power_of_two()? / 2;
    if index < at {
        Some(inner_hash(&climb(at, index, leaf, below)?, aunt))
    } else {
        Some(inner_hash(aunt, &climb(total - at, index - at, leaf, below)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roots_equal_tendermint_rs_and_every_leaf_is_provable(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..40)) {
            let expected = tendermint::merkle::simple_hash_from_byte_vectors::<tendermint::crypto::default::Sha256>(&leaves);
            prop_assert_eq!(root(&leaves), expected);
            for index in 0..leaves.len() {
                let proof = prove(&leaves, index).expect("the index is in range");
                prop_assert_eq!(proof.root(), Some(expected));
            }
            prop_assert_eq!(prove(&leaves, leaves.len()), None);
        }
    }

    #[test]
    fn a_proof_for_another_place_leads_elsewhere() {
        let leaves = [b"a", b"b", b"c"];
        let proof = prove(&leaves, 1).expect("three leaves");
        assert_ne!(InclusionProof { index: 2, ..proof.clone() }.root(), Some(root(&leaves)));
        assert_eq!(proof.root(), Some(root(&leaves)));
    }
}
