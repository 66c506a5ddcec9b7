//! What the nodes' own JSON-RPC returns, cut into messages and proofs of this family: for whoever tries a node before connecting it.
//!
//! A file holds one answer or an array of them, with or without the JSON-RPC envelope: blocks or headers (`getBlockByNumber` and
//! `getBlockByHash` of both versions, `getBlockHeaderByNumber` and `getBlockHeaderByHash` of 2.x), and transactions and receipts with
//! proofs (`getTransaction` and `getTransactionReceipt` with `requireProof` of 3.x, `...WithProof` of 2.x). Answers of several nodes for
//! one block become one header with the union of their signatures.
//!
//! JSON is read leniently where nodes differ (hexadecimal or decimal, with or without 0x); nothing is believed for it, since every hash is
//! computed anew.

mod explain;
mod json;
mod path;
mod trust;
mod v2;
mod v3;

pub use explain::explain;
pub use path::groups;
pub use trust::trust_file;

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};
use prost::Message;
use serde_json::Value;

use crate::header::Header;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form as ReceiptForm, signed_header::Fields, transaction::Form as TransactionForm};
use crate::sealers::QuorumRule;
use crate::state::{ClientState, Version};
use crate::suite::{Hash, Suite};
use crate::{decode, proof, receipt, transaction, verify};

/// Answers in one file.
const MAX_ANSWERS: usize = 4_096;

/// Cuts a file into headers and proofs, in the file's order; copies of one header are merged into the first.
///
/// # Errors
/// `json` for what cannot be read, `unknown-form` for an answer of none of the methods above.
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let value: Value = serde_json::from_slice(file).map_err(|error| Reason::new("json", error.to_string()))?;
    let answers = answers(&value)?;
    let mut copies = copies(&answers)?;
    let mut items = Vec::new();
    for answer in &answers {
        if !is_block(answer) {
            let (label, proof) = proof_of(answer, &answers)?;
            items.push(Item::Proof { label, proof: proof.encode_to_vec() });
        } else if let Some(copies) = copies.remove(&without_signatures(&header(answer)?)) {
            let label = json::number(answer, "number").map_or_else(|_| "block".to_owned(), |number| format!("block {number}"));
            items.push(Item::Header { label, header: decode::encode(decode::HEADER_URL, &raw::Header { headers: vec![union(copies)] }) });
        }
    }
    Ok(items)
}

/// All headers of a file, those that differ in nothing but signatures together.
fn copies(answers: &[&Value]) -> Result<BTreeMap<Vec<u8>, Vec<raw::SignedHeader>>, Reason> {
    let mut copies = BTreeMap::<Vec<u8>, Vec<raw::SignedHeader>>::new();
    for answer in answers.iter().filter(|answer| is_block(answer)) {
        let signed = header(answer)?;
        copies.entry(without_signatures(&signed)).or_default().push(signed);
    }
    Ok(copies)
}

fn without_signatures(signed: &raw::SignedHeader) -> Vec<u8> {
    raw::SignedHeader { signatures: Vec::new(), ..signed.clone() }.encode_to_vec()
}

/// The answers in a file: envelopes and arrays opened.
fn answers(value: &Value) -> Result<Vec<&Value>, Reason> {
    let list: Vec<&Value> = match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    };
    if list.is_empty() || list.len() > MAX_ANSWERS {
        return Err(Reason::new("json", format!("{} answers; expected 1 to {MAX_ANSWERS}", list.len())));
    }
    list.into_iter()
        .map(|answer| match (answer.get("result"), answer.get("error")) {
            (Some(result), _) if result.is_object() => Ok(result),
            (None, None) if answer.is_object() => Ok(answer),
            (_, Some(error)) => Err(Reason::new("node-error", error.to_string().chars().take(200).collect::<String>())),
            _ => Err(Reason::new("unknown-form", "an answer that is no object")),
        })
        .collect()
}

fn is_block(answer: &Value) -> bool {
    answer.get("sealerList").is_some()
}

