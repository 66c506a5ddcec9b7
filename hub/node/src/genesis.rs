//! The genesis document as the node reads it: CometBFT's JSON. What `app_state` means is the state machine's affair.

use std::fs;
use std::path::{Path, PathBuf};

use base64::prelude::{Engine as _, BASE64_STANDARD};
use govhub_consensus::params::ConsensusParams;
use govhub_consensus::{Validator, ValidatorSet};
use govhub_types::ChainId;
use serde_json::Value;
use thiserror::Error;

/// Largest genesis file: accounts, departments and imports of a country fit many times.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What the node needs of genesis, and the document itself.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// This chain.
    pub chain_id: ChainId,
    /// Headers are later than this.
    pub time: tendermint::Time,
    /// Parameters in force from the first block.
    pub params: ConsensusParams,
    /// Version of the state machine in the first header.
    pub app_version: u64,
    /// First validators.
    pub validators: ValidatorSet,
    /// `network: dev` in `app_state`.
    pub dev: bool,
    /// The document as it is.
    pub document: Value,
}

/// Why a document is no genesis.
#[derive(Debug, Error)]
pub enum GenesisFileError {
    /// The file cannot be read.
    #[error("genesis `{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Too large to be one.
    #[error("genesis `{path}`: {found} bytes, at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Size found.
        found: u64,
    },
    /// Not JSON.
    #[error("genesis is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A field that is missing or wrong.
    #[error("genesis field `{field}`: {why}")]
    Field {
        /// Which one.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
}

impl Genesis {
    /// Reads the document at `path`.
    ///
    /// # Errors
    /// [`GenesisFileError`].
    pub fn read(path: &Path) -> Result<Self, GenesisFileError> {
        let io = |source| GenesisFileError::Io { path: path.to_owned(), source };
        let found = fs::metadata(path).map_err(io)?.len();
        if found > FILE_BYTES_MAX {
            return Err(GenesisFileError::TooLarge { path: path.to_owned(), found });
        }
        Self::parse(serde_json::from_slice(&fs::read(path).map_err(io)?)?)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`GenesisFileError::Field`] for the first field that is wrong.
    pub fn parse(document: Value) -> Result<Self, GenesisFileError> {
        let text = |field, value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| wrong(field, "expected text"));
        let chain_id = text("chain_id", &document["chain_id"])?.parse().map_err(|e| wrong("chain_id", e))?;
        let time = text("genesis_time", &document["genesis_time"])?;
        let time = tendermint::Time::parse_from_rfc3339(&time).map_err(|e| wrong("genesis_time", e))?;
        if !matches!(number(&document["initial_height"]), Some(1)) {
            return Err(wrong("initial_height", "chains of this kind begin at 1"));
        }
        let block = &document["consensus_params"]["block"];
        let params = ConsensusParams {
            block_max_bytes: number(&block["max_bytes"]).and_then(|n| n.try_into().ok()).filter(|n| *n > 0).ok_or_else(|| wrong("consensus_params.block.max_bytes", "expected a positive number"))?,
            block_max_gas: number(&block["max_gas"]).filter(|n| *n >= -1).ok_or_else(|| wrong("consensus_params.block.max_gas", "expected -1 or more"))?,
        };
        let app_version = match &document["consensus_params"]["version"]["app"] {
            Value::Null => 1,
            version => number(version).and_then(|n| n.try_into().ok()).ok_or_else(|| wrong("consensus_params.version.app", "expected a number"))?,
        };
        let validators = document["validators"].as_array().ok_or_else(|| wrong("validators", "expected a list"))?;
        let validators = validators.iter().map(validator).collect::<Result<_, _>>()?;
        let validators = ValidatorSet::new(validators).map_err(|e| wrong("validators", e))?;
        let dev = document["app_state"]["network"].as_str() == Some("dev");
        Ok(Self { chain_id, time, params, app_version, validators, dev, document })
    }

    /// The document's bytes, as the state machine reads them.
    pub fn bytes(&self) -> Vec<u8> {
        self.document.to_string().into_bytes()
    }
}

fn wrong(field: &'static str, why: impl std::fmt::Display) -> GenesisFileError {
    GenesisFileError::Field { field, why: why.to_string() }
}

/// CometBFT writes 64-bit numbers as text; plain numbers are accepted too.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn validator(entry: &Value) -> Result<Validator, GenesisFileError> {
    let field = "validators";
    if entry["pub_key"]["type"].as_str() != Some("tendermint/PubKeyEd25519") {
        return Err(wrong(field, "expected keys of type tendermint/PubKeyEd25519"));
    }
    let key = entry["pub_key"]["value"].as_str().ok_or_else(|| wrong(field, "a key has no value"))?;
    let key = BASE64_STANDARD.decode(key).map_err(|e| wrong(field, e))?;
    let key: [u8; 32] = key.try_into().map_err(|_| wrong(field, "a key has 32 bytes"))?;
    let power = number(&entry["power"]).and_then(|n| n.try_into().ok()).ok_or_else(|| wrong(field, "expected a positive power"))?;
    Validator::new(&key, power).map_err(|e| wrong(field, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        let key = govhub_consensus::ConsensusKey::from_seed([7; 32]).public_key();
        json!({
            "genesis_time": "2026-11-24T00:00:00Z", "chain_id": "hub-1", "initial_height": "1",
            "consensus_params": {"block": {"max_bytes": "4194304", "max_gas": "-1"}},
            "validators": [{"pub_key": {"type": "tendermint/PubKeyEd25519", "value": BASE64_STANDARD.encode(key)}, "power": "10"}],
            "app_state": {"network": "dev"},
        })
    }

    #[test]
    fn a_sound_document_is_read_and_each_broken_field_is_named() {
        assert!(Genesis::parse(document()).expect("sound").dev);
        let cases = [
            ("chain_id", json!("Hub")), ("genesis_time", json!("today")), ("initial_height", json!("2")), ("validators", json!([])),
        ];
        for (name, value) in cases {
            let mut bad = document();
            bad[name] = value;
            match Genesis::parse(bad) {
                Err(GenesisFileError::Field { field, .. }) => assert_eq!(field, name),
                other => panic!("{name}: {other:?}"),
            }
        }
        let mut bad = document();
        bad["consensus_params"]["block"]["max_bytes"] = json!("0");
        assert!(matches!(Genesis::parse(bad), Err(GenesisFileError::Field { field: "consensus_params.block.max_bytes", .. })));
    }
}
