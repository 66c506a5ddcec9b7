//! The engine itself, with hosts in memory: one validator, and four that talk over loopback.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use govhub_consensus::engine::{self, Engine, EngineConfig};
use govhub_consensus::header::{Expected, Last};
use govhub_consensus::params::ConsensusParams;
use govhub_consensus::{
    commit, results, time_rule, Block, Certificate, ConsensusKey, Host, HostError, Proposed, Received, Rules, Synced, SyncedValue, Validator, ValidatorAddress,
    ValidatorSet, ValueId,
};
use tokio::sync::watch;

use crate::chain::{chain_id, verdict_at, Made};
use tendermint_light_client_verifier::Verdict;

type Chain = Arc<Mutex<Vec<Made>>>;

/// Blocks without a state machine.
struct MemoryHost {
    me: ValidatorAddress,
    validators: ValidatorSet,
    chain: Chain,
    undecided: BTreeMap<(u64, u32, ValueId), Received>,
    height: watch::Sender<u64>,
}

fn clock() -> tendermint::Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    tendermint::Time::from_unix_timestamp(since.as_secs() as i64, since.subsec_nanos()).expect("a time")
}

impl MemoryHost {
    fn expected(&self) -> Expected {
        let chain = self.chain.lock().expect("no panic holds it");
        Expected {
            chain_id: chain_id(),
            height: chain.len() as u64 + 1,
            last: chain.last().map(|made| Last { id: made.block.id(&made.bytes), time: made.block.header.time, validators: self.validators.clone() }),
            genesis_time: tendermint::Time::unix_epoch(),
            validators: self.validators.clone(),
            next_validators: self.validators.clone(),
            app_hash: [3; 32],
            last_results_hash: results::hash(&[]),
            params: ConsensusParams { block_max_bytes: 1 << 20, block_max_gas: -1 },
            app_version: 1,
        }
    }

    fn judge(&self, received: &Received) -> Proposed {
        let valid = Block::decode(&received.bytes)
            .is_ok_and(|b| b.value_id(&received.bytes) == received.id && b.check(received.bytes.len(), &self.expected()).is_ok());
        let Received { height, round, pol_round, proposer, id, .. } = received.clone();
        Proposed { height, round, pol_round, proposer, id, valid }
    }

    fn deciding(&self) -> u64 {
        self.chain.lock().expect("no panic holds it").len() as u64 + 1
    }
}

impl Host for MemoryHost {
    fn next(&mut self) -> Result<Rules, HostError> {
        Ok(Rules { height: self.deciding(), validators: self.validators.clone() })
    }
    fn stored(&mut self, height: u64, round: u32) -> Result<Vec<Proposed>, HostError> {
        Ok(self.undecided.values().filter(|r| r.height == height && r.round == round).map(|r| self.judge(r)).collect())
    }
    fn propose(&mut self, height: u64, round: u32) -> Result<(ValueId, Vec<u8>), HostError> {
        let expected = self.expected();
        let txs = vec![vec![height as u8; 70_000], round.to_be_bytes().to_vec()];
        let last_commit = self.chain.lock().expect("no panic holds it").last().map(|made| made.commit.clone());
        let header = expected.header(time_rule::propose(clock(), expected.last_time()), &txs, last_commit.as_ref(), self.me);
        let block = Block { header, txs, last_commit };
        let bytes = block.encode();
        let id = block.value_id(&bytes);
        self.undecided.insert((height, round, id), Received { height, round, pol_round: None, locked: false, proposer: self.me, id, bytes: bytes.clone() });
        Ok((id, bytes))
    }
    fn receive(&mut self, received: Received) -> Result<Option<Proposed>, HostError> {
        self.undecided.insert((received.height, received.round, received.id), received.clone());
        Ok((received.height == self.deciding()).then(|| self.judge(&received)))
    }
    fn bytes(&mut self, height: u64, id: &ValueId) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.undecided.values().find(|r| r.height == height && r.id == *id).map(|r| r.bytes.clone()))
    }
    fn synced(&mut self, value: SyncedValue) -> Result<Synced, HostError> {
        let Ok(block) = Block::decode(&value.bytes) else { return Ok(Synced::PeerFault) };
        let SyncedValue { height, round, proposer, bytes } = value;
        let received = Received { height, round, pol_round: None, locked: false, proposer, id: block.value_id(&bytes), bytes };
        self.undecided.insert((height, round, received.id), received.clone());
        Ok(Synced::Judged(self.judge(&received)))
    }
    fn finalize(&mut self, certificate: &Certificate) -> Result<(), HostError> {
        let height = certificate.height;
        let bytes = self.bytes(height, &certificate.id)?.ok_or(HostError::MissingBlock { height })?;
        let block = Block::decode(&bytes).map_err(|e| HostError::Fatal(e.to_string()))?;
        block.check(bytes.len(), &self.expected()).map_err(|e| HostError::Fatal(e.to_string()))?;
        let commit = commit::from_certificate(certificate, &self.validators).expect("numbers fit");
        let made = Made { block, bytes, commit, validators: self.validators.clone(), next: self.validators.clone() };
        self.chain.lock().expect("no panic holds it").push(made);
        self.undecided.retain(|(h, ..), _| *h > height);
        self.height.send_replace(height);
        Ok(())
    }
    fn pace(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(20)))
    }
    fn oldest(&mut self) -> u64 {
        1
    }
    fn decided(&mut self, from: u64, to: u64) -> Result<Vec<(Vec<u8>, Certificate)>, HostError> {
        let chain = self.chain.lock().expect("no panic holds it");
        let of = |made: &Made| (made.bytes.clone(), commit::to_certificate(&made.commit, made.block.header.time).expect("ours"));
        Ok(chain.iter().skip(from as usize - 1).take((to + 1 - from) as usize).map(of).collect())
    }
}

