//! Entries of the genesis file's `transitions` that change who the validators are. A client knows them from governance alone: a change
//! of the whole set that it was not told of stops it.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;

use crate::authority::addresses;
use crate::contract::ValidatorContract;
use crate::extra::Address;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::Flavour;

/// Entries that a client may have. Each is a decision of all operators; real files have a handful.
const MAX_TRANSITIONS: usize = 64;

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Votes count from here on, starting with this set.
    Validators(Vec<Address>),
    /// This contract says it from here on.
    Contract(ValidatorContract),
}

/// Who says who the validators are, block by block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    first: Option<ValidatorContract>,
    /// By the first header on which they act.
    changes: BTreeMap<u64, Change>,
}

impl Schedule {
    pub fn from_raw(flavour: Flavour, first: Option<&raw::ValidatorContract>, transitions: &[raw::Transition]) -> Result<Self, Reason> {
        let wrong = |why: String| Reason::new("transition", why);
        if transitions.len() > MAX_TRANSITIONS {
            return Err(wrong(format!("{} entries, at most {MAX_TRANSITIONS}", transitions.len())));
        }
        let first = first.map(ValidatorContract::from_raw).transpose()?;
        let (mut changes, mut contract_before) = (BTreeMap::new(), first.is_some());
        for (index, entry) in transitions.iter().enumerate() {
            let change = match (&entry.validators, &entry.contract) {
                (Some(set), None) => Change::Validators(addresses("transition", &set.addresses)?),
                (None, Some(contract)) => Change::Contract(ValidatorContract::from_raw(contract)?),
                _ => return Err(wrong(format!("the entry at {} must name either validators or a contract", entry.block))),
            };
            // GoQuorum looks at its first entry alone, and keeps votes of the time when a contract was in charge.
            if !flavour.checks_lists() && matches!(change, Change::Validators(_)) && (index > 0 || contract_before) {
                return Err(wrong(format!("at {}: GoQuorum replaces its set only by the first entry, and not after a contract", entry.block)));
            }
            contract_before |= matches!(change, Change::Contract(_));
            let acts_on = flavour.acts_on(entry.block).ok_or_else(|| wrong("a block number without a next".into()))?;
            if entry.block == 0 || changes.last_key_value().is_some_and(|(last, _)| *last >= acts_on) {
                return Err(wrong(format!("the entry at {} is at the genesis block or out of order", entry.block)));
            }
            changes.insert(acts_on, change);
        }
        if contract_before && !flavour.knows_contracts() {
            return Err(wrong(format!("{} knows no validator contract", flavour.name())));
        }
        Ok(Self { first, changes })
    }

    /// The contract in charge of the header at `number`; none if votes are.
    pub fn contract_at(&self, number: u64) -> Option<&ValidatorContract> {
        match self.changes.range(..=number).next_back() {
            Some((_, Change::Contract(contract))) => Some(contract),
            Some((_, Change::Validators(_))) => None,
            None => self.first.as_ref(),
        }
    }

    /// The set that replaces whatever was there, at exactly this header.
    pub fn replaced_at(&self, number: u64) -> Option<&[Address]> {
        match self.changes.get(&number) {
            Some(Change::Validators(set)) => Some(set),
            _ => None,
        }
    }

    /// True if votes are always in charge.
    pub fn is_votes_only(&self) -> bool {
        self.first.is_none() && !self.changes.values().any(|change| matches!(change, Change::Contract(_)))
    }
}
