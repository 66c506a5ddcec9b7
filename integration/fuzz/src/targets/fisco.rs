//! What relayers bring to a FISCO BCOS light client: headers, evidence, proofs; states in a trust file; and the nodes' own JSON.

use std::sync::LazyLock;

use govhub_lc_core::{ConsensusStates, LightClient, StoredPath, Verdict};
use govhub_lc_fisco_bcos::native;
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, signed_header::Fields};
use govhub_lc_fisco_bcos::testing::{evidence, header_hash_v3, update, Chain, Entry, BRIDGE};
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Suite, Version, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

const PATH: &[u8] = b"gov-fisco-0\x01\0\0\0\0\0\0\0\x01";
const VALUE: &[u8] = &[0xab; 32];
const NOW: Time = Time::from_unix_s(1_800_003_600);

/// A chain of two blocks, the second with a packet in it, and a client of its block 0.
struct World {
    chain: Chain,
    client: ClientState,
    /// A second block 1.
    twin: raw::SignedHeader,
}

impl World {
    fn new(version: Version, suite: Suite) -> Self {
        let mut chain = Chain::new(version, suite);
        chain.seal(Vec::new());
        chain.store(PATH, VALUE);
        let entry = Entry { to: BRIDGE, input: vec![1], nonce: 1, status: 0, output: Vec::new(), logs: Vec::new() };
        let twin = chain.cut(0).draft(&[entry]).signed(version);
        Self { client: chain.client(0), twin, chain }
    }

    fn known(&self, height: Height) -> Option<Any> {
        (height.revision_number == 0 && height.revision_height <= self.chain.newest()).then(|| self.chain.state(height.revision_height).encode())
    }

    /// True for the states of the chain's own blocks, and of the second block 1: alone it is as good as the first.
    fn signed(&self, height: Height, state: &Any) -> bool {
        let is_twin = || height == Height::new(0, 1) && ConsensusState::decode(state).is_ok_and(|state| state.hash[..] == self.twin.hash[..]);
        self.known(height).as_ref() == Some(state) || is_twin()
    }

    fn evidence(&self) -> Any {
        evidence(self.chain.header(1), self.twin.clone(), &self.chain.block(0).set())
    }
}

static WORLDS: LazyLock<[World; 2]> = LazyLock::new(|| [World::new(Version::V3, Suite::Keccak), World::new(Version::V2, Suite::Sm)]);

/// The consensus states of a world up to block `.1`.
struct Stored<'a>(&'a World, u64);

