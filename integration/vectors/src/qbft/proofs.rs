//! Claims about state, transactions and receipts.

use std::collections::BTreeMap;

use anyhow::{anyhow, ensure, Result};
use govhub_lc_core::Reason;
use govhub_lc_qbft::authority::Authority;
use govhub_lc_qbft::native::{check_proof, encode_receipt};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1::claim::What;
use govhub_lc_qbft::trie::{lookup, Trie};
use govhub_lc_qbft::{keccak::keccak256, rlp, ConsensusState, Flavour, KeyMap};
use prost::Message;
use serde_json::Value;

use super::chain::client;
use super::follower::Follower;
use super::{accept, array, bytes, list, number, text, unhex};
use crate::Case;

/// Judges a claim of a file of negatives.
pub fn judge(case: &Value, follower: &Follower) -> Result<Result<(), Reason>> {
    let at = number(case, "height")?;
    let what = match text(case, "kind")? {
        "storage_claim" => {
            let entry = &list(&case["proof"], "storageProof")?[0];
            What::Storage(storage(&case["proof"], entry, &bytes(case, "path")?, &case["value"])?)
        }
        "account_absence_claim" => {
            What::Account(raw::AccountClaim { address: bytes(case, "address")?, absent: true, nodes: nodes(&case["proof"], "accountProof")? })
        }
        kind => {
            let claim = inclusion(header(follower, at)?, number(case, "index")?, bytes(case, "raw")?, nodes(case, "proof")?);
            if kind == "receipt_claim" {
                What::Receipt(claim)
            } else {
                What::Transaction(claim)
            }
        }
    };
    Ok(check(follower, at, what))
}

/// Every proof of a recorded chain, and every transaction and receipt under the roots in its headers.
pub fn live(file: &Value, follower: &Follower) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for proof in list(file, "proofs")? {
        let (at, kind, answer) = (number(proof, "height")?, text(proof, "kind")?, &proof["proof"]);
        if kind != "commitments" {
            let nodes = nodes(answer, "accountProof")?;
            let claim = raw::AccountClaim { address: bytes(answer, "address")?, absent: kind == "absent_account", nodes };
            cases.push(accept(format!("{kind} at block {at}"), check(follower, at, What::Account(claim))));
            continue;
        }
        for (path, entry) in list(proof, "paths")?.iter().zip(list(answer, "storageProof")?) {
            let claim = storage(answer, entry, &bytes(path, "path")?, &path["value"])?;
            cases.push(accept(format!("path {} at block {at}", text(path, "path")?), check(follower, at, What::Storage(claim))));
        }
    }
    for block in list(file, "blocks_with_transactions")? {
        let at = number(block, "number")?;
        let header = bytes(&list(file, "headers")?[usize::try_from(at)?], "rlp")?;
        for (field, is_receipt) in [("raw_transactions", false), ("raw_receipts", true)] {
            let raws: Vec<Vec<u8>> = list(block, field)?.iter().map(unhex).collect::<Result<_>>()?;
            let trie = trie_of(&raws);
            for (index, raw) in raws.iter().enumerate() {
                let claim = inclusion(header.clone(), index as u64, raw.clone(), trie.prove([key(index as u64).as_slice()]));
                let what = if is_receipt { What::Receipt(claim) } else { What::Transaction(claim) };
                cases.push(accept(format!("{field} {index} of block {at}"), check(follower, at, what)));
            }
        }
        for (index, receipt) in list(block, "receipts")?.iter().enumerate() {
            let stated = unhex(&list(block, "raw_receipts")?[index])?;
            let judged = encode_receipt(receipt).and_then(|found| super::same("encoding", &found, &stated));
            cases.push(accept(format!("receipt {index} of block {at} as a node prints it"), judged));
        }
    }
    Ok(cases)
}

