//! A ChainMaker network on loopback, from the binaries of an operator: four nodes, TBFT, public-key mode.
//!
//! `CHAINMAKER_BIN` names the folder that holds the node (`chainmaker`) and the command-line tool (`cmc`) of a 2.3 release. They are in no
//! package registry, so this was written from notes about such networks and from the chain's own templates, and **has never run where it
//! was written**. Nodes listen on 127.0.0.1 alone and are ended by their process ids.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a start or a block may take before the network is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The chain's id.
pub const CHAIN_ID: &str = "govhub-live";

/// What the network needs to know of a node: its key, which signs blocks and is its name.
pub struct NodeKey {
    /// PEM `EC PRIVATE KEY`.
    pub secret_pem: String,
    /// PEM `PUBLIC KEY`.
    pub public_pem: String,
    /// Node id made from it.
    pub id: String,
}

/// The operator's programs.
pub struct Binaries {
    node: PathBuf,
    tool: PathBuf,
}

impl Binaries {
    /// The programs in the folder that `CHAINMAKER_BIN` names, if it names one.
    pub fn named() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("CHAINMAKER_BIN")?);
        let found = Self { node: folder.join("chainmaker"), tool: folder.join("cmc") };
        (found.node.is_file() && found.tool.is_file()).then_some(found)
    }
}

/// A running network; ends with this value.
pub struct Network {
    nodes: Vec<Child>,
    tool: PathBuf,
    sdk: PathBuf,
}

impl Drop for Network {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}

impl Network {
    /// Starts one node for each key in `folder`, and waits until one answers. `admin` may change the configuration and sends transactions.
    ///
    /// # Errors
    /// What could not be written, started or reached.
    pub fn start(binaries: &Binaries, folder: &Path, keys: &[NodeKey], admin: &NodeKey) -> Result<Self, String> {
        let ports = keys.iter().map(|_| Ok((free_port()?, free_port()?))).collect::<Result<Vec<(u16, u16)>, String>>()?;
        write(&folder.join("admin.key"), &admin.secret_pem)?;
        write(&folder.join("admin.pem"), &admin.public_pem)?;
        write(&folder.join("bc.yml"), &genesis(folder, keys))?;
        write(&folder.join("sdk.yml"), &sdk(folder, ports[0].1))?;
        let seeds: Vec<String> = keys.iter().zip(&ports).map(|(key, (p2p, _))| format!("    - \"/ip4/127.0.0.1/tcp/{p2p}/p2p/{}\"", key.id)).collect();
        let mut network = Self { nodes: Vec::new(), tool: binaries.tool.clone(), sdk: folder.join("sdk.yml") };
        for (index, (key, (p2p, rpc))) in keys.iter().zip(&ports).enumerate() {
            let home = folder.join(format!("node{index}"));
            write(&home.join("node.key"), &key.secret_pem)?;
            write(&home.join("log.yml"), &log(&home))?;
            write(&home.join("chainmaker.yml"), &node(folder, &home, *p2p, *rpc, &seeds.join("\n")))?;
            let output = fs::File::create(home.join("output")).map_err(|error| error.to_string())?;
            let child = Command::new(&binaries.node)
                .args(["start", "--conf-file"])
                .arg(home.join("chainmaker.yml"))
                .current_dir(&home)
                .stdin(Stdio::null())
                .stdout(output.try_clone().map_err(|error| error.to_string())?)
                .stderr(output)
                .spawn()
                .map_err(|error| format!("node {index}: {error}"))?;
            network.nodes.push(child);
        }
        network.wait_for("an answer", |network| network.block(Some(0)).is_ok())?;
        Ok(network)
    }

    /// Puts `value` under `key` of the native contract `T`, which needs no installing, and waits for the block.
    ///
    /// # Errors
    /// What the tool said.
    pub fn put(&self, key: &str, value: &str) -> Result<(), String> {
        let params = format!("{{\"k\":\"{key}\",\"v\":\"{value}\"}}");
        let words = ["client", "contract", "user", "invoke", "--contract-name", "T", "--method", "P", "--params", &params, "--sync-result=true"];
        self.ask(&words).map(drop)
    }

    /// A block as the tool prints it, nothing cut short; without a height the newest.
    ///
    /// # Errors
    /// What the tool said.
    pub fn block(&self, height: Option<u64>) -> Result<String, String> {
        let height = height.map(|height| height.to_string());
        let words = ["query", "block-by-height"].into_iter().chain(height.as_deref()).chain(["--truncate-value=false", "--with-rw-set=true", "--enable-cert-hash=false"]);
        let printed = self.ask(&words.collect::<Vec<_>>())?;
        let begin = printed.find('{').ok_or_else(|| format!("no JSON: {printed}"))?;
        Ok(printed[begin..].to_owned())
    }

