//! What relayers bring to a Fabric light client: runs of blocks, configurations, evidence, proofs; states in a trust file; and files that
//! operators have at hand.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::native;
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1 as raw;
use govhub_lc_fabric::testing::{misbehaviour_any, run_any, Channel, Draft, Kind, Node, Stored, Tree, ACCEPTED_AT_S};
use govhub_lc_fabric::{ClientState, ConsensusState, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";
const VALUE: &[u8] = &[0xab; 32];
const NOW: Time = Time::from_unix_s(ACCEPTED_AT_S + 60);

/// A channel of four blocks (a value in block 1, a configuration in 2), and a client of it.
struct World {
    channel: Channel,
    client: ClientState,
    anchor: Any,
    stored: Stored,
    proof: Vec<u8>,
    /// A second block 1.
    twin: Draft,
}

impl World {
    fn new(kind: Kind) -> Self {
        let mut channel = Channel::new("gz-registry", kind, 4);
        let (mut raw, anchor) = channel.client();
        raw.raft = Some(raw::RaftSigners { orderers: 2, organisations: 2 });
        let other = channel.put("key", b"another");
        let twin = channel.draft(vec![other]);
        let stored = channel.store(PATH, VALUE);
        let admins = channel.administrators();
        let change = |tree: &mut Tree| tree.at(&["Orderer"]).mod_policy = "Writers".into();
        channel.reconfigure(change, &admins.iter().collect::<Vec<_>>());
        channel.order_something();
        let proof = channel.prove(&stored, 2);
        Self { client: ClientState::from_raw(raw).expect("right parameters"), anchor: anchor.encode(), proof, stored, channel, twin }
    }

    /// A block as this world's orderers sign it, with the copies that its client asks for.
    fn signed(&self, draft: &Draft, data: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
        let signatures = self.channel.signatures(draft);
        let copy = |node: &Node| draft.metadata(&[draft.classic(node)]);
        let copies = match self.channel.kind {
            Kind::Raft => vec![copy(&self.channel.orderers[1])],
            Kind::Bft => Vec::new(),
        };
        (if data { draft.block(&signatures) } else { draft.without_data(&signatures) }, copies)
    }

    fn run(&self) -> Any {
        let chain = &self.channel.chain;
        run_any(vec![(chain[1].bare(), Vec::new()), self.signed(&chain[2], true), self.signed(&chain[3], false)])
    }

    fn jump(&self) -> Any {
        run_any(vec![self.signed(&self.channel.chain[2], true)])
    }

    fn evidence(&self) -> Any {
        let block = |draft: &Draft| {
            let (block, copies) = self.signed(draft, true);
            raw::Block { block, copies }
        };
        misbehaviour_any(block(&self.channel.chain[1]), block(&self.twin))
    }

    /// The client after blocks 1 and 2, with their states.
    fn grown(&self) -> (ClientState, Vec<(Height, Any)>) {
        let first = run_any(vec![self.signed(&self.channel.chain[1], false)]);
        let mut states = vec![(Height::new(0, 0), self.anchor.clone())];
        let mut client = self.client.clone();
        for header in [first, self.jump()] {
            let Ok(Verdict::Accepted(update)) = client.verify_header(&States(&states), &header, NOW) else { panic!("our own block") };
            client = ClientState::decode(&update.client_state).expect("our own");
            states.extend(update.consensus_states);
        }
        (client, states)
    }

    fn hashes(&self) -> BTreeSet<[u8; 32]> {
        self.channel.chain.iter().map(|draft| draft.header().hash()).collect()
    }
}

/// Worlds, and for each the client that has its value and honest hashes.
static WORLDS: LazyLock<[World; 2]> = LazyLock::new(|| [World::new(Kind::Bft), World::new(Kind::Raft)]);
type Grown = (ClientState, Vec<(Height, Any)>);
static GROWN: LazyLock<[Grown; 2]> = LazyLock::new(|| [WORLDS[0].grown(), WORLDS[1].grown()]);
static HASHES: LazyLock<[BTreeSet<[u8; 32]>; 2]> = LazyLock::new(|| [WORLDS[0].hashes(), WORLDS[1].hashes()]);

struct States<'a>(&'a [(Height, Any)]);

impl ConsensusStates for States<'_> {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.iter().find(|(found, _)| *found == height).map(|(_, any)| any.clone())
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.iter().rev().find(|(found, _)| *found < height).cloned()
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.iter().find(|(found, _)| *found > height).cloned()
    }
}

