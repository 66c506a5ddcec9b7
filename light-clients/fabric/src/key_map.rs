//! Where the value of a packet path stands: in which chaincode, under which key, and how it is read back.
//!
//! PROTOCOL 2, "native key of a path": key `"ibc/" ‖ lowerhex(path)` in the namespace `govhub`. Other chains keep their own map.

use govhub_lc_core::{Reason, StoredPath};

use crate::proto::govhub::lightclients::fabric::v1 as raw;

/// Bytes of a prefix, and of a function's name.
const MAX_NAME_BYTES: usize = 64;

/// Bytes of a path: a client id of 64 characters, a kind and a sequence; text paths of other chains are longer.
const MAX_PATH_BYTES: usize = 256;

/// Namespaces of Fabric itself.
const SYSTEM: [&str; 6] = ["_lifecycle", "lscc", "cscc", "qscc", "escc", "vscc"];

/// A key map whose every rule was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMap {
    /// The chaincode, and the namespace of its keys.
    pub chaincode: String,
    prefix: String,
    form: raw::PathForm,
    /// Function that reads a key back.
    pub query: String,
}

impl KeyMap {
    /// Checks a key map.
    ///
    /// # Errors
    /// `key-map`.
    pub fn new(raw: &raw::KeyMap) -> Result<Self, Reason> {
        let wrong = |detail: String| Reason::new("key-map", detail);
        check_chaincode(&raw.chaincode).map_err(wrong)?;
        if raw.prefix.len() > MAX_NAME_BYTES || raw.query.is_empty() || raw.query.len() > MAX_NAME_BYTES {
            return Err(wrong(format!("prefix or function of more than {MAX_NAME_BYTES} bytes, or no function")));
        }
        match raw::PathForm::try_from(raw.form) {
            Ok(form) if form != raw::PathForm::Unspecified => {
                Ok(Self { chaincode: raw.chaincode.clone(), prefix: raw.prefix.clone(), form, query: raw.query.clone() })
            }
            _ => Err(wrong(format!("path form {}", raw.form))),
        }
    }

    /// The key under which the value of `path` stands.
    ///
    /// # Errors
    /// `prefix`: the counterparty's merkle prefix is not the empty one; `path-length`; `path-text`: a path that must be text and is not.
    pub fn key(&self, path: StoredPath<'_>) -> Result<String, Reason> {
        if !matches!(path.prefix, [only] if only.is_empty()) {
            return Err(Reason::new("prefix", "expected the one empty element: keys of this chain follow from the path alone"));
        }
        if path.path.is_empty() || path.path.len() > MAX_PATH_BYTES {
            return Err(Reason::new("path-length", format!("{} bytes; expected 1 to {MAX_PATH_BYTES}", path.path.len())));
        }
        let written = match self.form {
            raw::PathForm::Text => std::str::from_utf8(path.path).map_err(|_| Reason::new("path-text", "not UTF-8"))?.to_owned(),
            _ => path.path.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        Ok(format!("{}{written}", self.prefix))
    }
}

/// Letters, digits, and single `-` or `_` between them (fabric `core/scc/lscc`, `peer` CLI); none of Fabric's own namespaces.
fn check_chaincode(name: &str) -> Result<(), String> {
    let parts = name.split(['-', '_']);
    let well_formed = parts.clone().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !well_formed || name.len() > MAX_NAME_BYTES || SYSTEM.contains(&name) {
        let found: String = name.chars().take(80).collect();
        return Err(format!("chaincode {found:?}; expected letters and digits, with single dashes between them, not one of Fabric's own"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(form: raw::PathForm, prefix: &str) -> raw::KeyMap {
        raw::KeyMap { chaincode: "govhub".into(), prefix: prefix.into(), form: form.into(), query: "prove".into() }
    }

    fn key(map: &raw::KeyMap, path: &[u8]) -> Result<String, &'static str> {
        let prefix = [Vec::new()];
        KeyMap::new(map).expect("right").key(StoredPath { prefix: &prefix, path }).map_err(|reason| reason.code)
    }

    #[test]
    fn the_protocol_form_is_a_prefix_and_hexadecimal() {
        let path = [b"07-tendermint-0".as_slice(), &[1], &7u64.to_be_bytes()].concat();
        let expected = "ibc/30372d74656e6465726d696e742d30010000000000000007";
        assert_eq!(key(&map(raw::PathForm::LowerHex, "ibc/"), &path).as_deref(), Ok(expected));
        assert_eq!(key(&map(raw::PathForm::Text, ""), b"commitments/1").as_deref(), Ok("commitments/1"));
    }

    #[test]
    fn paths_that_are_no_key_are_refused() {
        assert_eq!(key(&map(raw::PathForm::Text, ""), &[0xff]), Err("path-text"));
        assert_eq!(key(&map(raw::PathForm::LowerHex, ""), b""), Err("path-length"));
        assert_eq!(key(&map(raw::PathForm::LowerHex, ""), &[1; MAX_PATH_BYTES + 1]), Err("path-length"));
        let known = KeyMap::new(&map(raw::PathForm::LowerHex, "")).expect("right");
        for prefix in [vec![], vec![b"ibc".to_vec()], vec![Vec::new(), Vec::new()]] {
            assert_eq!(known.key(StoredPath { prefix: &prefix, path: b"p" }).expect_err("prefix").code, "prefix");
        }
    }

    #[test]
    fn each_broken_rule_of_a_map_is_refused() {
        let good = map(raw::PathForm::Text, "");
        let broken: [fn(&mut raw::KeyMap); 10] = [
            |map| map.chaincode.clear(),
            |map| map.chaincode = "_lifecycle".into(),
            |map| map.chaincode = "lscc".into(),
            |map| map.chaincode = "a--b".into(),
            |map| map.chaincode = "a/b".into(),
            |map| map.chaincode = "a".repeat(65),
            |map| map.prefix = "a".repeat(65),
            |map| map.query.clear(),
            |map| map.form = 0,
            |map| map.form = 9,
        ];
        for (index, bend) in broken.into_iter().enumerate() {
            let mut map = good.clone();
            bend(&mut map);
            assert_eq!(KeyMap::new(&map).expect_err("must be refused").code, "key-map", "{index}");
        }
    }
}
