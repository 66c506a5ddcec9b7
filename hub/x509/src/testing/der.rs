//! A small DER writer.

use ::der::asn1::ObjectIdentifier;
use ::der::{DateTime, Encode};
use std::time::Duration;

/// Tag, length and content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7f => out.push(short as u8),
        long => {
            let bytes: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | bytes.len() as u8);
            out.extend(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// SEQUENCE of what is already encoded.
pub fn sequence<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    tlv(0x30, &concat(parts))
}

/// Everything one after the other.
pub fn concat<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.as_ref().iter().copied()).collect()
}

/// OBJECT IDENTIFIER from its dotted form.
///
/// # Panics
/// If that is none.
pub fn oid(dotted: &str) -> Vec<u8> {
    ObjectIdentifier::new(dotted).expect("a dotted identifier").to_der().expect("it encodes")
}

/// INTEGER from an unsigned big-endian number.
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let start = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len());
    let digits = &magnitude[start..];
    match digits.first() {
        None => tlv(2, &[0]),
        Some(first) if first & 0x80 != 0 => tlv(2, &concat(&[&[0][..], digits])),
        Some(_) => tlv(2, digits),
    }
}

/// BIT STRING of whole bytes.
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &concat(&[&[0][..], bytes]))
}

/// UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5).
///
/// # Panics
/// Behind the year 9999.
pub fn time(unix_s: u64) -> Vec<u8> {
    let at = DateTime::from_unix_duration(Duration::from_secs(unix_s)).expect("before the year 10000");
    let rest = format!("{:02}{:02}{:02}{:02}{:02}Z", at.month(), at.day(), at.hour(), at.minutes(), at.seconds());
    match at.year() {
        year @ ..=2049 => tlv(0x17, format!("{:02}{rest}", year % 100).as_bytes()),
        year => tlv(0x18, format!("{year:04}{rest}").as_bytes()),
    }
}
