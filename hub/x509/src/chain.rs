//! The rules of a chain: from a certificate to a root that the caller believes.
//!
//! Source: RFC 5280, section 6.1, without policies and name constraints.

use govhub_types::Time;

use crate::certificate::Certificate;
use crate::error::{ChainError, SignatureError};
use crate::extensions::{ExtendedUsage, KeyUsage};
use crate::limits::{MAX_CHAIN, MAX_SIGNATURE_CHECKS};
use crate::signature::{verify_signature, LowS};
use crate::Store;

/// At which moment every certificate of the chain must be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At that time: whoever is believed now.
    At(Time),
    /// One second after the leaf's own notBefore: whether it was issued by authorities that were valid then, and never mind that it has
    /// expired since. So Fabric judges identities, and so signatures of long ago stay verifiable.
    AtIssue,
    /// Dates are not looked at.
    Unchecked,
}

/// What the certificate at the end of the chain must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// No authority.
    EndEntity,
    /// An authority; it may itself be a root, then it is its own chain.
    Authority,
}

/// What becomes of a revocation list that speaks for an issuer of the chain (by key identifier or name) but is not signed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignCrl {
    /// It is passed over, as Fabric does: anybody may have put it there.
    Skip,
    /// The chain is refused: the caller's lists come from a place where each was verified before, so that one is an alarm.
    Refuse,
}

/// What the caller demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The moment.
    pub when: When,
    /// What the leaf must be.
    pub role: Role,
    /// Bits that the leaf's key usage must have. An end entity without the extension may do anything (RFC 5280, 4.2.1.3), an authority
    /// without it nothing.
    pub usage: KeyUsage,
    /// A purpose that every certificate of the chain with extended key usages must list. `None`: no demand, and a certificate whose list
    /// is critical is refused, since it insists on purposes that nobody asked for.
    pub extended_usage: Option<ExtendedUsage>,
    /// Lists of somebody else.
    pub foreign_crl: ForeignCrl,
}

impl Rules {
    /// An end entity whose key signs messages, valid at `when`; lists that its issuers did not sign are skipped.
    pub const fn signer(when: When) -> Self {
        Self { when, role: Role::EndEntity, usage: KeyUsage::DIGITAL_SIGNATURE, extended_usage: None, foreign_crl: ForeignCrl::Skip }
    }

    /// An authority that signs certificates, valid at `when`; lists that its issuers did not sign are skipped.
    pub const fn authority(when: When) -> Self {
        Self { role: Role::Authority, usage: KeyUsage::KEY_CERT_SIGN, ..Self::signer(when) }
    }
}

/// A chain that holds: leaf first, root last. Only [`verify_chain`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain<'a> {
    certificates: Vec<&'a Certificate>,
}

impl<'a> Chain<'a> {
    /// All of them, leaf first.
    pub fn certificates(&self) -> &[&'a Certificate] {
        &self.certificates
    }

    /// The certificate that was asked about.
    pub fn leaf(&self) -> &'a Certificate {
        self.certificates[0]
    }

    /// Who issued the leaf: the second certificate, or the root itself.
    pub fn issuer(&self) -> &'a Certificate {
        self.certificates.get(1).copied().unwrap_or_else(|| self.leaf())
    }

    /// The root.
    pub fn root(&self) -> &'a Certificate {
        self.certificates.last().copied().unwrap_or_else(|| self.leaf())
    }
}

/// Finds a chain from `leaf` to a root of `store` in which every rule holds.
///
/// Of several, the one through the first certificates of the store is given. Every certificate but the root is looked up in the
/// revocation lists of its issuer.
///
/// # Errors
/// [`ChainError`] with the rule that the most promising attempt broke: the one that came nearest to a root, and got furthest in it.
///
/// # Not checked
/// That lists exist or are recent: a store without lists revokes nothing. The key's possession: see [`Certificate::verify_signature`].
pub fn verify_chain<'a>(leaf: &'a Certificate, store: &'a Store, rules: &Rules) -> Result<Chain<'a>, ChainError> {
    let moment_s = match rules.when {
        When::At(time) => Some(time.unix_s()),
        When::AtIssue => Some(leaf.validity().not_before_s.saturating_add(1)),
        When::Unchecked => None,
    };
    check_leaf(leaf, rules)?;
    check_alone(leaf, rules, moment_s)?;
    let mut path = vec![leaf];
    let is_root = rules.role == Role::Authority && store.roots().iter().any(|root| root.der() == leaf.der());
    if !is_root {
        Search { store, rules: *rules, moment_s, signature_checks: 0, refusal: None }.run(&mut path)?;
    }
    Ok(Chain { certificates: path })
}

