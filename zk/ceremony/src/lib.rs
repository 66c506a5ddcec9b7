//! The setup of our Groth16 circuits on BN254, made by many parties of whom one honest one is enough.
//!
//! Two phases, each a chain of contributions in which everyone multiplies the secrets by his own and forgets it:
//!
//! 1. [`phase1`], powers of tau, good for every circuit: made here, or a public `.ptau` file of snarkjs. The files *are* `.ptau` files, so
//!    snarkjs can contribute to ours and judge them: a second implementation.
//! 2. [`phase2`], one circuit: a deterministic start from the powers and the circuit's matrices, contributions, a beacon, keys.
//!
//! Invariants: a party's secret lives for one call and is wiped; every contribution proves knowledge of its secret over the transcript so
//! far; whoever has the last file, the powers and the circuit can check everything; randomness and beacons enter as arguments; only
//! [`cli`] touches files, and it replaces none and leaves none half-written.
//!
//! [`keys`] wraps the result for provers and verifiers and marks keys that no ceremony stands behind; [`snarkjs`] exchanges keys, proofs
//! and inputs with other programs.
//!
//! Source: Bowe, Gabizon, Miers, "Scalable Multi-party Computation for zk-SNARK Parameters in the Random Beacon Model" (2017); security
//! of the two phases without the beacon: Kohlweiss, Maller, Siim, Volkhov, "Snarky Ceremonies" (Asiacrypt 2021).

mod beacon;
mod blake2b;
#[cfg(feature = "cli")]
pub mod cli;
pub mod entropy;
pub mod keys;
mod knowledge;
pub mod phase1;
pub mod phase2;
mod points;
pub mod progress;
mod ratio;
mod reader;
mod sampling;
mod secret;
pub mod snarkjs;

pub use beacon::{Beacon, BeaconError};
pub use knowledge::Knowledge;

/// The scalar field, in which circuits and secrets live.
pub type Field = ark_bn254::Fr;
