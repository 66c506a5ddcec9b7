//! An EVM that nobody here wrote: anvil's proofs of state and receipts, recorded, and live where npm is at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

use govhub_lc_core::{LightClient, Reason, StoredPath};
use govhub_lc_qbft::authority::Authority;
use govhub_lc_qbft::contract::ValidatorContract;
use govhub_lc_qbft::extra::Address;
use govhub_lc_qbft::inclusion::Receipt;
use govhub_lc_qbft::keccak::keccak256;
use govhub_lc_qbft::native::encode_receipt;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{keys, Chain, Key};
use govhub_lc_qbft::trie::{lookup, Trie};
use govhub_lc_qbft::{height, rlp, ClientState, ConsensusState, Flavour, KeyMap};
use prost::Message;
use serde_json::Value;

use crate::world::{accepted, code, refused, World};

const PACKAGE: &str = "@foundry-rs/anvil@1.7.1";

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("text");
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).expect("hex")
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().expect("of this length")
}

/// A number in hexadecimal, as a node prints quantities.
fn quantity(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().expect("text").trim_start_matches("0x"), 16).expect("a number")
}

fn nodes(value: &Value) -> Vec<Vec<u8>> {
    let nodes: Vec<Vec<u8>> = value.as_array().expect("nodes").iter().map(bytes).collect();
    // Anvil writes the empty trie as a node.
    if nodes == [vec![0x80]] { Vec::new() } else { nodes }
}

/// Anvil leaves a slot that was cleared in the trie, with a leaf of zero.
fn keeps_a_zero(proof: &Value) -> bool {
    nodes(&proof["proof"]).last().is_some_and(|leaf| leaf.ends_with(&[0x81, 0x80]))
}

/// A client of a chain that has anvil's state in its newest block: sealed by ours, since anvil seals nothing.
fn world(recorded: &Value) -> World {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(1);
    let mut world = World::with(chain.clone(), 1, |state| {
        let map = KeyMap { code_hash: Some(array(&recorded["packets_proof"]["codeHash"])), ..KeyMap::protocol(array(&recorded["packets"])) };
        state.key_map = Some(map.to_raw());
    });
    let mut draft = chain.draft();
    draft.items[3] = bytes(&recorded["block"]["stateRoot"]);
    draft.items[5] = bytes(&recorded["block"]["receiptsRoot"]);
    let mut message = chain.offer(1, draft.sealed_by(&keys(4)));
    message.account_nodes = nodes(&recorded["packets_proof"]["accountProof"]);
    world.take(&message);
    assert_eq!(world.state_at(2).storage_root, Some(array(&recorded["packets_proof"]["storageHash"])));
    world
}

/// Verifies everything that was recorded, and refuses it bent.
fn verify(recorded: &Value) {
    packets(recorded);
    validators(recorded);
    accounts(recorded);
    receipts(recorded);
    header_items(recorded);
}

