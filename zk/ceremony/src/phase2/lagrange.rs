//! From powers to the Lagrange basis, in the exponent.
//!
//! With `w` a root of unity of order n, `L_i(tau) = 1/n * sum over k of w^(-ik) tau^k`: an inverse Fourier transform of the powers, which
//! is linear and so can be done on points. Nobody needs tau for it.

use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};

/// `[L_0(tau)], .., [L_(n-1)(tau)]` from the first `n` powers, which may carry a common factor.
pub(super) fn lagrange<G: CurveGroup<ScalarField = Fr>>(domain: &GeneralEvaluationDomain<Fr>, powers: &[G::Affine]) -> Vec<G::Affine> {
    let mut points: Vec<G> = powers[..domain.size()].iter().map(|point| (*point).into()).collect();
    domain.ifft_in_place(&mut points);
    G::normalize_batch(&points)
}
