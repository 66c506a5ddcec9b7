//! A channel: organisations, orderers, and the chain that they make.

use prost::Message as _;

use super::{rwset, Call, Draft, Node, Organisation, Rule, Signature, Tree, ADMIN, CLIENT, ORDERER, PEER};
use crate::config::bft_quorum;
use crate::config::bft_policy;
use crate::messages::common::{
    BlockDataHashingStructure, Capabilities, ChannelHeader, Config, ConfigEnvelope, ConfigSignature, ConfigUpdate, ConfigUpdateEnvelope, Consenter, Envelope,
    HashingAlgorithm, Header, MapEntry, Orderers, Payload, SignatureHeader, POLICY_SIGNATURE, TYPE_CONFIG, TYPE_CONFIG_UPDATE,
};
use crate::messages::orderer::{ConsensusType, RaftConsenter, RaftMetadata};
use crate::proto::govhub::lightclients::fabric::v1::{self as raw, endorsement_policy::Policy};
use crate::rwset::LIFECYCLE;
use crate::state::{ClientState, ConsensusState, KeptConfig};
use crate::wire::{messages, Many, Message};
use govhub_types::Time;

/// When anchors of test channels are accepted: 2026-09-13, while their certificates are valid.
pub const ACCEPTED_AT_S: u64 = 1_789_300_000;
/// Trusting period of test clients: 14 days.
pub const TRUSTING_PERIOD_S: u64 = 14 * 86_400;
/// The chaincode that keeps packets.
pub const CHAINCODE: &str = "govhub";
/// Where its definition was committed, as test clients are told.
pub const DEFINITION: (u64, u64) = (2, 1);

/// How the channel is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Raft.
    Raft,
    /// SmartBFT.
    Bft,
}

messages! {
    /// Value `BatchSize`.
    BatchSize {
        1 max_message_count: u32,
        2 absolute_max_bytes: u32,
        3 preferred_max_bytes: u32,
    }
    /// Value `BatchTimeout`.
    BatchTimeout<'a> { 1 timeout: &'a str, }
    /// Value `Endpoints` of an orderers' organisation.
    Endpoints<'a> { 1 addresses: Many<&'a str, 8>, }
}

/// A channel and its chain.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// How it is ordered.
    pub kind: Kind,
    /// Organisations of the orderers: two.
    pub orderer_organisations: Vec<Organisation>,
    /// Organisations that use it: two.
    pub organisations: Vec<Organisation>,
    /// Orderers, with numbers from 1, of the two organisations in turn.
    pub orderers: Vec<Node>,
    /// Its configuration.
    pub tree: Tree,
    /// How often that has changed.
    pub sequence: u64,
    /// Number of the block that carried it.
    pub config_block: u64,
    /// Blocks.
    pub chain: Vec<Draft>,
    calls: u64,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// It.
    pub value: Vec<u8>,
    /// Number of the block.
    pub block: u64,
    /// Place in the block.
    pub transaction: u64,
}

impl Channel {
    /// A channel with `orderers` orderers, at its genesis.
    pub fn new(id: &str, kind: Kind, orderers: u32) -> Self {
        let orderer_organisations = vec![Organisation::new("DataOrdMSP", 11), Organisation::new("ArchiveOrdMSP", 12)];
        let organisations = vec![Organisation::new("HousingMSP", 13), Organisation::new("LandMSP", 14)];
        let orderer = |index: u32| orderer_organisations[index as usize % 2].member(ORDERER, &format!("orderer{}", index + 1));
        let orderers = (0..orderers).map(orderer).collect();
        let mut channel = Self {
            id: id.into(),
            kind,
            orderer_organisations,
            organisations,
            orderers,
            tree: Tree::default(),
            sequence: 0,
            config_block: 0,
            chain: Vec::new(),
            calls: 0,
        };
        channel.tree = channel.genesis_tree();
        let config = channel.config_envelope(&channel.tree, 0, None);
        channel.chain.push(Draft { number: 0, previous_hash: None, data: vec![config], last_config: 0, consenter_metadata: Vec::new() });
        channel
    }

    /// The genesis block.
    pub fn genesis(&self) -> Vec<u8> {
        self.chain[0].block(&[])
    }

    /// The newest block.
    pub fn newest(&self) -> &Draft {
        self.chain.last().expect("there is a genesis")
    }

