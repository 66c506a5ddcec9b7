//! Many proofs under one key: one pairing product for all of them, bisection where it fails.
//!
//! The equations are added with weights that nobody can predict before the proofs are fixed: each weight is a nonzero 128-bit number from
//! SHA-256 over domain, key, count and every canonical proof and input byte. So every validator uses the same weights, and a batch that holds
//! although one equation does not has a chance of at most 2^-128 for each try of the attacker.

use ark_ec::pairing::Pairing;
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{Field, PrimeField, Zero};
use sha2::{Digest, Sha256};

use crate::decode::{input_to_bytes, Proof};
use crate::error::ProofError;
use crate::key::VerifyingKey;
use crate::verify::{check_count, verify};

const DOMAIN: &[u8] = b"govhub/zk/batch/1";

/// Verifies every item under `key`. The verdict of item `i` always equals that of [`verify`] alone.
///
/// Costs one final exponentiation and one Miller loop for each proof; with `b` bad proofs among `n`, at most `b * log2(n)` batches more.
pub fn verify_batch<E: Pairing>(key: &VerifyingKey<E>, items: &[(Vec<E::ScalarField>, Proof<E>)]) -> Vec<Result<(), ProofError>> {
    let counted: Vec<Result<(), ProofError>> = items.iter().map(|(inputs, _)| check_count(key, inputs)).collect();
    let sound: Vec<usize> = (0..items.len()).filter(|i| counted[*i].is_ok()).collect();
    let mut verdicts = counted;
    judge(key, items, &sound, &mut verdicts);
    verdicts
}

fn judge<E: Pairing>(key: &VerifyingKey<E>, items: &[(Vec<E::ScalarField>, Proof<E>)], part: &[usize], verdicts: &mut [Result<(), ProofError>]) {
    match part {
        [] => {}
        [one] => verdicts[*one] = verify(key, &items[*one].0, &items[*one].1),
        _ if holds(key, part.iter().map(|i| &items[*i])) => {}
        _ => {
            let (left, right) = part.split_at(part.len() / 2);
            judge(key, items, left, verdicts);
            judge(key, items, right, verdicts);
        }
    }
}

/// Whether the weighted sum of the items' equations holds.
fn holds<'a, E: Pairing>(key: &VerifyingKey<E>, items: impl Iterator<Item = &'a (Vec<E::ScalarField>, Proof<E>)> + Clone) -> bool {
    let weights = weights(key, items.clone());
    let prepared = &key.prepared;
    let total: E::ScalarField = weights.iter().sum();
    let mut combined_inputs = vec![E::ScalarField::zero(); key.inputs() + 1];
    combined_inputs[0] = total;
    for ((inputs, _), weight) in items.clone().zip(&weights) {
        combined_inputs.iter_mut().skip(1).zip(inputs).for_each(|(sum, input)| *sum += *input * weight);
    }
    let input_point = E::G1::msm_unchecked(&prepared.vk.gamma_abc_g1, &combined_inputs);
    let c_points: Vec<E::G1Affine> = items.clone().map(|(_, proof)| proof.0.c).collect();
    let c_point = E::G1::msm_unchecked(&c_points, &weights);
    let mut left: Vec<E::G1> = items.clone().zip(&weights).map(|((_, proof), weight)| proof.0.a * *weight).collect();
    left.extend([input_point, c_point]);
    let left = E::G1::normalize_batch(&left).into_iter().map(E::G1Prepared::from);
    let right = items.map(|(_, proof)| E::G2Prepared::from(proof.0.b)).chain([prepared.gamma_g2_neg_pc.clone(), prepared.delta_g2_neg_pc.clone()]);
    let product = E::final_exponentiation(E::multi_miller_loop(left, right));
    product.is_some_and(|p| p.0 == prepared.alpha_g1_beta_g2.pow(total.into_bigint()))
}

fn weights<'a, E: Pairing>(key: &VerifyingKey<E>, items: impl Iterator<Item = &'a (Vec<E::ScalarField>, Proof<E>)> + Clone) -> Vec<E::ScalarField> {
    let mut seed = Sha256::new();
    seed.update(DOMAIN);
    seed.update(key.hash());
    seed.update((items.clone().count() as u64).to_be_bytes());
    for (inputs, proof) in items.clone() {
        seed.update(proof.encode());
        inputs.iter().for_each(|input| seed.update(input_to_bytes(input)));
    }
    let seed = seed.finalize();
    items.enumerate().map(|(i, _)| weight(&seed, i as u64)).collect()
}

/// The first nonzero of SHA-256(seed, index, counter), cut to 128 bits.
fn weight<F: PrimeField>(seed: &[u8], index: u64) -> F {
    (0u64..)
        .map(|counter| {
            let digest = Sha256::new().chain_update(seed).chain_update(index.to_be_bytes()).chain_update(counter.to_be_bytes()).finalize();
            digest[..16].iter().fold(0u128, |n, byte| n << 8 | u128::from(*byte))
        })
        .find(|weight| *weight != 0)
        .map(F::from)
        .expect("the counter does not end before a nonzero digest")
}
