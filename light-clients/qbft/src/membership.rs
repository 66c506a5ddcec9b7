//! Packet proofs: that the key map's contract holds a word at a path's slot, or nothing.
//!
//! A contract that is not there proves no absence: a wrong address in a trust file would make every packet look unreceived.

use govhub_lc_core::{Reason, StoredPath};

use crate::account::{contract, word, Word};
use crate::keccak::Hash;
use crate::key_map::KeyMap;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::state::ConsensusState;
use crate::trie::{Walk, MAX_PATH_NODES};
use crate::decode;

/// Verifies that `value` is stored under `path` in the state of `at`.
///
/// # Errors
/// `key-absent`, `value-mismatch`, `empty-value`, `zero-word`, `prefix`, and the reasons of proofs.
pub(crate) fn present(map: &KeyMap, at: &ConsensusState, path: StoredPath<'_>, value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    let expected = map.word_of(value)?;
    let slot = map.slot(raw_path(path)?);
    expect_word(stored(map, at, &slot, &decode::proof(proof)?)?, &expected)
}

/// Verifies that nothing is stored under `path` in the state of `at`.
///
/// # Errors
/// `key-present`, `prefix`, and the reasons of proofs.
pub(crate) fn absent(map: &KeyMap, at: &ConsensusState, path: StoredPath<'_>, proof: &[u8]) -> Result<(), Reason> {
    let slot = map.slot(raw_path(path)?);
    expect_nothing(stored(map, at, &slot, &decode::proof(proof)?)?)
}

pub(crate) fn expect_word(found: Option<Word>, expected: &Word) -> Result<(), Reason> {
    match found {
        None => Err(Reason::new("key-absent", "nothing is stored in this slot")),
        Some(word) if word != *expected => {
            Err(Reason::new("value-mismatch", format!("expected 0x{}, found 0x{}", hex::encode(expected), hex::encode(word))))
        }
        Some(_) => Ok(()),
    }
}

pub(crate) fn expect_nothing(found: Option<Word>) -> Result<(), Reason> {
    match found {
        None => Ok(()),
        Some(word) => Err(Reason::new("key-present", format!("0x{} is stored in this slot", hex::encode(word)))),
    }
}

/// The word at `slot` of the key map's contract.
pub(crate) fn stored(map: &KeyMap, at: &ConsensusState, slot: &Word, proof: &raw::Proof) -> Result<Option<Word>, Reason> {
    let storage_root = storage_root(map, at, proof)?;
    let mut walk = Walk::new(&proof.storage_nodes, MAX_PATH_NODES)?;
    let found = word(&mut walk, &storage_root, slot)?;
    walk.end()?;
    Ok(found)
}

/// The proof's own account nodes count before what the update proved.
fn storage_root(map: &KeyMap, at: &ConsensusState, proof: &raw::Proof) -> Result<Hash, Reason> {
    if !proof.account_nodes.is_empty() {
        return contract(&at.state_root, &map.contract, map.code_hash.as_ref(), &proof.account_nodes).map(|account| account.storage_root);
    }
    at.storage_root.ok_or_else(|| Reason::new("account-proof-missing", "the update did not prove the contract's account, and neither does the proof"))
}

/// These chains have one store; a prefix would be a word that nobody checks.
fn raw_path<'a>(path: StoredPath<'a>) -> Result<&'a [u8], Reason> {
    match path.prefix {
        [only] if only.is_empty() => Ok(path.path),
        _ => Err(Reason::new("prefix", "expected one empty element: the key map alone says where a path stands")),
    }
}
