//! Genesis files of GoQuorum and Besu: the first header, and the consensus parameters.
//!
//! The header is built for chains whose genesis block is of a fork up to Berlin (15 items). For later ones the node's own answer for block
//! 0 must stand beside the file.
//!
//! Source: GoQuorum `core/genesis.go` `ToBlock`, `params/config.go`; Besu `GenesisState`, `config/.../BftConfigOptions`.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;
use serde_json::{Map, Value};

use super::json;
use crate::account::{Word, NO_CODE};
use crate::extra::Address;
use crate::header::{MIX_HASH, NO_UNCLES};
use crate::keccak::{keccak256, Hash};
use crate::rlp;
use crate::trie::{Trie, EMPTY_ROOT};
use crate::Flavour;

/// What a genesis file says about consensus.
pub(super) struct Config<'a> {
    pub chain_id: u64,
    pub flavour: Flavour,
    pub epoch_length: u64,
    /// Validators that stand in the file and not in `extraData` (GoQuorum).
    pub validators: Option<Vec<Address>>,
    /// The contract that names the validators from the start.
    pub contract: Option<Address>,
    /// Entries of `transitions`, in order of the file.
    pub transitions: Vec<&'a Value>,
}

/// Reads the consensus parameters.
///
/// # Errors
/// `consensus` for a chain of another protocol, `transition` for an entry that changes what a client cannot follow, `block-field`.
pub(super) fn config(genesis: &Value) -> Result<Config<'_>, Reason> {
    let config = genesis.get("config").ok_or_else(|| Reason::new("consensus", "the file has no `config`"))?;
    let is_quorum = config.get("isQuorum").and_then(Value::as_bool).unwrap_or(false);
    let (flavour, section) = [
        ("qbft", if is_quorum { Flavour::GoQuorumQbft } else { Flavour::BesuQbft }),
        ("ibft2", Flavour::BesuIbft2),
        ("ibft", Flavour::GoQuorumIbft1),
        ("istanbul", Flavour::GoQuorumIbft1),
    ]
    .into_iter()
    .find_map(|(name, flavour)| Some((flavour, config.get(name).filter(|section| section.is_object())?)))
    .ok_or_else(|| Reason::new("consensus", "neither `qbft` nor `ibft2` nor `ibft` nor `istanbul`: this chain cannot be followed"))?;
    let epoch_length = ["epochlength", "epochLength", "epoch"].into_iter().find(|name| section.get(name).is_some());
    let all = config.get("transitions");
    let entries = if flavour.checks_lists() {
        let name = if flavour == Flavour::BesuQbft { "qbft" } else { "ibft2" };
        all.and_then(|all| all.get(name))
    } else {
        all
    };
    let transitions: Vec<&Value> = entries.and_then(Value::as_array).map(|entries| entries.iter().collect()).unwrap_or_default();
    for entry in &transitions {
        let wrong = |what: &str| Err(Reason::new("transition", format!("an entry changes {what}: anchor a client behind it")));
        if ["epochlength", "epochLength"].into_iter().any(|name| entry.get(name).is_some_and(|value| !value.is_null())) {
            return wrong("the epoch length");
        }
        if entry.get("algorithm").is_some_and(|value| value.as_str().is_some_and(|name| !name.is_empty())) {
            return wrong("the protocol");
        }
    }
    Ok(Config {
        chain_id: json::uint(config, "chainId")?,
        flavour,
        epoch_length: match epoch_length {
            Some(name) => json::uint(section, name)?,
            None => DEFAULT_EPOCH_LENGTH,
        },
        validators: listed(section)?,
        contract: contract_of(section)?,
        transitions,
    })
}

/// What both programs take where the file says nothing.
const DEFAULT_EPOCH_LENGTH: u64 = 30_000;

/// Addresses under `validators`, ascending; none if there are none.
pub(super) fn listed(section: &Value) -> Result<Option<Vec<Address>>, Reason> {
    let Some(list) = section.get("validators").and_then(Value::as_array).filter(|list| !list.is_empty()) else { return Ok(None) };
    let addresses: Option<Vec<Address>> = list.iter().map(|text| json::unhex(text.as_str()?)?.try_into().ok()).collect();
    let mut addresses = addresses.ok_or_else(|| json::wrong("validators", "holds what is no address"))?;
    addresses.sort_unstable();
    Ok(Some(addresses))
}

/// The contract that names the validators, if a contract does.
pub(super) fn contract_of(section: &Value) -> Result<Option<Address>, Reason> {
    let address = section.get("validatorcontractaddress").and_then(Value::as_str).filter(|text| !text.is_empty());
    let mode = section.get("validatorselectionmode").and_then(Value::as_str);
    match (address, mode) {
        (Some(_), Some("blockheader")) | (None, _) => Ok(None),
        (Some(_), _) => json::array(section, "validatorcontractaddress").map(Some),
    }
}

