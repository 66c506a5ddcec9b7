//! What a verifier asks of a holder, and what the holder hands over.
//!
//! A [`Request`] is made by the verifier, shown by the wallet, and judged by the hub: all three compute [`Request::context`],
//! [`Scope::field`] and [`Request::statement`] from its bytes, so that a proof for one request is no proof for another.
//! A [`Presentation`] adds what only the holder can: nullifier, root, day, the values shown and the proof.
//!
//! One byte string for one meaning: encodings are canonical, sets are sorted, operands stand exactly where their operation uses them.

mod error;
mod presentation;
mod question;
mod scope;
#[cfg(test)]
mod tests;

pub use error::RequestError;
pub use presentation::{Presentation, PRESENTATION_BYTES_MAX};
pub use question::{Ask, Question};
pub use scope::Scope;

use govhub_types::codec::decode_canonical;
use govhub_types::hash::{sha256, Hash};
use govhub_types::term::is_term;
use govhub_types::{ChainId, ClientId, DepartmentId, LicenceType};
use prost::Message;
use zk_gadgets::pack::pack;

use crate::licence_query_v1::{Slot, Statement, CIRCUIT_ID, SLOTS};
use crate::{first_248_bits, proto as wire, Field};

/// Longest request in bytes: four sets of sixteen members and the names stay below it.
pub const REQUEST_BYTES_MAX: usize = 4_096;
/// Longest audience in characters.
pub const AUDIENCE_CHARS_MAX: usize = 256;
/// Longest life of a root after it was superseded that a request may ask for, in seconds: a day. The hub's own window is shorter.
pub const ROOT_AGE_S_MAX: u32 = 86_400;

const CONTEXT_DOMAIN: &[u8] = b"govhub/zk-ctx/1";

/// What a verifier asks a holder to prove, to whom, for what, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The hub that is to judge.
    pub hub_chain_id: ChainId,
    /// The asking department.
    pub verifier: DepartmentId,
    /// URL at which the presentation is handed over.
    pub audience: String,
    /// Random, never used twice.
    pub nonce: [u8; 32],
    /// Term of the on-chain list of purposes.
    pub purpose: String,
    /// Term of the on-chain list of legal bases.
    pub legal_basis: String,
    /// Term of the on-chain list of service items, or empty.
    pub service_item: String,
    /// Unix seconds from which the request is void.
    pub expires_at: u64,
    /// Type of the licence asked about.
    pub licence_type: LicenceType,
    /// The circuit that the proof is to be of.
    pub circuit_id: String,
    /// At most [`SLOTS`]; every attribute not asked about stays hidden.
    pub questions: Vec<Question>,
    /// Activity of the scope, a term.
    pub activity: String,
    /// Period of the scope, a term.
    pub period: String,
    /// Seconds for which the root may have been superseded; 0 asks for the newest.
    pub max_root_age_s: u32,
    /// True iff the scope gives each holder one use.
    pub one_time: bool,
    /// Source client, on the verifier's chain, of the packet that will carry the presentation.
    pub source_client: ClientId,
    /// Trace id of that packet. Its sequence is not known before there is a proof.
    pub trace_id: [u8; 16],
}

impl Request {
    /// Decodes a request.
    ///
    /// # Errors
    /// [`RequestError`], naming the field.
    ///
    /// # Not checked
    /// That terms stand in the on-chain lists, that the scope is registered, that it has not expired, and that the circuit is one that this
    /// code knows ([`Request::statement`] is).
    pub fn decode(bytes: &[u8]) -> Result<Self, RequestError> {
        let wire: wire::Request = decode_canonical("Request", bytes, REQUEST_BYTES_MAX)?;
        if wire.questions.len() > SLOTS {
            return Err(RequestError::Length { field: "questions", expected: "at most 4", found: wire.questions.len() });
        }
        let request = Self {
            hub_chain_id: name("hub_chain_id", &wire.hub_chain_id)?,
            verifier: name("verifier", &wire.verifier)?,
            audience: audience(wire.audience)?,
            nonce: array("nonce", "32 bytes", &wire.nonce)?,
            purpose: term("purpose", wire.purpose)?,
            legal_basis: term("legal_basis", wire.legal_basis)?,
            service_item: if wire.service_item.is_empty() { String::new() } else { term("service_item", wire.service_item)? },
            expires_at: wire.expires_at,
            licence_type: name("licence_type", &wire.licence_type)?,
            circuit_id: circuit_id(wire.circuit_id)?,
            questions: wire.questions.iter().enumerate().map(|(slot, q)| Question::from_wire(slot, q)).collect::<Result<_, _>>()?,
            activity: term("activity", wire.activity)?,
            period: term("period", wire.period)?,
            max_root_age_s: wire.max_root_age_s,
            one_time: wire.one_time,
            source_client: name("source_client", &wire.source_client)?,
            trace_id: array("trace_id", "16 bytes", &wire.trace_id)?,
        };
        if request.expires_at == 0 {
            return Err(RequestError::Value { field: "expires_at", why: "a request ends some day" });
        }
        if request.max_root_age_s > ROOT_AGE_S_MAX {
            return Err(RequestError::Value { field: "max_root_age_s", why: "at most 86400" });
        }
        Ok(request)
    }

