//! A state machine small enough to know by heart, a home, and a running node.
//!
//! A transaction is the text `sender:key=value`. Senders are `s0` to `s9`; a value `refuse` fails in the block, `bad` fails the ante there
//! but passes `check_tx`; a key `due@SECONDS` becomes due at that time and is then written by the block itself; a key `many@COUNT` writes that many keys `key-000000` and on.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::prelude::{Engine as _, BASE64_STANDARD};
use govhub_node::application::{Application, ApplyError, BlockOutcome, QueryAnswer, SenderQuota};
use govhub_node::config::Config;
use govhub_node::home::Home;
use govhub_node::keys::{self, Sealing};
use govhub_node::node::Node;
use govhub_store::mem::MemBackend;
use govhub_store::{genesis_marks, Backend, Column, Reader, State, Substore, Writes};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::{BlockContext, Code, Event, Rejection, Time, TxResult};
use serde_json::json;
use tendermint_rpc::client::CompatMode;
use tendermint_rpc::{Client, HttpClient, HttpClientUrl};

/// Longest a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Transactions of one sender in one block.
pub const QUOTA: u32 = 3;

/// The state machine, counting how often it is asked to work.
#[derive(Default)]
pub struct Notebook {
    pub checked: AtomicUsize,
}

struct Line<'a> {
    sender: &'a str,
    key: &'a str,
    value: &'a str,
}

fn read(tx: &[u8]) -> Result<Line<'_>, Rejection> {
    let refuse = |why: &str| Rejection::new(Code(1), why);
    let text = std::str::from_utf8(tx).map_err(|_| refuse("not text"))?;
    let (sender, rest) = text.split_once(':').ok_or_else(|| refuse("no sender"))?;
    let (key, value) = rest.split_once('=').ok_or_else(|| refuse("no key"))?;
    let known = sender.len() == 2 && sender.starts_with('s') && sender.as_bytes()[1].is_ascii_digit();
    known.then_some(Line { sender, key, value }).ok_or_else(|| refuse("unknown sender"))
}

const DUE: u8 = b'd';

fn due_key(seconds: u64) -> Vec<u8> {
    [&[DUE][..], &seconds.to_be_bytes()].concat()
}

fn due(state: &State<'_>, time: Time) -> Vec<Vec<u8>> {
    let end = due_key(time.unix_s() + 1);
    state.column_range(Column::Index, &due_key(0), &end, 100).into_iter().map(|(key, _)| key).collect()
}

impl Application for Notebook {
    fn versions(&self) -> std::ops::RangeInclusive<u64> {
        1..=1
    }

    fn genesis(&self, _: &[u8]) -> Result<Writes, String> {
        Ok(genesis_marks())
    }

    fn screen(&self, _: &dyn Reader, tx: &[u8]) -> Result<SenderQuota, Rejection> {
        let line = read(tx)?;
        Ok(SenderQuota { sender: line.sender.into(), messages: 1, messages_max: QUOTA, updates: 0, updates_max: 1 })
    }

    fn check_tx(&self, _: &dyn Reader, _: &BlockContext, tx: &[u8]) -> TxResult {
        self.checked.fetch_add(1, Ordering::SeqCst);
        match read(tx) {
            Ok(line) if line.value == "no" => TxResult::rejected(&Rejection::new(Code(7), "no")),
            Ok(_) => TxResult { gas_wanted: 10, ..TxResult::default() },
            Err(rejection) => TxResult::rejected(&rejection),
        }
    }

    fn propose(&self, _: &dyn Reader, _: &BlockContext, candidates: &[Vec<u8>], _: usize) -> Vec<Vec<u8>> {
        candidates.to_vec()
    }

    fn apply(&self, reader: &dyn Reader, context: &BlockContext, txs: &[Vec<u8>]) -> Result<BlockOutcome, ApplyError> {
        let mut state = State::new(reader);
        let mut begin_events = Vec::new();
        for key in due(&state, context.time) {
            state.column_delete(Column::Index, &key);
            state.put(Substore::Workflow, &key, b"done".to_vec());
            begin_events.push(Event::new("due").with("at", u64::from_be_bytes(key[1..].try_into().expect("nine bytes"))));
        }
        let mut tx_results = Vec::new();
        for (index, tx) in txs.iter().enumerate() {
            let line = read(tx).map_err(|rejection| ApplyError::AnteFailed { index, rejection })?;
            if line.value == "bad" {
                return Err(ApplyError::AnteFailed { index, rejection: Rejection::new(Code(2), "bad") });
            }
            if line.value == "refuse" {
                tx_results.push(TxResult { gas_wanted: 10, gas_used: 3, ..TxResult::rejected(&Rejection::new(Code(40), "refused in the block")) });
                continue;
            }
            match line.key.split_once('@') {
                Some(("due", seconds)) => state.column_put(Column::Index, &due_key(seconds.parse().expect("a test writes numbers")), vec![1]),
                Some(("many", count)) => (0..count.parse().expect("a test writes numbers")).for_each(|n: u32| {
                    state.put(Substore::Evidence, format!("key-{n:06}").as_bytes(), line.value.as_bytes().to_vec());
                }),
                _ => state.put(Substore::Evidence, line.key.as_bytes(), line.value.as_bytes().to_vec()),
            }
            let event = Event::new("note").with("key", line.key).with("sender", line.sender);
            tx_results.push(TxResult { data: line.value.as_bytes().to_vec(), gas_wanted: 10, gas_used: 5, events: vec![event], ..TxResult::default() });
        }
        Ok(BlockOutcome { writes: state.into_writes()?, tx_results, begin_events, validator_updates: Vec::new(), app_version: 1 })
    }

    fn has_due(&self, reader: &dyn Reader, time: Time) -> bool {
        !due(&State::new(reader), time).is_empty()
    }

