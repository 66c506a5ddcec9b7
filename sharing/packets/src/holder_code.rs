//! What a holder's QR code carries from the issuer to the counter. It never goes on a chain.

use std::fmt;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use govhub_types::codec::decode_canonical;
use govhub_types::hash::Hash;
use govhub_types::{DepartmentId, LicenceId};
use prost::Message;

use crate::fault::{array, name};
use crate::{proto as wire, Fault, LicVerify};

/// Begins every QR text.
pub const QR_PREFIX: &str = "GVH1:";
/// Most bytes of the message: identifier 126, salt, code and blind 16 each, issuer 18, five tags and lengths.
pub const HOLDER_CODE_BYTES_MAX: usize = 202;
/// Most characters of a QR text: prefix and base64 of the message.
pub const QR_CHARS_MAX: usize = 5 + HOLDER_CODE_BYTES_MAX.div_ceil(3) * 4;

/// A one-time code with what is needed to use it. Its `Debug` shows the issuer only.
#[derive(Clone, PartialEq, Eq)]
pub struct HolderCode {
    /// The licence.
    pub licence_id: LicenceId,
    /// Salt of the reference.
    pub salt: [u8; 16],
    /// One-time code.
    pub code: [u8; 16],
    /// Issuing department.
    pub issuer: DepartmentId,
    /// Blind of `bind`.
    pub blind: [u8; 16],
}

impl HolderCode {
    /// Decodes canonical bytes.
    ///
    /// # Errors
    /// Faults of encoding, length and name.
    ///
    /// # Not checked
    /// That `issuer` is the issuer in the identifier: a department may have taken over another's licences.
    pub fn decode(bytes: &[u8]) -> Result<HolderCode, Fault> {
        let wire: wire::HolderCode = decode_canonical("HolderCode", bytes, HOLDER_CODE_BYTES_MAX)?;
        Ok(HolderCode {
            licence_id: name("HolderCode.licence_id", &wire.licence_id)?,
            salt: array("HolderCode.salt", "16 bytes", &wire.salt)?,
            code: array("HolderCode.code", "16 bytes", &wire.code)?,
            issuer: name("HolderCode.issuer", &wire.issuer)?,
            blind: array("HolderCode.blind", "16 bytes", &wire.blind)?,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::HolderCode {
            licence_id: self.licence_id.to_string(),
            salt: self.salt.to_vec(),
            code: self.code.to_vec(),
            issuer: self.issuer.to_string(),
            blind: self.blind.to_vec(),
        }
        .encode_to_vec()
    }

    /// Text of the QR code: `GVH1:` and base64url without padding.
    pub fn to_qr(&self) -> String {
        format!("{QR_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.encode()))
    }

    /// From the text of a QR code.
    ///
    /// # Errors
    /// [`Fault::Qr`] if the text is not `GVH1:` and base64url without padding; else as [`HolderCode::decode`].
    pub fn from_qr(text: &str) -> Result<HolderCode, Fault> {
        if text.len() > QR_CHARS_MAX {
            return Err(Fault::Length { field: "QR text", expected: "at most 277 characters", found: text.len() });
        }
        let encoded = text.strip_prefix(QR_PREFIX).ok_or(Fault::Qr)?;
        Self::decode(&URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Fault::Qr)?)
    }

    /// Reference of the licence.
    pub fn licence_ref(&self) -> Hash {
        crate::licence_ref(&self.salt, &self.licence_id)
    }

    /// Blinded reference, as requests carry it.
    pub fn bind(&self) -> Hash {
        crate::bind(&self.blind, &self.licence_ref())
    }

    /// The body of a request with this code; the type is the identifier's.
    pub fn to_request(&self) -> LicVerify {
        LicVerify::Holder { licence_type: self.licence_id.parts().licence_type, bind: self.bind(), code: self.code }
    }
}

impl fmt::Debug for HolderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderCode").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
