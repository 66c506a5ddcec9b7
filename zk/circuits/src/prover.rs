//! Proving with everything prepared once: matrices and key in memory, only the witness made anew.
//!
//! The library's own `prove` synthesises the circuit with all linear combinations inlined each time, which is half of its work; a [`Prover`]
//! keeps the matrices. Randomness comes from the caller, so that this crate has no source of its own.

use ark_bn254::Bn254;
use ark_ff::{AdditiveGroup, UniformRand};
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::{Groth16, Proof, ProvingKey};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, Matrix, OptimizationGoal, SynthesisError, SynthesisMode, R1CS_PREDICATE_LABEL};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::{CryptoRng, RngCore};
use thiserror::Error;
use zeroize::Zeroize;

use crate::Field;

/// Largest key file read: our circuits stay below 5 MB.
const KEY_BYTES_MAX: usize = 16 << 20;

/// Why no proof was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProverError {
    /// The key file is too long or no proving key.
    #[error("proving key: {0}")]
    Key(String),
    /// The key was made for another circuit.
    #[error("the proving key is for another circuit: it has {key} variables, the circuit has {circuit}")]
    OtherCircuit {
        /// Variables of the key.
        key: usize,
        /// Variables of the circuit.
        circuit: usize,
    },
    /// The witness does not make the statement true: check the relation first, it says which part.
    #[error("the witness does not satisfy the circuit")]
    Unsatisfied,
    /// The circuit could not be synthesised.
    #[error("synthesis: {0}")]
    Synthesis(String),
}

impl From<SynthesisError> for ProverError {
    fn from(error: SynthesisError) -> Self {
        Self::Synthesis(error.to_string())
    }
}

/// A proving key with its circuit's matrices.
pub struct Prover {
    key: ProvingKey<Bn254>,
    matrices: Vec<Matrix<Field>>,
    instance: usize,
    constraints: usize,
}

impl Prover {
    /// Loads a compressed proving key for the circuit of which `example` is any instance (its values do not matter).
    ///
    /// # Errors
    /// [`ProverError::Key`], [`ProverError::OtherCircuit`].
    pub fn load(key: &[u8], example: impl ConstraintSynthesizer<Field>) -> Result<Self, ProverError> {
        if key.len() > KEY_BYTES_MAX {
            return Err(ProverError::Key(format!("{} bytes, at most {KEY_BYTES_MAX}", key.len())));
        }
        let key = ProvingKey::deserialize_compressed(key).map_err(|e| ProverError::Key(e.to_string()))?;
        Self::new(key, example)
    }

    /// A prover for `key` and the circuit of which `example` is any instance.
    pub fn new(key: ProvingKey<Bn254>, example: impl ConstraintSynthesizer<Field>) -> Result<Self, ProverError> {
        let cs = ConstraintSystem::<Field>::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Setup);
        example.generate_constraints(cs.clone())?;
        cs.finalize();
        let (instance, witness) = (cs.num_instance_variables(), cs.num_witness_variables());
        if key.a_query.len() != instance + witness || key.vk.gamma_abc_g1.len() != instance {
            return Err(ProverError::OtherCircuit { key: key.a_query.len(), circuit: instance + witness });
        }
        let matrices = cs.to_matrices()?.remove(R1CS_PREDICATE_LABEL).ok_or_else(|| ProverError::Synthesis("no R1CS constraints".into()))?;
        Ok(Self { key, matrices, instance, constraints: cs.num_constraints() })
    }

    /// Proves `circuit`. Two proofs of one statement differ: the randomness hides the witness.
    ///
    /// # Errors
    /// [`ProverError::Unsatisfied`] if the witness does not fit: a proof that would not verify is never made.
    pub fn prove(&self, circuit: impl ConstraintSynthesizer<Field>, rng: &mut (impl RngCore + CryptoRng)) -> Result<Proof<Bn254>, ProverError> {
        let cs = ConstraintSystem::<Field>::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
        circuit.generate_constraints(cs.clone())?;
        cs.finalize();
        let mut assignment = cs.instance_assignment()?;
        assignment.extend(cs.witness_assignment()?);
        if assignment.len() != self.key.a_query.len() {
            return Err(ProverError::OtherCircuit { key: self.key.a_query.len(), circuit: assignment.len() });
        }
        let proof = match self.satisfied(&assignment) {
            false => Err(ProverError::Unsatisfied),
            true => {
                let (r, s) = (Field::rand(rng), Field::rand(rng));
                let (matrices, instance, constraints) = (&self.matrices, self.instance, self.constraints);
                Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(&self.key, r, s, matrices, instance, constraints, &assignment)
                    .map_err(ProverError::from)
            }
        };
        assignment.iter_mut().for_each(Zeroize::zeroize);
        proof
    }

    fn satisfied(&self, assignment: &[Field]) -> bool {
        let [a, b, c] = self.matrices.as_slice() else { return false };
        let dot = |terms: &[(Field, usize)]| terms.iter().fold(Field::ZERO, |sum, (k, column)| sum + *k * assignment[*column]);
        a.iter().zip(b).zip(c).all(|((a, b), c)| dot(a) * dot(b) == dot(c))
    }
}

