//! What an answer means to whoever reads it: hub, asker's chain, counter, offline verifier, all by the same function.
//!
//! `valid` is computed here each time and stored nowhere: it holds iff every check of the kind's mandatory list stands exactly
//! once, by the one party that owns it, and passed. The hub calls [`issuer_answer`] before it forwards; readers call [`read`].

use govhub_types::hash::Hash;
use thiserror::Error;

use crate::{request_hash, AcceptedCode, Answer, Authorisation, Check, Envelope, IssuerResult, Kind, Leg2, NoAnswerReason, Outcome, Party, Refusal, RefusedCode, ZkResult};
use crate::{Fault, AS_OF_WINDOW_S};

/// What must be known of a request to read its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What was asked.
    pub kind: Kind,
    /// Under which authorisation.
    pub authorisation: Authorisation,
    /// [`request_hash`] of the leg-one value.
    pub hash: Hash,
}

impl Request {
    /// The request with this leg-one value.
    ///
    /// # Errors
    /// The fault or refusal of the value; [`Fault::Via`] for a leg-two value, whose hash no answer carries.
    pub fn of(leg_one_value: &[u8]) -> Result<Request, Refusal> {
        let envelope = Envelope::decode(leg_one_value)?;
        if envelope.via.is_some() {
            return Err(Fault::Via { rule: "a request is known by its leg-one value, without `via`" }.into());
        }
        let kind = Kind::find(&envelope.kind).map_err(Refusal::Refused)?;
        Ok(Request { kind, authorisation: envelope.authorisation, hash: request_hash(leg_one_value) })
    }
}

/// A rule that an answer breaks: nothing in it is believed. On the wire it is `Refused{BAD_ANSWER}`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadAnswer {
    /// Bytes at fault.
    #[error("answer: {0}")]
    Fault(#[from] Fault),
    /// A form that this speaker does not use for this kind.
    #[error("answer: expected {expected}")]
    Form {
        /// Forms allowed here.
        expected: &'static str,
    },
    /// The answer to another request.
    #[error("answer to another request")]
    OtherRequest,
    /// A refusal by somebody else than the speaker.
    #[error("refusal by {found}, said by {speaker}")]
    ForeignRefusal {
        /// Who speaks.
        speaker: Party,
        /// Whom the refusal names.
        found: Party,
    },
    /// A mandatory check that is not there.
    #[error("check `{name}` is missing")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// A check whose owner is another, or that nobody owns.
    #[error("check `{name}` by {by}: it does not own it")]
    Foreign {
        /// Its name.
        name: String,
        /// Who claims to have judged.
        by: Party,
    },
    /// A body where the kind has none, or none where it has one.
    #[error("answer: the result's body is not this kind's")]
    Body,
}

/// What the issuer said, checked: the only two forms it may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerAnswer {
    /// A refusal by the issuer.
    Refused(RefusedCode),
    /// Its results: exactly the names it owns.
    Result(IssuerResult),
}

/// What an answer to its reader means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one reading per answer, never a collection of them; a box would only burden the matches")]
pub enum Reading {
    /// Every check was answered for.
    Checked(Evaluation),
    /// The hub judged a presentation.
    Presented(Presented),
    /// A refusal.
    Refused {
        /// Why.
        code: RefusedCode,
        /// Who refuses.
        by: Party,
    },
    /// Nobody answered in time.
    NoAnswer(NoAnswerReason),
    /// A push was taken.
    Accepted(AcceptedCode),
}

/// Results of all mandatory checks, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// One per mandatory name.
    pub checks: Vec<Check>,
    /// The issuer's result as it stands in the answer.
    pub result: IssuerResult,
    /// Where leg two is found.
    pub leg2: Leg2,
    /// True iff all passed.
    pub valid: bool,
}

/// What the hub found in a presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// One per mandatory name, sorted.
    pub checks: Vec<Check>,
    /// What was proved, of whom in which scope.
    pub found: ZkResult,
    /// True iff all passed.
    pub valid: bool,
}

/// The asker's own check, made where the holder's identifier is known and never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalCheck {
    /// Outcome of `identifier`: the GB/T 36904 check. UNKNOWN where the reader does not hold the identifier.
    pub identifier: Outcome,
    /// Height of the reader's chain, 0 if it has none.
    pub height: u64,
    /// Unix seconds.
    pub time: u64,
}

/// Checks what the issuer said to `request`: its form, its request, and that it judged exactly what it owns.
///
/// * `bytes`: acknowledgement of leg two, at most 64 KiB
///
/// # Errors
/// [`BadAnswer`]: the hub then answers `Refused{BAD_ANSWER}`.
///
/// # Not checked
/// Time of the result ([`apply_window`]); rules of the Result's type; that the proof held.
pub fn issuer_answer(request: &Request, bytes: &[u8]) -> Result<IssuerAnswer, BadAnswer> {
    match Answer::decode(bytes)? {
        Answer::Refused { code, by, request: found } => {
            check_request(request, &found)?;
            check_refuser(Party::Issuer, by)?;
            Ok(IssuerAnswer::Refused(code))
        }
        Answer::Result(result) => {
            check_request(request, &result.request)?;
            check_owned(request, Party::Issuer, &result.checks)?;
            if !result.body.is_empty() {
                return Err(BadAnswer::Body);
            }
            Ok(IssuerAnswer::Result(result))
        }
        _ => Err(BadAnswer::Form { expected: "refused or result from an issuer" }),
    }
}

