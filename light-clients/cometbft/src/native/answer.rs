//! Answers of a node, gathered: headers in the order of the file, validators by height.

use std::collections::BTreeMap;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_core::Reason;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tendermint::block::signed_header::SignedHeader;
use tendermint::validator::{Info, Set};
use tendermint_proto::types::{Validator as RawValidator, ValidatorSet as RawSet};

use super::excerpt;
use crate::decode::MAX_VALIDATORS;

/// Bytes of a file.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Answers in a file.
pub const MAX_FILE_ANSWERS: usize = 1_024;

/// What a file holds.
#[derive(Default)]
pub(super) struct File {
    pub blocks: Vec<Block>,
    pub queries: Vec<Query>,
    pub genesis: Option<Genesis>,
    validators: BTreeMap<u64, Vec<Info>>,
}

/// A signed header.
pub(super) struct Block {
    pub signed: SignedHeader,
    /// Only what others build on.
    pub believed: bool,
}

/// What a chain starts from.
pub(super) struct Genesis {
    pub chain_id: String,
    pub initial_height: u64,
    /// Empty where the application names the validators.
    pub validators: Vec<Info>,
}

/// A proved answer of the application.
pub(super) struct Query {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
    pub height: u64,
    pub ops: Vec<Op>,
}

/// One tree's proof.
pub(super) struct Op {
    pub key: Vec<u8>,
    pub data: Vec<u8>,
}

impl File {
    pub fn read(bytes: &[u8]) -> Result<Self, Reason> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(Reason::new("too-long", format!("{} bytes, at most {MAX_FILE_BYTES}", bytes.len())));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| Reason::new("not-json", error.to_string()))?;
        let answers = match &value {
            Value::Array(answers) => answers.as_slice(),
            one => std::slice::from_ref(one),
        };
        if answers.len() > MAX_FILE_ANSWERS {
            return Err(Reason::new("too-long", format!("{} answers, at most {MAX_FILE_ANSWERS}", answers.len())));
        }
        let mut file = Self::default();
        for answer in answers {
            match answer.get("trusted") {
                Some(block) => file.take(block.get("result").unwrap_or(block), true)?,
                None => file.take(answer.get("result").unwrap_or(answer), false)?,
            }
        }
        Ok(file)
    }

    fn take(&mut self, answer: &Value, believed: bool) -> Result<(), Reason> {
        let named = |names: [&str; 2]| names.iter().find_map(|name| answer.get(name)).filter(|value| !value.is_null());
        if let Some(signed) = answer.get("signed_header") {
            let block = Block { signed: parse("signed-header", signed)?, believed };
            for (height, set) in [(block.height(), named(["validators", "validator_set"])), (block.height() + 1, named(["next_validators", "next_validator_set"]))] {
                if let Some(set) = set {
                    self.add(height, infos(set)?)?;
                }
            }
            self.blocks.push(block);
        } else if let Some(height) = answer.get("block_height") {
            self.add(number("block-height", height)?, infos(answer)?)?;
        } else if let Some(response) = answer.get("response") {
            self.queries.push(Query::read(response)?);
        } else if let Some(genesis) = answer.get("genesis") {
            self.genesis = Some(Genesis::read(genesis)?);
        } else {
            return Err(Reason::new("unknown-answer", "neither signed_header, block_height with validators, response nor genesis is there"));
        }
        Ok(())
    }

    /// A set again is not added: the validators after a light block are those of the next.
    fn add(&mut self, height: u64, infos: Vec<Info>) -> Result<(), Reason> {
        let known = self.validators.entry(height).or_default();
        known.extend(infos.into_iter().filter(|info| !known.contains(info)).collect::<Vec<_>>());
        if known.len() > MAX_VALIDATORS {
            return Err(Reason::new("too-many-validators", format!("{} at {height}, at most {MAX_VALIDATORS}", known.len())));
        }
        Ok(())
    }

    /// The validators of `block`, as its message carries them.
    pub fn validators_of(&self, block: &Block) -> Result<RawSet, Reason> {
        let infos = self.validators.get(&block.height()).filter(|infos| !infos.is_empty());
        let infos = infos.ok_or_else(|| Reason::new("validators-missing", format!("of block {}: add the answer of /validators", block.height())))?;
        Ok(raw_set(infos, block))
    }

    /// The validators after `before`, which sign for `block`'s trust in it.
    pub fn next_validators_of(&self, before: &Block, block: &Block) -> Result<RawSet, Reason> {
        if let Some(infos) = self.validators.get(&(before.height() + 1)).filter(|infos| !infos.is_empty()) {
            return Ok(raw_set(infos, block));
        }
        if before.signed.header.next_validators_hash == before.signed.header.validators_hash {
            return self.validators_of(before);
        }
        let height = before.height() + 1;
        Err(Reason::new("next-validators-missing", format!("they change after block {}: add the answer of /validators for {height}", before.height())))
    }
}

