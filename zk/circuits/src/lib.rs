//! Claims about licences. One folder a claim; in each a *relation* in plain Rust, and the *circuit* that is its second telling.
//!
//! | claim | folder | budget |
//! |---|---|---|
//! | attributes of a licence, nothing else | [`licence_query_v1`] | constraints + instance variables <= 16,384 |
//! | anonymous member of a registered group | [`membership_v1`] | <= 8,000 |
//!
//! A circuit never changes: a changed circuit is a new id. `fingerprint.txt` in each folder pins its size and the digest of its matrices.
//! Inside, circuits are generic over the embedded curve; at the face they are concrete on BN254.

pub mod claim;
pub mod fingerprint;
pub mod licence_query_v1;
pub mod membership_v1;
pub mod prover;
pub mod shape;
#[cfg(test)]
mod testing;

/// The embedded curve of the face.
pub type Embedded = ark_ed_on_bn254::EdwardsConfig;
/// A field element of statements and witnesses: the scalar field of BN254.
pub type Field = ark_bn254::Fr;
/// A scalar of the embedded curve.
pub type EmbeddedScalar = ark_ed_on_bn254::Fr;
