//! X.509: certificates, revocation lists and chains, one library for every chain family and for `identity`.
//!
//! **What is believed**: the roots that the caller puts into a [`Store`], and nothing else. Intermediates and revocation lists add no
//! trust of their own: they count only as far as a root's signature reaches. Parsing is by `x509-cert` and `der`; the rules of a chain
//! are ours (RFC 5280, section 6, for the part that permissioned chains use; GM/T 0015 for SM2).
//!
//! Invariants: nothing here reads a clock (time comes in [`Rules`]), a disk or a socket; every size is bounded ([`limits`]); one
//! encoding per certificate (DER, re-encoded and compared); a rule that is not understood refuses.
//!
//! | key | signature | identifier |
//! |---|---|---|
//! | P-256, secp256k1 | ECDSA with SHA-256 | 1.2.840.10045.4.3.2 |
//! | SM2 (curve 1.2.156.10197.1.301) | SM2 with SM3, identity `1234567812345678` | 1.2.156.10197.1.501 |
//! | Ed25519 | Ed25519 | 1.3.101.112 |
//!
//! Everything else is refused by its identifier, RSA by its name. Names are compared byte by byte, not by case folding. Not read: name
//! constraints (their presence refuses the chain), policies, OCSP, delta and indirect revocation lists (refused), signed time stamps.
//!
//! Start at [`verify_chain`].

mod asn1;
mod certificate;
mod chain;
mod crl;
mod error;
mod extensions;
mod key;
pub mod limits;
mod name;
mod pem;
mod signature;
mod store;

#[cfg(feature = "testing")]
pub mod testing;

pub use certificate::{Certificate, Identity, Validity};
pub use chain::{verify_chain, Chain, ForeignCrl, Role, Rules, When};
pub use crl::Crl;
pub use error::{ChainError, DecodeError, SignatureError};
pub use extensions::{ExtendedUsage, KeyUsage};
pub use key::{public_key_from_pem, public_key_from_spki, spki_of_key};
pub use name::Name;
pub use signature::{verify_signature, Algorithm, LowS};
pub use store::Store;
