//! Membership service providers: which certificates are members of an organisation, and in which role.
//!
//! The chain itself is verified by `govhub-x509`; what is Fabric's own stands here. Like Fabric, a certificate is judged at the moment it
//! was issued unless the caller says otherwise: configuration and history stay verifiable after certificates have expired.
//!
//! Source: fabric `msp/mspimplsetup.go`, `mspimplvalidate.go`, the rules of channel capability V1_4_3 and later. Stricter than there: an
//! administrator who is named by certificate must be a valid member like anybody else; signatures are over SHA-256 only; keys are P-256,
//! or Ed25519 with V3_0.

mod identity;
mod principal;
mod provider;

pub use identity::{signers, Bad, Signed, Signer};
pub use principal::Principal;
pub(crate) use provider::certificate;
pub use provider::{Member, Msp, Msps, Role};
