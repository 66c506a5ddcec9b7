//! The local API, on loopback: what the commands, the demo and a metrics scraper ask.
//!
//! | method and path | answer |
//! |---|---|
//! | GET /v1/status | [`view::StatusView`] |
//! | GET /v1/lanes | list of [`view::LaneView`] |
//! | POST /v1/lanes | adds a lane ([`LaneConfig`]) |
//! | POST /v1/lanes/{lane}/pause, /resume | |
//! | GET /v1/packets?lane=&state=&limit= | list of [`view::PacketView`] without steps |
//! | GET /v1/packets/{lane}/{side}/{sequence} | [`view::PacketView`] |
//! | GET /v1/packets/sent/{chain}/{client}/{sequence} | the same, by sender |
//! | POST /v1/packets/{lane}/{side}/{sequence}/release | tries a quarantined packet again |
//! | GET /metrics | text for Prometheus |
//!
//! Reads are open to this machine. Whatever changes something needs the token of `<home>/api-token` as `Authorization: Bearer`. Requests
//! whose `Host` is not loopback are refused, so that no web page reaches it by a name that it controls.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{header, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use govrelay_core::{CommandError, PacketKey, Planner};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::config::{Config, LaneConfig};
use crate::engine::{Command, Message};
use crate::view::{self, PacketFilter};

/// Bytes of a request body: a lane needs a few hundred.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// What the routes share.
#[derive(Clone)]
pub struct Shared {
    /// The engine.
    pub engine: mpsc::Sender<Message>,
    /// Token for changes.
    pub token: Arc<str>,
    /// The configuration, for names of chains.
    pub config: Arc<Config>,
}

/// An error with its status; text says what, why and what to do.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

type Answer<T> = Result<Json<T>, Refusal>;

/// All routes.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1/status", get(status))
        .route("/v1/lanes", get(lanes).post(add_lane))
        .route("/v1/lanes/{lane}/pause", post(pause))
        .route("/v1/lanes/{lane}/resume", post(resume))
        .route("/v1/packets", get(packets))
        .route("/v1/packets/{lane}/{side}/{sequence}", get(packet))
        .route("/v1/packets/{lane}/{side}/{sequence}/release", post(release))
        .route("/v1/packets/sent/{chain}/{client}/{sequence}", get(packet_sent))
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared)
}

