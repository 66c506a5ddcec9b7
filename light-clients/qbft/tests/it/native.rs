//! What an operator has at hand: answers of JSON-RPC and genesis files.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{CheckOutcome, LightClient, TrustFile};
use govhub_lc_qbft::native::{check_proof, explain, items, self_check, trust_file, OPTIONS};
use govhub_lc_qbft::rlp::{self, Piece};
use govhub_lc_qbft::testing::{header_any, keys, Blueprint, Chain, Key, PACKETS, VALIDATORS};
use govhub_lc_qbft::{ClientState, ConsensusState, Flavour};
use serde_json::{json, Value};

use crate::world::{accepted, refused, World};

const FIELDS: [&str; 21] = [
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed",
    "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
];

const NUMBERS: [&str; 8] = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"];

fn hex0x(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// A block as a node prints it.
fn printed(chain: &Chain, number: u64) -> Value {
    let made = chain.made(number);
    let pieces: Vec<Piece<'_>> = rlp::decode(&made.header).and_then(|piece| piece.list()).expect("ours").map(|piece| piece.expect("ours")).collect();
    let mut block = json!({ "hash": hex0x(&made.block_hash), "transactions": [], "uncles": [], "size": "0x1" });
    for (field, piece) in FIELDS.iter().zip(&pieces) {
        let bytes = piece.text().expect("a string");
        let quantity = bytes.iter().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
        block[*field] = if NUMBERS.contains(field) { format!("{quantity:#x}").into() } else { hex0x(bytes).into() };
    }
    block
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("JSON")
}

fn options(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn contract() -> String {
    hex0x(&PACKETS)
}

/// Options for a checkpoint without a genesis file.
fn checkpoint(flavour: Flavour) -> BTreeMap<String, String> {
    options(&[("contract", &contract()), ("flavour", flavour.name()), ("chain_id", "71201"), ("epoch_length", "30")])
}

fn world_of(file: &TrustFile, chain: &Chain) -> World {
    let client = ClientState::decode(file.params.as_ref().expect("set")).expect("right");
    let number = client.latest_height().revision_height;
    let anchor = ConsensusState::decode(file.anchor.as_ref().expect("set")).expect("right");
    let mut world = World::with(chain.clone(), number, |_| {});
    world.states.0.insert(client.latest_height(), anchor.encode());
    world.client = client;
    world
}

#[test]
fn blocks_of_every_flavour_and_fork_are_put_together_from_their_fields() {
    for flavour in Flavour::ALL {
        let forks = if flavour.checks_lists() { 15..=21 } else { 15..=15 };
        for fork in forks {
            let mut chain = Chain::found(Blueprint { items: fork, ..Blueprint::new(flavour, 4) });
            chain.grow_to(4);
            let blocks: Vec<Value> = (0..=4).map(|number| printed(&chain, number)).collect();
            let answer = json!({ "jsonrpc": "2.0", "id": 1, "result": blocks[3] });
            for file in [bytes(&json!(blocks)), blocks.iter().flat_map(|block| [bytes(block), b"\n".to_vec()].concat()).collect(), bytes(&answer)] {
                for item in items(&file).expect("blocks") {
                    let Item::Header { label, header } = &item else { panic!("{item:?}") };
                    let number: u64 = label.strip_prefix("block ").expect("a label").parse().expect("a number");
                    let mut expected = chain.update(number - 1, number);
                    (expected.trusted_authority, expected.account_nodes) = (None, Vec::new());
                    assert_eq!(*header, header_any(&expected));
                    assert!(self_check(&item).expect("whole").iter().all(|check| check.outcome == CheckOutcome::Pass));
                }
            }
        }
    }
}

#[test]
fn a_block_whose_fields_do_not_hash_to_its_hash_is_refused() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(2);
    let right = printed(&chain, 2);
    assert_eq!(items(&bytes(&right)).expect("a block").len(), 1);
    let bend = |field: &str, value: Value| {
        let mut block = right.clone();
        block[field] = value;
        refused(items(&bytes(&block)))
    };
    assert_eq!(bend("stateRoot", json!(hex0x(&[7; 32]))), "block-hash");
    assert_eq!(bend("hash", json!(hex0x(&[7; 32]))), "block-hash");
    assert_eq!(bend("gasUsed", json!("0x1")), "block-hash");
    assert_eq!(bend("gasUsed", json!("many")), "block-field");
    assert_eq!(bend("stateRoot", Value::Null), "block-field");
    assert_eq!(bend("withdrawalsRoot", json!(hex0x(&[7; 32]))), "block-field", "without a base fee");
    assert_eq!(refused(items(b"{")), "file");
    assert_eq!(refused(items(b"{}")), "file");
    assert_eq!(refused(items(b"[]")), "file");
    assert_eq!(refused(items(&bytes(&printed(&chain, 0)))), "file", "a genesis block alone");
    assert_eq!(refused(items(&bytes(&json!({ "address": "0x", "accountProof": [] })))), "file", "at which block?");
}

#[test]
fn a_header_sealed_by_too_few_of_its_own_list_is_not_even_self_consistent() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(1);
    let draft = chain.draft();
    let header = |signers: &[Key]| Item::Header { label: String::new(), header: header_any(&chain.offer(1, draft.sealed_by(signers))) };
    assert!(self_check(&header(&chain.in_charge()[..3])).is_ok());
    assert_eq!(refused(self_check(&header(&chain.in_charge()[..2]))), "insufficient-quorum");
    assert_eq!(refused(self_check(&header(&[Key::new(99)]))), "unknown-signer");
    // Where a contract names the validators, a header alone cannot be judged.
    let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(Flavour::BesuQbft, 4) });
    chain.grow_to(2);
    let item = Item::Header { label: String::new(), header: header_any(&chain.update(1, 2)) };
    let checks = self_check(&item).expect("readable");
    assert!(checks.iter().any(|check| check.name == "quorum" && check.outcome == CheckOutcome::NotCheckable));
}

