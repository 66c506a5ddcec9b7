//! Validator sets in CometBFT's order.

use std::sync::Arc;

use arc_malachitebft_core_types as core;
use thiserror::Error;

use crate::context::HubContext;
use crate::signing::PublicKey;
use crate::ValidatorAddress;

/// Validators of a set: light clients verify every signature of a commit, so a set is kept to what they check in milliseconds.
pub const VALIDATORS_MAX: usize = 256;

/// Total power of a set, CometBFT's bound (2^63 / 8).
const POWER_TOTAL_MAX: u64 = (i64::MAX / 8) as u64;

/// One validator: key and power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    pub(crate) address: ValidatorAddress,
    pub(crate) key: PublicKey,
    pub(crate) power: u64,
}

impl Validator {
    /// A validator with an Ed25519 key of 32 bytes.
    pub fn new(key: &[u8; 32], power: u64) -> Result<Self, ValidatorSetError> {
        let decoded = PublicKey::from_bytes(key).ok_or_else(|| ValidatorSetError::Key(hex::encode(key)))?;
        let public = tendermint::PublicKey::from_raw_ed25519(key).ok_or_else(|| ValidatorSetError::Key(hex::encode(key)))?;
        Ok(Self { address: ValidatorAddress::from_account_id(&public.into()), key: decoded, power })
    }

    /// Address: derived from the key, never given.
    pub fn address(&self) -> ValidatorAddress {
        self.address
    }

    /// Ed25519 key, 32 bytes.
    pub fn key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Voting power.
    pub fn power(&self) -> u64 {
        self.power
    }

    fn info(&self) -> tendermint::validator::Info {
        let key = tendermint::PublicKey::from_raw_ed25519(&self.key()).expect("checked when the validator was made");
        let power = tendermint::vote::Power::try_from(self.power).expect("the set's total power is bounded");
        tendermint::validator::Info::new(key, power)
    }
}

/// Why validators are no set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValidatorSetError {
    /// Nobody could decide a block.
    #[error("a validator set needs at least one validator")]
    Empty,
    /// More than [`VALIDATORS_MAX`].
    #[error("{found} validators, at most {VALIDATORS_MAX}")]
    TooMany {
        /// Validators found.
        found: usize,
    },
    /// One key twice.
    #[error("validator {0} stands in the set twice")]
    Twice(ValidatorAddress),
    /// Power 0, or a total over 2^63 / 8.
    #[error("powers must be positive and sum to at most {POWER_TOTAL_MAX}")]
    Power,
    /// Not a point of the curve.
    #[error("not an Ed25519 key: {0}")]
    Key(String),
}

/// A validator set, never empty: power descending, then address ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet(Arc<Vec<Validator>>);

impl ValidatorSet {
    /// Orders and checks a set.
    ///
    /// # Errors
    /// [`ValidatorSetError`], one variant per rule.
    pub fn new(mut validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        if validators.is_empty() {
            return Err(ValidatorSetError::Empty);
        }
        if validators.len() > VALIDATORS_MAX {
            return Err(ValidatorSetError::TooMany { found: validators.len() });
        }
        let total = validators.iter().try_fold(0u64, |sum, v| sum.checked_add(v.power));
        if validators.iter().any(|v| v.power == 0) || total.is_none_or(|total| total > POWER_TOTAL_MAX) {
            return Err(ValidatorSetError::Power);
        }
        validators.sort_by(|a, b| b.power.cmp(&a.power).then(a.address.cmp(&b.address)));
        let mut addresses: Vec<_> = validators.iter().map(|v| v.address).collect();
        addresses.sort();
        if let Some(pair) = addresses.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ValidatorSetError::Twice(pair[0]));
        }
        Ok(Self(Arc::new(validators)))
    }

    /// The set after `updates` (key, power), power 0 removing a validator.
    ///
    /// # Errors
    /// As [`ValidatorSet::new`]: an update that empties the set is refused.
    pub fn updated(&self, updates: &[([u8; 32], u64)]) -> Result<Self, ValidatorSetError> {
        let mut validators = self.0.as_ref().clone();
        for (key, power) in updates {
            let update = Validator::new(key, *power)?;
            validators.retain(|v| v.address != update.address);
            if *power > 0 {
                validators.push(update);
            }
        }
        Self::new(validators)
    }

    /// Validators in order.
    pub fn validators(&self) -> &[Validator] {
        &self.0
    }

    /// The validator with this address.
    pub fn get(&self, address: &ValidatorAddress) -> Option<&Validator> {
        self.0.iter().find(|v| v.address == *address)
    }

    /// Sum of powers.
    pub fn total_power(&self) -> u64 {
        self.0.iter().map(|v| v.power).sum()
    }

    /// Whose turn it is.
    pub fn proposer(&self, height: u64, round: u32) -> &Validator {
        let count = self.0.len() as u64;
        let turn = (height % count + u64::from(round) % count) % count;
        &self.0[turn as usize]
    }

    /// As tendermint-rs has it, without a proposer.
    pub fn tendermint(&self) -> tendermint::validator::Set {
        tendermint::validator::Set::without_proposer(self.0.iter().map(Validator::info).collect())
    }

    /// Merkle root over `SimpleValidator`s: `validators_hash` of a header.
    pub fn hash(&self) -> tendermint::Hash {
        self.tendermint().hash()
    }

    /// Keys and powers in order, 40 bytes each (key, big-endian power).
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|v| [v.key().as_slice(), &v.power.to_be_bytes()].concat()).collect()
    }

    /// The inverse of [`ValidatorSet::to_bytes`]; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let chunks = bytes.chunks_exact(40);
        if !chunks.remainder().is_empty() {
            return None;
        }
        let validators = chunks.map(|chunk| {
            let (key, power) = chunk.split_at(32);
            Validator::new(key.try_into().ok()?, u64::from_be_bytes(power.try_into().ok()?)).ok()
        });
        Self::new(validators.collect::<Option<_>>()?).ok()
    }
}