impl ConsensusStates for Stored<'_> {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.known(height).filter(|_| height.revision_height <= self.1)
    }
    fn before(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
    fn after(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
}

/// Judges a message by a client of block 0. Whatever is accepted is a block that its sealers signed, whatever convicts are its two blocks 1.
fn judge(world: &World, message: &Any) -> bool {
    match world.client.verify_header(&Stored(world, 0), message, NOW) {
        Ok(Verdict::Accepted(update)) => {
            for (height, state) in &update.consensus_states {
                assert!(world.signed(*height, state), "only blocks that the sealers signed are accepted: {height}, {state:?}");
            }
            let newest = update.consensus_states.len() as u64;
            assert_eq!(update.client_state, world.chain.client(newest).encode(), "with the chain's own sealers");
            newest > 0
        }
        Ok(Verdict::Misbehaviour(_)) => {
            let known = [&world.chain.header(1).hash, &world.twin.hash];
            let named = match message.type_url.as_str() {
                MISBEHAVIOUR_URL => {
                    let found = raw::Misbehaviour::decode(message.value.as_slice()).expect("was judged");
                    [found.header_1, found.header_2].map(|header| header.expect("was judged").hash).to_vec()
                }
                _ => raw::Header::decode(message.value.as_slice()).expect("was judged").headers.into_iter().map(|header| header.hash).collect(),
            };
            assert!(known.iter().all(|hash| named.contains(hash)), "only two real blocks convict");
            true
        }
        _ => false,
    }
}

/// Headers and evidence as bytes.
pub fn client_message() -> Target {
    let seeds = WORLDS.iter().flat_map(|world| [world.chain.update(1, 2), update(&[world.chain.header(1), world.twin.clone()]), world.evidence()]);
    Target {
        name: "gov-fisco client message",
        seeds: seeds.map(|message| message.encode_to_vec()).collect(),
        run: |bytes| {
            let Ok(message) = Any::decode(bytes) else { return false };
            WORLDS.iter().map(|world| judge(world, &message)).fold(false, |any, accepted| any | accepted)
        },
    }
}

/// Headers bent field by field: the input is a list of changes, four bytes each, to a valid update of 3.x. Half of them hash anew, so that
/// what stands behind the hash is reached.
pub fn bent_headers() -> Target {
    Target {
        name: "gov-fisco bent headers",
        seeds: vec![vec![], vec![0; 4], vec![0, 1, 0, 0, 9, 0, 3, 0], vec![1, 0, 0, 0]],
        run: |changes| {
            let world = &WORLDS[0];
            let mut headers = vec![world.chain.header(1), world.chain.header(2)];
            for change in changes.chunks_exact(4).take(16) {
                bend(world, &mut headers, change[0], change[1], change[2], change[3]);
            }
            let message = Any { type_url: HEADER_URL.into(), value: raw::Header { headers }.encode_to_vec() };
            judge(world, &message)
        },
    }
}

/// One change: what, in which header, where, with what.
fn bend(world: &World, headers: &mut Vec<raw::SignedHeader>, what: u8, which: u8, at: u8, value: u8) {
    if what == 1 {
        headers.push(world.twin.clone());
    }
    let count = headers.len().max(1);
    let Some(header) = headers.get_mut(usize::from(which) % count) else { return };
    let place = usize::from(at) % header.signatures.len().max(1);
    let Some(Fields::V3(fields)) = &mut header.fields else { return };
    let flip = |bytes: &mut Vec<u8>| if let Some(byte) = bytes.get_mut(usize::from(at) % 32) { *byte ^= value };
    match what & 0x3f {
        2 => flip(&mut fields.transactions_root),
        3 => flip(&mut fields.receipts_root),
        4 => flip(&mut fields.state_root),
        5 => fields.number = fields.number.wrapping_add(u64::from(value)),
        6 => fields.timestamp_ms ^= u64::from(value) << (at % 64),
        7 => fields.gas_used.push(char::from(b'0' + value % 12)),
        8 => fields.extra_data.push(value),
        9 if place < header.signatures.len() => drop(header.signatures.remove(place)),
        10 => header.signatures.iter_mut().skip(place).take(1).for_each(|signature| signature.index = u32::from(value)),
        11 => header.signatures.iter_mut().skip(place).take(1).for_each(|signature| flip(&mut signature.signature)),
        12 => {
            let again = header.signatures.get(place).cloned();
            header.signatures.extend(again);
        }
        13 => fields.sealer_list.truncate(usize::from(value) % 5),
        14 => fields.weights.iter_mut().skip(usize::from(at) % 4).take(1).for_each(|weight| *weight = u64::from(value)),
        15 => fields.sealer_list.iter_mut().skip(usize::from(at) % 4).take(1).for_each(|node| flip(node)),
        16 => fields.parents.iter_mut().for_each(|parent| flip(&mut parent.hash)),
        17 => fields.sealer = u64::from(value),
        18 => fields.version ^= u32::from(value),
        19 => {
            // Sealers and weights moved into the extra data: one hash.
            let keep = usize::from(value) % 5;
            let moved: Vec<u8> = fields.sealer_list.drain(keep.min(fields.sealer_list.len())..).flatten().collect();
            let weights: Vec<u8> = fields.weights.drain(keep.min(fields.weights.len())..).flat_map(u64::to_be_bytes).collect();
            fields.extra_data = [moved, weights].concat();
        }
        20 if !fields.sealer_list.is_empty() => {
            let other = usize::from(at) % fields.sealer_list.len();
            fields.sealer_list.swap(other, 0);
        }
        _ => {}
    }
    if what & 0x80 != 0 {
        if let Some(Fields::V3(fields)) = &header.fields {
            header.hash = header_hash_v3(Suite::Keccak, fields).to_vec();
        }
    }
    if what & 0x40 != 0 {
        headers.reverse();
    }
}

/// Proofs of a packet: no mutation shows another value or another path.
pub fn proof() -> Target {
    Target {
        name: "gov-fisco proof",
        seeds: WORLDS.iter().map(|world| world.chain.packet_proof(PATH, VALUE).1).collect(),
        run: |proof| {
            let mut accepted = false;
            for world in WORLDS.iter() {
                let client = world.chain.client(2);
                let prefix = [Vec::new()];
                let shows = |height: u64, path: &[u8], value: &[u8]| {
                    let path = StoredPath { prefix: &prefix, path };
                    client.verify_membership(&Stored(world, 2), Height::new(0, height), path, value, proof).is_ok()
                };
                assert!(!shows(2, PATH, &[0xac; 32]) && !shows(2, b"other", VALUE) && !shows(1, PATH, VALUE), "only what was stored");
                let _ = native::check_proof(&client, &Stored(world, 2), proof);
                accepted |= shows(2, PATH, VALUE);
            }
            accepted
        },
    }
}

/// Client and consensus states; what is accepted encodes again.
pub fn states() -> Target {
    let seeds = WORLDS.iter().flat_map(|world| [world.client.encode(), world.chain.state(1).encode()]);
    Target {
        name: "gov-fisco states",
        seeds: seeds.map(|any| any.encode_to_vec()).collect(),
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

/// JSON of nodes: whatever is cut out of it is judged without a panic, and a header holds against itself only by signatures over its hash.
pub fn json() -> Target {
    let block = r#"{"result":{"number":1,"version":50462720,"parentInfo":[{"blockNumber":0,"blockHash":"0x00"}],"txsRoot":"0x00","receiptsRoot":"0x00","stateRoot":"0x00","gasUsed":"0","timestamp":1,"sealer":0,"sealerList":["0x00"],"consensusWeights":[1],"extraData":"0x","hash":"0x00","signatureList":[{"sealerIndex":0,"signature":"0x00"}]}}"#;
    let receipt = r#"[{"blockNumber":1,"contractAddress":"","gasUsed":"5","hash":"0x00","logEntries":[{"address":"00","data":"0x","topics":["0x00"]}],"output":"0x","status":0,"version":0,"txReceiptProof":["0000000200","00","01"]}]"#;
    let two = r#"{"transaction":{"transactionIndex":"0x0","blockNumber":"0x1","nonce":"0x1","gasPrice":"0x1","gas":"0x1","blockLimit":"0x1","to":"0x00","value":"0x0","input":"0x","chainId":"0x1","groupId":"0x1","extraData":"0x","hash":"0x00","signature":{"r":"0x1","s":"0x1","v":"0x0"}},"txProof":[{"left":[],"right":[]}]}"#;
    Target {
        name: "gov-fisco JSON",
        seeds: [block, receipt, two].map(|text| text.as_bytes().to_vec()).to_vec(),
        run: |bytes| {
            let options = [("chain_id", "1"), ("group_id", "1"), ("genesis_hash", "00"), ("anchor_time_s", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let _ = native::trust_file(bytes, &options.into());
            let Ok(items) = native::items(bytes) else { return false };
            assert!(items.iter().all(|item| native::self_check(item).is_err()), "nothing here is signed or hashed right");
            true
        },
    }
}
