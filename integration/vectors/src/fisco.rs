//! FISCO BCOS: fixtures of its documentation and SDKs, and networks recorded live.
//!
//! Recorded headers carry the signature list of one node and the signatures that only other nodes stored; the client gets their union.

use std::collections::BTreeMap;

use anyhow::{bail, ensure, Context, Result};
use govhub_lc_core::{ConsensusStates, Fault, LightClient, Reason, Verdict as Judged};
use govhub_lc_fisco_bcos as fisco;
use govhub_lc_fisco_bcos::key_map::{EventTrust, KeyMap, Place};
use govhub_lc_fisco_bcos::native;
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Sealer, SealerSet, Suite, Version};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::Value;

use crate::{Case, Entry, Expect, Expected, Family, Folder, Verdict};

/// This family's line in [`crate::families`].
pub(crate) const FAMILY: Family = Family { name: "fisco-bcos", cases, words };

/// The host's clock, after every recorded block, and the time of every anchor: believed since now.
const NOW: Time = Time::from_unix_s(2_000_000_000);

/// The files' words for our codes. One to one but for form rules, which the files call by one name each for headers and paths.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "header-hash" => &["hash_mismatch"],
        "signature" => &["bad_signature"],
        "insufficient-weight" => &["insufficient_weight"],
        "signer-repeated" => &["duplicate_signer"],
        "signer-index" => &["bad_signer_index"],
        "extra-data" => &["extra_data_not_empty"],
        "not-contiguous" => &["bad_number"],
        "parent-hash" => &["bad_parent"],
        "not-enough-trust" => &["set_change_without_old_quorum"],
        "equivocation" => &["equivocation_freeze"],
        "gas-used" | "weight" | "weights" | "parents" | "root" | "node-id" | "proposer" | "timestamp" => &["bad_field_format"],
        "status" => &["status_not_ok"],
        "position" => &["position_mismatch"],
        "transaction-hash" => &["tx_hash_mismatch"],
        "receipt-hash" => &["receipt_hash_mismatch"],
        "merkle-proof" => &["bad_merkle_proof"],
        "wrong-chain-or-group" => &["wrong_chain_or_group"],
        "transaction-not-canonical" => &["tx_not_canonical"],
        "wrong-contract" => &["wrong_contract"],
        "wrong-method" => &["wrong_method"],
        "contract-creation" => &["receipt_of_contract_creation"],
        _ => &[],
    }
}

fn cases(folder: &Folder, entry: &Entry) -> Result<Vec<Case>> {
    let file = folder.json(&entry.file)?;
    match (entry.expect, &file) {
        (Expect::Accept, Value::Array(blocks)) => recorded_chain(folder, entry, blocks),
        (Expect::Cases, Value::Array(list)) => {
            let meta = folder.json(&entry.trust)?;
            list.iter().map(|value| stated_case(&meta, value)).collect()
        }
        (Expect::Reject, file) if file.get("resplit").is_some() => receipt_read_twice(file),
        (Expect::Reject, file) => Ok(vec![case("header", Expected::Reject(Vec::new()), fixture_header(file)?)]),
        (Expect::SelfConsistent, file) => fixture(file),
        (Expect::Codec, file) if file.get("receipts").is_some() => receipts(file),
        (Expect::Codec, file) => fixture(file),
        (expect, _) => bail!("no reading for a file of this family that is expected to `{expect:?}`"),
    }
}

fn case(name: impl Into<String>, expected: Expected, verdict: Verdict) -> Case {
    Case { name: name.into(), expected, verdict }
}

fn verdict(result: Result<(), Reason>) -> Verdict {
    match result {
        Ok(()) => Verdict::Accepted,
        Err(reason) => Verdict::refused(&reason),
    }
}

/// Consensus states in memory.
#[derive(Default)]
struct States(BTreeMap<Height, Any>);

impl ConsensusStates for States {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(height, any)| (*height, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(found, _)| **found > height).map(|(height, any)| (*height, any.clone()))
    }
}

