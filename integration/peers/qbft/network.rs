//! A GoQuorum network on loopback, from the binary of an operator: four validators, QBFT, a block a second.
//!
//! `QUORUM_BIN` names GoQuorum's `geth` or the folder that holds it. It is in no package registry, so this was written from notes about
//! version 24.4.1 and **has never run where it was written**. Nodes listen on 127.0.0.1 alone and are ended by their process ids.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

/// How long a block, a start or an answer may take before the network is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the network needs to know of a validator.
pub struct Validator {
    /// Secret key, 32 bytes.
    pub secret: [u8; 32],
    /// Uncompressed public key without its first byte.
    pub public: [u8; 64],
}

/// A running network; ends with this value.
pub struct Network {
    nodes: Vec<Node>,
}

struct Node {
    process: Child,
    rpc: u16,
}

/// GoQuorum's `geth`, if `QUORUM_BIN` names it.
pub fn binary() -> Option<PathBuf> {
    let named = PathBuf::from(std::env::var_os("QUORUM_BIN")?);
    [named.join("geth"), named].into_iter().find(|path| path.is_file())
}

impl Network {
    /// Starts one node per validator in `folder` and waits for the first block.
    ///
    /// # Errors
    /// What could not be written, started or reached.
    pub fn start(binary: &Path, folder: &Path, genesis: &Value, validators: &[Validator]) -> Result<Self, String> {
        let ports: Vec<(u16, u16)> = validators.iter().map(|_| Ok((free_port()?, free_port()?))).collect::<Result<_, String>>()?;
        let enodes: Vec<String> =
            validators.iter().zip(&ports).map(|(validator, (p2p, _))| format!("enode://{}@127.0.0.1:{p2p}", hex::encode(validator.public))).collect();
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let genesis_file = folder.join("genesis.json");
        fs::write(&genesis_file, genesis.to_string()).map_err(|error| error.to_string())?;
        let mut network = Self { nodes: Vec::new() };
        for (index, (validator, (p2p, rpc))) in validators.iter().zip(&ports).enumerate() {
            let home = folder.join(format!("node{index}"));
            fs::create_dir_all(home.join("geth")).map_err(|error| error.to_string())?;
            fs::write(home.join("geth/nodekey"), hex::encode(validator.secret)).map_err(|error| error.to_string())?;
            let config = format!("[Node.P2P]\nListenAddr = \"127.0.0.1:{p2p}\"\nStaticNodes = {enodes:?}\n");
            fs::write(home.join("config.toml"), config).map_err(|error| error.to_string())?;
            let init = Command::new(binary).arg("--datadir").arg(&home).arg("init").arg(&genesis_file).output().map_err(|error| error.to_string())?;
            if !init.status.success() {
                return Err(format!("geth init: {}", String::from_utf8_lossy(&init.stderr)));
            }
            let log = fs::File::create(home.join("log")).map_err(|error| error.to_string())?;
            let chain_id = genesis["config"]["chainId"].to_string();
            let process = Command::new(binary)
                .arg("--datadir")
                .arg(&home)
                .arg("--config")
                .arg(home.join("config.toml"))
                .args(["--networkid", &chain_id, "--nodiscover", "--nat", "none", "--syncmode", "full", "--gcmode", "archive", "--ipcdisable"])
                .args(["--mine", "--miner.threads", "1", "--miner.gasprice", "0"])
                .args(["--http", "--http.addr", "127.0.0.1", "--http.port", &rpc.to_string(), "--http.api", "eth,net,istanbul"])
                .env("PRIVATE_CONFIG", "ignore")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .map_err(|error| error.to_string())?;
            network.nodes.push(Node { process, rpc: *rpc });
        }
        network.wait_for_block(1)?;
        Ok(network)
    }

    /// Asks node `index`.
    ///
    /// # Errors
    /// The node does not answer, or answers with an error.
    pub fn ask(&self, index: usize, method: &str, params: Value) -> Result<Value, String> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let answer = post(self.nodes[index].rpc, &body).map_err(|error| format!("{method}: {error}"))?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| format!("{method}: {error}"))?;
        match answer.get("error") {
            Some(error) if !error.is_null() => Err(format!("{method}: {error}")),
            _ => Ok(answer["result"].clone()),
        }
    }

    /// Number of the newest block of the first node.
    ///
    /// # Errors
    /// As [`Network::ask`].
    pub fn newest(&self) -> Result<u64, String> {
        let number = self.ask(0, "eth_blockNumber", json!([]))?;
        u64::from_str_radix(number.as_str().unwrap_or_default().trim_start_matches("0x"), 16).map_err(|error| error.to_string())
    }

    /// Waits until the first node has this block.
    ///
    /// # Errors
    /// It does not come in time.
    pub fn wait_for_block(&self, number: u64) -> Result<(), String> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.newest().is_ok_and(|newest| newest >= number) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(format!("no block {number} within {PATIENCE:?}"))
    }

    /// Sends a signed transaction and waits for its receipt.
    ///
    /// # Errors
    /// It is refused, or not mined in time.
    pub fn send(&self, raw: &[u8]) -> Result<Value, String> {
        let hash = self.ask(0, "eth_sendRawTransaction", json!([format!("0x{}", hex::encode(raw))]))?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let receipt = self.ask(0, "eth_getTransactionReceipt", json!([hash]))?;
            if !receipt.is_null() {
                return Ok(receipt);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(format!("{hash} is not mined within {PATIENCE:?}"))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            // Its own process, by its id; it may have ended by itself.
            let _ = node.process.kill();
            let _ = node.process.wait();
        }
    }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// One request of HTTP/1.0: the node closes the connection behind its answer.
fn post(port: u16, body: &str) -> Result<String, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
    let head = format!("POST / HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
    let (status, rest) = answer.split_once("\r\n").ok_or("no HTTP answer")?;
    if !status.contains(" 200") {
        return Err(status.to_owned());
    }
    rest.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).ok_or_else(|| "an HTTP answer without a body".to_owned())
}
