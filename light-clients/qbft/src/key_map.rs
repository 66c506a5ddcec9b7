//! Where the value of a packet path stands (PROTOCOL 2, "native key of a path").

use govhub_lc_core::Reason;
use govhub_types::hash::sha256;
use ibc_proto::google::protobuf::Any;

use crate::account::Word;
use crate::decode::{encode, KEY_MAP_URL};
use crate::extra::Address;
use crate::keccak::{hash, keccak256, Hash};
use crate::proto::govhub::lightclients::qbft::v1 as raw;

/// ERC-7201 slot of `ibc.storage.IBCStore`, where IBC v2 contracts keep their commitments.
pub const IBC_STORE_SLOT: Word = hash("1260944489272988d9df285149b5aa1b0f48f2136d6f416159f840a3e0747600");

/// Which word is stored for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordRule {
    /// The value itself if it has 32 bytes, else its SHA-256.
    ValueOrSha256,
    /// Keccak-256 of the value.
    Keccak256,
}

/// The contract and slots that hold packet values: slot `keccak256(keccak256(path) ‖ base_slot)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMap {
    /// The contract.
    pub contract: Address,
    /// Base slot of its mapping.
    pub base_slot: Word,
    /// What it stores for a value.
    pub word: WordRule,
    /// Hash of its code, if only this code is believed.
    pub code_hash: Option<Hash>,
}

impl KeyMap {
    /// PROTOCOL's own form for `contract`, whatever its code.
    pub fn protocol(contract: Address) -> Self {
        Self { contract, base_slot: IBC_STORE_SLOT, word: WordRule::ValueOrSha256, code_hash: None }
    }

    /// The slot of `path`.
    pub fn slot(&self, path: &[u8]) -> Word {
        keccak256(&[&keccak256(&[path]), &self.base_slot])
    }

    /// The word of `value`.
    ///
    /// # Errors
    /// `empty-value`; `zero-word` for a word that storage cannot hold: it is how nothing is stored.
    pub fn word_of(&self, value: &[u8]) -> Result<Word, Reason> {
        if value.is_empty() {
            return Err(Reason::new("empty-value", "nothing stored is empty"));
        }
        let word = match (self.word, Word::try_from(value)) {
            (WordRule::ValueOrSha256, Ok(word)) => word,
            (WordRule::ValueOrSha256, Err(_)) => sha256(&[value]),
            (WordRule::Keccak256, _) => keccak256(&[value]),
        };
        if word == [0; 32] {
            return Err(Reason::new("zero-word", "a word of zeros is how nothing is stored"));
        }
        Ok(word)
    }

    pub(crate) fn from_raw(raw: &raw::KeyMap) -> Result<Self, Reason> {
        let wrong = |what: &str| Reason::new("key-map", format!("{what} of a wrong length"));
        let word = match raw::WordRule::try_from(raw.word) {
            Ok(raw::WordRule::ValueOrSha256) => WordRule::ValueOrSha256,
            Ok(raw::WordRule::Keccak256) => WordRule::Keccak256,
            Ok(raw::WordRule::Unspecified) | Err(_) => return Err(Reason::new("key-map", format!("{} is no known word rule", raw.word))),
        };
        let code_hash = match raw.code_hash.as_slice() {
            [] => None,
            bytes => Some(bytes.try_into().map_err(|_| wrong("code hash"))?),
        };
        Ok(Self {
            contract: raw.contract.as_slice().try_into().map_err(|_| wrong("contract"))?,
            base_slot: raw.base_slot.as_slice().try_into().map_err(|_| wrong("base slot"))?,
            word,
            code_hash,
        })
    }

    /// As it stands in a client state.
    pub fn to_raw(&self) -> raw::KeyMap {
        let word = match self.word {
            WordRule::ValueOrSha256 => raw::WordRule::ValueOrSha256,
            WordRule::Keccak256 => raw::WordRule::Keccak256,
        };
        raw::KeyMap {
            contract: self.contract.to_vec(),
            base_slot: self.base_slot.to_vec(),
            word: word.into(),
            code_hash: self.code_hash.map(Vec::from).unwrap_or_default(),
        }
    }

    /// As a trust file repeats it.
    pub fn to_any(&self) -> Any {
        encode(KEY_MAP_URL, &self.to_raw())
    }
}
