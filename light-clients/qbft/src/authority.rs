//! Who is in charge of the next header: the set that the client tallies itself, vote by vote, as the chain's own nodes do.
//!
//! A vote is one proposer's word on one candidate. It counts from the next header on, when more than half of the set have voted alike;
//! epoch blocks drop what is pending. The flavours differ:
//!
//! | | Besu | GoQuorum |
//! |---|---|---|
//! | vote in an epoch block | ignored | counts, after the reset (seen live) |
//! | a vote that changes nothing | counts, to no effect | is dropped |
//! | no vote | nothing | a vote to drop the zero address: takes the proposer's earlier vote on that address back |
//! | set replaced by a transition | its header's parent's vote counts on the new set, all others are gone | pending votes stay |
//!
//! Source: Besu `VoteTally`, `VoteTallyUpdater`, `ForkingVoteTallyCache` (pending votes never outlive an epoch block in any version: the
//! cache starts anew there); GoQuorum `consensus/istanbul/backend/snapshot.go`.

use std::collections::BTreeMap;

use govhub_lc_core::{Reason, TrustClass, TrustKind};
use govhub_types::hash::sha256;
use prost::Message;

use crate::extra::{Address, Vote, MAX_VALIDATORS};
use crate::keccak::Hash;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::seals::tolerated;

/// Votes that may be pending at once; they are stored. One validator who votes for a thousand strangers within an epoch thereby stops the
/// client, until governance anchors it anew; an honest network has a few.
pub const MAX_VOTES: usize = 1024;

/// Who is in charge of the next header, and which votes are pending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    /// Ascending. Where a contract says who is in charge: who was in charge of this header.
    validators: Vec<Address>,
    /// By candidate, then voter; true to add.
    votes: BTreeMap<(Address, Address), bool>,
    /// GoQuorum's counts by candidate, kept beside the votes as there: to add, how many.
    counts: BTreeMap<Address, (bool, u32)>,
    votes_unknown: bool,
}

/// One block, as the tally sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cast {
    pub proposer: Address,
    pub vote: Option<Vote>,
    pub is_epoch: bool,
}

impl Authority {
    /// A set without pending votes.
    ///
    /// # Errors
    /// `authority` for a set that is empty, too large or not strictly ascending.
    pub fn of(validators: Vec<Address>) -> Result<Self, Reason> {
        check_set("authority", &validators)?;
        Ok(Self { validators, ..Self::default() })
    }

    /// The same, with votes that may have been missed.
    pub(crate) fn with_votes_unknown(self) -> Self {
        Self { votes_unknown: true, ..self }
    }

    /// The validators, ascending.
    pub fn validators(&self) -> &[Address] {
        &self.validators
    }

