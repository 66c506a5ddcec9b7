//! What relayers and operators bring to a QBFT or IBFT light client: headers, evidence, proofs, states, and a node's answers.
//!
//! The oracle of every target that judges: what is accepted is what the honest chain says, in every byte that is stored.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use govhub_lc_core::native::Item;
use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_qbft::extra::{ExtraData, Vote};
use govhub_lc_qbft::header::{BlockHeader, HEADER_ITEMS};
use govhub_lc_qbft::native::{check_proof, items, self_check, trust_file};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{header_any, keys, misbehaviour_any, Blueprint, Chain, Key, PACKETS};
use govhub_lc_qbft::{height, rlp, ClientState, ConsensusState, Flavour};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::mutate::Random;
use crate::Target;

const PATH: &[u8] = b"gov-qbft-0\x01\0\0\0\0\0\0\0\x01";
const ABSENT: &[u8] = b"gov-qbft-0\x01\0\0\0\0\0\0\0\x02";
const COMMITMENT: [u8; 32] = [0xab; 32];

/// The client believes this block; the chain has some more.
const TRUSTED: u64 = 5;
const NEWEST: u64 = 9;

/// A chain, a fork of it after the trusted block, and a client.
struct World {
    chain: Chain,
    fork: Chain,
    client: ClientState,
    honest: BTreeMap<Height, ConsensusState>,
}

impl ConsensusStates for World {
    fn at(&self, at: Height) -> Option<Any> {
        (at == height(TRUSTED)).then(|| self.honest[&at].encode())
    }

    fn before(&self, at: Height) -> Option<(Height, Any)> {
        Some(height(TRUSTED)).filter(|trusted| *trusted < at).and_then(|trusted| Some((trusted, self.at(trusted)?)))
    }

    fn after(&self, at: Height) -> Option<(Height, Any)> {
        Some(height(TRUSTED)).filter(|trusted| *trusted > at).and_then(|trusted| Some((trusted, self.at(trusted)?)))
    }
}

impl World {
    fn new(blueprint: Blueprint, skips: bool) -> Self {
        let mut chain = Chain::found(blueprint);
        chain.know(Key::new(50));
        chain.store(PATH, &COMMITMENT);
        for sequence in 10..40u64 {
            chain.store(&[b"gov-qbft-0\x01".as_slice(), &sequence.to_be_bytes()].concat(), &[7; 32]);
        }
        chain.grow_to(TRUSTED);
        let mut fork = chain.clone();
        if !chain.blueprint.by_contract {
            chain.vote(chain.in_charge()[1], Key::new(50).address(), true);
        }
        chain.grow_to(NEWEST);
        fork.store(ABSENT, &COMMITMENT);
        fork.grow_to(NEWEST);
        let mut state = chain.client_state(TRUSTED);
        state.skip_level = skips.then_some(raw::Fraction { numerator: 1, denominator: 2 });
        let client = ClientState::from_raw(state).expect("right");
        let honest = (TRUSTED..=NEWEST).map(|number| (height(number), chain.consensus_state(number))).collect();
        Self { chain, fork, client, honest }
    }

    /// Judges a client message; true if it is accepted or convicts.
    ///
    /// # Panics
    /// If a block is stored that the honest chain or its fork, both sealed, does not have.
    fn judge(&self, message: &Any) -> bool {
        let now = Time::from_unix_s(govhub_lc_qbft::testing::GENESIS_S + 60);
        match self.client.verify_header(self, message, now) {
            Ok(Verdict::Accepted(update)) => {
                for (at, any) in &update.consensus_states {
                    let stored = ConsensusState::decode(any).expect("just made");
                    assert!(self.is_sealed(*at, &stored), "only what was sealed is accepted: {stored:?}");
                }
                let next = ClientState::decode(&update.client_state).expect("just made");
                assert_eq!(next.parameters(), self.client.parameters(), "no message changes a parameter");
                true
            }
            Ok(Verdict::Misbehaviour(_)) => true,
            _ => false,
        }
    }

