//! Proving with everything prepared once: matrices and key in memory, only the witness made anew.
//!
//! The library's own `prove` synthesises the circuit with all linear combinations inlined each time, which is half of its work; a [`Prover`]
//! keeps the matrices, leaves out the identity points of the key, and adds up by [`msm`]. The proof is the library's for the same randomness
//! (tested). Randomness comes from the caller, so that this crate has no source of its own; secrets are wiped as far as the library hands
//! them out.

use ark_bn254::{g1, g2, Bn254, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInt, PrimeField, UniformRand};
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP};
use ark_groth16::{Proof, ProvingKey};
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, SynthesisError, SynthesisMode};
use ark_serialize::CanonicalSerialize;
use ark_std::rand::{CryptoRng, RngCore};
use thiserror::Error;
use zeroize::Zeroize;
use zk_verify::KeyFileError;

mod msm;
mod open;
#[cfg(test)]
mod tests;

use msm::msm;

use crate::shape::Shape;
use crate::Field;

/// Largest key file read: our circuits stay below 5 MB.
const KEY_BYTES_MAX: usize = 16 << 20;

/// Why no proof was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProverError {
    /// The key file is too long or no proving key.
    #[error("proving key: {0}")]
    Key(String),
    /// Not a key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The key file belongs to something else.
    #[error("the proving key file is for another {0} than wanted")]
    WrongFile(&'static str),
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
    shape: Shape<Field>,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
    a: Query<g1::Config>,
    b_g1: Query<g1::Config>,
    b_g2: Query<g2::Config>,
    h: Query<g1::Config>,
    l: Query<g1::Config>,
}

/// The points of a key's query that are not the identity, with the places of the scalars that they are multiplied by.
struct Query<C: SWCurveConfig> {
    points: Vec<Affine<C>>,
    places: Vec<usize>,
}

impl<C: SWCurveConfig> Query<C> {
    fn new(points: &[Affine<C>]) -> Self {
        let (places, points) = points.iter().enumerate().filter(|(_, point)| !point.is_zero()).map(|(place, point)| (place, *point)).unzip();
        Self { points, places }
    }

    fn sum(&self, scalars: &[BigInt<4>]) -> Projective<C> {
        let scalars = Scalars(self.places.iter().map(|place| scalars[*place]).collect());
        msm(&self.points, &scalars.0)
    }
}

impl Prover {
    /// Loads a bare compressed proving key for the circuit of `shape`: for measuring and trying out. Wallets call [`Prover::open`].
    ///
    /// # Errors
    /// [`ProverError::Key`], [`ProverError::OtherCircuit`].
    pub fn load(key: &[u8], shape: Shape<Field>) -> Result<Self, ProverError> {
        if key.len() > KEY_BYTES_MAX {
            return Err(ProverError::Key(format!("{} bytes, at most {KEY_BYTES_MAX}", key.len())));
        }
        Self::new(&open::decode(key)?, shape)
    }

    /// A prover for `key` and the circuit of `shape`.
    ///
    /// # Errors
    /// [`ProverError::OtherCircuit`] if a query has another length than the circuit's.
    pub fn new(key: &ProvingKey<Bn254>, shape: Shape<Field>) -> Result<Self, ProverError> {
        let variables = shape.variables();
        let domain = (shape.constraints() + shape.instance).next_power_of_two();
        let fits = [key.a_query.len(), key.b_g1_query.len(), key.b_g2_query.len()] == [variables; 3]
            && [key.h_query.len(), key.l_query.len(), key.vk.gamma_abc_g1.len()] == [domain - 1, shape.witness, shape.instance];
        if !fits {
            return Err(ProverError::OtherCircuit { key: key.a_query.len(), circuit: variables });
        }
        Ok(Self {
            shape,
            alpha_g1: key.vk.alpha_g1,
            beta_g1: key.beta_g1,
            beta_g2: key.vk.beta_g2,
            delta_g1: key.delta_g1,
            delta_g2: key.vk.delta_g2,
            a: Query::new(&key.a_query),
            b_g1: Query::new(&key.b_g1_query),
            b_g2: Query::new(&key.b_g2_query),
            h: Query::new(&key.h_query),
            l: Query::new(&key.l_query),
        })
    }

