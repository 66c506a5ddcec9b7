//! CometBFT's JSON of headers, blocks, commits, validators, results and events.
//!
//! 64-bit numbers are text, hashes upper-case hex, other bytes base64.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use govhub_consensus::{Block, Validator};
use serde_json::{json, Value};
use tendermint::block::{Commit, CommitSig, Header};
use tendermint_proto::v0_38::abci::{Event, ExecTxResult, ValidatorUpdate};
use tendermint_proto::v0_38::crypto::public_key;

/// Time of the entry of a validator that did not sign, as Go writes its zero time.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

/// Upper-case hex.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode_upper(bytes)
}

/// Base64.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Block id.
pub fn block_id(id: &tendermint::block::Id) -> Value {
    json!({"hash": hex(id.hash), "parts": {"total": id.part_set_header.total, "hash": hex(id.part_set_header.hash)}})
}

/// Header.
pub fn header(header: &Header) -> Value {
    let no_block = || json!({"hash": "", "parts": {"total": 0, "hash": ""}});
    let hash = |hash: &Option<tendermint::Hash>| hash.map_or_else(String::new, hex);
    json!({
        "version": {"block": header.version.block.to_string(), "app": header.version.app.to_string()},
        "chain_id": header.chain_id.as_str(),
        "height": header.height.value().to_string(),
        "time": header.time.to_rfc3339(),
        "last_block_id": header.last_block_id.as_ref().map_or_else(no_block, block_id),
        "last_commit_hash": hash(&header.last_commit_hash),
        "data_hash": hash(&header.data_hash),
        "validators_hash": hex(header.validators_hash),
        "next_validators_hash": hex(header.next_validators_hash),
        "consensus_hash": hex(header.consensus_hash),
        "app_hash": hex(header.app_hash.as_bytes()),
        "last_results_hash": hash(&header.last_results_hash),
        "evidence_hash": hash(&header.evidence_hash),
        "proposer_address": hex(header.proposer_address.as_bytes()),
    })
}

/// Commit.
pub fn commit(commit: &Commit) -> Value {
    json!({
        "height": commit.height.value().to_string(),
        "round": commit.round.value(),
        "block_id": block_id(&commit.block_id),
        "signatures": commit.signatures.iter().map(commit_sig).collect::<Vec<_>>(),
    })
}

fn commit_sig(entry: &CommitSig) -> Value {
    let signed = |flag: u8, address: &tendermint::account::Id, time: &tendermint::Time, signature: &Option<tendermint::Signature>| {
        let signature = signature.as_ref().map(|s| base64(s.as_bytes()));
        json!({"block_id_flag": flag, "validator_address": hex(address.as_bytes()), "timestamp": time.to_rfc3339(), "signature": signature})
    };
    match entry {
        CommitSig::BlockIdFlagAbsent => json!({"block_id_flag": 1, "validator_address": "", "timestamp": ZERO_TIME, "signature": null}),
        CommitSig::BlockIdFlagCommit { validator_address, timestamp, signature } => signed(2, validator_address, timestamp, signature),
        CommitSig::BlockIdFlagNil { validator_address, timestamp, signature } => signed(3, validator_address, timestamp, signature),
    }
}

/// Block.
pub fn block(block: &Block) -> Value {
    let nothing = || json!({"height": "0", "round": 0, "block_id": {"hash": "", "parts": {"total": 0, "hash": ""}}, "signatures": []});
    json!({
        "header": header(&block.header),
        "data": {"txs": block.txs.iter().map(base64).collect::<Vec<_>>()},
        "evidence": {"evidence": []},
        "last_commit": block.last_commit.as_ref().map_or_else(nothing, commit),
    })
}

/// Ed25519 public key with its Amino name.
pub fn public_key(key: &[u8]) -> Value {
    json!({"type": "tendermint/PubKeyEd25519", "value": base64(key)})
}

/// Validator. The priority is CometBFT's way of taking turns; ours needs none.
pub fn validator(validator: &Validator) -> Value {
    json!({
        "address": validator.address().to_string(),
        "pub_key": public_key(&validator.key()),
        "voting_power": validator.power().to_string(),
        "proposer_priority": "0",
    })
}

/// Validator update of a block.
pub fn validator_update(update: &ValidatorUpdate) -> Value {
    let key = match update.pub_key.as_ref().and_then(|key| key.sum.as_ref()) {
        Some(public_key::Sum::Ed25519(key)) => json!({"Sum": {"type": "tendermint.crypto.PublicKey_Ed25519", "value": {"ed25519": base64(key)}}}),
        _ => Value::Null,
    };
    json!({"pub_key": key, "power": update.power.to_string()})
}

/// Events in order.
pub fn events(events: &[Event]) -> Vec<Value> {
    let attributes = |event: &Event| event.attributes.iter().map(|a| json!({"key": a.key, "value": a.value, "index": a.index})).collect::<Vec<_>>();
    events.iter().map(|event| json!({"type": event.r#type, "attributes": attributes(event)})).collect()
}

/// Result of a transaction.
pub fn tx_result(result: &ExecTxResult) -> Value {
    let data = if result.data.is_empty() { Value::Null } else { base64(&result.data).into() };
    json!({
        "code": result.code,
        "data": data,
        "log": result.log,
        "info": result.info,
        "gas_wanted": result.gas_wanted.to_string(),
        "gas_used": result.gas_used.to_string(),
        "events": events(&result.events),
        "codespace": result.codespace,
    })
}