    /// What is stored of a client that starts from the newest configuration block.
    pub fn client(&self) -> (raw::ClientState, ConsensusState) {
        let kept = KeptConfig::new(self.sequence, &self.tree.write()).expect("a configuration of our own making");
        let config_block = &self.chain[usize::try_from(self.config_block).expect("small")];
        let parties = raw::Parties { kind: kept.parties.kind.into(), nodes: kept.parties.nodes };
        let consensus = ConsensusState {
            accepted_at: Time::from_unix_s(ACCEPTED_AT_S),
            header_hash: config_block.header().hash(),
            config_block: self.config_block,
            kept_at: self.config_block,
            config: Some(kept),
        };
        let policy = raw::EndorsementPolicy { policy: Some(Policy::ChannelPolicy("/Channel/Application/Endorsement".into())) };
        let client = raw::ClientState {
            channel_id: self.id.clone(),
            trusting_period_s: TRUSTING_PERIOD_S,
            raft: Some(raw::RaftSigners { orderers: 1, organisations: 1 }),
            endorsers: Some(raw::Endorsers { transaction: Some(policy), query: None }),
            key_map: Some(raw::KeyMap { chaincode: CHAINCODE.into(), prefix: "ibc/".into(), form: raw::PathForm::LowerHex.into(), query: "prove".into() }),
            definition: Some(raw::Version { block: DEFINITION.0, transaction: DEFINITION.1 }),
            latest_block: self.config_block,
            frozen: false,
            parties: Some(parties),
        };
        (client, consensus)
    }

    /// The same, checked.
    pub fn client_state(&self) -> ClientState {
        ClientState::from_raw(self.client().0).expect("a client of our own making")
    }

    /// The next block with these envelopes.
    pub fn draft(&self, data: Vec<Vec<u8>>) -> Draft {
        let newest = self.newest();
        Draft {
            number: newest.number + 1,
            previous_hash: Some(newest.header().hash()),
            data,
            last_config: self.config_block,
            consenter_metadata: vec![0x10, u8::try_from(newest.number % 100).expect("below 100")],
        }
    }

    /// Signatures on it as the channel asks: the first orderer's for Raft, a quorum's for BFT.
    pub fn signatures(&self, draft: &Draft) -> Vec<Signature> {
        match self.kind {
            Kind::Raft => vec![draft.classic(&self.orderers[0])],
            Kind::Bft => self.signatures_of(draft, 1..=u32::try_from(bft_quorum(self.orderers.len())).expect("few")),
        }
    }

    /// Signatures by number of the consenters given.
    pub fn signatures_of(&self, draft: &Draft, numbers: impl IntoIterator<Item = u32>) -> Vec<Signature> {
        numbers.into_iter().map(|number| draft.by_number(number, &self.orderers[number as usize - 1])).collect()
    }

    /// The block as the channel serves it.
    pub fn signed(&self, draft: &Draft) -> Vec<u8> {
        draft.block(&self.signatures(draft))
    }

    /// Puts a block of transactions on the chain; as served.
    pub fn order(&mut self, data: Vec<Vec<u8>>) -> Vec<u8> {
        let draft = self.draft(data);
        let block = self.signed(&draft);
        self.chain.push(draft);
        block
    }

    /// Puts a block with some transaction on the chain.
    pub fn order_something(&mut self) -> Vec<u8> {
        let entry = self.put("some-key", b"some value");
        self.order(vec![entry])
    }

    /// Changes the configuration; the block as served, signed under the old one.
    pub fn reconfigure(&mut self, change: impl FnOnce(&mut Tree), administrators: &[&Node]) -> Vec<u8> {
        let (entry, result) = self.config_entry(change, administrators);
        let draft = self.config_draft(entry);
        let block = self.signed(&draft);
        (self.tree, self.sequence, self.config_block) = (result, self.sequence + 1, draft.number);
        self.chain.push(draft);
        block
    }

    /// The next block with that configuration.
    pub fn config_draft(&self, entry: Vec<u8>) -> Draft {
        let draft = self.draft(vec![entry]);
        Draft { last_config: draft.number, ..draft }
    }

    /// A configuration with its update, and the tree that follows.
    pub fn config_entry(&self, change: impl FnOnce(&mut Tree), administrators: &[&Node]) -> (Vec<u8>, Tree) {
        let mut wanted = self.tree.clone();
        change(&mut wanted);
        let (read, write, result) = self.tree.update_to(&wanted);
        let update = self.update_envelope(&self.id, &read, &write, administrators);
        (self.config_envelope(&result, self.sequence + 1, Some(&update)), result)
    }

