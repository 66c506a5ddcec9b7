//! A live GoQuorum network, where an operator's binary is at hand: followed from its genesis file, with a vote and packet proofs.

use std::collections::BTreeMap;
use std::path::Path;

use govhub_lc_core::native::Item;
use govhub_lc_core::{LightClient, StoredPath, Verdict};
use govhub_lc_qbft::extra::ExtraData;
use govhub_lc_qbft::keccak::keccak256;
use govhub_lc_qbft::native::{check_proof, items, trust_file};
use govhub_lc_qbft::testing::{keys, Key};
use govhub_lc_qbft::{height, rlp, ClientState, ConsensusState, Flavour};
use govhub_types::Time;
use serde_json::{json, Value};

use crate::world::States;

#[path = "../../../../integration/peers/qbft/network.rs"]
mod network;

use network::{Network, Validator};

const CHAIN_ID: u64 = 71_201;
const EPOCH: u64 = 30;

/// Genesis file of a network of `validators` that starts at `time_s`, forks up to Berlin at block 0.
fn genesis(validators: &[Key], time_s: u64) -> Value {
    let extra = ExtraData {
        vanity: [0; 32],
        validators: validators.iter().map(Key::address).collect(),
        vote: None,
        round: 0,
        proposer_seal: None,
        seals: Vec::new(),
    };
    let forks = ["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul", "berlin"];
    let mut config = json!({
        "chainId": CHAIN_ID,
        "isQuorum": true,
        "qbft": { "epochlength": EPOCH, "blockperiodseconds": 1, "requesttimeoutseconds": 4, "policy": 0, "ceil2Nby3Block": 0 },
    });
    for fork in forks {
        config[format!("{fork}Block")] = json!(0);
    }
    json!({
        "config": config,
        "nonce": "0x0",
        "timestamp": format!("{time_s:#x}"),
        "extraData": format!("0x{}", hex::encode(extra.encode(Flavour::GoQuorumQbft))),
        "gasLimit": "0x1fffffff",
        "difficulty": "0x1",
        "mixHash": "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365",
        "coinbase": format!("0x{}", "00".repeat(20)),
        "alloc": { format!("0x{}", hex::encode(Key::new(77).address())): { "balance": "0x3635c9adc5dea00000" } },
    })
}

/// A transaction of the funded account, signed as EIP-155 says.
fn transaction(nonce: u64, to: &[u8], data: &[u8]) -> Vec<u8> {
    let mut fields = Vec::new();
    for number in [nonce, 0, 3_000_000] {
        rlp::put_uint(&mut fields, number);
    }
    rlp::put_text(&mut fields, to);
    rlp::put_uint(&mut fields, 0);
    rlp::put_text(&mut fields, data);
    let mut unsigned = fields.clone();
    for number in [CHAIN_ID, 0, 0] {
        rlp::put_uint(&mut unsigned, number);
    }
    let mut list = Vec::new();
    rlp::put_list(&mut list, &[&unsigned]);
    let seal = Key::new(77).seal(&keccak256(&[&list]));
    rlp::put_uint(&mut fields, 35 + 2 * CHAIN_ID + u64::from(seal[64]));
    rlp::put_text(&mut fields, rlp::stripped(&seal[..32]));
    rlp::put_text(&mut fields, rlp::stripped(&seal[32..64]));
    let mut signed = Vec::new();
    rlp::put_list(&mut signed, &[&fields]);
    signed
}

/// `store(bytes,bytes)` of the contract `Packets`.
fn store(path: &[u8], value: &[u8]) -> Vec<u8> {
    let word = |number: usize| [&[0; 24][..], &(number as u64).to_be_bytes()].concat();
    let tail = |bytes: &[u8]| [word(bytes.len()), bytes.to_vec(), vec![0; bytes.len().next_multiple_of(32) - bytes.len()]].concat();
    let (first, second) = (tail(path), tail(value));
    [keccak256(&[b"store(bytes,bytes)"])[..4].to_vec(), word(64), word(64 + first.len()), first, second].concat()
}

