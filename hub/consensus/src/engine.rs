//! The driver: Malachite's engine on one side, a [`Host`] on the other.
//!
//! Start at [`start`]. The driver answers the engine's messages one by one from a task of its own; while the next height waits for its
//! pace, messages go on being answered, so that peers' early parts are kept and sync is served.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_malachitebft_app_channel as channel;
use arc_malachitebft_core_types as core;
use channel::app::config::{ConsensusConfig, NodeConfig, ValueSyncConfig};
use channel::app::engine::host::{HeightParams, Next, SyncedValueOutcome};
use channel::app::net::Multiaddr;
use channel::app::types::codec::Codec;
use channel::app::types::sync::RawDecidedValue;
use channel::app::types::{Keypair, LocallyProposedValue, ProposedValue};
use channel::{AppMsg, Channels, EngineHandle, NetworkMsg, Reply, Signer as _};
use core::{Round, Validity};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::{block_in_place, JoinHandle};

use crate::admission;
use crate::codec::Borsh;
use crate::context::HubContext;
use crate::host::{Host, HostError, Proposed, Received, Rules, Synced, SyncedValue};
use crate::prevotes::Prevotes;
use crate::signing::{HubSigner, HubVerifier};
use crate::stream::{self, Streamed, Streams};
use crate::{BlockHeight, Certificate, ConsensusKey, Validator, ValidatorAddress, ValidatorSet};

/// How long the engine's actors get to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How often to look whether they have.
const STOP_POLL: Duration = Duration::from_millis(5);
/// Requests waiting for the engine.
const REQUESTS_MAX: usize = 100;
/// Decided blocks handed to a peer in one answer.
const SYNC_BATCH_MAX: u64 = 16;

/// What the engine needs to know of this node.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// This chain: part of every vote's sign bytes.
    pub chain_id: tendermint::chain::Id,
    /// Name shown to peers.
    pub moniker: String,
    /// Consensus key. A node that is not in the validator set follows without voting.
    pub key: ConsensusKey,
    /// Seed of the libp2p identity, 32 bytes.
    pub node_seed: [u8; 32],
    /// The engine's write-ahead log.
    pub wal: PathBuf,
    /// Multiaddress to listen on, e.g. `/ip4/127.0.0.1/tcp/26656`.
    pub listen: String,
    /// Multiaddresses of peers to stay connected with.
    pub persistent_peers: Vec<String>,
    /// Refuse every other peer.
    pub persistent_peers_only: bool,
}