/// RLP of the genesis block's header.
///
/// # Errors
/// `block-field`, or `genesis-fork` for a fork after Berlin.
pub(super) fn header(genesis: &Value) -> Result<Vec<u8>, Reason> {
    let is_set = |name: &&str| genesis["config"].get(name).is_some_and(|at| at.as_u64() == Some(0));
    if let Some(fork) = ["londonBlock", "shanghaiTime", "cancunTime", "pragueTime"].iter().find(|name| is_set(name)) {
        return Err(Reason::new("genesis-fork", format!("`{fork}` is 0: put the node's answer for block 0 beside the file, {{\"genesis\", \"block\"}}")));
    }
    let bytes = |field: &str, length: usize| -> Result<Vec<u8>, Reason> {
        match genesis.get(field) {
            None | Some(Value::Null) => Ok(vec![0; length]),
            Some(_) => json::bytes(genesis, field),
        }
    };
    let number = |field: &str| -> Result<Vec<u8>, Reason> {
        match genesis.get(field) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => json::number(genesis, field),
        }
    };
    let mut nonce = vec![0; 8];
    let digits = number("nonce")?;
    nonce.splice(8usize.saturating_sub(digits.len()).., digits);
    let items = [
        bytes("parentHash", 32)?,
        NO_UNCLES.to_vec(),
        bytes("coinbase", 20)?,
        state_root(genesis)?.to_vec(),
        EMPTY_ROOT.to_vec(),
        EMPTY_ROOT.to_vec(),
        vec![0; 256],
        number("difficulty")?,
        number("number")?,
        number("gasLimit")?,
        number("gasUsed")?,
        number("timestamp")?,
        json::bytes(genesis, "extraData")?,
        if genesis.get("mixHash").is_some() { json::bytes(genesis, "mixHash")? } else { MIX_HASH.to_vec() },
        nonce,
    ];
    let mut strings = Vec::new();
    items.iter().for_each(|item| rlp::put_text(&mut strings, item));
    let mut out = Vec::new();
    rlp::put_list(&mut out, &[&strings]);
    Ok(out)
}

/// Root of the state that `alloc` describes.
fn state_root(genesis: &Value) -> Result<Hash, Reason> {
    let alloc = genesis.get("alloc").and_then(Value::as_object).ok_or_else(|| json::wrong("alloc", "is missing or no object"))?;
    let mut accounts = BTreeMap::new();
    for (address, account) in alloc {
        let address = json::unhex(address).filter(|bytes| bytes.len() == 20).ok_or_else(|| json::wrong("alloc", "names what is no address"))?;
        accounts.insert(keccak256(&[&address]).to_vec(), encoded(account)?);
    }
    Ok(Trie::of(&accounts).root())
}

fn encoded(account: &Value) -> Result<Vec<u8>, Reason> {
    let or_zero = |field: &str| if account.get(field).is_some() { json::number(account, field) } else { Ok(Vec::new()) };
    let storage = storage(account)?;
    let mut words = BTreeMap::new();
    for (slot, word) in &storage {
        words.insert(keccak256(&[slot]).to_vec(), text(rlp::stripped(word)));
    }
    let mut out = Vec::new();
    let parts = [text(&or_zero("nonce")?), text(&or_zero("balance")?), text(&Trie::of(&words).root()), text(&code_hash(account)?)];
    rlp::put_list(&mut out, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    Ok(out)
}

/// Hash of an account's code.
pub(super) fn code_hash(account: &Value) -> Result<Hash, Reason> {
    match account.get("code") {
        None | Some(Value::Null) => Ok(NO_CODE),
        Some(_) => Ok(keccak256(&[&json::bytes(account, "code")?])),
    }
}

/// The storage that an account starts with, without zeros.
pub(super) fn storage(account: &Value) -> Result<BTreeMap<Word, Word>, Reason> {
    let none = Map::new();
    let entries = account.get("storage").and_then(Value::as_object).unwrap_or(&none);
    let word = |text: &str| -> Option<Word> {
        let digits = json::number_in(text)?;
        let mut word = [0; 32];
        word.get_mut(32usize.checked_sub(digits.len())?..)?.copy_from_slice(&digits);
        Some(word)
    };
    let mut storage = BTreeMap::new();
    for (slot, value) in entries {
        let pair = word(&prefixed(slot)).zip(value.as_str().and_then(|text| word(&prefixed(text))));
        let (slot, value) = pair.ok_or_else(|| json::wrong("storage", "holds what is no word"))?;
        if value != [0; 32] {
            storage.insert(slot, value);
        }
    }
    Ok(storage)
}

/// Words in genesis files are hexadecimal, with or without `0x`.
fn prefixed(text: &str) -> String {
    format!("0x{}", text.strip_prefix("0x").unwrap_or(text))
}

/// The account at `address` in `alloc`.
pub(super) fn allocated<'a>(genesis: &'a Value, address: &Address) -> Option<&'a Value> {
    let alloc = genesis.get("alloc")?.as_object()?;
    alloc.iter().find(|(name, _)| json::unhex(name).is_some_and(|bytes| bytes == address)).map(|(_, account)| account)
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_text(&mut out, bytes);
    out
}
