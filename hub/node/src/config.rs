//! `config.toml`: how this node runs. Nothing here is consensus: two nodes of one chain may differ in every line.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name shown to peers and in `status`.
    pub moniker: String,
    /// Log filter, e.g. `info` or `info,govhub_node=debug`; `RUST_LOG` goes before it.
    pub log: String,
    /// RPC server.
    pub rpc: RpcConfig,
    /// Peers.
    pub p2p: P2pConfig,
    /// Transactions waiting for a block.
    pub mempool: MempoolConfig,
    /// When blocks are made.
    pub blocks: BlocksConfig,
    /// What is kept.
    pub state: StateConfig,
}

/// RPC server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RpcConfig {
    /// Address and port; port 0 takes a free one. Loopback by default: the RPC has no authentication of its own.
    pub listen: SocketAddr,
    /// Largest request body, bytes.
    pub body_bytes_max: usize,
    /// Requests worked on at once; more get 503.
    pub requests_max: usize,
    /// Websocket clients at once.
    pub websockets_max: usize,
    /// Subscriptions of one websocket client.
    pub subscriptions_max: usize,
}

/// Peers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct P2pConfig {
    /// Multiaddress to listen on.
    pub listen: String,
    /// Multiaddresses of peers to stay connected with.
    pub persistent_peers: Vec<String>,
    /// Refuse every other peer.
    pub persistent_peers_only: bool,
}

/// Transactions waiting for a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MempoolConfig {
    /// Transactions waiting at once.
    pub txs_max: usize,
    /// Their bytes together.
    pub bytes_max: usize,
    /// Largest transaction, bytes.
    pub tx_bytes_max: usize,
    /// Hashes remembered, so that a transaction seen is not worked on again.
    pub seen_max: usize,
}

/// When blocks are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlocksConfig {
    /// Longest pause between blocks while nothing happens, milliseconds.
    pub idle_block_ms: u64,
    /// How often due queue items are looked for, milliseconds.
    pub due_poll_ms: u64,
}

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StateConfig {
    /// Provable versions kept; 0 keeps all. Keep at least what the trusting period of your clients spans.
    pub versions_kept: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            moniker: "govhub".into(),
            log: "info".into(),
            rpc: RpcConfig::default(),
            p2p: P2pConfig::default(),
            mempool: MempoolConfig::default(),
            blocks: BlocksConfig::default(),
            state: StateConfig::default(),
        }
    }
}

impl Default for RpcConfig {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 26657));
        Self { listen, body_bytes_max: 2 << 20, requests_max: 256, websockets_max: 100, subscriptions_max: 5 }
    }
}

impl Default for P2pConfig {
    fn default() -> Self {
        Self { listen: "/ip4/127.0.0.1/tcp/26656".into(), persistent_peers: Vec::new(), persistent_peers_only: true }
    }
}

impl Default for MempoolConfig {
    fn default() -> Self {
        Self { txs_max: 5_000, bytes_max: 64 << 20, tx_bytes_max: 1 << 20, seen_max: 20_000 }
    }
}

impl Default for BlocksConfig {
    fn default() -> Self {
        Self { idle_block_ms: 5_000, due_poll_ms: 100 }
    }
}

/// More requests or websockets at once than any node of one process serves.
const CONNECTIONS_MAX: usize = 65_536;

