//! Proofs: from `eth_getProof` and `eth_getBlockReceipts` to claims.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use prost::Message;
use serde_json::Value;

use super::{block, json};
use crate::account::Word;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::proto::govhub::lightclients::qbft::v1::claim::What;
use crate::rlp;
use crate::trie::Trie;

/// One claim per entry of `storageProof`, or one about the account if there is none.
pub(super) fn storage(file: &Value) -> Result<Vec<Item>, Reason> {
    let (height, proof) = (json::uint(file, "height")?, &file["proof"]);
    let (address, account_nodes) = (json::array::<20>(proof, "address")?, json::nodes(proof, "accountProof")?);
    let entries = proof.get("storageProof").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        // What an absent account looks like in an answer; the nodes decide.
        let absent = json::number(proof, "nonce")?.is_empty() && json::number(proof, "balance")?.is_empty() && empty_code(proof);
        let what = What::Account(raw::AccountClaim { address: address.to_vec(), absent, nodes: account_nodes });
        return Ok(vec![item(format!("account 0x{} at block {height}", hex::encode(address)), height, what)]);
    }
    let paths = file.get("paths").and_then(Value::as_array);
    let claims = entries.iter().enumerate().map(|(index, entry)| {
        let slot = padded(&json::number(entry, "key")?).ok_or_else(|| json::wrong("key", "has more than 32 bytes"))?;
        let value = json::number(entry, "value")?;
        let path = match paths.and_then(|paths| paths.get(index)) {
            Some(path) => json::bytes(path, "path")?,
            None => Vec::new(),
        };
        let claim = raw::StorageClaim {
            address: address.to_vec(),
            slot: slot.to_vec(),
            path,
            word: if value.is_empty() { Vec::new() } else { padded(&value).ok_or_else(|| json::wrong("value", "has more than 32 bytes"))?.to_vec() },
            proof: Some(raw::Proof { account_nodes: account_nodes.clone(), storage_nodes: json::nodes(entry, "proof")? }),
        };
        Ok(item(format!("slot 0x{} at block {height}", hex::encode(slot)), height, What::Storage(claim)))
    });
    claims.collect()
}

/// One claim per receipt. Nodes give receipts without proofs, so the trie of all of them is built here.
pub(super) fn receipts(of: &Value, receipts: &Value) -> Result<Vec<Item>, Reason> {
    let (header, height, root) = (block::header(of)?, json::uint(of, "number")?, json::array(of, "receiptsRoot")?);
    let receipts = receipts.as_array().ok_or_else(|| json::wrong("receipts", "is no array"))?;
    let raws: Vec<Vec<u8>> = receipts.iter().map(encode_receipt).collect::<Result<_, _>>()?;
    let keys: Vec<Vec<u8>> = (0..raws.len() as u64).map(key).collect();
    let entries: BTreeMap<Vec<u8>, Vec<u8>> = keys.iter().cloned().zip(raws.iter().cloned()).collect();
    let trie = Trie::of(&entries);
    if trie.root() != root {
        return Err(Reason::new("receipts-root", format!("these {} receipts are not those of block {height}", raws.len())));
    }
    let claim = |(index, (key, raw)): (usize, (&Vec<u8>, Vec<u8>))| {
        let claim = raw::InclusionClaim { header: header.clone(), index: index as u64, raw, nodes: trie.prove([key.as_slice()]) };
        item(format!("receipt {index} of block {height}"), height, What::Receipt(claim))
    };
    Ok(keys.iter().zip(raws).enumerate().map(claim).collect())
}

/// A receipt, as a node prints it, in the form that is hashed: RLP, with a type byte before it where it has one.
///
/// # Errors
/// `block-field` for a field that is missing or malformed.
pub fn encode_receipt(receipt: &Value) -> Result<Vec<u8>, Reason> {
    let mut logs = Vec::new();
    for log in receipt.get("logs").and_then(Value::as_array).ok_or_else(|| json::wrong("logs", "is missing or no array"))? {
        let mut topics = Vec::new();
        for topic in log.get("topics").and_then(Value::as_array).ok_or_else(|| json::wrong("topics", "is missing or no array"))? {
            let topic = topic.as_str().and_then(json::unhex).ok_or_else(|| json::wrong("topics", "holds what is no hash"))?;
            rlp::put_text(&mut topics, &topic);
        }
        let address = text(&json::bytes(log, "address")?);
        rlp::put_list(&mut logs, &[&address, &list(&topics), &text(&json::bytes(log, "data")?)]);
    }
    let status = text(&json::number(receipt, "status")?);
    let gas = text(&json::number(receipt, "cumulativeGasUsed")?);
    let bloom = text(&json::bytes(receipt, "logsBloom")?);
    let mut out = match receipt.get("type") {
        Some(_) => json::number(receipt, "type")?,
        None => Vec::new(),
    };
    rlp::put_list(&mut out, &[&status, &gas, &bloom, &list(&logs)]);
    Ok(out)
}

/// An account without code has the hash of nothing, or none at all.
fn empty_code(proof: &Value) -> bool {
    json::array::<32>(proof, "codeHash").is_ok_and(|hash| hash == crate::account::NO_CODE || hash == [0; 32])
}

fn item(label: String, height: u64, what: What) -> Item {
    Item::Proof { label, proof: raw::Claim { height, what: Some(what) }.encode_to_vec() }
}

fn key(index: u64) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_uint(&mut out, index);
    out
}

fn padded(digits: &[u8]) -> Option<Word> {
    let mut word = [0; 32];
    word.get_mut(32usize.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(word)
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_text(&mut out, bytes);
    out
}

fn list(items: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_list(&mut out, &[items]);
    out
}
