//! The chain's binary hash tree over transactions and over write sets.
//!
//! Leaves are hashes, filled up with nothing to a power of two; a node is the hash of its two children; where there is no right child, of
//! the left one twice; a tree of one leaf is that leaf. So `[a, b, c]` and `[a, b, c, c]` have one root: a root means something only beside
//! the number of its leaves.

use govhub_lc_core::Reason;

use crate::suite::{Hash, Suite};

/// The root of `leaves`; `None` if there are none.
pub(crate) fn root(suite: Suite, leaves: &[Hash]) -> Option<Hash> {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| suite.hash(&[&pair[0], &pair[pair.len() - 1]])).collect();
    }
    level.first().copied()
}

/// The root to which `path` leads from the leaf at `index` of `count`.
///
/// # Errors
/// `tx-index` for a place outside the tree, `tx-path` for a path that is not one of this tree: another length, a step that is no hash, or
/// beside nothing anything but the node itself.
pub(crate) fn root_by_path(suite: Suite, leaf: Hash, index: u32, count: u32, path: &[Vec<u8>]) -> Result<Hash, Reason> {
    if index >= count {
        return Err(Reason::new("tx-index", format!("place {index} in a block of {count} transactions")));
    }
    let (mut node, mut index, mut width) = (leaf, index, count);
    for (depth, step) in path.iter().enumerate() {
        if width == 1 {
            return Err(wrong(format!("{} steps, {depth} lead to the root", path.len())));
        }
        let beside: Hash = step.as_slice().try_into().map_err(|_| wrong(format!("step {depth} has {} bytes", step.len())))?;
        if index ^ 1 >= width && beside != node {
            return Err(wrong(format!("step {depth} stands where the tree has nothing")));
        }
        node = if index & 1 == 0 { suite.hash(&[&node, &beside]) } else { suite.hash(&[&beside, &node]) };
        (index, width) = (index / 2, width.div_ceil(2));
    }
    match width {
        1 => Ok(node),
        _ => Err(wrong(format!("{} steps end below the root", path.len()))),
    }
}

fn wrong(detail: String) -> Reason {
    Reason::new("tx-path", detail)
}

/// The hashes beside the way from the leaf at `index` to the root.
pub(crate) fn path(suite: Suite, leaves: &[Hash], mut index: usize) -> Vec<Vec<u8>> {
    let (mut level, mut path) = (leaves.to_vec(), Vec::new());
    while level.len() > 1 {
        path.push(level.get(index ^ 1).unwrap_or(&level[index]).to_vec());
        level = level.chunks(2).map(|pair| suite.hash(&[&pair[0], &pair[pair.len() - 1]])).collect();
        index /= 2;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|i| Suite::P256.hash(&[&[i]])).collect()
    }

    #[test]
    fn every_leaf_of_every_small_tree_leads_to_its_root_and_to_no_other_place() {
        for count in 1..=20u8 {
            let leaves = leaves(count);
            let root = root(Suite::P256, &leaves).expect("leaves");
            for (index, leaf) in leaves.iter().enumerate() {
                let path = path(Suite::P256, &leaves, index);
                for place in 0..u32::from(count) + 2 {
                    let found = root_by_path(Suite::P256, *leaf, place, count.into(), &path);
                    assert_eq!(found == Ok(root), place == index as u32, "{count} leaves, leaf {index}, place {place}");
                }
            }
        }
    }

    #[test]
    fn a_doubled_last_leaf_has_the_same_root_and_so_the_count_decides() {
        let three = leaves(3);
        let four = [three.as_slice(), &three[2..]].concat();
        assert_eq!(root(Suite::Sm2, &three), root(Suite::Sm2, &four));
        let path = path(Suite::Sm2, &four, 3);
        let expected = root(Suite::Sm2, &three);
        assert_eq!(root_by_path(Suite::Sm2, four[3], 3, 4, &path).ok(), expected);
        assert_eq!(root_by_path(Suite::Sm2, four[3], 3, 3, &path).map_err(|reason| reason.code), Err("tx-index"));
    }

    #[test]
    fn paths_of_another_shape_are_refused() {
        let leaves = leaves(3);
        let good = path(Suite::P256, &leaves, 2);
        let judge = |path: &[Vec<u8>]| root_by_path(Suite::P256, leaves[2], 2, 3, path).map_err(|reason| reason.code);
        assert!(judge(&good).is_ok());
        assert_eq!(judge(&good[..1]), Err("tx-path"), "too short");
        assert_eq!(judge(&[good.as_slice(), &good[..1]].concat()), Err("tx-path"), "too long");
        assert_eq!(judge(&[vec![0; 31], good[1].clone()]), Err("tx-path"), "no hash");
        assert_eq!(judge(&[vec![0; 32], good[1].clone()]), Err("tx-path"), "something where there is nothing");
    }
}
