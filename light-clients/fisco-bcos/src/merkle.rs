//! Two trees. Version 2: groups of up to sixteen, leaves carry their place, one more hash at the root. Version 3: pairs, an odd last node
//! hashed alone, leaves without their place.
//!
//! In both, the claimed place must be the one that the path leads to, at every level: else a proof of one transaction passes for its
//! neighbour, and a transaction is tied to another's receipt.
//!
//! Source: FISCO BCOS 2.11 `libdevcore/TrieHash2.cpp`; 3.x `bcos-crypto/merkle/Merkle.h`.

use govhub_lc_core::Reason;

use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::rlp;
use crate::suite::{Hash, Suite};

/// Nodes in one group of version 2.
const WIDTH_2: usize = 16;

/// Levels of a tree of version 2: 2^32 places in groups of sixteen, and the hash at the root.
const MAX_LEVELS_2: usize = 9;

/// A place in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 0.
    pub index: u32,
    /// Leaves of the tree; version 3 only.
    pub count: u32,
}

/// Verifies that `leaf` (the hash of a transaction or receipt) stands at `place` under `root` of a block of version 2.
pub(crate) fn verify_v2(suite: Suite, root: &Hash, leaf: &Hash, place: Place, path: &raw::Path) -> Result<(), Reason> {
    let levels = &path.levels;
    if levels.is_empty() || levels.len() > MAX_LEVELS_2 {
        return Err(bad(format!("{} levels; expected 1 to {MAX_LEVELS_2}", levels.len())));
    }
    let mut node = [rlp::encode_number(u64::from(place.index)), leaf.to_vec()].concat();
    let mut index = place.index as usize;
    for (number, level) in levels.iter().enumerate() {
        check_level_v2(number, level)?;
        if level.left.len() != index % WIDTH_2 {
            return Err(misplaced(format!("level {number}: {} nodes to the left of ours; place {} has {}", level.left.len(), place.index, index % WIDTH_2)));
        }
        let mut hasher = suite.hasher();
        level.left.iter().for_each(|sibling| hasher.update(sibling));
        hasher.update(&node);
        level.right.iter().for_each(|sibling| hasher.update(sibling));
        node = hasher.finish().to_vec();
        index /= WIDTH_2;
    }
    if index != 0 {
        return Err(misplaced(format!("place {} lies beyond a tree of {} levels", place.index, levels.len())));
    }
    if !levels.last().is_some_and(|top| top.left.is_empty() && top.right.is_empty()) {
        return Err(bad("the hash at the root has siblings"));
    }
    if node != root {
        return Err(bad("the path does not lead to the root"));
    }
    Ok(())
}

/// Groups have at most sixteen nodes; leaves carry a place of 1 to 4 bytes, inner nodes are bare hashes.
fn check_level_v2(number: usize, level: &raw::Level) -> Result<(), Reason> {
    if !level.group.is_empty() {
        return Err(bad("a group where version 2 has left and right"));
    }
    let siblings = level.left.len() + level.right.len();
    if siblings >= WIDTH_2 {
        return Err(bad(format!("level {number}: {} nodes in a group; at most {WIDTH_2}", siblings + 1)));
    }
    let lengths = if number == 0 { 33..=36 } else { 32..=32 };
    match level.left.iter().chain(&level.right).find(|sibling| !lengths.contains(&sibling.len())) {
        Some(sibling) => Err(bad(format!("level {number}: a node of {} bytes", sibling.len()))),
        None => Ok(()),
    }
}

/// Verifies that `leaf` stands at `place` under `root` of a block of version 3.
pub(crate) fn verify_v3(suite: Suite, root: &Hash, leaf: &Hash, place: Place, path: &raw::Path) -> Result<(), Reason> {
    let Place { mut index, count: mut width } = place;
    if index >= width {
        return Err(misplaced(format!("place {index} in a block of {width}")));
    }
    let mut node = *leaf;
    let mut levels = path.levels.iter();
    while width > 1 {
        let level = levels.next().ok_or_else(|| bad("the path is cut short"))?;
        let alone = index % 2 == 0 && index + 1 == width;
        if !level.left.is_empty() || !level.right.is_empty() || level.group.len() != if alone { 1 } else { 2 } {
            return Err(bad(format!("a group of {} nodes; the tree of {} leaves has {} here", level.group.len(), place.count, if alone { 1 } else { 2 })));
        }
        if level.group.iter().any(|member| member.len() != 32) {
            return Err(bad("a node that is not 32 bytes"));
        }
        if level.group[(index % 2) as usize] != node {
            return Err(if level.group.iter().any(|member| *member == node) {
                misplaced(format!("the path leads to the neighbour of place {}", place.index))
            } else {
                bad("a group without the node that it should prove")
            });
        }
        let mut hasher = suite.hasher();
        level.group.iter().for_each(|member| hasher.update(member));
        node = hasher.finish();
        (index, width) = (index / 2, width / 2 + width % 2);
    }
    if levels.next().is_some() {
        return Err(bad("the path goes on above the root"));
    }
    if node != *root {
        return Err(bad("the path does not lead to the root"));
    }
    Ok(())
}

fn bad(why: impl Into<String>) -> Reason {
    Reason::new("merkle-proof", why)
}

fn misplaced(why: impl Into<String>) -> Reason {
    Reason::new("position", why)
}