/// Why the engine could not start or stopped.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A setting that is not what it should be.
    #[error("setting `{setting}`: {why}")]
    Config {
        /// Which one.
        setting: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The engine's own word.
    #[error("consensus engine: {0}")]
    Engine(String),
    /// The node's side failed.
    #[error(transparent)]
    Host(#[from] HostError),
}

/// A running engine.
pub struct Engine {
    stop: watch::Sender<bool>,
    driver: JoinHandle<Result<(), EngineError>>,
}

impl Engine {
    /// Asks the engine to stop; [`Engine::wait`] then returns.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the engine has stopped, by request or by failure.
    ///
    /// # Errors
    /// What made it stop, if not a request.
    pub async fn wait(&mut self) -> Result<(), EngineError> {
        (&mut self.driver).await.map_err(|e| EngineError::Engine(format!("driver task: {e}")))?
    }
}

/// libp2p peer id of a node with this identity seed.
///
/// # Errors
/// [`EngineError::Config`] if the seed makes no key.
pub fn peer_id(node_seed: [u8; 32]) -> Result<String, EngineError> {
    Ok(keypair(node_seed)?.public().to_peer_id().to_string())
}

fn keypair(node_seed: [u8; 32]) -> Result<Keypair, EngineError> {
    Keypair::ed25519_from_bytes(node_seed).map_err(|e| EngineError::Config { setting: "node_key", why: e.to_string() })
}

/// Whether addresses are multiaddresses, as [`start`] wants them.
///
/// # Errors
/// [`EngineError::Config`] for the first that is none.
pub fn check_addresses(listen: &str, persistent_peers: &[String]) -> Result<(), EngineError> {
    multiaddress("p2p.listen", listen)?;
    persistent_peers.iter().try_for_each(|peer| multiaddress("p2p.persistent_peers", peer).map(drop))
}

fn multiaddress(setting: &'static str, text: &str) -> Result<Multiaddr, EngineError> {
    text.parse().map_err(|e| EngineError::Config { setting, why: format!("`{text}` is not a multiaddress: {e}") })
}

/// Starts the engine; `host` answers it from now on. Needs a multi-threaded runtime: host calls block.
///
/// # Errors
/// [`EngineError`] for settings that do not parse, a port in use, a write-ahead log that cannot be opened.
pub async fn start(config: EngineConfig, host: impl Host) -> Result<Engine, EngineError> {
    let address = Validator::new(&config.key.public_key(), 1).map_err(|e| EngineError::Config { setting: "validator_key", why: e.to_string() })?.address();
    let prevotes = Arc::new(Prevotes::default());
    let signer = HubSigner { key: config.key.clone(), chain_id: config.chain_id.clone(), prevotes: prevotes.clone() };
    let (channels, engine) = start_engine(&config, address, signer.clone()).await?;
    let (stop, stopped) = watch::channel(false);
    let driver = Driver { address, host, signer, validators: None, channels, streams: Streams::default(), waiting: None, wal: config.wal };
    let driver = tokio::spawn(driver.run(engine, stopped));
    Ok(Engine { stop, driver })
}

async fn start_engine(
    config: &EngineConfig, address: ValidatorAddress, signer: HubSigner,
) -> Result<(Channels<HubContext>, EngineHandle), EngineError> {
    let verifier = HubVerifier { chain_id: config.chain_id.clone(), prevotes: signer.prevotes.clone() };
    let keypair = keypair(config.node_seed)?;
    let peer = keypair.public().to_peer_id().to_bytes();
    let engine_error = |e: &dyn std::fmt::Debug| EngineError::Engine(format!("{e:?}"));
    let proof = signer.sign_validator_proof(config.key.public_key().to_vec(), peer).await.map_err(|e| engine_error(&e))?;
    let proof = Borsh.encode(&proof).map_err(|e| engine_error(&e))?;
    let identity = channel::NetworkIdentity::new_validator(config.moniker.clone(), keypair, address.to_string(), proof);
    channel::start_engine(
        HubContext,
        settings(config)?,
        channel::WalContext::new(config.wal.clone(), Borsh),
        channel::NetworkContext::new(identity, Borsh),
        channel::ConsensusContext::new_validator(address, Box::new(verifier), Box::new(signer)),
        channel::SyncContext::new(Borsh),
        channel::RequestContext::new(REQUESTS_MAX),
    )
    .await
    .map_err(|e| EngineError::Engine(format!("{e:#}")))
}

#[derive(Clone)]
struct Settings {
    moniker: String,
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl NodeConfig for Settings {
    fn moniker(&self) -> &str {
        &self.moniker
    }
    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }
    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }
    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }
    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

fn settings(config: &EngineConfig) -> Result<Settings, EngineError> {
    let mut consensus = ConsensusConfig::default();
    consensus.p2p.listen_addr = multiaddress("p2p.listen", &config.listen)?;
    consensus.p2p.persistent_peers = config.persistent_peers.iter().map(|peer| multiaddress("p2p.persistent_peers", peer)).collect::<Result<_, _>>()?;
    consensus.p2p.persistent_peers_only = config.persistent_peers_only;
    // Several nodes of one operator share an address on loopback and behind one gateway.
    consensus.p2p.discovery.max_connections_per_ip = 64;
    let sync = ValueSyncConfig { status_update_interval: Duration::from_secs(2), ..ValueSyncConfig::default() };
    Ok(Settings { moniker: config.moniker.clone(), consensus, sync })
}

struct Driver<H> {
    address: ValidatorAddress,
    host: H,
    signer: HubSigner,
    /// Who decides the height that the engine works on, once there is one.
    validators: Option<ValidatorSet>,
    channels: Channels<HubContext>,
    streams: Streams,
    /// The engine's question "what next?", held back until the next height should start.
    waiting: Option<Waiting>,
    /// The engine's log, which it holds locked while it runs.
    wal: PathBuf,
}