    fn is_sealed(&self, at: Height, stored: &ConsensusState) -> bool {
        let number = at.revision_height;
        [&self.chain, &self.fork].into_iter().any(|chain| {
            let honest = chain.consensus_state(number);
            let storage_root = stored.storage_root.is_none() || stored.storage_root == honest.storage_root;
            // After a skip votes are unknown, which is part of the authority.
            let authority = self.client.raw().skip_level.is_some() || stored.authority_hash == honest.authority_hash;
            let rest = ConsensusState { storage_root: None, authority_hash: [0; 32], ..stored.clone() };
            storage_root && authority && rest == ConsensusState { storage_root: None, authority_hash: [0; 32], ..honest }
        })
    }
}

/// One world per flavour, one with a contract, one that skips.
fn worlds() -> &'static [World] {
    static WORLDS: OnceLock<Vec<World>> = OnceLock::new();
    WORLDS.get_or_init(|| {
        let mut worlds: Vec<World> = Flavour::ALL.into_iter().map(|flavour| World::new(Blueprint::new(flavour, 4), false)).collect();
        worlds.push(World::new(Blueprint { by_contract: true, items: 17, ..Blueprint::new(Flavour::BesuQbft, 5) }, false));
        worlds.push(World::new(Blueprint { items: 21, ..Blueprint::new(Flavour::BesuQbft, 4) }, true));
        worlds
    })
}

/// Headers, runs, skips and evidence.
pub fn client_message() -> Target {
    let mut seeds = Vec::new();
    for world in worlds() {
        seeds.push(header_any(&world.chain.update(TRUSTED, TRUSTED + 1)));
        seeds.push(header_any(&world.chain.update(TRUSTED, NEWEST)));
        seeds.push(misbehaviour_any(world.chain.update(TRUSTED, NEWEST), world.fork.update(TRUSTED, NEWEST)));
    }
    seeds.push(header_any(&worlds()[5].chain.skip(TRUSTED, NEWEST)));
    Target {
        name: "gov-qbft client message",
        seeds: seeds.iter().map(Message::encode_to_vec).collect(),
        run: |bytes| {
            let Ok(message) = Any::decode(bytes) else { return false };
            // Each client judges: a message of one chain must not move the client of another.
            worlds().iter().filter(|world| world.judge(&message)).count() > 0
        },
    }
}

/// Honest messages bent as an attacker bends them who knows every structure; the input only says how.
pub fn bent_by_structure() -> Target {
    Target {
        name: "gov-qbft message bent by structure",
        seeds: vec![Vec::new()],
        run: |bytes| {
            let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
            let mut random = Random::new(digest);
            let world = &worlds()[random.below(worlds().len())];
            let mut message = world.chain.update(TRUSTED, TRUSTED + 1 + random.below(3) as u64);
            if !bytes.is_empty() {
                for _ in 0..=random.below(3) {
                    bend(&mut random, world, &mut message);
                }
            }
            world.judge(&header_any(&message))
        },
    }
}

fn bend(random: &mut Random, world: &World, message: &mut raw::Header) {
    let count = message.blocks.len();
    let Some(place) = count.checked_sub(1).map(|_| random.below(count)) else { return };
    match random.below(12) {
        0 => message.trusted_height = [0, TRUSTED - 1, TRUSTED + 1, NEWEST, u64::MAX][random.below(5)],
        1 => message.trusted_authority = None,
        2 => bend_authority(random, message),
        3 => message.blocks.swap(place, random.below(count)),
        4 => drop(message.blocks.remove(place)),
        5 => {
            let twin = message.blocks[place].clone();
            message.blocks.insert(random.below(count), twin);
        }
        6 => message.blocks[place].header = world.fork.made(TRUSTED + 1 + random.below(4) as u64).header.clone(),
        7 => {
            let other = &worlds()[random.below(worlds().len())];
            message.blocks[place].header = other.chain.made(TRUSTED + 1 + random.below(4) as u64).header.clone();
        }
        8 => bend_nodes(random, &mut message.account_nodes),
        9 => bend_nodes(random, &mut message.blocks[place].contract_storage_nodes),
        10 => bend_nodes(random, &mut message.blocks[place].contract_account_nodes),
        _ => bend_header(random, world, &mut message.blocks[place].header),
    }
}

