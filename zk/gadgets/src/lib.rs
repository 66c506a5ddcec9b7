//! Primitives of the attribute proofs, each told twice in one file: natively and as constraints.
//!
//! Invariants: every gadget constrains all it allocates (no witness is free to choose unless its doc says so); the native form
//! and the gadget agree on every input (property-tested); nothing here draws randomness or reads a clock.
//!
//! The constraints are behind the feature `constraints`, which is on by default: what only verifies (the hub) links none.
//!
//! Start at [`poseidon`]; the signature in [`schnorr`] and the tree in [`merkle`] stand on it.

pub mod domain;
pub mod merkle;
pub mod nullifier;
pub mod pack;
pub mod poseidon;
pub mod range;
pub mod schnorr;
#[cfg(feature = "constraints")]
pub mod select;
#[cfg(feature = "constraints")]
pub mod set;

#[cfg(test)]
mod testing;

#[cfg(feature = "constraints")]
pub use ark_r1cs_std::fields::fp::FpVar;
