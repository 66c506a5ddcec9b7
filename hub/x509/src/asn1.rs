//! The ASN.1 of certificates and revocation lists (RFC 5280, appendix A), as the decoder derives it.
//!
//! The library's own types take no object identifier whose second number is above 39, and no list of version 1; real ChainMaker
//! certificates and OpenSSL have both.

use der::asn1::{BitString, OctetString};
use der::{Any, Decode, Encode, Sequence, Tag, Tagged};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time;
use x509_cert::{AlgorithmIdentifier, SubjectPublicKeyInfo, Version};

use crate::error::DecodeError;

#[derive(Sequence)]
pub(crate) struct Certificate {
    pub tbs: TbsCertificate,
    pub algorithm: AlgorithmIdentifier,
    pub signature: BitString,
}

#[derive(Sequence)]
pub(crate) struct TbsCertificate {
    #[asn1(context_specific = "0", default = "Default::default")]
    pub version: Version,
    pub serial: SerialNumber,
    pub algorithm: AlgorithmIdentifier,
    pub issuer: Name,
    pub validity: Validity,
    pub subject: Name,
    pub spki: SubjectPublicKeyInfo,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Vec<Extension>>,
}

#[derive(Sequence)]
pub(crate) struct Validity {
    pub not_before: Time,
    pub not_after: Time,
}

#[derive(Sequence)]
pub(crate) struct Extension {
    pub id: Any,
    #[asn1(default = "Default::default")]
    pub critical: bool,
    pub value: OctetString,
}

#[derive(Sequence)]
pub(crate) struct CertificateList {
    pub tbs: TbsCertList,
    pub algorithm: AlgorithmIdentifier,
    pub signature: BitString,
}

#[derive(Sequence)]
pub(crate) struct TbsCertList {
    pub version: Option<Version>,
    pub algorithm: AlgorithmIdentifier,
    pub issuer: Name,
    pub this_update: Time,
    pub next_update: Option<Time>,
    pub revoked: Option<Vec<RevokedCert>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Vec<Extension>>,
}

#[derive(Sequence)]
pub(crate) struct RevokedCert {
    pub serial: SerialNumber,
    pub date: Time,
    pub extensions: Option<Vec<Extension>>,
}

/// `der` as T, in the one encoding of it; `what` names it in errors.
pub(crate) fn strict<T: for<'a> Decode<'a, Error = der::Error> + Encode>(what: &'static str, der: &[u8]) -> Result<T, DecodeError> {
    let read = T::from_der(der).map_err(|error| malformed(what, error))?;
    match encoded(what, &read)? == der {
        true => Ok(read),
        false => Err(DecodeError::NotCanonical(what)),
    }
}

pub(crate) fn encoded(what: &'static str, value: &impl Encode) -> Result<Vec<u8>, DecodeError> {
    value.to_der().map_err(|error| malformed(what, error))
}

pub(crate) fn malformed(what: &'static str, error: impl ToString) -> DecodeError {
    DecodeError::Der { what, detail: error.to_string() }
}

/// Seconds since the epoch; UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5 and 5.1.2.4).
pub(crate) fn seconds(what: &'static str, time: &Time) -> Result<u64, DecodeError> {
    match time {
        Time::GeneralTime(late) if late.to_date_time().year() < 2050 => Err(DecodeError::NotCanonical(what)),
        _ => Ok(time.to_unix_duration().as_secs()),
    }
}

/// Big-endian magnitude of a positive INTEGER.
pub(crate) fn positive(serial: &SerialNumber) -> Result<Vec<u8>, DecodeError> {
    match serial.as_bytes() {
        [] | [0] => Err(DecodeError::Serial),
        [first, ..] if first & 0x80 != 0 => Err(DecodeError::Serial),
        [0, rest @ ..] => Ok(rest.to_vec()),
        magnitude => Ok(magnitude.to_vec()),
    }
}

/// Content of an OBJECT IDENTIFIER, whose numbers are written as short as they can be (X.690, 8.19.2).
pub(crate) fn identifier(any: &Any) -> Result<&[u8], DecodeError> {
    let content = any.value();
    let begins = |at: usize| at == 0 || content[at - 1] < 0x80;
    let padded = (0..content.len()).any(|at| begins(at) && content[at] == 0x80);
    match any.tag() == Tag::ObjectIdentifier && content.last().is_some_and(|last| *last < 0x80) && !padded {
        true => Ok(content),
        false => Err(malformed("object identifier", "no identifier, or a number cut or padded")),
    }
}

/// The dotted form of an identifier's content; numbers beyond 64 bits are shown as `?`.
pub(crate) fn dotted(content: &[u8]) -> String {
    let mut numbers = content.split_inclusive(|byte| *byte < 0x80).map(|digits| {
        digits.iter().try_fold(0u64, |number, digit| Some(number.checked_mul(128)? | u64::from(digit & 0x7f)))
    });
    let first = match numbers.next().flatten() {
        Some(both) => format!("{}.{}", both.min(80) / 40 % 3, both - (both.min(80) / 40 * 40)),
        None => "?".into(),
    };
    std::iter::once(first).chain(numbers.map(|number| number.map_or("?".into(), |n| n.to_string()))).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_shown_as_people_write_them() {
        for (content, expected) in [
            (&[0x55, 0x1d, 0x0f][..], "2.5.29.15"),
            (&[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75], "1.2.156.10197.1.501"),
            (&[0x2b, 0x65, 0x70], "1.3.101.112"),
            (&[0x81, 0x27, 0x58], "2.87.88"),
            (&[0x88, 0x37], "2.999"),
            (&[0x00], "0.0"),
            (&[0x27], "0.39"),
            (&[0x28], "1.0"),
            (&[0x4f], "1.39"),
            (&[0x50], "2.0"),
        ] {
            assert_eq!(dotted(content), expected);
        }
        assert_eq!(dotted(&[&[0x55][..], &[0xff; 10], &[0x7f]].concat()), "2.5.?");
    }

    #[test]
    fn an_identifier_has_one_encoding() {
        let read = |content: &[u8]| identifier(&Any::new(Tag::ObjectIdentifier, content).expect("short")).is_ok();
        assert!(read(&[0x55, 0x1d, 0x0f]) && read(&[0x81, 0x27]));
        for bent in [&[][..], &[0x55, 0x80, 0x01], &[0x80, 0x01], &[0x55, 0x9d]] {
            assert!(!read(bent), "{bent:02x?}");
        }
        assert!(identifier(&Any::new(Tag::OctetString, [0x55]).expect("short")).is_err());
    }
}
