//! The strict decoder of envelopes.
//!
//! `data_hash` is over the plain concatenation of a block's envelopes, so their borders are not in the hash: two envelopes might be
//! presented as one with a field twice, or cut elsewhere. Fabric closes this by re-encoding each envelope and comparing; here the one
//! encoding is the only one that is read: payload, then signature, both there, lengths in their shortest form, nothing behind.
//!
//! Source: fabric `protoutil/blockutils.go` `VerifyTransactionsAreWellFormed`.

use govhub_lc_core::Reason;

use crate::messages::common::Envelope;
use crate::wire::delimited;

/// Reads an envelope in its one encoding.
///
/// # Errors
/// `envelope-not-canonical`.
pub fn envelope(bytes: &[u8]) -> Result<Envelope<'_>, Reason> {
    let mut rest = bytes;
    let payload = part(0x0a, "payload", &mut rest)?;
    let signature = part(0x12, "signature", &mut rest)?;
    match rest {
        [] => Ok(Envelope { payload, signature }),
        _ => Err(refusal(format!("{} bytes behind the signature", rest.len()))),
    }
}

fn part<'a>(tag: u8, what: &str, rest: &mut &'a [u8]) -> Result<&'a [u8], Reason> {
    let Some((first, behind)) = rest.split_first().filter(|(first, _)| **first == tag) else {
        return Err(refusal(format!("{what} is not where it must be")));
    };
    debug_assert_eq!(*first, tag);
    *rest = behind;
    match delimited(rest) {
        Ok([]) => Err(refusal(format!("{what} is empty"))),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(refusal(format!("{what} has no length in its shortest form, or ends early"))),
    }
}

fn refusal(detail: String) -> Reason {
    Reason::new("envelope-not-canonical", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [u8; 7] = [0x0a, 1, b'p', 0x12, 2, b's', b'g'];

    #[test]
    fn the_one_encoding_is_read() {
        assert_eq!(envelope(&GOOD), Ok(Envelope { payload: b"p", signature: b"sg" }));
    }

    #[test]
    fn no_other_encoding_is() {
        let signature_first = [0x12, 2, b's', b'g', 0x0a, 1, b'p'];
        let twice = [&[0x0a, 1, b'x'][..], &GOOD].concat();
        let unknown_field = [&GOOD[..], &[0x1a, 0]].concat();
        let long_length = [0x0a, 0x81, 0, b'p', 0x12, 2, b's', b'g'];
        let long_tag = [0x8a, 0, 1, b'p', 0x12, 2, b's', b'g'];
        let no_payload = [0x0a, 0, 0x12, 1, b's'];
        let no_signature = [0x0a, 1, b'p', 0x12, 0];
        let others: [&[u8]; 10] =
            [&[], &GOOD[..3], &GOOD[..6], &signature_first, &twice, &unknown_field, &long_length, &long_tag, &no_payload, &no_signature];
        for other in others {
            assert_eq!(envelope(other).expect_err("must be refused").code, "envelope-not-canonical", "{other:02x?}");
        }
    }
}
