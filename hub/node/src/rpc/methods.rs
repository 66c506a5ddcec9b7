//! The list of methods: one line each.

use std::sync::Arc;

use serde_json::Value;

use super::error::RpcError;
use super::params::Params;
use super::{abci, chain, txs, Rpc};

/// Names of arguments by position, or `None` for a method that does not exist (subscriptions live on the websocket only).
pub fn argument_names(method: &str) -> Option<&'static [&'static str]> {
    Some(match method {
        "health" | "status" | "genesis" | "abci_info" | "net_info" | "num_unconfirmed_txs" => &[],
        "block" | "block_results" | "commit" | "header" | "consensus_params" => &["height"],
        "block_by_hash" | "header_by_hash" => &["hash"],
        "blockchain" => &["minHeight", "maxHeight"],
        "validators" => &["height", "page", "per_page"],
        "abci_query" => &["path", "data", "height", "prove"],
        "tx" => &["hash", "prove"],
        "broadcast_tx_sync" | "broadcast_tx_async" | "broadcast_tx_commit" | "check_tx" => &["tx"],
        _ => return None,
    })
}

/// Calls `method`. Reads and executions run apart from the tasks that wait.
pub async fn call(rpc: &Arc<Rpc>, method: &str, params: Params) -> Result<Value, RpcError> {
    if method == "broadcast_tx_commit" {
        return txs::broadcast_commit(rpc, &params).await;
    }
    let (rpc, method) = (rpc.clone(), method.to_owned());
    let answer = tokio::task::spawn_blocking(move || answer(&rpc, &method, &params)).await;
    answer.map_err(|e| RpcError::internal(format!("the method failed: {e}")))?
}

fn answer(rpc: &Arc<Rpc>, method: &str, params: &Params) -> Result<Value, RpcError> {
    match method {
        "health" => Ok(Value::Object(Default::default())),
        "status" => chain::status(rpc),
        "net_info" => chain::net_info(rpc),
        "genesis" => chain::genesis(rpc),
        "block" => chain::block(rpc, params),
        "block_by_hash" => chain::block_by_hash(rpc, params),
        "header" => chain::header(rpc, params),
        "header_by_hash" => chain::header_by_hash(rpc, params),
        "block_results" => chain::block_results(rpc, params),
        "blockchain" => chain::blockchain(rpc, params),
        "commit" => chain::commit(rpc, params),
        "validators" => chain::validators(rpc, params),
        "consensus_params" => chain::consensus_params(rpc, params),
        "abci_info" => abci::info(rpc),
        "abci_query" => abci::query(rpc, params),
        "tx" => txs::tx(rpc, params),
        "check_tx" => txs::check(rpc, params),
        "broadcast_tx_sync" => txs::broadcast_sync(rpc, params),
        "broadcast_tx_async" => txs::broadcast_async(rpc, params),
        "num_unconfirmed_txs" => txs::waiting(rpc),
        _ => Err(RpcError::method_not_found(method)),
    }
}
