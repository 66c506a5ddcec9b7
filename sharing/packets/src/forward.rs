//! Leg two is leg one with `via` appended and nothing else, so that the answer's request hash binds both.

use prost::Message;

use crate::{proto as wire, Envelope, Fault, Via, VALUE_BYTES_MAX};

/// Field 11, length-delimited.
const VIA_TAG: u8 = 11 << 3 | 2;

/// Leg two's value: `leg_one` followed by field 11. Canonical, because 11 is the highest field.
///
/// # Errors
/// The [`Fault`] of `leg_one`; [`Fault::Via`] if it has a `via` already; [`Fault::Speaker`] if `via.asker` is not its `from`.
pub fn forward(leg_one: &[u8], via: &Via) -> Result<Vec<u8>, Fault> {
    let envelope = Envelope::decode(leg_one)?;
    if envelope.via.is_some() {
        return Err(Fault::Via { rule: "only the hub writes `via`, and once" });
    }
    if envelope.from != via.asker {
        return Err(Fault::Speaker { rule: "`via.asker` must be `from`" });
    }
    let via = via.to_wire().encode_to_vec();
    let mut leg_two = leg_one.to_vec();
    leg_two.push(VIA_TAG);
    prost::encoding::encode_varint(via.len() as u64, &mut leg_two);
    leg_two.extend(via);
    Ok(leg_two)
}

/// Takes leg two's value apart: the envelope, and leg one's value whose hash the answer must carry.
///
/// # Errors
/// The [`Fault`] of the envelope; [`Fault::Via`] without `via`; [`Fault::Length`] if leg one is over its bound.
pub fn leg_one_of(leg_two: &[u8]) -> Result<(Envelope, Vec<u8>), Fault> {
    let envelope = Envelope::decode(leg_two)?;
    if envelope.via.is_none() {
        return Err(Fault::Via { rule: "leg two has `via`" });
    }
    let mut message = wire::Envelope::decode(leg_two).expect("decoded canonically two lines above");
    message.via = None;
    let leg_one = message.encode_to_vec();
    if leg_one.len() > VALUE_BYTES_MAX {
        return Err(Fault::Length { field: "Envelope", expected: "at most 245760 without via", found: leg_one.len() });
    }
    Ok((envelope, leg_one))
}

/// True iff `leg_two` is `leg_one` with field 11 appended and nothing else: what an end-to-end verifier asks of two packets.
pub fn is_forward_of(leg_one: &[u8], leg_two: &[u8]) -> bool {
    leg_one_of(leg_two).is_ok_and(|(_, inner)| inner == leg_one)
}