#[test]
fn a_genesis_block_founds_a_client_that_follows_the_chain() {
    for flavour in Flavour::ALL {
        let mut chain = Chain::new(flavour, 4);
        chain.grow_to(5);
        let file = trust_file(&bytes(&printed(&chain, 0)), &checkpoint(flavour)).expect("a trust file");
        assert_eq!((file.family.as_str(), file.chain_id.as_str()), ("gov-qbft", "71201"));
        let mut world = world_of(&file, &chain);
        let mut message = chain.update(0, 5);
        message.trusted_authority = None;
        world.take(&message);
        assert_eq!(world.state_at(5), chain.consensus_state(5));
    }
}

#[test]
fn an_epoch_block_can_be_an_anchor_and_others_only_where_headers_may_be_skipped() {
    for flavour in Flavour::ALL {
        let mut chain = Chain::new(flavour, 4);
        let candidate = Key::new(50);
        chain.know(candidate);
        chain.grow_to(29);
        chain.vote(keys(4)[0], candidate.address(), true); // in the epoch block
        for voter in &keys(4)[1..3] {
            chain.vote(*voter, candidate.address(), true);
        }
        chain.grow_to(35);
        let file = trust_file(&bytes(&printed(&chain, 30)), &checkpoint(flavour)).expect("a trust file");
        let mut world = world_of(&file, &chain);
        assert_eq!(world.client.authority().to_raw(), chain.authority(30), "{flavour:?}: with the vote in it, where it counts");
        world.take(&chain.update(30, 35));
        let at_31 = trust_file(&bytes(&printed(&chain, 31)), &checkpoint(flavour));
        assert_eq!(refused(at_31), "anchor");
        let mut skipping = checkpoint(flavour);
        skipping.insert("skip_level".into(), "1/2".into());
        let at_31 = trust_file(&bytes(&printed(&chain, 31)), &skipping);
        if flavour.checks_lists() {
            let mut world = world_of(&at_31.expect("a trust file"), &chain);
            world.take(&chain.update_by_client(&world.client, 31, 32));
        } else {
            assert_eq!(refused(at_31), "skip-level");
        }
    }
}

#[test]
fn a_chain_whose_contract_names_the_validators_is_anchored_with_its_genesis_file() {
    let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(Flavour::BesuQbft, 4) });
    chain.grow_to(5);
    let mut storage = serde_json::Map::new();
    storage.insert("0x00".into(), "0x4".into());
    for (slot, address) in govhub_lc_qbft::testing::validator_contract().element_slots(4).zip(&chain.made(0).next) {
        storage.insert(hex0x(&slot), hex0x(address).into());
    }
    let genesis = json!({
        "config": { "chainId": 71201, "qbft": { "epochlength": 30, "validatorcontractaddress": hex0x(&VALIDATORS) } },
        "alloc": { hex::encode(VALIDATORS): { "balance": "0", "storage": storage } },
    });
    let code_hash = hex0x(&govhub_lc_qbft::testing::CODE_HASH);
    let given = options(&[("contract", &contract()), ("validator_code_hash", &code_hash)]);
    let with = |number: u64| bytes(&json!({ "genesis": genesis, "block": printed(&chain, number) }));
    for number in [0, 2] {
        let file = trust_file(&with(number), &given).expect("a trust file");
        let mut world = world_of(&file, &chain);
        assert_eq!(world.client.authority().validators(), chain.made(0).next);
        let mut message = chain.update(number, 5);
        message.trusted_authority = None;
        world.take(&message);
    }
    // The node's answers alone: the block, and the proof of the list at the block before.
    let block = json!({ "block": printed(&chain, 3), "validatorProof": {
        "accountProof": chain.block(3).contract_account_nodes.iter().map(|node| hex0x(node)).collect::<Vec<_>>(),
        "storageProof": [{ "proof": chain.block(3).contract_storage_nodes.iter().map(|node| hex0x(node)).collect::<Vec<_>>() }],
    } });
    let found = items(&bytes(&block)).expect("a block");
    let Item::Header { header, .. } = &found[0] else { panic!("{found:?}") };
    let world = world_of(&trust_file(&with(2), &given).expect("a trust file"), &chain);
    accepted(world.client.verify_header(&world.states, header, world.now).expect("decodable"));
    assert_eq!(refused(trust_file(&bytes(&genesis), &given)), "block-field", "no extraData: the file needs the block beside it");
}