    /// The canonical bytes.
    ///
    /// # Not checked
    /// That [`Request::decode`] takes them: a request put together by hand is checked by decoding it.
    pub fn encode(&self) -> Vec<u8> {
        wire::Request {
            hub_chain_id: self.hub_chain_id.to_string(),
            verifier: self.verifier.to_string(),
            audience: self.audience.clone(),
            nonce: self.nonce.to_vec(),
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            service_item: self.service_item.clone(),
            expires_at: self.expires_at,
            licence_type: self.licence_type.to_string(),
            circuit_id: self.circuit_id.clone(),
            questions: self.questions.iter().map(Question::to_wire).collect(),
            activity: self.activity.clone(),
            period: self.period.clone(),
            max_root_age_s: self.max_root_age_s,
            one_time: self.one_time,
            source_client: self.source_client.to_string(),
            trace_id: self.trace_id.to_vec(),
        }
        .encode_to_vec()
    }

    /// SHA-256 of the canonical bytes: the request's name in a presentation.
    pub fn hash(&self) -> Hash {
        sha256(&[&self.encode()])
    }

    /// What the proof is bound to: the first 248 bits of `SHA-256("govhub/zk-ctx/1" ‖ canonical request)`.
    pub fn context(&self) -> Field {
        first_248_bits(&sha256(&[CONTEXT_DOMAIN, &self.encode()]))
    }

    /// The scope in which the holder gets a name.
    pub fn scope(&self) -> Scope {
        Scope {
            hub_chain_id: self.hub_chain_id.clone(),
            verifier: self.verifier.clone(),
            activity: self.activity.clone(),
            period: self.period.clone(),
        }
    }

    /// How many values a presentation shows.
    pub fn reveals(&self) -> usize {
        self.questions.iter().filter(|question| question.ask == Ask::Reveal).count()
    }

    /// The statement that `presentation` claims to prove. Everything but root, day, nullifier and the values shown comes from the request,
    /// never from the presentation.
    ///
    /// # Errors
    /// A circuit that this code does not know, a presentation for another request or with another number of values, and whatever
    /// [`Statement::check`] refuses.
    ///
    /// # Not checked
    /// The proof; that root, day and nullifier are acceptable.
    pub fn statement(&self, presentation: &Presentation) -> Result<Statement<Field>, RequestError> {
        if self.circuit_id != CIRCUIT_ID {
            return Err(RequestError::Circuit { found: self.circuit_id.clone() });
        }
        if presentation.request != self.hash() {
            return Err(RequestError::OtherRequest);
        }
        if presentation.revealed.len() != self.reveals() {
            return Err(RequestError::Length { field: "revealed", expected: "one value for each question that reveals", found: presentation.revealed.len() });
        }
        let mut revealed = presentation.revealed.iter().copied();
        let mut slots: [Slot<Field>; SLOTS] = std::array::from_fn(|_| Slot::hidden());
        for (slot, question) in slots.iter_mut().zip(&self.questions) {
            *slot = question.slot(|| revealed.next().expect("counted above"));
        }
        let statement = Statement {
            issuer_root: presentation.issuer_root,
            licence_type: packed_type(&self.licence_type),
            today: presentation.day,
            scope: self.scope().field(),
            nullifier: presentation.nullifier,
            context: self.context(),
            slots,
        };
        statement.check()?;
        Ok(statement)
    }
}

/// A licence type as attribute 1 and as part of an issuer's leaf.
pub fn packed_type(licence_type: &LicenceType) -> Field {
    pack(licence_type.as_str()).expect("21 characters of ASCII")
}

/// True iff `text` is a URL of host and path alone, at most [`AUDIENCE_CHARS_MAX`] characters: no query, no fragment, no user.
pub fn check_audience(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_place = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_~:/[]".contains(&b));
    text.len() <= AUDIENCE_CHARS_MAX && rest.is_some_and(is_place)
}

fn audience(text: String) -> Result<String, RequestError> {
    match check_audience(&text) {
        true => Ok(text),
        false => Err(RequestError::Value { field: "audience", why: "a URL of at most 256 characters, http or https, host and path alone" }),
    }
}

fn circuit_id(text: String) -> Result<String, RequestError> {
    let ok = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if ok { Ok(text) } else { Err(RequestError::Value { field: "circuit_id", why: "1 to 32 of a-z, 0-9 and _" }) }
}

fn term(field: &'static str, text: String) -> Result<String, RequestError> {
    if is_term(&text) { Ok(text) } else { Err(RequestError::Value { field, why: "a term: 1 to 64 of a-z 0-9 . _ -" }) }
}

fn name<T: std::str::FromStr<Err = govhub_types::IdError>>(field: &'static str, text: &str) -> Result<T, RequestError> {
    text.parse().map_err(|why| RequestError::Name { field, why })
}

fn array<const N: usize>(field: &'static str, expected: &'static str, bytes: &[u8]) -> Result<[u8; N], RequestError> {
    bytes.try_into().map_err(|_| RequestError::Length { field, expected, found: bytes.len() })
}

fn field_element(field: &'static str, bytes: &[u8]) -> Result<Field, RequestError> {
    crate::input_from_bytes(bytes).map_err(|_| RequestError::Field { field })
}
