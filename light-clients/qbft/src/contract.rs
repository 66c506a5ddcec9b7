//! Validators that a contract names: its list, proved in the state before the block that they are in charge of.
//!
//! The list is an `address[]` at a slot that the trust file pins, together with the contract's code: `getValidators()` of the published
//! contracts returns it unchanged. A contract that computes its answer cannot be followed.
//!
//! **Not checked**: code behind a proxy; the pinned hash is then the proxy's, and who may change what stands behind it says who the
//! validators are.
//!
//! Source: Solidity, "Layout of State Variables in Storage"; Besu `TransactionValidatorProvider`; GoQuorum `ValidatorSmartContractInterface.sol`.

use govhub_lc_core::Reason;

use crate::account::{contract, word, Word};
use crate::extra::{Address, MAX_VALIDATORS};
use crate::keccak::{keccak256, Hash};
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::trie::{Walk, MAX_PATH_NODES};

/// Nodes that prove a list: its elements are scattered, so each may need a path of its own below the first branches.
const MAX_LIST_NODES: usize = 2048;

/// Where a contract keeps its list of validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorContract {
    /// Its address.
    pub address: Address,
    /// Slot of the list's length.
    pub array_slot: Word,
    /// Hash of its code.
    pub code_hash: Hash,
}

impl ValidatorContract {
    pub(crate) fn from_raw(raw: &raw::ValidatorContract) -> Result<Self, Reason> {
        let wrong = |what: &str| Reason::new("validator-contract", format!("{what} of a wrong length"));
        Ok(Self {
            address: raw.address.as_slice().try_into().map_err(|_| wrong("address"))?,
            array_slot: raw.array_slot.as_slice().try_into().map_err(|_| wrong("array slot"))?,
            code_hash: raw.code_hash.as_slice().try_into().map_err(|_| wrong("code hash"))?,
        })
    }

    /// As it stands in a client state.
    pub fn to_raw(&self) -> raw::ValidatorContract {
        raw::ValidatorContract { address: self.address.to_vec(), array_slot: self.array_slot.to_vec(), code_hash: self.code_hash.to_vec() }
    }

    /// The slots of the first `length` elements.
    pub fn element_slots(&self, length: usize) -> impl Iterator<Item = Word> {
        let mut slot = keccak256(&[&self.array_slot]);
        (0..length).map(move |_| {
            let this = slot;
            increment(&mut slot);
            this
        })
    }

    /// The validators in the state with `state_root`, ascending.
    ///
    /// # Errors
    /// `contract-list` for a list that is empty, too long, or holds what is no address or one address twice, and the reasons of proofs.
    pub(crate) fn validators(&self, state_root: &Hash, account_nodes: &[Vec<u8>], storage_nodes: &[Vec<u8>]) -> Result<Vec<Address>, Reason> {
        let storage_root = contract(state_root, &self.address, Some(&self.code_hash), account_nodes)?.storage_root;
        let mut walk = Walk::new(storage_nodes, MAX_LIST_NODES)?;
        let length = length(word(&mut walk, &storage_root, &self.array_slot)?)?;
        let mut validators = Vec::with_capacity(length);
        for slot in self.element_slots(length) {
            validators.push(address(word(&mut walk, &storage_root, &slot)?)?);
        }
        walk.end()?;
        validators.sort_unstable();
        if let Some(pair) = validators.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Reason::new("contract-list", format!("0x{} stands in it twice", hex::encode(pair[0]))));
        }
        Ok(validators)
    }
}

// A list proof is never larger than every key's own path.
const _: () = assert!(MAX_LIST_NODES <= MAX_PATH_NODES * (MAX_VALIDATORS + 1));

fn length(word: Option<Word>) -> Result<usize, Reason> {
    let word = word.ok_or_else(|| Reason::new("contract-list", "is empty"))?;
    let (high, low) = word.split_at(24);
    let length = u64::from_be_bytes(low.try_into().expect("8 of 32 bytes"));
    usize::try_from(length)
        .ok()
        .filter(|length| *length <= MAX_VALIDATORS && high.iter().all(|byte| *byte == 0))
        .ok_or_else(|| Reason::new("contract-list", format!("more than {MAX_VALIDATORS} validators")))
}

fn address(word: Option<Word>) -> Result<Address, Reason> {
    let word = word.ok_or_else(|| Reason::new("contract-list", "the zero address stands in it"))?;
    let (high, low) = word.split_at(12);
    if high.iter().any(|byte| *byte != 0) {
        return Err(Reason::new("contract-list", format!("0x{} is no address", hex::encode(word))));
    }
    Ok(low.try_into().expect("20 of 32 bytes"))
}

/// The next slot, round to zero as the chain counts.
fn increment(slot: &mut Word) {
    for byte in slot.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return;
        }
    }
}
