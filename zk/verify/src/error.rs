//! Why a key file, a key, a proof or an input is refused.

use thiserror::Error;

/// Why a key file is refused before its key is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyFileError {
    /// More bytes than any key file of ours.
    #[error("key file has {found} bytes, at most {max}")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Other first bytes.
    #[error("not a key file: it begins neither with `GOVHUB-ZK-KEY-01` nor with `INSECURE-DEV-KEY`")]
    NotAKeyFile,
    /// Of a version that this program does not know.
    #[error("key file has version {found}, this program knows 1")]
    Version {
        /// Version found.
        found: u8,
    },
    /// Neither a verifying nor a proving key.
    #[error("key file is of kind {found}; 1 is a verifying key, 2 a proving key")]
    Kind {
        /// Kind found.
        found: u8,
    },
    /// No circuit id.
    #[error("key file: circuit id is not 1 to 32 of a-z, 0-9 and _")]
    CircuitId,
    /// Ends early.
    #[error("key file ends early: it was not copied whole")]
    Short,
    /// Goes on after its end.
    #[error("key file has {found} bytes after its end")]
    Trailing {
        /// Bytes too many.
        found: usize,
    },
    /// The checksum is of other bytes.
    #[error("key file: the checksum is wrong, the file is damaged")]
    Checksum,
}

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
    /// Not a key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// A proving key where a verification key is wanted.
    #[error("this is a proving key; verifiers need the verification key")]
    WrongKind,
    /// The key of another circuit.
    #[error("verification key is for circuit `{found}`, wanted is `{expected}`")]
    OtherCircuit {
        /// Circuit wanted.
        expected: String,
        /// Circuit of the file.
        found: String,
    },
    /// A development key outside a development network.
    #[error("verification key is marked INSECURE-DEV: whoever made it can forge proofs; only a development network takes it")]
    Development,
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