/// A client with what it stored.
struct World {
    client: ClientState,
    states: States,
}

/// What a client starts from.
struct Start {
    suite: Suite,
    chain: String,
    group: String,
    number: u64,
    hash: [u8; 32],
    sealers: Vec<Sealer>,
    working_sealers: u32,
    key_map: Option<KeyMap>,
}

impl World {
    fn new(start: Start) -> Result<Self> {
        let sealers = SealerSet::new(start.sealers)?;
        let state = ConsensusState {
            hash: start.hash,
            time: NOW,
            transactions_root: [0; 32],
            receipts_root: [0; 32],
            sealers_hash: sealers.hash(),
        };
        let client = ClientState::from_raw(raw::ClientState {
            chain_id: start.chain,
            group_id: start.group,
            genesis_hash: vec![0; 32],
            version: raw::Version::Version3.into(),
            suite: if start.suite == Suite::Keccak { raw::Suite::KeccakSecp256k1 } else { raw::Suite::Sm3Sm2 }.into(),
            working_sealers: start.working_sealers,
            trusting_period_s: 86_400,
            key_map: start.key_map.map(|map| map.to_raw()),
            latest_number: start.number,
            sealers: sealers.sealers().iter().map(|sealer| raw::Sealer { node_id: sealer.node.to_vec(), weight: sealer.weight }).collect(),
            frozen: false,
        })?;
        Ok(Self { client, states: States(BTreeMap::from([(Height::new(0, start.number), state.encode())])) })
    }

    /// Judges an update and keeps what it gives.
    fn follow(&mut self, headers: Vec<raw::SignedHeader>) -> Result<(), Reason> {
        let message = Any { type_url: fisco::HEADER_URL.into(), value: raw::Header { headers }.encode_to_vec() };
        match self.client.verify_header(&self.states, &message, NOW) {
            Ok(Judged::Accepted(update)) => {
                ensure_all_ran(&update)?;
                self.client = ClientState::decode(&update.client_state)?;
                self.states.0.extend(update.consensus_states);
                Ok(())
            }
            Ok(Judged::Invalid(reason) | Judged::Misbehaviour(reason)) => Err(reason),
            Ok(Judged::NotEnoughTrust(tally)) => {
                Err(Reason::new("not-enough-trust", format!("{} of {} of the set before signed; {} are needed", tally.signed, tally.total, tally.needed_num)))
            }
            Err(Fault::Undecodable(reason)) => Err(reason),
            Err(fault @ Fault::NoConsensusState(_)) => Err(Reason::new("no-consensus-state", fault.to_string())),
        }
    }
}

/// An accepted header stands on every check of the family.
fn ensure_all_ran(update: &govhub_lc_core::Update) -> Result<(), Reason> {
    let ran: Vec<_> = update.checks.iter().filter(|check| check.outcome == govhub_lc_core::CheckOutcome::Pass).map(|check| check.name).collect();
    if ran == fisco::CHECKS { Ok(()) } else { Err(Reason::new("checks-missing", format!("only {ran:?} ran"))) }
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("`{name}` is no text"))
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    hex::decode(text.trim_start_matches("0x")).with_context(|| format!("`{text}` is no hexadecimal text"))
}

fn array<const N: usize>(text: &str) -> Result<[u8; N]> {
    bytes(text)?.try_into().map_err(|found: Vec<u8>| anyhow::anyhow!("{} bytes; expected {N}", found.len()))
}

fn suite(name: &str) -> Result<Suite> {
    match name {
        "keccak256" | "keccak256/secp256k1" => Ok(Suite::Keccak),
        "sm3" | "sm3/sm2" => Ok(Suite::Sm),
        other => bail!("unknown suite `{other}`"),
    }
}

fn sealers(list: &Value) -> Result<Vec<Sealer>> {
    let sealer = |pair: &Value| -> Result<Sealer> {
        Ok(Sealer { node: array(pair[0].as_str().context("a node id")?)?, weight: pair[1].as_u64().context("a weight")? })
    };
    list.as_array().context("a list of sealers")?.iter().map(sealer).collect()
}

