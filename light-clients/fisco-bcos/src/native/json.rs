//! Fields of JSON in the several forms that nodes print them.

use govhub_lc_core::Reason;
use serde_json::Value;

/// A number: an integer, decimal text, or hexadecimal text with 0x.
pub(super) fn number(value: &Value, name: &str) -> Result<u64, Reason> {
    let bad = || bad(name, "no number below 2^64");
    match &value[name] {
        Value::Number(number) => number.as_u64().ok_or_else(bad),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).map_err(|_| bad()),
            None => text.parse().map_err(|_| bad()),
        },
        _ => Err(bad()),
    }
}

/// A number that may be missing.
pub(super) fn number_or_zero(value: &Value, name: &str) -> Result<u64, Reason> {
    if value.get(name).is_none_or(Value::is_null) { Ok(0) } else { number(value, name) }
}

/// Big-endian digits of a number of any size without leading zeros.
pub(super) fn digits(value: &Value, name: &str) -> Result<Vec<u8>, Reason> {
    let bytes = match &value[name] {
        Value::String(text) if text.starts_with("0x") => {
            let digits = &text[2..];
            let even = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
            hex::decode(even).map_err(|_| bad(name, "no number"))?
        }
        _ => number(value, name)?.to_be_bytes().to_vec(),
    };
    Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

/// Bytes in hexadecimal with or without 0x.
pub(super) fn bytes(value: &Value, name: &str) -> Result<Vec<u8>, Reason> {
    hexadecimal(&value[name]).ok_or_else(|| bad(name, "no hexadecimal text"))
}

/// Bytes that may be missing.
pub(super) fn bytes_or_empty(value: &Value, name: &str) -> Result<Vec<u8>, Reason> {
    if value.get(name).is_none_or(Value::is_null) { Ok(Vec::new()) } else { bytes(value, name) }
}

/// Bytes in hexadecimal with or without 0x.
pub(super) fn hexadecimal(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()
}

/// Text; empty if it is missing.
pub(super) fn text(value: &Value, name: &str) -> Result<String, Reason> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(bad(name, "no text")),
    }
}

/// A list; empty if it is missing.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], Reason> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        _ => Err(bad(name, "no list")),
    }
}

/// A list of bytes in hexadecimal.
pub(super) fn bytes_list(value: &Value, name: &str) -> Result<Vec<Vec<u8>>, Reason> {
    list(value, name)?.iter().map(|item| hexadecimal(item).ok_or_else(|| bad(name, "an item that is no hexadecimal text"))).collect()
}

pub(super) fn bad(name: &str, why: &str) -> Reason {
    Reason::new("json", format!("`{name}`: {why}"))
}

/// A signature list: `index` or `sealerIndex`, and `signature`.
pub(super) fn signatures(value: &Value, index: &str) -> Result<Vec<crate::proto::govhub::lightclients::fisco::v1::Signature>, Reason> {
    list(value, "signatureList")?
        .iter()
        .map(|item| {
            let place = u32::try_from(number(item, index)?).map_err(|_| bad(index, "no place in a list"))?;
            Ok(crate::proto::govhub::lightclients::fisco::v1::Signature { index: place, signature: bytes(item, "signature")? })
        })
        .collect()
}
