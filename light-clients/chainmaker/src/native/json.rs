//! The chain's JSON to its protobuf: field names and numbers of `pb-go`, zero values left out in both.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_core::Reason;
use prost::encoding::{encode_key, encode_varint, WireType};
use serde_json::Value;

/// How a field is written.
enum Kind {
    Number,
    Text,
    Bytes,
    Message(&'static Fields),
    Many(&'static Kind),
    /// An object whose values are bytes.
    Map,
    PackedNumbers,
}

/// Fields of a message: name in JSON, number, kind; by ascending number.
type Fields = [(&'static str, u32, Kind)];

use Kind::{Bytes, Many, Map, Message, Number, PackedNumbers, Text};

const MEMBER: &Fields = &[("org_id", 1, Text), ("member_type", 2, Number), ("member_info", 3, Bytes)];
const ENDORSEMENT: &Fields = &[("signer", 1, Message(MEMBER)), ("signature", 2, Bytes)];
const PARAMETER: &Fields = &[("key", 1, Text), ("value", 2, Bytes)];
const LIMIT: &Fields = &[("gas_limit", 1, Number)];
const PAYLOAD: &Fields = &[
    ("chain_id", 1, Text), ("tx_type", 2, Number), ("tx_id", 3, Text), ("timestamp", 4, Number), ("expiration_time", 5, Number),
    ("contract_name", 6, Text), ("method", 7, Text), ("parameters", 8, Many(&Message(PARAMETER))), ("sequence", 9, Number),
    ("limit", 10, Message(LIMIT)),
];
const EVENT: &Fields = &[("topic", 1, Text), ("tx_id", 2, Text), ("contract_name", 3, Text), ("contract_version", 4, Text), ("event_data", 5, Many(&Text))];
const CONTRACT_RESULT: &Fields =
    &[("code", 1, Number), ("result", 2, Bytes), ("message", 3, Text), ("gas_used", 4, Number), ("contract_event", 5, Many(&Message(EVENT)))];
const RESULT: &Fields = &[("code", 1, Number), ("contract_result", 2, Message(CONTRACT_RESULT)), ("rw_set_hash", 3, Bytes), ("message", 4, Text)];
const TRANSACTION: &Fields = &[
    ("payload", 1, Message(PAYLOAD)), ("sender", 2, Message(ENDORSEMENT)), ("endorsers", 3, Many(&Message(ENDORSEMENT))),
    ("result", 4, Message(RESULT)), ("payer", 5, Message(ENDORSEMENT)),
];
const HEADER: &Fields = &[
    ("block_version", 1, Number), ("block_type", 2, Number), ("chain_id", 3, Text), ("block_height", 4, Number), ("block_hash", 5, Bytes),
    ("pre_block_hash", 6, Bytes), ("pre_conf_height", 7, Number), ("tx_count", 8, Number), ("tx_root", 9, Bytes), ("dag_hash", 10, Bytes),
    ("rw_set_root", 11, Bytes), ("block_timestamp", 12, Number), ("consensus_args", 13, Bytes), ("proposer", 14, Message(MEMBER)),
    ("signature", 15, Bytes),
];
const NEIGHBORS: &Fields = &[("neighbors", 1, PackedNumbers)];
const DAG: &Fields = &[("vertexes", 2, Many(&Message(NEIGHBORS)))];
const ADDITIONAL_DATA: &Fields = &[("extra_data", 1, Map)];
const BLOCK: &Fields = &[
    ("header", 1, Message(HEADER)), ("dag", 2, Message(DAG)), ("txs", 3, Many(&Message(TRANSACTION))),
    ("additional_data", 4, Message(ADDITIONAL_DATA)),
];
const VERSION: &Fields = &[("ref_tx_id", 3, Text), ("ref_offset", 4, Number)];
const READ: &Fields = &[("key", 1, Bytes), ("value", 2, Bytes), ("contract_name", 3, Text), ("version", 4, Message(VERSION))];
const WRITE: &Fields = &[("key", 1, Bytes), ("value", 2, Bytes), ("contract_name", 3, Text)];
const RW_SET: &Fields = &[("tx_id", 1, Text), ("tx_reads", 2, Many(&Message(READ))), ("tx_writes", 3, Many(&Message(WRITE)))];
const BLOCK_INFO: &Fields = &[("block", 1, Message(BLOCK)), ("rwset_list", 2, Many(&Message(RW_SET)))];

/// The protobuf of a `BlockInfo` in JSON.
///
/// # Errors
/// `native-json`, with the field.
pub(super) fn block_info(value: &Value) -> Result<Vec<u8>, Reason> {
    message("BlockInfo", BLOCK_INFO, value)
}

fn message(name: &str, fields: &Fields, value: &Value) -> Result<Vec<u8>, Reason> {
    let object = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
    if let Some(unknown) = object.keys().find(|key| fields.iter().all(|(known, _, _)| known != key)) {
        return Err(Reason::new("native-json", format!("`{name}` has no field `{}`", unknown.chars().take(80).collect::<String>())));
    }
    let mut bytes = Vec::new();
    for (name, number, kind) in fields {
        match object.get(*name) {
            None | Some(Value::Null) => {}
            Some(value) => field(name, *number, kind, value, false, &mut bytes)?,
        }
    }
    Ok(bytes)
}

/// Writes a field; `repeated` ones are written even if they are empty.
fn field(name: &str, number: u32, kind: &Kind, value: &Value, repeated: bool, out: &mut Vec<u8>) -> Result<(), Reason> {
    match kind {
        Number => {
            let value = integer(name, value)?;
            if value != 0 {
                encode_key(number, WireType::Varint, out);
                encode_varint(value, out);
            }
        }
        Text => {
            let text = value.as_str().ok_or_else(|| wrong(name, "text"))?;
            if !text.is_empty() || repeated {
                delimited(number, text.as_bytes(), out);
            }
        }
        Bytes => {
            let bytes = base64(name, value)?;
            if !bytes.is_empty() {
                delimited(number, &bytes, out);
            }
        }
        Message(fields) => delimited(number, &message(name, fields, value)?, out),
        Many(kind) => {
            let items = value.as_array().ok_or_else(|| wrong(name, "a list"))?;
            items.iter().try_for_each(|item| field(name, number, kind, item, true, out))?;
        }
        Map => {
            let entries = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
            for (key, value) in entries {
                let mut entry = Vec::new();
                delimited(1, key.as_bytes(), &mut entry);
                delimited(2, &base64(name, value)?, &mut entry);
                delimited(number, &entry, out);
            }
        }
        PackedNumbers => {
            let mut packed = Vec::new();
            for item in value.as_array().ok_or_else(|| wrong(name, "a list"))? {
                encode_varint(integer(name, item)?, &mut packed);
            }
            if !packed.is_empty() {
                delimited(number, &packed, out);
            }
        }
    }
    Ok(())
}

fn delimited(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// A number as its varint: negative ones as their two's complement in 64 bits.
fn integer(name: &str, value: &Value) -> Result<u64, Reason> {
    value.as_u64().or_else(|| value.as_i64().map(|number| number as u64)).ok_or_else(|| wrong(name, "a whole number"))
}

pub(super) fn base64(name: &str, value: &Value) -> Result<Vec<u8>, Reason> {
    value.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or_else(|| wrong(name, "base64"))
}

fn wrong(name: &str, expected: &str) -> Reason {
    Reason::new("native-json", format!("`{name}` is not {expected}"))
}
