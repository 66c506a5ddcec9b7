//! Who attests: named keys and how many of them must agree.

use std::collections::BTreeSet;

use govhub_lc_core::{Reason, TrustClass, TrustKind};
use govhub_types::hash::{sha256, Hash};
use govhub_types::PublicKey;
use prost::Message;

use crate::proto::govhub::lightclients::attestor::v1 as raw;

/// Most attestors of a set: each costs a signature at every height.
pub const MAX_ATTESTORS: usize = 128;

/// Bytes of a name: a department's full name in Chinese fits.
pub const MAX_NAME_BYTES: usize = 64;

/// One named party and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestor {
    /// Who it is, for people.
    pub name: String,
    /// Its key.
    pub public_key: PublicKey,
}

/// A set whose every rule was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestorSet {
    epoch: u64,
    threshold: u32,
    attestors: Vec<Attestor>,
}

impl AttestorSet {
    /// `threshold` of `attestors`, in epoch `epoch`.
    ///
    /// # Errors
    /// `attestor-count`, `threshold`, `epoch`, `attestor-name`, `duplicate-attestor-name`, `duplicate-attestor-key`.
    pub fn new(epoch: u64, threshold: u32, attestors: Vec<Attestor>) -> Result<Self, Reason> {
        if epoch == 0 {
            return Err(Reason::new("epoch", "is 0; sets count from 1"));
        }
        if attestors.is_empty() || attestors.len() > MAX_ATTESTORS {
            return Err(Reason::new("attestor-count", format!("{} attestors; expected 1 to {MAX_ATTESTORS}", attestors.len())));
        }
        // More than half: two quorums share an attestor, who then signed both sides of a contradiction.
        let m = threshold as usize;
        if m > attestors.len() || m <= attestors.len() / 2 {
            return Err(Reason::new("threshold", format!("{m} of {}; expected more than half and at most all", attestors.len())));
        }
        let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for one in &attestors {
            check_name(&one.name)?;
            if !names.insert(&one.name) {
                return Err(Reason::new("duplicate-attestor-name", one.name.clone()));
            }
            if !keys.insert(one.public_key) {
                return Err(Reason::new("duplicate-attestor-key", format!("the key of `{}` stands under another name too", one.name)));
            }
        }
        Ok(Self { epoch, threshold, attestors })
    }

    pub(crate) fn from_raw(set: &raw::AttestorSet) -> Result<Self, Reason> {
        if set.attestors.len() > MAX_ATTESTORS {
            return Err(Reason::new("attestor-count", format!("{} attestors; expected 1 to {MAX_ATTESTORS}", set.attestors.len())));
        }
        let attestors = set.attestors.iter().map(attestor).collect::<Result<_, _>>()?;
        Self::new(set.epoch, set.threshold, attestors)
    }

    pub(crate) fn to_raw(&self) -> raw::AttestorSet {
        let attestor = |one: &Attestor| raw::Attestor { name: one.name.clone(), public_key: Some(one.public_key.to_any()) };
        raw::AttestorSet { epoch: self.epoch, threshold: self.threshold, attestors: self.attestors.iter().map(attestor).collect() }
    }

    /// How often the set has changed, from 1.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// m.
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// The n attestors, in the order that signatures count them by.
    pub fn attestors(&self) -> &[Attestor] {
        &self.attestors
    }

    /// What stands in every digest that the set signs: SHA-256 of its canonical encoding.
    pub fn hash(&self) -> Hash {
        sha256(&[&self.to_raw().encode_to_vec()])
    }

    /// m - 1 liars change nothing.
    pub fn trust_class(&self) -> TrustClass {
        let n = u32::try_from(self.attestors.len()).unwrap_or(u32::MAX);
        TrustClass { kind: TrustKind::Attestors, n, f: self.threshold - 1 }
    }
}

fn attestor(one: &raw::Attestor) -> Result<Attestor, Reason> {
    let key = one.public_key.as_ref().ok_or_else(|| Reason::new("attestor-key", "missing"))?;
    let public_key = PublicKey::from_any(key).map_err(|error| Reason::new("attestor-key", error.to_string()))?;
    Ok(Attestor { name: one.name.clone(), public_key })
}

fn check_name(name: &str) -> Result<(), Reason> {
    match name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) || name.trim() != name {
        true => Err(Reason::new("attestor-name", format!("{name:?}; expected 1 to {MAX_NAME_BYTES} bytes, no control characters, no space around"))),
        false => Ok(()),
    }
}
