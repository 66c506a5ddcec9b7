//! ChainMaker: recorded chains followed from their genesis block, forged continuations, single blocks, node ids.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_chainmaker::native::{check_proof, items, self_check, trust_file, update};
use govhub_lc_chainmaker::node_id::node_id;
use govhub_lc_chainmaker::proto::chainmaker::v2::BlockInfo;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1::ProofFile;
use govhub_lc_chainmaker::{ClientState, ConsensusState};
use govhub_lc_core::native::Item;
use govhub_lc_core::{CheckOutcome, ConsensusStates, Fault, LightClient, Reason, Verdict as Judged};
use govhub_types::{Height, Time};
use govhub_x509::{verify_chain, Certificate, Rules, Store, When};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::{json, Value};

use crate::{Case, Entry, Expect, Expected, Family, Folder, Verdict};

/// The host's time: behind every block in the folder, those forged years ahead among them.
const NOW: Time = Time::from_unix_s(4_000_000_000);

/// ChainMaker's files.
pub const FAMILY: Family = Family { name: "chainmaker", cases, words };

fn cases(folder: &Folder, entry: &Entry) -> Result<Vec<Case>> {
    let file = folder.json(&entry.file)?;
    match entry.expect {
        Expect::Accept | Expect::AcceptOrUnsupported => chain(&file, entry.expect),
        Expect::Cases => negatives(&file, &folder.json(&entry.trust)?),
        Expect::SelfConsistent => Ok(vec![single_block(&file)]),
        _ => certificates(&file),
    }
}

/// The files' words for our codes: one each, but for bytes that are not protobuf at all and bytes that are not its one encoding, which the
/// files do not tell apart.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "malformed" | "not-canonical" => &["malformed_protobuf"],
        "block-hash" => &["block_hash"],
        "block-version" => &["block_version"],
        "chain-id" => &["chain_id"],
        "config-block-shape" => &["config_block_shape"],
        "config-chain-id" => &["config_chain_id"],
        "config-result" => &["config_result"],
        "config-sequence" => &["config_sequence"],
        "config-suite" => &["config_suite"],
        "dag-hash" => &["dag_hash"],
        "duplicate-voter" => &["duplicate_voter"],
        "height" => &["height"],
        "insufficient-quorum" => &["quorum"],
        "pre-conf-height" => &["pre_conf_height"],
        "prev-hash" => &["prev_hash"],
        "proposer-cert-expired" => &["proposer_cert_expired"],
        "proposer-cert-frozen" => &["proposer_cert_frozen"],
        "proposer-not-in-set" => &["proposer_not_in_set"],
        "proposer-org-not-trusted" => &["proposer_org_not_trusted"],
        "proposer-signature" => &["proposer_signature"],
        "qc-hash" => &["qc_hash"],
        "qc-height" => &["qc_height"],
        "qc-missing" => &["qc_missing"],
        "qc-type" => &["qc_type"],
        "rw-set" => &["rw_set"],
        "sender-cert-frozen" => &["sender_cert_frozen"],
        "sender-cert-revoked" => &["sender_cert_revoked"],
        "sender-signature" => &["tx_sender_signature"],
        "tx-chain-id" => &["tx_chain_id"],
        "tx-count" => &["tx_count"],
        "tx-root" => &["tx_root"],
        "vote-hash" => &["vote_hash"],
        "vote-height" => &["vote_height"],
        "vote-round" => &["vote_round"],
        "vote-type" => &["vote_type"],
        "voter-cert-chain" => &["voter_cert_chain"],
        "voter-cert-expired" => &["voter_cert_expired"],
        "voter-cert-frozen" => &["voter_cert_frozen"],
        "voter-key-mismatch" => &["voter_key_mismatch"],
        "voter-not-in-set" => &["voter_not_in_set"],
        "voter-org-mismatch" => &["voter_org_mismatch"],
        "voter-org-not-trusted" => &["voter_org_not_trusted"],
        "voter-role" => &["voter_role"],
        "voter-signature" => &["vote_signature"],
        _ => &[],
    }
}