#[test]
fn a_live_goquorum_network_is_followed_with_a_vote_and_packet_proofs() {
    let Some(binary) = network::binary() else {
        govhub_testkit::skip!("a_live_goquorum_network_is_followed_with_a_vote_and_packet_proofs", "QUORUM_BIN does not name GoQuorum's geth");
    };
    let (validators, candidate) = (keys(4), Key::new(50));
    let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let genesis = genesis(&validators, clock());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("goquorum-{}", std::process::id()));
    let secrets: Vec<Validator> = validators.iter().map(|key| Validator { secret: key.secret(), public: key.public() }).collect();
    let network = Network::start(&binary, &folder, &genesis, &secrets).expect("a network");

    let compiled: Value = serde_json::from_str(include_str!("../../testdata/contracts/compiled.json")).expect("JSON");
    let code = hex::decode(compiled["Packets"]["creation"].as_str().expect("text").trim_start_matches("0x")).expect("hex");
    let deployed = network.send(&transaction(0, &[], &code)).expect("deployed");
    let contract = deployed["contractAddress"].as_str().expect("an address").to_owned();
    let contract_bytes = hex::decode(contract.trim_start_matches("0x")).expect("hex");
    let path = b"gov-qbft-0\x01\0\0\0\0\0\0\0\x01";
    network.send(&transaction(1, &contract_bytes, &store(path, &[0xab; 32]))).expect("stored");
    let address = format!("0x{}", hex::encode(candidate.address()));
    for index in 0..3 {
        network.ask(index, "istanbul_propose", json!([address, true])).expect("a vote");
    }
    // Each proposer has had his turn by then.
    let last = network.newest().expect("a number") + 10;
    network.wait_for_block(last).expect("blocks");

    let options = BTreeMap::from([("contract".to_owned(), contract.clone())]);
    let trust = trust_file(&serde_json::to_vec(&genesis).expect("JSON"), &options).expect("a trust file");
    let mut client = ClientState::decode(trust.params.as_ref().expect("set")).expect("right");
    let mut states = States(BTreeMap::from([(client.latest_height(), trust.anchor.clone().expect("set"))]));
    let with_block = json!({ "genesis": genesis, "block": network.ask(0, "eth_getBlockByNumber", json!(["0x0", false])).expect("a block") });
    assert_eq!(trust_file(&serde_json::to_vec(&with_block).expect("JSON"), &options).expect("a trust file"), trust, "the node has our genesis block");
    let now = Time::from_unix_s(clock());
    for number in 1..=last {
        let block = network.ask(number as usize % 4, "eth_getBlockByNumber", json!([format!("{number:#x}"), false])).expect("a block");
        for item in items(&serde_json::to_vec(&block).expect("JSON")).expect("a block") {
            let Item::Header { header, label } = item else { panic!("no header") };
            match client.verify_header(&states, &header, now).expect("decodable") {
                Verdict::Accepted(update) => {
                    client = ClientState::decode(&update.client_state).expect("ours");
                    states.0.extend(update.consensus_states);
                }
                other => panic!("{label}: {other:?}"),
            }
        }
    }
    assert!(client.authority().validators().contains(&candidate.address()), "three of four voted");

    let map = client.packet_map().clone();
    let slot = format!("0x{}", hex::encode(map.slot(path)));
    let absent = b"gov-qbft-0\x01\0\0\0\0\0\0\0\x02";
    let gone = format!("0x{}", hex::encode(map.slot(absent)));
    let proof = network.ask(0, "eth_getProof", json!([contract, [slot, gone], format!("{last:#x}")])).expect("a proof");
    let file = json!({ "height": last, "proof": proof, "paths": [{ "path": hex::encode(path) }, { "path": hex::encode(absent) }] });
    let claims = items(&serde_json::to_vec(&file).expect("JSON")).expect("claims");
    assert_eq!(claims.len(), 2);
    for claim in claims {
        let Item::Proof { proof, label } = claim else { panic!("no proof") };
        check_proof(&client, &states, &proof).unwrap_or_else(|reason| panic!("{label}: {reason}"));
    }
    let state = ConsensusState::decode(&states.0[&height(last)]).expect("ours");
    assert!(state.timestamp_s <= now.unix_s() + 30);
    let prefix = vec![b"ibc".to_vec()];
    assert!(client.verify_membership(&states, height(last), StoredPath { prefix: &prefix, path }, &[0xab; 32], &[1]).is_err());
    drop(network);
    std::fs::remove_dir_all(&folder).expect("removable");
}

/// What runs everywhere: the genesis file that the network would start with founds a client, and the transactions are well formed.
#[test]
fn the_genesis_file_and_transactions_for_a_live_network_are_well_formed() {
    let file = serde_json::to_vec(&genesis(&keys(4), 1_800_000_000)).expect("JSON");
    let options = BTreeMap::from([("contract".to_owned(), format!("0x{}", "1b".repeat(20)))]);
    let trust = trust_file(&file, &options).expect("a trust file");
    let client = ClientState::decode(trust.params.as_ref().expect("set")).expect("right");
    assert_eq!(client.authority().validators(), keys(4).iter().map(Key::address).collect::<Vec<_>>());
    assert_eq!(client.chain_id(), CHAIN_ID.to_string());
    let signed = transaction(1, &[7; 20], &store(b"path", &[2]));
    let fields: Vec<_> = rlp::decode(&signed).and_then(|piece| piece.list()).expect("RLP").map(|piece| piece.expect("RLP").text().expect("a string").to_vec()).collect();
    assert_eq!(fields.len(), 9);
    assert_eq!(&fields[5][..4], &hex::decode("71ce190f").expect("hex")[..], "the selector that solc computed");
    for key in keys(4) {
        assert_eq!(keccak256(&[&key.public()])[12..], key.address());
        assert_eq!(Key::of_secret(key.secret()).map(|again| again.address()), Some(key.address()));
    }
}
