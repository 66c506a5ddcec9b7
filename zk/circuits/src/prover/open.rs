//! Proving keys out of key files.

use ark_bn254::Bn254;
use ark_ec::pairing::Pairing;
use ark_ec::AffineRepr;
use ark_groth16::ProvingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use zk_verify::{KeyFile, KeyKind, VerifyingKey};

use super::{Prover, ProverError};
use crate::claim::Claim;
use crate::fingerprint::Fingerprint;

impl Prover {
    /// A prover for `claim` out of the proving key's file.
    ///
    /// * `verifying`: the key that governance pinned for the claim; it was refused already if it is a development key and must not be
    ///
    /// # Errors
    /// [`ProverError::File`], [`ProverError::Key`], and [`ProverError::WrongFile`] if the file does not belong to claim and verification key.
    ///
    /// # Not checked
    /// The queries. With spoiled ones a proof does not verify: whoever verifies his proof before he hands it out gives nothing away, since the
    /// points that hide the witness are checked here.
    pub fn open(file: &[u8], claim: Claim, verifying: &VerifyingKey<Bn254>) -> Result<Self, ProverError> {
        let KeyFile { kind, origin, circuit, fingerprint, key } = KeyFile::decode(file)?;
        let shape = claim.shape()?;
        // What the header says costs nothing to compare; the points take a second or two to read.
        belongs(&[
            ("kind of key", kind == KeyKind::Proving),
            ("circuit", circuit == claim.id()),
            ("constraint system", fingerprint == Fingerprint::of(&shape).matrices),
            ("origin", origin == verifying.origin()),
        ])?;
        let key = decode(&key)?;
        // Generators differ between keys: delta is compared with beta, of which both forms are at hand too.
        let delta = !key.delta_g1.is_zero() && Bn254::pairing(key.delta_g1, key.vk.beta_g2) == Bn254::pairing(key.beta_g1, key.vk.delta_g2);
        belongs(&[("verification key", key.vk == *verifying.points()), ("delta in G1", delta)])?;
        Self::new(&key, shape)
    }
}

/// The first of several facts that does not hold, as an error.
fn belongs(facts: &[(&'static str, bool)]) -> Result<(), ProverError> {
    facts.iter().find(|(_, holds)| !holds).map_or(Ok(()), |(what, _)| Err(ProverError::WrongFile(what)))
}

/// Decodes a compressed proving key: points of the curve and its subgroup, one encoding, nothing after it.
pub(super) fn decode(bytes: &[u8]) -> Result<ProvingKey<Bn254>, ProverError> {
    let mut rest = bytes;
    let key = ProvingKey::deserialize_compressed(&mut rest).map_err(|e| ProverError::Key(e.to_string()))?;
    let mut again = Vec::with_capacity(bytes.len());
    key.serialize_compressed(&mut again).map_err(|e| ProverError::Key(e.to_string()))?;
    if again == bytes {
        Ok(key)
    } else {
        Err(ProverError::Key("not the canonical encoding".into()))
    }
}
