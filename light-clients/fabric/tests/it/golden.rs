//! Fabric's own Go libraries judge the same blocks, configurations and policies.
//!
//! What both must agree on: header bytes and hashes, data hashes, every honest block, configuration and policy. What we accept, they accept. Where
//! they accept what we refuse, our reason is in [`STRICTER`], each with why.

use std::collections::BTreeMap;

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::config::ChannelConfig;
use govhub_lc_fabric::msp::{signers, Bad, Signed};
use govhub_lc_fabric::policy::SignaturePolicy;
use govhub_lc_fabric::testing::{header_any, signature_policy, Channel, Kind, Leaf, Node, Organisation, Tree, ADMIN, CLIENT, ORDERER, PEER};
use govhub_lc_fabric::{ClientState, ConsensusState};
use govhub_testkit::{golden, skip};
use govhub_vectors::Folder;
use govhub_x509::When;
use serde_json::{json, Value};

use crate::world::{bft, raft, Host, States, NOW};

/// Reasons for which we refuse what Fabric takes.
const STRICTER: [&str; 16] = [
    // One reading of bytes: Go takes the last of two fields and passes over unknown ones.
    "malformed", "header-shape", "config-duplicate",
    // A signature that is wrong, or somebody twice, refuses a block; Fabric leaves it out of the count.
    "signature-invalid", "signature-malformed", "signature-high-s", "duplicate-signer", "signature-form", "msp-unknown", "unknown-issuer",
    "x509-malformed-der", "x509-malformed-pem", "certificate-signature-invalid",
    // Followers there look neither at which configuration a block names, nor at who of the orderers' organisation signs.
    "config-block-missed", "last-config", "channel-mismatch",
];

/// Asks the other side.
fn ask(cases: &[Value]) -> Result<Vec<Result<String, String>>, String> {
    static ASKED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = ASKED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let file = std::env::temp_dir().join(format!("govhub-fabric-cases-{}-{number}.json", std::process::id()));
    std::fs::write(&file, serde_json::to_vec(cases).expect("JSON")).map_err(|error| error.to_string())?;
    let output = golden::run_in("golden-fabric", &[file.to_str().expect("a temporary path is text")]);
    std::fs::remove_file(&file).map_err(|error| error.to_string())?;
    let output = output?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("JSON");
    let verdicts: Vec<_> = text.lines().map(verdict).collect();
    assert_eq!(verdicts.len(), cases.len(), "one verdict a case");
    Ok(verdicts)
}

