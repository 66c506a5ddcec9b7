//! Chains of our own making: honest blocks of 2.x and 3.x in both suites, hashed and signed with real keys as the nodes do, with
//! transactions, receipts and both trees. For attacks here and for packets in the crates above.
//!
//! Made by the formulas that `fisco/live` and the fixtures of the vectors confirm; gas, blooms and state roots are filler, which no rule
//! looks at.

mod entry;
mod node;
mod tree;

pub use entry::{hexadecimal, receipt_v3, Entry};
pub use node::{listed, nodes, Node};
pub use tree::tree;

pub use crate::header::FieldsV2 as HeaderFieldsV2;

use govhub_types::key::SigningKey;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::attestation;
use crate::decode::{encode, HEADER_URL, MISBEHAVIOUR_URL};
use crate::event::Stored;
use crate::header::{encode_v2, hash_v3};
use crate::key_map::{stored_topic, Address, EventTrust, KeyMap, Place};
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, signed_header::Fields};
use crate::sealers::SealerSet;
use crate::state::{ClientState, ConsensusState, Version};
use crate::suite::{Hash, Suite};

/// Time of block 0 in tests, milliseconds.
pub const GENESIS_MS: u64 = 1_800_000_000_000;

/// The bridge contract of every chain here.
pub const BRIDGE: Address = [0xb1; 20];

/// A chain with all its blocks.
#[derive(Clone)]
pub struct Chain {
    /// Generation.
    pub version: Version,
    /// Hash and signature.
    pub suite: Suite,
    /// Chain id.
    pub chain_id: String,
    /// Group id.
    pub group_id: String,
    /// Sealers of the next block, as it lists them.
    pub nodes: Vec<Node>,
    /// rPBFT's working set; 0 for PBFT.
    pub working_sealers: u32,
    /// Where packets stand and why they are believed.
    pub key_map: KeyMap,
    /// Who attests events, in the key map's order.
    pub attestors: Vec<SigningKey>,
    blocks: Vec<Block>,
}

/// A block: who signs it, what it holds.
#[derive(Clone)]
pub struct Block {
    /// Header fields.
    pub fields: Fields,
    /// Header hash.
    pub hash: Hash,
    /// The sealers that it lists.
    pub nodes: Vec<Node>,
    /// Transactions.
    pub transactions: Vec<raw::Transaction>,
    /// Receipts, in the same order.
    pub receipts: Vec<raw::Receipt>,
    transactions_root: Hash,
    receipts_root: Hash,
    time_ms: u64,
}

impl Chain {
    /// A chain of four sealers, at block 0.
    pub fn new(version: Version, suite: Suite) -> Self {
        Self::of(version, suite, nodes(suite, 1, 4))
    }

    /// A chain of `nodes`, at block 0.
    pub fn of(version: Version, suite: Suite, nodes: Vec<Node>) -> Self {
        match version {
            Version::V2 => Self::of_group(version, suite, nodes, "1", "1"),
            Version::V3 => Self::of_group(version, suite, nodes, "chain0", "group0"),
        }
    }

    /// A group of `nodes`, at its block 0, which alone tells it from others of the same nodes.
    pub fn of_group(version: Version, suite: Suite, nodes: Vec<Node>, chain: &str, group: &str) -> Self {
        let trust = match version {
            Version::V2 => EventTrust::Unambiguous,
            Version::V3 => EventTrust::ClosedDeployment("deployment by the operators' committee alone".into()),
        };
        let key_map = KeyMap { bridge: BRIDGE, place: Place::Stored(stored_topic(suite)), trust };
        let (chain_id, group_id) = (chain.to_owned(), group.to_owned());
        let mut chain = Self { version, suite, chain_id, group_id, nodes, working_sealers: 0, key_map, attestors: Vec::new(), blocks: Vec::new() };
        chain.seal(Vec::new());
        chain
    }