    /// Proves `circuit`. Two proofs of one statement differ: the randomness hides the witness.
    ///
    /// # Errors
    /// [`ProverError::Unsatisfied`] if the witness does not fit: a proof that would not verify is never made.
    pub fn prove(&self, circuit: impl ConstraintSynthesizer<Field>, rng: &mut (impl RngCore + CryptoRng)) -> Result<Proof<Bn254>, ProverError> {
        let assignment = Secret(assignment(circuit)?);
        let blinding = Secret(vec![Field::rand(rng), Field::rand(rng)]);
        self.prove_with(&assignment.0, blinding.0[0], blinding.0[1])
    }

    /// The proof with blinding `r` and `s`.
    fn prove_with(&self, assignment: &[Field], r: Field, s: Field) -> Result<Proof<Bn254>, ProverError> {
        let shape = &self.shape;
        if assignment.len() != shape.variables() {
            return Err(ProverError::OtherCircuit { key: shape.variables(), circuit: assignment.len() });
        }
        if !shape.satisfied(assignment) {
            return Err(ProverError::Unsatisfied);
        }
        let scalars = &Scalars::of(assignment);
        let witness = &scalars.0[shape.instance..];
        let ((b_g2, b_g1), (a, (l, h))) = join(
            || (self.b_g2.sum(&scalars.0), self.b_g1.sum(&scalars.0)),
            || (self.a.sum(&scalars.0), (self.l.sum(witness), self.quotient(assignment).map(|quotient| self.h.sum(&quotient.0)))),
        );
        let a = self.alpha_g1 + a + self.delta_g1 * r;
        let b_g1 = self.beta_g1 + b_g1 + self.delta_g1 * s;
        let b = self.beta_g2 + b_g2 + self.delta_g2 * s;
        let c = l + h? + a * s + b_g1 * r - self.delta_g1 * (r * s);
        Ok(Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() })
    }

    /// The coefficients of `(A B - C) / Z`, as many as the H query has points.
    fn quotient(&self, assignment: &[Field]) -> Result<Scalars, ProverError> {
        let shape = &self.shape;
        let coefficients = LibsnarkReduction::witness_map_from_matrices::<Field, GeneralEvaluationDomain<Field>>(
            &shape.matrices,
            shape.instance,
            shape.constraints(),
            assignment,
        );
        let mut scalars = Scalars::of(&Secret(coefficients?).0);
        // The last coefficient of the domain's size is zero: the quotient's degree is one less.
        scalars.0.pop();
        Ok(scalars)
    }
}

/// Both results, on two cores where threads are wanted.
#[cfg(feature = "parallel")]
fn join<A: Send, B: Send>(one: impl FnOnce() -> A + Send, two: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(one, two)
}

/// Both results, one after the other.
#[cfg(not(feature = "parallel"))]
fn join<A, B>(one: impl FnOnce() -> A, two: impl FnOnce() -> B) -> (A, B) {
    (one(), two())
}

/// The values of every variable of `circuit`, instance first. The library's own vectors are wiped here, as far as it hands them out.
fn assignment(circuit: impl ConstraintSynthesizer<Field>) -> Result<Vec<Field>, SynthesisError> {
    let cs = ConstraintSystem::<Field>::new_ref();
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    cs.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
    circuit.generate_constraints(cs.clone())?;
    cs.finalize();
    let mut cs = cs.into_inner().ok_or(SynthesisError::MissingCS)?;
    let _intermediate = Secret(std::mem::take(&mut cs.assignments.lc_assignment));
    let witness = Secret(std::mem::take(&mut cs.assignments.witness_assignment));
    let mut assignment = Vec::with_capacity(cs.num_instance_variables + witness.0.len());
    assignment.extend(&cs.assignments.instance_assignment);
    assignment.extend(&witness.0);
    Ok(assignment)
}

/// Field elements as integers, wiped when dropped.
struct Scalars(Vec<BigInt<4>>);

impl Scalars {
    fn of(elements: &[Field]) -> Self {
        Self(elements.iter().map(|element| element.into_bigint()).collect())
    }
}

impl Drop for Scalars {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// Field elements that nobody may find in memory afterwards.
struct Secret(Vec<Field>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// The proof's 128 bytes, as `zk-verify` decodes them.
pub fn proof_bytes(proof: &Proof<Bn254>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    proof.serialize_compressed(&mut bytes).expect("writing into memory does not fail");
    bytes
}
