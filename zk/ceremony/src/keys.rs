//! The two key files that a ceremony ends in, and those of a development network.

use ark_bn254::Bn254;
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::gr1cs::SynthesisError;
use ark_serialize::CanonicalSerialize;
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use zk_circuits::claim::Claim;
use zk_circuits::fingerprint::Fingerprint;
use zk_verify::{KeyFile, KeyKind, Origin};

use crate::phase2::{Ceremony, Fault, Start, Subject};
use crate::progress::Watch;

/// A proving key and the verification key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// For wallets.
    pub proving: KeyFile,
    /// For verifiers: the SHA-256 of its file is what governance pins.
    pub verifying: KeyFile,
}

impl Keys {
    fn new(key: &ProvingKey<Bn254>, circuit: &str, fingerprint: [u8; 32], origin: Origin) -> Self {
        let file = |kind, key| KeyFile { kind, origin, circuit: circuit.to_owned(), fingerprint, key };
        Self { proving: file(KeyKind::Proving, compressed(key)), verifying: file(KeyKind::Verifying, compressed(&key.vk)) }
    }
}

/// The keys of a ceremony, which is verified first. Those of a ceremony for development are marked so and need nobody's part.
///
/// # Errors
/// [`Fault`] if the ceremony is bad, or, outside development, not complete.
pub fn finalize(ceremony: &Ceremony, start: &Start, watch: Watch<'_>) -> Result<Keys, Fault> {
    ceremony.verify(start, watch)?;
    let Subject { circuit, fingerprint, origin, .. } = ceremony.subject();
    if *origin == Origin::Ceremony {
        ceremony.is_complete()?;
    }
    Ok(Keys::new(&ceremony.key(start), circuit, *fingerprint, *origin))
}

/// Keys at once, all secrets drawn from `seed`: whoever knows it can forge. They are marked as development keys, and everyone with the
/// seed gets the same.
pub fn development(claim: Claim, seed: &[u8]) -> Result<Keys, SynthesisError> {
    let digest: [u8; 32] = Sha256::new().chain_update(b"govhub/zk/development/1").chain_update(claim.id()).chain_update(seed).finalize().into();
    let key = Groth16::<Bn254>::generate_random_parameters_with_reduction(claim, &mut ChaCha20Rng::from_seed(digest))?;
    Ok(Keys::new(&key, claim.id(), Fingerprint::of(&claim.shape()?).matrices, Origin::Development))
}

fn compressed(key: &impl CanonicalSerialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.compressed_size());
    key.serialize_compressed(&mut bytes).expect("writing into memory does not fail");
    bytes
}
