//! What relayers and operators bring to a ChainMaker light client: blocks, evidence, proofs, trust files, files from nodes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use govhub_lc_chainmaker::native::{check_proof, items, self_check, trust_file};
use govhub_lc_chainmaker::proto::chainmaker::v2::Vote;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, ClientState, ConsensusState, Suite, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_lc_core::{LightClient, StoredPath, Verdict};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

const PATH: &[u8] = b"client-0\x01\0\0\0\0\0\0\0\x01";
const VALUE: [u8; 32] = [7; 32];

/// A chain, a client at its genesis block, and every state that an honest relayer can bring the client to.
struct World {
    chain: Chain,
    follower: Follower,
    clients: Vec<Any>,
    states: BTreeMap<Height, Any>,
    fork: (Made, Made),
}

impl World {
    /// Three blocks: a stored packet, another configuration, a frozen certificate.
    fn new(auth_type: AuthType, suite: Suite) -> Self {
        let mut chain = Chain::new(Network::new(auth_type, suite, 4));
        let follower = Follower::of(&chain);
        let (one, mut two) = (chain.next(&[]), chain.next(&[]));
        two.header.block_timestamp += 1;
        two.sign(&chain.network, 1, &[1, 2, 3]);
        chain.make(&[Call::failing("T"), Call::packet(PATH, &VALUE)]);
        chain.reconfigure("MULTI_SIGN", chain.network.clone());
        chain.make(&[Call::freezing("CERT_MANAGE", &[9; 32], b"certificate")]);
        let mut honest = follower.clone();
        let clients = std::iter::once(follower.client.encode()).chain((1..=3).map(|block| {
            let verdict = honest.offer(&chain.run(block, block)).expect("a message");
            assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
            honest.client.encode()
        }));
        let clients = clients.collect();
        Self { chain, follower, clients, states: honest.states, fork: (one, two) }
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let evidence = raw::Misbehaviour { block_1: Some(self.fork.0.bare()), block_2: Some(self.fork.1.bare()), ..Default::default() };
        let evidence = Any { type_url: MISBEHAVIOUR_URL.into(), value: evidence.encode_to_vec() };
        let mut messages = vec![self.chain.run(1, 1), self.chain.run(1, 3), evidence];
        messages.push(self.chain.run(1, 2));
        messages.iter().map(Message::encode_to_vec).collect()
    }

    /// What is accepted is what an honest relayer could have brought: the same states, the same client. The votes may be other good ones and
    /// transactions may stand there by their hashes, which changes neither.
    fn judge(&self, bytes: &[u8]) -> bool {
        let Ok(message) = Any::decode(bytes) else { return false };
        let _ = self.follower.client.check_misbehaviour(&self.follower, &message, self.follower.now);
        match self.follower.client.verify_header(&self.follower, &message, self.follower.now) {
            Ok(Verdict::Accepted(update)) => {
                for (height, state) in &update.consensus_states {
                    assert_eq!(self.states.get(height), Some(state), "only what was signed is accepted");
                }
                assert!(self.clients.contains(&update.client_state), "no other client can be made");
                true
            }
            Ok(Verdict::Misbehaviour(_)) => true,
            _ => false,
        }
    }
}

static CERTIFICATES: LazyLock<World> = LazyLock::new(|| World::new(AuthType::PermissionedWithCert, Suite::P256));
static KEYS: LazyLock<World> = LazyLock::new(|| World::new(AuthType::Public, Suite::Sm2));

/// Blocks and evidence in certificate mode.
pub fn client_message() -> Target {
    Target { name: "ChainMaker client message, certificates", seeds: CERTIFICATES.seeds(), run: |bytes| CERTIFICATES.judge(bytes) }
}

/// Blocks and evidence in public mode.
pub fn key_message() -> Target {
    Target { name: "ChainMaker client message, keys", seeds: KEYS.seeds(), run: |bytes| KEYS.judge(bytes) }
}