    /// An update as administrators send it.
    pub fn update_envelope(&self, channel_id: &str, read: &Tree, write: &Tree, administrators: &[&Node]) -> Vec<u8> {
        let (read, write) = (read.write(), write.write());
        let update = ConfigUpdate { channel_id, read_set: Some(&read), write_set: Some(&write), ..Default::default() }.write();
        let headers: Vec<Vec<u8>> = administrators.iter().map(|node| SignatureHeader { creator: &node.identity(), nonce: b"nonce" }.write()).collect();
        let signatures: Vec<Vec<u8>> = administrators.iter().zip(&headers).map(|(node, header)| node.sign(&[header, &update])).collect();
        let signatures = headers.iter().zip(&signatures).map(|(signature_header, signature)| ConfigSignature { signature_header, signature });
        let data = ConfigUpdateEnvelope { config_update: &update, signatures: signatures.collect::<Vec<_>>().into() }.write();
        self.admin_envelope(TYPE_CONFIG_UPDATE, channel_id, &data)
    }

    /// A configuration as orderers put it into a block.
    pub fn config_envelope(&self, tree: &Tree, sequence: u64, update: Option<&[u8]>) -> Vec<u8> {
        let group = tree.write();
        let config = Config { sequence, channel_group: &group }.write();
        let last_update = update.map(|bytes| Envelope::read(bytes).expect("an envelope of our own making"));
        let data = ConfigEnvelope { config: &config, last_update }.write();
        self.admin_envelope(TYPE_CONFIG, &self.id, &data)
    }

    fn admin_envelope(&self, kind: i32, channel_id: &str, data: &[u8]) -> Vec<u8> {
        let node = &self.orderers[0];
        let channel_header = ChannelHeader { kind, channel_id, ..Default::default() }.write();
        let signature_header = SignatureHeader { creator: &node.identity(), nonce: b"nonce" }.write();
        let payload = Payload { header: Some(Header { channel_header: &channel_header, signature_header: &signature_header }), data }.write();
        Envelope { payload: &payload, signature: &node.sign(&[&payload]) }.write()
    }

    /// The administrator of each organisation, orderers' first.
    pub fn administrators(&self) -> Vec<Node> {
        self.orderer_organisations.iter().chain(&self.organisations).map(|one| one.member(ADMIN, "admin")).collect()
    }

    /// The first peer of each organisation.
    pub fn peers(&self) -> Vec<Node> {
        self.organisations.iter().map(|one| one.member(PEER, "peer0")).collect()
    }

    /// A call of the chaincode by a client of the first organisation.
    pub fn call(&mut self, args: &[&[u8]]) -> Call {
        self.calls += 1;
        Call {
            channel_id: self.id.clone(),
            creator: self.organisations[0].member(CLIENT, "user"),
            nonce: self.calls.to_be_bytes().to_vec(),
            chaincode: CHAINCODE.into(),
            answering: CHAINCODE.into(),
            args: args.iter().map(|one| one.to_vec()).collect(),
            status: 200,
            returned: Vec::new(),
            rwset: Vec::new(),
        }
    }

    /// The call that writes `value` under `key`.
    pub fn put_call(&mut self, key: &str, value: &[u8]) -> Call {
        let definition = ("namespaces/fields/govhub/Sequence", Some(DEFINITION));
        let rwset = rwset(&[(LIFECYCLE, &[definition], &[]), (CHAINCODE, &[], &[(key, Some(value))])]);
        Call { rwset, ..self.call(&[b"put", key.as_bytes(), value]) }
    }

    /// The transaction that writes `value` under `key`, endorsed by every organisation.
    pub fn put(&mut self, key: &str, value: &[u8]) -> Vec<u8> {
        let (call, peers) = (self.put_call(key, value), self.peers());
        call.transaction(&peers.iter().collect::<Vec<_>>())
    }

    /// Writes a packet's value under its path, second of two transactions of a block.
    pub fn store(&mut self, path: &[u8], value: &[u8]) -> Stored {
        let hex: String = path.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = format!("ibc/{hex}");
        let entries = vec![self.put("some-key", b"some value"), self.put(&key, value)];
        self.order(entries);
        Stored { key, value: value.to_vec(), block: self.newest().number, transaction: 1 }
    }

    /// The call that reads a value back.
    pub fn query_call(&mut self, stored: &Stored) -> Call {
        let definition = ("namespaces/fields/govhub/Sequence", Some(DEFINITION));
        let read = (stored.key.as_str(), Some((stored.block, stored.transaction)));
        let rwset = rwset(&[(LIFECYCLE, &[definition], &[]), (CHAINCODE, &[read], &[])]);
        Call { rwset, returned: stored.value.clone(), ..self.call(&[b"prove", stored.key.as_bytes()]) }
    }

    /// A proof of a value under block `height`, by every organisation's peer.
    pub fn prove(&mut self, stored: &Stored, height: u64) -> Vec<u8> {
        self.proof(stored, height).encode_to_vec()
    }