async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match refuse(&shared, &request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// Why a request goes no further, if it does not.
fn refuse(shared: &Shared, request: &Request) -> Option<Refusal> {
    let text = |name| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let host = text(header::HOST);
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return Some(Refusal(StatusCode::FORBIDDEN, format!("host `{host}` is not this machine: ask 127.0.0.1")));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let shown = text(header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or("");
    let words = "changes need the token of `<home>/api-token` as `Authorization: Bearer TOKEN`";
    (!reads && !same(shown.as_bytes(), shared.token.as_bytes())).then(|| Refusal(StatusCode::UNAUTHORIZED, words.into()))
}

/// Equality that takes as long for every wrong token of one length.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

async fn ask<T: Send + 'static>(shared: &Shared, question: impl FnOnce(&Planner) -> T + Send + 'static) -> Result<T, Refusal> {
    let (answer, wait) = oneshot::channel();
    let question = Box::new(move |planner: &Planner| {
        let _ = answer.send(question(planner)); // The asker may have hung up.
    });
    shared.engine.send(Message::Ask(question)).await.map_err(|_| stopping())?;
    wait.await.map_err(|_| stopping())
}

fn stopping() -> Refusal {
    Refusal(StatusCode::SERVICE_UNAVAILABLE, "the relayer is stopping".into())
}

async fn command(shared: &Shared, command: Command) -> Answer<serde_json::Value> {
    let (answer, wait) = oneshot::channel();
    shared.engine.send(Message::Command(command, answer)).await.map_err(|_| stopping())?;
    let done = wait.await.map_err(|_| stopping())?;
    done.map_err(|refusal| {
        let status = match refusal {
            CommandError::NoLane(_) | CommandError::NoPacket(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        Refusal(status, refusal.to_string())
    })?;
    Ok(Json(json!({ "done": true })))
}

async fn status(State(shared): State<Shared>) -> Answer<view::StatusView> {
    ask(&shared, |planner| view::status(planner, true)).await.map(Json)
}

async fn lanes(State(shared): State<Shared>) -> Answer<Vec<view::LaneView>> {
    ask(&shared, view::lanes).await.map(Json)
}

async fn add_lane(State(shared): State<Shared>, Json(lane): Json<LaneConfig>) -> Answer<serde_json::Value> {
    let bad = |error: anyhow::Error| Refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("{error:#}"));
    shared.config.check_lane(&lane.lane()).map_err(bad)?;
    command(&shared, Command::AddLane(lane.lane(), lane.from_a, lane.from_b)).await
}

async fn pause(State(shared): State<Shared>, Path(lane): Path<String>) -> Answer<serde_json::Value> {
    set_paused(&shared, &lane, true).await
}

async fn resume(State(shared): State<Shared>, Path(lane): Path<String>) -> Answer<serde_json::Value> {
    set_paused(&shared, &lane, false).await
}

async fn set_paused(shared: &Shared, lane: &str, paused: bool) -> Answer<serde_json::Value> {
    let lane = lane.parse().map_err(|e| Refusal(StatusCode::NOT_FOUND, format!("{e}")))?;
    command(shared, Command::SetPaused(lane, paused)).await
}

async fn packets(State(shared): State<Shared>, Query(filter): Query<PacketFilter>) -> Answer<Vec<view::PacketView>> {
    ask(&shared, move |planner| view::packets(planner, &filter)).await.map(Json)
}

fn key(lane: &str, side: &str, sequence: &str) -> Result<PacketKey, Refusal> {
    format!("{lane}/{side}/{sequence}").parse().map_err(|e| Refusal(StatusCode::NOT_FOUND, format!("{e}")))
}

async fn packet(State(shared): State<Shared>, Path((lane, side, sequence)): Path<(String, String, String)>) -> Answer<view::PacketView> {
    let key = key(&lane, &side, &sequence)?;
    let words = format!("no packet `{key}` here; see `govrelay packet list`");
    let found = ask(&shared, move |planner| view::packet(planner, &key)).await?;
    found.map(Json).ok_or(Refusal(StatusCode::NOT_FOUND, words))
}

async fn packet_sent(State(shared): State<Shared>, Path((chain, client, sequence)): Path<(String, String, u64)>) -> Answer<view::PacketView> {
    let words = format!("no packet {sequence} of client {client} on `{chain}` here; see `govrelay packet list`");
    let chain = shared.config.chain_named(&chain).map_or(chain, ToString::to_string);
    let found = ask(&shared, move |planner| view::packet(planner, &view::key_of(planner, &chain, &client, sequence)?)).await?;
    found.map(Json).ok_or(Refusal(StatusCode::NOT_FOUND, words))
}

async fn release(State(shared): State<Shared>, Path((lane, side, sequence)): Path<(String, String, String)>) -> Answer<serde_json::Value> {
    command(&shared, Command::Release(key(&lane, &side, &sequence)?)).await
}

async fn metrics(State(shared): State<Shared>) -> Result<String, Refusal> {
    ask(&shared, |planner| prometheus(&govrelay_core::metrics(planner))).await
}

/// Prometheus text of the figures; they follow from durable state, so they survive a restart.
pub fn prometheus(metrics: &govrelay_core::Metrics) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mut line = |name: &str, labels: String, value: u64| {
        writeln!(text, "govrelay_{name}{{{labels}}} {value}").expect("writing to a string");
    };
    for (chain, m) in &metrics.chains {
        line("chain_height_read", format!("chain=\"{chain}\""), m.cursor);
        line("chain_height", format!("chain=\"{chain}\""), m.head);
    }
    for (lane, m) in &metrics.lanes {
        line("packets_open", format!("lane=\"{lane}\""), m.open);
        line("packets_quarantined", format!("lane=\"{lane}\""), m.quarantined);
        line("oldest_undelivered_ms", format!("lane=\"{lane}\""), m.oldest_undelivered_ms);
        line("last_proven_delivery_ms", format!("lane=\"{lane}\""), m.last_delivery_ms);
        for (source, held) in &m.held {
            line("packets_held_from_sequence", format!("lane=\"{lane}\",source=\"{source}\""), held.sequence);
        }
        for client in &m.clients {
            let labels = format!("lane=\"{lane}\",chain=\"{}\",client=\"{}\"", client.chain, client.client_id);
            if let Some(left) = client.expires_in_ms {
                line("client_expires_in_ms", labels.clone(), left);
            }
            line("client_watched_at_ms", labels, client.watched_at_ms);
        }
    }
    text
}
