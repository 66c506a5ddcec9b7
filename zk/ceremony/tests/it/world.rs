//! What these tests share: a small circuit with its keys, and the stored files of snarkjs.

use std::path::{Path, PathBuf};

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, ProvingKey};
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use zk_ceremony::{phase1::PowersOfTau, progress::unwatched, Beacon};
use zk_verify::{DevelopmentKeys, KeyFile, KeyKind, Origin, Pinned, VerifyingKey};

/// `left * right` is the first input; the second stands for nothing.
#[derive(Clone, Copy)]
pub struct Product {
    pub left: u64,
    pub right: u64,
}

impl Product {
    pub fn inputs(self) -> Vec<Fr> {
        vec![Fr::from(self.left) * Fr::from(self.right), Fr::from(5u64)]
    }
}

impl ConstraintSynthesizer<Fr> for Product {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let inputs = self.inputs();
        let product = FpVar::new_input(cs.clone(), || Ok(inputs[0]))?;
        let label = FpVar::new_input(cs.clone(), || Ok(inputs[1]))?;
        let left = FpVar::new_witness(cs.clone(), || Ok(Fr::from(self.left)))?;
        let right = FpVar::new_witness(cs, || Ok(Fr::from(self.right)))?;
        left.mul_equals(&right, &product)?;
        label.square().map(|_| ())
    }
}

/// Keys of one party: good for tests alone.
pub fn keys() -> ProvingKey<Bn254> {
    Groth16::<Bn254>::generate_random_parameters_with_reduction(Product { left: 2, right: 3 }, &mut ChaCha20Rng::seed_from_u64(1)).expect("generates")
}

/// `points` as a verifier would take them from a key file.
pub fn verifier(points: &ark_groth16::VerifyingKey<Bn254>) -> VerifyingKey<Bn254> {
    let mut key = Vec::new();
    ark_serialize::CanonicalSerialize::serialize_compressed(points, &mut key).expect("memory");
    let file = KeyFile { kind: KeyKind::Verifying, origin: Origin::Development, circuit: "product".into(), fingerprint: [0; 32], key }.encode();
    let pinned = Pinned { circuit: "product", hash: &Sha256::digest(&file).into(), inputs: 2 };
    VerifyingKey::decode(&file, &pinned, DevelopmentKeys::Accept).expect("sound")
}

/// Powers of 2^4 by two people and a beacon.
pub fn powers() -> PowersOfTau {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let first = PowersOfTau::new(4).contribute("广州市", &mut rng, &mut unwatched).expect("whole");
    let second = first.contribute("Shenzhen", &mut rng, &mut unwatched).expect("whole");
    second.close("beacon", Beacon::new(vec![3; 32], 10).expect("in bounds"), &mut unwatched).expect("whole")
}

pub fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/snarkjs").join(name)
}

pub fn stored_text(name: &str) -> String {
    std::fs::read_to_string(stored(name)).expect("our own test data")
}
