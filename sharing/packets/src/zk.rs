//! Bodies of the kinds of zero knowledge: status roots, presentations, and what the hub found.
//!
//! Lengths and names are judged here. That 32 bytes are a field element, that a request decodes and that a proof holds is the hub's to
//! judge: this crate knows no curve.

use govhub_types::codec::decode_canonical;
use govhub_types::hash::Hash;
use govhub_types::{LicenceType, Region};
use prost::Message;

use crate::fault::{array, name, term};
use crate::{proto as wire, Fault, VALUE_BYTES_MAX};

/// Longest request in bytes.
pub const REQUEST_BYTES_MAX: usize = 4_096;
/// Most values shown.
pub const REVEALED_MAX: usize = 4;
/// Bytes of a proof.
pub const PROOF_BYTES: usize = 128;

/// The newest root of an issuer's status list, pushed by its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZkStatus {
    /// Type of the licences in the list.
    pub licence_type: LicenceType,
    /// Region of the list.
    pub region: Region,
    /// A field element, big endian; not looked into here.
    pub status_root: [u8; 32],
    /// From 1, grows by one at each change of the list.
    pub version: u64,
    /// Height of the issuer's chain.
    pub as_of_height: u64,
    /// Unix seconds of that block.
    pub as_of_time: u64,
}

/// A presentation as the verifier brings it to the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZkPres {
    /// The verifier's canonical request, 1 to [`REQUEST_BYTES_MAX`] bytes; not looked into here.
    pub request: Vec<u8>,
    /// The holder's name in the scope.
    pub nullifier: [u8; 32],
    /// Root of the authorised-issuer tree.
    pub issuer_root: [u8; 32],
    /// Day for which it was proved, UTC+8.
    pub day: u32,
    /// One value for each question that reveals, in the request's order.
    pub revealed: Vec<[u8; 32]>,
    /// Not looked into here.
    pub proof: [u8; PROOF_BYTES],
    /// Circuit of the proof.
    pub circuit_id: String,
}

/// What the hub found: the body of its [`crate::IssuerResult`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZkResult {
    /// As presented.
    pub nullifier: [u8; 32],
    /// The request's scope.
    pub scope: [u8; 32],
    /// As presented.
    pub issuer_root: [u8; 32],
    /// As presented.
    pub day: u32,
    /// As presented.
    pub revealed: Vec<[u8; 32]>,
    /// Circuit of the proof.
    pub circuit_id: String,
    /// SHA-256 of the verification key that governance pinned.
    pub key_hash: Hash,
}

impl ZkStatus {
    /// Decodes the body.
    ///
    /// # Errors
    /// Faults of encoding, length and name; `version` 0 is [`Fault::Value`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let wire: wire::ZkStatus = decode_canonical("ZkStatus", bytes, VALUE_BYTES_MAX)?;
        if wire.version == 0 {
            return Err(Fault::Value { field: "ZkStatus.version", found: 0 });
        }
        Ok(Self {
            licence_type: name("ZkStatus.licence_type", &wire.licence_type)?,
            region: name("ZkStatus.region", &wire.region)?,
            status_root: array("ZkStatus.status_root", "32 bytes", &wire.status_root)?,
            version: wire.version,
            as_of_height: wire.as_of_height,
            as_of_time: wire.as_of_time,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::ZkStatus {
            licence_type: self.licence_type.to_string(),
            region: self.region.to_string(),
            status_root: self.status_root.to_vec(),
            version: self.version,
            as_of_height: self.as_of_height,
            as_of_time: self.as_of_time,
        }
        .encode_to_vec()
    }
}

impl ZkPres {
    /// Decodes the body.
    ///
    /// # Errors
    /// Faults of encoding, length and form.
    pub fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let wire: wire::ZkPres = decode_canonical("ZkPres", bytes, VALUE_BYTES_MAX)?;
        if !(1..=REQUEST_BYTES_MAX).contains(&wire.request.len()) {
            return Err(Fault::Length { field: "ZkPres.request", expected: "1 to 4096 bytes", found: wire.request.len() });
        }
        Ok(Self {
            request: wire.request,
            nullifier: array("ZkPres.nullifier", "32 bytes", &wire.nullifier)?,
            issuer_root: array("ZkPres.issuer_root", "32 bytes", &wire.issuer_root)?,
            day: wire.day,
            revealed: values("ZkPres.revealed", &wire.revealed)?,
            proof: array("ZkPres.proof", "128 bytes", &wire.proof)?,
            circuit_id: term("ZkPres.circuit_id", &wire.circuit_id)?,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::ZkPres {
            request: self.request.clone(),
            nullifier: self.nullifier.to_vec(),
            issuer_root: self.issuer_root.to_vec(),
            day: self.day,
            revealed: self.revealed.iter().map(|value| value.to_vec()).collect(),
            proof: self.proof.to_vec(),
            circuit_id: self.circuit_id.clone(),
        }
        .encode_to_vec()
    }
}

impl ZkResult {
    /// Decodes the body of a result.
    ///
    /// # Errors
    /// Faults of encoding, length and form.
    pub fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let wire: wire::ZkResult = decode_canonical("ZkResult", bytes, VALUE_BYTES_MAX)?;
        Ok(Self {
            nullifier: array("ZkResult.nullifier", "32 bytes", &wire.nullifier)?,
            scope: array("ZkResult.scope", "32 bytes", &wire.scope)?,
            issuer_root: array("ZkResult.issuer_root", "32 bytes", &wire.issuer_root)?,
            day: wire.day,
            revealed: values("ZkResult.revealed", &wire.revealed)?,
            circuit_id: term("ZkResult.circuit_id", &wire.circuit_id)?,
            key_hash: array("ZkResult.key_hash", "32 bytes", &wire.key_hash)?,
        })
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        wire::ZkResult {
            nullifier: self.nullifier.to_vec(),
            scope: self.scope.to_vec(),
            issuer_root: self.issuer_root.to_vec(),
            day: self.day,
            revealed: self.revealed.iter().map(|value| value.to_vec()).collect(),
            circuit_id: self.circuit_id.clone(),
            key_hash: self.key_hash.to_vec(),
        }
        .encode_to_vec()
    }
}

fn values(field: &'static str, wire: &[Vec<u8>]) -> Result<Vec<[u8; 32]>, Fault> {
    if wire.len() > REVEALED_MAX {
        return Err(Fault::Length { field, expected: "at most 4 values", found: wire.len() });
    }
    wire.iter().map(|value| array(field, "32 bytes each", value)).collect()
}
