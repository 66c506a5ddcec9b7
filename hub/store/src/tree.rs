//! One Jellyfish Merkle tree inside the backend: tree 0 is the top tree, trees 1 to 10 are the substores.
//!
//! A tree has a version counter of its own that moves only when the tree changes, so an untouched substore costs nothing in a block.
//! Keys in the backend start with the tree's byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use borsh::BorshDeserialize;
use govhub_types::hash::Hash;
use jmt::storage::{HasPreimage, LeafNode, NibblePath, Node, NodeKey, TreeReader, TreeUpdateBatch};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, ValueHash, Version};
use sha2::Sha256;

use crate::{Area, Backend, Batch, StoreError, Substore};

/// What `jmt` calls the root of a tree without keys (`SPARSE_MERKLE_PLACEHOLDER_HASH`). Nothing can be proved under it, so it is never stored.
pub(crate) const EMPTY_ROOT: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// A value that says its key was deleted: `None`, encoded.
const DELETED: &[u8] = &[0];

/// Nibbles in a key hash: no path is longer.
const PATH_NIBBLES_MAX: usize = 64;

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TreeId(u8);

impl TreeId {
    /// The tree whose leaves are the roots of the substores.
    pub(crate) const TOP: TreeId = TreeId(0);

    /// The tree of a substore.
    pub(crate) fn of(substore: Substore) -> Self {
        TreeId(substore.place() as u8 + 1)
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_sub(1) {
            None => f.write_str("top tree"),
            Some(place) => write!(f, "substore `{}`", Substore::ALL[usize::from(place)].name()),
        }
    }
}

/// A tree as the `jmt` crate reads it.
pub(crate) struct TreeView<'a> {
    backend: &'a dyn Backend,
    tree: TreeId,
}

impl<'a> TreeView<'a> {
    pub(crate) fn new(backend: &'a dyn Backend, tree: TreeId) -> Self {
        Self { backend, tree }
    }

    /// The root at the tree's own `version`.
    pub(crate) fn root(&self, version: Version) -> Result<Option<Hash>, StoreError> {
        Ok(Sha256Jmt::new(self).get_root_hash_option(version).map_err(broken)?.map(|r| r.0))
    }

    /// Value of `key` at the tree's own `version`.
    pub(crate) fn get(&self, version: Version, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.get_value_option(version, KeyHash::with::<Sha256>(key)).map_err(broken)
    }

    /// Value and ICS-23 proof of presence or absence of `key` at the tree's own `version`.
    pub(crate) fn prove(&self, version: Version, key: &[u8]) -> Result<(Option<Vec<u8>>, ics23::CommitmentProof), StoreError> {
        Sha256Jmt::new(self).get_with_ics23_proof(key.to_vec(), version).map_err(broken)
    }

    /// Root and backend changes of laying `changes` over the tree as its own `version`.
    pub(crate) fn update(&self, version: Version, changes: &BTreeMap<Vec<u8>, Option<Vec<u8>>>, batch: &mut Batch) -> Result<Hash, StoreError> {
        let hashed = changes.iter().map(|(key, value)| (KeyHash::with::<Sha256>(key), value.clone()));
        let (root, update) = Sha256Jmt::new(self).put_value_set(hashed, version).map_err(broken)?;
        self.stage(&update, batch)?;
        for key in changes.keys() {
            batch.set(Area::Preimages, self.key(&[&KeyHash::with::<Sha256>(key).0]), Some(key.clone()));
        }
        Ok(root.0)
    }

    fn stage(&self, update: &TreeUpdateBatch, batch: &mut Batch) -> Result<(), StoreError> {
        for (key, node) in update.node_batch.nodes() {
            batch.set(Area::Nodes, self.node_key(key)?, Some(encode(node)?));
        }
        for ((version, key_hash), value) in update.node_batch.values() {
            batch.set(Area::Values, self.value_key(*key_hash, *version), Some(encode(value)?));
        }
        for stale in &update.stale_node_index_batch {
            let key = self.key(&[&stale.stale_since_version.to_be_bytes(), &self.node_key(&stale.node_key)?]);
            batch.set(Area::Stale, key, Some(encode(&stale.node_key)?));
        }
        Ok(())
    }

    /// Rehashes the tree at its own `version` from its values up and shows every key and value on the way, ascending by hash. Returns the root.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a node, value or preimage that is missing or does not have the hash that the node above has recorded.
    pub(crate) fn rehash(&self, version: Version, show: &mut dyn FnMut(&[u8], &[u8])) -> Result<Hash, StoreError> {
        self.rehash_from(&NodeKey::new(version, NibblePath::from_iter([])), version, show)
    }

