//! Endpoints that are dead, hang, lag, belong to another chain or contradict each other.

use std::time::Instant;

use crate::chain::TestChain;
use crate::node::{connect, serve};

fn chain(blocks: u64) -> TestChain {
    let mut chain = TestChain::new("source-1", 1);
    (0..blocks).for_each(|_| {
        chain.make_block();
    });
    chain
}

#[tokio::test]
async fn a_dead_endpoint_is_left_for_one_that_answers() {
    let (url, _) = serve(chain(3)).await;
    let connector = connect("source-1", &["http://127.0.0.1:9", &url]);
    assert_eq!(connector.header_hash(2).await.map(|h| h.len()), Ok(64));
    assert_eq!(connector.endpoint(), url);
}

#[tokio::test]
async fn an_endpoint_that_accepts_and_never_answers_costs_one_timeout() {
    let (hung, node) = serve(chain(3)).await;
    node.lock().expect("free").hang = true;
    let (url, _) = serve(chain(3)).await;
    let connector = connect("source-1", &[&hung, &url]);
    let start = Instant::now();
    assert_eq!(connector.look().await.expect("one answers").head.height, 3);
    assert!(start.elapsed().as_millis() < 3_000, "{:?}", start.elapsed());
    assert_eq!(connector.endpoint(), url);
}

#[tokio::test]
async fn an_endpoint_that_lags_is_not_used() {
    let (old, _) = serve(chain(3)).await;
    let (url, _) = serve(chain(30)).await;
    let connector = connect("source-1", &[&old, &url]);
    let look = connector.look().await.expect("both answer");
    assert_eq!((look.head.height, connector.endpoint()), (30, url.as_str()));
    assert!(look.faults.iter().any(|f| f.contains("27 blocks behind")), "{:?}", look.faults);
}

#[tokio::test]
async fn an_endpoint_of_another_chain_is_refused_by_name() {
    let (url, _) = serve(chain(3)).await;
    let error = connect("other-1", &[&url]).look().await.expect_err("nobody is of that chain");
    assert!(error.to_string().contains("is a node of `source-1`, not of `other-1`"), "{error}");
}

#[tokio::test]
async fn two_endpoints_with_different_blocks_are_reported_and_two_equal_ones_are_not() {
    let (one, _) = serve(chain(3)).await;
    let (same, _) = serve(chain(3)).await;
    let mut fork = TestChain::new("source-1", 8);
    fork.make_block().make_block().make_block();
    let (other, _) = serve(fork).await;
    assert!(connect("source-1", &[&one, &same]).look().await.expect("answers").faults.is_empty());
    let faults = connect("source-1", &[&one, &other]).look().await.expect("answers").faults;
    assert_eq!(faults, ["endpoints tell different blocks at height 3"]);
}
