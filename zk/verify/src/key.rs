//! Verification keys, checked before the first proof.

use ark_ec::pairing::Pairing;
use ark_ec::AffineRepr;
use ark_groth16::{prepare_verifying_key, PreparedVerifyingKey};
use sha2::{Digest, Sha256};

use crate::decode::decode_canonical;
use crate::error::KeyError;
use crate::key_file::{KeyFile, KeyKind, Origin};

/// A key of ours has one to a few public inputs and less than 2 KiB, header included.
const KEY_BYTES_MAX: usize = 2048;

/// What is known of a key before its file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned<'a> {
    /// Circuit id, as `licence_query_v1`.
    pub circuit: &'a str,
    /// SHA-256 of the key file, as governance pinned it.
    pub hash: &'a [u8; 32],
    /// Public inputs of the circuit.
    pub inputs: usize,
}

/// Whether keys may be taken whose secrets someone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DevelopmentKeys {
    /// On a development network.
    Accept,
    /// Everywhere else.
    Refuse,
}

/// A key that passed every check, prepared for pairings.
#[derive(Clone, Debug)]
pub struct VerifyingKey<E: Pairing> {
    pub(crate) prepared: PreparedVerifyingKey<E>,
    origin: Origin,
    hash: [u8; 32],
}

impl<E: Pairing> VerifyingKey<E> {
    /// Decodes a key file.
    ///
    /// # Errors
    /// [`KeyError`], naming the rule.
    ///
    /// # Not checked
    /// That the key belongs to the circuit it names: that is what pinning the file's hash is for.
    pub fn decode(file: &[u8], pinned: &Pinned<'_>, development: DevelopmentKeys) -> Result<Self, KeyError> {
        if file.len() > KEY_BYTES_MAX {
            return Err(KeyError::TooLong { found: file.len(), max: KEY_BYTES_MAX });
        }
        let hash: [u8; 32] = Sha256::digest(file).into();
        if hash != *pinned.hash {
            return Err(KeyError::NotPinned { found: hex(&hash), pinned: hex(pinned.hash) });
        }
        let KeyFile { kind, origin, circuit, key, .. } = KeyFile::decode(file)?;
        if kind != KeyKind::Verifying {
            return Err(KeyError::WrongKind);
        }
        if circuit != pinned.circuit {
            return Err(KeyError::OtherCircuit { expected: pinned.circuit.to_owned(), found: circuit });
        }
        if (origin, development) == (Origin::Development, DevelopmentKeys::Refuse) {
            return Err(KeyError::Development);
        }
        let points: ark_groth16::VerifyingKey<E> = decode_canonical(&key).map_err(KeyError::Encoding)?;
        check(&points, pinned.inputs)?;
        Ok(Self { prepared: prepare_verifying_key(&points), origin, hash })
    }

    /// SHA-256 of the key file: its name in pins, transcripts and batches.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Where the key comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Number of public inputs.
    pub fn inputs(&self) -> usize {
        self.prepared.vk.gamma_abc_g1.len() - 1
    }

    /// The points, for export to other programs.
    pub fn points(&self) -> &ark_groth16::VerifyingKey<E> {
        &self.prepared.vk
    }
}

/// Checks what curve and encoding do not: number of inputs, no identity, gamma and delta different.
fn check<E: Pairing>(key: &ark_groth16::VerifyingKey<E>, inputs: usize) -> Result<(), KeyError> {
    let found = key.gamma_abc_g1.len().saturating_sub(1);
    if key.gamma_abc_g1.is_empty() || found != inputs {
        return Err(KeyError::Inputs { expected: inputs, found });
    }
    let points = [
        ("alpha", key.alpha_g1.is_zero()),
        ("beta", key.beta_g2.is_zero()),
        ("gamma", key.gamma_g2.is_zero()),
        ("delta", key.delta_g2.is_zero()),
        ("input", key.gamma_abc_g1.iter().any(AffineRepr::is_zero)),
    ];
    if let Some((name, _)) = points.into_iter().find(|(_, zero)| *zero) {
        return Err(KeyError::Identity(name));
    }
    if key.gamma_g2 == key.delta_g2 {
        return Err(KeyError::GammaEqualsDelta);
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
