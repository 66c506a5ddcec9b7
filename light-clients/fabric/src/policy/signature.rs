//! Signature policies: so many of these principals, nested.

use govhub_lc_core::Reason;

use crate::messages::common::{SignaturePolicy as RawRule, SignaturePolicyEnvelope};
use crate::msp::{Principal, Signer};
use crate::wire::Message;

/// Levels of nesting. Policies written by people have two or three.
const MAX_DEPTH: usize = 8;

/// Rules in all.
const MAX_RULES: usize = 1024;

/// A signature policy that can be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignaturePolicy<'a> {
    principals: Vec<Principal<'a>>,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// The principal of that index.
    SignedBy(usize),
    /// So many of those.
    NOutOf(i32, Vec<Rule>),
}

impl<'a> SignaturePolicy<'a> {
    /// Reads a policy.
    ///
    /// # Errors
    /// `malformed`; `policy-malformed`: another version, no rule, a principal that is not there; `policy-too-large`; those of
    /// [`Principal::read`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let raw = SignaturePolicyEnvelope::read(bytes)?;
        if raw.version != 0 {
            return Err(Reason::new("policy-malformed", format!("a signature policy of version {}", raw.version)));
        }
        let principals = raw.identities.iter().map(Principal::read).collect::<Result<Vec<_>, _>>()?;
        let rule = rule(raw.rule, principals.len(), 0, &mut 0)?;
        Ok(Self { principals, rule })
    }

    /// Whether the signers satisfy it.
    ///
    /// As Fabric evaluates: from left to right, each signer for one leaf at most, without going back; what a branch used is given back if
    /// the branch fails.
    pub fn holds(&self, signers: &[Signer]) -> bool {
        self.rule_holds(&self.rule, signers, &mut vec![false; signers.len()])
    }

    fn rule_holds(&self, rule: &Rule, signers: &[Signer], used: &mut Vec<bool>) -> bool {
        match rule {
            Rule::SignedBy(index) => {
                let principal = &self.principals[*index];
                let found = signers.iter().zip(used.iter()).position(|(signer, used)| !used && principal.is(signer));
                found.map(|place| used[place] = true).is_some()
            }
            Rule::NOutOf(needed, rules) => {
                let mut satisfied = 0;
                for rule in rules {
                    let mut trial = used.clone();
                    if self.rule_holds(rule, signers, &mut trial) {
                        satisfied += 1;
                        *used = trial;
                    }
                }
                *needed > 0 && satisfied >= *needed
            }
        }
    }
}

fn rule(bytes: &[u8], principals: usize, depth: usize, rules: &mut usize) -> Result<Rule, Reason> {
    *rules += 1;
    if depth == MAX_DEPTH || *rules > MAX_RULES {
        return Err(Reason::new("policy-too-large", format!("more than {MAX_DEPTH} levels or {MAX_RULES} rules")));
    }
    let raw = RawRule::read(bytes)?;
    match (raw.signed_by, raw.n_out_of) {
        (Some(index), None) => usize::try_from(index)
            .ok()
            .filter(|index| *index < principals)
            .map(Rule::SignedBy)
            .ok_or_else(|| Reason::new("policy-malformed", format!("principal {index} of {principals}"))),
        (None, Some(raw)) => {
            let list = raw.rules.iter().map(|one| rule(one, principals, depth + 1, rules)).collect::<Result<Vec<_>, _>>()?;
            Ok(Rule::NOutOf(raw.n, list))
        }
        _ => Err(Reason::new("policy-malformed", "a rule that is neither a principal nor a count, or both")),
    }
}
