//! Headers and proofs of files, judged in order under one trust file, as a host would judge them.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, ConsensusStates, Fault, Reason, Status, Tally, TrustFile, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use super::{family, Native};
use crate::{from_trust_file, AnyClient};

/// What an item came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every check ran and held under the trust file.
    Verified,
    /// Holds against itself; nothing that is trusted vouches for it.
    SelfConsistent,
    /// A rule is broken, or a check could not run.
    Refused(Reason),
    /// Two statements that an honest chain cannot make. The client is frozen from here on.
    Misbehaviour(Reason),
}

/// The judgement of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What was judged, for people.
    pub label: String,
    /// What it came to.
    pub outcome: Outcome,
    /// The checks, in the family's order. After a refusal those that did not decide it are not checkable: a family stops at the first
    /// that fails.
    pub checks: Vec<Check>,
}

/// A client with its consensus states in memory, which grows by what it accepts.
#[derive(Clone, Debug)]
pub struct Follower {
    client: AnyClient,
    states: BTreeMap<Height, Any>,
    native: &'static Native,
    now: Time,
}

impl Follower {
    /// Starts from a trust file; `now` is the host's time for expiry and drift.
    ///
    /// # Errors
    /// As [`from_trust_file`].
    pub fn found(file: &TrustFile, now: Time) -> Result<Self, Reason> {
        let founded = from_trust_file(file)?;
        let native = family(&file.family)?;
        Ok(Self { client: founded.client, states: BTreeMap::from([(founded.height, founded.consensus_state)]), native, now })
    }

    /// The client as it stands.
    pub fn client(&self) -> &AnyClient {
        &self.client
    }

    /// Judges an item; an accepted header moves the client on.
    pub fn judge(&mut self, item: &Item) -> Judgement {
        let judged = self.usable().and_then(|()| match item {
            Item::Header { header, .. } => self.header(header),
            Item::Proof { proof, .. } => self.client.check_proof(&self.known(), proof).map(|checks| (Outcome::Verified, checks)),
        });
        match judged {
            Ok((outcome, checks)) => Judgement { label: item.label().to_owned(), outcome, checks },
            Err(reason) => self.native.refused(item, reason),
        }
    }

    fn usable(&self) -> Result<(), Reason> {
        match self.client.status(&self.known(), self.now) {
            Status::Active => Ok(()),
            Status::Frozen => Err(Reason::new("client-frozen", "misbehaviour was seen: nothing counts until governance recovers the client")),
            Status::Expired => Err(Reason::new("client-expired", format!("the newest state believed is older than the trusting period at {}", self.now))),
        }
    }

    fn header(&mut self, header: &Any) -> Result<(Outcome, Vec<Check>), Reason> {
        let verdict = self.client.verify_header(&self.known(), header, self.now).map_err(|fault| match fault {
            Fault::Undecodable(reason) => reason,
            Fault::NoConsensusState(_) => Reason::new("no-consensus-state", fault.to_string()),
        })?;
        match verdict {
            Verdict::Accepted(update) => self.accept(update).map(|checks| (Outcome::Verified, checks)),
            Verdict::NotEnoughTrust(tally) => Err(Reason::new("not-enough-trust", words(&tally))),
            Verdict::Invalid(reason) => Err(reason),
            Verdict::Misbehaviour(reason) => {
                self.client = AnyClient::decode(&self.client.freeze())?;
                Ok((Outcome::Misbehaviour(reason), Vec::new()))
            }
        }
    }

    fn accept(&mut self, update: Update) -> Result<Vec<Check>, Reason> {
        self.client = AnyClient::decode(&update.client_state)?;
        self.states.extend(update.consensus_states);
        Ok(update.checks)
    }

    fn known(&self) -> Known<'_> {
        Known { own: self.client.own_consensus_state(), stored: &self.states }
    }
}

fn words(tally: &Tally) -> String {
    let Tally { signed, total, needed_num, needed_den } = tally;
    format!("{signed} of {total} of the trusted signers signed, {needed_num}/{needed_den} are needed: a header in between may help")
}

/// The states stored, or the one that the client holds within itself.
struct Known<'a> {
    own: Option<Any>,
    stored: &'a BTreeMap<Height, Any>,
}

impl ConsensusStates for Known<'_> {
    fn at(&self, height: Height) -> Option<Any> {
        self.own.clone().or_else(|| self.stored.get(&height).cloned())
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.stored.range(..height).next_back().map(|(height, state)| (*height, state.clone()))
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        let beyond = (std::ops::Bound::Excluded(height), std::ops::Bound::Unbounded);
        self.stored.range(beyond).next().map(|(height, state)| (*height, state.clone()))
    }
}