/// A client with what it has stored.
#[derive(Clone)]
struct Follower {
    client: ClientState,
    states: BTreeMap<Height, Any>,
    /// Certificates that the chain's transactions name by hash.
    certificates: Vec<Vec<u8>>,
}

impl ConsensusStates for Follower {
    fn at(&self, height: Height) -> Option<Any> {
        self.states.get(&height).cloned()
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.states.range(..height).next_back().map(|(at, state)| (*at, state.clone()))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.states.range(height..).find(|(at, _)| **at != height).map(|(at, state)| (*at, state.clone()))
    }
}

impl Follower {
    /// Believes the genesis block. Chains under Raft are followed as a declared trusted operator's.
    fn genesis(file: &Value) -> Result<Self, Reason> {
        let operator = file["consensus"] == "RAFT";
        let options = if operator { [("trusted_operator".to_owned(), "yes".to_owned())].into() } else { BTreeMap::new() };
        let trust = trust_file(&block_bytes(&file["blocks"][0]), &options)?;
        let missing = || Reason::new("trust-file", "incomplete");
        let client = ClientState::decode(trust.params.as_ref().ok_or_else(missing)?)?;
        let states = [(client.latest_height(), trust.anchor.ok_or_else(missing)?)].into();
        Ok(Self { client, states, certificates: Vec::new() })
    }

    /// Offers a block, and stores what is accepted.
    fn offer(&mut self, block: &[u8]) -> Verdict {
        match self.judge(block) {
            Ok(()) => Verdict::Accepted,
            Err(reason) => Verdict::refused(&reason),
        }
    }

    fn judge(&mut self, block: &[u8]) -> Result<(), Reason> {
        let info = BlockInfo::decode(block).map_err(|error| Reason::new("malformed", error.to_string()))?;
        let message = update(&info, self.certificates.iter())?;
        let verdict = self.client.verify_header(self, &message, NOW).map_err(|fault| match fault {
            Fault::Undecodable(reason) => reason,
            Fault::NoConsensusState(height) => Reason::new("no-consensus-state", height.to_string()),
        })?;
        match verdict {
            Judged::Accepted(accepted) => {
                self.client = ClientState::decode(&accepted.client_state)?;
                self.states.extend(accepted.consensus_states);
                self.certificates.extend(registered(&info));
                Ok(())
            }
            Judged::NotEnoughTrust(tally) => Err(Reason::new("not-enough-trust", format!("{} of {}", tally.signed, tally.total))),
            // A quorum that contradicts what is stored: refused, and the client would freeze.
            Judged::Invalid(reason) | Judged::Misbehaviour(reason) => Err(reason),
        }
    }
}

/// Certificates that a block's transactions register with the chain.
fn registered(info: &BlockInfo) -> Vec<Vec<u8>> {
    use govhub_lc_chainmaker::proto::chainmaker::v2::TxRwSet;
    let sets = info.rw_sets.iter().filter_map(|set| TxRwSet::decode(set.as_slice()).ok());
    let writes = sets.flat_map(|set| set.tx_writes).filter(|write| write.contract_name == b"CERT_MANAGE" && write.key.len() == 64);
    writes.map(|write| write.value).collect()
}

fn block_bytes(block: &Value) -> Vec<u8> {
    base64_of(&block["block_info_b64"])
}

fn base64_of(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap_or_default()).unwrap_or_default()
}

fn blocks(file: &Value) -> Result<&Vec<Value>> {
    file["blocks"].as_array().context("no blocks")
}

/// A recorded chain, block after block; after each its configuration, and every transaction's proof.
fn chain(file: &Value, expect: Expect) -> Result<Vec<Case>> {
    let expected = if expect == Expect::Accept { Expected::Accept } else { Expected::AcceptOrUnsupported };
    let mut follower = match Follower::genesis(file) {
        Ok(follower) => follower,
        Err(reason) => {
            let verdict = match reason.code {
                "unsupported-consensus" => Verdict::Unsupported(reason.detail),
                _ => Verdict::refused(&reason),
            };
            return Ok(vec![Case { name: "genesis".into(), expected, verdict }]);
        }
    };
    let mut cases = Vec::new();
    for block in &blocks(file)?[1..] {
        let bytes = block_bytes(block);
        let name = format!("block {}", block["height"]);
        cases.push(Case { name: name.clone(), expected: expected.clone(), verdict: follower.offer(&bytes) });
        cases.push(Case { name: format!("{name}: what is followed"), expected: expected.clone(), verdict: followed(file, block, &follower) });
        cases.extend(proofs(&name, &bytes, &follower, &expected, &file["merkle_paths_from_node"]));
    }
    Ok(cases)
}

