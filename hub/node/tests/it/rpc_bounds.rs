//! What RPC refuses, and with which of CometBFT's errors.

use crate::world::{get, post, start, start_over, config, make_home};
use govhub_store::mem::MemBackend;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_calls_get_the_json_rpc_error_that_names_the_fault() {
    let world = start(50).await;
    world.reach(1).await;
    for (body, code) in [
        ("{", -32700),
        (r#"{"id":1,"method":"status"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
        ("[]", -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"x"}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"block","params":["1","2"]}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"1000000"}}"#, -32603),
        (r#"{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"0"}}"#, -32603),
        (r#"{"jsonrpc":"2.0","id":1,"method":"validators","params":{"page":"2"}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"broadcast_tx_sync","params":{"tx":"*"}}"#, -32602),
    ] {
        let (status, answer) = post(&world, body).await;
        assert_eq!((status, answer["error"]["code"].as_i64()), (200, Some(code)), "{body}: {answer}");
    }
    let (_, twin) = post(&world, r#"{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"1"}}"#).await;
    assert_eq!(twin["result"]["block"]["header"]["height"], "1");
    assert_eq!(get(&world, "/nothing").await.0, 404);
    assert_eq!(get(&world, "/block?height=1000000").await.0, 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_batches_and_transactions_over_their_bounds_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = config(50);
    settings.rpc.body_bytes_max = 4_000;
    settings.mempool.tx_bytes_max = 100;
    let world = start_over(make_home(directory.path()), Arc::new(MemBackend::default()), settings).await;
    assert_eq!(post(&world, &" ".repeat(4_001)).await.0, 413);
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"health"}"#;
    let batch = |n: usize| format!("[{}]", vec![call; n].join(","));
    assert_eq!(post(&world, &batch(33)).await.1["error"]["code"], -32600);
    assert_eq!(post(&world, &batch(32)).await.1.as_array().map(Vec::len), Some(32));
    let long = format!("s0:a={}", "x".repeat(100));
    let (_, answer) = get(&world, &format!("/broadcast_tx_sync?tx=%22{long}%22")).await;
    assert!(answer["error"]["data"].as_str().is_some_and(|why| why.contains("tx too large")), "{answer}");
}
