//! The store in memory: the common suite, and properties of roots.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use govhub_store::testing::{arb_writes, commit, suite, with_genesis};
use govhub_store::{mem::MemBackend, Backend, Reader, Substore, Writes};
use proptest::prelude::*;

#[test]
fn the_memory_backend_passes_the_suite() {
    let homes: RefCell<BTreeMap<String, Arc<MemBackend>>> = RefCell::default();
    suite(&|name| homes.borrow_mut().entry(name.to_owned()).or_default().clone() as Arc<dyn Backend>);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn reads_equal_a_plain_map_after_any_blocks(blocks in proptest::collection::vec(arb_writes(), 1..12)) {
        let store = with_genesis(Arc::new(MemBackend::default()));
        let mut model: BTreeMap<(Substore, Vec<u8>), Vec<u8>> = BTreeMap::new();
        for block in blocks {
            for (substore, changes) in &block.substores {
                for (key, value) in changes {
                    match value {
                        Some(value) => model.insert((*substore, key.clone()), value.clone()),
                        None => model.remove(&(*substore, key.clone())),
                    };
                }
            }
            commit(&store, block);
        }
        let (version, _) = store.latest().expect("committed");
        let reader = store.reader(version).expect("newest");
        for substore in Substore::ALL {
            for key in 1u8..40 {
                prop_assert_eq!(reader.get(substore, &[key]).expect("readable"), model.get(&(substore, vec![key])).cloned());
            }
        }
    }

    #[test]
    fn the_root_depends_on_content_not_on_history(blocks in proptest::collection::vec(arb_writes(), 1..6)) {
        // One store gets the blocks one by one, the other gets only what is left of them, in one block.
        let (slow, quick) = (with_genesis(Arc::new(MemBackend::default())), with_genesis(Arc::new(MemBackend::default())));
        let mut all = Writes::default();
        for block in blocks {
            all.extend(block.clone());
            commit(&slow, block);
        }
        for changes in all.substores.values_mut() {
            changes.retain(|_, value| value.is_some());
        }
        commit(&quick, all);
        prop_assert_eq!(slow.latest().map(|t| t.1), quick.latest().map(|t| t.1));
    }
}
