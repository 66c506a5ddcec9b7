//! CometBFT's JSON-RPC over a test chain, on a port of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use govrelay_cometbft::{Chain, ChainConfig};
use prost::Message;
use serde_json::{json, Value};

use crate::chain::TestChain;

type Bend = Box<dyn Fn(&str, &mut Value) + Send>;

/// What a node serves, and how it misbehaves.
pub struct Served {
    pub chain: TestChain,
    /// Answers of queries, by path and request bytes.
    pub answers: BTreeMap<(String, Vec<u8>), Vec<u8>>,
    /// Changes an answer before it is sent.
    pub bend: Option<Bend>,
    pub hang: bool,
    /// Code of `broadcast_tx_sync`.
    pub check_code: u32,
    /// Height and code of the transaction once asked for; none: not in a block.
    pub landed: Option<(u64, u32)>,
    /// Answer of `block_results` and `block`, verbatim.
    pub results: Option<Value>,
    pub block: Option<Value>,
}

pub type Shared = Arc<Mutex<Served>>;

/// Serves `chain`; gives the URL.
pub async fn serve(chain: TestChain) -> (String, Shared) {
    let served =
        Served { chain, answers: BTreeMap::new(), bend: None, hang: false, check_code: 0, landed: None, results: None, block: None };
    let shared: Shared = Arc::new(Mutex::new(served));
    let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&shared));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, shared)
}

/// A connector to these URLs.
pub fn connect(id: &str, urls: &[&str]) -> Chain {
    let config = ChainConfig {
        chain_id: id.into(),
        endpoints: urls.iter().map(|u| (*u).to_owned()).collect(),
        key: "unused".into(),
        timeout_ms: 700,
        poll_ms: 20,
        inclusion_ms: 300,
        gas_limit: 1_000_000,
    };
    Chain::new("chain".parse().expect("a name"), config).expect("a configuration")
}

async fn answer(State(shared): State<Shared>, Json(request): Json<Value>) -> Json<Value> {
    let hang = shared.lock().expect("no test panics while it holds the lock").hang;
    if hang {
        tokio::time::sleep(std::time::Duration::from_secs(3_600)).await;
    }
    let served = shared.lock().expect("no test panics while it holds the lock");
    let method = request["method"].as_str().unwrap_or("").to_owned();
    let mut reply = match result(&served, &method, &request["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }),
        Err(why) => json!({ "jsonrpc": "2.0", "id": request["id"], "error": { "code": -32603, "message": "Internal error", "data": why } }),
    };
    if let Some(bend) = &served.bend {
        bend(&method, &mut reply);
    }
    Json(reply)
}

fn height(params: &Value) -> u64 {
    params["height"].as_str().and_then(|h| h.parse().ok()).unwrap_or(0)
}

fn result(served: &Served, method: &str, params: &Value) -> Result<Value, String> {
    let chain = &served.chain;
    let at = |height: u64| chain.blocks.get((height as usize).wrapping_sub(1)).ok_or_else(|| format!("height {height} is not available"));
    match method {
        "status" => Ok(status(chain)),
        "commit" => Ok(json!({ "signed_header": at(height(params))?.signed, "canonical": true })),
        "validators" => Ok(json!({ "block_height": height(params).to_string(), "validators": chain.validators(), "total": "1", "count": "1" })),
        "block_results" => served.results.clone().ok_or_else(|| "pruned".into()),
        "block" => served.block.clone().ok_or_else(|| "pruned".into()),
        "abci_query" => query(served, params),
        "broadcast_tx_sync" => Ok(json!({ "code": served.check_code, "codespace": "govhub", "data": "", "log": "words", "hash": "00".repeat(32) })),
        "tx" => {
            let (height, code) = served.landed.ok_or("tx not found")?;
            let result =
                json!({ "code": code, "data": null, "log": "words", "info": "", "gas_wanted": "1", "gas_used": "1", "events": [], "codespace": "govhub" });
            Ok(json!({ "hash": "00".repeat(32), "height": height.to_string(), "index": 0, "tx": "", "tx_result": result }))
        }
        other => Err(format!("no method {other}")),
    }
}

fn status(chain: &TestChain) -> Value {
    let last = &chain.blocks.last().expect("a block").signed.header;
    json!({
        "node_info": {
            "protocol_version": { "p2p": "8", "block": "11", "app": "1" }, "id": "00".repeat(20), "listen_addr": "tcp://127.0.0.1:26656",
            "network": chain.id, "version": "0.38.21", "channels": "40", "moniker": "test",
            "other": { "tx_index": "on", "rpc_address": "tcp://127.0.0.1:26657" },
        },
        "sync_info": {
            "earliest_block_hash": last.hash().to_string(), "earliest_app_hash": "00", "earliest_block_height": "1", "earliest_block_time": last.time,
            "latest_block_hash": last.hash().to_string(), "latest_app_hash": last.app_hash.to_string(), "latest_block_height": last.height.to_string(),
            "latest_block_time": last.time, "catching_up": false,
        },
        "validator_info": chain.validators()[0],
    })
}

fn query(served: &Served, params: &Value) -> Result<Value, String> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let path = params["path"].as_str().unwrap_or("").to_owned();
    let data = hex::decode(params["data"].as_str().unwrap_or("")).map_err(|e| e.to_string())?;
    let version = height(params);
    let (code, value, ops, height) = if path == "store/ibc/key" {
        let (value, proofs) = served.chain.prove(&data, version);
        let ops: Vec<Value> = proofs.iter().map(|p| json!({ "type": "ics23:jmt", "key": "", "data": base64.encode(p.encode_to_vec()) })).collect();
        (0, value, json!({ "ops": ops }), version)
    } else {
        let value = served.answers.get(&(path, data)).cloned();
        (if value.is_some() { 0 } else { 22 }, value.unwrap_or_default(), Value::Null, served.chain.height())
    };
    Ok(json!({ "response": {
        "code": code, "log": "", "info": "", "index": "0", "key": "", "value": base64.encode(value), "proofOps": ops,
        "height": height.to_string(), "codespace": "",
    } }))
}
