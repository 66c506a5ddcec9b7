//! When blocks are made: at once after a change, at once for work, else rarely; and an idle block changes nothing.

use std::time::{Duration, Instant};

use tendermint_rpc::Client;

use crate::world::start;

/// Longer than any test here waits: an idle block cannot be what it sees.
const NEVER_MS: u64 = 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_changed_the_state_is_followed_at_once_by_its_proof_block_and_then_nothing() {
    let world = start(NEVER_MS).await;
    world.reach(1).await;
    let height = world.post("s0:a=1").await;
    world.reach(height + 1).await;
    let proof = world.http.header(height as u32 + 1).await.expect("header").header;
    let changed = world.http.header(height as u32).await.expect("header").header;
    assert_ne!(proof.app_hash, changed.app_hash);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.http.status().await.expect("status").sync_info.latest_block_height.value(), height + 1, "nothing to do, no block");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_blocks_come_at_their_pace_and_leave_the_app_hash_alone() {
    let world = start(300).await;
    world.reach(2).await;
    let begun = Instant::now();
    world.reach(5).await;
    assert!(begun.elapsed() >= Duration::from_millis(600), "three blocks took {:?}", begun.elapsed());
    let hashes: Vec<_> = [2u32, 3, 4, 5].map(|h| world.http.header(h)).into_iter().collect();
    let mut app_hashes = Vec::new();
    for header in hashes {
        app_hashes.push(header.await.expect("header").header.app_hash);
    }
    assert!(app_hashes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_due_item_makes_a_block_when_it_is_due_and_not_before() {
    let world = start(NEVER_MS).await;
    world.reach(1).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let height = world.post(&format!("s0:due@{}=1", now + 2)).await;
    world.reach(height + 1).await;
    let header = world.http.header(height as u32 + 1).await.expect("header").header;
    assert!(header.time.unix_timestamp() as u64 >= now + 2, "made at {}", header.time);
}