fn verdict(line: &str) -> Result<String, String> {
    let json: Value = serde_json::from_str(line).expect("JSON");
    match json.get("refused").and_then(Value::as_str) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(json["value"].as_str().expect("a value").to_owned()),
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Compares our verdicts with theirs; the last ones of ours are codes.
fn compare(cases: &[(String, Value, Result<(), &'static str>)]) -> Result<(), String> {
    let theirs = ask(&cases.iter().map(|(_, case, _)| case.clone()).collect::<Vec<_>>())?;
    let mut stricter: BTreeMap<&str, usize> = BTreeMap::new();
    for ((name, _, ours), theirs) in cases.iter().zip(&theirs) {
        match (ours, theirs) {
            (Ok(()), Err(reason)) => panic!("{name}: accepted here, refused there: {reason}"),
            (Err(code), Ok(_)) => {
                assert!(STRICTER.contains(code), "{name}: refused here for {code}, accepted there");
                *stricter.entry(code).or_default() += 1;
            }
            _ => {}
        }
    }
    let accepted = cases.iter().filter(|(_, _, ours)| ours.is_ok()).count();
    println!("{} cases, {accepted} accepted by both, stricter here: {stricter:?}", cases.len());
    Ok(())
}

/// Every recorded block, if the vectors are at hand.
fn recorded(file: &str) -> Vec<Vec<u8>> {
    let root = Folder::beside_repository();
    let Ok(folder) = Folder::open(&root) else { return Vec::new() };
    let json = folder.json(&format!("fabric/{file}")).expect("a stored file");
    let block = |block: &Value| BASE64_STANDARD.decode(block["block_proto_base64"].as_str().expect("text")).expect("base64");
    json["blocks"].as_array().expect("a list").iter().map(block).collect()
}

/// A byte string bent in so many ways, always the same ones.
fn bent(bytes: &[u8], times: usize) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound
    };
    (0..times)
        .map(|_| {
            let (mut copy, at) = (bytes.to_vec(), next(bytes.len()));
            match next(4) {
                0 => copy[at] ^= 1 << next(8),
                1 => drop(copy.remove(at)),
                2 => copy.insert(at, u8::try_from(next(256)).expect("a byte")),
                _ => copy.truncate(at),
            }
            copy
        })
        .collect()
}

/// A client that stands at `before` and goes by the configuration in `config`.
fn standing(config: &[u8], before: &[u8]) -> Host {
    let options = [("accepted_at_s", NOW.unix_s().to_string()), ("definition", "0:0".to_owned())].map(|(name, value)| (name.to_owned(), value));
    let file = govhub_lc_fabric::native::trust_file(config, &options.into()).expect("followed");
    let client = ClientState::decode(&file.params.expect("there")).expect("right");
    let anchor = ConsensusState::decode(&file.anchor.expect("there")).expect("right");
    let header = Block::read(before).expect("a block").header;
    let mut raw = client.raw().clone();
    raw.latest_block = header.number;
    let client = ClientState::from_raw(raw).expect("right");
    let mut states = States([(client.latest_height(), ConsensusState { header_hash: header.hash(), kept_at: header.number, ..anchor }.encode())].into());
    if let Some(below) = header.number.checked_sub(1) {
        states.0.insert(govhub_types::Height::new(0, below), states.0.values().next().expect("one").clone());
    }
    Host { client, states }
}

fn ours(host: &Host, block: &[u8]) -> Result<(), &'static str> {
    match host.judge(&header_any(block.to_vec())) {
        Ok(Verdict::Accepted(_)) => Ok(()),
        Ok(Verdict::Invalid(reason)) => Err(reason.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fabric_hashes_headers_and_data_as_we_do() {
    let mut blocks = Vec::new();
    for mut channel in [raft(), bft()] {
        blocks.push(channel.genesis());
        blocks.push(channel.order_something());
        let mut far = channel.draft(channel.newest().data.clone());
        for number in [0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, u64::MAX >> 1, 1 << 63, u64::MAX] {
            far.number = number;
            blocks.push(far.block(&[]));
        }
        let glued = govhub_lc_fabric::testing::Draft { data: vec![channel.newest().data.concat(), channel.newest().data.concat()], ..far };
        blocks.push(glued.block(&[]));
    }
    for file in ["fabric_v3_smartbft_live_chain.json", "fabric_v3_raft_gz-registry_revocation_live_chain.json", "fabric_raft_sample_ledger.json", "fabric_NEGATIVE_glued_block8.json"] {
        blocks.extend(recorded(file));
    }
    let cases: Vec<Value> = blocks.iter().map(|block| json!({"kind": "header", "block": text(block)})).collect();
    let theirs = match ask(&cases) {
        Ok(theirs) => theirs,
        Err(why) => skip!("fabric_hashes_headers_and_data_as_we_do", "{why}"),
    };
    for (block, theirs) in blocks.iter().zip(theirs) {
        let block = Block::read(block).expect("well formed");
        let ours = block.content().map(|_| {
            let header = block.header;
            format!("{} {} {}", hex::encode(header.bytes()), hex::encode(header.hash()), hex::encode(header.data_hash))
        });
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
            (Err(ours), Err(_)) => assert!(["envelope-not-canonical", "block-empty"].contains(&ours.code), "{ours}"),
            (ours, theirs) => panic!("ours {ours:?}, theirs {theirs:?}"),
        }
    }
}

#[test]
fn fabric_accepts_the_blocks_that_we_accept() {
    let mut cases = Vec::new();
    let mut add = |name: String, config: &[u8], before: &[u8], block: &[u8], host: &Host| {
        let case = json!({"kind": "block", "config": text(config), "before": text(before), "block": text(block)});
        cases.push((name, case, ours(host, block)));
    };
    for mut channel in [raft(), bft()] {
        let (genesis, kind) = (channel.genesis(), channel.kind);
        let host = Host::of(&channel);
        let block = channel.order_something();
        add(format!("{kind:?}"), &genesis, &genesis, &block, &host);
        for (index, bent) in bent(&block, 400).iter().enumerate() {
            add(format!("{kind:?} bent {index}"), &genesis, &genesis, bent, &host);
        }
        let draft = channel.newest().clone();
        let mut too_few = channel.signatures(&draft);
        too_few.pop();
        add(format!("{kind:?} with one signature less"), &genesis, &genesis, &draft.block(&too_few), &host);
        let mut twice = too_few.clone();
        twice.extend(too_few.first().cloned());
        add(format!("{kind:?} with a signature twice"), &genesis, &genesis, &draft.block(&twice), &host);
        let all: Vec<_> = channel.orderers.iter().map(|node| draft.classic(node)).collect();
        add(format!("{kind:?} with classic signatures of all"), &genesis, &genesis, &draft.block(&all), &host);
        let numbers = channel.signatures_of(&draft, 1..=u32::try_from(channel.orderers.len()).expect("few"));
        if kind == Kind::Bft {
            add(format!("{kind:?} with signatures of all"), &genesis, &genesis, &draft.block(&numbers), &host);
        }
        let strangers: Vec<_> = (0..4).map(|index| draft.classic(&channel.organisations[0].member(ORDERER, &format!("stranger{index}")))).collect();
        add(format!("{kind:?} by strangers"), &genesis, &genesis, &draft.block(&strangers), &host);
    }
    for file in ["fabric_v3_smartbft_live_chain.json", "fabric_v3_raft_gz-registry_revocation_live_chain.json"] {
        let blocks = recorded(file);
        let mut config = 0;
        for (number, pair) in blocks.windows(2).enumerate() {
            let host = standing(&blocks[config], &pair[0]);
            let name = format!("{file} block {}", number + 1);
            // Followers there verify a configuration block's signatures here, and its content elsewhere.
            add(name.clone(), &blocks[config], &pair[0], &pair[1], &host);
            let is_config = matches!(Block::read(&pair[1]).expect("recorded").content(), Ok(govhub_lc_fabric::block::Content::Config(_)));
            if !is_config {
                for (index, bent) in bent(&pair[1], 60).iter().enumerate() {
                    add(format!("{name} bent {index}"), &blocks[config], &pair[0], bent, &host);
                }
            } else {
                config = number + 1;
            }
        }
    }
    if let Err(why) = compare(&cases) {
        skip!("fabric_accepts_the_blocks_that_we_accept", "{why}");
    }
}

/// A change of the configuration, and who signs it.
type Change = (&'static str, fn(&mut Tree), fn(&Channel) -> Vec<Node>);

fn everybody(channel: &Channel) -> Vec<Node> {
    channel.administrators()
}

fn orderers(channel: &Channel) -> Vec<Node> {
    channel.administrators()[..2].to_vec()
}

fn users(channel: &Channel) -> Vec<Node> {
    channel.administrators()[2..].to_vec()
}

fn one(channel: &Channel) -> Vec<Node> {
    channel.administrators()[..1].to_vec()
}

fn nobody(_: &Channel) -> Vec<Node> {
    Vec::new()
}

fn timeout(tree: &mut Tree) {
    tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").bytes = b"\x0a\x021s".to_vec();
}

fn endorsement(tree: &mut Tree) {
    let section = tree.at(&["Application", "LandMSP"]);
    let version = section.policies["Endorsement"].version;
    *section = std::mem::take(section).roles("Endorsement", "LandMSP", &[0]);
    section.policies.get_mut("Endorsement").expect("set").version = version;
}

fn rename_policy(tree: &mut Tree) {
    tree.at(&["Application"]).mod_policy = "Writers".into();
}

fn leave(tree: &mut Tree) {
    tree.at(&["Application"]).groups.remove("LandMSP");
}

fn join(tree: &mut Tree) {
    let third = Organisation::new("TaxMSP", 15);
    let group = Tree::new().value("MSP", third.msp_config()).roles("Admins", "TaxMSP", &[1]).roles("Endorsement", "TaxMSP", &[3]);
    tree.at(&["Application"]).groups.insert("TaxMSP".into(), group);
}

fn revoke(tree: &mut Tree) {
    let mut housing = Organisation::new("HousingMSP", 13);
    housing.revoke(&[&housing.clone().member(PEER, "peer0")]);
    tree.at(&["Application", "HousingMSP"]).values.get_mut("MSP").expect("there").bytes = housing.msp_config();
}

fn change_msp_name(tree: &mut Tree) {
    tree.at(&["Application", "LandMSP"]).values.get_mut("MSP").expect("there").bytes = Organisation::new("OtherMSP", 15).msp_config();
}

fn nothing(_: &mut Tree) {}

#[test]
fn fabric_accepts_the_configurations_that_we_accept() {
    let changes: [Change; 14] = [
        ("timeout by everybody", timeout, everybody),
        ("timeout by the orderers", timeout, orderers),
        ("timeout by one", timeout, one),
        ("timeout by users", timeout, users),
        ("timeout by nobody", timeout, nobody),
        ("endorsement by users", endorsement, users),
        ("endorsement by the orderers", endorsement, orderers),
        ("section's policy by users", rename_policy, users),
        ("leave by users", leave, users),
        ("leave by one", leave, one),
        ("join by users", join, users),
        ("revoke by users", revoke, users),
        ("another name by users", change_msp_name, users),
        ("nothing by everybody", nothing, everybody),
    ];
    let mut cases = Vec::new();
    for channel in [raft(), bft()] {
        let (genesis, host) = (channel.genesis(), Host::of(&channel));
        let mut add = |name: String, entry: Vec<u8>| {
            let block = channel.signed(&channel.config_draft(entry));
            let case = json!({"kind": "config", "config": text(&genesis), "block": text(&block)});
            cases.push((format!("{:?} {name}", channel.kind), case, ours(&host, &block)));
        };
        for (name, change, administrators) in changes {
            let nodes = administrators(&channel);
            add(name.into(), channel.config_entry(change, &nodes.iter().collect::<Vec<_>>()).0);
        }
        let admins = everybody(&channel);
        let references: Vec<&Node> = admins.iter().collect();
        let wanted = channel.config_entry(timeout, &references).1;
        let (read, write, result) = channel.tree.update_to(&wanted);
        let mut with = |name: &str, read: &Tree, write: &Tree, result: &Tree, sequence: u64| {
            let update = channel.update_envelope(&channel.id, read, write, &references);
            add(name.into(), channel.config_envelope(result, sequence, Some(&update)));
        };
        with("as it is", &read, &write, &result, 1);
        with("another sequence", &read, &write, &result, 2);
        type Bend = fn(&mut Tree, &mut Tree, &mut Tree);
        let bends: [(&str, Bend); 9] = [
            ("read at another version", |read, _, _| read.at(&["Orderer"]).version = 3),
            ("read what is not there", |read, _, _| drop(read.at(&["Orderer"]).groups.insert("Nobody".into(), Tree::new()))),
            ("written two versions on", |_, write, _| write.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").version = 2),
            ("written at the same version", |_, write, _| write.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").version = 0),
            ("a new element at version 1", |_, write, _| drop(write.at(&["Orderer"]).values.insert("New".into(), Leaf { version: 1, ..Leaf::new(vec![1]) }))),
            ("an element that no group has", |_, write, _| drop(write.at(&["Orderer"]).values.insert("New".into(), Leaf::new(vec![1])))),
            ("no policy", |_, write, _| write.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").mod_policy.clear()),
            ("another result", |_, _, result| result.at(&["Application"]).mod_policy = "Writers".into()),
            ("a read set that says too little", |read, _, _| *read = Tree::default()),
        ];
        for (name, bend) in bends {
            let (mut read, mut write, mut result) = (read.clone(), write.clone(), result.clone());
            bend(&mut read, &mut write, &mut result);
            with(name, &read, &write, &result, 1);
        }
        for (index, bent) in bent(&channel.config_entry(timeout, &references).0, 300).into_iter().enumerate() {
            add(format!("bent {index}"), bent);
        }
    }
    for file in ["fabric_v3_smartbft_live_chain.json", "fabric_v3_raft_gz-registry_revocation_live_chain.json"] {
        let blocks = recorded(file);
        let mut config = 0;
        for (number, pair) in blocks.windows(2).enumerate() {
            if matches!(Block::read(&pair[1]).expect("recorded").content(), Ok(govhub_lc_fabric::block::Content::Config(_))) {
                let case = json!({"kind": "config", "config": text(&blocks[config]), "block": text(&pair[1])});
                cases.push((format!("{file} block {}", number + 1), case, ours(&standing(&blocks[config], &pair[0]), &pair[1])));
                assert_eq!(cases.last().expect("pushed").2, Ok(()), "recorded configurations are followed");
                config = number + 1;
            }
        }
    }
    if let Err(why) = compare(&cases) {
        skip!("fabric_accepts_the_configurations_that_we_accept", "{why}");
    }
}

#[test]
fn fabric_evaluates_policies_as_we_do() {
    let mut channel = raft();
    let (genesis, data) = (channel.genesis(), b"what is signed");
    let (a, b) = (channel.organisations[0].clone(), channel.organisations[1].clone());
    let nodes = [
        a.member(PEER, "p1"), a.member(PEER, "p2"), a.member(CLIENT, "c"), a.member(ADMIN, "a"), b.member(PEER, "p"), b.member(ADMIN, "a"),
        channel.orderers[0].clone(), Organisation::new("StrangerMSP", 70).member(PEER, "p"),
    ];
    channel.order_something();
    let (h, l) = ("HousingMSP", "LandMSP");
    let policies: Vec<Vec<u8>> = vec![
        signature_policy(1, &[(h, 0)]), signature_policy(1, &[(h, 1)]), signature_policy(1, &[(h, 2)]), signature_policy(1, &[(h, 3)]), signature_policy(1, &[(h, 4)]),
        signature_policy(2, &[(h, 3), (l, 3)]), signature_policy(2, &[(h, 3), (h, 3)]), signature_policy(2, &[(h, 0), (h, 3)]), signature_policy(3, &[(h, 0), (h, 3), (l, 0)]),
        signature_policy(2, &[(h, 1), (l, 1), (h, 3)]), signature_policy(1, &[]), signature_policy(3, &[(h, 0), (l, 0)]),
    ];
    let paths = ["/Channel/Application/Endorsement", "/Channel/Application/Admins", "/Channel/Application/Writers", "/Channel/Admins", "/Channel/Readers", "/Channel/Orderer/BlockValidation", "/Channel/Application/HousingMSP/Endorsement"];
    let group = channel.tree.write();
    let config = ChannelConfig::read(&group).expect("our own");
    let mut cases = Vec::new();
    // Every set of up to three signers in every order, and one signer twice.
    let mut sets: Vec<Vec<usize>> = (0..nodes.len()).map(|one| vec![one]).collect();
    for first in 0..nodes.len() {
        for second in 0..nodes.len() {
            sets.push(vec![first, second]);
        }
    }
    sets.extend([vec![], vec![0, 1, 4], vec![4, 1, 0], vec![2, 0, 4], vec![0, 2, 4], vec![3, 0, 4], vec![3, 5, 0], vec![7, 0, 4]]);
    for set in &sets {
        let signed: Vec<(Vec<u8>, Vec<u8>)> = set.iter().map(|index| (nodes[*index].identity(), nodes[*index].sign(&[data]))).collect();
        let statements: Vec<Value> = signed.iter().map(|(identity, signature)| json!({"identity": text(identity), "data": text(data), "signature": text(signature)})).collect();
        let ours: Vec<Signed<'_>> = signed.iter().map(|(identity, signature)| Signed { message: [data, b"", b""], identity, signature }).collect();
        let found = signers(&config.msps, &ours, When::AtIssue, Bad::PassOver).expect("passed over");
        for path in paths {
            let case = json!({"kind": "policy", "config": text(&genesis), "path": path, "statements": statements});
            cases.push((format!("{path} by {set:?}"), case, config.policies().check(path, &found).map_err(|reason| reason.code)));
        }
        for (index, policy) in policies.iter().enumerate() {
            let case = json!({"kind": "policy", "config": text(&genesis), "signature_policy": text(policy), "statements": statements});
            let holds = SignaturePolicy::read(policy).expect("readable").holds(&found);
            cases.push((format!("policy {index} by {set:?}"), case, if holds { Ok(()) } else { Err("policy-not-satisfied") }));
        }
    }
    let theirs = match ask(&cases.iter().map(|(_, case, _)| case.clone()).collect::<Vec<_>>()) {
        Ok(theirs) => theirs,
        Err(why) => skip!("fabric_evaluates_policies_as_we_do", "{why}"),
    };
    for ((name, _, ours), theirs) in cases.iter().zip(&theirs) {
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{name}: ours {ours:?}, theirs {theirs:?}");
    }
    let accepted = theirs.iter().filter(|one| one.is_ok()).count();
    println!("{} policies, {accepted} satisfied", cases.len());
    assert!(accepted > 50);
}