/// Every block of a recorded network from block 0, with the union of all nodes' signatures, and every transaction and receipt in it.
///
/// Where the chain's own change of sealers did not have the old set's quorum the client must halt, and is anchored anew at that block.
fn recorded_chain(folder: &Folder, entry: &Entry, blocks: &[Value]) -> Result<Vec<Case>> {
    let meta = folder.json(&entry.trust)?;
    let suite = suite(text(&meta, "suite")?)?;
    let start = |number, hash, sealers| -> Result<Start> {
        let (chain, group) = (text(&meta, "chain_id")?.into(), text(&meta, "group_id")?.into());
        Ok(Start { suite, chain, group, number, hash, sealers, working_sealers: working_sealers(&meta)?, key_map: None })
    };
    let genesis = text(&meta, "genesis_hash")?;
    let mut world = World::new(start(0, array(genesis)?, sealers(&meta["genesis_sealers"])?)?)?;
    let mut cases = vec![genesis_case(&blocks[0], genesis)?];
    for block in &blocks[1..] {
        let number = block["number"].as_u64().context("a block number")?;
        let header = merged(block, suite)?;
        if old_quorum_missing(&world, &block["header"], &header)? {
            let halted = Expected::Reject(vec!["set_change_without_old_quorum".into()]);
            cases.push(case(format!("block {number}: the old set's quorum did not sign, so the client halts"), halted, verdict(world.follow(vec![header]))));
            world = World::new(start(number, array(text(&block["header"], "hash")?)?, listed(&block["header"])?)?)?;
            world.states.0.insert(Height::new(0, number), anchored(&block["header"], &world)?);
        } else {
            cases.push(case(format!("block {number}"), Expected::Accept, verdict(world.follow(vec![header]))));
        }
        let entries = block["txs"].as_array().context("transactions")?;
        for (index, entry) in entries.iter().enumerate() {
            cases.extend(recorded_entry(&world, number, index, entries.len(), entry)?);
        }
    }
    Ok(cases)
}

/// rPBFT's working set as the configuration of a recorded network says; 0 for PBFT.
fn working_sealers(meta: &Value) -> Result<u32> {
    let lines: BTreeMap<&str, &str> = text(meta, "config_genesis")?.lines().filter_map(|line| line.trim().split_once('=')).collect();
    match lines.get("consensus_type") {
        Some(&"rpbft") => lines.get("epoch_sealer_num").context("the size of the working set")?.parse().context("a number"),
        _ => Ok(0),
    }
}

/// Block 0 hashes with empty roots and no gas.
fn genesis_case(block: &Value, expected: &str) -> Result<Case> {
    let file = serde_json::to_vec(&block["header"])?;
    let options = BTreeMap::from([("anchor_time_s".to_owned(), "1".to_owned()), ("chain_id".into(), "chain0".into()), ("group_id".into(), "group0".into())]);
    let verdict = match native::trust_file(&file, &options) {
        Ok(trust) => {
            let anchor = ConsensusState::decode(&trust.anchor.context("an anchor")?)?;
            ensure!(anchor.hash == array::<32>(expected)?, "block 0 hashes to another value");
            Verdict::Accepted
        }
        Err(reason) => Verdict::refused(&reason),
    };
    Ok(case("block 0", Expected::Accept, verdict))
}

/// The consensus state of a block that governance believes.
fn anchored(header: &Value, world: &World) -> Result<Any> {
    let state = ConsensusState {
        hash: array(text(header, "hash")?)?,
        time: NOW,
        transactions_root: array(text(header, "txsRoot")?)?,
        receipts_root: array(text(header, "receiptsRoot")?)?,
        sealers_hash: world.client.sealers().hash(),
    };
    Ok(state.encode())
}

