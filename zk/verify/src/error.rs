//! Why a key, a proof or an input is refused.

use thiserror::Error;

/// Why a verification key is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// More bytes than any key of ours.
    #[error("verification key has {found} bytes, at most {max}")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Not the key that governance pinned.
    #[error("verification key has SHA-256 {found}, pinned is {pinned}; use the key of this circuit id")]
    NotPinned {
        /// Hash of the bytes.
        found: String,
        /// Hash expected.
        pinned: String,
    },
    /// Not the canonical encoding of points of the curve and subgroup.
    #[error("verification key: {0}")]
    Encoding(String),
    /// A point that must not be the identity is.
    #[error("verification key: `{0}` is the identity")]
    Identity(&'static str),
    /// gamma = delta: the circuit-specific setup was never run, anyone can forge.
    #[error("verification key has gamma = delta: its setup was never finished, and anyone could forge proofs")]
    GammaEqualsDelta,
    /// The key is for another number of public inputs.
    #[error("verification key is for {found} public inputs, the circuit has {expected}")]
    Inputs {
        /// Inputs of the circuit.
        expected: usize,
        /// Inputs of the key.
        found: usize,
    },
}

/// Why a proof or its inputs are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Wrong length, not on the curve, not in the subgroup, or a second encoding.
    #[error("proof: {0}")]
    Encoding(String),
    /// A, B or C is the identity.
    #[error("proof: `{0}` is the identity")]
    Identity(&'static str),
    /// An input that is not below the field's modulus, or not 32 bytes.
    #[error("public input is not a canonical field element: 32 bytes big endian below the modulus")]
    Input,
    /// Another number of inputs than the key has.
    #[error("{found} public inputs, the key has {expected}")]
    InputCount {
        /// Inputs of the key.
        expected: usize,
        /// Inputs given.
        found: usize,
    },
    /// The pairing equation does not hold.
    #[error("proof does not verify")]
    Refused,
}
