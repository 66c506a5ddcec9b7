//! App acknowledgements: exactly one of five forms.

use std::fmt;

use govhub_types::codec::decode_canonical;
use govhub_types::hash::Hash;
use govhub_types::{ClientId, Height, LicenceType, Region};
use prost::Message;

use crate::fault::{array, name};
use crate::{proto as wire, Fault, NoAnswerReason, Outcome, Party, ANSWER_BYTES_MAX, CHECKS_MAX, TERM_CHARS_MAX};

/// A well-formed answer. Whether it may be believed is [`crate::evaluate::read`]'s question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Hub to asker: the issuer's answer, its bytes unchanged, and what the hub adds.
    Forwarded {
        /// Acknowledgement of leg two: an [`Answer`] of form `Refused` or `Result`.
        inner: Vec<u8>,
        /// Checks by the hub, sorted by name.
        hub_checks: Vec<Check>,
        /// Where leg two is found.
        leg2: Leg2,
    },
    /// A typed refusal.
    Refused {
        /// Why.
        code: RefusedCode,
        /// Who refuses.
        by: Party,
        /// [`crate::request_hash`] of the request.
        request: Hash,
    },
    /// Nobody answered in time.
    NoAnswer(NoAnswerReason),
    /// Issuer to hub: results of its checks.
    Result(IssuerResult),
    /// A push was taken.
    Accepted(AcceptedCode),
}

/// One named check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Term, e.g. `validity`.
    pub name: String,
    /// Result.
    pub outcome: Outcome,
    /// Who judged.
    pub by: Party,
    /// Height of the judge's chain.
    pub height: u64,
    /// Unix seconds of that block.
    pub time: u64,
}

/// Where the second leg of a forwarded request is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg2 {
    /// Source client: on the hub, of the issuer's chain.
    pub hub_client_id: ClientId,
    /// Destination client: on the issuer's chain, of the hub.
    pub issuer_client_id: ClientId,
    /// Sequence counted on `hub_client_id`, from 1.
    pub sequence: u64,
    /// Height of the issuer's chain under which the hub verified the acknowledgement.
    pub proof_height: Height,
}

/// What the issuer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerResult {
    /// [`crate::request_hash`] of the request.
    pub request: Hash,
    /// Sorted by name, no repeats.
    pub checks: Vec<Check>,
    /// Height of the issuer's chain.
    pub as_of_height: u64,
    /// Unix seconds of that block.
    pub as_of_time: u64,
    /// The record's type.
    pub licence_type: LicenceType,
    /// The record's region.
    pub region: Region,
    /// Days since 1970-01-01, UTC+8.
    pub issued_on: u32,
    /// Days since 1970-01-01, UTC+8.
    pub recorded_on: u32,
    /// The kind's own message; empty for `lic-verify/1`.
    pub body: Vec<u8>,
}

macro_rules! answer_codes {
    ($(#[$doc:meta])* $name:ident, $field:literal { $($(#[$variant_doc:meta])* $variant:ident = $number:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $number,)+
        }

        impl $name {
            /// All of them, in order of number.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Number on the wire.
            pub const fn number(self) -> u32 {
                self as u32
            }

            /// Name as PROTOCOL 2 writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// From the wire.
            ///
            /// # Errors
            /// [`Fault::Value`] for every other number.
            pub fn from_wire(number: u32) -> Result<Self, Fault> {
                let known = Self::ALL.iter().copied().find(|code| code.number() == number);
                known.ok_or(Fault::Value { field: $field, found: u64::from(number) })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} ({})", self.as_str(), self.number())
            }
        }
    };
}

