//! Merkle-Patricia proofs: from a root, along a key, to a value or to nothing.
//!
//! A proof is the list of nodes in the order in which the walk first needs them, and nothing else: a node too few, too many, or in another
//! place is refused. Several keys under one root share their nodes, so the proof of a list is not longer than it must be. Every node has
//! one shape: what a chain would not write is refused even where the hashes agree.
//!
//! Every trie of these chains has keys none of which begins another (32-byte hashes, or RLP of numbers), so no branch holds a value.
//!
//! Source: Ethereum Yellow Paper, appendix D.

#[cfg(any(feature = "native", feature = "testing"))]
mod build;

#[cfg(any(feature = "native", feature = "testing"))]
pub use build::Trie;

use std::collections::BTreeMap;

use govhub_lc_core::Reason;

use crate::keccak::{hash, keccak256, Hash};
use crate::rlp::{self, Item, Piece, RlpError};

/// Root of a trie without keys: the hash of an empty string's encoding.
pub const EMPTY_ROOT: Hash = hash("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// Bytes of a node: a branch has 532; a leaf of a receipt trie has the receipt.
pub const MAX_NODE_BYTES: usize = 128 * 1024;

/// Nibbles of the longest key, a hash.
const MAX_KEY_NIBBLES: usize = 64;

/// Nodes on the way to one key.
pub const MAX_PATH_NODES: usize = MAX_KEY_NIBBLES + 1;

/// Nodes shorter than this stand within their parent and are not hashed.
const HASHED_FROM_BYTES: usize = 32;

/// A proof being walked.
pub struct Walk<'a> {
    unseen: std::slice::Iter<'a, Vec<u8>>,
    seen: BTreeMap<Hash, &'a [u8]>,
}

impl<'a> Walk<'a> {
    /// Begins with at most `max` nodes.
    ///
    /// # Errors
    /// `proof-too-large`.
    pub fn new(nodes: &'a [Vec<u8>], max: usize) -> Result<Self, Reason> {
        if nodes.len() > max {
            return Err(Reason::new("proof-too-large", format!("{} nodes, at most {max}", nodes.len())));
        }
        if let Some(node) = nodes.iter().find(|node| node.len() > MAX_NODE_BYTES) {
            return Err(Reason::new("proof-too-large", format!("a node of {} bytes, at most {MAX_NODE_BYTES}", node.len())));
        }
        Ok(Self { unseen: nodes.iter(), seen: BTreeMap::new() })
    }

    /// The value under `key` (as it stands in the trie, at most 32 bytes) in the trie with `root`; nothing if the trie does not have it.
    ///
    /// # Errors
    /// `proof-node-missing`, `proof-hash` for a node that is not the one needed next, `proof-node` for a shape that no trie has.
    pub fn get(&mut self, root: &Hash, key: &[u8]) -> Result<Option<&'a [u8]>, Reason> {
        if *root == EMPTY_ROOT {
            return Ok(None);
        }
        let mut path = Path::whole(key);
        let mut node = self.node(root, true)?;
        loop {
            match step(node, &mut path).map_err(malformed)? {
                Step::Value(value) => return Ok(Some(value)),
                Step::Nothing => return Ok(None),
                Step::Hashed(hash) => node = self.node(&hash, false)?,
                Step::Inline(inline) => node = inline,
            }
        }
    }

    /// Ends the walk.
    ///
    /// # Errors
    /// `proof-extra-node` if it did not need every node.
    pub fn end(self) -> Result<(), Reason> {
        match self.unseen.len() {
            0 => Ok(()),
            more => Err(Reason::new("proof-extra-node", format!("{more} nodes that nothing leads to"))),
        }
    }

    fn node(&mut self, hash: &Hash, is_root: bool) -> Result<&'a [u8], Reason> {
        if let Some(node) = self.seen.get(hash) {
            return Ok(node);
        }
        let node = self.unseen.next().ok_or_else(|| Reason::new("proof-node-missing", format!("0x{} is not supplied", hex::encode(hash))))?;
        if keccak256(&[node]) != *hash {
            return Err(Reason::new("proof-hash", format!("the next node is not 0x{}", hex::encode(hash))));
        }
        if node.len() < HASHED_FROM_BYTES && !is_root {
            return Err(Reason::new("proof-node", "a node short enough to stand within its parent"));
        }
        self.seen.insert(*hash, node);
        Ok(node)
    }
}

/// The one value under `key` in the trie with `root`, or nothing; `nodes` are exactly those on the way.
///
/// # Errors
/// As [`Walk`].
pub fn lookup<'a>(root: &Hash, key: &[u8], nodes: &'a [Vec<u8>]) -> Result<Option<&'a [u8]>, Reason> {
    let mut walk = Walk::new(nodes, MAX_PATH_NODES)?;
    let found = walk.get(root, key)?;
    walk.end()?;
    Ok(found)
}

