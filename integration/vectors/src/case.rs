//! One case: what was expected, what the light client said.

use std::fmt;

/// What a case must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Every check runs and holds, under the trust that the folder names.
    Accept,
    /// Refused, for one of these reasons in the file's own words; any reason if there are none.
    Reject(Vec<String>),
    /// Holds only against itself: never accepted as trusted.
    SelfConsistent,
    /// Accepted, or refused with the unsupported feature named.
    AcceptOrUnsupported,
}

/// What the light client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted under the named trust; for hash and codec values: reproduced.
    Accepted,
    /// Holds against itself, and nothing outside vouches for it.
    SelfConsistent,
    /// Refused.
    Refused {
        /// Our stable code.
        code: String,
        /// Expected and found.
        detail: String,
    },
    /// The kind of chain is named and not followed.
    Unsupported(String),
}

impl Verdict {
    /// A refusal with its reason.
    pub fn refused(reason: &govhub_lc_core::Reason) -> Self {
        Self::Refused { code: reason.code.to_owned(), detail: reason.detail.clone() }
    }
}

/// One case of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name within the file, e.g. `block 7` or the file's own case name.
    pub name: String,
    /// What it must come to.
    pub expected: Expected,
    /// What it came to.
    pub verdict: Verdict,
}

impl Case {
    /// Whether the verdict is the expected one; `words` are the file's words for our code, see [`crate::Family::words`].
    pub fn good(&self, words: &dyn Fn(&str) -> &'static [&'static str]) -> bool {
        match (&self.expected, &self.verdict) {
            (Expected::Accept | Expected::AcceptOrUnsupported, Verdict::Accepted)
            | (Expected::SelfConsistent, Verdict::SelfConsistent)
            | (Expected::AcceptOrUnsupported, Verdict::Unsupported(_)) => true,
            (Expected::Reject(reasons), Verdict::Refused { code, .. }) => {
                reasons.is_empty() || reasons.iter().any(|reason| reason == code || words(code).contains(&reason.as_str()))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => out.write_str("accept"),
            Self::Reject(reasons) if reasons.is_empty() => out.write_str("reject"),
            Self::Reject(reasons) => write!(out, "reject ({})", reasons.join(" | ")),
            Self::SelfConsistent => out.write_str("self-consistent only"),
            Self::AcceptOrUnsupported => out.write_str("accept or unsupported"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => out.write_str("accepted"),
            Self::SelfConsistent => out.write_str("self-consistent, NOT trusted"),
            Self::Refused { code, detail } => write!(out, "refused: {code}: {detail}"),
            Self::Unsupported(what) => write!(out, "unsupported: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(code: &str) -> &'static [&'static str] {
        match code {
            "commit-quorum" => &["insufficient_quorum"],
            _ => &[],
        }
    }

    fn case(expected: Expected, verdict: Verdict) -> Case {
        Case { name: "a".into(), expected, verdict }
    }

    #[test]
    fn a_refusal_counts_only_for_a_reason_that_the_case_allows() {
        let refused = |code: &str| Verdict::Refused { code: code.into(), detail: String::new() };
        let allowed = Expected::Reject(vec!["insufficient_quorum".into()]);
        assert!(case(allowed.clone(), refused("commit-quorum")).good(&words));
        assert!(!case(allowed.clone(), refused("data-hash")).good(&words));
        assert!(!case(allowed, Verdict::Accepted).good(&words));
        assert!(case(Expected::Reject(Vec::new()), refused("anything")).good(&words));
    }

    #[test]
    fn a_refused_control_and_an_accepted_stranger_are_not_good() {
        let refused = Verdict::Refused { code: "commit-quorum".into(), detail: String::new() };
        assert!(!case(Expected::Accept, refused).good(&words));
        assert!(!case(Expected::SelfConsistent, Verdict::Accepted).good(&words));
        assert!(!case(Expected::Accept, Verdict::Unsupported("raft".into())).good(&words));
        assert!(case(Expected::AcceptOrUnsupported, Verdict::Unsupported("raft".into())).good(&words));
    }
}