/// Node ids and weights of a header.
fn listed(header: &Value) -> Result<Vec<Sealer>> {
    let ids = header["sealerList"].as_array().context("a sealer list")?;
    let weights = header["consensusWeights"].as_array().context("weights")?;
    ids.iter().zip(weights).map(|(id, weight)| Ok(Sealer { node: array(id.as_str().context("a node id")?)?, weight: weight.as_u64().context("a weight")? })).collect()
}

/// Counted here from the recording alone: whether the sealers that signed lack a quorum of the set that the client holds.
fn old_quorum_missing(world: &World, header: &Value, signed: &raw::SignedHeader) -> Result<bool> {
    if world.client.latest_height().revision_height >= header["number"].as_u64().context("a number")? {
        return Ok(false);
    }
    let listed = listed(header)?;
    let before: BTreeMap<[u8; 64], u64> = world.client.sealers().sealers().iter().map(|sealer| (sealer.node, sealer.weight)).collect();
    let signed: u64 = signed.signatures.iter().filter_map(|signature| before.get(&listed[signature.index as usize].node)).sum();
    let total: u64 = before.values().sum();
    Ok(signed < total - (total - 1) / 3)
}

/// The header with its node's signatures and those that only others stored.
fn merged(block: &Value, suite: Suite) -> Result<raw::SignedHeader> {
    let own = native::header(&block["header"])?;
    let Some(others) = block.get("signatures_of_other_nodes") else { return Ok(own) };
    let mut other = block["header"].clone();
    other["signatureList"] = others.clone();
    Ok(fisco::merge(Version::V3, suite, &[own, native::header(&other)?])?)
}

/// A recorded transaction and its receipt, both with the node's own paths.
fn recorded_entry(world: &World, number: u64, index: usize, count: usize, entry: &Value) -> Result<Vec<Case>> {
    let (place, count) = (u32::try_from(index)?, u32::try_from(count)?);
    let proof = |claim: raw::Claim| raw::Proof { number, claim: claim.into(), index: place, count, ..Default::default() };
    let mut cases = Vec::new();
    if entry.get("web3_raw").is_none_or(Value::is_null) {
        let transaction = raw::Proof {
            transaction: Some(native::transaction(&entry["tx"])?),
            transaction_path: Some(groups(&entry["tx"]["txProof"])?),
            ..proof(raw::Claim::Transaction)
        };
        cases.push(case(format!("block {number}, transaction {index}"), Expected::Accept, judged(world, &transaction)));
    }
    let receipt = raw::Proof {
        receipt: Some(native::receipt(&entry["receipt"])?),
        receipt_path: Some(groups(&entry["receipt"]["txReceiptProof"])?),
        ..proof(raw::Claim::Receipt)
    };
    let expected = if holds_address(&entry["receipt"]) {
        Expected::Reject(vec!["ambiguous-receipt".into()])
    } else if leads_to(&receipt, world.client.suite(), index, usize::try_from(count)?) {
        Expected::Accept
    } else {
        // Of identical receipts the node proves the first; ours is another.
        Expected::Reject(vec!["position_mismatch".into(), "bad_merkle_proof".into()])
    };
    cases.push(case(format!("block {number}, receipt {index}"), expected, judged(world, &receipt)));
    Ok(cases)
}

/// Whether a receipt's path leads to `index` of `count` leaves: walked here, from the recording alone.
fn leads_to(proof: &raw::Proof, suite: Suite, mut index: usize, mut count: usize) -> bool {
    let (Some(receipt), Some(path)) = (&proof.receipt, &proof.receipt_path) else { return false };
    let mut node = receipt.hash.clone();
    for level in &path.levels {
        let alone = index.is_multiple_of(2) && index + 1 == count;
        if level.group.get(index % 2) != Some(&node) || level.group.len() != if alone { 1 } else { 2 } {
            return false;
        }
        node = suite.hash(&level.group.iter().map(Vec::as_slice).collect::<Vec<_>>()).to_vec();
        (index, count) = (index / 2, count.div_ceil(2));
    }
    count == 1
}