impl core::Validator<HubContext> for Validator {
    fn address(&self) -> &ValidatorAddress {
        &self.address
    }
    fn public_key(&self) -> &PublicKey {
        &self.key
    }
    fn voting_power(&self) -> u64 {
        self.power
    }
}

impl core::ValidatorSet<HubContext> for ValidatorSet {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn total_voting_power(&self) -> u64 {
        self.total_power()
    }
    fn get_by_address(&self, address: &ValidatorAddress) -> Option<&Validator> {
        self.get(address)
    }
    fn get_by_index(&self, index: usize) -> Option<&Validator> {
        self.0.get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(seed: u8, power: u64) -> Validator {
        let key = ed25519_consensus::SigningKey::from([seed; 32]).verification_key();
        Validator::new(key.as_bytes(), power).expect("a real key")
    }

    #[test]
    fn a_set_is_ordered_by_power_then_address_whatever_the_input_order() {
        let set = ValidatorSet::new(vec![validator(1, 5), validator(2, 9), validator(3, 5)]).expect("a set");
        let powers: Vec<_> = set.validators().iter().map(Validator::power).collect();
        assert_eq!(powers, [9, 5, 5]);
        assert!(set.validators()[1].address < set.validators()[2].address);
        assert_eq!(ValidatorSet::from_bytes(&set.to_bytes()), Some(set));
    }

    #[test]
    fn each_rule_of_a_set_refuses_its_breach_and_a_sound_set_is_accepted() {
        assert!(ValidatorSet::new(vec![validator(1, 1)]).is_ok());
        assert_eq!(ValidatorSet::new(vec![]), Err(ValidatorSetError::Empty));
        assert_eq!(ValidatorSet::new(vec![validator(1, 0)]), Err(ValidatorSetError::Power));
        assert_eq!(ValidatorSet::new(vec![validator(1, u64::MAX), validator(2, 2)]), Err(ValidatorSetError::Power));
        assert_eq!(ValidatorSet::new(vec![validator(1, POWER_TOTAL_MAX + 1)]), Err(ValidatorSetError::Power));
        let twice = validator(1, 1);
        assert_eq!(ValidatorSet::new(vec![twice.clone(), twice.clone()]), Err(ValidatorSetError::Twice(twice.address)));
    }

    #[test]
    fn updates_add_change_and_remove_but_never_empty_the_set() {
        let set = ValidatorSet::new(vec![validator(1, 1)]).expect("a set");
        let grown = set.updated(&[(validator(2, 1).key(), 7)]).expect("grown");
        assert_eq!(grown.total_power(), 8);
        assert_eq!(grown.updated(&[(validator(2, 1).key(), 0)]).expect("shrunk"), set);
        assert_eq!(set.updated(&[(validator(1, 1).key(), 0)]), Err(ValidatorSetError::Empty));
    }
}
