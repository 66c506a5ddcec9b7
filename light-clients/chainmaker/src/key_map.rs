//! Where the followed chain keeps the value of a packet path (PROTOCOL 2, "native key of a path").
//!
//! A contract's value under key k and field f stands in its state under `k#f`. The protocol's place is contract `govhub`, key `ibc`, field
//! lower-case hexadecimal of the path.

use govhub_lc_core::Reason;
use ibc_proto::google::protobuf::Any;

use crate::decode::{encode, KEY_MAP_URL};
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;

/// Longest state key of the chain, and longest name of a contract with it.
const MAX_KEY_BYTES: usize = 1024;

/// The place of packet paths.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMap {
    raw: raw::KeyMap,
    form: raw::PathForm,
}

impl KeyMap {
    /// Checks a key map.
    ///
    /// # Errors
    /// `key-map`.
    pub fn new(raw: raw::KeyMap) -> Result<Self, Reason> {
        let wrong = |detail: &str| Err(Reason::new("key-map", detail));
        if raw.contract.is_empty() || raw.contract.len() > MAX_KEY_BYTES {
            return wrong("no contract is named, or by more than 1,024 bytes");
        }
        if raw.prefix.len() > MAX_KEY_BYTES {
            return wrong("a prefix of more than 1,024 bytes");
        }
        match raw.path_form() {
            raw::PathForm::Unspecified => wrong("paths are neither LOWER_HEX nor RAW"),
            form => Ok(Self { raw, form }),
        }
    }

    /// The protocol's place: contract `govhub`, key `ibc`, the path in hexadecimal.
    pub fn protocol() -> Self {
        let raw = raw::KeyMap { contract: "govhub".into(), prefix: b"ibc#".to_vec(), path_form: raw::PathForm::LowerHex.into() };
        Self { form: raw::PathForm::LowerHex, raw }
    }

    /// The contract in whose state the values are.
    pub fn contract(&self) -> &str {
        &self.raw.contract
    }

    /// The state key under which the value of `path` is.
    pub fn state_key(&self, path: &[u8]) -> Vec<u8> {
        let path = match self.form {
            raw::PathForm::LowerHex => hex::encode(path).into_bytes(),
            _ => path.to_vec(),
        };
        [self.raw.prefix.as_slice(), &path].concat()
    }

    /// The protobuf message.
    pub fn raw(&self) -> &raw::KeyMap {
        &self.raw
    }

    /// As it stands in a trust file.
    pub fn encode(&self) -> Any {
        encode(KEY_MAP_URL, &self.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_keeps_a_path_in_hexadecimal_below_the_key_ibc() {
        let map = KeyMap::protocol();
        assert_eq!(map.contract(), "govhub");
        assert_eq!(map.state_key(b"client-0\x01\0\0\0\0\0\0\0\x07"), b"ibc#636c69656e742d30010000000000000007");
        assert_eq!(KeyMap::new(map.raw().clone()), Ok(map));
    }

    #[test]
    fn a_map_without_a_contract_or_form_is_refused() {
        let good = KeyMap::protocol().raw().clone();
        for bad in [
            raw::KeyMap { contract: String::new(), ..good.clone() },
            raw::KeyMap { path_form: 0, ..good.clone() },
            raw::KeyMap { path_form: 9, ..good.clone() },
            raw::KeyMap { prefix: vec![0; 1025], ..good },
        ] {
            assert_eq!(KeyMap::new(bad).map_err(|reason| reason.code), Err("key-map"));
        }
    }
}
