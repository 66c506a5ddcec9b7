//! The chains' own files, for any family (feature `native`): what an operator has at hand before a node is connected.
//!
//! [`family`] finds a family's reader by name; [`Follower`] judges what it reads, in order, under one trust file.

mod follower;

pub use follower::{Follower, Judgement, Outcome};

use std::collections::BTreeMap;

use govhub_lc_core::native::{Explained, Item};
use govhub_lc_core::{Check, CheckOutcome, Reason, TrustFile};

use crate::{excerpt, FAMILIES, NATIVE};

/// How one family reads its chains' files.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// Client type, e.g. `gov-qbft`.
    pub client_type: &'static str,
    /// Names of all checks behind an accepted header.
    pub checks: &'static [&'static str],
    /// Cuts a file into headers and proofs.
    pub items: fn(&[u8]) -> Result<Vec<Item>, Reason>,
    /// Judges an item against nothing but itself.
    pub self_check: fn(&Item) -> Result<Vec<Check>, Reason>,
    /// Makes a trust file from an anchor and the family's parameters by name.
    pub trust_file: fn(&[u8], &BTreeMap<String, String>) -> Result<TrustFile, Reason>,
    /// Every value of a trust file, for people.
    pub explain: fn(&TrustFile) -> Result<Vec<Explained>, Reason>,
}

/// The reader of a family.
///
/// # Errors
/// `unknown-family`.
pub fn family(client_type: &str) -> Result<&'static Native, Reason> {
    let found = NATIVE.iter().find(|native| native.client_type == client_type);
    found.ok_or_else(|| Reason::new("unknown-family", format!("`{}`; known are {FAMILIES:?}", excerpt(client_type))))
}

impl Native {
    /// Judges an item without any trust: at best it is consistent in itself, which a forger's is too.
    pub fn judge_alone(&self, item: &Item) -> Judgement {
        match (self.self_check)(item) {
            Ok(checks) => Judgement { label: item.label().to_owned(), outcome: Outcome::SelfConsistent, checks },
            Err(reason) => self.refused(item, reason),
        }
    }

    fn refused(&self, item: &Item, reason: Reason) -> Judgement {
        let known = matches!(item, Item::Header { .. }) && self.checks.contains(&reason.code);
        let failed = Check { name: reason.code, outcome: CheckOutcome::Fail };
        let names = if matches!(item, Item::Header { .. }) { self.checks } else { &[] };
        let of = |name: &&'static str| match *name == reason.code {
            true => failed.clone(),
            false => Check { name, outcome: CheckOutcome::NotCheckable },
        };
        let checks = (!known).then(|| failed.clone()).into_iter().chain(names.iter().map(of)).collect();
        Judgement { label: item.label().to_owned(), outcome: Outcome::Refused(reason), checks }
    }
}
