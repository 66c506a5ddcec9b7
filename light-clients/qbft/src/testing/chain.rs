//! A chain: blocks sealed by whoever is in charge, and the messages that bring them to a client.

use std::collections::BTreeMap;

use govhub_lc_core::{AbsenceMode, TrustFile};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::key::{keys, Key};
use super::state::{State, CODE_HASH};
use super::tally::Tally;
use crate::contract::ValidatorContract;
use crate::decode::{encode, CLIENT_STATE_URL, HEADER_URL, MISBEHAVIOUR_URL};
use crate::extra::{Address, ExtraData, Part, Seal, Vote};
use crate::header::{MIX_HASH, NO_UNCLES};
use crate::keccak::{keccak256, Hash};
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::seals::quorum;
use crate::trie::EMPTY_ROOT;
use crate::{height, rlp, ClientState, ConsensusState, Flavour, KeyMap, CLIENT_TYPE};

/// The contract that holds packets.
pub const PACKETS: Address = [0x1b; 20];

/// The contract that names validators, where one does.
pub const VALIDATORS: Address = [0x7a; 20];

/// Time of the genesis block, seconds since 1970.
pub const GENESIS_S: u64 = 1_800_000_000;

/// Who is in charge, by an entry of `transitions`.
#[derive(Clone, Debug)]
pub enum Transition {
    /// This set from here on, then votes.
    Validators(u64, Vec<Address>),
    /// The contract [`VALIDATORS`] from here on.
    Contract(u64),
}

/// What a chain is founded with.
#[derive(Clone)]
pub struct Blueprint {
    /// Which program's rules it follows.
    pub flavour: Flavour,
    /// Validators of the genesis block.
    pub validators: Vec<Key>,
    /// Votes are dropped at every multiple.
    pub epoch_length: u64,
    /// Entries of `transitions`.
    pub transitions: Vec<Transition>,
    /// Whether a contract names the validators from the start.
    pub by_contract: bool,
    /// Items of its headers: 15, or more after London.
    pub items: usize,
}

impl Blueprint {
    /// `n` validators whose votes are dropped every 30 blocks.
    pub fn new(flavour: Flavour, n: u64) -> Self {
        Self { flavour, validators: keys(n), epoch_length: 30, transitions: Vec::new(), by_contract: false, items: 15 }
    }
}

/// A header to be sealed: honest until a test changes it.
#[derive(Clone)]
pub struct Draft {
    /// Which program's rules it follows.
    pub flavour: Flavour,
    /// Its strings in order; the place of `extraData`, 12, is not used.
    pub items: Vec<Vec<u8>>,
    /// What stands at that place, without seals.
    pub extra: ExtraData,
    /// Who proposes it.
    pub proposer: Key,
}

impl Draft {
    /// The header with the seals of `signers`.
    pub fn sealed_by(&self, signers: &[Key]) -> Vec<u8> {
        let digest = self.seal_digest();
        self.with_seals(signers.iter().map(|key| key.seal(&digest)).collect())
    }

    /// The header with these seals.
    pub fn with_seals(&self, seals: Vec<Seal>) -> Vec<u8> {
        self.encode(&ExtraData { seals, ..self.proposed() }.part(self.flavour, Part::Whole))
    }

    /// The hash that names the block.
    pub fn block_hash(&self) -> Hash {
        keccak256(&[&self.encode(&self.proposed().part(self.flavour, Part::Hashed))])
    }

    /// What validators sign.
    pub fn seal_digest(&self) -> Hash {
        match self.flavour {
            Flavour::GoQuorumIbft1 => keccak256(&[&self.block_hash(), &[2]]),
            _ => keccak256(&[&self.encode(&self.proposed().part(self.flavour, Part::Sealed))]),
        }
    }

    /// Writes a vote where the flavour keeps it.
    pub fn set_vote(&mut self, vote: Option<Vote>) {
        if self.flavour == Flavour::GoQuorumIbft1 {
            let vote = vote.unwrap_or(Vote { candidate: [0; 20], add: false });
            self.items[2] = vote.candidate.to_vec();
            self.items[14] = if vote.add { vec![0xff; 8] } else { vec![0; 8] };
        } else {
            self.extra.vote = vote;
        }
    }

