//! One proof.

use ark_ec::pairing::Pairing;
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::One;

use crate::decode::Proof;
use crate::error::ProofError;
use crate::key::VerifyingKey;

/// Verifies `proof` of `inputs` under `key`.
///
/// # Errors
/// [`ProofError::InputCount`] or [`ProofError::Refused`].
///
/// # Not checked
/// What the inputs mean, and whether the same action was accepted before.
pub fn verify<E: Pairing>(key: &VerifyingKey<E>, inputs: &[E::ScalarField], proof: &Proof<E>) -> Result<(), ProofError> {
    check_count(key, inputs)?;
    let prepared = &key.prepared;
    let scalars: Vec<_> = std::iter::once(E::ScalarField::one()).chain(inputs.iter().copied()).collect();
    let combined = E::G1::msm_unchecked(&prepared.vk.gamma_abc_g1, &scalars).into_affine();
    let left: [E::G1Prepared; 3] = [proof.0.a.into(), combined.into(), proof.0.c.into()];
    let right = [proof.0.b.into(), prepared.gamma_g2_neg_pc.clone(), prepared.delta_g2_neg_pc.clone()];
    let product = E::final_exponentiation(E::multi_miller_loop(left, right)).ok_or(ProofError::Refused)?;
    if product.0 == prepared.alpha_g1_beta_g2 {
        Ok(())
    } else {
        Err(ProofError::Refused)
    }
}

pub(crate) fn check_count<E: Pairing>(key: &VerifyingKey<E>, inputs: &[E::ScalarField]) -> Result<(), ProofError> {
    let (expected, found) = (key.inputs(), inputs.len());
    if expected == found {
        Ok(())
    } else {
        Err(ProofError::InputCount { expected, found })
    }
}
