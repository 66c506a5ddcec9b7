//! Policies: whose signatures are needed.
//!
//! Two kinds: a signature policy counts principals, an implicit meta policy counts the groups below whose own policy of a name holds.
//! Stricter than Fabric in three places: an implicit meta policy over no groups holds for nobody (there: for everybody), a threshold
//! that is not positive is never reached (there: always), and one key counts once, whatever certificates it has.
//!
//! Source: fabric `common/policies/{policy,implicitmeta}.go`, `common/cauthdsl/cauthdsl.go`.

mod signature;

use govhub_lc_core::Reason;

use crate::config::Group;
use crate::messages::common::{ImplicitMetaPolicy, Policy, POLICY_IMPLICIT_META, POLICY_SIGNATURE};
use crate::msp::Signer;
use crate::wire::Message;

pub use signature::SignaturePolicy;

/// The root of every path.
pub const ROOT: &str = "Channel";

/// Policies of a configuration by path: `/Channel/Orderer/BlockValidation`.
#[derive(Clone, Copy, Debug)]
pub struct Policies<'c, 'a> {
    root: &'c Group<'a>,
}

impl<'c, 'a> Policies<'c, 'a> {
    /// Those of a configuration's root group.
    pub fn of(root: &'c Group<'a>) -> Self {
        Self { root }
    }

    /// That the signers satisfy the policy at `path`, an absolute one.
    ///
    /// # Errors
    /// `policy-missing`; `policy-unsupported`; `malformed`, `policy-malformed`, `policy-too-large`; if it does not hold, the reason why one of the
    /// signers is no member, or else `policy-not-satisfied`.
    pub fn check(&self, path: &str, signers: &[Signer]) -> Result<(), Reason> {
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["", ROOT, below @ ..] => self.check_below(self.root, below, path, signers),
            _ => Err(missing(path)),
        }
    }

    /// That the signers satisfy the policy `name` as an element of the group at `group` names it: an absolute path, or one from that group.
    ///
    /// # Errors
    /// As [`Policies::check`].
    pub fn check_from(&self, group: &[&str], name: &str, signers: &[Signer]) -> Result<(), Reason> {
        if name.starts_with('/') {
            return self.check(name, signers);
        }
        let group = self.root.at(group).ok_or_else(|| missing(name))?;
        self.check_below(group, &name.split('/').collect::<Vec<_>>(), name, signers)
    }

    fn check_below(&self, group: &Group<'a>, path: &[&str], shown: &str, signers: &[Signer]) -> Result<(), Reason> {
        let found = path.split_last().and_then(|(name, groups)| {
            let group = group.at(groups)?;
            Some((group, group.policy(name)?))
        });
        let (group, policy) = found.ok_or_else(|| missing(shown))?;
        if holds(group, policy, signers)? {
            return Ok(());
        }
        Err(not_satisfied(shown, signers))
    }

    /// Reads every policy of the tree once, so that a configuration with one that cannot be read is not accepted.
    ///
    /// # Errors
    /// As [`Policies::check`], but for the ones about signers.
    pub fn check_readable(&self) -> Result<(), Reason> {
        readable(self.root)
    }
}

/// Why a policy does not hold: that a signer is no member says more than that too few are.
pub(crate) fn not_satisfied(what: &str, signers: &[Signer]) -> Reason {
    match signers.iter().find_map(|signer| signer.member().err()) {
        Some(reason) => Reason::new(reason.code, format!("{what}: {}", reason.detail)),
        None => Reason::new("policy-not-satisfied", format!("{what}: not by these {} signers", signers.len())),
    }
}

fn missing(path: &str) -> Reason {
    Reason::new("policy-missing", format!("no policy `{}`", path.chars().take(200).collect::<String>()))
}

/// Whether a policy of `group` holds. Recursion goes down the tree, whose depth is bounded.
fn holds(group: &Group<'_>, policy: &Policy<'_>, signers: &[Signer]) -> Result<bool, Reason> {
    match policy.kind {
        POLICY_SIGNATURE => Ok(SignaturePolicy::read(policy.value)?.holds(signers)),
        POLICY_IMPLICIT_META => {
            let meta = ImplicitMetaPolicy::read(policy.value)?;
            let mut satisfied = 0;
            for below in group.groups.values() {
                // A group without such a policy counts as one that does not agree.
                satisfied += usize::from(match below.policy(meta.sub_policy) {
                    Some(policy) => holds(below, policy, signers)?,
                    None => false,
                });
            }
            Ok(needed(meta.rule, group.groups.len())?.is_some_and(|needed| satisfied >= needed))
        }
        other => Err(Reason::new("policy-unsupported", format!("a policy of type {other}"))),
    }
}

/// Of `groups`, how many must agree. `None`: nobody can, since there are none.
fn needed(rule: i32, groups: usize) -> Result<Option<usize>, Reason> {
    let needed = match rule {
        0 => 1,
        1 => groups,
        2 => groups / 2 + 1,
        other => return Err(Reason::new("policy-malformed", format!("an implicit meta policy with rule {other}"))),
    };
    Ok((groups > 0).then_some(needed))
}

fn readable(group: &Group<'_>) -> Result<(), Reason> {
    for (name, policy) in &group.policies {
        let policy = policy.policy.as_ref().ok_or_else(|| Reason::new("policy-malformed", format!("policy `{name}` is empty")))?;
        holds(group, policy, &[])?;
    }
    group.groups.values().try_for_each(readable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_implicit_meta_policies() {
        let of = |rule| (0..5).map(|groups| needed(rule, groups).expect("known")).collect::<Vec<_>>();
        assert_eq!(of(0), [None, Some(1), Some(1), Some(1), Some(1)]);
        assert_eq!(of(1), [None, Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(of(2), [None, Some(1), Some(2), Some(2), Some(3)]);
        assert_eq!(needed(3, 1).expect_err("no such rule").code, "policy-malformed");
    }
}
