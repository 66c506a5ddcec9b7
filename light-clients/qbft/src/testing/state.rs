//! The state of a made chain: accounts with storage, their tries and proofs.

use std::collections::BTreeMap;

use crate::account::Word;
use crate::contract::ValidatorContract;
use crate::extra::Address;
use crate::keccak::{keccak256, Hash};
use crate::rlp;
use crate::trie::Trie;

/// Hash of the code of every contract here.
pub const CODE_HASH: Hash = [0xc0; 32];

/// Accounts by address, each with its storage; words of zeros are not stored.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: BTreeMap<Address, BTreeMap<Word, Word>>,
}

impl State {
    /// Puts a contract there, with whatever storage it has.
    pub fn deploy(&mut self, address: Address) {
        self.accounts.entry(address).or_default();
    }

    /// Stores `word`; one of zeros clears the slot.
    pub fn store(&mut self, address: Address, slot: Word, word: Word) {
        let storage = self.accounts.entry(address).or_default();
        if word == [0; 32] {
            storage.remove(&slot);
        } else {
            storage.insert(slot, word);
        }
    }

    /// Writes the list of a validator contract.
    pub fn store_validators(&mut self, contract: &ValidatorContract, validators: &[Address]) {
        self.store(contract.address, contract.array_slot, number(validators.len() as u64));
        for (slot, address) in contract.element_slots(validators.len()).zip(validators) {
            let mut word = [0; 32];
            word[12..].copy_from_slice(address);
            self.store(contract.address, slot, word);
        }
    }

    /// What [`State::store_validators`] wrote, ascending.
    pub fn validators(&self, contract: &ValidatorContract) -> Vec<Address> {
        let storage = &self.accounts[&contract.address];
        let length = storage.get(&contract.array_slot).map_or(0, |word| usize::from(u16::from_be_bytes([word[30], word[31]])));
        let mut found: Vec<Address> =
            contract.element_slots(length).map(|slot| storage[&slot][12..].try_into().expect("20 of 32 bytes")).collect();
        found.sort_unstable();
        found
    }

    /// State root.
    pub fn root(&self) -> Hash {
        self.trie().root()
    }

    /// Storage root of `address`.
    pub fn storage_root(&self, address: &Address) -> Hash {
        self.storage_trie(address).root()
    }

    /// Nodes from the state root to `address`.
    pub fn prove_account(&self, address: &Address) -> Vec<Vec<u8>> {
        self.trie().prove([keccak256(&[address]).as_slice()])
    }

    /// Nodes from the storage root of `address` to each of `slots`, in this order.
    pub fn prove_slots(&self, address: &Address, slots: impl IntoIterator<Item = Word>) -> Vec<Vec<u8>> {
        let keys: Vec<Hash> = slots.into_iter().map(|slot| keccak256(&[&slot])).collect();
        self.storage_trie(address).prove(keys.iter().map(Hash::as_slice))
    }

    /// Nodes that prove a list of `length` validators.
    pub fn prove_validators(&self, contract: &ValidatorContract, length: usize) -> Vec<Vec<u8>> {
        let slots = std::iter::once(contract.array_slot).chain(contract.element_slots(length));
        self.prove_slots(&contract.address, slots)
    }

    fn trie(&self) -> Trie {
        Trie::of(&self.accounts.keys().map(|address| (keccak256(&[address]).to_vec(), self.account(address))).collect())
    }

    fn storage_trie(&self, address: &Address) -> Trie {
        let storage = self.accounts.get(address).into_iter().flatten();
        Trie::of(&storage.map(|(slot, word)| (keccak256(&[slot]).to_vec(), text(rlp::stripped(word)))).collect())
    }

    fn account(&self, address: &Address) -> Vec<u8> {
        let mut out = Vec::new();
        rlp::put_list(&mut out, &[&text(&[1]), &text(&[]), &text(&self.storage_root(address)), &text(&CODE_HASH)]);
        out
    }
}

fn number(value: u64) -> Word {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    rlp::put_text(&mut out, bytes);
    out
}