    /// Sets the time.
    pub fn set_timestamp(&mut self, seconds: u64) {
        self.items[11] = number(seconds);
    }

    /// The extra data with the proposer's own seal, where the flavour has one.
    fn proposed(&self) -> ExtraData {
        if self.flavour != Flavour::GoQuorumIbft1 || self.extra.proposer_seal.is_some() {
            return self.extra.clone();
        }
        let unsealed = keccak256(&[&self.encode(&self.extra.part(self.flavour, Part::Proposed))]);
        ExtraData { proposer_seal: Some(self.proposer.seal(&keccak256(&[&unsealed]))), ..self.extra.clone() }
    }

    fn encode(&self, extra: &[u8]) -> Vec<u8> {
        let mut strings = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            rlp::put_text(&mut strings, if place == 12 { extra } else { item });
        }
        let mut out = Vec::new();
        rlp::put_list(&mut out, &[&strings]);
        out
    }
}

/// A block that was made.
#[derive(Clone)]
pub struct Made {
    /// Its header.
    pub header: Vec<u8>,
    /// What names it.
    pub block_hash: Hash,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// The state after it.
    pub state: State,
    /// Votes after it.
    pub tally: Tally,
    /// Who is in charge of the next.
    pub next: Vec<Address>,
}

/// A chain.
#[derive(Clone)]
pub struct Chain {
    /// What it was founded with.
    pub blueprint: Blueprint,
    /// The state that the next block will have.
    pub state: State,
    keys: BTreeMap<Address, Key>,
    blocks: Vec<Made>,
}

impl Chain {
    /// Founds a chain: its genesis block, with the contract that holds packets.
    pub fn found(blueprint: Blueprint) -> Self {
        let validators: Vec<Address> = blueprint.validators.iter().map(Key::address).collect();
        let tally = if blueprint.flavour.checks_lists() { Tally::besu(&validators) } else { Tally::goquorum(&validators) };
        let mut state = State::default();
        state.deploy(PACKETS);
        state.store_validators(&validator_contract(), &validators);
        let keys = blueprint.validators.iter().map(|key| (key.address(), *key)).collect();
        let mut chain = Self { blueprint, state, keys, blocks: Vec::new() };
        let extra = ExtraData {
            vanity: [0; 32],
            validators: if chain.blueprint.by_contract { Vec::new() } else { validators.clone() },
            vote: None,
            round: 0,
            proposer_seal: None,
            seals: Vec::new(),
        };
        let mut draft = chain.draft_with(0, [0; 32], GENESIS_S, extra, chain.blueprint.validators[0]);
        draft.items[2] = vec![0; 20];
        let header = draft.encode(&draft.extra.encode(draft.flavour));
        let (block_hash, state) = (keccak256(&[&header]), chain.state.clone());
        chain.blocks.push(Made { header, block_hash, timestamp: GENESIS_S, state, tally, next: validators });
        chain
    }

    /// `n` validators, everything else as usual.
    pub fn new(flavour: Flavour, n: u64) -> Self {
        Self::found(Blueprint::new(flavour, n))
    }

    /// Makes honest blocks up to `number`.
    pub fn grow_to(&mut self, number: u64) {
        while self.newest() < number {
            let draft = self.draft();
            self.push(&draft);
        }
    }