#[test]
fn genesis_files_say_what_can_be_followed() {
    let of = |config: Value| trust_file(&bytes(&json!({ "config": config, "block": Value::Null, "alloc": {} })), &options(&[("contract", &contract())]));
    let config = |change: &dyn Fn(&mut Value)| {
        let mut config = json!({ "chainId": 7, "isQuorum": true, "qbft": { "epochlength": 30 } });
        change(&mut config);
        refused(of(config))
    };
    assert_eq!(config(&|_| {}), "block-field", "as far as the missing extraData");
    assert_eq!(config(&|config| config["qbft"] = Value::Null), "consensus");
    assert_eq!(config(&|config| { config["qbft"] = Value::Null; config["clique"] = json!({}) }), "consensus");
    assert_eq!(config(&|config| config["transitions"] = json!([{ "block": 5, "epochlength": 10 }])), "transition");
    assert_eq!(config(&|config| config["transitions"] = json!([{ "block": 5, "algorithm": "qbft" }])), "transition");
    assert_eq!(config(&|config| config["londonBlock"] = json!(0)), "genesis-fork");
    assert_eq!(config(&|config| config["chainId"] = json!(-1)), "block-field");
}

#[test]
fn options_are_named_known_and_well_formed() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(1);
    let genesis = bytes(&printed(&chain, 0));
    let with = |name: &str, value: &str| {
        let mut given = checkpoint(Flavour::BesuQbft);
        given.insert(name.into(), value.into());
        trust_file(&genesis, &given)
    };
    for name in ["contract", "flavour", "chain_id", "epoch_length"] {
        let mut given = checkpoint(Flavour::BesuQbft);
        given.remove(name);
        let reason = trust_file(&genesis, &given).expect_err("missing");
        assert!(reason.code == "option" && reason.detail.contains(name), "{reason}");
    }
    for (name, value) in [
        ("contract", "0x12"), ("base_slot", "1"), ("word", "sha3"), ("code_hash", "none"), ("flavour", "clique"), ("chain_id", "hub"),
        ("trusting_period_s", "-1"), ("skip_level", "half"), ("false_list", "adopt"), ("header_items", "many"), ("our_absence", "hope"), ("colour", "red"),
    ] {
        assert_eq!(refused(with(name, value)), "option", "{name}");
        assert!(name == "colour" || OPTIONS.iter().any(|(known, _)| *known == name));
    }
    assert_eq!(refused(with("false_list", "record")), "false-list", "not on Besu");
    let file = with("header_items", "15, 16").expect("a fork is ahead");
    let client = ClientState::decode(file.params.as_ref().expect("set")).expect("right");
    assert_eq!(client.header_items(), [15, 16]);
    assert_eq!(with("our_absence", "receipt").expect("known").our_absence, 2);
}

#[test]
fn every_value_of_a_trust_file_is_explained() {
    let chain = Chain::new(Flavour::GoQuorumQbft, 3);
    let file = chain.trust_file(0);
    let explained = explain(&file).expect("right");
    for name in ["chain_id", "flavour", "anchor_hash", "validators", "quorum", "trust", "epoch_length", "trusting_period_s", "false_list", "contract", "word"] {
        assert!(explained.iter().any(|value| value.name == name && !value.value.is_empty() && !value.meaning.is_empty()), "{name}");
    }
    let trust = explained.iter().find(|value| value.name == "trust").expect("there");
    assert_eq!(trust.value, "BFT quorum, n=3, f=0, no fault tolerance");
    let mut other = file.clone();
    other.anchor = Some(ConsensusState { authority_hash: [0; 32], ..chain.consensus_state(0) }.encode());
    assert_eq!(refused(explain(&other)), "trusted-authority");
    let mut none = file;
    none.params = None;
    assert_eq!(refused(explain(&none)), "params");
}