struct Waiting {
    reply: Reply<Next<HubContext>>,
    rules: Rules,
    pace: std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>>,
}

/// True if nobody holds the file locked, or it cannot be opened at all.
fn unlocked(file: &Path) -> bool {
    File::open(file).map_or(true, |file| !matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn params(rules: &Rules) -> HeightParams<HubContext> {
    HeightParams::new(rules.validators.clone(), core::LinearTimeouts::default(), None)
}

fn to_engine(proposed: Proposed) -> ProposedValue<HubContext> {
    ProposedValue {
        height: BlockHeight(proposed.height),
        round: Round::new(proposed.round),
        valid_round: proposed.pol_round.map_or(Round::Nil, Round::new),
        proposer: proposed.proposer,
        value: proposed.id,
        validity: Validity::from_bool(proposed.valid),
    }
}

/// Rounds of the engine's questions are defined; nil would be its defect.
fn number(round: Round) -> u32 {
    round.as_u32().expect("the engine asks about defined rounds")
}

impl<H: Host> Driver<H> {
    async fn run(mut self, engine: EngineHandle, mut stopped: watch::Receiver<bool>) -> Result<(), EngineError> {
        let outcome = loop {
            tokio::select! {
                biased;
                () = asked(&mut stopped) => break Ok(()),
                message = self.channels.consensus.recv() => match message {
                    None => break Err(EngineError::Engine("the engine stopped by itself; see its last log lines".into())),
                    Some(message) => if let Err(e) = self.answer(message).await { break Err(e) },
                },
                () = paced(&mut self.waiting) => self.start_next(),
            }
        };
        engine.actor.stop(Some("the node stops".into()));
        let ended = async {
            let _ = engine.handle.await;
            // The engine's parts end on their own; whoever starts on this home next needs the log unlocked.
            while !unlocked(&self.wal) {
                tokio::time::sleep(STOP_POLL).await;
            }
        };
        if tokio::time::timeout(STOP_TIMEOUT, ended).await.is_err() {
            tracing::warn!("the consensus engine did not stop within {STOP_TIMEOUT:?}");
        }
        outcome
    }

    fn start_next(&mut self) {
        if let Some(Waiting { reply, rules, .. }) = self.waiting.take() {
            // A closed channel means that the engine is stopping; its own channel then ends the loop.
            self.begin(&rules);
            let _ = reply.send(Next::Start(BlockHeight(rules.height), params(&rules)));
        }
    }

    fn begin(&mut self, rules: &Rules) {
        self.signer.prevotes.begin(rules);
        self.validators = Some(rules.validators.clone());
    }

    async fn answer(&mut self, message: AppMsg<HubContext>) -> Result<(), EngineError> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                let rules = block_in_place(|| self.host.next())?;
                self.begin(&rules);
                let _ = reply.send((BlockHeight(rules.height), params(&rules)));
            }
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                let stored = block_in_place(|| self.host.stored(height.0, number(round)))?;
                let _ = reply_value.send(stored.into_iter().map(to_engine).collect());
            }
            AppMsg::GetValue { height, round, reply, .. } => {
                let (id, bytes) = block_in_place(|| self.host.propose(height.0, number(round)))?;
                let _ = reply.send(LocallyProposedValue::new(height, round, id));
                let proposal = stream::Proposed { height: height.0, round, pol_round: Round::Nil, proposer: self.address, id, publisher: self.address };
                self.publish(proposal, &bytes).await?;
            }
            AppMsg::ReceivedProposalPart { from, published_by, part, reply } => {
                let publisher = published_by.unwrap_or(from).to_bytes();
                let proposed = match self.streams.take(publisher, part).and_then(|streamed| self.admit(streamed)) {
                    None => None,
                    Some(received) => self.receive(received)?,
                };
                let _ = reply.send(proposed.map(to_engine));
            }
            AppMsg::RestreamProposal { height, round, valid_round, address, value_id } => {
                if let Some(bytes) = block_in_place(|| self.host.bytes(height.0, &value_id))? {
                    let proposal = stream::Proposed { height: height.0, round, pol_round: valid_round, proposer: address, id: value_id, publisher: self.address };
                    self.publish(proposal, &bytes).await?;
                }
            }
            AppMsg::Decided { reply, .. } => {
                let _ = reply.send(());
            }
            AppMsg::Finalized { certificate, reply, .. } => self.finalize(&(&certificate).into(), reply)?,
            AppMsg::GetHistoryMinHeight { reply } => {
                let _ = reply.send(BlockHeight(self.host.oldest()));
            }
            AppMsg::GetDecidedValues { range, reply } => {
                let (from, to) = (range.start().0, range.end().0);
                let to = to.min(from.saturating_add(SYNC_BATCH_MAX - 1));
                let decided = block_in_place(|| self.host.decided(from, to))?;
                let _ = reply.send(decided.into_iter().map(|(bytes, c)| RawDecidedValue::new(bytes.into(), c.into())).collect());
            }
            AppMsg::ProcessSyncedValue { height, round, proposer, value_bytes, reply } => {
                let value = SyncedValue { height: height.0, round: number(round), proposer, bytes: value_bytes.to_vec() };
                let outcome = match block_in_place(|| self.host.synced(value))? {
                    Synced::Judged(proposed) => SyncedValueOutcome::Verdict(to_engine(proposed)),
                    Synced::PeerFault => SyncedValueOutcome::PeerFault,
                };
                let _ = reply.send(outcome);
            }
            // Vote extensions are not in use: none is made, and a peer's is nothing to us.
            AppMsg::ExtendVote { reply, .. } => {
                let _ = reply.send(None);
            }
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                let _ = reply.send(extensions.into_iter().map(|(address, _)| (address, Ok(()))).collect());
            }
        }
        Ok(())
    }

    fn admit(&self, streamed: Streamed) -> Option<Received> {
        admission::admit(&self.signer.chain_id, self.validators.as_ref()?, &self.signer.prevotes, streamed)
    }

    fn receive(&mut self, received: Received) -> Result<Option<Proposed>, EngineError> {
        let height = received.height;
        let proposed = block_in_place(|| self.host.receive(received))?;
        // A peer has begun the height that we hold back: follow.
        if self.waiting.as_ref().is_some_and(|waiting| waiting.rules.height == height) {
            self.start_next();
        }
        Ok(proposed)
    }

    fn finalize(&mut self, certificate: &Certificate, reply: Reply<Next<HubContext>>) -> Result<(), EngineError> {
        match block_in_place(|| self.host.finalize(certificate)) {
            Ok(()) => {
                let rules = block_in_place(|| self.host.next())?;
                self.waiting = Some(Waiting { reply, rules, pace: self.host.pace() });
            }
            Err(HostError::MissingBlock { height }) => {
                tracing::warn!(height, "decided a block whose bytes are not here; starting the height again to fetch it");
                let rules = block_in_place(|| self.host.next())?;
                self.begin(&rules);
                let _ = reply.send(Next::Restart(BlockHeight(rules.height), params(&rules)));
            }
            Err(fatal) => return Err(fatal.into()),
        }
        Ok(())
    }

    async fn publish(&mut self, proposal: stream::Proposed, bytes: &[u8]) -> Result<(), EngineError> {
        let signature = self.signer.sign_stream(&proposal);
        for message in stream::messages(proposal, signature, bytes) {
            let sent = self.channels.network.send(NetworkMsg::PublishProposalPart(message)).await;
            sent.map_err(|_| EngineError::Engine("the network task is gone".into()))?;
        }
        Ok(())
    }
}

/// Resolves when a stop is asked for, or when nobody is left who could ask.
async fn asked(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await.is_ok();
}

/// Resolves when the held-back height should start; never while none is held back.
async fn paced(waiting: &mut Option<Waiting>) {
    match waiting {
        Some(waiting) => (&mut waiting.pace).await,
        None => std::future::pending().await,
    }
}