fn packets(recorded: &Value) {
    let world = world(recorded);
    let prefix = vec![Vec::new()];
    let claims = recorded["claims"].as_array().expect("claims");
    let proofs = recorded["packets_proof"]["storageProof"].as_array().expect("proofs");
    assert_eq!(claims.len(), proofs.len());
    let proof = |index: usize| raw::Proof { account_nodes: Vec::new(), storage_nodes: nodes(&proofs[index]["proof"]) }.encode_to_vec();
    let (mut there, mut gone, mut zeros) = (0, 0, 0);
    for (index, claim) in claims.iter().enumerate() {
        let path = bytes(&claim["path"]);
        let path = StoredPath { prefix: &prefix, path: &path };
        assert_eq!(bytes(&proofs[index]["key"]), world.client.packet_map().slot(path.path), "the node was asked for our slot");
        let present = |value: &[u8], proof: &[u8]| world.client.verify_membership(&world.states, height(2), path, value, proof);
        let absent = |proof: &[u8]| world.client.verify_absence(&world.states, height(2), path, proof);
        let another = proof((index + 1) % claims.len());
        if claim["value"].is_null() && keeps_a_zero(&proofs[index]) {
            // Other nodes take a cleared slot out of the trie; a trie with a zero in it is of no rule that is known here.
            assert_eq!(refused(absent(&proof(index))), "word");
            assert_eq!(refused(present(&[1; 32], &proof(index))), "word");
            zeros += 1;
        } else if claim["value"].is_null() {
            assert_eq!(absent(&proof(index)), Ok(None));
            assert_eq!(refused(present(&[1; 32], &proof(index))), "key-absent");
            gone += 1;
        } else {
            let value = bytes(&claim["value"]);
            assert_eq!(present(&value, &proof(index)), Ok(None));
            assert_eq!(refused(present(&[1; 32], &proof(index))), "value-mismatch");
            assert_eq!(refused(absent(&proof(index))), "key-present");
            assert!(present(&value, &another).is_err());
            there += 1;
        }
        assert!(absent(&another).is_err());
    }
    assert!(there >= 5 && gone >= 2 && gone + zeros >= 3, "{there} present, {gone} absent, {zeros} cleared");
}

/// The list of a real Solidity contract is where the client looks for it, and whoever stands in it may seal.
fn validators(recorded: &Value) {
    let proof = &recorded["validators_proof"];
    let contract = ValidatorContract { address: array(&recorded["validators"]), array_slot: [0; 32], code_hash: array(&proof["codeHash"]) };
    let slots: Vec<[u8; 32]> = std::iter::once([0; 32]).chain(contract.element_slots(7)).collect();
    let entries = proof["storageProof"].as_array().expect("proofs");
    assert_eq!(entries.iter().map(|entry| array(&entry["key"])).collect::<Vec<[u8; 32]>>(), slots, "the node was asked for our slots");
    let mut storage_nodes: Vec<Vec<u8>> = Vec::new();
    for node in entries.iter().flat_map(|entry| nodes(&entry["proof"])) {
        if !storage_nodes.contains(&node) {
            storage_nodes.push(node);
        }
    }
    let listed: Vec<Address> = recorded["listed"].as_array().expect("a list").iter().map(array).collect();
    // The listed have no keys, so a header that they must seal is refused for its proposer or seals: when they are in charge.
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(1);
    let mut world = World::with(chain.clone(), 1, |state| {
        state.transitions = vec![raw::Transition { block: 3, validators: None, contract: Some(contract.to_raw()) }];
    });
    let mut draft = chain.draft();
    draft.items[3] = bytes(&recorded["block"]["stateRoot"]);
    world.take(&chain.offer(1, draft.sealed_by(&keys(4))));
    let mut next = chain.draft();
    next.items[0] = draft.block_hash().to_vec();
    next.items[8] = vec![3];
    next.set_timestamp(govhub_lc_qbft::testing::GENESIS_S + 3);
    next.extra.validators.clear();
    let offer = |draft: &govhub_lc_qbft::testing::Draft, account: &Value, storage_nodes: &[Vec<u8>]| {
        let block = raw::Block {
            header: draft.sealed_by(&keys(4)),
            contract_account_nodes: nodes(account),
            contract_storage_nodes: storage_nodes.to_vec(),
        };
        raw::Header { trusted_height: 2, trusted_authority: None, blocks: vec![block], account_nodes: Vec::new() }
    };
    let account = &proof["accountProof"];
    assert_eq!(code(world.judge(&offer(&next, account, &storage_nodes))), "proposer", "ours are not in charge");
    next.items[2] = listed[3].to_vec();
    assert_eq!(code(world.judge(&offer(&next, account, &storage_nodes))), "unknown-signer", "the proposer is listed, the signers are not");
    let mut bent = storage_nodes.clone();
    bent.pop();
    assert_eq!(code(world.judge(&offer(&next, account, &bent))), "proof-node-missing");
    assert_eq!(code(world.judge(&offer(&next, &recorded["packets_proof"]["accountProof"], &storage_nodes))), "proof-hash");
}