#[test]
fn proofs_and_receipts_of_a_node_are_claims_under_a_client() {
    use govhub_lc_qbft::trie::Trie;
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    let path = b"gov-qbft-0\x01\0\0\0\0\0\0\0\x01";
    chain.store(path, &[0xab; 32]);
    // A block with two receipts.
    let log = json!({ "address": contract(), "topics": [hex0x(&[1; 32])], "data": "0x0203" });
    let receipts = json!([
        { "type": "0x0", "status": "0x1", "cumulativeGasUsed": "0x5208", "logsBloom": hex0x(&[0; 256]), "logs": [log] },
        { "type": "0x2", "status": "0x0", "cumulativeGasUsed": "0xa410", "logsBloom": hex0x(&[0; 256]), "logs": [] },
    ]);
    let encoded: Vec<Vec<u8>> = receipts.as_array().expect("two").iter().map(|receipt| govhub_lc_qbft::native::encode_receipt(receipt).expect("a receipt")).collect();
    let root = Trie::of(&BTreeMap::from([(vec![0x80], encoded[0].clone()), (vec![0x01], encoded[1].clone())])).root();
    let mut draft = chain.draft();
    draft.items[5] = root.to_vec();
    chain.push(&draft);
    let mut world = World::with(chain.clone(), 0, |_| {});
    world.take(&chain.update(0, 1));

    let slot = chain.key_map().slot(path);
    let proof = chain.prove_with_account(1, path);
    let hexes = |nodes: &[Vec<u8>]| nodes.iter().map(|node| hex0x(node)).collect::<Vec<_>>();
    let answer = json!({ "address": contract(), "accountProof": hexes(&proof.account_nodes), "balance": "0x0", "nonce": "0x1",
        "storageProof": [{ "key": hex0x(&slot), "value": hex0x(&[0xab; 32]), "proof": hexes(&proof.storage_nodes) }] });
    let file = json!([
        { "height": 1, "proof": answer, "paths": [{ "path": hex0x(path) }] },
        { "block": printed(&chain, 1), "receipts": receipts },
    ]);
    let found = items(&bytes(&file)).expect("claims");
    assert_eq!(found.len(), 3);
    for item in &found {
        let Item::Proof { label, proof } = item else { panic!("{item:?}") };
        let checks = check_proof(&world.client, &world.states, proof).unwrap_or_else(|reason| panic!("{label}: {reason}"));
        assert!(checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
        assert!(self_check(item).is_ok(), "{label}");
    }
    // Every byte of a claim about state counts. (A receipt's claim holds a header, whose seals the block hash leaves out.)
    let Item::Proof { proof, .. } = &found[0] else { panic!("{found:?}") };
    for place in 0..proof.len() {
        let mut bent = proof.clone();
        bent[place] ^= 1;
        assert!(check_proof(&world.client, &world.states, &bent).is_err(), "byte {place}");
    }
    let mut bent = file.clone();
    bent[1]["receipts"][0]["status"] = json!("0x0");
    assert_eq!(refused(items(&bytes(&bent))), "receipts-root");
    let receipt = govhub_lc_qbft::inclusion::Receipt::decode(&encoded[0]).expect("a receipt");
    assert!(receipt.succeeded && receipt.logs[0].address == PACKETS && receipt.logs[0].topics == [[1; 32]] && receipt.logs[0].data == [2, 3]);
    assert!(!govhub_lc_qbft::inclusion::Receipt::decode(&encoded[1]).expect("a receipt").succeeded);
    // A claim about another path, another contract, or another block.
    let claim = |change: &dyn Fn(&mut Value)| {
        let mut entry = file[0].clone();
        change(&mut entry);
        let found = items(&bytes(&entry)).expect("a claim");
        let Item::Proof { proof, .. } = &found[0] else { panic!("{found:?}") };
        refused(check_proof(&world.client, &world.states, proof))
    };
    assert_eq!(claim(&|entry| entry["paths"][0]["path"] = json!("0x00")), "other-slot");
    assert_eq!(claim(&|entry| entry["proof"]["address"] = json!(hex0x(&[7; 20]))), "other-account");
    assert_eq!(claim(&|entry| entry["height"] = json!(9)), "height-above-latest");
    assert_eq!(claim(&|entry| entry["proof"]["storageProof"][0]["value"] = json!("0x0")), "key-present");
    assert_eq!(claim(&|entry| entry["proof"]["storageProof"][0]["value"] = json!("0x1")), "value-mismatch");
}
