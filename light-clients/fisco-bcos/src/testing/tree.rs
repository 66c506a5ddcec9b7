//! Both trees, built: root and every leaf's path, as nodes answer them.

use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::rlp;
use crate::state::Version;
use crate::suite::{Hash, Suite};

/// Root and paths of a block's transactions or receipts.
pub fn tree(version: Version, suite: Suite, leaves: &[Hash]) -> (Hash, Vec<raw::Path>) {
    match version {
        Version::V2 => tree_v2(suite, leaves),
        Version::V3 => tree_v3(suite, leaves),
    }
}

fn tree_v2(suite: Suite, leaves: &[Hash]) -> (Hash, Vec<raw::Path>) {
    let mut nodes: Vec<Vec<u8>> = leaves.iter().enumerate().map(|(i, leaf)| [rlp::encode_number(i as u64), leaf.to_vec()].concat()).collect();
    let mut paths = vec![raw::Path::default(); leaves.len()];
    let mut span = 1;
    if nodes.is_empty() {
        return (suite.hash(&[]), paths);
    }
    while nodes.len() > 1 {
        for (leaf, path) in paths.iter_mut().enumerate() {
            let place = leaf / span;
            let group = place / 16 * 16;
            let (left, right) = (nodes[group..place].to_vec(), nodes[place + 1..nodes.len().min(group + 16)].to_vec());
            path.levels.push(raw::Level { left, right, group: Vec::new() });
        }
        nodes = nodes.chunks(16).map(|group| suite.hash(&[&group.concat()]).to_vec()).collect();
        span *= 16;
    }
    paths.iter_mut().for_each(|path| path.levels.push(raw::Level::default()));
    (suite.hash(&[&nodes[0]]), paths)
}

fn tree_v3(suite: Suite, leaves: &[Hash]) -> (Hash, Vec<raw::Path>) {
    let mut nodes = leaves.to_vec();
    let mut paths = vec![raw::Path::default(); leaves.len()];
    let mut span = 1;
    if nodes.is_empty() {
        return ([0; 32], paths);
    }
    while nodes.len() > 1 {
        for (leaf, path) in paths.iter_mut().enumerate() {
            let first = leaf / span / 2 * 2;
            let group = nodes[first..nodes.len().min(first + 2)].iter().map(|node| node.to_vec()).collect();
            path.levels.push(raw::Level { group, ..Default::default() });
        }
        nodes = nodes.chunks(2).map(|pair| suite.hash(&pair.iter().map(|node| node.as_slice()).collect::<Vec<_>>())).collect();
        span *= 2;
    }
    (nodes[0], paths)
}
