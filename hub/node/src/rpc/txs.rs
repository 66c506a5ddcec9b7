//! Methods about transactions.

use std::sync::Arc;
use std::time::Duration;

use govhub_consensus::{header, merkle};
use govhub_types::hash::sha256;
use govhub_types::TxResult;
use serde_json::{json, Value};
use tokio::sync::broadcast::error::RecvError;

use super::error::RpcError;
use super::params::Params;
use super::{json, Rpc};
use crate::abci;

/// How long `broadcast_tx_commit` waits for a block, CometBFT's default.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);

/// `tx`
pub fn tx(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let hash = params.hash("hash")?;
    let (height, index) = rpc.ledger.blocks.place_of(&hash)?.ok_or_else(|| RpcError::internal(format!("tx ({}) not found", json::hex(hash))))?;
    let lost = || RpcError::internal(format!("block {height} is not kept"));
    let (block, _) = rpc.ledger.blocks.block(height)?.ok_or_else(lost)?;
    let results = rpc.ledger.blocks.results(height)?.ok_or_else(lost)?;
    let at = index as usize;
    let (tx, result) = block.txs.get(at).zip(results.tx_results.get(at)).ok_or_else(lost)?;
    let mut answer = json!({
        "hash": json::hex(hash), "height": height.to_string(), "index": index, "tx_result": json::tx_result(result), "tx": json::base64(tx),
    });
    if params.flag("prove")? {
        let proof = merkle::prove(&header::tx_hashes(&block.txs), at).ok_or_else(lost)?;
        answer["proof"] = json!({
            "root_hash": json::hex(header::data_hash(&block.txs)),
            "data": json::base64(tx),
            "proof": {
                "total": proof.total.to_string(), "index": proof.index.to_string(), "leaf_hash": json::base64(proof.leaf_hash),
                "aunts": proof.aunts.iter().map(json::base64).collect::<Vec<_>>(),
            },
        });
    }
    Ok(answer)
}

fn bytes(params: &Params) -> Result<Vec<u8>, RpcError> {
    let tx = params.base64("tx")?;
    if tx.is_empty() {
        return Err(RpcError::invalid_params("`tx` is missing"));
    }
    Ok(tx)
}

fn short(result: &TxResult, hash: &[u8; 32]) -> Value {
    json!({"code": result.code, "data": json::hex(&result.data), "log": result.log, "codespace": result.codespace, "hash": json::hex(hash)})
}

/// `broadcast_tx_sync`
pub fn broadcast_sync(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let tx = bytes(params)?;
    let hash = sha256(&[&tx]);
    let result = rpc.mempool.add(tx)?;
    Ok(short(&result, &hash))
}

/// `broadcast_tx_async`: answered before the transaction is looked at.
pub fn broadcast_async(rpc: &Arc<Rpc>, params: &Params) -> Result<Value, RpcError> {
    let tx = bytes(params)?;
    let hash = sha256(&[&tx]);
    // The permit bounds the work that unanswered broadcasts can pile up.
    let permit = rpc.requests.clone().try_acquire_owned().map_err(|_| RpcError::temporary("the node is busy; try again"))?;
    let mempool = rpc.mempool.clone();
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        if let Err(e) = mempool.add(tx) {
            tracing::debug!("a transaction sent without waiting was not taken: {e}");
        }
    });
    Ok(short(&TxResult::default(), &hash))
}

/// `check_tx`: the state machine's word, without taking the transaction in.
pub fn check(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let tx = bytes(params)?;
    let screened = rpc.ledger.read(|reader, _| rpc.ledger.app.screen(reader, &tx))?;
    let result = match screened {
        Err(rejection) => TxResult::rejected(&rejection),
        Ok(_) => rpc.ledger.read(|reader, tip| rpc.ledger.app.check_tx(reader, &rpc.ledger.check_context(tip), &tx))?,
    };
    Ok(json::tx_result(&abci::tx_result(&result)))
}

/// `num_unconfirmed_txs`
pub fn waiting(rpc: &Rpc) -> Result<Value, RpcError> {
    let (txs, bytes) = rpc.mempool.size();
    Ok(json!({"n_txs": txs.to_string(), "total": txs.to_string(), "total_bytes": bytes.to_string(), "txs": null}))
}

/// `broadcast_tx_commit`
pub async fn broadcast_commit(rpc: &Arc<Rpc>, params: &Params) -> Result<Value, RpcError> {
    let tx = bytes(params)?;
    let hash = sha256(&[&tx]);
    let mut blocks = rpc.ledger.subscribe();
    let mempool = rpc.mempool.clone();
    let added = tokio::task::spawn_blocking(move || mempool.add(tx)).await.map_err(RpcError::internal)?;
    let check = added?;
    let check_json = json::tx_result(&abci::tx_result(&check));
    if !check.is_ok() {
        let nothing = json::tx_result(&abci::tx_result(&TxResult::default()));
        return Ok(json!({"check_tx": check_json, "tx_result": nothing, "hash": json::hex(hash), "height": "0"}));
    }
    let included = async {
        loop {
            match blocks.recv().await {
                Ok(decided) => {
                    let found = header::tx_hashes(&decided.block.txs).iter().position(|h| *h == hash);
                    if let Some(result) = found.and_then(|at| decided.results.tx_results.get(at)) {
                        return Ok((decided.block.header.height.value(), json::tx_result(result)));
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(RpcError::internal("the node is stopping")),
            }
        }
    };
    let timed_out = |_| RpcError::internal("timed out waiting for tx to be included in a block");
    let (height, result) = tokio::time::timeout(COMMIT_TIMEOUT, included).await.map_err(timed_out)??;
    Ok(json!({"check_tx": check_json, "tx_result": result, "hash": json::hex(hash), "height": height.to_string()}))
}