fn check_leaf(leaf: &Certificate, rules: &Rules) -> Result<(), ChainError> {
    let name = || leaf.subject().to_string();
    match (rules.role, leaf.is_authority()) {
        (Role::EndEntity, true) => return Err(ChainError::LeafIsAuthority(name())),
        (Role::Authority, false) => return Err(ChainError::LeafNotAuthority(name())),
        _ => {}
    }
    let allowed = match (rules.role, leaf.key_usage()) {
        (_, Some(usage)) => usage.contains(rules.usage),
        (Role::EndEntity, None) => true,
        (Role::Authority, None) => rules.usage == KeyUsage::NONE, // As for issuers: see check_issuer.
    };
    match allowed {
        true => Ok(()),
        false => Err(ChainError::KeyUsage(name())),
    }
}

/// What every certificate must keep, wherever it stands.
fn check_alone(one: &Certificate, rules: &Rules, moment_s: Option<u64>) -> Result<(), ChainError> {
    let name = || one.subject().to_string();
    let extensions = &one.extensions;
    if let Some(oid) = &extensions.unknown_critical {
        return Err(ChainError::CriticalExtension { subject: name(), oid: oid.clone() });
    }
    if extensions.name_constraints {
        return Err(ChainError::NameConstraints(name()));
    }
    let serves = match (&extensions.purposes, rules.extended_usage) {
        (None, _) => true, // No list allows every purpose.
        (Some(listed), Some(asked)) => listed.allow(asked),
        (Some(listed), None) => !listed.critical,
    };
    if !serves {
        return Err(ChainError::ExtendedKeyUsage(name()));
    }
    match moment_s {
        Some(moment_s) if moment_s < one.validity().not_before_s => Err(ChainError::NotYetValid(name())),
        Some(moment_s) if moment_s > one.validity().not_after_s => Err(ChainError::Expired(name())),
        _ => Ok(()),
    }
}

/// A depth-first search upwards, bounded in depth and in signatures.
struct Search<'a> {
    store: &'a Store,
    rules: Rules,
    moment_s: Option<u64>,
    signature_checks: usize,
    /// The most promising attempt so far, and how far it came.
    refusal: Option<(Progress, ChainError)>,
}

/// How far an attempt came: certificates in the path, and whether the link to the next one was signed.
type Progress = (usize, bool);

impl<'a> Search<'a> {
    fn run(&mut self, path: &mut Vec<&'a Certificate>) -> Result<(), ChainError> {
        match self.climb(path)? {
            true => Ok(()),
            false => {
                let unknown = || ChainError::UnknownIssuer(path[0].subject().to_string());
                Err(self.refusal.take().map_or_else(unknown, |(_, error)| error))
            }
        }
    }

    /// Extends `path` to a root; false, and `path` as it was, if there is no way.
    ///
    /// # Errors
    /// [`ChainError::TooWide`] ends the search.
    fn climb(&mut self, path: &mut Vec<&'a Certificate>) -> Result<bool, ChainError> {
        let child = path[path.len() - 1];
        let store = self.store;
        let candidates = store.roots().iter().map(|root| (root, true)).chain(store.intermediates().iter().map(|one| (one, false)));
        let mut named = candidates.filter(|(one, _)| one.subject() == child.issuer()).peekable();
        if named.peek().is_none() {
            self.refuse((path.len(), false), ChainError::UnknownIssuer(child.subject().to_string()));
        }
        for (issuer, is_root) in named {
            // A loop: the same authority, perhaps in another certificate of its own, adds nothing (RFC 4158, 5.2).
            if path.iter().any(|one| one.subject() == issuer.subject() && one.public_key() == issuer.public_key()) {
                self.refuse((path.len(), false), ChainError::UnknownIssuer(child.subject().to_string()));
                continue;
            }
            if path.len() == MAX_CHAIN {
                self.refuse((path.len(), false), ChainError::TooLong);
                continue;
            }
            match self.link(child, issuer, path) {
                Err((_, ChainError::TooWide)) => return Err(ChainError::TooWide),
                Err((signed, error)) => self.refuse((path.len(), signed), error),
                Ok(()) => {
                    path.push(issuer);
                    if is_root || self.climb(path)? {
                        return Ok(true);
                    }
                    path.pop();
                }
            }
        }
        Ok(false)
    }

