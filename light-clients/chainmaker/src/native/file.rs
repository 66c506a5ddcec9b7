//! What a file holds: blocks, or a transaction with its way to the root.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_core::Reason;
use prost::Message;
use serde_json::Value;

use super::{json, MAX_FILE_BYTES};
use crate::proto::chainmaker::v2 as chain;

/// One thing in a file.
pub(super) enum Found {
    Block(Box<chain::BlockInfo>),
    Transaction { info: Box<chain::TransactionInfo>, path: Vec<Vec<u8>> },
}

/// Reads a file.
///
/// # Errors
/// `native-too-long`, `native-json`, `native-unknown`.
pub(super) fn read(file: &[u8]) -> Result<Vec<Found>, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::new("native-too-long", format!("{} bytes, at most {MAX_FILE_BYTES}", file.len())));
    }
    if let Some(block) = block_info(file) {
        return Ok(vec![Found::Block(Box::new(block))]);
    }
    let text = std::str::from_utf8(file).map_err(|_| unknown())?.trim();
    if text.starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|error| Reason::new("native-json", error.to_string()))?;
        return match &value {
            Value::Array(values) => values.iter().map(of_json).collect(),
            value => Ok(vec![of_json(value)?]),
        };
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let found: Vec<Found> = lines.map(of_line).collect::<Result<_, _>>()?;
    match found.is_empty() {
        true => Err(unknown()),
        false => Ok(found),
    }
}

fn unknown() -> Reason {
    Reason::new("native-unknown", "neither a block as a ChainMaker node returns it, in protobuf, JSON, base64 or hexadecimal, nor a transaction with its Merkle path")
}

fn of_line(line: &str) -> Result<Found, Reason> {
    let bytes = hex::decode(line).ok().or_else(|| STANDARD.decode(line).ok());
    bytes.and_then(|bytes| block_info(&bytes)).map(|block| Found::Block(Box::new(block))).ok_or_else(unknown)
}

fn of_json(value: &Value) -> Result<Found, Reason> {
    if value.get("transaction_info").is_some() {
        let info = json::base64("transaction_info", &value["transaction_info"])?;
        let info = chain::TransactionInfo::decode(contract_result(&info).as_slice()).map_err(|error| Reason::new("native-json", format!("`transaction_info`: {error}")))?;
        let steps = value["merkle_path"].as_array().map(Vec::as_slice).unwrap_or_default();
        let path = steps.iter().map(|step| json::base64("merkle_path", step)).collect::<Result<_, _>>()?;
        return Ok(Found::Transaction { info: Box::new(info), path });
    }
    let bytes = json::block_info(value)?;
    block_info(&bytes).map(|block| Found::Block(Box::new(block))).ok_or_else(unknown)
}

/// A block, alone or in the envelope of an answer. A message of another kind reads as a block without a header, if at all.
fn block_info(bytes: &[u8]) -> Option<chain::BlockInfo> {
    let read = |bytes: &[u8]| {
        let info = chain::BlockInfo::decode(bytes).ok()?;
        let header = chain::BlockHeader::decode(info.block.as_ref()?.header.as_slice()).ok()?;
        (header.block_hash.len() == 32).then_some(info)
    };
    read(bytes).or_else(|| read(&contract_result(bytes)))
}

/// What an answer's envelope holds; the bytes themselves if they are no envelope.
fn contract_result(bytes: &[u8]) -> Vec<u8> {
    let response = chain::TxResponse::decode(bytes).ok().and_then(|response| response.contract_result);
    response.map(|result| result.result).filter(|result| !result.is_empty()).unwrap_or_else(|| bytes.to_vec())
}
