//! Does what is stored hang together? A quick look at open, a thorough one on request.

use std::collections::BTreeMap;

use crate::record::Tip;
use crate::tree::{TreeId, TreeView};
use crate::{Area, Backend, Store, StoreError, Substore};

/// Rows of an area read at a time: bounds memory, not the check.
const ROWS_PER_PAGE: usize = 1_000;

/// What [`Store::verify`] has read and found sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The version whose trees were rehashed.
    pub version: u64,
    /// Keys in all substores.
    pub keys: u64,
    /// Rows in all columns.
    pub column_rows: u64,
}

impl Store {
    /// Rehashes every tree of the newest version from its values up to the application hash, then reads every row there is, which makes the
    /// backend check its own checksums. Takes time in proportion to the state; for `status` on request and after a repair.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] naming the first thing that does not fit; [`StoreError::NoVersion`] if the version was pruned meanwhile.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        let Some(tip) = self.tip().clone() else { return Ok(Verified::default()) };
        let keys = self.if_kept(tip.version, check_trees(self.backend(), &tip))?;
        let mut column_rows = 0;
        for area in Area::all() {
            let rows = read_through(self.backend(), area)?;
            if matches!(area, Area::Column(_)) {
                column_rows += rows;
            }
        }
        Ok(Verified { version: tip.version, keys, column_rows })
    }
}

/// The top tree as a whole, and that every substore has the root its leaf says.
pub(crate) fn check_tip(backend: &dyn Backend, tip: &Tip) -> Result<(), StoreError> {
    for (substore, leaf) in top_leaves(backend, tip)? {
        let root = TreeView::new(backend, TreeId::of(substore)).root(tip.record.tree(substore))?;
        if root.map(|r| r.to_vec()) != Some(leaf) {
            return Err(wrong_root(substore, tip.version));
        }
    }
    Ok(())
}

fn check_trees(backend: &dyn Backend, tip: &Tip) -> Result<u64, StoreError> {
    let mut keys = 0;
    for (substore, leaf) in top_leaves(backend, tip)? {
        let tree = TreeView::new(backend, TreeId::of(substore));
        let root = tree.rehash(tip.record.tree(substore), &mut |_, _| keys += 1)?;
        if root.to_vec() != leaf {
            return Err(wrong_root(substore, tip.version));
        }
    }
    Ok(keys)
}

/// The leaves of the top tree, after rehashing it to the recorded root.
fn top_leaves(backend: &dyn Backend, tip: &Tip) -> Result<BTreeMap<Substore, Vec<u8>>, StoreError> {
    let mut leaves = BTreeMap::new();
    let mut strangers = Vec::new();
    let root = TreeView::new(backend, TreeId::TOP).rehash(tip.record.top, &mut |name, value| {
        match std::str::from_utf8(name).ok().and_then(Substore::from_name) {
            Some(substore) => drop(leaves.insert(substore, value.to_vec())),
            None => strangers.push(name.to_vec()),
        }
    })?;
    if root != tip.record.root {
        return Err(StoreError::corrupt(format!("the top tree of version {} does not have the recorded root", tip.version)));
    }
    if leaves.len() != Substore::ALL.len() || !strangers.is_empty() {
        return Err(StoreError::corrupt(format!("the top tree of version {} does not have exactly the ten leaves", tip.version)));
    }
    Ok(leaves)
}

fn wrong_root(substore: Substore, version: u64) -> StoreError {
    StoreError::corrupt(format!("substore `{}` of version {version} does not have the recorded root", substore.name()))
}

fn read_through(backend: &dyn Backend, area: Area) -> Result<u64, StoreError> {
    let (mut rows, mut from) = (0, Vec::new());
    loop {
        let page = backend.page(area, &from, ROWS_PER_PAGE)?;
        rows += page.len() as u64;
        match page.into_iter().last() {
            // The smallest key after `last` is `last` and a zero byte.
            Some((last, _)) => from = [last.as_slice(), &[0]].concat(),
            None => return Ok(rows),
        }
    }
}
