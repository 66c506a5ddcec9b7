//! The root over the statements of a height: the Merkle tree of RFC 6962, section 2.1, with SHA-256.
//!
//! The number of leaves is signed beside the root, so that the length of an audit path is known before it is read.

use govhub_types::hash::{sha256, Hash};

use crate::membership::Statement;

/// Statements of one height. A busy department has some hundred open packets.
pub const MAX_STATEMENTS: u32 = 65_536;

/// Longest audit path: the depth of [`MAX_STATEMENTS`] leaves.
pub const MAX_DEPTH: usize = 16;

/// Hash of a leaf.
pub fn leaf(statement: &Statement) -> Hash {
    sha256(&[&[0], &statement.encode()])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// Root over leaves; SHA-256 of nothing for none.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node(&root(left), &root(right))
        }
    }
}

/// Audit path of leaf `index`, from the leaf up; empty if there is no such leaf.
pub fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 || index >= leaves.len() {
        return Vec::new();
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    let (mut below, beside) = match index < at {
        true => (path(left, index), root(right)),
        false => (path(right, index - at), root(left)),
    };
    below.push(beside);
    below
}

/// The root that leaf `index` of `count` and its audit path give; `None` if the path has another length than such a leaf's.
///
/// Source: RFC 9162, 2.1.3.2.
pub fn root_of_path(leaf: Hash, index: u32, count: u32, siblings: &[Hash]) -> Option<Hash> {
    if index >= count {
        return None;
    }
    let (mut place, mut last) = (index, count - 1);
    let mut hash = leaf;
    for sibling in siblings {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node(sibling, &hash);
            // The last leaf of a row has no sibling in it until the row's length is even again.
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|n| sha256(&[&n.to_be_bytes()])).collect()
    }

    #[test]
    fn roots_of_the_standards_own_tree_are_reproduced() {
        // Certificate Transparency's reference leaves (Go `merkle` tests): "", 00, 10, 2021, 3031, 40414243, 5051..57, 6061..6f.
        let data: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<Hash> = data.iter().map(|bytes| sha256(&[&[0], bytes])).collect();
        let expected = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (count, expected) in expected.into_iter().enumerate() {
            let digits: String = root(&leaves[..count]).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digits, expected, "{count} leaves");
        }
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_at_its_place_and_at_no_other() {
        for count in 1..=40u32 {
            let (leaves, root) = (leaves(count), root(&leaves(count)));
            for index in 0..count {
                let path = path(&leaves, index as usize);
                assert!(path.len() <= MAX_DEPTH);
                assert_eq!(root_of_path(leaves[index as usize], index, count, &path), Some(root));
                for other in (0..count + 2).filter(|other| *other != index) {
                    assert_ne!(root_of_path(leaves[index as usize], other, count, &path), Some(root), "{index} at {other} of {count}");
                }
                let longer = [path.as_slice(), &[[7; 32]]].concat();
                assert_eq!(root_of_path(leaves[index as usize], index, count, &longer), None);
                if let Some((_, shorter)) = path.split_last() {
                    assert_ne!(root_of_path(leaves[index as usize], index, count, shorter), Some(root));
                }
            }
        }
    }

    #[test]
    fn the_deepest_tree_has_the_longest_path() {
        let last = MAX_STATEMENTS - 1;
        assert!(root_of_path([1; 32], last, MAX_STATEMENTS, &[[2; 32]; MAX_DEPTH]).is_some());
        assert_eq!(root_of_path([1; 32], last, MAX_STATEMENTS, &[[2; 32]; MAX_DEPTH + 1]), None);
        assert_eq!(root_of_path([1; 32], 0, 0, &[]), None);
    }
}
