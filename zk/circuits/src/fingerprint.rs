//! Size and digest of a circuit's constraint system: what `fingerprint.txt` pins.

use ark_ff::{BigInteger, PrimeField};
use sha2::{Digest, Sha256};

use crate::shape::Shape;

/// A circuit's shape in a few lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Constraints.
    pub constraints: usize,
    /// Instance variables, the constant one included.
    pub instance: usize,
    /// Witness variables.
    pub witness: usize,
    /// SHA-256 over the three matrices, row by row: column as be64, coefficient as 32 bytes big endian, rows closed by eight 0xff bytes.
    pub matrices: [u8; 32],
}

impl Fingerprint {
    /// The fingerprint of `shape`.
    pub fn of<F: PrimeField>(shape: &Shape<F>) -> Self {
        let mut digest = Sha256::new();
        for matrix in &shape.matrices {
            for row in matrix {
                for (coefficient, column) in row {
                    digest.update((*column as u64).to_be_bytes());
                    let bytes = coefficient.into_bigint().to_bytes_be();
                    digest.update([0u8; 32].get(bytes.len()..).unwrap_or_default());
                    digest.update(bytes);
                }
                digest.update([0xff; 8]);
            }
        }
        Self { constraints: shape.constraints(), instance: shape.instance, witness: shape.witness, matrices: digest.finalize().into() }
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "constraints {}", self.constraints)?;
        writeln!(f, "instance {}", self.instance)?;
        writeln!(f, "witness {}", self.witness)?;
        write!(f, "matrices ")?;
        self.matrices.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        writeln!(f)
    }
}