/// Why a configuration is not one.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("configuration `{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML of this shape.
    #[error("configuration `{path}`: {why}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// The parser's words: line, column and field.
        why: String,
    },
    /// A value out of its range.
    #[error("setting `{setting}`: {why}")]
    Value {
        /// Which one.
        setting: &'static str,
        /// What is wrong.
        why: String,
    },
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
        let config: Self = toml::from_str(&text).map_err(|e| ConfigError::Malformed { path: path.to_owned(), why: e.to_string() })?;
        config.check()?;
        Ok(config)
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for the first one out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let bad = |setting, why: String| Err(ConfigError::Value { setting, why });
        let positive = [
            ("rpc.body_bytes_max", self.rpc.body_bytes_max),
            ("rpc.requests_max", self.rpc.requests_max),
            ("mempool.txs_max", self.mempool.txs_max),
            ("mempool.bytes_max", self.mempool.bytes_max),
            ("mempool.tx_bytes_max", self.mempool.tx_bytes_max),
            ("mempool.seen_max", self.mempool.seen_max),
        ];
        if let Some((setting, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            return bad(setting, "must be at least 1".into());
        }
        if !(10..=600_000).contains(&self.blocks.idle_block_ms) {
            return bad("blocks.idle_block_ms", format!("found {}, expected 10 to 600000", self.blocks.idle_block_ms));
        }
        if !(1..=60_000).contains(&self.blocks.due_poll_ms) {
            return bad("blocks.due_poll_ms", format!("found {}, expected 1 to 60000", self.blocks.due_poll_ms));
        }
        for (setting, value) in [("rpc.requests_max", self.rpc.requests_max), ("rpc.websockets_max", self.rpc.websockets_max)] {
            if value > CONNECTIONS_MAX {
                return bad(setting, format!("found {value}, at most {CONNECTIONS_MAX}"));
            }
        }
        govhub_consensus::engine::check_addresses(&self.p2p.listen, &self.p2p.persistent_peers)
            .or_else(|e| bad("p2p", e.to_string()))?;
        crate::log::check(&self.log).or_else(|why| bad("log", why))?;
        if self.moniker.is_empty() || self.moniker.len() > 64 {
            return bad("moniker", "expected 1 to 64 bytes".into());
        }
        Ok(())
    }

    /// The file's text with every field and its meaning.
    pub fn to_text(&self) -> String {
        let json = |value: &str| serde_json::Value::from(value).to_string();
        let peers: Vec<String> = self.p2p.persistent_peers.iter().map(|p| json(p)).collect();
        format!(
            r#"# How this node runs. Nothing here is consensus. `govhub config check --home DIR` checks it.

# Name shown to peers and in `status`.
moniker = {moniker}
# Log filter, e.g. "info" or "info,govhub_node=debug"; the variable RUST_LOG goes before it.
log = {log}

[rpc]
# Address and port; port 0 takes a free one. The RPC has no authentication of its own: keep it on loopback or behind a gateway.
listen = "{rpc_listen}"
# Largest request body, bytes.
body_bytes_max = {body}
# Requests worked on at once; more get 503.
requests_max = {requests}
# Websocket clients at once.
websockets_max = {websockets}
# Subscriptions of one websocket client.
subscriptions_max = {subscriptions}

[p2p]
# Multiaddress to listen on.
listen = {p2p_listen}
# Multiaddresses of peers to stay connected with.
persistent_peers = [{peers}]
# Refuse every other peer.
persistent_peers_only = {only}

[mempool]
# Transactions waiting at once, and their bytes together.
txs_max = {txs}
bytes_max = {bytes}
# Largest transaction, bytes.
tx_bytes_max = {tx_bytes}
# Hashes remembered, so that a transaction seen is not worked on again.
seen_max = {seen}

[blocks]
# Longest pause between blocks while nothing happens, milliseconds.
idle_block_ms = {idle}
# How often due queue items are looked for, milliseconds.
due_poll_ms = {due}

[state]
# Provable versions kept; 0 keeps all. Keep at least what the trusting period of your clients spans.
versions_kept = {versions}
"#,
            moniker = json(&self.moniker),
            log = json(&self.log),
            rpc_listen = self.rpc.listen,
            body = self.rpc.body_bytes_max,
            requests = self.rpc.requests_max,
            websockets = self.rpc.websockets_max,
            subscriptions = self.rpc.subscriptions_max,
            p2p_listen = json(&self.p2p.listen),
            peers = peers.join(", "),
            only = self.p2p.persistent_peers_only,
            txs = self.mempool.txs_max,
            bytes = self.mempool.bytes_max,
            tx_bytes = self.mempool.tx_bytes_max,
            seen = self.mempool.seen_max,
            idle = self.blocks.idle_block_ms,
            due = self.blocks.due_poll_ms,
            versions = self.state.versions_kept,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_text_reads_back_as_the_same_configuration() {
        let mut config = Config { moniker: "广州 \"one\"".into(), ..Config::default() };
        config.p2p.persistent_peers = vec!["/ip4/127.0.0.1/tcp/1".into(), "/ip4/127.0.0.1/tcp/2".into()];
        assert_eq!(toml::from_str::<Config>(&config.to_text()).expect("TOML"), config);
    }

    #[test]
    fn the_files_in_configs_name_every_field_and_are_accepted() {
        for text in [include_str!("../../../configs/dev/govhub.toml"), include_str!("../../../configs/prod/govhub.toml")] {
            let config: Config = toml::from_str(text).expect("TOML");
            config.check().expect("accepted");
            let named: toml::Table = toml::from_str(text).expect("TOML");
            let whole: toml::Table = toml::from_str(&config.to_text()).expect("TOML");
            let fields = |table: &toml::Table| -> Vec<String> {
                let inner = |name: &str, value: &toml::Value| value.as_table().map_or(vec![name.to_owned()], |t| t.keys().map(|k| format!("{name}.{k}")).collect());
                table.iter().flat_map(|(name, value)| inner(name, value)).collect()
            };
            assert_eq!(fields(&named), fields(&whole));
        }
    }

    #[test]
    fn a_misspelt_field_is_refused_and_named() {
        let error = toml::from_str::<Config>("[rpc]\nlisten_address = \"x\"").expect_err("refused");
        assert!(error.to_string().contains("listen_address"), "{error}");
        assert!(toml::from_str::<Config>("[rpc]\nlisten = \"127.0.0.1:1\"").is_ok());
    }

    #[test]
    fn each_value_out_of_range_is_named() {
        assert!(Config::default().check().is_ok());
        let bends: [(&str, fn(&mut Config)); 7] = [
            ("blocks.idle_block_ms", |c| c.blocks.idle_block_ms = 0),
            ("rpc.requests_max", |c| c.rpc.requests_max = usize::MAX),
            ("rpc.websockets_max", |c| c.rpc.websockets_max = usize::MAX),
            ("mempool.txs_max", |c| c.mempool.txs_max = 0),
            ("p2p", |c| c.p2p.listen = "127.0.0.1:1".into()),
            ("p2p", |c| c.p2p.persistent_peers = vec!["peer".into()]),
            ("log", |c| c.log = "info,=".into()),
        ];
        for (name, bend) in bends {
            let mut config = Config::default();
            bend(&mut config);
            match config.check() {
                Err(ConfigError::Value { setting, .. }) => assert_eq!(setting, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
