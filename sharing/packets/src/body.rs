//! Bodies of the packet kinds.

use govhub_types::codec::decode_canonical;
use govhub_types::hash::Hash;
use govhub_types::LicenceType;
use prost::Message;

use crate::fault::{array, name};
use crate::zk::{ZkPres, ZkStatus};
use crate::{proto as wire, Authorisation, Fault, Kind, LicenceStatus, VALUE_BYTES_MAX};

/// The body of a packet of a known kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `lic-verify/1`.
    LicVerify(LicVerify),
    /// `lic-status/1`.
    LicStatus(LicStatus),
    /// `zk-status/1`.
    ZkStatus(ZkStatus),
    /// `zk-pres/1`.
    ZkPres(ZkPres),
}

impl Body {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::LicVerify(_) => Kind::LicVerify,
            Self::LicStatus(_) => Kind::LicStatus,
            Self::ZkStatus(_) => Kind::ZkStatus,
            Self::ZkPres(_) => Kind::ZkPres,
        }
    }
}

/// Asks whether a licence is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicVerify {
    /// With the holder's one-time code. Carries no reference: whoever saw one QR must not be able to follow the licence.
    Holder {
        /// Type the asker expects.
        licence_type: LicenceType,
        /// [`crate::bind`] of the code's blind and the reference.
        bind: Hash,
        /// One-time code.
        code: [u8; 16],
    },
    /// By law, with the reference.
    Statutory {
        /// Type the asker expects.
        licence_type: LicenceType,
        /// [`crate::licence_ref`].
        licence_ref: Hash,
    },
}

/// A change of status, pushed by the issuer's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicStatus {
    /// [`crate::licence_ref`].
    pub licence_ref: Hash,
    /// The record's type.
    pub licence_type: LicenceType,
    /// New status.
    pub status: LicenceStatus,
    /// From 1, grows by one at each change.
    pub status_version: u64,
    /// Height of the issuer's chain.
    pub as_of_height: u64,
    /// Unix seconds of that block.
    pub as_of_time: u64,
}

pub(crate) fn decode(kind: Kind, authorisation: Authorisation, bytes: &[u8]) -> Result<Body, Fault> {
    match kind {
        Kind::LicVerify => LicVerify::decode(authorisation, bytes).map(Body::LicVerify),
        Kind::LicStatus => LicStatus::decode(bytes).map(Body::LicStatus),
        Kind::ZkStatus => ZkStatus::decode(bytes).map(Body::ZkStatus),
        Kind::ZkPres => ZkPres::decode(bytes).map(Body::ZkPres),
    }
}

impl LicVerify {
    /// Decodes the body of an envelope with this `authorisation`.
    ///
    /// # Errors
    /// [`Fault::Combination`] unless HOLDER_* comes with `bind` and `code` alone, or STATUTORY with `licence_ref` alone; faults of
    /// encoding, length and name.
    pub fn decode(authorisation: Authorisation, bytes: &[u8]) -> Result<LicVerify, Fault> {
        let wire: wire::LicVerify = decode_canonical("LicVerify", bytes, VALUE_BYTES_MAX)?;
        let licence_type = name("LicVerify.licence_type", &wire.licence_type)?;
        let holder_fields = !wire.bind.is_empty() || !wire.code.is_empty();
        let combination = |rule| Fault::Combination { what: "LicVerify", rule };
        match authorisation {
            Authorisation::Statutory if holder_fields => Err(combination("STATUTORY carries `licence_ref` alone")),
            Authorisation::Statutory => {
                Ok(LicVerify::Statutory { licence_type, licence_ref: array("LicVerify.licence_ref", "32 bytes", &wire.licence_ref)? })
            }
            _ if !wire.licence_ref.is_empty() => Err(combination("`licence_ref` only under STATUTORY; HOLDER_* carries `bind` and `code`")),
            _ => Ok(LicVerify::Holder {
                licence_type,
                bind: array("LicVerify.bind", "32 bytes", &wire.bind)?,
                code: array("LicVerify.code", "16 bytes", &wire.code)?,
            }),
        }
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let wire = match self {
            Self::Holder { licence_type, bind, code } => {
                wire::LicVerify { licence_type: licence_type.to_string(), bind: bind.to_vec(), code: code.to_vec(), licence_ref: vec![] }
            }
            Self::Statutory { licence_type, licence_ref } => {
                wire::LicVerify { licence_type: licence_type.to_string(), bind: vec![], code: vec![], licence_ref: licence_ref.to_vec() }
            }
        };
        wire.encode_to_vec()
    }

    /// Type the asker expects.
    pub const fn licence_type(&self) -> &LicenceType {
        match self {
            Self::Holder { licence_type, .. } | Self::Statutory { licence_type, .. } => licence_type,
        }
    }
}

impl LicStatus {
    /// Decodes the body.
    ///
    /// # Errors
    /// Faults of encoding, length, name and value; `status_version` 0 is [`Fault::Value`].
    pub fn decode(bytes: &[u8]) -> Result<LicStatus, Fault> {
        let wire: wire::LicStatus = decode_canonical("LicStatus", bytes, VALUE_BYTES_MAX)?;
        if wire.status_version == 0 {
            return Err(Fault::Value { field: "LicStatus.status_version", found: 0 });
        }
        Ok(LicStatus {
            licence_ref: array("LicStatus.licence_ref", "32 bytes", &wire.licence_ref)?,
            licence_type: name("LicStatus.licence_type", &wire.licence_type)?,
            status: LicenceStatus::from_wire("LicStatus.status", wire.status)?,
            status_version: wire.status_version,
            as_of_height: wire.as_of_height,
            as_of_time: wire.as_of_time,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::LicStatus {
            licence_ref: self.licence_ref.to_vec(),
            licence_type: self.licence_type.to_string(),
            status: self.status.number(),
            status_version: self.status_version,
            as_of_height: self.as_of_height,
            as_of_time: self.as_of_time,
        }
        .encode_to_vec()
    }
}