    /// Number of the newest block.
    pub fn newest(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// The block at `number`.
    pub fn made(&self, number: u64) -> &Made {
        &self.blocks[number as usize]
    }

    /// Makes a key known to the chain: a candidate.
    pub fn know(&mut self, key: Key) {
        self.keys.insert(key.address(), key);
    }

    /// Keys in charge of the block after `number`.
    pub fn in_charge_after(&self, number: u64) -> Vec<Key> {
        self.made(number).next.iter().map(|address| self.keys[address]).collect()
    }

    /// Keys in charge of the next block.
    pub fn in_charge(&self) -> Vec<Key> {
        self.in_charge_after(self.newest())
    }

    /// The next block as an honest proposer writes it; proposers take turns.
    pub fn draft(&self) -> Draft {
        self.draft_after(self.newest())
    }

    /// The block after `number` as an honest proposer writes it: another one than the made one if the state has changed.
    pub fn draft_after(&self, number: u64) -> Draft {
        let (parent, in_charge) = (self.made(number), self.in_charge_after(number));
        let validators = if self.contract_at(number + 1) { Vec::new() } else { parent.next.clone() };
        let extra = ExtraData { vanity: [0x11; 32], validators, vote: None, round: 0, proposer_seal: None, seals: Vec::new() };
        self.draft_with(number + 1, parent.block_hash, parent.timestamp + 1, extra, in_charge[number as usize % in_charge.len()])
    }

    fn draft_with(&self, at: u64, parent: Hash, timestamp: u64, extra: ExtraData, proposer: Key) -> Draft {
        let ibft1 = self.blueprint.flavour == Flavour::GoQuorumIbft1;
        let items: [Vec<u8>; 21] = [
            parent.to_vec(),
            NO_UNCLES.to_vec(),
            if ibft1 { vec![0; 20] } else { proposer.address().to_vec() },
            self.state.root().to_vec(),
            EMPTY_ROOT.to_vec(),
            EMPTY_ROOT.to_vec(),
            vec![0; 256],
            number(1),
            number(at),
            number(30_000_000),
            number(0),
            number(timestamp),
            Vec::new(),
            MIX_HASH.to_vec(),
            vec![0; 8],
            number(1_000_000_000),
            EMPTY_ROOT.to_vec(),
            number(0),
            number(0),
            vec![0; 32],
            vec![0xe3; 32],
        ];
        Draft { flavour: self.blueprint.flavour, items: items[..self.blueprint.items].to_vec(), extra, proposer }
    }

    /// Appends `draft`, sealed by a quorum of those in charge.
    pub fn push(&mut self, draft: &Draft) {
        let in_charge = self.in_charge();
        let header = draft.sealed_by(&in_charge[..quorum(in_charge.len())]);
        self.push_sealed(draft, header);
    }

    /// Appends `draft` with seals already made.
    pub fn push_sealed(&mut self, draft: &Draft, header: Vec<u8>) {
        let at = self.newest() + 1;
        let vote = match self.blueprint.flavour {
            Flavour::GoQuorumIbft1 => Some(Vote { candidate: draft.items[2].clone().try_into().expect("20 bytes"), add: draft.items[14] == [0xff; 8] }),
            _ => draft.extra.vote,
        };
        let mut tally = self.made(self.newest()).tally.clone();
        if !self.contract_at(at) {
            tally.count(draft.proposer.address(), vote, at.is_multiple_of(self.blueprint.epoch_length), self.replaced_at(at + 1).as_deref());
        } else if let Some(set) = self.replaced_at(at + 1) {
            tally = Tally::besu(&set);
        }
        let next = if self.contract_at(at + 1) { self.state.validators(&validator_contract()) } else { tally.validators() };
        let timestamp = draft.items[11].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        self.blocks.push(Made { header, block_hash: draft.block_hash(), timestamp, state: self.state.clone(), tally, next });
    }

    /// Appends a block in which `voter` votes.
    pub fn vote(&mut self, voter: Key, candidate: Address, add: bool) {
        let mut draft = self.draft();
        draft.proposer = voter;
        if draft.flavour != Flavour::GoQuorumIbft1 {
            draft.items[2] = voter.address().to_vec();
        }
        draft.set_vote(Some(Vote { candidate, add }));
        self.push(&draft);
    }

    /// Writes a validator contract's list into the next state.
    pub fn name_validators(&mut self, keys: &[Key]) {
        keys.iter().for_each(|key| self.know(*key));
        let addresses: Vec<Address> = keys.iter().map(Key::address).collect();
        self.state.store_validators(&validator_contract(), &addresses);
    }

    /// Stores `value` under a packet path in the next state, as PROTOCOL 2 says.
    pub fn store(&mut self, path: &[u8], value: &[u8]) {
        let map = self.key_map();
        self.state.store(PACKETS, map.slot(path), map.word_of(value).expect("a value that can be stored"));
    }

    /// Clears a packet path in the next state.
    pub fn clear(&mut self, path: &[u8]) {
        self.state.store(PACKETS, self.key_map().slot(path), [0; 32]);
    }

    /// Where packets stand.
    pub fn key_map(&self) -> KeyMap {
        KeyMap { code_hash: Some(CODE_HASH), ..KeyMap::protocol(PACKETS) }
    }

    /// A client state that believes the block at `number`.
    pub fn client_state(&self, number: u64) -> raw::ClientState {
        let besu = self.blueprint.flavour.checks_lists();
        let transitions = self.blueprint.transitions.iter().map(|entry| match entry {
            Transition::Validators(block, set) => raw::Transition {
                block: *block,
                validators: Some(raw::ValidatorSet { addresses: set.iter().map(|address| address.to_vec()).collect() }),
                contract: None,
            },
            Transition::Contract(block) => raw::Transition { block: *block, validators: None, contract: Some(validator_contract().to_raw()) },
        });
        raw::ClientState {
            chain_id: 71_201,
            flavour: self.blueprint.flavour.to_raw().into(),
            epoch_length: self.blueprint.epoch_length,
            transitions: transitions.collect(),
            validator_contract: self.blueprint.by_contract.then(|| validator_contract().to_raw()),
            key_map: Some(self.key_map().to_raw()),
            trusting_period_s: 14 * 86_400,
            max_clock_drift_s: 30,
            skip_level: None,
            false_list: if besu { raw::FalseList::Refuse } else { raw::FalseList::Record }.into(),
            header_items: vec![self.blueprint.items as u32],
            latest_height: number,
            frozen: false,
            authority: Some(self.authority(number)),
            list_alarm: None,
        }
    }

    /// The same as stored.
    pub fn client_any(&self, number: u64) -> Any {
        encode(CLIENT_STATE_URL, &self.client_state(number))
    }

    /// The consensus state of the block at `number`.
    pub fn consensus_state(&self, number: u64) -> ConsensusState {
        let made = self.made(number);
        let authority = crate::authority::Authority::from_raw(&self.authority(number)).expect("our own");
        ConsensusState {
            timestamp_s: made.timestamp,
            block_hash: made.block_hash,
            state_root: made.state.root(),
            storage_root: Some(made.state.storage_root(&PACKETS)),
            authority_hash: authority.hash(),
        }
    }

    /// A trust file with the block at `number` as anchor.
    pub fn trust_file(&self, number: u64) -> TrustFile {
        TrustFile {
            family: CLIENT_TYPE.into(),
            chain_id: "71201".into(),
            anchor_height: Some(height(number).into()),
            anchor: Some(self.consensus_state(number).encode()),
            params: Some(self.client_any(number)),
            key_map: Some(self.key_map().to_any()),
            absence: AbsenceMode::Proof.into(),
            our_absence: AbsenceMode::Proof.into(),
        }
    }

    /// Who is in charge after the block at `number`, and pending votes.
    pub fn authority(&self, number: u64) -> raw::Authority {
        let made = self.made(number);
        // While a contract is in charge no votes are kept, and what is kept is who sealed this block.
        if self.contract_at(number + 1) {
            let shown = if number == 0 || !self.contract_at(number) { &made.tally.validators() } else { &self.made(number - 1).next };
            return raw::Authority { validators: shown.iter().map(|address| address.to_vec()).collect(), ..Default::default() };
        }
        made.tally.to_raw()
    }

    /// The block at `number` as it stands in an update message.
    pub fn block(&self, number: u64) -> raw::Block {
        self.block_with(number, self.made(number).header.clone())
    }

    /// Another header for the block at `number`, with the same proofs beside it.
    pub fn block_with(&self, number: u64, header: Vec<u8>) -> raw::Block {
        if !self.contract_at(number) {
            return raw::Block { header, ..Default::default() };
        }
        let (contract, parent) = (validator_contract(), self.made(number - 1));
        raw::Block {
            header,
            contract_account_nodes: parent.state.prove_account(&contract.address),
            contract_storage_nodes: parent.state.prove_validators(&contract, parent.state.validators(&contract).len()),
        }
    }

    /// The update message from `trusted` over every header to `to`, with the account that holds packets.
    pub fn update(&self, trusted: u64, to: u64) -> raw::Header {
        self.message(trusted, (trusted + 1..=to).map(|number| self.block(number)).collect(), Some(to))
    }

    /// The update message from `trusted` to `to` without the headers between.
    pub fn skip(&self, trusted: u64, to: u64) -> raw::Header {
        self.message(trusted, vec![self.block(to)], Some(to))
    }

    /// The update message from the newest block of `client`, whose own word says who is in charge.
    pub fn update_by_client(&self, client: &ClientState, trusted: u64, to: u64) -> raw::Header {
        raw::Header { trusted_authority: Some(client.authority().to_raw()), ..self.update(trusted, to) }
    }

    /// The update message with `header` as the block after `trusted`, without the account.
    pub fn offer(&self, trusted: u64, header: Vec<u8>) -> raw::Header {
        self.message(trusted, vec![self.block_with(trusted + 1, header)], None)
    }

    fn message(&self, trusted: u64, blocks: Vec<raw::Block>, account_at: Option<u64>) -> raw::Header {
        let account_nodes = account_at.map(|number| self.made(number).state.prove_account(&PACKETS)).unwrap_or_default();
        raw::Header { trusted_height: trusted, trusted_authority: Some(self.authority(trusted)), blocks, account_nodes }
    }

    /// The proof of a packet message about `path` in the state of the block at `number`, under a client that has seen its account.
    pub fn prove(&self, number: u64, path: &[u8]) -> Vec<u8> {
        let slot = self.key_map().slot(path);
        raw::Proof { account_nodes: Vec::new(), storage_nodes: self.made(number).state.prove_slots(&PACKETS, [slot]) }.encode_to_vec()
    }

    /// The same with the account, for a client that has not.
    pub fn prove_with_account(&self, number: u64, path: &[u8]) -> raw::Proof {
        let state = &self.made(number).state;
        raw::Proof { account_nodes: state.prove_account(&PACKETS), storage_nodes: state.prove_slots(&PACKETS, [self.key_map().slot(path)]) }
    }

    fn contract_at(&self, number: u64) -> bool {
        let acts = |block: u64| self.blueprint.flavour.acts_on(block).is_some_and(|first| first <= number);
        let last = self.blueprint.transitions.iter().rev().find(|entry| match entry {
            Transition::Validators(block, _) | Transition::Contract(block) => acts(*block),
        });
        last.map_or(self.blueprint.by_contract, |entry| matches!(entry, Transition::Contract(_)))
    }

    fn replaced_at(&self, number: u64) -> Option<Vec<Address>> {
        self.blueprint.transitions.iter().find_map(|entry| match entry {
            Transition::Validators(block, set) if self.blueprint.flavour.acts_on(*block) == Some(number) => Some(set.clone()),
            _ => None,
        })
    }
}

/// Where the contract [`VALIDATORS`] keeps its list.
pub fn validator_contract() -> ValidatorContract {
    ValidatorContract { address: VALIDATORS, array_slot: [0; 32], code_hash: CODE_HASH }
}

/// An update message as `Any`.
pub fn header_any(header: &raw::Header) -> Any {
    encode(HEADER_URL, header)
}

/// Evidence as `Any`.
pub fn misbehaviour_any(one: raw::Header, two: raw::Header) -> Any {
    encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { header_1: Some(one), header_2: Some(two) })
}

/// A client state as `Any`.
pub fn client_state_any(state: &raw::ClientState) -> Any {
    encode(CLIENT_STATE_URL, state)
}

/// A number without leading zeros.
fn number(value: u64) -> Vec<u8> {
    rlp::stripped(&value.to_be_bytes()).to_vec()
}