/// One part of an otherwise good message: the first byte of the input says which, the rest is put in its place. So what lies deep in a
/// message is bent while everything around it stays canonical.
pub fn parts() -> Target {
    let seeds = [&CERTIFICATES, &KEYS].into_iter().zip(0u8..).flat_map(|(world, which)| {
        let block = &world.chain.blocks[1];
        let whole = block.whole();
        let entries = whole.body.clone().unwrap_or_default().entries;
        let votes = block.vote_set.votes.iter().map(|entry| entry.vote.clone().unwrap_or_default().encode_to_vec());
        let parts = [whole.header, whole.vote_set, entries[0].tx.clone(), entries[0].rw_set.clone(), entries[1].tx.clone(), entries[1].rw_set.clone()];
        parts.into_iter().chain(votes).zip(0u8..).map(move |(part, place)| [vec![which * 16 + place], part].concat()).collect::<Vec<_>>()
    });
    Target {
        name: "ChainMaker parts of a block",
        seeds: seeds.collect(),
        run: |bytes| {
            let Some((&which, part)) = bytes.split_first() else { return false };
            let world: &World = if which < 16 { &CERTIFICATES } else { &KEYS };
            let Some(message) = with_part(world, which % 16, part) else { return false };
            world.judge(&message)
        },
    }
}

fn with_part(world: &World, place: u8, part: &[u8]) -> Option<Vec<u8>> {
    let mut message = raw::Header::decode(world.chain.run(1, 1).value.as_slice()).ok()?;
    let block = message.blocks.first_mut()?;
    let entries = &mut block.body.as_mut()?.entries;
    let part = part.to_vec();
    match place {
        0 => block.header = part,
        1 => block.vote_set = part,
        2 => entries[0].tx = part,
        3 => entries[0].rw_set = part,
        4 => entries[1].tx = part,
        5 => entries[1].rw_set = part,
        _ => {
            let mut set = world.chain.blocks[1].vote_set.clone();
            let entry = set.votes.get_mut(usize::from(place) - 6)?;
            let vote = Vote::decode(part.as_slice()).ok()?;
            (entry.voter, entry.vote) = (vote.voter.clone(), Some(vote));
            block.vote_set = set.encode_to_vec();
        }
    }
    Some(Any { type_url: HEADER_URL.into(), value: message.encode_to_vec() }.encode_to_vec())
}

/// Client and consensus states as they stand in a trust file; what is accepted encodes again.
pub fn states() -> Target {
    let seeds = CERTIFICATES.clients.iter().chain(CERTIFICATES.states.values()).chain(&KEYS.clients).map(Message::encode_to_vec).collect();
    Target {
        name: "ChainMaker states",
        seeds,
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

/// A client that has accepted the three blocks.
static ACCEPTED: LazyLock<Follower> = LazyLock::new(|| {
    let mut follower = CERTIFICATES.follower.clone();
    let verdict = follower.offer(&CERTIFICATES.chain.run(1, 3)).expect("a message");
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    follower
});

/// Proofs of a stored packet. Whatever is bent, no other value, path or height is proved.
pub fn proof() -> Target {
    let good = CERTIFICATES.chain.blocks[1].proof(Suite::P256, 1);
    Target {
        name: "ChainMaker proof",
        seeds: vec![good.encode_to_vec()],
        run: |bytes| {
            let prefix = [Vec::new()];
            let verify = |height: u64, path: &[u8], value: &[u8]| {
                let path = StoredPath { prefix: &prefix, path };
                ACCEPTED.client.verify_membership(&*ACCEPTED, Height::new(0, height), path, value, bytes).is_ok()
            };
            assert!(!verify(1, PATH, &[8; 32]) && !verify(1, b"client-0\x02", &VALUE) && !verify(2, PATH, &VALUE), "nothing else is proved");
            verify(1, PATH, &VALUE)
        },
    }
}

/// Files from nodes, cut, judged against themselves and made trust files.
pub fn native() -> Target {
    let seeds = CERTIFICATES.chain.blocks.iter().chain(&KEYS.chain.blocks).map(|made| made.info().encode_to_vec()).collect();
    Target {
        name: "ChainMaker file",
        seeds,
        run: |bytes| {
            let _ = check_proof(&ACCEPTED.client, &*ACCEPTED, bytes);
            let _ = trust_file(bytes, &BTreeMap::new());
            let Ok(found) = items(bytes) else { return false };
            found.iter().for_each(|item| drop(self_check(item)));
            true
        },
    }
}