/// Runs, configurations and evidence, judged by clients that stand at genesis. What is accepted has the hash of an honest block, hence its bytes;
/// what convicts are the two blocks that were signed.
pub fn client_message() -> Target {
    Target {
        name: "gov-fabric client message",
        seeds: WORLDS.iter().flat_map(|world| [world.run(), world.jump(), world.evidence()]).map(|any| any.encode_to_vec()).collect(),
        run: |bytes| {
            let Ok(message) = Any::decode(bytes) else { return false };
            let mut taken = false;
            for (world, hashes) in WORLDS.iter().zip(HASHES.iter()) {
                let states = [(Height::new(0, 0), world.anchor.clone())];
                match world.client.verify_header(&States(&states), &message, NOW) {
                    Ok(Verdict::Accepted(update)) => {
                        check_states(world, hashes, &update.consensus_states);
                        taken = true;
                    }
                    Ok(Verdict::Misbehaviour(_)) => {
                        check_convicted(world, &message);
                        taken = true;
                    }
                    _ => {}
                }
            }
            taken
        },
    }
}

/// Every state is one of an honest block; a configuration is the channel's.
fn check_states(world: &World, hashes: &BTreeSet<[u8; 32]>, states: &[(Height, Any)]) {
    assert!(!states.is_empty(), "a client at genesis learns something");
    for (height, any) in states {
        let state = ConsensusState::decode(any).expect("made by the client");
        let draft = &world.channel.chain[usize::try_from(height.revision_height).expect("small")];
        assert_eq!(state.header_hash, draft.header().hash(), "only what was signed is accepted");
        assert!(hashes.contains(&state.header_hash));
        assert_eq!(state.config_block, draft.last_config);
        if let Some(config) = state.config {
            assert_eq!((config.sequence, config.group == world.channel.tree.write()), (1, true), "only the honest configuration comes into force");
        }
    }
}

fn check_convicted(world: &World, message: &Any) {
    assert_eq!(message.type_url, MISBEHAVIOUR_URL);
    let evidence = raw::Misbehaviour::decode(message.value.as_slice()).expect("the client has read it");
    let hash = |block: Option<raw::Block>| Block::read(&block.expect("there").block).expect("the client has read it").header.hash();
    let found = BTreeSet::from([hash(evidence.block_1), hash(evidence.block_2)]);
    assert_eq!(found, BTreeSet::from([world.channel.chain[1].header().hash(), world.twin.header().hash()]));
}

/// Proofs under clients that know the value's block: no mutation proves another value, or the value under another path.
pub fn proof() -> Target {
    Target {
        name: "gov-fabric proof",
        seeds: WORLDS.iter().map(|world| world.proof.clone()).collect(),
        run: |bytes| {
            let mut proved = false;
            for (world, (client, states)) in WORLDS.iter().zip(GROWN.iter()) {
                let prefix = [Vec::new()];
                let judge = |path: &[u8], value: &[u8], height: u64| {
                    let path = StoredPath { prefix: &prefix, path };
                    client.verify_membership(&States(states), Height::new(0, height), path, value, bytes).is_ok()
                };
                assert!(!judge(PATH, &[0xac; 32], 2), "another value");
                assert!(!judge(b"07-tendermint-0\x01\0\0\0\0\0\0\0\x02", VALUE, 2), "another path");
                if judge(PATH, VALUE, 2) {
                    let proof = raw::Proof::decode(bytes).expect("the client has read it");
                    let block = Block::read(&proof.block).expect("the client has read it");
                    assert_eq!(block.header, world.channel.chain[1].header());
                    assert_eq!((block.header.number, u64::from(proof.transaction)), (world.stored.block, world.stored.transaction));
                    proved = true;
                }
            }
            proved
        },
    }
}

/// Client and consensus states as they stand in a trust file; what is accepted encodes again.
pub fn states() -> Target {
    Target {
        name: "gov-fabric states",
        seeds: WORLDS.iter().flat_map(|world| [world.client.encode().encode_to_vec(), world.anchor.encode_to_vec()]).collect(),
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

/// A block with nothing but number, hash of the one before and hash of its data.
const JSON: &str = r#"{"blocks": [{"block": "CkYIARIgAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEaIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC", "copies": []}]}"#;

/// Blocks and JSON as operators have them at hand: cut, judged alone, made a trust file of.
pub fn files() -> Target {
    Target {
        name: "gov-fabric files",
        seeds: WORLDS
            .iter()
            .flat_map(|world| [world.channel.genesis(), world.signed(&world.channel.chain[1], true).0])
            .chain([JSON.as_bytes().to_vec()])
            .collect(),
        run: |bytes| {
            let options = [("accepted_at_s", "1789300000"), ("definition", "2:1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let made = native::trust_file(bytes, &options.into());
            if let Ok(file) = &made {
                native::explain(file).expect("a file of our own making explains itself");
            }
            match native::items(bytes) {
                Ok(items) => {
                    items.iter().for_each(|item| drop(native::self_check(item)));
                    true
                }
                Err(_) => made.is_ok(),
            }
        },
    }
}