    /// The same as a message.
    pub fn proof(&mut self, stored: &Stored, height: u64) -> raw::Proof {
        let (call, peers) = (self.query_call(stored), self.peers());
        let drafts = |from: u64, to: u64| self.chain.iter().filter(move |draft| (from..=to).contains(&draft.number));
        raw::Proof {
            block: drafts(stored.block, stored.block).map(Draft::unsigned).next().expect("stored in a block"),
            links: drafts(stored.block + 1, height).map(Draft::link).collect(),
            transaction: u32::try_from(stored.transaction).expect("small"),
            query: Some(call.query(&peers.iter().collect::<Vec<_>>())),
        }
    }

    /// Consenters as the configuration lists them.
    pub fn orderers_value(&self) -> Vec<u8> {
        Orderers { consenter_mapping: self.consenters().into() }.write()
    }

    /// The policy for blocks that follows from them.
    pub fn bft_policy(&self) -> Vec<u8> {
        bft_policy(&self.consenters())
    }

    fn consenters(&self) -> Vec<Consenter<'_>> {
        (1..).zip(&self.orderers).map(|(id, node)| consenter(id, node)).collect()
    }

    fn genesis_tree(&self) -> Tree {
        let capability = |name| Capabilities { capabilities: vec![MapEntry { key: name, value: b"" }].into() }.write();
        let (channel, orderer) = if self.kind == Kind::Bft { ("V3_0", "V2_0") } else { ("V2_0", "V2_0") };
        let section = |tree: Tree| tree.meta("Readers", Rule::Any, "Readers").meta("Writers", Rule::Any, "Writers").meta("Admins", Rule::Majority, "Admins");
        let mut orderers = section(Tree::new())
            .value("Capabilities", capability(orderer))
            .value("ConsensusType", self.consensus_type())
            .value("BatchSize", BatchSize { max_message_count: 10, absolute_max_bytes: 1 << 20, preferred_max_bytes: 1 << 18 }.write())
            .value("BatchTimeout", BatchTimeout { timeout: "500ms" }.write());
        orderers = match self.kind {
            Kind::Raft => orderers.meta("BlockValidation", Rule::Any, "Writers"),
            Kind::Bft => orderers.value("Orderers", self.orderers_value()).policy("BlockValidation", POLICY_SIGNATURE, &self.bft_policy()),
        };
        for one in &self.orderer_organisations {
            let endpoints = Endpoints { addresses: vec!["127.0.0.1:7050"].into() }.write();
            orderers = orderers.group(&one.msp, organisation(one, &[4, 1]).value("Endpoints", endpoints));
        }
        let mut application = section(Tree::new())
            .value("Capabilities", capability("V2_0"))
            .meta("Endorsement", Rule::Majority, "Endorsement")
            .meta("LifecycleEndorsement", Rule::Majority, "Endorsement");
        for one in &self.organisations {
            application = application.group(&one.msp, organisation(one, &[2, 1]).roles("Endorsement", &one.msp, &[3]));
        }
        section(Tree::new())
            .value("Capabilities", capability(channel))
            .value("HashingAlgorithm", HashingAlgorithm { name: "SHA256" }.write())
            .value("BlockDataHashingStructure", BlockDataHashingStructure { width: u32::MAX }.write())
            .group("Orderer", orderers)
            .group("Application", application)
    }

    /// The value `ConsensusType`.
    pub fn consensus_type(&self) -> Vec<u8> {
        let nodes: Vec<_> = (1..)
            .zip(&self.orderers)
            .map(|(id, node): (u32, _)| RaftConsenter { host: "127.0.0.1", port: 7050 + id, client_tls_cert: &node.pem, server_tls_cert: &node.pem })
            .collect();
        let metadata = RaftMetadata { consenters: nodes.into(), options: b"" }.write();
        match self.kind {
            Kind::Raft => ConsensusType { kind: "etcdraft", metadata: &metadata, state: 0 }.write(),
            Kind::Bft => ConsensusType { kind: "BFT", metadata: b"", state: 0 }.write(),
        }
    }
}

/// An organisation's group; `writers` are the roles that may write.
fn organisation(one: &Organisation, writers: &[i32]) -> Tree {
    Tree::new()
        .value("MSP", one.msp_config())
        .roles("Readers", &one.msp, &[0])
        .roles("Writers", &one.msp, writers)
        .roles("Admins", &one.msp, &[1])
}

fn consenter(id: u32, node: &Node) -> Consenter<'_> {
    Consenter { id, host: "127.0.0.1", port: 7050 + id, msp_id: &node.msp, identity: &node.pem, client_tls_cert: &node.pem, server_tls_cert: &node.pem }
}
