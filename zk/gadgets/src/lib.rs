//! Primitives of the attribute proofs, each told twice in one file: natively and as constraints.
//!
//! Invariants: every gadget constrains all it allocates (no witness is free to choose unless its doc says so); the native form
//! and the gadget agree on every input (property-tested); nothing here draws randomness or reads a clock.
//!
//! Start at [`poseidon`]; the signature in [`schnorr`] and the tree in [`merkle`] stand on it.

pub mod domain;
pub mod merkle;
pub mod nullifier;
pub mod poseidon;
pub mod range;
pub mod schnorr;
pub mod select;
pub mod set;

#[cfg(test)]
mod testing;

pub use ark_r1cs_std::fields::fp::FpVar;
