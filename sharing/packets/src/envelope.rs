//! The value of every packet: who asks whom, for what purpose, on what legal basis, and until when.

use govhub_types::codec::decode_canonical;
use govhub_types::{ClientId, DepartmentId};
use prost::Message;

use crate::body::{self, Body};
use crate::fault::{array, name, optional_term, term};
use crate::{proto as wire, Authorisation, Fault, Kind, Refusal, VALUE_BYTES_MAX, VIA_BYTES_MAX};

/// A well-formed envelope. Its kind may still be one that nobody knows: see [`Envelope::body`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `name/version`.
    pub kind: String,
    /// Sending department.
    pub from: DepartmentId,
    /// Receiving department; `None` for kinds that the hub itself takes.
    pub to: Option<DepartmentId>,
    /// Term of the on-chain list of purposes; empty only for what an issuer pushes.
    pub purpose: String,
    /// Term of the on-chain list of legal bases; empty only for what an issuer pushes.
    pub legal_basis: String,
    /// Term of the on-chain list of service items, or empty.
    pub service_item: String,
    /// Why the asker may ask.
    pub authorisation: Authorisation,
    /// Unix seconds; 0 for kinds that the hub itself takes.
    pub answer_by: u64,
    /// Random, chosen by the sender: joins the logs of all chains.
    pub trace_id: [u8; 16],
    /// Canonical bytes of the kind's message.
    pub body: Vec<u8>,
    /// Only on leg two.
    pub via: Option<Via>,
}

/// Where a forwarded request came from; written by the hub alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// The hub's client of the asker.
    pub client_id: ClientId,
    /// Sequence of leg one, from 1.
    pub sequence: u64,
    /// The asking department.
    pub asker: DepartmentId,
}

impl Envelope {
    /// Decodes a packet's value, of either leg.
    ///
    /// # Errors
    /// The [`Fault`] for bytes that are not canonical, fields of wrong form, and combinations that may not occur.
    ///
    /// # Not checked
    /// The body ([`Envelope::body`]); who may speak so ([`Envelope::check_at_hub`], [`Envelope::check_at_department`]); that terms
    /// stand in the on-chain lists.
    pub fn decode(value: &[u8]) -> Result<Envelope, Fault> {
        let max = VALUE_BYTES_MAX + VIA_BYTES_MAX;
        let wire: wire::Envelope = decode_canonical("Envelope", value, max)?;
        let envelope = Self::from_wire(wire)?;
        if envelope.via.is_none() && value.len() > VALUE_BYTES_MAX {
            return Err(Fault::Length { field: "Envelope", expected: "at most 245760 without via", found: value.len() });
        }
        Ok(envelope)
    }

    fn from_wire(wire: wire::Envelope) -> Result<Envelope, Fault> {
        crate::kind::check_form(&wire.kind)?;
        let kind = Kind::find(&wire.kind).ok();
        let required = if kind.is_some_and(Kind::is_push) { optional_term } else { term };
        let to = if wire.to.is_empty() { None } else { Some(name("Envelope.to", &wire.to)?) };
        let envelope = Envelope {
            from: name("Envelope.from", &wire.from)?,
            to,
            purpose: required("Envelope.purpose", &wire.purpose)?,
            legal_basis: required("Envelope.legal_basis", &wire.legal_basis)?,
            service_item: optional_term("Envelope.service_item", &wire.service_item)?,
            authorisation: Authorisation::from_wire("Envelope.authorisation", wire.authorisation)?,
            answer_by: wire.answer_by,
            trace_id: array("Envelope.trace_id", "16 bytes", &wire.trace_id)?,
            body: wire.body,
            via: wire.via.map(Via::from_wire).transpose()?,
            kind: wire.kind,
        };
        envelope.check_combinations(kind)?;
        Ok(envelope)
    }