/// The proof's 128 bytes, as `zk-verify` decodes them.
pub fn proof_bytes(proof: &Proof<Bn254>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    proof.serialize_compressed(&mut bytes).expect("writing into memory does not fail");
    bytes
}

#[cfg(test)]
mod tests {
    use ark_snark::SNARK;
    use ark_std::rand::{rngs::StdRng, SeedableRng};
    use sha2::{Digest, Sha256};
    use zk_gadgets::poseidon::Poseidon;
    use zk_verify::{verify, verify_batch, ProofError, VerifyingKey};

    use super::*;
    use crate::licence_query_v1::tests::World;
    use crate::Embedded;

    /// Keys of a setup whose secrets are known to whoever reads this: good for tests alone.
    fn keys(rng: &mut StdRng, world: &World<Embedded>, poseidon: &Poseidon<Field>) -> (Prover, VerifyingKey<Bn254>) {
        let (proving, verifying) = Groth16::<Bn254>::circuit_specific_setup(world.circuit(poseidon), rng).expect("sets up");
        let mut bytes = Vec::new();
        verifying.serialize_compressed(&mut bytes).expect("memory");
        let mut proving_bytes = Vec::new();
        proving.serialize_compressed(&mut proving_bytes).expect("memory");
        assert!(proving_bytes.len() <= 5_000_000, "proving key has {} bytes", proving_bytes.len());
        assert!(bytes.len() <= 2_048, "verification key has {} bytes", bytes.len());
        let verifying = VerifyingKey::decode(&bytes, &Sha256::digest(&bytes).into(), 1).expect("sound");
        (Prover::load(&proving_bytes, world.circuit(poseidon)).expect("fits"), verifying)
    }

    #[test]
    fn a_proof_of_128_bytes_verifies_for_its_statement_alone() {
        let poseidon = Poseidon::new();
        let mut rng = StdRng::seed_from_u64(1);
        let world = World::<Embedded>::new(&poseidon, 5);
        let (prover, key) = keys(&mut rng, &world, &poseidon);
        let prove = |world: &World<Embedded>, rng: &mut StdRng| {
            let bytes = proof_bytes(&prover.prove(world.circuit(&poseidon), rng).expect("an honest holder"));
            assert_eq!(bytes.len(), 128);
            (vec![world.statement.digest(&poseidon)], zk_verify::Proof::decode(&bytes).expect("canonical"))
        };
        let (inputs, proof) = prove(&world, &mut rng);
        assert_eq!(verify(&key, &inputs, &proof), Ok(()));
        // Bound to this context: replayed to another verifier the digest is another one.
        let mut elsewhere = world.clone();
        elsewhere.statement.context += Field::from(1u64);
        assert_eq!(verify(&key, &[elsewhere.statement.digest(&poseidon)], &proof), Err(ProofError::Refused));
        // Another holder, another issuer's secret: one batch judges all, and nothing public tells the issuers apart.
        let other = prove(&World::new(&poseidon, 60), &mut rng);
        assert_eq!(verify_batch(&key, &[(inputs, proof), other]), [Ok(()), Ok(())]);
        // A witness that does not fit gives no proof at all.
        let mut stolen = world.clone();
        stolen.witness.secret += Field::from(1u64);
        assert_eq!(prover.prove(stolen.circuit(&poseidon), &mut rng).err(), Some(ProverError::Unsatisfied));
    }

    #[test]
    fn a_key_of_another_circuit_or_no_key_is_refused() {
        let poseidon = Poseidon::new();
        let mut rng = StdRng::seed_from_u64(2);
        let world = World::<Embedded>::new(&poseidon, 5);
        let statement = crate::membership_v1::Statement { group_root: Field::ZERO, scope: Field::ZERO, nullifier: Field::ZERO, signal: Field::ZERO };
        let siblings = vec![[Field::ZERO; 3]; crate::membership_v1::DEPTH];
        let witness = crate::membership_v1::Witness { secret: Field::ZERO, path: zk_gadgets::merkle::Path { position: 0, siblings } };
        let small = crate::membership_v1::Circuit { poseidon: &poseidon, statement: &statement, witness: &witness };
        let (proving, _) = Groth16::<Bn254>::circuit_specific_setup(small, &mut rng).expect("sets up");
        assert!(matches!(Prover::new(proving, world.circuit(&poseidon)), Err(ProverError::OtherCircuit { .. })));
        assert!(matches!(Prover::load(b"no key", world.circuit(&poseidon)), Err(ProverError::Key(_))));
        assert!(matches!(Prover::load(&vec![0; KEY_BYTES_MAX + 1], world.circuit(&poseidon)), Err(ProverError::Key(_))));
    }
}
