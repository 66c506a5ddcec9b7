//! Values of JSON-RPC: `0x` and hexadecimal digits.

use govhub_lc_core::Reason;
use serde_json::Value;

use super::MAX_FILE_BYTES;
use crate::rlp::stripped;

/// The JSON values of a file: one, or one a line.
pub(super) fn values(file: &[u8]) -> Result<Vec<Value>, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::new("file", format!("{} bytes, at most {MAX_FILE_BYTES}", file.len())));
    }
    if let Ok(value) = serde_json::from_slice(file) {
        return Ok(vec![value]);
    }
    let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| Reason::new("file", format!("is no JSON: {error}")))).collect()
}

/// The bytes of a field.
pub(super) fn bytes(value: &Value, field: &str) -> Result<Vec<u8>, Reason> {
    let text = value.get(field).and_then(Value::as_str).ok_or_else(|| wrong(field, "is missing or no text"))?;
    unhex(text).ok_or_else(|| wrong(field, "is not 0x and pairs of hexadecimal digits"))
}

/// The bytes of a field, of which there must be `N`.
pub(super) fn array<const N: usize>(value: &Value, field: &str) -> Result<[u8; N], Reason> {
    let bytes = bytes(value, field)?;
    bytes.as_slice().try_into().map_err(|_| wrong(field, &format!("{} bytes; expected {N}", bytes.len())))
}

/// A number, big-endian without leading zeros: `0x` and any digits, a decimal text, or a JSON number.
pub(super) fn number(value: &Value, field: &str) -> Result<Vec<u8>, Reason> {
    match value.get(field) {
        Some(Value::String(text)) => number_in(text).ok_or_else(|| wrong(field, "is no number")),
        Some(Value::Number(number)) => {
            let number = number.as_u64().ok_or_else(|| wrong(field, "is no unsigned number of 64 bits"))?;
            Ok(stripped(&number.to_be_bytes()).to_vec())
        }
        _ => Err(wrong(field, "is missing or no number")),
    }
}

/// A number of at most 64 bits.
pub(super) fn uint(value: &Value, field: &str) -> Result<u64, Reason> {
    let digits = number(value, field)?;
    if digits.len() > 8 {
        return Err(wrong(field, "is no number of 64 bits"));
    }
    Ok(digits.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// `text` as bytes; `0x` may be left out.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()
}

/// `text` as a number: hexadecimal with `0x`, else decimal of at most 128 bits.
pub(super) fn number_in(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("0x") {
        Some("") => Some(Vec::new()),
        Some(digits) => {
            let even = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
            Some(stripped(&hex::decode(even).ok()?).to_vec())
        }
        None => Some(stripped(&text.parse::<u128>().ok()?.to_be_bytes()).to_vec()),
    }
}

/// The nodes of a proof. Besu writes the empty trie as a node; here it has none.
pub(super) fn nodes(value: &Value, field: &str) -> Result<Vec<Vec<u8>>, Reason> {
    let nodes = value.get(field).and_then(Value::as_array).ok_or_else(|| wrong(field, "is missing or no array"))?;
    let nodes: Option<Vec<Vec<u8>>> = nodes.iter().map(|node| unhex(node.as_str()?)).collect();
    let nodes = nodes.ok_or_else(|| wrong(field, "holds what is not 0x and pairs of hexadecimal digits"))?;
    Ok(if nodes == [vec![0x80]] { Vec::new() } else { nodes })
}

pub(super) fn wrong(field: &str, why: &str) -> Reason {
    Reason::new("block-field", format!("`{field}` {why}"))
}
