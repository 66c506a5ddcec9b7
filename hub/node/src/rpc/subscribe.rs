//! Websocket clients: calls as over HTTP, and subscriptions to `NewBlock` and `Tx`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use govhub_consensus::header;
use serde_json::{json, Value};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::OwnedSemaphorePermit;

use super::error::{success, RpcError};
use super::params::Params;
use super::query_language::{EventMap, Query};
use super::{json, server, Rpc};
use crate::ledger::Decided;

type Subscriptions = BTreeMap<String, (Value, Query)>;

/// Serves one client until it leaves.
pub async fn client(rpc: Arc<Rpc>, mut socket: WebSocket, _permit: OwnedSemaphorePermit) {
    let mut blocks = rpc.ledger.subscribe();
    let mut subscriptions = Subscriptions::new();
    loop {
        let replies = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => vec![handle(&rpc, &mut subscriptions, text.as_bytes()).await],
                Some(Ok(Message::Binary(bytes))) => vec![handle(&rpc, &mut subscriptions, &bytes).await],
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Vec::new(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            decided = blocks.recv() => match decided {
                Ok(decided) if subscriptions.is_empty() => { drop(decided); Vec::new() }
                Ok(decided) => notifications(&subscriptions, &decided),
                // A client that lost blocks must know: it is told and let go, as CometBFT does.
                Err(RecvError::Lagged(lost)) => {
                    let why = RpcError::internal(format!("subscription was cancelled: client is not pulling messages fast enough, {lost} blocks lost"));
                    let _ = socket.send(Message::text(why.response(&Value::Null).to_string())).await;
                    return;
                }
                Err(RecvError::Closed) => return,
            },
        };
        for reply in replies {
            if socket.send(Message::text(reply.to_string())).await.is_err() {
                return;
            }
        }
    }
}

async fn handle(rpc: &Arc<Rpc>, subscriptions: &mut Subscriptions, body: &[u8]) -> Value {
    let request: Value = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(e) => return RpcError::parse(e).response(&Value::Null),
    };
    let id = request["id"].clone();
    let changed = match request["method"].as_str() {
        Some("subscribe") => subscribe(rpc, subscriptions, &request),
        Some("unsubscribe") => unsubscribe(subscriptions, &request),
        Some("unsubscribe_all") => {
            subscriptions.clear();
            Ok(())
        }
        _ => return server::handle_one(rpc, request).await,
    };
    match changed {
        Ok(()) => success(&id, json!({})),
        Err(error) => error.response(&id),
    }
}

fn query_of(request: &Value) -> Result<String, RpcError> {
    let params = Params::from_json(request.get("params").cloned(), &["query"])?;
    params.text("query")?.ok_or_else(|| RpcError::invalid_params("`query` is missing"))
}

fn subscribe(rpc: &Rpc, subscriptions: &mut Subscriptions, request: &Value) -> Result<(), RpcError> {
    let text = query_of(request)?;
    let query = Query::parse(&text).map_err(RpcError::invalid_params)?;
    if subscriptions.contains_key(&text) {
        return Err(RpcError::internal("already subscribed"));
    }
    if subscriptions.len() >= rpc.config.subscriptions_max {
        return Err(RpcError::internal(format!("max_subscriptions_per_client {} reached", rpc.config.subscriptions_max)));
    }
    subscriptions.insert(text, (request["id"].clone(), query));
    Ok(())
}

fn unsubscribe(subscriptions: &mut Subscriptions, request: &Value) -> Result<(), RpcError> {
    let text = query_of(request)?;
    subscriptions.remove(&text).map(|_| ()).ok_or_else(|| RpcError::internal("subscription not found"))
}

/// What each subscription is told of a block: the block first, then its transactions in order.
fn notifications(subscriptions: &Subscriptions, decided: &Decided) -> Vec<Value> {
    let mut happenings = vec![new_block(decided)];
    happenings.extend((0..decided.block.txs.len()).filter_map(|index| tx(decided, index)));
    let mut replies = Vec::new();
    for (events, data) in &happenings {
        for (text, (id, query)) in subscriptions {
            if query.matches(events) {
                replies.push(success(id, json!({"query": text, "data": data, "events": events})));
            }
        }
    }
    replies
}

fn add(map: &mut EventMap, events: &[tendermint_proto::v0_38::abci::Event]) {
    for event in events {
        for attribute in &event.attributes {
            map.entry(format!("{}.{}", event.r#type, attribute.key)).or_default().push(attribute.value.clone());
        }
    }
}

fn new_block(decided: &Decided) -> (EventMap, Value) {
    let mut events = EventMap::from([("tm.event".to_owned(), vec!["NewBlock".to_owned()])]);
    add(&mut events, &decided.results.events);
    let results = &decided.results;
    let data = json!({"type": "tendermint/event/NewBlock", "value": {
        "block": json::block(&decided.block),
        "block_id": json::block_id(&decided.id),
        "result_finalize_block": {
            "events": json::events(&results.events),
            "tx_results": results.tx_results.iter().map(json::tx_result).collect::<Vec<_>>(),
            "validator_updates": results.validator_updates.iter().map(json::validator_update).collect::<Vec<_>>(),
            "consensus_param_updates": null,
            "app_hash": json::base64(&results.app_hash),
        },
    }});
    (events, data)
}

fn tx(decided: &Decided, index: usize) -> Option<(EventMap, Value)> {
    let (tx, result) = decided.block.txs.get(index).zip(decided.results.tx_results.get(index))?;
    let height = decided.block.header.height.value().to_string();
    let hash = header::tx_hashes(std::slice::from_ref(tx));
    let mut events = EventMap::from([
        ("tm.event".to_owned(), vec!["Tx".to_owned()]),
        ("tx.height".to_owned(), vec![height.clone()]),
        ("tx.hash".to_owned(), hash.iter().map(json::hex).collect()),
    ]);
    add(&mut events, &result.events);
    let value = json!({"TxResult": {"height": height, "index": index, "tx": json::base64(tx), "result": json::tx_result(result)}});
    Some((events, json!({"type": "tendermint/event/Tx", "value": value})))
}