/// That hash, transaction count and configuration in force are those of the recording.
fn followed(file: &Value, block: &Value, follower: &Follower) -> Verdict {
    let height = block["height"].as_u64().unwrap_or_default();
    let state = follower.states.get(&Height::new(0, height)).and_then(|any| ConsensusState::decode(any).ok());
    let hash = state.map(|state| hex::encode(state.block_hash));
    if hash.as_deref() != block["block_hash"].as_str() {
        return Verdict::Refused { code: "recorded-hash".into(), detail: format!("{hash:?}") };
    }
    let configs = file["configs"].as_object();
    let newest = configs.and_then(|configs| configs.iter().filter_map(|(at, config)| Some((at.parse::<u64>().ok()?, config))).filter(|(at, _)| *at <= height).max_by_key(|(at, _)| *at));
    let recorded = newest.map(|(_, config)| base64_of(&config["chain_config_b64"]));
    let authority = follower.client.authority();
    let quorum = newest.and_then(|(_, config)| config["quorum"].as_u64());
    if recorded.as_ref() != Some(&authority.raw().config) || quorum != u64::try_from(authority.config().quorum()).ok() {
        return Verdict::Refused { code: "recorded-config".into(), detail: format!("sequence {}", authority.config().sequence) };
    }
    Verdict::Accepted
}

/// Every successful transaction's own proof; where the node gave a path, with that.
fn proofs(name: &str, bytes: &[u8], follower: &Follower, expected: &Expected, paths: &Value) -> Vec<Case> {
    let found = items(bytes).unwrap_or_default().into_iter().filter_map(|item| match item {
        Item::Proof { label, proof } => Some((label, proof)),
        Item::Header { .. } => None,
    });
    let judge = |proof: &[u8]| match check_proof(&follower.client, follower, proof) {
        Ok(_) => Verdict::Accepted,
        Err(reason) => Verdict::refused(&reason),
    };
    let cases = found.flat_map(|(label, proof)| {
        let from_node = paths.as_object().and_then(|paths| paths.iter().find(|(tx_id, _)| label.contains(tx_id.as_str()))).map(|(_, path)| with_path(&proof, path));
        let own = Case { name: format!("{name}: {label}"), expected: expected.clone(), verdict: judge(&proof) };
        let node = from_node.map(|proof| Case { name: format!("{name}: {label}, the node's path"), expected: expected.clone(), verdict: judge(&proof) });
        std::iter::once(own).chain(node)
    });
    cases.collect()
}

fn with_path(proof: &[u8], from_node: &Value) -> Vec<u8> {
    let mut file = ProofFile::decode(proof).unwrap_or_default();
    if let Some(proof) = &mut file.proof {
        proof.index = from_node["index"].as_u64().and_then(|index| u32::try_from(index).ok()).unwrap_or(u32::MAX);
        let steps = from_node["path"].as_array().map(Vec::as_slice).unwrap_or_default();
        proof.path = steps.iter().map(|step| hex::decode(step.as_str().unwrap_or_default()).unwrap_or_default()).collect();
    }
    file.encode_to_vec()
}

