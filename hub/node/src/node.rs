//! A running node: store, ledger, mempool, consensus, RPC.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use govhub_consensus::engine::{self, Engine, EngineConfig, EngineError};
use govhub_consensus::{ConsensusKey, Validator};
use govhub_store::{Backend, Store};
use govhub_types::key::KeyKind;
use tokio::net::TcpListener;
use tokio::sync::{watch, Semaphore};
use tokio::task::JoinHandle;

use crate::application::Application;
use crate::config::Config;
use crate::genesis::Genesis;
use crate::home::Home;
use crate::host::NodeHost;
use crate::keys::{self, Sealing};
use crate::ledger::Ledger;
use crate::mempool::Mempool;
use crate::rpc::{self, Rpc};

/// How long open RPC connections get to finish.
const RPC_STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// A running node.
pub struct Node {
    engine: Engine,
    rpc: JoinHandle<std::io::Result<()>>,
    rpc_addr: SocketAddr,
    stop: watch::Sender<bool>,
    ledger: Arc<Ledger>,
}

impl Node {
    /// Starts the node of `home` over `backend`. Needs a multi-threaded runtime.
    ///
    /// # Errors
    /// In words, what was being done to what.
    pub async fn start(home: &Home, config: Config, app: Arc<dyn Application>, backend: Arc<dyn Backend>) -> anyhow::Result<Self> {
        config.check()?;
        let genesis = Genesis::read(&home.genesis())?;
        let sealing = if genesis.dev { Sealing::Optional } else { Sealing::Required };
        let password = keys::password_from_env()?;
        let secret = |path: std::path::PathBuf| -> anyhow::Result<[u8; 32]> {
            let key = keys::read(&path, password.as_ref(), sealing)?;
            anyhow::ensure!(key.kind() == KeyKind::Ed25519, "key file `{}`: nodes and validators have Ed25519 keys, found {}", path.display(), key.kind().name());
            Ok(*key.secret())
        };
        let key = ConsensusKey::from_seed(secret(home.validator_key())?);
        let node_seed = secret(home.node_key())?;

        let store = Store::open(backend).context("opening the state")?;
        let ledger = Arc::new(Ledger::open(store, app, genesis)?);
        let mempool = Arc::new(Mempool::new(config.mempool.clone(), ledger.clone()));
        let me = Validator::new(&key.public_key(), 1)?.address();
        if ledger.tip().validators.get(&me).is_none() {
            tracing::warn!("{me} is not in the validator set: this node follows without voting");
        }
        let host = NodeHost::new(ledger.clone(), mempool.clone(), config.blocks.clone(), config.state.versions_kept, me)?;

        let listener = TcpListener::bind(config.rpc.listen).await.with_context(|| format!("listening for RPC on {}", config.rpc.listen))?;
        let rpc_addr = listener.local_addr()?;
        let wal = home.wal();
        let wal_dir = wal.parent().expect("the log lies in a directory");
        std::fs::create_dir_all(wal_dir).with_context(|| format!("making `{}`", wal_dir.display()))?;
        let engine_config = EngineConfig {
            chain_id: ledger.chain_id(),
            moniker: config.moniker.clone(),
            key: key.clone(),
            node_seed,
            wal,
            listen: config.p2p.listen.clone(),
            persistent_peers: config.p2p.persistent_peers.clone(),
            persistent_peers_only: config.p2p.persistent_peers_only,
        };
        let rpc = Arc::new(Rpc {
            ledger: ledger.clone(),
            mempool,
            moniker: config.moniker,
            node_id: engine::peer_id(node_seed)?,
            p2p_listen: config.p2p.listen,
            validator_key: key.public_key(),
            requests: Arc::new(Semaphore::new(config.rpc.requests_max)),
            websockets: Arc::new(Semaphore::new(config.rpc.websockets_max)),
            config: crate::config::RpcConfig { listen: rpc_addr, ..config.rpc },
        });
        let engine = engine::start(engine_config, host).await?;
        let (stop, stopped) = watch::channel(false);
        let rpc = tokio::spawn(rpc::serve(listener, rpc, stopped));
        Ok(Self { engine, rpc, rpc_addr, stop, ledger })
    }

    /// Where RPC listens.
    pub fn rpc_addr(&self) -> SocketAddr {
        self.rpc_addr
    }

    /// The tip's height, as it changes.
    pub fn height(&self) -> watch::Receiver<u64> {
        self.ledger.height()
    }

    /// Waits until consensus stops by itself.
    ///
    /// # Errors
    /// Why it did.
    pub async fn failed(&mut self) -> Result<(), EngineError> {
        self.engine.wait().await
    }

    /// Stops: no new height, open connections finish, the engine stops.
    ///
    /// # Errors
    /// What went wrong while stopping.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        self.engine.stop();
        self.engine.wait().await?;
        let mut rpc = self.rpc;
        // A subscriber may keep its connection as long as it likes; the node does not wait for it.
        if tokio::time::timeout(RPC_STOP_TIMEOUT, &mut rpc).await.is_err() {
            rpc.abort();
        }
        Ok(())
    }
}