    /// `kind`: the envelope's, if this code knows it.
    fn check_combinations(&self, kind: Option<Kind>) -> Result<(), Fault> {
        let combination = |broken: bool, rule| if broken { Err(Fault::Combination { what: "Envelope", rule }) } else { Ok(()) };
        let (for_the_hub, is_push) = (kind.is_some_and(Kind::is_for_the_hub), kind.is_some_and(Kind::is_push));
        let by_law = self.authorisation == Authorisation::Statutory;
        combination(for_the_hub && self.to.is_some(), "the hub itself takes this kind: `to` must be empty")?;
        combination(for_the_hub && self.answer_by != 0, "the hub answers this kind at once: `answer_by` must be 0")?;
        combination(is_push && !by_law, "a status is sent by law: STATUTORY")?;
        combination(kind == Some(Kind::ZkPres) && by_law, "a presentation is the holder's own act: HOLDER_PRESENT or HOLDER_AUTHORISED")?;
        combination(!for_the_hub && self.to.is_none(), "`to` must name the receiving department")
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::Envelope {
            kind: self.kind.clone(),
            from: self.from.to_string(),
            to: self.to.as_ref().map(ToString::to_string).unwrap_or_default(),
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            service_item: self.service_item.clone(),
            authorisation: self.authorisation.number(),
            answer_by: self.answer_by,
            trace_id: self.trace_id.to_vec(),
            body: self.body.clone(),
            via: self.via.as_ref().map(Via::to_wire),
        }
        .encode_to_vec()
    }

    /// The kind and its decoded body.
    ///
    /// # Errors
    /// `Refused{UNKNOWN_KIND}` or `Refused{UNSUPPORTED_VERSION}` where no code knows the kind; a [`Fault`] in the body.
    pub fn body(&self) -> Result<Body, Refusal> {
        let kind = Kind::find(&self.kind).map_err(Refusal::Refused)?;
        Ok(body::decode(kind, self.authorisation, &self.body)?)
    }

    /// What the hub asks of a packet from the client bound to `department` (PROTOCOL 2, Who speaks); also what a sender's own
    /// chain asks of a request before it leaves.
    ///
    /// # Errors
    /// [`Fault::Speaker`] if `from` is another department; [`Fault::Via`] if `via` is present.
    pub fn check_at_hub(&self, department: &DepartmentId) -> Result<(), Fault> {
        if self.via.is_some() {
            return Err(Fault::Via { rule: "only the hub writes `via`" });
        }
        if self.from != *department {
            return Err(Fault::Speaker { rule: "`from` must be the department bound to the client" });
        }
        Ok(())
    }

    /// What a department asks of a packet over its hub client.
    ///
    /// # Errors
    /// [`Fault::Via`] without `via`; [`Fault::Speaker`] if `via.asker` is not `from`, or `to` is neither `own` nor, for
    /// `lic-status`, empty.
    pub fn check_at_department(&self, own: &DepartmentId) -> Result<(), Fault> {
        let Some(via) = &self.via else {
            return Err(Fault::Via { rule: "the hub must have written `via`" });
        };
        if via.asker != self.from {
            return Err(Fault::Speaker { rule: "`via.asker` must be `from`" });
        }
        if self.to.as_ref().is_some_and(|to| to != own) {
            return Err(Fault::Speaker { rule: "`to` must be this department" });
        }
        Ok(())
    }
}

impl Via {
    fn from_wire(wire: wire::Via) -> Result<Via, Fault> {
        if wire.sequence == 0 {
            return Err(Fault::Value { field: "Via.sequence", found: 0 });
        }
        Ok(Via { client_id: name("Via.client_id", &wire.client_id)?, sequence: wire.sequence, asker: name("Via.asker", &wire.asker)? })
    }

    pub(crate) fn to_wire(&self) -> wire::Via {
        wire::Via { client_id: self.client_id.to_string(), sequence: self.sequence, asker: self.asker.to_string() }
    }
}