/// Forged continuations of a recorded chain, each with the block that the chain really made there.
fn negatives(file: &Value, base: &Value) -> Result<Vec<Case>> {
    let mut follower = Follower::genesis(base).map_err(anyhow::Error::new)?;
    let mut upto = vec![follower.clone()];
    for block in &blocks(base)?[1..] {
        follower.offer(&block_bytes(block));
        upto.push(follower.clone());
    }
    let mut cases = Vec::new();
    for case in file["cases"].as_array().context("no cases")? {
        let name = case["name"].as_str().context("a case without a name")?;
        let height = usize::try_from(case["trusted_up_to"].as_u64().context("no height")?)?;
        let trusted = upto.get(height).context("trusted beyond the chain")?;
        let feed = case["feed_b64"].as_array().context("nothing to feed")?;
        let mut offered = trusted.clone();
        let verdict = feed.iter().map(|block| offered.offer(&base64_of(block))).find(|verdict| *verdict != Verdict::Accepted);
        cases.push(Case { name: name.into(), expected: expected(case), verdict: verdict.unwrap_or(Verdict::Accepted) });
        let real = blocks(base)?.get(height + 1).context("no block above")?;
        cases.push(Case { name: format!("{name}: the real block"), expected: Expected::Accept, verdict: trusted.clone().offer(&block_bytes(real)) });
    }
    Ok(cases)
}

fn expected(case: &Value) -> Expected {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match word(&case["expected_reason"]) {
        accepted if accepted == "ACCEPTED" => Expected::Accept,
        reason => Expected::Reject(std::iter::once(reason).chain(case["also_ok"].as_array().into_iter().flatten().map(word)).collect()),
    }
}

/// One block of a chain whose roots are not known, from its JSON, against nothing but itself.
fn single_block(file: &Value) -> Case {
    let mut block = json!({
        "header": file["header_json"],
        "additional_data": { "extra_data": { "TBFTAddtionalDataKey": file["voteset"]["raw_pb_base64"] } },
    });
    let mut info = json!({});
    if file["tx_root_ok"] == true {
        block["txs"] = json!([file["tx"]["json"]]);
        info["rwset_list"] = json!([file["rwset"]["json"]]);
        block["dag"] = json!({ "vertexes": [{}] });
    }
    info["block"] = block;
    let bytes = info.to_string().into_bytes();
    let checks = items(&bytes).and_then(|items| self_check(items.first().ok_or_else(|| Reason::new("native-unknown", "no block"))?));
    let verdict = match checks {
        Err(reason) => Verdict::refused(&reason),
        Ok(checks) => match checks.iter().find(|check| check.outcome == CheckOutcome::Fail) {
            Some(failed) => Verdict::Refused { code: failed.name.into(), detail: "failed".into() },
            None if checks.iter().any(|check| check.name == "votes" && check.outcome == CheckOutcome::Pass) => Verdict::SelfConsistent,
            None => Verdict::Refused { code: "votes".into(), detail: "not checkable".into() },
        },
    };
    Case { name: format!("block {}", file["height"]), expected: Expected::SelfConsistent, verdict }
}

/// Certificates and the node ids made from their keys; an authority beside them, which signed none of them.
fn certificates(file: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let read = |pem: &Value| Certificate::from_pem(pem.as_str().unwrap_or_default().as_bytes()).context("a certificate");
    let nodes = file["nodes"].as_array().cloned().unwrap_or_else(|| vec![file.clone()]);
    for node in &nodes {
        let found = node_id(read(&node["tls_crt"])?.public_key());
        let verdict = match node["nodeid"].as_str() == Some(&found) {
            true => Verdict::Accepted,
            false => Verdict::Refused { code: "node-id".into(), detail: found },
        };
        cases.push(Case { name: format!("node id of {}", node["name"]), expected: Expected::Accept, verdict });
    }
    if file["ca_crt"].is_string() {
        let store = Store::new(vec![read(&file["ca_crt"])?], Vec::new(), Vec::new());
        for node in &nodes {
            let verdict = match verify_chain(&read(&node["sign_crt"])?, &store, &Rules::signer(When::AtIssue)) {
                Ok(_) => Verdict::Accepted,
                Err(error) => Verdict::Refused { code: error.code().into(), detail: error.to_string() },
            };
            let name = format!("{} is not of the authority stored beside it", node["name"]);
            cases.push(Case { name, expected: Expected::Reject(Vec::new()), verdict });
        }
    }
    Ok(cases)
}