fn accounts(recorded: &Value) {
    let root: [u8; 32] = array(&recorded["block"]["stateRoot"]);
    let account = |proof: &Value| govhub_lc_qbft::account::account(&root, &array(&proof["address"]), &nodes(&proof["accountProof"]));
    let packets = account(&recorded["packets_proof"]).expect("a proof").expect("there");
    assert_eq!(packets.storage_root, array(&recorded["packets_proof"]["storageHash"]));
    assert_eq!(packets.code_hash, keccak256(&[&compiled("Packets", "deployed")]), "the code that solc made");
    assert_eq!(account(&recorded["absent_account"]), Ok(None));
    let plain = account(&recorded["plain_account"]).expect("a proof").expect("there");
    assert_eq!((plain.storage_root, plain.code_hash), (govhub_lc_qbft::trie::EMPTY_ROOT, govhub_lc_qbft::account::NO_CODE));
    assert!(nodes(&recorded["empty_storage"]["storageProof"][0]["proof"]).is_empty());
    // An account without code proves nothing about packets.
    let state = raw::ClientState { key_map: Some(KeyMap::protocol(array(&recorded["plain_account"]["address"])).to_raw()), ..world(recorded).client.raw().clone() };
    let (world, client) = (world(recorded), ClientState::from_raw(state).expect("right"));
    let proof = raw::Proof { account_nodes: nodes(&recorded["plain_account"]["accountProof"]), storage_nodes: Vec::new() }.encode_to_vec();
    let prefix = vec![Vec::new()];
    assert_eq!(refused(client.verify_absence(&world.states, height(2), StoredPath { prefix: &prefix, path: b"P" }, &proof)), "no-code");
}

fn receipts(recorded: &Value) {
    let encoded: Vec<Vec<u8>> =
        recorded["receipts"].as_array().expect("receipts").iter().map(|receipt| encode_receipt(receipt).expect("a receipt")).collect();
    assert!(encoded.len() >= 5);
    let key = |index: u64| {
        let mut key = Vec::new();
        rlp::put_uint(&mut key, index);
        key
    };
    let trie = Trie::of(&encoded.iter().enumerate().map(|(index, receipt)| (key(index as u64), receipt.clone())).collect());
    let root: [u8; 32] = array(&recorded["block"]["receiptsRoot"]);
    assert_eq!(trie.root(), root, "the node's own root");
    for (index, raw) in encoded.iter().enumerate() {
        let key = key(index as u64);
        assert_eq!(lookup(&root, &key, &trie.prove([key.as_slice()])), Ok(Some(raw.as_slice())));
        let receipt = Receipt::decode(raw).expect("a receipt");
        assert_eq!(receipt.succeeded, recorded["receipts"][index]["status"] == "0x1");
        assert_eq!(receipt.logs.len(), recorded["receipts"][index]["logs"].as_array().expect("logs").len());
        if let Some(log) = receipt.logs.first() {
            assert_eq!(log.address, array(&recorded["packets"]));
            assert_eq!(log.topics[0], keccak256(&[b"Stored(bytes32,bytes,bytes)"]));
        }
    }
    assert_eq!(lookup(&root, &key(encoded.len() as u64), &trie.prove([key(encoded.len() as u64).as_slice()])), Ok(None));
}

/// Items of a real header in the order of ours: their hash is the block's.
fn header_items(recorded: &Value) {
    const NUMBERS: [&str; 8] = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"];
    let block = &recorded["block"];
    let mut strings = Vec::new();
    let fields = [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed",
        "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
    ];
    for field in fields.into_iter().filter(|field| block.get(field).is_some()) {
        if NUMBERS.contains(&field) {
            rlp::put_uint(&mut strings, quantity(&block[field]));
        } else {
            rlp::put_text(&mut strings, &bytes(&block[field]));
        }
    }
    let mut header = Vec::new();
    rlp::put_list(&mut header, &[&strings]);
    assert_eq!(keccak256(&[&header]), array(&block["hash"]));
}

