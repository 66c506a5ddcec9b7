//! Votes as the chains' own programs count them, in the structures of their code: what [`crate::authority`] is compared with.

use std::collections::{BTreeMap, BTreeSet};

use crate::extra::{Address, Vote};
use crate::proto::govhub::lightclients::qbft::v1 as raw;

/// One chain's validators and pending votes.
#[derive(Clone, Debug)]
pub enum Tally {
    /// Besu `VoteTally`: two maps from a subject to its voters.
    Besu {
        /// Current validators.
        validators: BTreeSet<Address>,
        /// Voters for adding a subject.
        add: BTreeMap<Address, BTreeSet<Address>>,
        /// Voters for removing a subject.
        remove: BTreeMap<Address, BTreeSet<Address>>,
    },
    /// GoQuorum `Snapshot`: a chronological list of votes, and a count per candidate.
    GoQuorum {
        /// Current validators.
        validators: BTreeSet<Address>,
        /// Voter, candidate, authorize.
        votes: Vec<(Address, Address, bool)>,
        /// Authorize and number of votes per candidate.
        tally: BTreeMap<Address, (bool, usize)>,
    },
}

impl Tally {
    /// Besu's, without votes.
    pub fn besu(validators: &[Address]) -> Self {
        Self::Besu { validators: validators.iter().copied().collect(), add: BTreeMap::new(), remove: BTreeMap::new() }
    }

    /// GoQuorum's, without votes.
    pub fn goquorum(validators: &[Address]) -> Self {
        Self::GoQuorum { validators: validators.iter().copied().collect(), votes: Vec::new(), tally: BTreeMap::new() }
    }

    /// Current validators, ascending.
    pub fn validators(&self) -> Vec<Address> {
        match self {
            Self::Besu { validators, .. } | Self::GoQuorum { validators, .. } => validators.iter().copied().collect(),
        }
    }

    /// As a client keeps it.
    pub fn to_raw(&self) -> raw::Authority {
        let mut pending: BTreeMap<(Address, Address), bool> = BTreeMap::new();
        let mut counts = Vec::new();
        match self {
            Self::Besu { add, remove, .. } => {
                for (map, add) in [(add, true), (remove, false)] {
                    pending.extend(map.iter().flat_map(|(on, voters)| voters.iter().map(move |voter| ((*on, *voter), add))));
                }
            }
            Self::GoQuorum { votes, tally, .. } => {
                pending.extend(votes.iter().map(|(voter, on, add)| ((*on, *voter), *add)));
                counts.extend(tally.iter().map(|(on, (add, votes))| raw::Count { candidate: on.to_vec(), add: *add, votes: *votes as u32 }));
            }
        }
        raw::Authority {
            validators: self.validators().iter().map(|address| address.to_vec()).collect(),
            votes: pending.into_iter().map(|((on, voter), add)| raw::Vote { candidate: on.to_vec(), voter: voter.to_vec(), add }).collect(),
            counts,
            votes_unknown: false,
        }
    }

    /// Counts one block; `replaced` is the set that a transition puts in charge of the next.
    pub fn count(&mut self, proposer: Address, vote: Option<Vote>, is_epoch: bool, replaced: Option<&[Address]>) {
        match self {
            Self::Besu { validators, add, remove } => {
                // `getValidatorsAfter`: a fresh tally, to which this block's vote is then applied.
                if let Some(set) = replaced {
                    *validators = set.iter().copied().collect();
                    add.clear();
                    remove.clear();
                }
                if is_epoch {
                    add.clear();
                    remove.clear();
                } else if let Some(vote) = vote {
                    besu_vote(validators, add, remove, proposer, vote);
                }
            }
            Self::GoQuorum { validators, votes, tally } => {
                if is_epoch {
                    votes.clear();
                    tally.clear();
                }
                goquorum_vote(validators, votes, tally, proposer, vote.unwrap_or(Vote { candidate: [0; 20], add: false }));
                if let Some(set) = replaced {
                    *validators = set.iter().copied().collect();
                }
            }
        }
    }
}

/// `VoteTally.addVote`.
fn besu_vote(
    validators: &mut BTreeSet<Address>, add: &mut BTreeMap<Address, BTreeSet<Address>>, remove: &mut BTreeMap<Address, BTreeSet<Address>>,
    proposer: Address, vote: Vote,
) {
    let subject = vote.candidate;
    let (for_adding, for_removing) = (add.entry(subject).or_default(), remove.entry(subject).or_default());
    if vote.add {
        for_adding.insert(proposer);
        for_removing.remove(&proposer);
    } else {
        for_removing.insert(proposer);
        for_adding.remove(&proposer);
    }
    let (adding, removing) = (for_adding.len(), for_removing.len());
    let limit = validators.len() / 2 + 1;
    if adding >= limit {
        validators.insert(subject);
        add.remove(&subject);
        remove.remove(&subject);
    }
    if removing >= limit {
        validators.remove(&subject);
        add.remove(&subject);
        remove.remove(&subject);
        add.values_mut().chain(remove.values_mut()).for_each(|voters| {
            voters.remove(&subject);
        });
    }
}

/// `Backend.snapApplyHeader`.
fn goquorum_vote(
    validators: &mut BTreeSet<Address>, votes: &mut Vec<(Address, Address, bool)>, tally: &mut BTreeMap<Address, (bool, usize)>, proposer: Address,
    vote: Vote,
) {
    fn uncast(tally: &mut BTreeMap<Address, (bool, usize)>, candidate: Address, authorize: bool) {
        match tally.get_mut(&candidate) {
            Some((of, count)) if *of == authorize && *count > 1 => *count -= 1,
            Some((of, _)) if *of == authorize => {
                tally.remove(&candidate);
            }
            _ => {}
        }
    }
    let Vote { candidate, add: authorize } = vote;
    if let Some(place) = votes.iter().position(|(voter, on, _)| *voter == proposer && *on == candidate) {
        let (_, on, earlier) = votes.remove(place);
        uncast(tally, on, earlier);
    }
    if validators.contains(&candidate) != authorize {
        tally.entry(candidate).or_insert((authorize, 0)).1 += 1;
        votes.push((proposer, candidate, authorize));
    }
    let Some((authorize, count)) = tally.get(&candidate).copied() else { return };
    if count <= validators.len() / 2 {
        return;
    }
    if authorize {
        validators.insert(candidate);
    } else {
        validators.remove(&candidate);
        let void: Vec<_> = votes.iter().filter(|(voter, _, _)| *voter == candidate).copied().collect();
        votes.retain(|(voter, _, _)| *voter != candidate);
        void.iter().for_each(|(_, on, authorize)| uncast(tally, *on, *authorize));
    }
    votes.retain(|(_, on, _)| *on != candidate);
    tally.remove(&candidate);
}