    /// Number of the newest block.
    pub fn newest(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// Block `number`.
    pub fn block(&self, number: u64) -> &Block {
        &self.blocks[usize::try_from(number).expect("a test's number")]
    }

    /// The same chain cut off after block `number`: where a fork begins.
    pub fn cut(&self, number: u64) -> Self {
        let mut chain = self.clone();
        chain.blocks.truncate(usize::try_from(number + 1).expect("a test's number"));
        chain
    }

    /// Seals `entries` into the next block; its number.
    pub fn seal(&mut self, entries: Vec<Entry>) -> u64 {
        let block = self.draft(&entries);
        self.push(block)
    }

    /// Takes a block as the next.
    pub fn push(&mut self, block: Block) -> u64 {
        self.blocks.push(block);
        self.newest()
    }

    /// The next block with `entries`, not yet taken.
    pub fn draft(&self, entries: &[Entry]) -> Block {
        let number = self.blocks.len() as u64;
        let transactions: Vec<_> = entries.iter().map(|entry| entry.transaction(self.version, self.suite, &self.chain_id, &self.group_id)).collect();
        let receipts: Vec<_> = entries.iter().map(|entry| entry.receipt(self.version, self.suite, number)).collect();
        let mut block = self.draft_of(transactions, receipts);
        block.time_ms = GENESIS_MS + number * 1_000;
        block
    }

    /// The next block with such transactions and receipts.
    pub fn draft_of(&self, transactions: Vec<raw::Transaction>, receipts: Vec<raw::Receipt>) -> Block {
        let number = self.blocks.len() as u64;
        let root = |hashes: Vec<&Vec<u8>>| tree(self.version, self.suite, &hashes.into_iter().map(|hash| hash.as_slice().try_into().expect("32 bytes")).collect::<Vec<_>>()).0;
        let transactions_root = root(transactions.iter().map(|transaction| &transaction.hash).collect());
        let receipts_root = root(receipts.iter().map(|receipt| &receipt.hash).collect());
        let parent = self.blocks.last().map_or([0; 32], |block| block.hash);
        let time_ms = GENESIS_MS + number * 1_000;
        let listed: Vec<Vec<u8>> = self.nodes.iter().map(|node| node.id().to_vec()).collect();
        let configuration = if number == 0 { format!("chainID: {}\ngrouID: {}\n", self.chain_id, self.group_id).into_bytes() } else { Vec::new() };
        let fields = match self.version {
            Version::V2 => Fields::Rlp(encode_v2(&HeaderFieldsV2 {
                parent: parent.to_vec(),
                state_root: vec![4; 32],
                transactions_root: transactions_root.to_vec(),
                receipts_root: receipts_root.to_vec(),
                database_hash: vec![4; 32],
                bloom: vec![0; 256],
                number,
                timestamp_ms: time_ms,
                extra: if number == 0 { vec![configuration.clone()] } else { Vec::new() },
                sealers: listed,
                ..Default::default()
            })),
            Version::V3 => Fields::V3(raw::HeaderV3 {
                version: 0x0302_0000,
                parents: vec![raw::Parent { number: number.saturating_sub(1), hash: parent.to_vec() }],
                transactions_root: transactions_root.to_vec(),
                receipts_root: receipts_root.to_vec(),
                state_root: vec![4; 32],
                number,
                gas_used: "24363".into(),
                timestamp_ms: time_ms,
                sealer: 0,
                sealer_list: listed,
                extra_data: configuration,
                weights: self.nodes.iter().map(|node| node.weight).collect(),
            }),
        };
        let hash = fields_hash(self.suite, &fields);
        Block { fields, hash, nodes: self.nodes.clone(), transactions, receipts, transactions_root, receipts_root, time_ms }
    }

    /// Stores `value` under `path` by one transaction in a block of its own; the block's height.
    pub fn store(&mut self, path: &[u8], value: &[u8]) -> Height {
        let Place::Stored(topic) = self.key_map.place else { panic!("the chain's key map is for packets") };
        let entry = Entry::stored(self.suite, self.key_map.bridge, topic, self.blocks.len() as u64, path, value);
        Height::new(0, self.seal(vec![entry]))
    }

    /// A proof for packets: the first event that stored `path`, attested if the chain has attestors.
    pub fn packet_proof(&self, path: &[u8], value: &[u8]) -> (Height, Vec<u8>) {
        let data = crate::event::encode(path, value);
        let holds = |receipt: &raw::Receipt| receipt.encode_to_vec().windows(data.len()).any(|window| window == data);
        let (number, index) = (0..=self.newest())
            .find_map(|number| self.block(number).receipts.iter().position(holds).map(|index| (number, index)))
            .expect("was stored on this chain");
        let mut proof = self.proof(number, index, raw::Claim::Event);
        proof.attestations = self.attest(number, path, value);
        (Height::new(0, number), proof.encode_to_vec())
    }

    /// A proof of what stands at `index` in block `number`.
    pub fn proof(&self, number: u64, index: usize, claim: raw::Claim) -> raw::Proof {
        let block = self.block(number);
        let paths = |hashes: Vec<&Vec<u8>>| tree(self.version, self.suite, &hashes.into_iter().map(|hash| hash.as_slice().try_into().expect("32 bytes")).collect::<Vec<_>>()).1;
        let with_transaction = matches!(claim, raw::Claim::Transaction | raw::Claim::Call);
        let with_receipt = claim != raw::Claim::Transaction;
        raw::Proof {
            number,
            claim: claim.into(),
            index: u32::try_from(index).expect("few"),
            count: if self.version == Version::V3 { u32::try_from(block.receipts.len()).expect("few") } else { 0 },
            transaction: with_transaction.then(|| block.transactions[index].clone()),
            transaction_path: with_transaction.then(|| paths(block.transactions.iter().map(|transaction| &transaction.hash).collect())[index].clone()),
            receipt: with_receipt.then(|| block.receipts[index].clone()),
            receipt_path: with_receipt.then(|| paths(block.receipts.iter().map(|receipt| &receipt.hash).collect())[index].clone()),
            log: 0,
            attestations: Vec::new(),
        }
    }

    /// What every attestor of the chain says of an event in block `number`.
    pub fn attest(&self, number: u64, path: &[u8], value: &[u8]) -> Vec<raw::Attestation> {
        let stored = Stored { path: path.to_vec(), value: value.to_vec() };
        let statement = attestation::statement(&self.client(number), &self.state(number), number, &self.key_map.bridge, &stored);
        let message = attestation::sign_bytes(&statement);
        let sign = |(place, key): (usize, &SigningKey)| raw::Attestation { attestor: u32::try_from(place).expect("few"), signature: key.sign(&message) };
        self.attestors.iter().enumerate().map(sign).collect()
    }

    /// Block `number`'s header, signed by all it lists.
    pub fn header(&self, number: u64) -> raw::SignedHeader {
        self.block(number).signed(self.version)
    }

    /// An update over blocks `from` to `to`.
    pub fn update(&self, from: u64, to: u64) -> Any {
        update(&(from..=to).map(|number| self.header(number)).collect::<Vec<_>>())
    }

    /// A client that believes block `number`.
    pub fn client(&self, number: u64) -> ClientState {
        ClientState::from_raw(self.client_raw(number)).expect("a right client state")
    }

    /// The same as its message.
    pub fn client_raw(&self, number: u64) -> raw::ClientState {
        raw::ClientState {
            chain_id: self.chain_id.clone(),
            group_id: self.group_id.clone(),
            genesis_hash: self.block(0).hash.to_vec(),
            version: if self.version == Version::V2 { raw::Version::Version2 } else { raw::Version::Version3 }.into(),
            suite: if self.suite == Suite::Keccak { raw::Suite::KeccakSecp256k1 } else { raw::Suite::Sm3Sm2 }.into(),
            working_sealers: self.working_sealers,
            trusting_period_s: 14 * 86_400,
            key_map: Some(self.key_map.to_raw()),
            latest_number: number,
            sealers: self.block(number).set().to_raw(),
            frozen: false,
        }
    }

    /// What a client keeps of block `number`.
    pub fn state(&self, number: u64) -> ConsensusState {
        let block = self.block(number);
        ConsensusState {
            hash: block.hash,
            time: Time::from_unix_ns(block.time_ms * 1_000_000),
            transactions_root: block.transactions_root,
            receipts_root: block.receipts_root,
            sealers_hash: block.set().hash(),
        }
    }
}

impl Block {
    /// The header signed by all sealers that it lists.
    pub fn signed(&self, version: Version) -> raw::SignedHeader {
        self.signed_by(version, &(0..self.nodes.len()).collect::<Vec<_>>())
    }