/// Reads the hub's answer to `request`, with the reader's own check.
///
/// * `bytes`: acknowledgement of leg one, at most 64 KiB
///
/// # Errors
/// [`BadAnswer`], for the hub's part as for the issuer's within.
///
/// # Not checked
/// That the acknowledgement was proved; end-to-end verification of leg two.
pub fn read(request: &Request, local: LocalCheck, bytes: &[u8]) -> Result<Reading, BadAnswer> {
    match Answer::decode(bytes)? {
        Answer::Accepted(code) if request.kind.is_push() => Ok(Reading::Accepted(code)),
        Answer::Result(result) if request.kind == Kind::ZkPres => presented(request, result).map(Reading::Presented),
        Answer::NoAnswer(reason) if request.kind.is_read_only() => Ok(Reading::NoAnswer(reason)),
        Answer::Refused { code, by, request: found } => {
            check_request(request, &found)?;
            check_refuser(Party::Hub, by)?;
            Ok(Reading::Refused { code, by })
        }
        Answer::Forwarded { inner, hub_checks, leg2 } if request.kind == Kind::LicVerify => match issuer_answer(request, &inner)? {
            IssuerAnswer::Refused(code) if hub_checks.is_empty() => Ok(Reading::Refused { code, by: Party::Issuer }),
            IssuerAnswer::Refused(code) => {
                check_owned(request, Party::Hub, &hub_checks)?;
                Ok(Reading::Refused { code, by: Party::Issuer })
            }
            IssuerAnswer::Result(result) => {
                check_owned(request, Party::Hub, &hub_checks)?;
                Ok(Reading::Checked(evaluate(request, local, result, hub_checks, leg2)))
            }
        },
        _ if request.kind == Kind::ZkPres => Err(BadAnswer::Form { expected: "result or refused to a presentation" }),
        _ if request.kind.is_push() => Err(BadAnswer::Form { expected: "accepted or refused to a push" }),
        _ => Err(BadAnswer::Form { expected: "inner, refused or no_answer from the hub" }),
    }
}

/// The hub's own result: all checks are its own, and the body says what was proved.
fn presented(request: &Request, result: IssuerResult) -> Result<Presented, BadAnswer> {
    check_request(request, &result.request)?;
    check_owned(request, Party::Hub, &result.checks)?;
    let found = ZkResult::decode(&result.body).map_err(|_| BadAnswer::Body)?;
    let valid = result.checks.iter().all(|check| check.outcome == Outcome::Pass);
    Ok(Presented { checks: result.checks, found, valid })
}

/// Turns the issuer's results to UNKNOWN if its `as_of_time` lies more than [`AS_OF_WINDOW_S`] from the hub's time: a stopped or
/// backdated chain passes nothing.
pub fn apply_window(result: &IssuerResult, hub_time_s: u64) -> Vec<Check> {
    let outside = result.as_of_time.abs_diff(hub_time_s) > AS_OF_WINDOW_S;
    let judge = |check: &Check| Check { outcome: if outside { Outcome::Unknown } else { check.outcome }, ..check.clone() };
    result.checks.iter().map(judge).collect()
}

/// Joins the three parties' checks. Each owns its names exactly, so nothing is missing and nothing doubled.
fn evaluate(request: &Request, local: LocalCheck, result: IssuerResult, hub_checks: Vec<Check>, leg2: Leg2) -> Evaluation {
    let hub_time_s = hub_checks.iter().map(|check| check.time).max().unwrap_or_default();
    let identifier = Check { name: "identifier".to_owned(), outcome: local.identifier, by: Party::Asker, height: local.height, time: local.time };
    let mut checks = apply_window(&result, hub_time_s);
    checks.extend(hub_checks);
    checks.extend(request.kind.owned_by(request.authorisation, Party::Asker).map(|_| identifier.clone()));
    checks.sort_by(|a, b| a.name.cmp(&b.name));
    let mandatory = request.kind.mandatory(request.authorisation);
    let complete = checks.iter().map(|check| (check.name.as_str(), check.by)).eq(mandatory.iter().copied());
    let valid = complete && !checks.is_empty() && checks.iter().all(|check| check.outcome == Outcome::Pass);
    Evaluation { checks, result, leg2, valid }
}

fn check_request(request: &Request, found: &Hash) -> Result<(), BadAnswer> {
    if *found == request.hash { Ok(()) } else { Err(BadAnswer::OtherRequest) }
}

fn check_refuser(speaker: Party, found: Party) -> Result<(), BadAnswer> {
    if found == speaker { Ok(()) } else { Err(BadAnswer::ForeignRefusal { speaker, found }) }
}

/// `checks` are exactly the names that `party` owns, judged by it. They are sorted without repeats already.
fn check_owned(request: &Request, party: Party, checks: &[Check]) -> Result<(), BadAnswer> {
    let owned = || request.kind.owned_by(request.authorisation, party);
    if let Some(foreign) = checks.iter().find(|check| check.by != party || !owned().any(|name| name == check.name)) {
        return Err(BadAnswer::Foreign { name: foreign.name.clone(), by: foreign.by });
    }
    match owned().find(|name| !checks.iter().any(|check| check.name == *name)) {
        Some(name) => Err(BadAnswer::Missing { name }),
        None => Ok(()),
    }
}