/// Whether a recorded receipt returns what reads as the address of a log: made on the running chain to show the weakness.
fn holds_address(receipt: &Value) -> bool {
    let output = bytes(receipt["output"].as_str().unwrap_or_default()).unwrap_or_default();
    output.windows(40).any(|window| window.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

fn groups(elements: &Value) -> Result<raw::Path> {
    let elements = elements.as_array().context("a path")?.iter().map(|element| bytes(element.as_str().context("an element")?)).collect::<Result<Vec<_>>>()?;
    Ok(native::groups(&elements)?)
}

fn judged(world: &World, proof: &raw::Proof) -> Verdict {
    verdict(native::check_proof(&world.client, &world.states, &proof.encode_to_vec()).map(|_| ()))
}

/// A case that states its start, its headers, perhaps a proof, and its verdict.
fn stated_case(meta: &Value, value: &Value) -> Result<Case> {
    let trusted = &value["trusted"];
    let name = text(value, "name")?;
    let mut world = World::new(Start {
        suite: suite(text(trusted, "suite")?)?,
        chain: value["chain"].as_str().unwrap_or(text(meta, "chain_id")?).into(),
        group: value["group"].as_str().unwrap_or(text(meta, "group_id")?).into(),
        number: trusted["number"].as_u64().context("a number")?,
        hash: array(text(trusted, "hash")?)?,
        sealers: sealers(&trusted["sealers"])?,
        working_sealers: working_sealers(meta)?,
        key_map: key_map(value)?,
    })?;
    let headers = value["headers"].as_array().context("headers")?.iter().map(native::header).collect::<Result<Vec<_>, _>>()?;
    let mut result = headers.into_iter().try_for_each(|header| world.follow(vec![header]));
    let held = world.client.latest_height().revision_height;
    ensure!(held == value["trusted_up_to"].as_u64().context("a number")?, "`{name}`: the client holds block {held} afterwards");
    if result.is_ok() && value.get("entry").is_some() {
        let proof = stated_proof(value)?;
        result = native::check_proof(&world.client, &world.states, &proof.encode_to_vec()).map(|_| ());
    }
    let expected = match text(value, "expect")? {
        "accept" => Expected::Accept,
        "reject" => Expected::Reject(vec![text(value, "expected_reason")?.into()]),
        other => bail!("unknown expectation `{other}`"),
    };
    Ok(case(name, expected, verdict(result)))
}

/// What the case looks at: calls (the transaction decides) or events, which are believed as if deployment were closed.
fn key_map(value: &Value) -> Result<Option<KeyMap>> {
    let place = match text(value, "kind")? {
        "packet" | "web3packet" => {
            Place::Call { selector: array(text(value, "selector")?)?, web3_chain_id: value["web3_chain"].as_u64().unwrap_or(0) }
        }
        "event" => Place::Event(array(text(value, "topic")?)?),
        _ => return Ok(None),
    };
    Ok(Some(KeyMap { bridge: array(text(value, "bridge")?)?, place, trust: EventTrust::ClosedDeployment("as the case says".into()) }))
}

fn stated_proof(value: &Value) -> Result<raw::Proof> {
    let (entry, kind) = (&value["entry"], text(value, "kind")?);
    let mut transaction = entry["tx"].clone();
    if kind == "web3packet" {
        transaction["web3_raw"] = entry["web3_raw"].clone();
    }
    let number = |name: &str| -> Result<u32> { Ok(u32::try_from(entry[name].as_u64().context("a number")?)?) };
    let claim = match kind {
        "tx" => raw::Claim::Transaction,
        "receipt" => raw::Claim::Receipt,
        "event" => raw::Claim::Event,
        "packet" | "web3packet" => raw::Claim::Call,
        other => bail!("unknown kind `{other}`"),
    };
    let receipt = native::receipt(&entry["receipt"])?;
    let log = match (claim, value.get("topic").and_then(Value::as_str)) {
        (raw::Claim::Event, Some(topic)) => log_of(&receipt, &bytes(topic)?),
        _ => 0,
    };
    Ok(raw::Proof {
        number: value["proof_height"].as_u64().context("a number")?,
        claim: claim.into(),
        index: number("index")?,
        count: number("count")?,
        transaction: Some(native::transaction(&transaction)?),
        transaction_path: Some(groups(&entry["txProof"])?),
        receipt: Some(receipt),
        receipt_path: Some(groups(&entry["receiptProof"])?),
        log,
        attestations: Vec::new(),
    })
}

/// The first log with that topic.
fn log_of(receipt: &raw::Receipt, topic: &[u8]) -> u32 {
    let Some(raw::receipt::Form::V3(fields)) = &receipt.form else { return 0 };
    let place = fields.logs.iter().position(|log| log.topics.first().is_some_and(|first| first == topic));
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0)
}

/// A fixture's header against itself.
fn fixture_header(file: &Value) -> Result<Verdict> {
    let items = native::items(&serde_json::to_vec(&file["header"])?)?;
    let [item] = items.as_slice() else { bail!("{} items; expected one header", items.len()) };
    Ok(match native::self_check(item) {
        Ok(checks) => {
            ensure!(checks.iter().any(|check| check.outcome == govhub_lc_core::CheckOutcome::NotCheckable), "something must be left to trust");
            Verdict::SelfConsistent
        }
        Err(reason) => Verdict::refused(&reason),
    })
}

/// A fixture: its header, and whatever transactions, receipts and paths it has.
fn fixture(file: &Value) -> Result<Vec<Case>> {
    let suite = suite(text(file, "hash_algorithm")?)?;
    let header = native::header(&file["header"])?;
    let given = |ok: bool, what: &str| if ok { Verdict::Accepted } else { Verdict::refused(&Reason::new("value", format!("{what} comes out otherwise"))) };
    let stated = array::<32>(text(file, "expected_hash")?)?;
    let mut cases = vec![case("header hash", Expected::Accept, given(native::header_hash(suite, &header) == Some(stated), "the hash"))];
    let finality = fixture_header(file)?;
    cases.push(match header.signatures.len() {
        0 => case("header without signatures", Expected::Reject(vec!["insufficient_weight".into()]), finality),
        _ => case("header", Expected::SelfConsistent, finality),
    });
    if let Some(list) = file["header"]["transactions"].as_array() {
        for value in list.iter().filter(|value| value["signature"].is_object()) {
            let transaction = native::transaction(value)?;
            let hash = native::transaction_hash(suite, &transaction).map(|hash| hash.to_vec());
            cases.push(case("transaction hash", Expected::Accept, given(hash == Some(transaction.hash), "the hash")));
        }
    }
    cases.extend(fixture_v2(file, suite)?);
    cases.extend(fixture_v3(file, suite)?);
    Ok(cases)
}

/// Proofs of 2.x: a receipt with its fields; a transaction by its hash alone, since its signature is not in the fixture.
fn fixture_v2(file: &Value, suite: Suite) -> Result<Vec<Case>> {
    let Some(with_proof) = file.get("receipt_with_proof") else { return Ok(Vec::new()) };
    let index = |value: &Value| -> Result<u32> { Ok(u32::from_str_radix(text(value, "transactionIndex")?.trim_start_matches("0x"), 16)?) };
    let receipt_json = &with_proof["transactionReceipt"];
    let receipt = native::receipt(receipt_json)?;
    let Some(raw::receipt::Form::Rlp(rlp)) = &receipt.form else { bail!("a receipt of 2.x is RLP") };
    let same = *rlp == bytes(text(file, "receipt_rlp_hex")?)?;
    let hash = native::receipt_hash(suite, &receipt).context("a receipt has a hash")?;
    let place = index(receipt_json)?;
    let root = array(text(&file["header"], "receiptsRoot")?)?;
    let proved = native::check_path(Version::V2, suite, &root, &hash, place, 0, &native::levels(&with_proof["receiptProof"])?);
    let neighbour = native::check_path(Version::V2, suite, &root, &hash, place + 1, 0, &native::levels(&with_proof["receiptProof"])?);
    let transaction = &file["tx_with_proof"];
    let leaf = array(text(&transaction["transaction"], "hash")?)?;
    let root = array(text(&file["header"], "transactionsRoot")?)?;
    let path = native::levels(&transaction["txProof"])?;
    let place = index(&transaction["transaction"])?;
    Ok(vec![
        case("receipt in RLP", Expected::Accept, if same { Verdict::Accepted } else { Verdict::refused(&Reason::new("value", "other RLP")) }),
        case("receipt in its block", Expected::Accept, verdict(proved)),
        case("receipt at another place", Expected::Reject(vec!["position_mismatch".into()]), verdict(neighbour)),
        case("transaction in its block", Expected::Accept, verdict(native::check_path(Version::V2, suite, &root, &leaf, place, 0, &path))),
    ])
}

/// Transaction and receipt of 3.x; where the fixture has paths, both at one place of trees of one shape.
fn fixture_v3(file: &Value, suite: Suite) -> Result<Vec<Case>> {
    let (Some(transaction), Some(receipt)) = (file.get("transaction"), file.get("receipt")) else { return Ok(Vec::new()) };
    let transaction = native::transaction(transaction)?;
    let receipt = native::receipt(receipt)?;
    let own = |found: Option<[u8; 32]>, stated: &[u8], code| match found {
        Some(hash) if hash.as_slice() == stated => Ok(()),
        _ => Err(Reason::new(code, "the stated hash is not the fields'")),
    };
    let mut cases = vec![
        case("transaction hash", Expected::Accept, verdict(own(native::transaction_hash(suite, &transaction), &transaction.hash, "transaction-hash"))),
        case("receipt hash and form", Expected::Accept, verdict(native::check_receipt(Version::V3, suite, &receipt))),
    ];
    if let Some(elements) = file["receipt"]["txReceiptProof"].as_array() {
        let answers = Value::Array(vec![file["transaction"].clone(), file["receipt"].clone()]);
        for item in native::items(&serde_json::to_vec(&answers)?)? {
            let govhub_lc_core::native::Item::Proof { label, proof } = item else { bail!("two proofs") };
            let proof = raw::Proof::decode(proof.as_slice())?;
            let (leaf, path, root) = match (&proof.receipt, &proof.transaction) {
                (Some(receipt), _) => (&receipt.hash, proof.receipt_path.as_ref(), "receiptsRoot"),
                (_, Some(transaction)) => (&transaction.hash, proof.transaction_path.as_ref(), "txsRoot"),
                _ => bail!("an empty proof"),
            };
            let leaf = leaf.as_slice().try_into().context("a hash")?;
            let root = array(text(&file["header"], root)?)?;
            let proved = native::check_path(Version::V3, suite, &root, &leaf, proof.index, proof.count, path.context("a path")?);
            cases.push(case(label, Expected::Accept, verdict(proved)));
        }
        ensure!(!elements.is_empty(), "a path");
    }
    Ok(cases)
}

/// Receipts with their preimages and hashes.
fn receipts(file: &Value) -> Result<Vec<Case>> {
    let list = file["receipts"].as_array().context("receipts")?;
    list.iter()
        .enumerate()
        .map(|(index, item)| {
            let receipt = native::receipt(&item["receipt"])?;
            ensure!(receipt.hash == bytes(text(item, "receipt_hash")?)?, "the file states two hashes");
            Ok(case(format!("receipt {index}"), Expected::Accept, verdict(native::check_receipt(Version::V3, suite(text(item, "hash_algorithm")?)?, &receipt))))
        })
        .collect()
}

/// One hash, two readings: the genuine one is a receipt, the other is refused.
fn receipt_read_twice(file: &Value) -> Result<Vec<Case>> {
    let read = |name: &str| -> Result<Verdict> { Ok(verdict(native::check_receipt(Version::V3, Suite::Keccak, &native::receipt(&file[name])?))) };
    Ok(vec![case("genuine reading", Expected::Accept, read("original")?), case("second reading", Expected::Reject(Vec::new()), read("resplit")?)])
}