    fn rehash_from(&self, at: &NodeKey, version: Version, show: &mut dyn FnMut(&[u8], &[u8])) -> Result<Hash, StoreError> {
        let wrong = |what: &str| StoreError::corrupt(format!("{}: {what} at path `{:?}` of the tree's version {version}", self.tree, at.nibble_path()));
        match self.get_node_option(at).map_err(broken)?.ok_or_else(|| wrong("missing node"))? {
            Node::Null => Ok(EMPTY_ROOT),
            Node::Internal(_) if at.nibble_path().num_nibbles() >= PATH_NIBBLES_MAX => Err(wrong("path too long")),
            Node::Internal(node) => {
                for (nibble, child) in node.children_sorted() {
                    let path = at.nibble_path().nibbles().chain([nibble]).collect();
                    if self.rehash_from(&NodeKey::new(child.version, path), version, show)? != child.hash {
                        return Err(wrong("child with another hash"));
                    }
                }
                Ok(node.hash::<Sha256>())
            }
            Node::Leaf(leaf) => {
                let key = self.preimage(leaf.key_hash()).map_err(broken)?.ok_or_else(|| wrong("missing key"))?;
                let value = self.get_value_option(version, leaf.key_hash()).map_err(broken)?.ok_or_else(|| wrong("missing value"))?;
                let rebuilt = LeafNode::new(KeyHash::with::<Sha256>(&key), ValueHash::with::<Sha256>(&value));
                if rebuilt != leaf {
                    return Err(wrong("key or value with another hash"));
                }
                show(&key, &value);
                Ok(leaf.hash::<Sha256>())
            }
        }
    }

    /// Stages the removal of what is stale at the tree's own `version`; at most `limit` nodes. Returns how many.
    ///
    /// A stale leaf takes the values with it that it hid.
    pub(crate) fn prune(&self, version: Version, limit: usize, batch: &mut Batch) -> Result<usize, StoreError> {
        let (from, to) = (self.key(&[&0u64.to_be_bytes()]), self.key(&[&version.saturating_add(1).to_be_bytes()]));
        let stale = self.backend.range(Area::Stale, &from, &to, limit)?;
        // A key that changes in every block has as many stale leaves as there are blocks: its values are looked at once.
        let mut key_hashes = BTreeSet::new();
        for (index, node_key) in &stale {
            let key: NodeKey = decode("stale index", node_key)?;
            if let Some(Node::Leaf(leaf)) = self.get_node_option(&key).map_err(broken)? {
                key_hashes.insert(leaf.key_hash());
            }
            batch.set(Area::Nodes, self.node_key(&key)?, None);
            batch.set(Area::Stale, index.clone(), None);
        }
        for key_hash in key_hashes {
            self.prune_values(key_hash, version, batch)?;
        }
        Ok(stale.len())
    }

    /// Stages the removal of every value of `key_hash` that nobody can read at `version` or later.
    ///
    /// A leaf can move without its value changing, so the leaf's version says nothing about the value's: the newest value at `version` stays,
    /// older ones go. If the newest is the mark of a deletion it goes too, and the key itself unless it was set again later.
    fn prune_values(&self, key_hash: KeyHash, version: Version, batch: &mut Batch) -> Result<(), StoreError> {
        let (from, to) = (self.value_key(key_hash, 0), self.value_key(key_hash, version.saturating_add(1)));
        let mut rows = self.backend.range(Area::Values, &from, &to, usize::MAX)?;
        match rows.last() {
            Some((row, value)) if value == DELETED => {
                let newest = self.backend.at_most(Area::Values, &self.value_key(key_hash, Version::MAX))?;
                if newest.is_some_and(|(newest, _)| newest == *row) {
                    batch.set(Area::Preimages, self.key(&[&key_hash.0]), None);
                }
            }
            _ => drop(rows.pop()),
        }
        for (row, _) in rows {
            batch.set(Area::Values, row, None);
        }
        Ok(())
    }

    fn key(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = vec![self.tree.0];
        parts.iter().for_each(|part| key.extend_from_slice(part));
        key
    }

    fn node_key(&self, key: &NodeKey) -> Result<Vec<u8>, StoreError> {
        Ok(self.key(&[&key.version().to_be_bytes(), &encode(key)?]))
    }

    fn value_key(&self, key_hash: KeyHash, version: Version) -> Vec<u8> {
        self.key(&[&key_hash.0, &version.to_be_bytes()])
    }
}

impl TreeReader for TreeView<'_> {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        let bytes = self.backend.get(Area::Nodes, &self.node_key(key)?)?;
        Ok(bytes.map(|b| decode("tree node", &b)).transpose()?)
    }

    fn get_value_option(&self, max_version: Version, key_hash: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        let found = self.backend.at_most(Area::Values, &self.value_key(key_hash, max_version))?;
        match found {
            Some((key, value)) if key.get(..33) == Some(self.key(&[&key_hash.0]).as_slice()) => Ok(decode("tree value", &value)?),
            _ => Ok(None),
        }
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        // Only restoring a tree from chunks asks for it; this store never does.
        Ok(None)
    }
}

impl HasPreimage for TreeView<'_> {
    fn preimage(&self, key_hash: KeyHash) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(self.backend.get(Area::Preimages, &self.key(&[&key_hash.0]))?)
    }
}

fn encode<T: borsh::BorshSerialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    borsh::to_vec(value).map_err(|e| StoreError::Backend(format!("cannot encode: {e}")))
}

fn decode<T: BorshDeserialize>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    borsh::from_slice(bytes).map_err(|e| StoreError::corrupt(format!("{what} does not decode: {e}")))
}

/// An error that came through the `jmt` crate: ours if we put it in, else a tree that does not hang together.
fn broken(error: anyhow::Error) -> StoreError {
    match error.downcast::<StoreError>() {
        Ok(ours) => ours,
        Err(other) => StoreError::corrupt(format!("tree: {other}")),
    }
}
