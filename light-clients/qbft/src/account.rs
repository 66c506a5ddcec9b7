//! What a state root says of an account, and a storage root of a slot.
//!
//! **Not seen**: GoQuorum's private state. It is not under the state root.
//!
//! Source: Ethereum Yellow Paper 4.1; EIP-1186.

use govhub_lc_core::Reason;

use crate::extra::Address;
use crate::keccak::{hash, keccak256, Hash};
use crate::rlp::{self, RlpError};
use crate::trie::{self, Walk};

/// Keccak-256 of no code: an account that is no contract.
pub const NO_CODE: Hash = hash("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");

/// A word of storage.
pub type Word = [u8; 32];

/// An account, as far as it is of use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Root of its storage.
    pub storage_root: Hash,
    /// Hash of its code.
    pub code_hash: Hash,
}

/// The account at `address` in the state with `state_root`; nothing if there is none.
///
/// # Errors
/// As [`trie::lookup`], and `account` if the trie holds something else.
pub fn account(state_root: &Hash, address: &Address, nodes: &[Vec<u8>]) -> Result<Option<Account>, Reason> {
    let key = keccak256(&[address]);
    trie::lookup(state_root, &key, nodes)?.map(decode).transpose().map_err(|error| Reason::new("account", error.to_string()))
}

/// The contract at `address`, with code, and with this code if `code_hash` says which.
///
/// # Errors
/// `account-absent`, `no-code`, `code-hash`, and as [`account`].
pub fn contract(state_root: &Hash, address: &Address, code_hash: Option<&Hash>, nodes: &[Vec<u8>]) -> Result<Account, Reason> {
    let absent = || Reason::new("account-absent", format!("there is no account 0x{} in this state", hex::encode(address)));
    let account = account(state_root, address, nodes)?.ok_or_else(absent)?;
    if account.code_hash == NO_CODE {
        return Err(Reason::new("no-code", format!("0x{} is no contract", hex::encode(address))));
    }
    match code_hash {
        Some(pinned) if *pinned != account.code_hash => {
            Err(Reason::new("code-hash", format!("expected 0x{}, found 0x{}", hex::encode(pinned), hex::encode(account.code_hash))))
        }
        _ => Ok(account),
    }
}

/// The word at `slot`; nothing stands for zero.
///
/// # Errors
/// As [`Walk::get`], and `word` for what no storage holds.
pub fn word(walk: &mut Walk<'_>, storage_root: &Hash, slot: &Word) -> Result<Option<Word>, Reason> {
    let key = keccak256(&[slot]);
    walk.get(storage_root, &key)?.map(decode_word).transpose().map_err(|error| Reason::new("word", error.to_string()))
}

fn decode(value: &[u8]) -> Result<Account, RlpError> {
    let mut items = rlp::decode(value)?.list()?;
    for _ in ["nonce", "balance"] {
        rlp::is_minimal(items.item()?.text()?)?;
    }
    let (storage_root, code_hash) = (items.item()?.array()?, items.item()?.array()?);
    items.end()?;
    Ok(Account { storage_root, code_hash })
}

/// Storage holds numbers without their leading zeros, and no zero at all.
fn decode_word(value: &[u8]) -> Result<Word, RlpError> {
    let digits = rlp::decode(value)?.text()?;
    rlp::is_minimal(digits)?;
    let start = 32usize.checked_sub(digits.len()).filter(|start| *start < 32).ok_or(RlpError("a word of 0 or more than 32 bytes"))?;
    let mut word = [0; 32];
    word[start..].copy_from_slice(digits);
    Ok(word)
}
