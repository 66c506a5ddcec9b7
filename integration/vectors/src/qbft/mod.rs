//! QBFT and IBFT: real blocks of GoQuorum and Besu, constructed headers, proofs of an EVM node.
//!
//! Two rules of the update differ between chains by choice of governance, and the files' negatives were made for one choice: a false list
//! refuses its header (`false_list: refuse`), and `header_skip` cases skip headers, which a client may do on Besu alone. So negatives run
//! under `refuse`, and `header_skip` cases under a client whose flavour was changed to Besu after it had followed the GoQuorum chain; the
//! headers are the same bytes in both. The liar's genuine blocks run under `record` as well.

mod chain;
mod codec;
mod follower;
mod negative;
mod proofs;

use anyhow::{anyhow, bail, Context, Result};
use govhub_lc_core::Reason;
use serde_json::Value;

use crate::{Case, Entry, Expected, Family, Folder, Verdict};

/// How this family reads its files.
pub const FAMILY: Family = Family { name: "qbft", cases, words };

fn cases(folder: &Folder, entry: &Entry) -> Result<Vec<Case>> {
    let file = folder.json(&entry.file)?;
    let name = entry.file.rsplit('/').next().unwrap_or_default();
    match name {
        "besu_extra_data_codec.json" => codec::extra_data(&file),
        "consensys_bft_extra_data_old_encoding.json" => codec::old_encoding(&file),
        "ibft2_constructed_header.json" => codec::ibft2_header(&file),
        "besu_qbft_header_7528.json" => codec::besu_header(&file),
        "qbft_constructed_quorum_cases.json" => chain::quorum_cases(&file),
        "ibft1_legacy_chain_101_blocks.json" => chain::ibft1(&file),
        "evm_getproof_and_receipts_anvil.json" => proofs::anvil(&file),
        _ if name.ends_with("_live_chain.json") => chain::live(&file),
        _ if name.ends_with("_NEGATIVE.json") => {
            let directory = entry.file.strip_suffix(name).unwrap_or_default();
            negative::cases(&file, &folder.json(&format!("{directory}{}", text(&file, "chain_file")?))?)
        }
        _ => bail!("no reader for `{}`", entry.file),
    }
}

/// The files' word for each of our codes. Two of theirs cover several of ours: a seal that no validator made may be somebody else's, nobody's
/// or without a meaningful recovery id; a proof that does not hold has a node too few, too many, another or malformed, or is of another slot.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "header-rlp" => &["HEADER_RLP"],
        "header-items" => &["HEADER_ITEMS"],
        "extra-data" => &["EXTRA_DATA"],
        "validators-not-sorted" => &["VALIDATORS_NOT_SORTED"],
        "vote-kind" => &["VOTE_KIND"],
        "number" => &["NUMBER"],
        "wrong-parent" => &["WRONG_PARENT"],
        "time-not-increasing" => &["TIMESTAMP"],
        "difficulty" => &["DIFFICULTY"],
        "mix-hash" => &["MIX_HASH"],
        "uncles-hash" => &["UNCLES_HASH"],
        // An empty list where votes decide is also another list than the tallied one.
        "validator-list" | "list-mode" => &["VALIDATOR_LIST"],
        "proposer" => &["PROPOSER"],
        "seal-high-s" => &["HIGH_S"],
        "unknown-signer" | "seal-unrecoverable" | "seal-recovery-id" => &["UNKNOWN_SIGNER"],
        "duplicate-signer" => &["DUPLICATE_SIGNER"],
        "insufficient-quorum" => &["BELOW_QUORUM"],
        "not-enough-trust" => &["TRUST_OVERLAP"],
        "proof-hash" | "proof-node-missing" | "proof-extra-node" | "proof-node" | "other-slot" => &["PROOF"],
        "other-account" => &["OTHER_ACCOUNT"],
        "account-present" => &["ACCOUNT_PRESENT"],
        "key-present" => &["KEY_PRESENT"],
        "key-absent" => &["KEY_ABSENT"],
        "value-mismatch" => &["VALUE"],
        "index-absent" => &["INDEX_ABSENT"],
        _ => &[],
    }
}

/// A case that must be accepted.
fn accept<T>(name: impl Into<String>, judged: Result<T, Reason>) -> Case {
    Case { name: name.into(), expected: Expected::Accept, verdict: verdict(judged) }
}

/// A case that must be refused for one of `words`.
fn reject<T>(name: impl Into<String>, words: &[&str], judged: Result<T, Reason>) -> Case {
    Case { name: name.into(), expected: Expected::Reject(words.iter().map(|word| (*word).to_owned()).collect()), verdict: verdict(judged) }
}

fn verdict<T>(judged: Result<T, Reason>) -> Verdict {
    match judged {
        Ok(_) => Verdict::Accepted,
        Err(reason) => Verdict::refused(&reason),
    }
}

/// That a value is the one that the file states.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, stated: &T) -> Result<(), Reason> {
    if found == stated {
        return Ok(());
    }
    Err(Reason::new("another-value", format!("{what}: the file states {stated:?}, found {found:?}")))
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("`{field}` is missing or no text"))
}

fn number(value: &Value, field: &str) -> Result<u64> {
    value.get(field).and_then(Value::as_u64).with_context(|| format!("`{field}` is missing or no number"))
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value]> {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).with_context(|| format!("`{field}` is missing or no array"))
}

/// The bytes that a field spells, with or without `0x`.
fn bytes(value: &Value, field: &str) -> Result<Vec<u8>> {
    unhex(&value[field]).with_context(|| format!("`{field}`"))
}

fn array<const N: usize>(value: &Value, field: &str) -> Result<[u8; N]> {
    bytes(value, field)?.try_into().map_err(|_| anyhow!("`{field}` has another length than {N}"))
}

fn unhex(value: &Value) -> Result<Vec<u8>> {
    let text = value.as_str().context("no text")?;
    Ok(hex::decode(text.strip_prefix("0x").unwrap_or(text))?)
}

fn addresses(value: &Value, field: &str) -> Result<Vec<[u8; 20]>> {
    list(value, field)?.iter().map(|entry| unhex(entry)?.try_into().map_err(|_| anyhow!("`{field}`: no address"))).collect()
}