    /// Votes that have not passed: candidate, voter, whether to add.
    pub fn votes(&self) -> impl Iterator<Item = (Address, Address, bool)> + '_ {
        self.votes.iter().map(|((candidate, voter), add)| (*candidate, *voter, *add))
    }

    /// True if headers were skipped since the last epoch block, so that votes may be missing.
    pub fn votes_unknown(&self) -> bool {
        self.votes_unknown
    }

    /// Whom one believes: n validators of which f may lie.
    pub fn trust_class(&self) -> TrustClass {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        TrustClass { kind: TrustKind::BftQuorum, n: count(self.validators.len()), f: count(tolerated(self.validators.len())) }
    }

    /// SHA-256 of its encoding: what a consensus state keeps.
    pub fn hash(&self) -> Hash {
        sha256(&[b"govhub/qbft/authority/1", &self.to_raw().encode_to_vec()])
    }

    /// After one block of a Besu chain whose set is counted by votes.
    ///
    /// # Errors
    /// `too-many-votes`; `validators-gone` if the last validator was voted out.
    pub(crate) fn after_besu(mut self, cast: Cast, replaced: Option<&[Address]>) -> Result<Self, Reason> {
        if let Some(set) = replaced {
            self = Self { validators: set.to_vec(), ..Self::default() };
        }
        if cast.is_epoch {
            self.votes.clear();
            self.votes_unknown = false;
        } else if let Some(vote) = cast.vote {
            self.votes.insert((vote.candidate, cast.proposer), vote.add);
            let limit = self.majority();
            let adds = self.votes_on(vote.candidate).filter(|add| *add).count();
            let drops = self.votes_on(vote.candidate).count() - adds;
            // Either side may have reached a limit that became smaller when others left.
            for (count, add) in [(adds, true), (drops, false)] {
                if count >= limit {
                    self.pass(Vote { add, ..vote });
                }
            }
        }
        self.checked()
    }

    /// After one block of a GoQuorum chain whose set is counted by votes.
    ///
    /// # Errors
    /// As [`Authority::after_besu`].
    pub(crate) fn after_goquorum(mut self, cast: Cast, replaced: Option<&[Address]>) -> Result<Self, Reason> {
        if cast.is_epoch {
            self.votes.clear();
            self.counts.clear();
        }
        let vote = cast.vote.unwrap_or(Vote { candidate: Address::default(), add: false });
        if let Some(earlier) = self.votes.remove(&(vote.candidate, cast.proposer)) {
            self.uncount(vote.candidate, earlier);
        }
        if self.is_validator(&vote.candidate) != vote.add {
            self.votes.insert((vote.candidate, cast.proposer), vote.add);
            let count = self.counts.entry(vote.candidate).or_insert((vote.add, 0));
            count.1 = count.1.saturating_add(1);
        }
        if let Some((add, count)) = self.counts.get(&vote.candidate).copied() {
            if count as usize >= self.majority() {
                self.pass(Vote { add, ..vote });
            }
        }
        if let Some(set) = replaced {
            self.validators = set.to_vec();
        }
        self.checked()
    }

    fn majority(&self) -> usize {
        self.validators.len() / 2 + 1
    }

    fn is_validator(&self, address: &Address) -> bool {
        self.validators.binary_search(address).is_ok()
    }

    fn votes_on(&self, candidate: Address) -> impl Iterator<Item = bool> + '_ {
        self.votes.range((candidate, [0; 20])..=(candidate, [0xff; 20])).map(|(_, add)| *add)
    }

    /// Takes a vote off its count; one that the count is not of is not in it.
    fn uncount(&mut self, candidate: Address, add: bool) {
        if let Some((_, count)) = self.counts.get_mut(&candidate).filter(|(of, _)| *of == add) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&candidate);
            }
        }
    }

    /// Changes the set as `passed` says; votes on the candidate are settled, and those of a validator who left are void.
    fn pass(&mut self, passed: Vote) {
        let candidate = passed.candidate;
        match (self.validators.binary_search(&candidate), passed.add) {
            (Err(place), true) => self.validators.insert(place, candidate),
            (Ok(place), false) => {
                self.validators.remove(place);
            }
            _ => {}
        }
        if !passed.add {
            let void: Vec<_> = self.votes.iter().filter(|((_, voter), _)| *voter == candidate).map(|((on, _), add)| (*on, *add)).collect();
            for (on, add) in void {
                self.votes.remove(&(on, candidate));
                self.uncount(on, add);
            }
        }
        self.votes.retain(|(on, _), _| *on != candidate);
        self.counts.remove(&candidate);
    }

    fn checked(self) -> Result<Self, Reason> {
        if self.votes.len() > MAX_VOTES || self.counts.len() > MAX_VOTES {
            return Err(Reason::new("too-many-votes", format!("more than {MAX_VOTES} are pending")));
        }
        match self.validators.len() {
            0 => Err(Reason::new("validators-gone", "the last validator was voted out")),
            1..=MAX_VALIDATORS => Ok(self),
            more => Err(Reason::new("too-many-validators", format!("{more}, at most {MAX_VALIDATORS}"))),
        }
    }

    /// Checks a stored or supplied one.
    ///
    /// # Errors
    /// `authority`.
    pub fn from_raw(raw: &raw::Authority) -> Result<Self, Reason> {
        let wrong = |why: &str| Reason::new("authority", why);
        let address = |bytes: &[u8]| Address::try_from(bytes).map_err(|_| wrong("an address of a wrong length"));
        if raw.votes.len() > MAX_VOTES || raw.counts.len() > MAX_VOTES {
            return Err(wrong("too many votes"));
        }
        let mut authority = Self { validators: addresses("authority", &raw.validators)?, votes_unknown: raw.votes_unknown, ..Self::default() };
        for vote in &raw.votes {
            let key = (address(&vote.candidate)?, address(&vote.voter)?);
            if authority.votes.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(wrong("votes that are not strictly ascending"));
            }
            authority.votes.insert(key, vote.add);
        }
        for count in &raw.counts {
            let candidate = address(&count.candidate)?;
            if count.votes == 0 || authority.counts.last_key_value().is_some_and(|(last, _)| *last >= candidate) {
                return Err(wrong("counts of zero, or not strictly ascending"));
            }
            authority.counts.insert(candidate, (count.add, count.votes));
        }
        Ok(authority)
    }

    /// As it stands in a client state or an update message.
    pub fn to_raw(&self) -> raw::Authority {
        let vote = |((candidate, voter), add): (&(Address, Address), &bool)| raw::Vote { candidate: candidate.to_vec(), voter: voter.to_vec(), add: *add };
        let count = |(candidate, (add, votes)): (&Address, &(bool, u32))| raw::Count { candidate: candidate.to_vec(), add: *add, votes: *votes };
        raw::Authority {
            validators: self.validators.iter().map(|address| address.to_vec()).collect(),
            votes: self.votes.iter().map(vote).collect(),
            counts: self.counts.iter().map(count).collect(),
            votes_unknown: self.votes_unknown,
        }
    }
}

/// The addresses of a set.
///
/// # Errors
/// `code` for a set that is empty, too large or not strictly ascending.
pub(crate) fn addresses(code: &'static str, raw: &[Vec<u8>]) -> Result<Vec<Address>, Reason> {
    let set: Result<Vec<Address>, _> = raw.iter().take(MAX_VALIDATORS + 1).map(|bytes| bytes.as_slice().try_into()).collect();
    let set = set.map_err(|_| Reason::new(code, "an address of a wrong length"))?;
    check_set(code, &set)?;
    Ok(set)
}

/// True if no address stands before a smaller one or beside itself.
pub(crate) fn is_ascending(set: &[Address]) -> bool {
    set.windows(2).all(|pair| pair[0] < pair[1])
}

fn check_set(code: &'static str, set: &[Address]) -> Result<(), Reason> {
    if set.is_empty() || set.len() > MAX_VALIDATORS {
        return Err(Reason::new(code, format!("{} validators; expected 1 to {MAX_VALIDATORS}", set.len())));
    }
    if !is_ascending(set) {
        return Err(Reason::new(code, "validators that are not strictly ascending"));
    }
    Ok(())
}
