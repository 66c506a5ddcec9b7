//! HTTP and websocket, bounded.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State, WebSocketUpgrade};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::Router;
use serde_json::{json, Value};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::error::{success, RpcError};
use super::params::Params;
use super::{methods, subscribe, Rpc};

/// Calls of one batch.
const BATCH_MAX: usize = 32;

/// Serves `rpc` on `listener` until `stop` says so.
pub async fn serve(listener: TcpListener, rpc: Arc<Rpc>, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
    let body_bytes_max = rpc.config.body_bytes_max;
    let router = Router::new()
        .route("/", post(json_rpc).get(index))
        .route("/websocket", get(websocket))
        .route("/{method}", get(uri))
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .with_state(rpc);
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            // The sender is gone only when the node is.
            let _ = stop.wait_for(|stop| *stop).await;
        })
        .await
}

fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn busy() -> Response {
    let error = RpcError::temporary("the node works on as many requests as it may; try again").response(&Value::Null);
    (StatusCode::SERVICE_UNAVAILABLE, answer(&error)).into_response()
}

async fn index() -> &'static str {
    "govhub node: JSON-RPC in CometBFT's shape. POST requests here, GET /status, /block?height=1, /abci_query?path=%22...%22, or open /websocket.\n"
}

async fn json_rpc(State(rpc): State<Arc<Rpc>>, body: Bytes) -> Response {
    let Ok(_permit) = rpc.requests.clone().try_acquire_owned() else { return busy() };
    let request: Value = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(e) => return answer(&RpcError::parse(e).response(&Value::Null)),
    };
    match request {
        Value::Array(batch) if batch.is_empty() || batch.len() > BATCH_MAX => {
            answer(&RpcError::invalid_request(format!("a batch has 1 to {BATCH_MAX} calls, found {}", batch.len())).response(&Value::Null))
        }
        Value::Array(batch) => {
            let mut answers = Vec::with_capacity(batch.len());
            for request in batch {
                answers.push(handle_one(&rpc, request).await);
            }
            answer(&answers.into())
        }
        request => answer(&handle_one(&rpc, request).await),
    }
}

/// Answers one JSON-RPC request.
pub async fn handle_one(rpc: &Arc<Rpc>, mut request: Value) -> Value {
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    if !request.is_object() || request["jsonrpc"] != json!("2.0") {
        return RpcError::invalid_request("expected an object with \"jsonrpc\": \"2.0\"").response(&id);
    }
    let Some(method) = request["method"].as_str().map(str::to_owned) else {
        return RpcError::invalid_request("`method` is missing").response(&id);
    };
    let Some(names) = methods::argument_names(&method) else { return RpcError::method_not_found(&method).response(&id) };
    let result = match Params::from_json(request.get_mut("params").map(Value::take), names) {
        Ok(params) => methods::call(rpc, &method, params).await,
        Err(e) => Err(e),
    };
    match result {
        Ok(result) => success(&id, result),
        Err(error) => error.response(&id),
    }
}

/// CometBFT's id of answers to URI calls.
const URI_ID: i64 = -1;

async fn uri(State(rpc): State<Arc<Rpc>>, Path(method): Path<String>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let Ok(_permit) = rpc.requests.clone().try_acquire_owned() else { return busy() };
    let id = json!(URI_ID);
    if methods::argument_names(&method).is_none() {
        return (StatusCode::NOT_FOUND, answer(&RpcError::method_not_found(&method).response(&id))).into_response();
    }
    match methods::call(&rpc, &method, Params::from_uri(query)).await {
        Ok(result) => answer(&success(&id, result)),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, answer(&error.response(&id))).into_response(),
    }
}

async fn websocket(State(rpc): State<Arc<Rpc>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(permit) = rpc.websockets.clone().try_acquire_owned() else { return busy() };
    let bytes = rpc.config.body_bytes_max;
    upgrade.max_message_size(bytes).max_frame_size(bytes).on_upgrade(move |socket| subscribe::client(rpc, socket, permit))
}
