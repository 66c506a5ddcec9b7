//! Honest blocks, one after the other.

use std::collections::BTreeMap;

use govhub_x509::testing::pem;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::block::{message, Made, Write};
use super::network::Network;
use crate::proto::chainmaker::v2 as chain;
use crate::{changes, KeyMap};

/// Time of the genesis block, in Unix seconds; each block is a second later than its parent.
pub const GENESIS_S: i64 = 1_800_000_000;

/// What a transaction does.
#[derive(Clone, Debug)]
pub struct Call {
    /// Contract that is called.
    pub contract: String,
    /// Method.
    pub method: String,
    /// What it writes.
    pub writes: Vec<Write>,
    /// What it returns.
    pub result: Vec<u8>,
    /// Topics and data of its events.
    pub events: Vec<(String, Vec<String>)>,
    /// 0 if it succeeds; else it writes nothing.
    pub code: i32,
}

impl Call {
    /// A call that writes.
    pub fn writing(contract: &str, writes: Vec<Write>) -> Self {
        Self { contract: contract.into(), method: "P".into(), writes, result: b"ok".to_vec(), events: Vec::new(), code: 0 }
    }

    /// A call of the department's contract that puts `value` under a packet path, as the protocol's key map says.
    pub fn packet(path: &[u8], value: &[u8]) -> Self {
        let map = KeyMap::protocol();
        Self::writing(map.contract(), vec![(map.contract().into(), map.state_key(path), value.to_vec())])
    }

    /// A call that fails.
    pub fn failing(contract: &str) -> Self {
        Self { code: 4, result: Vec::new(), ..Self::writing(contract, Vec::new()) }
    }

    /// A call of `contract` that writes a configuration: CHAIN_CONFIG itself, or MULTI_SIGN.
    pub fn configuring(contract: &str, config: &chain::ChainConfig) -> Self {
        let (name, bytes) = (String::from_utf8_lossy(changes::CHAIN_CONFIG).into_owned(), config.encode_to_vec());
        Self { result: bytes.clone(), ..Self::writing(contract, vec![(name.clone(), name.into_bytes(), bytes)]) }
    }

    /// A call of `contract` that freezes the certificate of that hash, or thaws it where `certificate` is empty.
    pub fn freezing(contract: &str, hash: &[u8; 32], certificate: &[u8]) -> Self {
        Self::writing(contract, vec![("CERT_MANAGE".into(), format!("freeze_{}", hex::encode(hash)).into_bytes(), certificate.to_vec())])
    }

    /// A call that puts an authority's revocation list in place.
    pub fn revoking(key_id: &[u8], list: &[u8]) -> Self {
        Self::writing("CERT_MANAGE", vec![("CERT_MANAGE".into(), format!("c_{}", hex::encode(key_id)).into_bytes(), pem("crl", list).into_bytes())])
    }
}

/// A chain with all of its blocks.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Its nodes, as the newest block left them.
    pub network: Network,
    /// Its blocks from genesis on.
    pub blocks: Vec<Made>,
    sequence: u64,
    conf_height: u64,
}

impl Chain {
    /// A chain with its genesis block.
    pub fn new(network: Network) -> Self {
        let mut chain = Self { blocks: Vec::new(), sequence: 0, conf_height: 0, network };
        let call = Call { method: "Genesis".into(), ..Call::configuring("CHAIN_CONFIG", &chain.network.config(0)) };
        let mut genesis = chain.draft(&[call]);
        genesis.header.block_type = 1;
        genesis.txs[0].sender = None;
        genesis.root(chain.network.suite);
        genesis.header.block_hash = genesis.hash(chain.network.suite).to_vec();
        chain.blocks.push(genesis);
        chain
    }

    /// The newest block.
    pub fn newest(&self) -> &Made {
        self.blocks.last().expect("a chain has a genesis block")
    }

    /// The next block with these calls, not yet part of the chain: rooted and signed, to be bent by tests.
    pub fn next(&self, calls: &[Call]) -> Made {
        let mut made = self.draft(calls);
        made.header.block_type = i32::from(calls.iter().any(|call| call.contract == "CHAIN_CONFIG"));
        made.seal(&self.network);
        made
    }