impl Block {
    pub fn height(&self) -> u64 {
        self.signed.header.height.value()
    }

    pub fn chain_id(&self) -> &str {
        self.signed.header.chain_id.as_str()
    }
}

impl Genesis {
    fn read(value: &Value) -> Result<Self, Reason> {
        let chain_id = value["chain_id"].as_str().ok_or_else(|| Reason::new("genesis", "chain_id is no text"))?.to_owned();
        let initial_height = match &value["initial_height"] {
            Value::Null => 1,
            height => number("genesis", height)?,
        };
        let validators = if value["validators"].is_null() { Vec::new() } else { infos(value)? };
        Ok(Self { chain_id, initial_height, validators })
    }

    /// Hash of the validators that it names.
    pub fn validators_hash(&self) -> Option<tendermint::Hash> {
        // The library panics on a total power above its bound.
        let total = self.validators.iter().try_fold(0u64, |sum, info| sum.checked_add(info.power())).filter(|sum| *sum <= Set::MAX_TOTAL_VOTING_POWER);
        total.filter(|total| *total > 0).map(|_| Set::without_proposer(self.validators.clone()).hash())
    }
}

impl Query {
    fn read(response: &Value) -> Result<Self, Reason> {
        if !matches!(&response["code"], Value::Null) && response["code"].as_u64() != Some(0) {
            return Err(Reason::new("query-failed", format!("code {}", excerpt(&response["code"].to_string()))));
        }
        let ops = [&response["proofOps"], &response["proof_ops"]].into_iter().find_map(|proof| proof["ops"].as_array());
        let ops = ops.ok_or_else(|| Reason::new("proof-missing", "the node was asked without prove=true, or its application proves nothing"))?;
        if ops.len() != 2 {
            return Err(Reason::new("proof-count", format!("{} proof operations; expected one per tree, two", ops.len())));
        }
        let ops = ops.iter().map(|op| Ok(Op { key: base64(&op["key"])?, data: base64(&op["data"])? })).collect::<Result<_, Reason>>()?;
        Ok(Self { key: base64(&response["key"])?, value: base64(&response["value"])?, height: number("height", &response["height"])?, ops })
    }
}

/// Validators of an array, or of an object that holds it.
fn infos(value: &Value) -> Result<Vec<Info>, Reason> {
    let list = value.as_array().or_else(|| value["validators"].as_array()).ok_or_else(|| Reason::new("validators", "is no array"))?;
    if list.len() > MAX_VALIDATORS {
        return Err(Reason::new("too-many-validators", format!("{}, at most {MAX_VALIDATORS}", list.len())));
    }
    list.iter().map(|one| parse("validators", one)).collect()
}

/// In canonical order. Who proposes is not hashed and answers leave it out: it is the header's proposer, or the first.
fn raw_set(infos: &[Info], block: &Block) -> RawSet {
    let mut infos = infos.to_vec();
    infos.sort_by_key(|info| (std::cmp::Reverse(info.power), info.address));
    let proposer = infos.iter().find(|info| info.address == block.signed.header.proposer_address).or(infos.first()).cloned();
    RawSet { validators: infos.into_iter().map(RawValidator::from).collect(), proposer: proposer.map(RawValidator::from), total_voting_power: 0 }
}

fn parse<T: DeserializeOwned>(code: &'static str, value: &Value) -> Result<T, Reason> {
    base64_is_whole(code, value)?;
    T::deserialize(value).map_err(|error| Reason::new(code, error.to_string()))
}

/// That signatures and keys are whole base64: the library that reads them next panics at some that is cut.
fn base64_is_whole(code: &'static str, value: &Value) -> Result<(), Reason> {
    match value {
        Value::Array(list) => list.iter().try_for_each(|one| base64_is_whole(code, one)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| match field {
            Value::String(text) if matches!(name.as_str(), "signature" | "value") => {
                STANDARD.decode(text).map(drop).map_err(|error| Reason::new(code, format!("`{name}`: {error}")))
            }
            other => base64_is_whole(code, other),
        }),
        _ => Ok(()),
    }
}

/// A number, printed as text or as a number.
fn number(code: &'static str, value: &Value) -> Result<u64, Reason> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    number.filter(|number| *number < i64::MAX as u64).ok_or_else(|| Reason::new(code, format!("{} is no height", excerpt(&value.to_string()))))
}

/// Bytes; null is none.
fn base64(value: &Value) -> Result<Vec<u8>, Reason> {
    match value {
        Value::Null => Ok(Vec::new()),
        value => value.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or_else(|| Reason::new("base64", excerpt(&value.to_string()))),
    }
}