/// A block or header of either version.
///
/// # Errors
/// `json`, naming the field.
pub fn header(value: &Value) -> Result<raw::SignedHeader, Reason> {
    if value.get("parentInfo").is_some() || value.get("txsRoot").is_some() {
        v3::header(value)
    } else {
        v2::header(value)
    }
}

/// A transaction of version 3 as its JSON says.
///
/// # Errors
/// `json`, naming the field.
pub fn transaction(value: &Value) -> Result<raw::Transaction, Reason> {
    if value.get("blockLimit").is_some() && value.get("gasPrice").is_some() && value.get("groupId").is_some() {
        v2::transaction(value)
    } else {
        v3::transaction(value)
    }
}

/// A receipt of either version as its JSON says.
///
/// # Errors
/// `json`, naming the field.
pub fn receipt(value: &Value) -> Result<raw::Receipt, Reason> {
    if value.get("logsBloom").is_some() || value.get("root").is_some() {
        v2::receipt(value)
    } else {
        v3::receipt(value)
    }
}

/// The suite under which the stated hash of a header is right, if there is one.
pub fn suite_of(signed: &raw::SignedHeader) -> Option<Suite> {
    Suite::ALL.into_iter().find(|suite| header_hash(*suite, signed).is_some_and(|hash| hash.as_slice() == signed.hash))
}

/// The hash that a header's fields give, whatever their form.
pub fn header_hash(suite: Suite, signed: &raw::SignedHeader) -> Option<Hash> {
    match signed.fields.as_ref()? {
        Fields::Rlp(bytes) => Some(suite.hash(&[bytes])),
        Fields::V3(fields) => Some(crate::header::hash_v3(suite, fields)),
    }
}

/// The hash that a transaction's fields give, whatever their form.
pub fn transaction_hash(suite: Suite, transaction: &raw::Transaction) -> Option<Hash> {
    match transaction.form.as_ref()? {
        TransactionForm::Rlp(bytes) => Some(suite.hash(&[bytes])),
        TransactionForm::V3(fields) => Some(transaction::hash_v3(suite, fields)),
        TransactionForm::Web3(bytes) => Some(Suite::Keccak.hash(&[bytes])),
    }
}

/// The hash that a receipt's fields give, whatever their form.
pub fn receipt_hash(suite: Suite, receipt: &raw::Receipt) -> Option<Hash> {
    match receipt.form.as_ref()? {
        ReceiptForm::Rlp(bytes) => Some(suite.hash(&[bytes])),
        ReceiptForm::V3(fields) => Some(receipt::hash_v3(suite, fields)),
    }
}

/// Judges a receipt of version `version` alone: its hash, its form, that it reads one way.
///
/// # Errors
/// As for a receipt in a proof.
pub fn check_receipt(version: Version, suite: Suite, raw: &raw::Receipt) -> Result<(), Reason> {
    receipt::Receipt::read(version, suite, raw)?;
    receipt::one_reading(raw, receipt::Reading::Content)
}

/// Verifies a path of version 2 or 3 for a bare leaf: for values of libraries and recordings. Proofs never take a bare leaf.
///
/// # Errors
/// `merkle-proof`, `position`.
pub fn check_path(version: Version, suite: Suite, root: &Hash, leaf: &Hash, index: u32, count: u32, path: &raw::Path) -> Result<(), Reason> {
    let place = crate::merkle::Place { index, count };
    match version {
        Version::V2 => crate::merkle::verify_v2(suite, root, leaf, place, path),
        Version::V3 => crate::merkle::verify_v3(suite, root, leaf, place, path),
    }
}

/// A path of version 2: levels of `left` and `right`.
///
/// # Errors
/// `json`.
pub fn levels(proof: &Value) -> Result<raw::Path, Reason> {
    v2::path(proof)
}

/// The union of several nodes' copies of one header. What cannot be read is left for the verdict to say.
fn union(copies: Vec<raw::SignedHeader>) -> raw::SignedHeader {
    if copies.len() > 1 {
        if let (Some(suite), Some(version)) = (suite_of(&copies[0]), version_of(&copies[0])) {
            if let Ok(merged) = verify::merge(version, suite, &copies) {
                return merged;
            }
        }
    }
    copies.into_iter().next().expect("the caller has one")
}

