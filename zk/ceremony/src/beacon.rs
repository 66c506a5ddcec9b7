//! A random beacon: a value that nobody could know before a stated moment, made slow to play with by many hashes.
//!
//! The closing contribution draws its secret from it, so the last party to contribute cannot choose the result. Everyone can repeat it;
//! it adds no secrecy.

use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::sampling::stream;

/// Fewest doublings: what snarkjs demands.
pub const ITERATIONS_EXP_MIN: u8 = 10;
/// Most doublings that are checked: 2^30 hashes take a minute or two, and more would let a file keep its reader busy for days.
pub const ITERATIONS_EXP_MAX: u8 = 30;
/// Longest value: its length is one byte in a `.ptau` file.
pub const VALUE_BYTES_MAX: usize = 255;

/// Why a beacon is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BeaconError {
    /// Empty or too long.
    #[error("a beacon's value has 1 to {VALUE_BYTES_MAX} bytes, not {0}")]
    Length(usize),
    /// Too few or too many hashes.
    #[error("a beacon is hashed 2^{ITERATIONS_EXP_MIN} to 2^{ITERATIONS_EXP_MAX} times, not 2^{0}")]
    Iterations(u8),
}

/// A beacon's value and how often it is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    value: Vec<u8>,
    iterations_exp: u8,
}

impl Beacon {
    /// A beacon of `value`, hashed 2^`iterations_exp` times.
    ///
    /// # Errors
    /// [`BeaconError`] for a value or a number out of bounds.
    ///
    /// # Not checked
    /// That the value was unknown when the last party contributed: publish beforehand which it will be.
    pub fn new(value: Vec<u8>, iterations_exp: u8) -> Result<Self, BeaconError> {
        if value.is_empty() || value.len() > VALUE_BYTES_MAX {
            return Err(BeaconError::Length(value.len()));
        }
        if !(ITERATIONS_EXP_MIN..=ITERATIONS_EXP_MAX).contains(&iterations_exp) {
            return Err(BeaconError::Iterations(iterations_exp));
        }
        Ok(Self { value, iterations_exp })
    }

    /// The value.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// Binary logarithm of the number of hashes.
    pub fn iterations_exp(&self) -> u8 {
        self.iterations_exp
    }

    /// The stream that the closing contribution draws from.
    pub(crate) fn stream(&self) -> ChaCha20Rng {
        let first: [u8; 32] = Sha256::digest(&self.value).into();
        let hashed = (1u64..1 << self.iterations_exp).fold(first, |hash, _| Sha256::digest(hash).into());
        stream(&hashed)
    }
}
