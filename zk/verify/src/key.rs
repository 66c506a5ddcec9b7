//! Verification keys, checked before the first proof.

use ark_ec::pairing::Pairing;
use ark_ec::AffineRepr;
use ark_groth16::{prepare_verifying_key, PreparedVerifyingKey};
use sha2::{Digest, Sha256};

use crate::decode::{decode_canonical, encode};
use crate::error::KeyError;

/// A key of ours has one to a few public inputs and less than 2 KiB.
const KEY_BYTES_MAX: usize = 2048;

/// A key that passed every check, prepared for pairings.
#[derive(Clone, Debug)]
pub struct VerifyingKey<E: Pairing> {
    pub(crate) prepared: PreparedVerifyingKey<E>,
    hash: [u8; 32],
}

impl<E: Pairing> VerifyingKey<E> {
    /// Decodes the compressed key whose SHA-256 is `pinned`, for a circuit with `inputs` public inputs.
    ///
    /// # Errors
    /// [`KeyError`], naming the rule.
    ///
    /// # Not checked
    /// That the key belongs to the circuit: that is what pinning its hash is for.
    pub fn decode(bytes: &[u8], pinned: &[u8; 32], inputs: usize) -> Result<Self, KeyError> {
        if bytes.len() > KEY_BYTES_MAX {
            return Err(KeyError::TooLong { found: bytes.len(), max: KEY_BYTES_MAX });
        }
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        if hash != *pinned {
            return Err(KeyError::NotPinned { found: hex(&hash), pinned: hex(pinned) });
        }
        let key: ark_groth16::VerifyingKey<E> = decode_canonical(bytes).map_err(KeyError::Encoding)?;
        check(&key, inputs)?;
        Ok(Self { prepared: prepare_verifying_key(&key), hash })
    }

    /// SHA-256 of the key's bytes: its name in pins, transcripts and batches.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Number of public inputs.
    pub fn inputs(&self) -> usize {
        self.prepared.vk.gamma_abc_g1.len() - 1
    }

    /// The compressed bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.prepared.vk)
    }
}

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