    fn query(&self, reader: &dyn Reader, _: &BlockContext, path: &str, data: &[u8]) -> QueryAnswer {
        match (path, State::new(reader).get(Substore::Evidence, data)) {
            ("/notebook/get", Some(value)) => QueryAnswer { value, ..QueryAnswer::default() },
            ("/notebook/get", None) => QueryAnswer { code: 8, codespace: "notebook".into(), log: "nothing there".into(), ..QueryAnswer::default() },
            _ => QueryAnswer { code: 6, log: "no such path".into(), ..QueryAnswer::default() },
        }
    }
}

/// Writes a home of one validator into `directory`.
pub fn make_home(directory: &Path) -> Home {
    let home = Home::new(directory);
    std::fs::create_dir_all(home.config_dir()).expect("a directory");
    let validator = SigningKey::from_seed(KeyKind::Ed25519, &[1; 32]);
    let node = SigningKey::from_seed(KeyKind::Ed25519, &[2; 32]);
    keys::write(&home.validator_key(), &validator, None, Sealing::Optional).expect("written");
    keys::write(&home.node_key(), &node, None, Sealing::Optional).expect("written");
    let key: [u8; 32] = validator.public_key().as_bytes().try_into().expect("32 bytes");
    let address = govhub_consensus::Validator::new(&key, 10).expect("a real key").address().to_string();
    let genesis = json!({
        "genesis_time": "2026-01-01T00:00:00Z", "chain_id": "notebook-1", "initial_height": "1", "app_hash": "",
        "consensus_params": {
            "block": {"max_bytes": "1048576", "max_gas": "-1"},
            "evidence": {"max_age_num_blocks": "100000", "max_age_duration": "172800000000000", "max_bytes": "1048576"},
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "1"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [{"address": address, "name": "", "power": "10", "pub_key": {"type": "tendermint/PubKeyEd25519", "value": BASE64_STANDARD.encode(validator.public_key().as_bytes())}}],
        "app_state": {"network": "dev"},
    });
    std::fs::write(home.genesis(), genesis.to_string()).expect("written");
    home
}

/// Settings on free ports.
pub fn config(idle_block_ms: u64) -> Config {
    let mut config = Config::default();
    config.rpc.listen = "127.0.0.1:0".parse().expect("an address");
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    config.p2p.listen = format!("/ip4/127.0.0.1/tcp/{port}");
    config.blocks.idle_block_ms = idle_block_ms;
    config.blocks.due_poll_ms = 20;
    config
}

/// A running node and what it stands on.
pub struct World {
    pub home: Home,
    pub backend: Arc<dyn Backend>,
    pub app: Arc<Notebook>,
    pub node: Node,
    pub http: HttpClient,
    _directory: Option<tempfile::TempDir>,
}

pub fn client(node: &Node) -> HttpClient {
    let url: HttpClientUrl = format!("http://{}", node.rpc_addr()).parse().expect("a URL");
    HttpClient::builder(url).compat_mode(CompatMode::V0_38).build().expect("a client")
}

/// A node in memory that makes an idle block every `idle_block_ms`.
pub async fn start(idle_block_ms: u64) -> World {
    let directory = tempfile::tempdir().expect("a directory");
    let home = make_home(directory.path());
    let mut world = start_over(home, Arc::new(MemBackend::default()), config(idle_block_ms)).await;
    world._directory = Some(directory);
    world
}

/// A node over a home and a backend that may have been used before.
pub async fn start_over(home: Home, backend: Arc<dyn Backend>, config: Config) -> World {
    let app = Arc::new(Notebook::default());
    let node = Node::start(&home, config, app.clone(), backend.clone()).await.expect("started");
    let http = client(&node);
    World { home, backend, app, node, http, _directory: None }
}

impl World {
    /// Waits for a height.
    pub async fn reach(&self, height: u64) {
        let mut heights = self.node.height();
        let reached = heights.wait_for(|h| *h >= height);
        tokio::time::timeout(PATIENCE, reached).await.expect("in time").expect("the node lives");
    }

    /// Posts a transaction and gives the height of its block. It waits longer than `broadcast_tx_commit`, for a machine under load.
    pub async fn post(&self, tx: &str) -> u64 {
        let answer = self.http.broadcast_tx_sync(tx.as_bytes().to_vec()).await.expect("answered");
        assert!(answer.code.is_ok(), "{answer:?}");
        self.included(answer.hash).await
    }

    /// Waits until a transaction is in a block, and gives that block's height.
    pub async fn included(&self, hash: tendermint::Hash) -> u64 {
        let begun = Instant::now();
        loop {
            if let Ok(found) = self.http.tx(hash, false).await {
                return found.height.value();
            }
            assert!(begun.elapsed() < PATIENCE, "{hash} is in no block");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops the node and starts another over the same home and backend.
    pub async fn restart(self, idle_block_ms: u64) -> World {
        let World { home, backend, node, _directory, .. } = self;
        node.stop().await.expect("stopped");
        let mut world = start_over(home, backend, config(idle_block_ms)).await;
        world._directory = _directory;
        world
    }
}

/// One HTTP request over a plain socket: status and body.
pub async fn raw(world: &World, request: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(world.node.rpc_addr()).await.expect("connected");
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("in time").expect("answered");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// GET of a path.
pub async fn get(world: &World, path: &str) -> (u16, serde_json::Value) {
    let (status, body) = raw(world, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
    (status, serde_json::from_str(&body).unwrap_or(serde_json::Value::Null))
}

/// POST of a body.
pub async fn post(world: &World, body: &str) -> (u16, serde_json::Value) {
    let request = format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (status, body) = raw(world, &request).await;
    (status, serde_json::from_str(&body).unwrap_or(serde_json::Value::Null))
}
