//! What the mempool refuses, and that it refuses before any work.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use govhub_node::config::MempoolConfig;
use govhub_node::genesis::Genesis;
use govhub_node::ledger::Ledger;
use govhub_node::mempool::{Mempool, MempoolError};
use govhub_store::mem::MemBackend;
use govhub_store::Store;
use tendermint_rpc::Client;

use crate::world::{make_home, start, Notebook, QUOTA};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_sender_costs_no_check() {
    let world = start(50).await;
    for n in 0..20 {
        let answer = world.http.broadcast_tx_sync(format!("x9:a={n}").into_bytes()).await.expect("answered");
        assert!(answer.code.is_err());
    }
    assert_eq!(world.app.checked.load(Ordering::SeqCst), 0);
    assert!(world.http.broadcast_tx_sync(b"s9:a=1".to_vec()).await.expect("answered").code.is_ok());
    assert!(world.app.checked.load(Ordering::SeqCst) > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_seen_before_is_refused_even_after_its_block() {
    let world = start(50).await;
    world.post("s0:a=1").await;
    let again = world.http.broadcast_tx_sync(b"s0:a=1".to_vec()).await.expect_err("seen");
    assert!(format!("{again:?}").contains("tx already exists in cache"), "{again:?}");
    let restarted = world.restart(50).await;
    assert!(restarted.http.broadcast_tx_sync(b"s0:b=1".to_vec()).await.expect("another").code.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_transaction_may_come_again() {
    let world = start(50).await;
    for _ in 0..2 {
        let answer = world.http.broadcast_tx_sync(b"s0:a=no".to_vec()).await.expect("checked, not called seen");
        assert_eq!(answer.code.value(), 7);
    }
}

/// A mempool without consensus: nothing leaves it but by the test's will.
fn pool(txs_max: usize) -> (Mempool, Arc<Notebook>) {
    let directory = tempfile::tempdir().expect("a directory");
    let genesis = Genesis::read(&make_home(directory.path()).genesis()).expect("genesis");
    let app = Arc::new(Notebook::default());
    let store = Store::open(Arc::new(MemBackend::default())).expect("opened");
    let ledger = Arc::new(Ledger::open(store, app.clone(), genesis).expect("opened"));
    (Mempool::new(MempoolConfig { txs_max, ..MempoolConfig::default() }, ledger), app)
}

#[test]
fn a_sender_over_quota_and_a_full_pool_are_refused_before_any_check_and_a_block_makes_room() {
    let (pool, app) = pool(QUOTA as usize + 1);
    let add = |tx: &str| pool.add(tx.as_bytes().to_vec()).map(|result| result.code);
    for n in 0..QUOTA {
        assert_eq!(add(&format!("s0:k{n}=1")), Ok(0));
    }
    let checked = app.checked.load(Ordering::SeqCst);
    assert_eq!(add("s0:more=1"), Err(MempoolError::OverQuota { sender: "s0".into(), messages_max: QUOTA, updates_max: 1 }));
    assert_eq!(app.checked.load(Ordering::SeqCst), checked, "refused without work");
    assert_eq!(add("s1:a=1"), Ok(0), "others are not its concern");
    let checked = app.checked.load(Ordering::SeqCst);
    assert!(matches!(add("s2:a=1"), Err(MempoolError::Full { .. })));
    assert_eq!(app.checked.load(Ordering::SeqCst), checked, "refused without work");
    pool.decided(&[b"s0:k0=1".to_vec()]);
    assert_eq!(add("s0:more=1"), Ok(0), "its share is free again");
    assert_eq!(pool.candidates(usize::MAX).first().map(Vec::as_slice), Some(b"s0:k1=1".as_slice()), "first come, first served");
    assert_eq!(pool.candidates(7).len(), 1, "no more than fits");
}

#[test]
fn hashes_remembered_are_bounded() {
    let directory = tempfile::tempdir().expect("a directory");
    let genesis = Genesis::read(&make_home(directory.path()).genesis()).expect("genesis");
    let store = Store::open(Arc::new(MemBackend::default())).expect("opened");
    let ledger = Arc::new(Ledger::open(store, Arc::new(Notebook::default()), genesis).expect("opened"));
    let pool = Mempool::new(MempoolConfig { seen_max: 2, ..MempoolConfig::default() }, ledger);
    pool.decided(&["s0:a=1", "s1:a=1", "s2:a=1"].map(|tx| tx.as_bytes().to_vec()));
    assert_eq!(pool.add(b"s2:a=1".to_vec()), Err(MempoolError::Seen));
    assert!(pool.add(b"s0:a=1".to_vec()).is_ok(), "the oldest is forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_may_not_stand_in_a_block_is_dropped_and_the_rest_go_on() {
    let world = start(50).await;
    let bad = world.http.broadcast_tx_sync(b"s0:a=bad".to_vec()).await.expect("checked");
    assert!(bad.code.is_ok());
    world.post("s1:b=1").await;
    assert!(world.http.tx(bad.hash, false).await.is_err());
    let (_, waiting) = crate::world::get(&world, "/num_unconfirmed_txs").await;
    assert_eq!(waiting["result"]["n_txs"], "0");
}
