//! What attestors sign. For the verifier here, and for whoever holds a key.

use govhub_types::hash::{sha256, Hash};
use prost::Message;

use crate::attestors::AttestorSet;
use crate::header::Attestation;
use crate::proto::govhub::lightclients::attestor::v1 as raw;

/// In front of what is hashed, so that no digest of anything else is one of ours.
pub const DOMAIN: &[u8] = b"govhub/attestor/1";

/// The 32 bytes that each attestor signs as its message; its algorithm hashes them once more.
///
/// * `chain_id`, `diversifier` — of the client that will read it
/// * `set` — those who sign
pub fn digest(chain_id: &str, diversifier: &str, set: &AttestorSet, attestation: &Attestation) -> Hash {
    let bytes = raw::SignBytes {
        chain_id: chain_id.to_owned(),
        diversifier: diversifier.to_owned(),
        attestors_hash: set.hash().to_vec(),
        attestation: Some(attestation.to_raw()),
    };
    sha256(&[DOMAIN, &bytes.encode_to_vec()])
}