/// Where a node leads.
enum Step<'a> {
    Value(&'a [u8]),
    Nothing,
    Hashed(Hash),
    Inline(&'a [u8]),
}

/// Follows `path` through one node.
fn step<'a>(node: &'a [u8], path: &mut Path<'_>) -> Result<Step<'a>, RlpError> {
    let mut items = rlp::decode(node)?.list()?;
    let (first, second) = (items.item()?, items.item()?);
    if items.end().is_ok() {
        return short(first, second, path);
    }
    let nibble = path.next().ok_or(RlpError("a key that ends at a branch"))?;
    let mut taken = None;
    for index in 0..16 {
        let child = match index {
            0 => first,
            1 => second,
            _ => items.item()?,
        };
        let step = reference(child)?;
        if index == nibble {
            taken = Some(step);
        }
    }
    if !items.item()?.text()?.is_empty() {
        return Err(RlpError("a value at a branch"));
    }
    items.end()?;
    taken.ok_or(RlpError("a nibble above 15"))
}

/// A leaf, or an extension: a stretch of the path without a branch.
fn short<'a>(path_item: Piece<'_>, second: Piece<'a>, path: &mut Path<'_>) -> Result<Step<'a>, RlpError> {
    let (stretch, is_leaf) = Path::decode(path_item.text()?)?;
    if stretch.len() + path.at > MAX_KEY_NIBBLES {
        return Err(RlpError("a path longer than any key"));
    }
    let fits = path.skip_if(stretch);
    if is_leaf {
        let value = second.text()?;
        if value.is_empty() {
            return Err(RlpError("a leaf without a value"));
        }
        return Ok(if fits && path.len() == 0 { Step::Value(value) } else { Step::Nothing });
    }
    if stretch.len() == 0 {
        return Err(RlpError("an extension without a path"));
    }
    match reference(second)? {
        Step::Nothing => Err(RlpError("an extension that leads nowhere")),
        next if fits => Ok(next),
        _ => Ok(Step::Nothing),
    }
}

/// What a place in a node refers to.
fn reference(piece: Piece<'_>) -> Result<Step<'_>, RlpError> {
    match piece.item {
        Item::Text([]) => Ok(Step::Nothing),
        Item::Text(bytes) => bytes.try_into().map(Step::Hashed).map_err(|_| RlpError("a reference of neither 0 nor 32 bytes")),
        Item::List(_) if piece.raw.len() < HASHED_FROM_BYTES => Ok(Step::Inline(piece.raw)),
        Item::List(_) => Err(RlpError("a node within its parent that is long enough to be hashed")),
    }
}

/// The rest of a key, in nibbles.
#[derive(Clone, Copy)]
struct Path<'a> {
    bytes: &'a [u8],
    /// Nibbles passed.
    at: usize,
}

impl<'a> Path<'a> {
    fn whole(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The path in a short node, and whether that is a leaf: the first nibble holds both flags, and the second fills up an even number.
    fn decode(bytes: &'a [u8]) -> Result<(Self, bool), RlpError> {
        let first = *bytes.first().ok_or(RlpError("a path without flags"))?;
        let (is_leaf, is_odd) = match first >> 4 {
            0 => (false, false),
            1 => (false, true),
            2 => (true, false),
            3 => (true, true),
            _ => return Err(RlpError("a path with unknown flags")),
        };
        if !is_odd && first & 0x0f != 0 {
            return Err(RlpError("an even path with a filler that is not zero"));
        }
        Ok((Self { bytes, at: if is_odd { 1 } else { 2 } }, is_leaf))
    }

    fn len(&self) -> usize {
        self.bytes.len() * 2 - self.at
    }

    fn nibble(&self, at: usize) -> Option<u8> {
        let byte = self.bytes.get(at / 2)?;
        Some(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
    }

    fn next(&mut self) -> Option<u8> {
        let nibble = self.nibble(self.at)?;
        self.at += 1;
        Some(nibble)
    }

    /// Passes `stretch` if the rest begins with it.
    fn skip_if(&mut self, stretch: Path<'_>) -> bool {
        let fits = stretch.len() <= self.len() && (0..stretch.len()).all(|i| self.nibble(self.at + i) == stretch.nibble(stretch.at + i));
        if fits {
            self.at += stretch.len();
        }
        fits
    }
}

fn malformed(error: RlpError) -> Reason {
    Reason::new("proof-node", error.to_string())
}