    fn ask(&self, words: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.tool)
            .args(words)
            .args(["--chain-id", CHAIN_ID, "--sdk-conf-path"])
            .arg(&self.sdk)
            .output()
            .map_err(|error| format!("cmc: {error}"))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => Ok(printed),
            false => Err(format!("cmc {words:?}: {printed}{}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn wait_for(&self, what: &str, is_there: impl Fn(&Self) -> bool) -> Result<(), String> {
        let begin = Instant::now();
        while !is_there(self) {
            if begin.elapsed() > PATIENCE {
                return Err(format!("no {what} within {PATIENCE:?}; the nodes' output is beside their configuration"));
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Ok(())
    }
}

/// A port of loopback that nobody listens on at this moment.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().ok_or("a file in a folder")?;
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).map_err(|error| format!("{}: {error}", path.display()))
}

/// The chain's first configuration, the same bytes on every node.
fn genesis(folder: &Path, keys: &[NodeKey]) -> String {
    let nodes: Vec<String> = keys.iter().map(|key| format!("        - \"{}\"", key.id)).collect();
    format!(
        r#"chain_id: {CHAIN_ID}
version: "2030200"
sequence: 0
auth_type: "public"
crypto:
  hash: SHA256
contract:
  enable_sql_support: false
vm:
  addr_type: 2
  support_list:
    - "evm"
block:
  tx_timestamp_verify: true
  tx_timeout: 600
  block_tx_capacity: 100
  block_size: 10
  block_interval: 1000
core:
  tx_scheduler_timeout: 10
  tx_scheduler_validate_timeout: 10
account_config:
  enable_gas: false
consensus:
  type: 1
  nodes:
    - org_id: "public"
      node_id:
{}
  ext_config:
trust_roots:
  - org_id: "public"
    root:
      - "{}"
"#,
        nodes.join("\n"),
        folder.join("admin.pem").display()
    )
}

/// One node's own configuration.
fn node(folder: &Path, home: &Path, p2p: u16, rpc: u16, seeds: &str) -> String {
    let (folder, home) = (folder.display(), home.display());
    let database = |name: &str| format!("  {name}_config:\n    provider: leveldb\n    leveldb_config:\n      store_path: {home}/data/{name}\n");
    format!(
        r#"auth_type: "public"
log:
  config_file: {home}/log.yml
crypto_engine: tjfoc
blockchain:
  - chainId: {CHAIN_ID}
    genesis: {folder}/bc.yml
node:
  priv_key_file: {home}/node.key
  cert_cache_size: 1000
net:
  provider: LibP2P
  listen_addr: /ip4/127.0.0.1/tcp/{p2p}
  seeds:
{seeds}
  tls:
    enabled: true
    priv_key_file: {home}/node.key
txpool:
  pool_type: "normal"
  max_txpool_size: 5000
  max_config_txpool_size: 10
  common_queue_num: 8
  batch_max_size: 100
  batch_create_timeout: 50
rpc:
  provider: grpc
  host: 127.0.0.1
  port: {rpc}
  sync_tx_result_timeout: 60
  tls:
    mode: disable
  max_send_msg_size: 100
  max_recv_msg_size: 100
monitor:
  enabled: false
pprof:
  enabled: false
consensus:
  raft:
    snap_count: 10
storage:
  store_path: {home}/data/ledger
  disable_block_file_db: false
  disable_contract_eventdb: true
{}{}{}{}"#,
        database("blockdb"),
        database("statedb"),
        database("historydb"),
        database("resultdb"),
    )
}

fn log(home: &Path) -> String {
    let part = |name: &str| format!("  {name}:\n    log_level_default: INFO\n    file_path: {}/log/{name}.log\n    log_in_console: false\n    show_color: false\n", home.display());
    format!("log:\n{}{}{}", part("system"), part("brief"), part("event"))
}

/// How the tool reaches the first node.
fn sdk(folder: &Path, rpc: u16) -> String {
    format!(
        r#"chain_client:
  chain_id: "{CHAIN_ID}"
  user_sign_key_file_path: "{}"
  crypto:
    hash: SHA256
  auth_type: public
  retry_limit: 20
  retry_interval: 500
  nodes:
    - node_addr: "127.0.0.1:{rpc}"
      conn_cnt: 2
      enable_tls: false
  rpc_client:
    max_receive_message_size: 100
    max_send_message_size: 100
"#,
        folder.join("admin.key").display()
    )
}