    /// The header signed by the sealers at `places`.
    pub fn signed_by(&self, version: Version, places: &[usize]) -> raw::SignedHeader {
        let sign = |place: &usize| raw::Signature { index: u32::try_from(*place).expect("few"), signature: self.nodes[*place].sign(version, &self.hash) };
        raw::SignedHeader { fields: Some(self.fields.clone()), hash: self.hash.to_vec(), signatures: places.iter().map(sign).collect() }
    }

    /// The same block with other fields, hashed anew.
    pub fn bent(&self, suite: Suite, bend: impl FnOnce(&mut Fields)) -> Self {
        let mut block = self.clone();
        bend(&mut block.fields);
        block.hash = fields_hash(suite, &block.fields);
        block
    }

    /// The set that it lists.
    pub fn set(&self) -> SealerSet {
        SealerSet::new(self.nodes.iter().map(Node::sealer).collect()).expect("a right set")
    }
}

fn fields_hash(suite: Suite, fields: &Fields) -> Hash {
    match fields {
        Fields::Rlp(bytes) => suite.hash(&[bytes]),
        Fields::V3(fields) => hash_v3(suite, fields),
    }
}

/// The hash that a header of 3.x gives, whatever its form.
pub fn header_hash_v3(suite: Suite, fields: &raw::HeaderV3) -> Hash {
    hash_v3(suite, fields)
}

/// A header of 2.x as RLP.
pub fn encode_header_v2(fields: &HeaderFieldsV2) -> Vec<u8> {
    encode_v2(fields)
}

/// Headers as an update.
pub fn update(headers: &[raw::SignedHeader]) -> Any {
    encode(HEADER_URL, &raw::Header { headers: headers.to_vec() })
}

/// Two headers as evidence, under the set of the block below both.
pub fn evidence(one: raw::SignedHeader, two: raw::SignedHeader, below: &SealerSet) -> Any {
    encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { header_1: Some(one), header_2: Some(two), sealers: below.to_raw() })
}

/// Any message of this family as `Any`.
pub fn any(url: &str, message: &impl Message) -> Any {
    encode(url, message)
}