answer_codes!(
    /// Why a well-formed request is not answered. A number never changes its meaning.
    RefusedCode, "Refused.code" {
        /// No such kind, here or in the on-chain registry.
        UnknownKind = 1, "UNKNOWN_KIND";
        /// No rule allows it.
        NotAllowed = 2, "NOT_ALLOWED";
        /// No such licence; said to STATUTORY requests only.
        UnknownLicence = 3, "UNKNOWN_LICENCE";
        /// `answer_by` is too near or too far.
        RequestExpired = 4, "REQUEST_EXPIRED";
        /// The code was used.
        CodeUsed = 5, "CODE_USED";
        /// The code is too old.
        CodeExpired = 6, "CODE_EXPIRED";
        /// The code does not fit licence, audience or purpose, or nothing of the kind is known.
        CodeMismatch = 7, "CODE_MISMATCH";
        /// No such department.
        IssuerUnknown = 8, "ISSUER_UNKNOWN";
        /// The department is suspended.
        IssuerSuspended = 9, "ISSUER_SUSPENDED";
        /// The issuer's answer broke a rule.
        BadAnswer = 10, "BAD_ANSWER";
        /// Too many open requests.
        OverQuota = 11, "OVER_QUOTA";
        /// A known kind in another version.
        UnsupportedVersion = 12, "UNSUPPORTED_VERSION";
        /// Leg two could not be sent.
        IssuerUnreachable = 13, "ISSUER_UNREACHABLE";
        /// A root of the authorised-issuer tree that no longer counts, or not for this request.
        RootRetired = 16, "ROOT_RETIRED";
        /// No root that the tree ever had.
        RootUnknown = 17, "ROOT_UNKNOWN";
        /// No such scope of this department, or not for this use.
        ScopeUnknown = 18, "SCOPE_UNKNOWN";
        /// The holder has used the right, or answered this request, before.
        NullifierUsed = 19, "NULLIFIER_USED";
        /// The proof does not hold for this request.
        ProofInvalid = 20, "PROOF_INVALID";
        /// Too many different questions about one attribute of one holder.
        Budget = 21, "BUDGET";
        /// No circuit of that id is pinned.
        CircuitUnknown = 22, "CIRCUIT_UNKNOWN";
        /// The request was made for another hub, department, purpose or packet.
        ContextMismatch = 23, "CONTEXT_MISMATCH";
        /// Proved for another day.
        DayOutside = 24, "DAY_OUTSIDE";
    }
);
answer_codes!(
    /// How a push was taken.
    AcceptedCode, "Accepted.code" {
        /// Stored.
        Ok = 0, "OK";
        /// An older version than is known: ignored.
        Stale = 14, "STALE";
        /// The known version with other bytes: kept as evidence.
        Conflict = 15, "CONFLICT";
    }
);

impl Answer {
    /// Decodes an app acknowledgement.
    ///
    /// # Errors
    /// The [`Fault`] for bytes that are not canonical, too long, not exactly one form, or with a field of wrong form.
    ///
    /// # Not checked
    /// `inner`, and who may say what: [`crate::evaluate`].
    pub fn decode(bytes: &[u8]) -> Result<Answer, Fault> {
        let wire: wire::Answer = decode_canonical("Answer", bytes, ANSWER_BYTES_MAX)?;
        let combination = |rule| Err(Fault::Combination { what: "Answer", rule });
        let forwarded = !wire.inner.is_empty() || !wire.hub_checks.is_empty() || wire.leg2.is_some();
        let forms = [forwarded, wire.refused.is_some(), wire.no_answer.is_some(), wire.result.is_some(), wire.accepted.is_some()];
        if forms.iter().filter(|present| **present).count() != 1 {
            return combination("exactly one of inner with hub_checks and leg2, refused, no_answer, result, accepted");
        }
        if let Some(refused) = wire.refused {
            return Self::refused_from_wire(&refused);
        }
        if let Some(no_answer) = wire.no_answer {
            return NoAnswerReason::from_wire("NoAnswer.reason", no_answer.reason).map(Answer::NoAnswer);
        }
        if let Some(result) = wire.result {
            return IssuerResult::from_wire(result).map(Answer::Result);
        }
        if let Some(accepted) = wire.accepted {
            return AcceptedCode::from_wire(accepted.code).map(Answer::Accepted);
        }
        match wire.leg2 {
            Some(leg2) if !wire.inner.is_empty() => Ok(Answer::Forwarded {
                inner: wire.inner,
                hub_checks: checks_from_wire("Answer.hub_checks", wire.hub_checks)?,
                leg2: Leg2::from_wire(leg2)?,
            }),
            _ => combination("a forwarded answer has inner and leg2"),
        }
    }