fn compiled(contract: &str, part: &str) -> Vec<u8> {
    let compiled: Value = serde_json::from_str(include_str!("../../testdata/contracts/compiled.json")).expect("JSON");
    bytes(&compiled[contract][part])
}

#[test]
fn recorded_proofs_of_a_chain_before_london_are_verified() {
    verify(&serde_json::from_str(include_str!("../../testdata/anvil/berlin.json")).expect("JSON"));
}

#[test]
fn recorded_proofs_of_a_chain_after_prague_are_verified() {
    verify(&serde_json::from_str(include_str!("../../testdata/anvil/prague.json")).expect("JSON"));
}

#[test]
fn a_storage_root_that_a_proof_claims_is_never_believed() {
    // The same nodes under a client that has not seen the account, with the account's own nodes left out.
    let recorded: Value = serde_json::from_str(include_str!("../../testdata/anvil/berlin.json")).expect("JSON");
    let world = world(&recorded);
    let mut open = world.state_at(2);
    open.storage_root = None;
    let mut blind = world.clone();
    blind.states.0.insert(height(2), open.encode());
    let path = bytes(&recorded["claims"][0]["path"]);
    let prefix = vec![Vec::new()];
    let proof = raw::Proof { account_nodes: Vec::new(), storage_nodes: nodes(&recorded["packets_proof"]["storageProof"][0]["proof"]) };
    let judged: Result<_, Reason> =
        blind.client.verify_membership(&blind.states, height(2), StoredPath { prefix: &prefix, path: &path }, &bytes(&recorded["claims"][0]["value"]), &proof.encode_to_vec());
    assert_eq!(refused(judged), "account-proof-missing");
    // And a chain of ours goes on from there.
    let authority: &Authority = blind.client.authority();
    assert_eq!(authority.validators().len(), 4);
    let _: ConsensusState = blind.state_at(2);
    accepted(world.judge(&{
        let mut draft = world.chain.draft();
        draft.items[0] = world.state_at(2).block_hash.to_vec();
        draft.items[8] = vec![3];
        draft.set_timestamp(world.state_at(2).timestamp_s + 1);
        let keys: Vec<Key> = keys(4);
        let mut message = world.chain.offer(1, draft.sealed_by(&keys));
        (message.trusted_height, message.trusted_authority) = (2, None);
        message
    }));
}

#[test]
fn a_live_anvil_gives_proofs_that_verify() {
    let anvil = match anvil() {
        Ok(anvil) => anvil,
        Err(why) => govhub_testkit::skip!("a_live_anvil_gives_proofs_that_verify", "{why}"),
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/anvil/record.mjs");
    for hardfork in ["berlin", "prague"] {
        let output = Command::new("node").arg(&script).arg(&anvil).arg(hardfork).output().expect("node was found above");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        verify(&serde_json::from_slice(&output.stdout).expect("JSON"));
    }
}

/// Anvil's program, installed by npm below the build folder; or why it cannot be had.
fn anvil() -> Result<PathBuf, String> {
    for tool in ["node", "npm"] {
        Command::new(tool).arg("--version").output().map_err(|_| format!("no `{tool}` here"))?;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("anvil");
    let find = || {
        let platforms = std::fs::read_dir(folder.join("node_modules/@foundry-rs")).ok()?;
        platforms.filter_map(|entry| Some(entry.ok()?.path().join("bin/anvil"))).find(|program| program.is_file())
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let install = ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"];
    let output = Command::new("npm").args(install).arg(&folder).arg(PACKAGE).output().map_err(|error| error.to_string())?;
    find().ok_or_else(|| format!("npm cannot install {PACKAGE}: {}", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default()))
}