fn version_of(signed: &raw::SignedHeader) -> Option<Version> {
    Some(match signed.fields.as_ref()? {
        Fields::Rlp(_) => Version::V2,
        Fields::V3(_) => Version::V3,
    })
}

/// A proof from an answer, with its place; on 3.x a transaction takes its block's number from its receipt in the same file.
fn proof_of(answer: &Value, answers: &[&Value]) -> Result<(String, raw::Proof), Reason> {
    if answer.get("transactionReceipt").is_some() || answer.get("transaction").is_some_and(Value::is_object) {
        return v2::proof(answer);
    }
    if answer.get("txReceiptProof").is_some() || answer.get("txProof").is_some() {
        return v3::proof(answer, answers);
    }
    Err(Reason::new("unknown-form", "neither a block nor an answer with a proof"))
}

/// Judges a proof that [`items`] cut, under a client.
///
/// # Errors
/// The reason of the first check that failed.
pub fn check_proof(client: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    proof::check(client, states, &decode::proof(proof)?).map(|shown| shown.checks)
}

/// Judges an item against nothing but itself: form, hash, and for a header that a quorum of its own list signed. What only trust can
/// tell is `NotCheckable`.
///
/// # Errors
/// The reason of the first check that failed.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    match item {
        Item::Header { header, .. } => {
            let message = decode::header(header)?;
            message.headers.iter().try_for_each(self_consistent)?;
            let cannot = ["contiguous", "quorum-of-set-before"];
            Ok(verify::CHECKS.iter().map(|name| outcome(name, !cannot.contains(name))).collect())
        }
        Item::Proof { proof, .. } => {
            let proof = decode::proof(proof)?;
            let (suite, hash, inclusion) = match (&proof.receipt, &proof.transaction) {
                (Some(receipt), _) => (fitting(&receipt.hash, |suite| receipt_hash(suite, receipt)), "receipt-hash", "receipt-inclusion"),
                (_, Some(transaction)) => (fitting(&transaction.hash, |suite| transaction_hash(suite, transaction)), "transaction-hash", "transaction-inclusion"),
                _ => return Err(Reason::new("claim", "the proof holds nothing")),
            };
            let suite = suite.ok_or_else(|| Reason::new(hash, "the stated hash is not the one that the fields give under either suite"))?;
            if let Some(raw) = &proof.receipt {
                let version = if matches!(raw.form, Some(ReceiptForm::Rlp(_))) { Version::V2 } else { Version::V3 };
                check_receipt(version, suite.unwrap_or(Suite::Keccak), raw)?;
            }
            Ok(vec![outcome(hash, suite.is_some()), outcome(inclusion, false)])
        }
    }
}

/// The suite that gives the stated hash: none stated, none known. `None` if neither gives it.
fn fitting(stated: &[u8], hash: impl Fn(Suite) -> Option<Hash>) -> Option<Option<Suite>> {
    if stated.is_empty() {
        return Some(None);
    }
    Suite::ALL.into_iter().find(|suite| hash(*suite).is_some_and(|hash| hash.as_slice() == stated)).map(Some)
}

fn outcome(name: &'static str, checked: bool) -> Check {
    Check { name, outcome: if checked { CheckOutcome::Pass } else { CheckOutcome::NotCheckable } }
}

/// That a header holds against its own sealer list.
///
/// # Errors
/// As for a header in an update.
pub(crate) fn self_consistent(signed: &raw::SignedHeader) -> Result<(), Reason> {
    let version = version_of(signed).ok_or_else(|| Reason::new("header-missing", "no fields"))?;
    // Of two suites of which neither fits, the one whose name is better known gives the reason.
    let suite = suite_of(signed).unwrap_or(Suite::Keccak);
    let header = Header::read(version, suite, signed)?;
    verify::signers(suite, &header, &signed.signatures, QuorumRule::Weight).map(|_| ())
}