    /// Makes the next block with these calls.
    pub fn make(&mut self, calls: &[Call]) -> Made {
        let made = self.next(calls);
        self.push(made.clone());
        made
    }

    /// Appends a block.
    pub fn push(&mut self, made: Made) {
        let first = made.txs.first();
        if first.is_some_and(changes::is_valid_config) {
            self.conf_height = made.header.block_height;
        }
        self.blocks.push(made);
    }

    /// The configuration that comes after the present one, with the nodes of `network`.
    pub fn next_config(&self, network: &Network) -> chain::ChainConfig {
        network.config(self.sequence + 1)
    }

    /// Makes the block that puts `network` in place of the present one: by a call of `contract`, which is CHAIN_CONFIG, or MULTI_SIGN in an
    /// ordinary block. The present nodes sign it.
    pub fn reconfigure(&mut self, contract: &str, network: Network) -> Made {
        let made = self.make(&[Call::configuring(contract, &self.next_config(&network))]);
        (self.network, self.sequence) = (network, self.sequence + 1);
        made
    }

    /// A trust file made from the genesis block, without options.
    #[cfg(feature = "native")]
    pub fn trust_file(&self, options: &BTreeMap<String, String>) -> Result<govhub_lc_core::TrustFile, govhub_lc_core::Reason> {
        crate::native::trust_file(&self.blocks[0].info().encode_to_vec(), options)
    }

    /// The message that updates a client by the blocks from `first` to `last`.
    pub fn run(&self, first: usize, last: usize) -> Any {
        message(self.blocks[first..=last].iter().map(Made::whole).collect())
    }

    fn draft(&self, calls: &[Call]) -> Made {
        let height = u64::try_from(self.blocks.len()).expect("few blocks");
        let header = chain::BlockHeader {
            block_version: 2_030_700,
            chain_id: self.network.chain_id.clone().into_bytes(),
            block_height: height,
            pre_block_hash: self.blocks.last().map(|parent| parent.header.block_hash.clone()).unwrap_or_default(),
            pre_conf_height: self.conf_height,
            block_timestamp: GENESIS_S + i64::try_from(height).expect("few blocks"),
            ..Default::default()
        };
        let mut made = Made { header, txs: Vec::new(), rw_sets: Vec::new(), dag: vec![0x12, 0x00], vote_set: chain::VoteSet::default() };
        for (place, call) in calls.iter().enumerate() {
            let (tx, rw_set) = self.transaction(call, &format!("{height:032x}{place:032x}"));
            made.txs.push(tx);
            made.rw_sets.push(rw_set);
            made.sign_tx(&self.network, place);
        }
        made
    }

    fn transaction(&self, call: &Call, tx_id: &str) -> (chain::Transaction, chain::TxRwSet) {
        let payload = chain::Payload {
            chain_id: self.network.chain_id.clone().into_bytes(),
            tx_id: tx_id.into(),
            timestamp: GENESIS_S,
            contract_name: call.contract.clone().into_bytes(),
            method: call.method.clone().into_bytes(),
            ..Default::default()
        };
        let events = call.events.iter().map(|(topic, data)| chain::ContractEvent {
            topic: topic.clone().into_bytes(),
            tx_id: tx_id.into(),
            contract_name: call.contract.clone().into_bytes(),
            contract_version: b"1.0".to_vec(),
            event_data: data.iter().map(|text| text.clone().into_bytes()).collect(),
        });
        let contract = chain::ContractResult {
            code: u32::from(call.code != 0),
            result: call.result.clone(),
            gas_used: 17,
            contract_event: events.collect(),
            ..Default::default()
        };
        let result = chain::Result { code: call.code, contract_result: Some(contract), ..Default::default() };
        let tx = chain::Transaction { payload: Some(payload), result: Some(result), ..Default::default() };
        let writes = call.writes.iter().map(|(contract, key, value)| chain::TxWrite { key: key.clone(), value: value.clone(), contract_name: contract.clone().into_bytes() });
        (tx, chain::TxRwSet { tx_id: tx_id.into(), tx_reads: Vec::new(), tx_writes: writes.collect() })
    }
}