/// State proofs and receipts of an EVM node that is no QBFT chain, at the slot of another convention that the file states.
pub fn anvil(file: &Value) -> Result<Vec<Case>> {
    let (block, proof) = (&file["block"], &file["proof"]);
    let header_rlp = bytes(file, "header_rlp")?;
    ensure!(keccak256(&[&header_rlp]) == array(block, "hash")?, "the header hashes to something else");
    let authority = Authority::of(vec![[1; 20]]).map_err(|reason| anyhow!("{reason}"))?;
    let at = u64::from_str_radix(text(block, "number")?.trim_start_matches("0x"), 16)?;
    let anchor = ConsensusState {
        timestamp_s: 1,
        block_hash: array(block, "hash")?,
        state_root: array(block, "stateRoot")?,
        storage_root: None,
        authority_hash: authority.hash(),
    };
    let map = KeyMap { base_slot: array(file, "commitment_slot")?, ..KeyMap::protocol(array(proof, "address")?) };
    let state = raw::ClientState { key_map: Some(map.to_raw()), ..client(Flavour::BesuQbft, at, 16, &authority) };
    let follower = Follower::new(state, &anchor, 2)?;
    let mut cases = Vec::new();
    for (path, entry) in list(file, "paths")?.iter().zip(list(proof, "storageProof")?) {
        let path = path.as_str().unwrap_or_default();
        let stated = match text(entry, "value")?.trim_start_matches("0x") {
            "0" => Value::Null,
            digits => Value::from(format!("0x{digits:0>64}")), // a node prints a word without its leading zeros
        };
        let claim = storage(proof, entry, path.as_bytes(), &stated)?;
        cases.push(accept(format!("path {path}"), check(&follower, at, What::Storage(claim))));
    }
    let raws: Vec<Vec<u8>> = list(file, "receipts")?.iter().map(encode_receipt).collect::<Result<_, _>>().map_err(|reason| anyhow!("{reason}"))?;
    let (trie, root) = (trie_of(&raws), array(block, "receiptsRoot")?);
    for (index, raw) in raws.iter().enumerate() {
        let key = key(index as u64);
        let nodes = trie.prove([key.as_slice()]);
        let judged = lookup(&root, &key, &nodes).and_then(|found| super::same("receipt", &found, &Some(raw.as_slice())));
        cases.push(accept(format!("receipt {index}"), judged));
    }
    Ok(cases)
}

fn check(follower: &Follower, at: u64, what: What) -> Result<(), Reason> {
    let claim = raw::Claim { height: at, what: Some(what) }.encode_to_vec();
    check_proof(&follower.client, &follower.states, &claim).map(|_| ())
}

/// The claim that `value` (null: nothing) stands under `path`, with one entry of an answer of `eth_getProof`.
fn storage(answer: &Value, entry: &Value, path: &[u8], value: &Value) -> Result<raw::StorageClaim> {
    Ok(raw::StorageClaim {
        address: bytes(answer, "address")?,
        slot: bytes(entry, "key")?,
        path: path.to_vec(),
        word: if value.is_null() { Vec::new() } else { unhex(value)? },
        proof: Some(raw::Proof { account_nodes: nodes(answer, "accountProof")?, storage_nodes: nodes(entry, "proof")? }),
    })
}

fn inclusion(header: Vec<u8>, index: u64, raw: Vec<u8>, nodes: Vec<Vec<u8>>) -> raw::InclusionClaim {
    raw::InclusionClaim { header, index, raw, nodes }
}

/// The header that the follower has accepted at `at`.
fn header(follower: &Follower, at: u64) -> Result<Vec<u8>> {
    follower.headers.get(&at).cloned().ok_or_else(|| anyhow!("block {at} was not followed"))
}

fn nodes(value: &Value, field: &str) -> Result<Vec<Vec<u8>>> {
    list(value, field)?.iter().map(unhex).collect()
}

fn trie_of(entries: &[Vec<u8>]) -> Trie {
    let entries: BTreeMap<Vec<u8>, Vec<u8>> = entries.iter().enumerate().map(|(index, raw)| (key(index as u64), raw.clone())).collect();
    Trie::of(&entries)
}

fn key(index: u64) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_uint(&mut out, index);
    out
}
