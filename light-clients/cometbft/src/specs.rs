//! The proof specs a client may have: a closed list, pinned in the client state, never taken from a proof.
//!
//! Attacks that this closes: specs from a relayer, specs with `max_prefix >= min_prefix + child_size`, child size 0 (ICS-23 advisories).

use govhub_lc_core::Reason;
use ics23::{HashOp, InnerSpec, LeafOp, LengthOp, ProofSpec};

/// Which two trees lie between a value and the app hash, leaf first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofSpecs {
    /// Cosmos SDK: IAVL store under a simple Merkle tree of stores.
    Sdk,
    /// Ours: a Jellyfish Merkle tree per substore under one of the substores' roots.
    Jmt,
}

impl ProofSpecs {
    /// The list that equals `specs`.
    ///
    /// # Errors
    /// `proof-specs` if there is none.
    pub fn from_list(specs: &[ProofSpec]) -> Result<Self, Reason> {
        [Self::Sdk, Self::Jmt]
            .into_iter()
            .find(|known| known.list() == specs)
            .ok_or_else(|| Reason::new("proof-specs", "expected IAVL and Tendermint, or jmt twice, unchanged"))
    }

    /// The trees, leaf first.
    pub fn trees(self) -> [Tree; 2] {
        match self {
            Self::Sdk => [Tree::Iavl, Tree::Simple],
            Self::Jmt => [Tree::Jmt, Tree::Jmt],
        }
    }

    /// The specs, leaf first.
    pub fn list(self) -> [ProofSpec; 2] {
        self.trees().map(Tree::spec)
    }
}

/// One kind of tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// The SDK's versioned AVL tree.
    Iavl,
    /// CometBFT's simple Merkle tree.
    Simple,
    /// A Jellyfish Merkle tree.
    Jmt,
}

impl Tree {
    /// Its proof spec.
    pub fn spec(self) -> ProofSpec {
        match self {
            Self::Iavl => ics23::iavl_spec(),
            Self::Simple => ics23::tendermint_spec(),
            Self::Jmt => jmt_spec(),
        }
    }

    /// Longest path. A jmt of 2^64 random keys is about 64 deep; IAVL and simple trees get the customary 128 (PROTOCOL 4).
    pub fn max_depth(self) -> usize {
        match self {
            Self::Iavl | Self::Simple => 128,
            Self::Jmt => 64,
        }
    }
}

/// Proof spec of the Jellyfish Merkle tree, as `jmt::ics23_spec()` (0.12) says it.
pub fn jmt_spec() -> ProofSpec {
    ProofSpec {
        leaf_spec: Some(LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::Sha256.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::NoPrefix.into(),
            prefix: b"JMT::LeafNode".to_vec(),
        }),
        inner_spec: Some(InnerSpec {
            child_order: vec![0, 1],
            child_size: 32,
            min_prefix_length: 16,
            max_prefix_length: 16,
            empty_child: b"SPARSE_MERKLE_PLACEHOLDER_HASH__".to_vec(),
            hash: HashOp::Sha256.into(),
        }),
        min_depth: 0,
        max_depth: 64,
        prehash_key_before_comparison: true,
    }
}
