//! Who may ask whom for what (PROTOCOL 3, "Rules"). Default is no; a rule names all seven things exactly, there are no wildcards.

use govhub_packets::{Authorisation, Envelope};
use govhub_store::{Column, State, Substore};
use govhub_types::hash::{sha256, Hash};
use govhub_types::{DepartmentId, LicenceType};
use prost::Message;

use crate::lists::{self, List};
use crate::proto::Rule;
use crate::kinds;

/// Rules of one page of a query.
pub const PAGE: usize = 256;

const LISTING: &[u8] = b"xr";

/// The seven things a rule is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Department that asks.
    pub asker: &'a str,
    /// Department that is asked.
    pub issuer: &'a str,
    /// `name/version`.
    pub kind: &'a str,
    /// 21 characters.
    pub licence_type: &'a str,
    /// Item of the list of purposes.
    pub purpose: &'a str,
    /// Item of the list of legal bases.
    pub legal_basis: &'a str,
    /// Number of the authorisation.
    pub authorisation: u32,
}

impl<'a> Subject<'a> {
    /// What a question to `issuer` about a licence of `licence_type` is about.
    pub fn of(envelope: &'a Envelope, issuer: &'a DepartmentId, licence_type: &'a LicenceType) -> Self {
        Self {
            asker: envelope.from.as_str(),
            issuer: issuer.as_str(),
            kind: &envelope.kind,
            licence_type: licence_type.as_str(),
            purpose: &envelope.purpose,
            legal_basis: &envelope.legal_basis,
            authorisation: number(envelope.authorisation),
        }
    }
}

/// The number that rules and records keep of an authorisation.
pub fn number(authorisation: Authorisation) -> u32 {
    authorisation.number().unsigned_abs()
}

/// True iff governance allowed exactly this on `day`, and the words still stand in the lists.
pub fn allows(state: &State<'_>, subject: &Subject<'_>, day: u32) -> bool {
    let Some(bytes) = state.get(Substore::Exchange, &key(&digest(subject))) else { return false };
    let rule = Rule::decode(bytes.as_slice()).expect("written by set() below");
    rule.not_before <= day
        && day <= rule.not_after
        && lists::contains(state, List::Purpose, subject.purpose)
        && lists::contains(state, List::LegalBasis, subject.legal_basis)
}

/// Adds a rule, or gives it other dates.
///
/// # Errors
/// A field that is none of its kind.
pub(crate) fn set(state: &mut State<'_>, rule: &Rule) -> Result<(), String> {
    check(rule)?;
    if rule.not_before > rule.not_after {
        return Err(format!("rule: not_before {} is after not_after {}", rule.not_before, rule.not_after));
    }
    for (list, item, name) in [(List::Purpose, &rule.purpose, "purpose"), (List::LegalBasis, &rule.legal_basis, "legal_basis")] {
        if !lists::contains(state, list, item) {
            return Err(format!("rule.{name}: `{}` is not in its list; set the lists first", item.chars().take(64).collect::<String>()));
        }
    }
    let digest = digest(&subject(rule));
    state.put(Substore::Exchange, &key(&digest), rule.encode_to_vec());
    state.column_put(Column::Index, &listing_key(&digest), rule.encode_to_vec());
    Ok(())
}

/// Takes a rule away.
///
/// # Errors
/// There is none, or dates were given.
pub(crate) fn remove(state: &mut State<'_>, rule: &Rule) -> Result<(), String> {
    check(rule)?;
    if rule.not_before != 0 || rule.not_after != 0 {
        return Err("rule: dates must be absent when a rule is removed".into());
    }
    let digest = digest(&subject(rule));
    if state.get(Substore::Exchange, &key(&digest)).is_none() {
        return Err("rule: no rule with these seven fields".into());
    }
    state.delete(Substore::Exchange, &key(&digest));
    state.column_delete(Column::Index, &listing_key(&digest));
    Ok(())
}

/// One page of rules behind the key `after` (empty: from the start), and the key to go on with (empty: the end).
pub fn page(state: &State<'_>, after: &[u8]) -> (Vec<Rule>, Vec<u8>) {
    let from = if after.is_empty() { LISTING.to_vec() } else { [LISTING, after, &[0]].concat() };
    let found = state.column_range(Column::Index, &from, b"xs", PAGE);
    let next = if found.len() == PAGE { found.last().map(|(k, _)| k[LISTING.len()..].to_vec()).unwrap_or_default() } else { Vec::new() };
    (found.into_iter().map(|(_, v)| Rule::decode(v.as_slice()).expect("written by set()")).collect(), next)
}

fn check(rule: &Rule) -> Result<(), String> {
    rule.asker.parse::<DepartmentId>().map_err(|e| format!("rule.asker: {e}"))?;
    rule.issuer.parse::<DepartmentId>().map_err(|e| format!("rule.issuer: {e}"))?;
    rule.licence_type.parse::<LicenceType>().map_err(|e| format!("rule.licence_type: {e}"))?;
    if rule.kind != kinds::LIC_VERIFY {
        return Err(format!("rule.kind: only {} is asked under rules, found `{}`", kinds::LIC_VERIFY, rule.kind.chars().take(64).collect::<String>()));
    }
    if !(1..=3).contains(&rule.authorisation) {
        return Err(format!("rule.authorisation: 1 to 3, found {}", rule.authorisation));
    }
    Ok(())
}

fn subject(rule: &Rule) -> Subject<'_> {
    Subject {
        asker: &rule.asker,
        issuer: &rule.issuer,
        kind: &rule.kind,
        licence_type: &rule.licence_type,
        purpose: &rule.purpose,
        legal_basis: &rule.legal_basis,
        authorisation: rule.authorisation,
    }
}

/// SHA-256 of the canonical bytes of a rule without dates: fields cannot run into one another.
fn digest(s: &Subject<'_>) -> Hash {
    let rule = Rule {
        asker: s.asker.into(),
        issuer: s.issuer.into(),
        kind: s.kind.into(),
        licence_type: s.licence_type.into(),
        purpose: s.purpose.into(),
        legal_basis: s.legal_basis.into(),
        authorisation: s.authorisation,
        not_before: 0,
        not_after: 0,
    };
    sha256(&[&rule.encode_to_vec()])
}

fn key(digest: &Hash) -> Vec<u8> {
    [b"r", digest.as_slice()].concat()
}

fn listing_key(digest: &Hash) -> Vec<u8> {
    [LISTING, digest].concat()
}
