//! A holder's answer to a request.

use govhub_types::codec::decode_canonical;
use govhub_types::hash::Hash;
use prost::Message;

use super::{array, field_element, RequestError};
use crate::licence_query_v1::SLOTS;
use crate::{input_to_bytes, proto as wire, Field};

/// Longest presentation in bytes: four values shown.
pub const PRESENTATION_BYTES_MAX: usize = 512;

/// What a holder hands to a verifier. The proof's bytes name nothing: anyone can make others for the same action (Z13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// [`Request::hash`](super::Request::hash) of the request that it answers.
    pub request: Hash,
    /// The holder's name in the scope.
    pub nullifier: Field,
    /// Root of the authorised-issuer tree.
    pub issuer_root: Field,
    /// Day for which it was proved, UTC+8.
    pub day: u32,
    /// One value for each question that reveals, in the request's order.
    pub revealed: Vec<Field>,
    /// 128 bytes, not looked into here.
    pub proof: [u8; 128],
}

impl Presentation {
    /// Decodes a presentation.
    ///
    /// # Errors
    /// [`RequestError`], naming the field; a field element that is not below the modulus is refused, never reduced (Z9).
    ///
    /// # Not checked
    /// That it answers a request and that the proof holds: [`Request::statement`](super::Request::statement), [`verify`](crate::verify()).
    pub fn decode(bytes: &[u8]) -> Result<Self, RequestError> {
        let wire: wire::Presentation = decode_canonical("Presentation", bytes, PRESENTATION_BYTES_MAX)?;
        if wire.revealed.len() > SLOTS {
            return Err(RequestError::Length { field: "revealed", expected: "at most 4", found: wire.revealed.len() });
        }
        Ok(Self {
            request: array("request", "32 bytes", &wire.request)?,
            nullifier: field_element("nullifier", &wire.nullifier)?,
            issuer_root: field_element("issuer_root", &wire.issuer_root)?,
            day: wire.day,
            revealed: wire.revealed.iter().map(|bytes| field_element("revealed", bytes)).collect::<Result<_, _>>()?,
            proof: array("proof", "128 bytes", &wire.proof)?,
        })
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::Presentation {
            request: self.request.to_vec(),
            nullifier: input_to_bytes(&self.nullifier),
            issuer_root: input_to_bytes(&self.issuer_root),
            day: self.day,
            revealed: self.revealed.iter().map(input_to_bytes).collect(),
            proof: self.proof.to_vec(),
        }
        .encode_to_vec()
    }
}
