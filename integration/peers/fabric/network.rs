//! Fabric on loopback: orderers, one peer, their keys and their channel; stopped by process id.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for a program to come up, or for a block to be made.
const PATIENCE: Duration = Duration::from_secs(60);

/// The channel.
pub const CHANNEL: &str = "live";

/// The release's programs, if the operator has them.
pub fn programs() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("FABRIC_BIN")?);
    ["cryptogen", "configtxgen", "configtxlator", "osnadmin", "orderer", "peer"].iter().all(|name| folder.join(name).is_file()).then_some(folder)
}

/// A running network; its programs end with it.
pub struct Network {
    programs: PathBuf,
    folder: PathBuf,
    children: Vec<Child>,
    orderers: Vec<Orderer>,
    peer_port: u16,
}

struct Orderer {
    port: u16,
    admin_port: u16,
}

/// Who calls the tools.
#[derive(Clone, Copy)]
pub enum Caller {
    /// Administrator of the orderers.
    OrdererAdmin,
    /// Administrator of the organisation.
    Admin,
}

impl Network {
    /// Starts `orderers` orderers of one organisation, BFT or Raft, and a peer of another, and joins all to the channel.
    ///
    /// # Errors
    /// What could not be made or started.
    pub fn start(programs: &Path, folder: &Path, bft: bool, orderers: usize) -> Result<Self, String> {
        let ports = free_ports(3 * orderers + 4)?;
        let nodes = (0..orderers).map(|node| Orderer { port: ports[3 * node], admin_port: ports[3 * node + 1] }).collect();
        let mut network =
            Self { programs: programs.into(), folder: folder.into(), children: Vec::new(), orderers: nodes, peer_port: ports[3 * orderers] };
        write(&folder.join("crypto.yaml"), &crypto(orderers))?;
        run(network.tool("cryptogen").args(["generate", "--config", "crypto.yaml", "--output", "crypto"]))?;
        write(&folder.join("configtx.yaml"), &network.profile(bft))?;
        run(network.tool("configtxgen").args(["-profile", "Live", "-channelID", CHANNEL, "-outputBlock", "genesis.block", "-configPath", "."]))?;
        for node in 0..orderers {
            network.start_orderer(node, ports[3 * node + 2])?;
        }
        network.start_peer(&ports[3 * orderers..])?;
        for node in 0..orderers {
            network.join_orderer(node)?;
        }
        patiently(|| run(network.peer(Caller::Admin).args(["channel", "join", "-b", "genesis.block"])))?;
        Ok(network)
    }

