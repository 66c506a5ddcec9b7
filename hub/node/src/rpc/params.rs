//! Arguments: named, by position, or from a URI; CometBFT's several spellings of numbers and bytes.

use std::collections::BTreeMap;

use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::Value;

use super::error::RpcError;

/// Arguments of one call by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    values: BTreeMap<String, Value>,
    /// From a URI: bytes are `0x` hex or quoted text, not base64.
    uri: bool,
}

impl Params {
    /// From the `params` of a JSON-RPC request; `names` gives the order of arguments by position.
    ///
    /// # Errors
    /// Neither an object, nor a list, nor absent; more arguments than names.
    pub fn from_json(params: Option<Value>, names: &[&str]) -> Result<Self, RpcError> {
        let values = match params {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(Value::Object(values)) => values.into_iter().collect(),
            Some(Value::Array(values)) if values.len() <= names.len() => names.iter().map(|n| (*n).to_owned()).zip(values).collect(),
            Some(Value::Array(values)) => return Err(RpcError::invalid_params(format!("{} arguments, at most {}", values.len(), names.len()))),
            Some(_) => return Err(RpcError::invalid_params("params must be an object or a list")),
        };
        Ok(Self { values, uri: false })
    }

    /// From a URI's query.
    pub fn from_uri(query: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { values: query.into_iter().map(|(name, value)| (name, Value::String(value))).collect(), uri: true }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// Text; quoted in a URI.
    pub fn text(&self, name: &str) -> Result<Option<String>, RpcError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(self.unquoted(text).to_owned())),
            Some(_) => Err(RpcError::invalid_params(format!("`{name}`: expected text"))),
        }
    }

    fn unquoted<'a>(&self, text: &'a str) -> &'a str {
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        inner.filter(|_| self.uri).unwrap_or(text)
    }

    /// A number, written as such or as text.
    pub fn number(&self, name: &str) -> Result<Option<u64>, RpcError> {
        let wrong = || RpcError::invalid_params(format!("`{name}`: expected a number of 0 and more"));
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number.as_u64().map(Some).ok_or_else(wrong),
            Some(Value::String(text)) => self.unquoted(text).parse().map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }

    /// A truth value; false if absent.
    pub fn flag(&self, name: &str) -> Result<bool, RpcError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(RpcError::invalid_params(format!("`{name}`: expected true or false"))),
        }
    }

    /// Bytes that CometBFT declares as `HexBytes`: hex, in a URI with `0x` or as quoted text.
    pub fn hex(&self, name: &str) -> Result<Vec<u8>, RpcError> {
        let Some(text) = self.raw_text(name)? else { return Ok(Vec::new()) };
        if let Some(quoted) = self.quoted(text) {
            return Ok(quoted.as_bytes().to_vec());
        }
        hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|e| RpcError::invalid_params(format!("`{name}`: expected hex: {e}")))
    }

    /// Bytes that CometBFT declares as `[]byte`: base64, in a URI `0x` hex or quoted text.
    pub fn base64(&self, name: &str) -> Result<Vec<u8>, RpcError> {
        let Some(text) = self.raw_text(name)? else { return Ok(Vec::new()) };
        if let Some(quoted) = self.quoted(text) {
            return Ok(quoted.as_bytes().to_vec());
        }
        if let Some(digits) = text.strip_prefix("0x").filter(|_| self.uri) {
            return hex::decode(digits).map_err(|e| RpcError::invalid_params(format!("`{name}`: expected hex: {e}")));
        }
        BASE64_STANDARD.decode(text).map_err(|e| RpcError::invalid_params(format!("`{name}`: expected base64: {e}")))
    }

    /// A 32-byte hash in any of the spellings clients use: hex with or without `0x`, or base64.
    pub fn hash(&self, name: &str) -> Result<[u8; 32], RpcError> {
        let text = self.raw_text(name)?.ok_or_else(|| RpcError::invalid_params(format!("`{name}` is missing")))?;
        let text = self.quoted(text).unwrap_or(text);
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let bytes = if digits.len() == 64 { hex::decode(digits).ok() } else { BASE64_STANDARD.decode(text).ok() };
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| RpcError::invalid_params(format!("`{name}`: expected 32 bytes, hex or base64")))
    }

    fn raw_text(&self, name: &str) -> Result<Option<&str>, RpcError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(RpcError::invalid_params(format!("`{name}`: expected text"))),
        }
    }

    fn quoted<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|_| self.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn named_positional_and_uri_arguments_mean_the_same() {
        let named = Params::from_json(Some(json!({"height": "5", "prove": true})), &["height", "prove"]).expect("named");
        let placed = Params::from_json(Some(json!([5, true])), &["height", "prove"]).expect("placed");
        let uri = Params::from_uri([("height".to_owned(), "5".to_owned()), ("prove".to_owned(), "true".to_owned())]);
        for params in [named, placed, uri] {
            assert_eq!(params.number("height"), Ok(Some(5)));
            assert_eq!(params.flag("prove"), Ok(true));
        }
    }

    #[test]
    fn bytes_are_base64_in_json_and_hex_or_quoted_text_in_a_uri() {
        let json = Params::from_json(Some(json!({"tx": "AQI=", "data": "0102"})), &[]).expect("json");
        assert_eq!(json.base64("tx"), Ok(vec![1, 2]));
        assert_eq!(json.hex("data"), Ok(vec![1, 2]));
        let uri = Params::from_uri([("tx".to_owned(), "0x0102".to_owned()), ("data".to_owned(), "\"ab\"".to_owned())]);
        assert_eq!(uri.base64("tx"), Ok(vec![1, 2]));
        assert_eq!(uri.hex("data"), Ok(b"ab".to_vec()));
    }

    #[test]
    fn wrong_arguments_are_named() {
        let params = Params::from_json(Some(json!({"height": -1, "prove": "maybe", "hash": "00"})), &[]).expect("an object");
        assert!(params.number("height").is_err() && params.flag("prove").is_err() && params.hash("hash").is_err());
        assert!(Params::from_json(Some(json!([1, 2])), &["height"]).is_err());
        assert!(Params::from_json(Some(json!("x")), &[]).is_err());
    }
}
