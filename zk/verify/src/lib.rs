//! Groth16 verification as the hub links it. No constraint code, no randomness, no clock.
//!
//! Everything that comes from outside is decoded canonically and checked once, where it enters:
//!
//! * [`VerifyingKey::decode`]: the hash governance pinned, no development key outside a development network, curve, subgroup, no identity, gamma and
//!   delta different, the right number of inputs;
//! * [`KeyFile::decode`]: the file around a key, for provers too;
//! * [`Proof::decode`]: 128 bytes, one encoding for one proof, curve, subgroup, no identity;
//! * [`input_from_bytes`]: below the field's modulus, else refused (never reduced).
//!
//! What is asked and handed over stands in [`request`]; the public side of each claim in a room of its name.
//!
//! [`verify`] judges one proof, [`verify_batch`] many; both always agree (property-tested).
//!
//! A Groth16 proof can be re-randomised by anyone: two byte strings may prove the same action. Whoever consumes a proof must key on
//! nullifier and context, never on the proof's bytes (Z13).
//!
//! Source: Groth, "On the Size of Pairing-based Non-interactive Arguments" (Eurocrypt 2016).

mod batch;
mod decode;
mod error;
mod key;
pub mod key_file;
pub mod licence_query_v1;
pub mod proto;
pub mod request;
#[cfg(test)]
mod tests;
mod verify;

pub use batch::verify_batch;
pub use decode::{input_from_bytes, input_to_bytes, Proof};
pub use error::{KeyError, KeyFileError, ProofError};
pub use key::{DevelopmentKeys, Pinned, VerifyingKey};
pub use key_file::{KeyFile, KeyKind, Origin};
pub use verify::verify;

use std::sync::LazyLock;

use zk_gadgets::poseidon::Poseidon;

/// The pairing of the face. Inside it is a type parameter; BLS12-381 is built and tested.
pub type Curve = ark_bn254::Bn254;
/// A public input.
pub type Field = ark_bn254::Fr;
/// The embedded curve of the face: issuers' keys lie on it.
pub type Embedded = ark_ed_on_bn254::EdwardsConfig;
/// A scalar of the embedded curve.
pub type EmbeddedScalar = ark_ed_on_bn254::Fr;

/// The first 248 bits of a hash as a field element: below every modulus of ours, so nothing is reduced.
pub fn first_248_bits(hash: &govhub_types::hash::Hash) -> Field {
    let mut bytes = [0; 32];
    bytes[1..].copy_from_slice(&hash[..31]);
    input_from_bytes(&bytes).expect("248 bits are below the modulus")
}

/// The one set of hash parameters: deriving them costs milliseconds, and they never change.
pub fn poseidon() -> &'static Poseidon<Field> {
    static POSEIDON: LazyLock<Poseidon<Field>> = LazyLock::new(Poseidon::new);
    &POSEIDON
}
