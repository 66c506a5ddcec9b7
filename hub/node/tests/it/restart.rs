//! Stopping and starting again.

use tendermint_light_client_verifier::Verdict;
use tendermint_rpc::Client;

use crate::light_client::{fetch, verdict};
use crate::world::{config, make_home, start, Notebook};
use govhub_node::node::Node;
use govhub_store::mem::MemBackend;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_node_goes_on_with_the_same_chain() {
    let world = start(30).await;
    let height = world.post("s0:a=1").await;
    world.reach(height + 2).await;
    let before = fetch(&world.http, height).await;
    let world = world.restart(30).await;
    let stopped = world.http.status().await.expect("status").sync_info.latest_block_height.value();
    assert!(stopped >= height + 2);
    world.reach(stopped + 2).await;
    let after = fetch(&world.http, stopped + 1).await;
    assert_eq!(verdict(&before, &after), Verdict::Success);
    let answer = world.http.abci_query(Some("/notebook/get".into()), "a", None, false).await.expect("answer");
    assert_eq!(answer.value, b"1");
    let height = world.post("s0:b=2").await;
    assert!(height > stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_with_another_genesis_than_its_data_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = make_home(directory.path());
    let backend = Arc::new(MemBackend::default());
    let node = Node::start(&home, config(50), Arc::new(Notebook::default()), backend.clone()).await.expect("started");
    node.stop().await.expect("stopped");
    let text = std::fs::read_to_string(home.genesis()).expect("genesis").replace("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    std::fs::write(home.genesis(), text).expect("written");
    let refused = Node::start(&home, config(50), Arc::new(Notebook::default()), backend).await.err().expect("refused");
    assert!(refused.to_string().contains("is not the one that this home's data began with"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsealed_key_is_refused_by_a_network_that_is_not_dev() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = make_home(directory.path());
    let text = std::fs::read_to_string(home.genesis()).expect("genesis").replace("\"dev\"", "\"prod\"");
    std::fs::write(home.genesis(), text).expect("written");
    let refused = Node::start(&home, config(50), Arc::new(Notebook::default()), Arc::new(MemBackend::default())).await.err().expect("refused");
    assert!(refused.to_string().contains("unsealed secret"), "{refused}");
}

/// A release that knows other rules than those the state was made by.
struct Newer;

impl govhub_node::application::Application for Newer {
    fn versions(&self) -> std::ops::RangeInclusive<u64> {
        2..=3
    }
    fn genesis(&self, _: &[u8]) -> Result<govhub_store::Writes, String> {
        unreachable!("the state is there")
    }
    fn screen(&self, _: &dyn govhub_store::Reader, _: &[u8]) -> Result<govhub_node::application::SenderQuota, govhub_types::Rejection> {
        unreachable!("it does not start")
    }
    fn check_tx(&self, _: &dyn govhub_store::Reader, _: &govhub_types::BlockContext, _: &[u8]) -> govhub_types::TxResult {
        unreachable!("it does not start")
    }
    fn propose(&self, _: &dyn govhub_store::Reader, _: &govhub_types::BlockContext, _: &[Vec<u8>], _: usize) -> Vec<Vec<u8>> {
        unreachable!("it does not start")
    }
    fn apply(
        &self, _: &dyn govhub_store::Reader, _: &govhub_types::BlockContext, _: &[Vec<u8>],
    ) -> Result<govhub_node::application::BlockOutcome, govhub_node::application::ApplyError> {
        unreachable!("it does not start")
    }
    fn has_due(&self, _: &dyn govhub_store::Reader, _: govhub_types::Time) -> bool {
        unreachable!("it does not start")
    }
    fn query(&self, _: &dyn govhub_store::Reader, _: &govhub_types::BlockContext, _: &str, _: &[u8]) -> govhub_node::application::QueryAnswer {
        unreachable!("it does not start")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_does_not_know_the_states_rules_refuses_to_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = make_home(directory.path());
    let backend = Arc::new(MemBackend::default());
    let node = Node::start(&home, config(50), Arc::new(Notebook::default()), backend.clone()).await.expect("started");
    node.stop().await.expect("stopped");
    let refused = Node::start(&home, config(50), Arc::new(Newer), backend).await.err().expect("refused");
    assert!(refused.to_string().contains("made by app version 1, this binary knows 2 to 3"), "{refused}");
}
