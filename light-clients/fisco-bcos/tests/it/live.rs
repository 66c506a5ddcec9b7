//! A running network of the operator's own binary, followed from its block 0 through a change of weights.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::{self as raw, transaction::Form};
use govhub_lc_fisco_bcos::testing::Node;
use govhub_lc_fisco_bcos::{native, ClientState, Suite, Version};
use govhub_testkit::skip;
use govhub_types::{Height, Time};
use govhub_vectors::Folder;
use serde_json::Value;

use crate::common::{Follower, States};

#[path = "../../../../integration/peers/fisco/network.rs"]
mod network;

/// A signed transaction of 3.x in the nodes' own encoding (tars): data, hash, signature.
fn encode(fields: &raw::TransactionV3, hash: &[u8], signature: &[u8]) -> Vec<u8> {
    let text = |tag: u8, text: &str| [&[tag << 4 | 6, u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
    let bytes = |tag: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short").to_be_bytes();
        let length = if bytes.len() < 128 { vec![0x00, length[1]] } else { vec![0x01, length[0], length[1]] };
        [&[tag << 4 | 13, 0x00], length.as_slice(), bytes].concat()
    };
    let limit = u16::try_from(fields.block_limit).expect("a young chain").to_be_bytes();
    let data = [
        vec![0x1a], text(2, &fields.chain_id), text(3, &fields.group_id), vec![0x41, limit[0], limit[1]], text(5, &fields.nonce), text(6, &fields.to),
        bytes(7, &fields.input), vec![0x0b],
    ];
    [data.concat(), bytes(2, hash), bytes(3, signature)].concat()
}

#[test]
fn transactions_are_encoded_as_recorded_nodes_store_them() {
    const NAME: &str = "transactions_are_encoded_as_recorded_nodes_store_them";
    let root = Folder::beside_repository();
    let Ok(folder) = Folder::open(&root) else { skip!(NAME, "no vectors at `{}`", root.display()) };
    let blocks = folder.json("fisco/live/k1_v320/blocks.json.gz").expect("recorded blocks");
    let mut compared = 0;
    for entry in blocks.as_array().expect("a list").iter().flat_map(|block| block["txs"].as_array().expect("a list")) {
        let read = native::transaction(&entry["tx"]).expect("a transaction");
        let Some(Form::V3(fields)) = &read.form else { panic!("3.x") };
        if fields.to.is_empty() || !fields.abi.is_empty() || fields.block_limit < 128 {
            continue; // what is empty is left out, what is small takes one byte: forms that are not sent here
        }
        let hex = |value: &Value| hex::decode(value.as_str().expect("text").trim_start_matches("0x")).expect("hexadecimal");
        assert!(hex(&entry["tx_raw"]).starts_with(&encode(fields, &read.hash, &hex(&entry["tx"]["signature"]))), "{}", entry["tx"]);
        compared += 1;
    }
    assert!(compared > 50, "{compared} transactions");
}

/// Calls `setWeight(string,uint256)` of the consensus precompile, for a node to weigh 2.
fn set_weight(node: &str, nonce: u64, block_limit: u64) -> Vec<u8> {
    let word = |value: usize| [vec![0; 24], (value as u64).to_be_bytes().to_vec()].concat();
    let selector = Suite::Keccak.hash(&[b"setWeight(string,uint256)"])[..4].to_vec();
    let fields = raw::TransactionV3 {
        chain_id: "chain0".into(),
        group_id: "group0".into(),
        block_limit,
        nonce: nonce.to_string(),
        to: "0x0000000000000000000000000000000000001003".into(),
        input: [selector, word(64), word(2), word(node.len()), node.as_bytes().to_vec()].concat(),
        ..Default::default()
    };
    let unsigned = raw::Transaction { form: Some(Form::V3(fields.clone())), hash: Vec::new() };
    let hash = native::transaction_hash(Suite::Keccak, &unsigned).expect("fields");
    encode(&fields, &hash, &Node::new(Suite::Keccak, 77).sign(Version::V3, &hash))
}

#[test]
fn a_running_fisco_network_is_followed_from_its_block_0() {
    const NAME: &str = "a_running_fisco_network_is_followed_from_its_block_0";
    let Some(program) = network::program() else { skip!(NAME, "`FISCO_BIN` names no fisco-bcos program") };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fisco-live-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a writable target folder");
    let network = network::Network::start(&program, &folder).expect("four nodes start");
    for round in 0..4u64 {
        network.send(&set_weight(&network.ids[usize::try_from(round).expect("small")], 1_000_000 + round, 500)).expect("a block is made");
    }
    let genesis = network.block(0, 0).expect("block 0").to_string();
    let options = BTreeMap::from([("anchor_time_s".to_owned(), "1700000000".to_owned())]);
    let file = native::trust_file(genesis.as_bytes(), &options).expect("block 0 founds a client");
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("right");
    let states = States([(Height::new(0, 0), file.anchor.clone().expect("an anchor"))].into());
    let mut follower = Follower { client, states, now: Time::from_unix_s(1_700_000_001) };
    for number in 1..=network.height(0).expect("a height") {
        let copies: Vec<Value> = (0..4).map(|node| network.block(node, number).expect("every node has it")).collect();
        let items = native::items(Value::Array(copies).to_string().as_bytes()).expect("blocks");
        let [Item::Header { header, .. }] = items.as_slice() else { panic!("one header with the union of signatures") };
        match follower.judge(header) {
            Verdict::Accepted(_) => drop(follower.follow(header)),
            // The old quorum is likely at a change, not certain: a halt there is right, anything else is not.
            Verdict::NotEnoughTrust(_) => break,
            other => panic!("block {number}: {other:?}"),
        }
    }
    assert!(follower.client.latest_height().revision_height >= 1, "at least what the first set signed is followed");
    drop(network);
    std::fs::remove_dir_all(&folder).expect("our own folder");
}
