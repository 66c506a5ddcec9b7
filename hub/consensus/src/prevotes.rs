//! Prevotes whose signatures were verified here: what a proof of lock consists of.
//!
//! A proposal may say that its value has a proof of lock. That word is its sender's; this is how a node knows by itself. Only then is
//! the value's time not judged again (PBTS: Tendermint's proposer-based timestamps).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arc_malachitebft_core_types as core;
use core::{NilOrVal, VoteType};

use crate::host::Rules;
use crate::vote::Vote;
use crate::{ValidatorAddress, ValidatorSet, ValueId};

/// Prevotes kept of one height: all of the largest set in some rounds. Beyond it locks are not recognised, which delays and never harms.
const PREVOTES_MAX: usize = 4_096;

/// The prevotes of the height that is being decided.
#[derive(Default)]
pub(crate) struct Prevotes(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    height: u64,
    validators: Option<ValidatorSet>,
    /// A validator's first word in a round; what it says besides is no news.
    first: BTreeMap<(u32, ValidatorAddress), ValueId>,
}

impl Prevotes {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A height begins, or begins again.
    pub fn begin(&self, rules: &Rules) {
        let mut inner = self.inner();
        if inner.height != rules.height {
            inner.first.clear();
        }
        inner.height = rules.height;
        inner.validators = Some(rules.validators.clone());
    }

    /// Takes in a vote whose signature is good, or that this node signed.
    pub fn record(&self, vote: &Vote) {
        let (VoteType::Prevote, NilOrVal::Val(id), Some(round)) = (vote.kind, &vote.value, vote.round.as_u32()) else { return };
        let mut inner = self.inner();
        if vote.height.0 == inner.height && inner.first.len() < PREVOTES_MAX {
            inner.first.entry((round, vote.address)).or_insert(*id);
        }
    }

    /// Whether more than two thirds of the power prevoted for `id` in `round` of `height`.
    pub fn locked(&self, height: u64, round: u32, id: &ValueId) -> bool {
        let inner = self.inner();
        let Some(validators) = inner.validators.as_ref().filter(|_| inner.height == height) else { return false };
        let power = |address: &ValidatorAddress| validators.get(address).map_or(0, |v| u128::from(v.power()));
        let signed: u128 = inner.first.iter().filter(|((r, _), i)| *r == round && *i == id).map(|((_, address), _)| power(address)).sum();
        3 * signed > 2 * u128::from(validators.total_power())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockHeight, ConsensusKey, Validator};
    use arc_malachitebft_core_types::Round;

    fn keys() -> Vec<ConsensusKey> {
        (1..=4).map(|n| ConsensusKey::from_seed([n; 32])).collect()
    }

    fn address(key: &ConsensusKey) -> ValidatorAddress {
        Validator::new(&key.public_key(), 1).expect("a real key").address()
    }

    fn rules(height: u64) -> Rules {
        let validators = keys().iter().map(|key| Validator::new(&key.public_key(), 10).expect("a real key")).collect();
        Rules { height, validators: ValidatorSet::new(validators).expect("four") }
    }

    fn id(tag: u8) -> ValueId {
        ValueId { hash: [tag; 32], parts_total: 1, parts_hash: [tag; 32], time_s: 1, time_ns: 0 }
    }

    fn prevote(voter: usize, height: u64, round: u32, tag: u8) -> Vote {
        let value = NilOrVal::Val(id(tag));
        Vote { kind: VoteType::Prevote, height: BlockHeight(height), round: Round::new(round), value, address: address(&keys()[voter]), extension: None }
    }

    #[test]
    fn three_of_four_lock_and_two_do_not() {
        let prevotes = Prevotes::default();
        prevotes.begin(&rules(5));
        prevotes.record(&prevote(0, 5, 1, 7));
        prevotes.record(&prevote(1, 5, 1, 7));
        assert!(!prevotes.locked(5, 1, &id(7)));
        prevotes.record(&prevote(2, 5, 1, 7));
        assert!(prevotes.locked(5, 1, &id(7)));
        assert!(!prevotes.locked(5, 0, &id(7)) && !prevotes.locked(5, 1, &id(8)) && !prevotes.locked(6, 1, &id(7)));
    }

    #[test]
    fn what_does_not_count() {
        let prevotes = Prevotes::default();
        prevotes.begin(&rules(5));
        for voter in 0..2 {
            prevotes.record(&prevote(voter, 5, 1, 7));
        }
        // One validator twice, a second word of it, a stranger, another height, a precommit, a vote for nil.
        prevotes.record(&prevote(1, 5, 1, 7));
        prevotes.record(&prevote(0, 5, 1, 8));
        prevotes.record(&Vote { address: ValidatorAddress([9; 20]), ..prevote(2, 5, 1, 7) });
        prevotes.record(&prevote(2, 4, 1, 7));
        prevotes.record(&Vote { kind: VoteType::Precommit, ..prevote(2, 5, 1, 7) });
        prevotes.record(&Vote { value: NilOrVal::Nil, ..prevote(2, 5, 1, 7) });
        assert!(!prevotes.locked(5, 1, &id(7)));
    }

    #[test]
    fn a_new_height_begins_without_votes_and_the_same_one_keeps_them() {
        let prevotes = Prevotes::default();
        prevotes.begin(&rules(5));
        (0..3).for_each(|voter| prevotes.record(&prevote(voter, 5, 0, 7)));
        prevotes.begin(&rules(5));
        assert!(prevotes.locked(5, 0, &id(7)));
        prevotes.begin(&rules(6));
        assert!(!prevotes.locked(5, 0, &id(7)));
    }
}
