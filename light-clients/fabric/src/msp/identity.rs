//! Who signed: signatures that verify, each by another identity.

use std::cell::OnceCell;
use std::rc::Rc;

use govhub_lc_core::Reason;
use govhub_x509::{Certificate, LowS, When};

use super::provider::{certificate, Member, Msp, Msps};
use crate::messages::msp::SerializedIdentity;
use crate::wire::Message;

/// A statement with a signature on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// What is signed: these parts, one behind the other.
    pub message: [&'a [u8]; 3],
    /// Whose signature it is said to be: [`SerializedIdentity`].
    pub identity: &'a [u8],
    /// DER of (r, s) with the lower s; 64 bytes for Ed25519.
    pub signature: &'a [u8],
}

/// What becomes of statements that cannot count: of somebody who is no member, with a wrong signature, of a key that has signed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Everything is refused: whoever put the statements together could have left it out.
    Refuse,
    /// Passed over, as Fabric does: it was put there by others.
    PassOver,
}

/// Somebody whose signature verifies. Whether the certificate is a member's is not said yet: see [`Signer::member`].
#[derive(Clone, Debug)]
pub struct Signer {
    msp: Rc<Msp>,
    certificate: Certificate,
    when: When,
    member: OnceCell<Result<Member, Reason>>,
}

impl Signer {
    /// The identity that `bytes` name.
    ///
    /// # Errors
    /// `malformed`; `msp-unknown` and the provider's own reasons; the codes of `govhub-x509`.
    pub fn read(msps: &Msps<'_>, bytes: &[u8], when: When) -> Result<Self, Reason> {
        let identity = SerializedIdentity::read(bytes)?;
        Ok(Self { msp: msps.get(identity.mspid)?, certificate: certificate(identity.id_bytes)?, when, member: OnceCell::new() })
    }

    /// Its provider.
    pub fn msp(&self) -> &Msp {
        &self.msp
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What its provider says of it.
    ///
    /// # Errors
    /// Those of [`Msp::member`].
    pub fn member(&self) -> Result<&Member, &Reason> {
        self.member.get_or_init(|| self.msp.member(&self.certificate, self.when)).as_ref()
    }

    /// Verifies what it signed.
    ///
    /// # Errors
    /// The codes of `govhub-x509`: `signature-high-s`, `signature`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
        let refusal = |error: govhub_x509::SignatureError| Reason::new(error.code(), format!("`{}`: {error}", self.certificate.subject()));
        self.certificate.verify_signature(message, signature, LowS::Required).map_err(refusal)
    }

    /// Whether both are one person: the same certificate, or the same key in another one. (Fabric tells them apart by certificate alone.)
    pub fn is(&self, other: &Self) -> bool {
        self.certificate.public_key() == other.certificate.public_key()
    }
}

/// Who signed the statements, in their order, each once. With [`Bad::PassOver`] there may be some who are no members.
///
/// # Errors
/// With [`Bad::Refuse`]: `duplicate-signer` and the reasons of [`Signer::read`], [`Signer::member`] and [`Signer::verify`]. With
/// [`Bad::PassOver`]: none.
pub fn signers(msps: &Msps<'_>, statements: &[Signed<'_>], when: When, bad: Bad) -> Result<Vec<Signer>, Reason> {
    let mut found: Vec<Signer> = Vec::new();
    for statement in statements {
        match signer(msps, statement, when, bad, &found) {
            Ok(signer) => found.push(signer),
            Err(reason) if bad == Bad::Refuse => return Err(reason),
            Err(_) => {}
        }
    }
    Ok(found)
}

fn signer(msps: &Msps<'_>, statement: &Signed<'_>, when: When, bad: Bad, before: &[Signer]) -> Result<Signer, Reason> {
    let signer = Signer::read(msps, statement.identity, when)?;
    // First of all, so that strangers' signatures cost one look at their issuer and no more.
    if bad == Bad::Refuse {
        signer.member().map_err(Clone::clone)?;
    }
    if before.iter().any(|other| other.is(&signer)) {
        return Err(Reason::new("duplicate-signer", format!("`{}` signed twice", signer.certificate.subject())));
    }
    signer.verify(&statement.message.concat(), statement.signature)?;
    Ok(signer)
}