struct Running {
    engine: Engine,
    chain: Chain,
    height: watch::Receiver<u64>,
}

fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<_> = (0..count).map(|_| std::net::TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    held.iter().map(|l| l.local_addr().expect("bound").port()).collect()
}

async fn start(index: usize, ports: &[u16], dir: &std::path::Path, chain: Chain) -> Running {
    let key = |i: usize| ConsensusKey::from_seed([i as u8 + 1; 32]);
    let validators = (0..ports.len()).map(|i| Validator::new(&key(i).public_key(), 10).expect("a key")).collect();
    let validators = ValidatorSet::new(validators).expect("a set");
    let me = Validator::new(&key(index).public_key(), 10).expect("a key").address();
    let (sender, height) = watch::channel(0);
    let host = MemoryHost { me, validators, chain: chain.clone(), undecided: BTreeMap::new(), height: sender };
    let peers = ports.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, port)| format!("/ip4/127.0.0.1/tcp/{port}"));
    let config = EngineConfig {
        chain_id: chain_id(),
        moniker: format!("v{index}"),
        key: key(index),
        node_seed: [index as u8 + 101; 32],
        wal: dir.join(format!("{index}.wal")),
        listen: format!("/ip4/127.0.0.1/tcp/{}", ports[index]),
        persistent_peers: peers.collect(),
        persistent_peers_only: true,
    };
    let engine = engine::start(config, host).await.expect("started");
    Running { engine, chain, height }
}

async fn reach(running: &mut Running, height: u64) {
    let reached = running.height.wait_for(|h| *h >= height);
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("in time").expect("the host lives");
}

fn check(chain: &Chain) {
    let chain = chain.lock().expect("no panic holds it");
    for pair in chain.windows(2) {
        let (old, new) = (&pair[0], &pair[1]);
        assert_eq!(verdict_at(old, new, clock()), Verdict::Success);
        assert_eq!(new.block.last_commit.as_ref().map(|c| c.block_id), Some(old.block.id(&old.bytes)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_validator_decides_stops_and_goes_on_from_where_it_stood() {
    let dir = tempfile::tempdir().expect("a directory");
    let chain = Chain::default();
    let mut running = start(0, &free_ports(1), dir.path(), chain.clone()).await;
    reach(&mut running, 10).await;
    running.engine.stop();
    running.engine.wait().await.expect("stopped on request");
    let before = chain.lock().expect("free").len() as u64;
    let mut again = start(0, &free_ports(1), dir.path(), chain.clone()).await;
    reach(&mut again, before + 5).await;
    again.engine.stop();
    again.engine.wait().await.expect("stopped on request");
    check(&chain);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_validators_decide_the_same_blocks_and_a_latecomer_catches_up() {
    let dir = tempfile::tempdir().expect("a directory");
    let ports = free_ports(4);
    let mut running = Vec::new();
    for index in 0..3 {
        running.push(start(index, &ports, dir.path(), Chain::default()).await);
    }
    reach(&mut running[0], 5).await;
    running.push(start(3, &ports, dir.path(), Chain::default()).await);
    for node in &mut running {
        reach(node, 8).await;
    }
    for node in &mut running {
        node.engine.stop();
        node.engine.wait().await.expect("stopped on request");
    }
    let hash = |node: &Running, at: usize| node.chain.lock().expect("free")[at].block.header.hash();
    for at in 0..8 {
        assert!(running.iter().all(|node| hash(node, at) == hash(&running[0], at)), "height {}", at + 1);
    }
    running.iter().for_each(|node| check(&node.chain));
}