fn bend_authority(random: &mut Random, message: &mut raw::Header) {
    let Some(authority) = message.trusted_authority.as_mut() else { return };
    match random.below(5) {
        0 => authority.validators.push(vec![0xff; 20]),
        1 => drop(authority.validators.pop()),
        2 => authority.votes_unknown = !authority.votes_unknown,
        3 => authority.votes.push(raw::Vote { candidate: vec![9; 20], voter: vec![9; 20], add: true }),
        _ => authority.counts.push(raw::Count { candidate: vec![9; 20], add: true, votes: 9 }),
    }
}

fn bend_nodes(random: &mut Random, nodes: &mut Vec<Vec<u8>>) {
    if nodes.is_empty() {
        nodes.push(vec![0x80]);
        return;
    }
    let place = random.below(nodes.len());
    match random.below(6) {
        0 => drop(nodes.remove(place)),
        1 => nodes.swap(place, 0),
        2 => nodes.push(nodes[place].clone()),
        3 => nodes.clear(),
        4 => {
            let at = random.below(nodes[place].len());
            nodes[place][at] ^= 1 << random.below(8);
        }
        _ => nodes[place].push(0),
    }
}

/// Takes a header apart, bends one part, and puts it together again in canonical form.
fn bend_header(random: &mut Random, world: &World, header: &mut Vec<u8>) {
    if random.below(6) == 0 {
        let at = random.below(header.len());
        header[at] ^= 1 << random.below(8);
        return;
    }
    let counts: Vec<usize> = HEADER_ITEMS.collect();
    let flavour = world.client.flavour();
    let Ok(read) = BlockHeader::decode(flavour, &counts, header) else { return };
    let (mut extra, digest) = (read.extra.clone(), read.seal_digest(&read.block_hash()));
    let Ok(list) = rlp::decode(header).and_then(|piece| piece.list()) else { return };
    let mut strings: Vec<Vec<u8>> = list.filter_map(|piece| Some(piece.ok()?.text().ok()?.to_vec())).collect();
    match random.below(8) {
        0 => {
            let place = random.below(strings.len());
            bend_string(random, &mut strings[place]);
        }
        1 => strings.truncate(random.below(strings.len() + 1)),
        2 => strings.push(vec![1; 32]),
        3 => bend_seals(random, &digest, &mut extra),
        4 => extra.round = [0, 1, 2, u32::MAX][random.below(4)],
        5 => {
            let candidate = [0x11 * random.below(4) as u8; 20];
            extra.vote = [None, Some(Vote { candidate, add: true }), Some(Vote { candidate, add: false })][random.below(3)];
        }
        6 => match random.below(4) {
            0 => extra.validators.push(Key::new(50).address()),
            1 => drop(extra.validators.pop()),
            2 => extra.validators.reverse(),
            _ => extra.validators.clear(),
        },
        _ => extra.proposer_seal = [None, Some([0; 65]), Some(Key::new(50).seal(&digest))][random.below(3)],
    }
    let mut encoded = Vec::new();
    for (place, string) in strings.iter().enumerate() {
        if place == 12 {
            rlp::put_text(&mut encoded, &extra.encode(flavour));
        } else {
            rlp::put_text(&mut encoded, string);
        }
    }
    header.clear();
    rlp::put_list(header, &[&encoded]);
}

fn bend_string(random: &mut Random, string: &mut Vec<u8>) {
    let at = random.below(string.len());
    match random.below(4) {
        0 if !string.is_empty() => string[at] ^= 1 << random.below(8),
        1 => string.insert(at, 0),
        2 => drop(string.pop()),
        _ => string.clear(),
    }
}