    fn refused_from_wire(wire: &wire::Refused) -> Result<Answer, Fault> {
        Ok(Answer::Refused {
            code: RefusedCode::from_wire(wire.code)?,
            by: Party::from_wire("Refused.by", wire.by)?,
            request: array("Refused.request", "32 bytes", &wire.request)?,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut wire = wire::Answer::default();
        match self {
            Self::Forwarded { inner, hub_checks, leg2 } => {
                wire.inner = inner.clone();
                wire.hub_checks = hub_checks.iter().map(Check::to_wire).collect();
                wire.leg2 = Some(leg2.to_wire());
            }
            Self::Refused { code, by, request } => {
                wire.refused = Some(wire::Refused { code: code.number(), by: by.number(), request: request.to_vec() });
            }
            Self::NoAnswer(reason) => wire.no_answer = Some(wire::NoAnswer { reason: reason.number() }),
            Self::Result(result) => wire.result = Some(result.to_wire()),
            Self::Accepted(code) => wire.accepted = Some(wire::Accepted { code: code.number() }),
        }
        wire.encode_to_vec()
    }
}

/// A list of checks: bounded, sorted by name, no repeats.
fn checks_from_wire(field: &'static str, wire: Vec<wire::Check>) -> Result<Vec<Check>, Fault> {
    if wire.len() > CHECKS_MAX {
        return Err(Fault::Length { field, expected: "at most 16 checks", found: wire.len() });
    }
    let checks = wire.into_iter().map(Check::from_wire).collect::<Result<Vec<_>, _>>()?;
    if checks.windows(2).all(|pair| pair[0].name < pair[1].name) { Ok(checks) } else { Err(Fault::Order { field }) }
}

impl Check {
    fn from_wire(wire: wire::Check) -> Result<Check, Fault> {
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if wire.name.is_empty() || wire.name.len() > TERM_CHARS_MAX || !wire.name.bytes().all(is_name) {
            return Err(Fault::Term { field: "Check.name" });
        }
        Ok(Check {
            name: wire.name,
            outcome: Outcome::from_wire("Check.outcome", wire.outcome)?,
            by: Party::from_wire("Check.by", wire.by)?,
            height: wire.height,
            time: wire.time,
        })
    }

    fn to_wire(&self) -> wire::Check {
        wire::Check { name: self.name.clone(), outcome: self.outcome.number(), by: self.by.number(), height: self.height, time: self.time }
    }
}

impl Leg2 {
    fn from_wire(wire: wire::Leg2) -> Result<Leg2, Fault> {
        if wire.sequence == 0 {
            return Err(Fault::Value { field: "Leg2.sequence", found: 0 });
        }
        let proof_height = wire.proof_height.map(Height::from).filter(|height| !height.is_zero());
        Ok(Leg2 {
            hub_client_id: name("Leg2.hub_client_id", &wire.hub_client_id)?,
            issuer_client_id: name("Leg2.issuer_client_id", &wire.issuer_client_id)?,
            sequence: wire.sequence,
            proof_height: proof_height.ok_or(Fault::Value { field: "Leg2.proof_height", found: 0 })?,
        })
    }

    fn to_wire(&self) -> wire::Leg2 {
        wire::Leg2 {
            hub_client_id: self.hub_client_id.to_string(),
            issuer_client_id: self.issuer_client_id.to_string(),
            sequence: self.sequence,
            proof_height: Some(self.proof_height.into()),
        }
    }
}

impl IssuerResult {
    fn from_wire(wire: wire::Result) -> Result<IssuerResult, Fault> {
        Ok(IssuerResult {
            request: array("Result.request", "32 bytes", &wire.request)?,
            checks: checks_from_wire("Result.checks", wire.checks)?,
            as_of_height: wire.as_of_height,
            as_of_time: wire.as_of_time,
            licence_type: name("Result.licence_type", &wire.licence_type)?,
            region: name("Result.region", &wire.region)?,
            issued_on: wire.issued_on,
            recorded_on: wire.recorded_on,
            body: wire.body,
        })
    }

    fn to_wire(&self) -> wire::Result {
        wire::Result {
            request: self.request.to_vec(),
            checks: self.checks.iter().map(Check::to_wire).collect(),
            as_of_height: self.as_of_height,
            as_of_time: self.as_of_time,
            licence_type: self.licence_type.to_string(),
            region: self.region.to_string(),
            issued_on: self.issued_on,
            recorded_on: self.recorded_on,
            body: self.body.clone(),
        }
    }
}