    /// The genesis block.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn genesis(&self) -> Result<Vec<u8>, String> {
        read(&self.folder.join("genesis.block"))
    }

    /// A block as an orderer serves it, once it is there.
    ///
    /// # Errors
    /// It does not come.
    pub fn block_of_orderer(&self, number: u64, node: usize) -> Result<Vec<u8>, String> {
        let file = format!("o{node}-{number}.block");
        patiently(|| {
            let mut tool = self.peer(Caller::OrdererAdmin);
            run(self.to_orderer(tool.args(["channel", "fetch", &number.to_string(), &file, "-c", CHANNEL]), node))
        })?;
        read(&self.folder.join(file))
    }

    /// A block as the peer has it, with its validation codes, once it is there.
    ///
    /// # Errors
    /// It does not come.
    pub fn block_of_peer(&self, number: u64) -> Result<Vec<u8>, String> {
        let file = format!("p-{number}.block");
        patiently(|| run(self.peer(Caller::Admin).args(["channel", "fetch", &number.to_string(), &file, "-c", CHANNEL])))?;
        read(&self.folder.join(file))
    }

    /// Approves and commits a definition of chaincode `name`: two transactions, in two blocks.
    ///
    /// # Errors
    /// A tool refuses.
    pub fn define_chaincode(&self, name: &str) -> Result<(), String> {
        for step in ["approveformyorg", "commit"] {
            let mut tool = self.peer(Caller::Admin);
            let tool = tool.args(["lifecycle", "chaincode", step, "--channelID", CHANNEL, "--name", name, "--version", "1.0", "--sequence", "1"]);
            run(self.to_orderer(tool, 0))?;
        }
        Ok(())
    }

    /// Changes the configuration that block `number` carries, as administrators do it: decoded, changed, encoded, and sent as an update.
    ///
    /// # Errors
    /// A tool refuses.
    pub fn reconfigure(&self, number: u64, caller: Caller, change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let block = self.block_of_orderer(number, 0)?;
        write_bytes(&self.folder.join("config.block"), &block)?;
        self.translate("proto_decode", "common.Block", "config.block", "block.json")?;
        let decoded: Value = serde_json::from_slice(&read(&self.folder.join("block.json"))?).map_err(|error| error.to_string())?;
        let before = decoded["data"]["data"][0]["payload"]["data"]["config"].clone();
        let mut after = before.clone();
        change(&mut after["channel_group"]);
        for (name, config) in [("before", before), ("after", after)] {
            write(&self.folder.join(format!("{name}.json")), &config.to_string())?;
            self.translate("proto_encode", "common.Config", &format!("{name}.json"), &format!("{name}.pb"))?;
        }
        let update = ["compute_update", "--channel_id", CHANNEL, "--original", "before.pb", "--updated", "after.pb", "--output", "update.pb"];
        run(self.tool("configtxlator").args(update))?;
        self.translate("proto_decode", "common.ConfigUpdate", "update.pb", "update.json")?;
        let update: Value = serde_json::from_slice(&read(&self.folder.join("update.json"))?).map_err(|error| error.to_string())?;
        let header = serde_json::json!({"channel_header": {"channel_id": CHANNEL, "type": 2}});
        let envelope = serde_json::json!({"payload": {"header": header, "data": {"config_update": update}}});
        write(&self.folder.join("envelope.json"), &envelope.to_string())?;
        self.translate("proto_encode", "common.Envelope", "envelope.json", "envelope.pb")?;
        run(self.to_orderer(self.peer(caller).args(["channel", "update", "-f", "envelope.pb", "-c", CHANNEL]), 0))
    }

    fn translate(&self, way: &str, kind: &str, from: &str, to: &str) -> Result<(), String> {
        run(self.tool("configtxlator").args([way, "--type", kind, "--input", from, "--output", to]))
    }

    /// Certificate and key of the organisation's authority, PEM, and a certificate of a user of it.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn authority(&self) -> Result<[Vec<u8>; 3], String> {
        let organisation = self.folder.join("crypto/peerOrganizations/org.test");
        let user = organisation.join("users/User1@org.test/msp/signcerts/User1@org.test-cert.pem");
        Ok([read(&organisation.join("ca/ca.org.test-cert.pem"))?, read(&organisation.join("ca/priv_sk"))?, read(&user)?])
    }

    fn start_orderer(&mut self, node: usize, operations_port: u16) -> Result<(), String> {
        let (home, Orderer { port, admin_port }) = (self.orderer_home(node), &self.orderers[node]);
        let tls = home.join("tls");
        let mut tool = self.tool("orderer");
        tool.env("ORDERER_GENERAL_LISTENADDRESS", "127.0.0.1")
            .env("ORDERER_GENERAL_LISTENPORT", port.to_string())
            .env("ORDERER_GENERAL_LOCALMSPID", "OrdererMSP")
            .env("ORDERER_GENERAL_LOCALMSPDIR", home.join("msp"))
            .env("ORDERER_GENERAL_BOOTSTRAPMETHOD", "none")
            .env("ORDERER_GENERAL_TLS_ENABLED", "true")
            .env("ORDERER_GENERAL_TLS_PRIVATEKEY", tls.join("server.key"))
            .env("ORDERER_GENERAL_TLS_CERTIFICATE", tls.join("server.crt"))
            .env("ORDERER_GENERAL_TLS_ROOTCAS", format!("[{}]", tls.join("ca.crt").display()))
            .env("ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE", tls.join("server.crt"))
            .env("ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY", tls.join("server.key"))
            .env("ORDERER_GENERAL_CLUSTER_ROOTCAS", format!("[{}]", tls.join("ca.crt").display()))
            .env("ORDERER_ADMIN_LISTENADDRESS", format!("127.0.0.1:{admin_port}"))
            .env("ORDERER_ADMIN_TLS_ENABLED", "true")
            .env("ORDERER_ADMIN_TLS_PRIVATEKEY", tls.join("server.key"))
            .env("ORDERER_ADMIN_TLS_CERTIFICATE", tls.join("server.crt"))
            .env("ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED", "true")
            .env("ORDERER_ADMIN_TLS_CLIENTROOTCAS", format!("[{}]", tls.join("ca.crt").display()))
            .env("ORDERER_CHANNELPARTICIPATION_ENABLED", "true")
            .env("ORDERER_OPERATIONS_LISTENADDRESS", format!("127.0.0.1:{operations_port}"))
            .env("ORDERER_METRICS_PROVIDER", "disabled")
            .env("ORDERER_FILELEDGER_LOCATION", home.join("ledger"))
            .env("ORDERER_CONSENSUS_WALDIR", home.join("wal"))
            .env("ORDERER_CONSENSUS_SNAPDIR", home.join("snapshots"));
        let (port, admin_port) = (*port, *admin_port);
        self.children.push(start(&mut tool)?);
        patiently(|| listening(port).and_then(|()| listening(admin_port)))
    }

    fn join_orderer(&self, node: usize) -> Result<(), String> {
        let tls = self.orderer_home(node).join("tls");
        let address = format!("127.0.0.1:{}", self.orderers[node].admin_port);
        let mut tool = self.tool("osnadmin");
        tool.args(["channel", "join", "--channelID", CHANNEL, "--config-block", "genesis.block", "-o", &address]);
        for (option, file) in [("--ca-file", "ca.crt"), ("--client-cert", "server.crt"), ("--client-key", "server.key")] {
            tool.arg(option).arg(tls.join(file));
        }
        run(&mut tool)
    }

    fn start_peer(&mut self, ports: &[u16]) -> Result<(), String> {
        let [port, chaincode, operations, ..] = ports else { return Err("too few ports".into()) };
        let home = self.folder.join("crypto/peerOrganizations/org.test/peers/peer0.org.test");
        let address = format!("127.0.0.1:{port}");
        let mut tool = self.peer(Caller::Admin);
        tool.args(["node", "start"])
            .env("CORE_PEER_ID", "peer0.org.test")
            .env("CORE_PEER_LISTENADDRESS", &address)
            .env("CORE_PEER_CHAINCODELISTENADDRESS", format!("127.0.0.1:{chaincode}"))
            .env("CORE_PEER_GOSSIP_BOOTSTRAP", &address)
            .env("CORE_PEER_GOSSIP_EXTERNALENDPOINT", &address)
            .env("CORE_PEER_MSPCONFIGPATH", home.join("msp"))
            .env("CORE_PEER_FILESYSTEMPATH", home.join("ledger"))
            .env("CORE_LEDGER_SNAPSHOTS_ROOTDIR", home.join("snapshots"))
            .env("CORE_PEER_TLS_CERT_FILE", home.join("tls/server.crt"))
            .env("CORE_PEER_TLS_KEY_FILE", home.join("tls/server.key"))
            .env("CORE_OPERATIONS_LISTENADDRESS", format!("127.0.0.1:{operations}"))
            .env("CORE_METRICS_PROVIDER", "disabled")
            .env("CORE_VM_ENDPOINT", "");
        let port = *port;
        self.children.push(start(&mut tool)?);
        patiently(|| listening(port))
    }

    /// The `peer` tool with a caller's identity.
    fn peer(&self, caller: Caller) -> Command {
        let crypto = self.folder.join("crypto");
        let (msp, home) = match caller {
            Caller::OrdererAdmin => ("OrdererMSP", crypto.join("ordererOrganizations/ord.test/users/Admin@ord.test/msp")),
            Caller::Admin => ("OrgMSP", crypto.join("peerOrganizations/org.test/users/Admin@org.test/msp")),
        };
        let mut tool = self.tool("peer");
        tool.env("CORE_PEER_LOCALMSPID", msp)
            .env("CORE_PEER_MSPCONFIGPATH", home)
            .env("CORE_PEER_ADDRESS", format!("127.0.0.1:{}", self.peer_port))
            .env("CORE_PEER_TLS_ENABLED", "true")
            .env("CORE_PEER_TLS_ROOTCERT_FILE", crypto.join("peerOrganizations/org.test/peers/peer0.org.test/tls/ca.crt"));
        tool
    }

    fn to_orderer<'c>(&self, tool: &'c mut Command, node: usize) -> &'c mut Command {
        let authority = self.orderer_home(node).join("tls/ca.crt");
        tool.args(["-o", &format!("127.0.0.1:{}", self.orderers[node].port), "--tls", "--cafile"]).arg(authority)
    }

    fn tool(&self, name: &str) -> Command {
        let mut tool = Command::new(self.programs.join(name));
        tool.current_dir(&self.folder).env("FABRIC_CFG_PATH", self.programs.join("../config")).stdin(Stdio::null());
        tool
    }

    fn orderer_home(&self, node: usize) -> PathBuf {
        self.folder.join(format!("crypto/ordererOrganizations/ord.test/orderers/orderer{node}.ord.test"))
    }

    /// `configtx.yaml`.
    fn profile(&self, bft: bool) -> String {
        let consenter = |(node, orderer): (usize, &Orderer)| {
            let home = self.orderer_home(node);
            let (tls, identity) = (home.join("tls/server.crt"), home.join(format!("msp/signcerts/orderer{node}.ord.test-cert.pem")));
            let (tls, identity) = (tls.display(), identity.display());
            let port = orderer.port;
            match bft {
                true => format!(
                    "      - {{ID: {}, Host: 127.0.0.1, Port: {port}, MSPID: OrdererMSP, Identity: {identity}, ClientTLSCert: {tls}, ServerTLSCert: {tls}}}\n",
                    node + 1
                ),
                false => format!("        - {{Host: 127.0.0.1, Port: {port}, ClientTLSCert: {tls}, ServerTLSCert: {tls}}}\n"),
            }
        };
        let consenters: String = self.orderers.iter().enumerate().map(consenter).collect();
        let endpoints: String = self.orderers.iter().map(|orderer| format!("          - 127.0.0.1:{}\n", orderer.port)).collect();
        let (capability, ordering) = match bft {
            true => ("V3_0", format!("    OrdererType: BFT\n    ConsenterMapping:\n{consenters}    SmartBFT:\n      RequestBatchMaxInterval: 200ms\n")),
            false => ("V2_0", format!("    OrdererType: etcdraft\n    EtcdRaft:\n      Consenters:\n{consenters}")),
        };
        let crypto = self.folder.join("crypto");
        let crypto = crypto.display();
        let roles = |msp: &str, name: &str, roles: &[&str]| {
            let any: Vec<String> = roles.iter().map(|role| format!("'{msp}.{role}'")).collect();
            format!("          {name}: {{Type: Signature, Rule: \"OR({})\"}}\n", any.join(","))
        };
        let meta = "      Readers: {Type: ImplicitMeta, Rule: ANY Readers}\n      Writers: {Type: ImplicitMeta, Rule: ANY Writers}\n      Admins: {Type: ImplicitMeta, Rule: MAJORITY Admins}\n";
        let organisation = |name: &str, folder: &str, last: String| {
            let policies = [roles(name, "Readers", &["member"]), roles(name, "Writers", &["member"]), roles(name, "Admins", &["admin"])].concat();
            format!("      - Name: {name}\n        ID: {name}\n        MSPDir: {crypto}/{folder}/msp\n        Policies:\n{policies}{last}")
        };
        let orderers = organisation("OrdererMSP", "ordererOrganizations/ord.test", format!("        OrdererEndpoints:\n{endpoints}"));
        let users = organisation("OrgMSP", "peerOrganizations/org.test", roles("OrgMSP", "Endorsement", &["peer"]));
        format!(
            "Profiles:\n  Live:\n    Policies:\n{meta}    Capabilities: {{{capability}: true}}\n    Orderer:\n{}    Application:\n{}",
            indent(&format!(
                "{ordering}    BatchTimeout: 500ms\n    BatchSize: {{MaxMessageCount: 10, AbsoluteMaxBytes: 10 MB, PreferredMaxBytes: 512 KB}}\n    Organizations:\n{orderers}    Policies:\n{meta}      BlockValidation: {{Type: ImplicitMeta, Rule: ANY Writers}}\n    Capabilities: {{V2_0: true}}\n"
            )),
            indent(&format!(
                "    Organizations:\n{users}    Policies:\n{meta}      Endorsement: {{Type: ImplicitMeta, Rule: MAJORITY Endorsement}}\n      LifecycleEndorsement: {{Type: ImplicitMeta, Rule: MAJORITY Endorsement}}\n    Capabilities: {{V2_0: true}}\n"
            )),
        )
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended by itself; then there is nothing to do.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn crypto(orderers: usize) -> String {
    let specs: String = (0..orderers).map(|node| format!("      - {{Hostname: orderer{node}, SANS: [127.0.0.1]}}\n")).collect();
    format!(
        "OrdererOrgs:\n  - Name: Ord\n    Domain: ord.test\n    EnableNodeOUs: true\n    Specs:\n{specs}PeerOrgs:\n  - Name: Org\n    Domain: org.test\n    EnableNodeOUs: true\n    Template: {{Count: 1, SANS: [127.0.0.1]}}\n    Users: {{Count: 1}}\n"
    )
}

/// Two levels deeper.
fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    let listeners: Result<Vec<_>, _> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let listeners = listeners.map_err(|error| format!("no free port: {error}"))?;
    listeners.iter().map(|listener| listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())).collect()
}

fn listening(port: u16) -> Result<(), String> {
    TcpStream::connect(("127.0.0.1", port)).map(|_| ()).map_err(|error| format!("port {port}: {error}"))
}

fn start(tool: &mut Command) -> Result<Child, String> {
    tool.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| format!("{tool:?}: {error}"))
}

fn run(tool: &mut Command) -> Result<(), String> {
    let output = tool.output().map_err(|error| format!("{tool:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{tool:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// Tries again until it works, or patience ends.
fn patiently(mut attempt: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(_) if begin.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(300)),
            outcome => return outcome,
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
