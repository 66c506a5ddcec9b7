//! Methods about the state.

use govhub_store::Substore;
use prost::Message;
use serde_json::{json, Value};

use super::error::RpcError;
use super::params::Params;
use super::{json, Rpc};

/// Longest query path, in bytes.
const PATH_BYTES_MAX: usize = 256;
/// Largest query data, in bytes: the longest provable key and any request message of ours.
const DATA_BYTES_MAX: usize = 64 << 10;

/// `abci_info`
pub fn info(rpc: &Rpc) -> Result<Value, RpcError> {
    let tip = rpc.ledger.tip();
    Ok(json!({"response": {
        "data": "govhub",
        "version": crate::VERSION,
        "app_version": tip.app_version.to_string(),
        "last_block_height": tip.height.to_string(),
        "last_block_app_hash": json::base64(tip.app_hash),
    }}))
}

struct Answer {
    code: u32,
    codespace: String,
    log: String,
    key: Vec<u8>,
    value: Vec<u8>,
    ops: Option<Value>,
    height: u64,
}

/// `abci_query`: `store/<name>/key` reads a provable key at a height, other paths ask the state machine about its newest state.
pub fn query(rpc: &Rpc, params: &Params) -> Result<Value, RpcError> {
    let path = params.text("path")?.unwrap_or_default();
    let data = params.hex("data")?;
    if path.len() > PATH_BYTES_MAX || data.len() > DATA_BYTES_MAX {
        return Err(RpcError::invalid_params(format!("at most {PATH_BYTES_MAX} bytes of path and {DATA_BYTES_MAX} of data")));
    }
    let height = params.number("height")?.unwrap_or(0);
    let prove = params.flag("prove")?;
    let answer = match substore(&path) {
        Some(substore) => key(rpc, substore, data, height, prove),
        None => ask(rpc, &path, &data, height, prove),
    };
    let Answer { code, codespace, log, key, value, ops, height } = answer?;
    let bytes = |bytes: &[u8]| if bytes.is_empty() { Value::Null } else { json::base64(bytes).into() };
    Ok(json!({"response": {
        "code": code, "log": log, "info": "", "index": "0", "key": bytes(&key), "value": bytes(&value),
        "proofOps": ops, "height": height.to_string(), "codespace": codespace,
    }}))
}

/// The substore of a path `store/<name>/key`, with or without a leading slash.
fn substore(path: &str) -> Option<Substore> {
    let name = path.strip_prefix('/').unwrap_or(path).strip_prefix("store/")?.strip_suffix("/key")?;
    Substore::from_name(name)
}

/// Height 0 asks for the newest state whose root a header already carries, when a proof is wanted, and for the newest of all otherwise.
fn key(rpc: &Rpc, substore: Substore, key: Vec<u8>, height: u64, prove: bool) -> Result<Answer, RpcError> {
    let tip = rpc.ledger.tip().height;
    let height = match (height, prove) {
        (0, true) => tip.saturating_sub(1),
        (0, false) => tip,
        (height, _) => height,
    };
    let found = rpc.ledger.store.prove(height, substore, &key);
    let proof = match found {
        Ok(proof) => proof,
        Err(e @ govhub_store::StoreError::NoVersion { .. }) => return Ok(refused(e.to_string(), key, height)),
        Err(e) => return Err(e.into()),
    };
    let op = |kind: &str, key: &[u8], proof: &ics23::CommitmentProof| json!({"type": kind, "key": json::base64(key), "data": json::base64(proof.encode_to_vec())});
    let ops = prove.then(|| json!({"ops": [op("ics23:jmt", &key, &proof.key_proof), op("ics23:jmt", substore.name().as_bytes(), &proof.store_proof)]}));
    Ok(Answer { code: 0, codespace: String::new(), log: String::new(), key, value: proof.value.unwrap_or_default(), ops, height })
}

fn ask(rpc: &Rpc, path: &str, data: &[u8], height: u64, prove: bool) -> Result<Answer, RpcError> {
    if prove {
        return Ok(refused(format!("`{path}` cannot be proved; paths with proof are `store/<name>/key`"), Vec::new(), height));
    }
    let answer = rpc.ledger.read(|reader, tip| (rpc.ledger.app.query(reader, &rpc.ledger.check_context(tip), path, data), tip.height));
    let (answer, newest) = answer?;
    if height != 0 && height != newest {
        return Ok(refused(format!("`{path}` is answered from the newest state only, height {newest}"), Vec::new(), height));
    }
    Ok(Answer { code: answer.code, codespace: answer.codespace, log: answer.log, key: Vec::new(), value: answer.value, ops: None, height: newest })
}

/// ABCI's general "no".
fn refused(log: String, key: Vec<u8>, height: u64) -> Answer {
    Answer { code: 1, codespace: "node".into(), log, key, value: Vec::new(), ops: None, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_paths_are_read_with_and_without_a_leading_slash_and_nothing_else_is() {
        assert_eq!(substore("store/ibc/key"), Some(Substore::Ibc));
        assert_eq!(substore("/store/ibc/key"), Some(Substore::Ibc));
        for other in ["store/none/key", "store/ibc/subspace", "//store/ibc/key", "ibc/key", ""] {
            assert_eq!(substore(other), None, "{other}");
        }
    }
}
