//! One block, every part of which can be bent.

use govhub_x509::testing::der_signature;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::Network;
use crate::decode::{encode, HEADER_URL};
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::suite::Hash;
use crate::{block, merkle, transaction, Consensus, Suite};

/// A write of a transaction: contract, state key, value.
pub type Write = (String, Vec<u8>, Vec<u8>);

/// A block as its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Its header.
    pub header: chain::BlockHeader,
    /// Its transactions.
    pub txs: Vec<chain::Transaction>,
    /// What they wrote.
    pub rw_sets: Vec<chain::TxRwSet>,
    /// Its DAG.
    pub dag: Vec<u8>,
    /// Its votes.
    pub vote_set: chain::VoteSet,
}

impl Made {
    /// Signs a transaction again, its payload as it stands.
    pub fn sign_tx(&mut self, network: &Network, place: usize) {
        let tx = &mut self.txs[place];
        let signed = tx.payload.clone().unwrap_or_default().encode_to_vec();
        let (key, member) = &network.client;
        tx.sender = Some(chain::EndorsementEntry { signer: Some(member.clone()), signature: der_signature(key, &signed) });
    }

    /// Puts the hashes of what was written into the transactions, and count, roots and DAG hash into the header.
    pub fn root(&mut self, suite: Suite) {
        for (tx, rw_set) in self.txs.iter_mut().zip(&self.rw_sets) {
            if let Some(result) = &mut tx.result {
                result.rw_set_hash = suite.hash(&[&rw_set.encode_to_vec()]).to_vec();
            }
        }
        let rw_hashes: Vec<Hash> = self.rw_sets.iter().map(|rw_set| suite.hash(&[&rw_set.encode_to_vec()])).collect();
        self.header.tx_count = u32::try_from(self.txs.len()).expect("few transactions");
        self.header.tx_root = merkle::root(suite, &self.leaves(suite)).map(|root| root.to_vec()).unwrap_or_default();
        self.header.rw_set_root = merkle::root(suite, &rw_hashes).map(|root| root.to_vec()).unwrap_or_default();
        self.header.dag_hash = suite.hash(&[&self.dag]).to_vec();
    }

    /// Hashes the header as it stands, lets node `proposer` sign it, and nodes `voters` vote for it.
    pub fn sign(&mut self, network: &Network, proposer: usize, voters: &[usize]) {
        let node = &network.nodes[proposer];
        self.header.proposer = Some(node.member.clone());
        let hash = block::hash(network.suite, &self.header);
        self.header.block_hash = hash.to_vec();
        self.header.signature = der_signature(&node.key, &hash);
        self.vote(network, 0, voters);
    }

    /// Lets nodes `voters` vote in `round` for the block hash as it stands.
    pub fn vote(&mut self, network: &Network, round: i32, voters: &[usize]) {
        if network.consensus == Consensus::Raft {
            return;
        }
        let (height, hash) = (self.header.block_height, &self.header.block_hash);
        let votes = voters.iter().map(|place| {
            let node = &network.nodes[*place];
            chain::VoteEntry { voter: node.id.clone().into_bytes(), vote: Some(network.vote(node, height, round, hash)) }
        });
        let votes: Vec<_> = votes.collect();
        let sum = i64::try_from(votes.len()).expect("few votes");
        self.vote_set = chain::VoteSet { r#type: 1, height, round, sum, maj23: hash.clone(), votes, votes_by_block: Vec::new() };
    }

    /// Roots, hash, signature and as many votes as make a quorum.
    pub fn seal(&mut self, network: &Network) {
        self.root(network.suite);
        let quorum = network.nodes.len() * 2 / 3 + 1;
        self.sign(network, 0, &(0..quorum).collect::<Vec<_>>());
    }

    /// Its hash.
    pub fn hash(&self, suite: Suite) -> Hash {
        block::hash(suite, &self.header)
    }

    /// As a node returns it, votes twice and all.
    pub fn info(&self) -> chain::BlockInfo {
        let extra = chain::ExtraData { key: b"TBFTAddtionalDataKey".to_vec(), value: chain::VoteSet { votes_by_block: vec![b"again".to_vec()], ..self.vote_set.clone() }.encode_to_vec() };
        let block = chain::Block {
            header: self.header.encode_to_vec(),
            dag: self.dag.clone(),
            txs: self.txs.iter().map(Message::encode_to_vec).collect(),
            additional_data: Some(chain::AdditionalData { extra_data: vec![extra] }),
        };
        chain::BlockInfo { block: Some(block), rw_sets: self.rw_sets.iter().map(Message::encode_to_vec).collect() }
    }

    /// Its header and votes, without what it did.
    pub fn bare(&self) -> raw::Block {
        let vote_set = if self.vote_set == chain::VoteSet::default() { Vec::new() } else { self.vote_set.encode_to_vec() };
        raw::Block { header: self.header.encode_to_vec(), vote_set, body: None }
    }

    /// The same with everything that it did.
    pub fn whole(&self) -> raw::Block {
        let entries = self.txs.iter().zip(&self.rw_sets).map(|(tx, rw_set)| raw::Entry { tx: tx.encode_to_vec(), rw_set: rw_set.encode_to_vec(), ..Default::default() });
        raw::Block { body: Some(raw::Body { entries: entries.collect(), dag: self.dag.clone() }), ..self.bare() }
    }

    /// The message that updates a client by this block.
    pub fn update(&self) -> Any {
        message(vec![self.whole()])
    }

    /// A transaction with its way to the root and what it wrote.
    pub fn proof(&self, suite: Suite, place: usize) -> raw::Proof {
        raw::Proof {
            tx: self.txs[place].encode_to_vec(),
            index: u32::try_from(place).expect("few transactions"),
            path: merkle::path(suite, &self.leaves(suite), place),
            rw_set: self.rw_sets[place].encode_to_vec(),
        }
    }

    fn leaves(&self, suite: Suite) -> Vec<Hash> {
        self.txs.iter().map(|tx| transaction::read(suite, self.header.block_version, &tx.encode_to_vec()).expect("of our own making").1).collect()
    }
}

/// The message that updates a client by these blocks.
pub(super) fn message(blocks: Vec<raw::Block>) -> Any {
    encode(HEADER_URL, &raw::Header { blocks, ..Default::default() })
}
