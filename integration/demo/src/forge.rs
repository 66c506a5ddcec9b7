//! Forgeries that are well formed: one field is false, all that follows from it is recomputed, and its twin is the original.

use anyhow::{Context, Result};
use govhub_ibc::types::Packet;
use ibc_proto::ibc::lightclients::tendermint::v1::Header;

/// `header` with another app hash: a state that the chain never had. Header hash and the commit's block id are recomputed, so that
/// everything fits but the signatures, which nobody but the validators can make.
///
/// # Errors
/// `header` is not whole.
pub fn header(original: &Header) -> Result<Header> {
    let mut forged = original.clone();
    let signed = forged.signed_header.as_mut().context("an update with a signed header")?;
    let header = signed.header.as_mut().context("a signed header with a header")?;
    *header.app_hash.first_mut().context("a header with an app hash")? ^= 1;
    let hash = tendermint::block::Header::try_from(header.clone()).context("a header that reads as one")?.hash();
    signed.commit.as_mut().and_then(|c| c.block_id.as_mut()).context("a commit with a block id")?.hash = hash.as_bytes().to_vec();
    Ok(forged)
}

/// `packet` with one byte of its payload changed: a question that was never asked, in the name of who asked another.
///
/// # Errors
/// `packet` has no payload.
pub fn packet(original: &Packet) -> Result<Packet> {
    let mut forged = original.clone();
    let value = &mut forged.payloads.first_mut().context("a packet with a payload")?.value;
    // The last byte belongs to the body: the envelope still reads as one.
    *value.last_mut().context("a payload with a value")? ^= 1;
    Ok(forged)
}

/// `proof` with one bit of its last hash changed: it still reads as a proof.
///
/// # Errors
/// The proof is empty.
pub fn proof(original: &[u8]) -> Result<Vec<u8>> {
    let mut forged = original.to_vec();
    *forged.last_mut().context("a proof with bytes")? ^= 1;
    Ok(forged)
}

#[cfg(test)]
mod tests {
    use govhub_ibc::types::Payload;

    use super::*;

    #[test]
    fn a_forged_packet_differs_in_its_payload_alone() {
        let original = Packet { sequence: 1, payloads: vec![Payload { value: vec![1, 2], ..Default::default() }], ..Default::default() };
        let mut forged = packet(&original).expect("there is a payload");
        assert_ne!(forged, original);
        forged.payloads[0].value = vec![1, 2];
        assert_eq!(forged, original);
    }

    #[test]
    fn what_is_not_there_cannot_be_forged() {
        assert!(packet(&Packet::default()).is_err());
        assert!(proof(&[]).is_err());
        assert!(header(&Header::default()).is_err());
    }
}