    /// Keeps the refusal of the attempt that came furthest, of equal ones the first.
    fn refuse(&mut self, progress: Progress, error: ChainError) {
        if self.refusal.as_ref().is_none_or(|(furthest, _)| *furthest < progress) {
            self.refusal = Some((progress, error));
        }
    }

    /// Whether `issuer` vouches for `child`, which ends `path`. The flag of a refusal says whether the signature held.
    fn link(&mut self, child: &Certificate, issuer: &Certificate, path: &[&Certificate]) -> Result<(), (bool, ChainError)> {
        self.check_signed(child, issuer).map_err(|error| (false, error))?;
        check_issuer(issuer, path)
            .and_then(|()| check_alone(issuer, &self.rules, self.moment_s))
            .and_then(|()| self.check_revocation(child, issuer))
            .map_err(|error| (true, error))
    }

    fn check_signed(&mut self, child: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
        let name = || child.subject().to_string();
        if !key_identifiers_agree(child, issuer) {
            return Err(ChainError::KeyIdentifier(name()));
        }
        if !child.algorithm.fits(issuer.public_key().kind()) {
            return Err(ChainError::Algorithm(name()));
        }
        self.spend_signature_check()?;
        let wrong = |error: SignatureError| ChainError::Signature { subject: name(), error };
        verify_signature(issuer.public_key(), &child.tbs, &child.signature, LowS::Any).map_err(wrong)
    }

    fn check_revocation(&mut self, child: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
        let refuse_foreign = self.rules.foreign_crl == ForeignCrl::Refuse;
        for crl in self.store.crls().iter().filter(|crl| crl.names(issuer)) {
            let listed = crl.lists(child.serial());
            if !listed && !refuse_foreign {
                continue;
            }
            self.spend_signature_check()?;
            match crl.is_signed_by(issuer) {
                true if listed => {
                    let serial = child.serial().iter().map(|byte| format!("{byte:02x}")).collect();
                    return Err(ChainError::Revoked { subject: child.subject().to_string(), serial });
                }
                false if refuse_foreign => return Err(ChainError::ForeignCrl(issuer.subject().to_string())),
                _ => {}
            }
        }
        Ok(())
    }

    fn spend_signature_check(&mut self) -> Result<(), ChainError> {
        self.signature_checks += 1;
        match self.signature_checks > MAX_SIGNATURE_CHECKS {
            true => Err(ChainError::TooWide),
            false => Ok(()),
        }
    }
}

/// Whether what the child says about its issuer's certificate, where it says something, is so.
fn key_identifiers_agree(child: &Certificate, issuer: &Certificate) -> bool {
    let said = &child.extensions.authority_key;
    let key = match (&said.key_id, issuer.subject_key_id()) {
        (Some(said), Some(has)) => said == has,
        _ => true,
    };
    let serial = said.serial.as_deref().is_none_or(|serial| serial == issuer.serial());
    let name = said.issuers.is_empty() || said.issuers.iter().any(|name| name == issuer.issuer().der());
    key && serial && name
}

/// Whether `issuer` may stand above `path`.
fn check_issuer(issuer: &Certificate, path: &[&Certificate]) -> Result<(), ChainError> {
    let name = || issuer.subject().to_string();
    let Some(authority) = issuer.extensions.authority else { return Err(ChainError::IssuerNotAuthority(name())) };
    // RFC 5280, 4.2.1.3: authorities have the extension; one without it has not said that it signs certificates.
    if !issuer.key_usage().is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN)) {
        return Err(ChainError::IssuerKeyUsage(name()));
    }
    // RFC 5280, 4.2.1.9: neither the last certificate nor self-issued ones count.
    let below = path[1..].iter().filter(|one| one.subject() != one.issuer()).count();
    let found = u32::try_from(below).unwrap_or(u32::MAX);
    match authority.path_length {
        Some(allowed) if found > allowed => Err(ChainError::PathLength { subject: name(), allowed, found }),
        _ => Ok(()),
    }
}
