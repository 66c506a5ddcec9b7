//! The four hashes of PROTOCOL 2 and 3. Each is SHA-256 with a tag of its own, so that one never passes for another.

use govhub_types::hash::{sha256, Hash};
use govhub_types::LicenceId;

/// What chains know of a licence: `SHA-256("govhub/lic/1" ‖ salt ‖ licence id)`. Without the salt (16 random bytes, kept by the
/// department) structured identifiers could be enumerated.
pub fn licence_ref(salt: &[u8; 16], id: &LicenceId) -> Hash {
    sha256(&[b"govhub/lic/1", salt, id.as_str().as_bytes()])
}

/// What a request with a holder's code carries instead of the reference: `SHA-256("govhub/bind/1" ‖ blind ‖ licence_ref)`.
pub fn bind(blind: &[u8; 16], licence_ref: &Hash) -> Hash {
    sha256(&[b"govhub/bind/1", blind, licence_ref])
}

/// What the issuer's chain stores of a code: `SHA-256("govhub/code/1" ‖ code)`.
pub fn code_hash(code: &[u8; 16]) -> Hash {
    sha256(&[b"govhub/code/1", code])
}

/// Which request an answer is to: SHA-256 of the leg-one value.
pub fn request_hash(leg_one_value: &[u8]) -> Hash {
    sha256(&[leg_one_value])
}