fn bend_seals(random: &mut Random, digest: &[u8; 32], extra: &mut ExtraData) {
    let Some(place) = extra.seals.len().checked_sub(1).map(|last| random.below(last + 1)) else { return };
    let known = keys(5);
    match random.below(8) {
        0 => {
            extra.seals.remove(place);
        }
        1 => extra.seals.push(extra.seals[place]),
        2 => extra.seals.swap(place, 0),
        3 => extra.seals[place][64] = random.bits() as u8,
        4 => extra.seals[place][random.below(64)] ^= 1 << random.below(8),
        // Good seals of validators, and of nobody: more of the former change nothing.
        5 => extra.seals.push(known[random.below(known.len())].seal(digest)),
        6 => extra.seals.push(known[random.below(known.len())].other_seal(digest)),
        _ => extra.seals[place] = Key::new(50).seal(digest),
    }
}

/// Client and consensus states as they stand in a trust file; what is accepted encodes again.
pub fn states() -> Target {
    let mut seeds: Vec<Any> = worlds().iter().map(|world| world.client.encode()).collect();
    seeds.push(worlds()[0].chain.consensus_state(TRUSTED).encode());
    seeds.push(worlds()[0].chain.client_any(TRUSTED + 2)); // with a vote
    Target {
        name: "gov-qbft states",
        seeds: seeds.iter().map(Message::encode_to_vec).collect(),
        run: |bytes| {
            let Ok(any) = Any::decode(bytes) else { return false };
            let client = ClientState::decode(&any).map(|state| state.encode());
            let consensus = ConsensusState::decode(&any).map(|state| state.encode());
            let accepted: Vec<Any> = [client, consensus].into_iter().flatten().collect();
            assert!(accepted.iter().all(|again| *again == any), "a state has one encoding");
            !accepted.is_empty()
        },
    }
}

/// Packet proofs: a bent one proves the same or nothing.
pub fn proof() -> Target {
    let chain = &worlds()[0].chain;
    let seeds = [PATH, ABSENT].into_iter().flat_map(|path| [chain.prove(TRUSTED, path), chain.prove_with_account(TRUSTED, path).encode_to_vec()]).collect();
    Target {
        name: "gov-qbft proof",
        seeds,
        run: |bytes| {
            let world = &worlds()[0];
            let prefix = [Vec::new()];
            let there = StoredPath { prefix: &prefix, path: PATH };
            let gone = StoredPath { prefix: &prefix, path: ABSENT };
            let at = height(TRUSTED);
            assert!(world.client.verify_absence(world, at, there, bytes).is_err(), "what is stored is not absent");
            assert!(world.client.verify_membership(world, at, there, &[0xac; 32], bytes).is_err(), "nor another value");
            assert!(world.client.verify_membership(world, at, gone, &COMMITMENT, bytes).is_err(), "what is absent is not stored");
            world.client.verify_membership(world, at, there, &COMMITMENT, bytes).is_ok() || world.client.verify_absence(world, at, gone, bytes).is_ok()
        },
    }
}

fn storage_claim(path: &[u8], word: &[u8]) -> raw::Claim {
    let chain = &worlds()[0].chain;
    let claim = raw::StorageClaim {
        address: PACKETS.to_vec(),
        slot: chain.key_map().slot(path).to_vec(),
        path: path.to_vec(),
        word: word.to_vec(),
        proof: Some(chain.prove_with_account(TRUSTED, path)),
    };
    raw::Claim { height: TRUSTED, what: Some(raw::claim::What::Storage(claim)) }
}

