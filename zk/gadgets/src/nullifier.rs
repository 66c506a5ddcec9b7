//! Holder commitment and scoped nullifier.
//!
//! `commitment = H(HOLDER, secret)`; `nullifier = H(NULLIFIER, secret, scope)`. The secret is a field element, so it has one encoding and
//! no second secret gives the same nullifier (Z12). The same holder in the same scope always gives the same nullifier (Z10), in another
//! scope an unlinkable one (Z11). Zero is no nullifier: the verifier refuses it.

use ark_ff::PrimeField;
#[cfg(feature = "constraints")]
use ark_r1cs_std::fields::fp::FpVar;
#[cfg(feature = "constraints")]
use ark_r1cs_std::prelude::*;
#[cfg(feature = "constraints")]
use ark_relations::gr1cs::SynthesisError;

use crate::domain;
use crate::poseidon::Poseidon;

/// What an issuer signs of a holder: reveals nothing about `secret`.
pub fn holder_commitment<F: PrimeField>(poseidon: &Poseidon<F>, secret: F) -> F {
    poseidon.hash(&[F::from(domain::HOLDER), secret])
}

/// [`holder_commitment`] as constraints.
#[cfg(feature = "constraints")]
pub fn holder_commitment_var<F: PrimeField>(poseidon: &Poseidon<F>, secret: &FpVar<F>) -> Result<FpVar<F>, SynthesisError> {
    poseidon.hash_var(&[FpVar::constant(F::from(domain::HOLDER)), secret.clone()])
}

/// The one-time name of a holder within `scope`.
pub fn nullifier<F: PrimeField>(poseidon: &Poseidon<F>, secret: F, scope: F) -> F {
    poseidon.hash(&[F::from(domain::NULLIFIER), secret, scope])
}

/// [`nullifier`] as constraints.
#[cfg(feature = "constraints")]
pub fn nullifier_var<F: PrimeField>(poseidon: &Poseidon<F>, secret: &FpVar<F>, scope: &FpVar<F>) -> Result<FpVar<F>, SynthesisError> {
    poseidon.hash_var(&[FpVar::constant(F::from(domain::NULLIFIER)), secret.clone(), scope.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, solve, witness};
    use ark_bn254::Fr;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn native_and_constraints_agree(secret in field(), scope in field()) {
            let poseidon = Poseidon::<Fr>::new();
            let (commitment, name) = (holder_commitment(&poseidon, secret), nullifier(&poseidon, secret, scope));
            prop_assert!(commitment != name);
            let satisfied = solve(|cs| {
                let (secret, scope) = (witness(&cs, secret)?, witness(&cs, scope)?);
                holder_commitment_var(&poseidon, &secret)?.enforce_equal(&FpVar::constant(commitment))?;
                nullifier_var(&poseidon, &secret, &scope)?.enforce_equal(&FpVar::constant(name))
            });
            prop_assert!(satisfied);
        }

        #[test]
        fn two_scopes_give_two_names(secret in field(), one in field(), other in field()) {
            prop_assume!(one != other);
            let poseidon = Poseidon::<Fr>::new();
            prop_assert_ne!(nullifier(&poseidon, secret, one), nullifier(&poseidon, secret, other));
        }
    }
}
