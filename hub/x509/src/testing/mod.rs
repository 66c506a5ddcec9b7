//! Certificates and revocation lists of our own making, signed with real keys.
//!
//! Written by a DER writer of its own, so that every field can be bent and so that reading and writing do not share a mistake. Start at
//! [`Authority::root`]; a [`Draft`] is a certificate before its signature.

mod authority;
mod crl;
pub mod der;
mod draft;

pub use authority::Authority;
pub use crl::CrlDraft;
pub use draft::{
    authority_key_id, basic_constraints, der_signature, extended_key_usage, extension, key_usage, name, pem, spki, subject_key_id, Draft, BORN_S, CRL_SIGN,
    DIES_S, DIGITAL_SIGNATURE, KEY_CERT_SIGN,
};