/// Claims that an operator checks, under a client and against themselves.
pub fn claim() -> Target {
    let account = raw::AccountClaim { address: PACKETS.to_vec(), absent: false, nodes: worlds()[0].chain.made(TRUSTED).state.prove_account(&PACKETS) };
    let account = raw::Claim { height: TRUSTED, what: Some(raw::claim::What::Account(account)) };
    Target {
        name: "gov-qbft claim",
        seeds: [storage_claim(PATH, &COMMITMENT), storage_claim(ABSENT, &[]), account].iter().map(Message::encode_to_vec).collect(),
        run: |bytes| {
            let _ = self_check(&Item::Proof { label: String::new(), proof: bytes.to_vec() });
            let accepted = check_proof(&worlds()[0].client, &worlds()[0], bytes).is_ok();
            if accepted {
                let claim = raw::Claim::decode(bytes).expect("accepted, so decodable");
                if let Some(raw::claim::What::Storage(claim)) = claim.what {
                    let map = worlds()[0].client.packet_map();
                    let stored = map.slot(PATH) == claim.slot.as_slice();
                    assert!(!stored || claim.word == COMMITMENT, "what is stored is claimed as it is");
                    assert!(map.slot(ABSENT) != claim.slot.as_slice() || claim.word.is_empty(), "what is absent is claimed absent");
                }
            }
            accepted
        },
    }
}

/// A node's answers and genesis files.
pub fn file() -> Target {
    let chain = &worlds()[2].chain;
    let block = |number: u64| printed(&chain.made(number).header, &chain.made(number).block_hash);
    let genesis = format!(
        r#"{{"config":{{"chainId":7,"isQuorum":true,"qbft":{{"epochlength":30}},"transitions":[{{"block":9,"validators":["0x{}"]}}]}},"alloc":{{"{}":{{"balance":"0x1","storage":{{"0x01":"0x02"}}}}}},"extraData":"0x{}","gasLimit":"0x1","difficulty":"0x1"}}"#,
        "11".repeat(20),
        "22".repeat(20),
        hex_of(&BlockHeader::decode(Flavour::GoQuorumQbft, &[15], &chain.made(0).header).expect("ours").extra.encode(Flavour::GoQuorumQbft)),
    );
    Target {
        name: "gov-qbft file",
        seeds: vec![block(3).into_bytes(), format!("[{},{}]", block(1), block(2)).into_bytes(), genesis.into_bytes()],
        run: |bytes| {
            let options = BTreeMap::from([("contract".to_owned(), format!("0x{}", "1b".repeat(20)))]);
            let founded = trust_file(bytes, &options);
            let found = items(bytes);
            for item in found.iter().flatten() {
                let _ = self_check(item);
            }
            founded.is_ok() || found.is_ok()
        },
    }
}

/// A header as a node prints it.
fn printed(header: &[u8], hash: &[u8; 32]) -> String {
    const FIELDS: [&str; 15] = [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed",
        "timestamp", "extraData", "mixHash", "nonce",
    ];
    let list = rlp::decode(header).and_then(|piece| piece.list()).expect("ours");
    let fields = FIELDS.iter().zip(list).map(|(field, piece)| format!(r#""{field}":"0x{}""#, hex_of(piece.expect("ours").text().expect("a string"))));
    let fields: Vec<String> = fields.collect();
    format!(r#"{{"hash":"0x{}",{}}}"#, hex_of(hash), fields.join(","))
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Headers and extra data of every flavour: what is read is read again from what is written.
pub fn header() -> Target {
    Target {
        name: "gov-qbft block header",
        seeds: worlds().iter().map(|world| world.chain.made(NEWEST).header.clone()).collect(),
        run: |bytes| {
            let counts: Vec<usize> = HEADER_ITEMS.collect();
            let mut accepted = false;
            for flavour in Flavour::ALL {
                if let Ok(header) = BlockHeader::decode(flavour, &counts, bytes) {
                    let hash = header.block_hash();
                    let _ = (header.seal_digest(&hash), header.proposer_digest(), header.vote());
                    let again = ExtraData::decode(flavour, &header.extra.encode(flavour)).expect("just written");
                    assert_eq!(again, header.extra);
                    accepted = true;
                }
                if let Ok(extra) = ExtraData::decode(flavour, bytes) {
                    let written = extra.encode(flavour);
                    // Besu reads one more spelling of a vote to drop than it writes.
                    assert!(written == bytes || flavour == Flavour::BesuQbft && extra.vote.is_some(), "extra data has one encoding");
                }
            }
            accepted
        },
    }
}
