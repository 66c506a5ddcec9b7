//! Four `fisco-bcos` 3.x air nodes on loopback: keys, configuration, start, JSON-RPC, stop by process id.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

/// Nodes of the network.
const NODES: usize = 4;

/// Longest wait for nodes to come up and for a block to be made.
const PATIENCE: Duration = Duration::from_secs(60);

/// Largest answer read from a node.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// The program that the operator has, if there is one: `FISCO_BIN` names it or its folder.
pub fn program() -> Option<PathBuf> {
    let named = PathBuf::from(std::env::var_os("FISCO_BIN")?);
    [named.clone(), named.join("fisco-bcos")].into_iter().find(|path| path.is_file())
}

/// A running network; its nodes end with it.
pub struct Network {
    children: Vec<Child>,
    rpc: Vec<u16>,
    /// Node ids, hexadecimal.
    pub ids: Vec<String>,
}

impl Network {
    /// Starts four sealers of weight 1 in `folder`, group `group0` of chain `chain0`, keccak256 and secp256k1.
    ///
    /// # Errors
    /// What could not be made or started.
    pub fn start(program: &Path, folder: &Path) -> Result<Self, String> {
        let p2p = free_ports()?;
        let rpc = free_ports()?;
        certificate_authority(folder)?;
        let ids = (0..NODES).map(|node| identity(&folder.join(format!("node{node}")), folder)).collect::<Result<Vec<_>, _>>()?;
        let peers: Vec<String> = p2p.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let mut network = Self { children: Vec::new(), rpc: rpc.clone(), ids: ids.clone() };
        for node in 0..NODES {
            let home = folder.join(format!("node{node}"));
            write(&home.join("config.genesis"), &genesis(&ids))?;
            write(&home.join("config.ini"), &configuration(p2p[node], rpc[node]))?;
            write(&home.join("nodes.json"), &json!({ "nodes": peers }).to_string())?;
            let child = Command::new(program)
                .args(["-c", "config.ini", "-g", "config.genesis"])
                .current_dir(&home)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| format!("starting node {node}: {error}"))?;
            network.children.push(child);
        }
        let started = Instant::now();
        while (0..NODES).any(|node| network.height(node).is_err()) {
            if started.elapsed() > PATIENCE {
                return Err("the nodes do not answer".into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(network)
    }

    /// Newest block of a node.
    ///
    /// # Errors
    /// No answer.
    pub fn height(&self, node: usize) -> Result<u64, String> {
        self.ask(node, "getBlockNumber", json!(["group0", ""]))?.as_u64().ok_or_else(|| "no number".into())
    }

    /// A block as one node stores it, with its own signature list.
    ///
    /// # Errors
    /// No answer.
    pub fn block(&self, node: usize, number: u64) -> Result<Value, String> {
        self.ask(node, "getBlockByNumber", json!(["group0", "", number, false, true]))
    }

    /// Sends an encoded transaction and waits until every node has the block it is in.
    ///
    /// # Errors
    /// No answer, or no new block in time.
    pub fn send(&self, transaction: &[u8]) -> Result<Value, String> {
        let before = self.height(0)?;
        let receipt = self.ask(0, "sendTransaction", json!(["group0", "", format!("0x{}", hex::encode(transaction)), false]))?;
        let sent = Instant::now();
        while (0..NODES).any(|node| self.height(node).is_ok_and(|height| height <= before)) {
            if sent.elapsed() > PATIENCE {
                return Err("no block was made".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(receipt)
    }

    fn ask(&self, node: usize, method: &str, params: Value) -> Result<Value, String> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.rpc[node])).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).map_err(|error| error.to_string())?;
        let request = format!("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&answer);
        let start = text.find('{').ok_or("no JSON in the answer")?;
        let value: Value = serde_json::Deserializer::from_str(&text[start..]).into_iter().next().ok_or("an empty answer")?.map_err(|error| error.to_string())?;
        value.get("result").cloned().ok_or_else(|| value.to_string())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// As many ports as there are nodes, free a moment ago.
fn free_ports() -> Result<Vec<u16>, String> {
    let listeners = (0..NODES).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    listeners.iter().map(|listener| listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())).collect()
}

fn certificate_authority(folder: &Path) -> Result<(), String> {
    openssl(folder, &["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=chain0/O=fisco-bcos/OU=chain", "-keyout", "ca.key", "-out", "ca.crt"]).map(drop)
}

/// A node's signing key and its certificate for connections; its id.
fn identity(home: &Path, folder: &Path) -> Result<String, String> {
    let conf = home.join("conf");
    fs::create_dir_all(&conf).map_err(|error| error.to_string())?;
    openssl(&conf, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-pkeyopt", "ec_param_enc:named_curve", "-out", "node.pem"])?;
    openssl(&conf, &["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=chain0/O=fisco-bcos/OU=node", "-keyout", "ssl.key", "-out", "ssl.csr"])?;
    let (ca, key) = (folder.join("ca.crt"), folder.join("ca.key"));
    let path = |path: &Path| path.display().to_string();
    openssl(&conf, &["x509", "-req", "-in", "ssl.csr", "-CA", &path(&ca), "-CAkey", &path(&key), "-CAcreateserial", "-days", "30", "-out", "ssl.crt"])?;
    fs::copy(&ca, conf.join("ca.crt")).map_err(|error| error.to_string())?;
    // The last 64 bytes of the encoded key are its point.
    let public = openssl(&conf, &["pkey", "-in", "node.pem", "-pubout", "-outform", "DER"])?;
    let id = public.len().checked_sub(64).map(|start| hex::encode(&public[start..])).ok_or("a key that is too short")?;
    write(&conf.join("node.nodeid"), &id)?;
    Ok(id)
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).stdin(Stdio::null()).output().map_err(|error| format!("openssl: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err(format!("openssl {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr))) }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("writing `{}`: {error}", path.display()))
}

fn genesis(ids: &[String]) -> String {
    let nodes: String = ids.iter().enumerate().map(|(place, id)| format!("    node.{place}={id}:1\n")).collect();
    format!(
        "[chain]\n    sm_crypto=false\n    group_id=group0\n    chain_id=chain0\n[consensus]\n    consensus_type=pbft\n    block_tx_count_limit=1000\n    \
         consensus_timeout=3000\n    leader_period=1\n{nodes}[version]\n    compatibility_version=3.2.0\n[tx]\n    gas_limit=300000000\n[executor]\n    \
         is_wasm=false\n    is_auth_check=false\n    auth_admin_account=\n    is_serial_execute=true\n"
    )
}

fn configuration(p2p: u16, rpc: u16) -> String {
    format!(
        "[p2p]\n    listen_ip=127.0.0.1\n    listen_port={p2p}\n    sm_ssl=false\n    nodes_path=./\n    nodes_file=nodes.json\n[rpc]\n    listen_ip=127.0.0.1\n    \
         listen_port={rpc}\n    thread_count=2\n    sm_ssl=false\n    disable_ssl=true\n[cert]\n    ca_path=./conf\n    ca_cert=ca.crt\n    node_key=ssl.key\n    \
         node_cert=ssl.crt\n[security]\n    private_key_path=conf/node.pem\n[storage_security]\n    enable=false\n[consensus]\n    min_seal_time=500\n[storage]\n    \
         data_path=data\n    enable_cache=true\n    key_page_size=10240\n[txpool]\n    limit=15000\n    notify_worker_num=2\n    verify_worker_num=2\n    \
         txs_expiration_time=600\n[log]\n    enable=true\n    log_path=./log\n    level=info\n    max_log_file_size=200\n"
    )
}
