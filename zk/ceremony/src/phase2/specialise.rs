//! The start of a circuit's setup, computed from the powers and the circuit's matrices.
//!
//! With `u_j, v_j, w_j` the polynomials of variable `j` that the matrices' columns interpolate over a domain of `n` places (and in `u` the
//! instance variables once more, after the constraints, so that none is unused), and `Z` the domain's vanishing polynomial, the key holds
//! `[u_j(tau)]`, `[v_j(tau)]`, `{v_j(tau)}`, `[beta u_j(tau) + alpha v_j(tau) + w_j(tau)]` and `[tau^i Z(tau)]`.
//!
//! The reduction is libsnark's as `ark-groth16` has it: a key made here equals its generator's with the same secrets (tested).

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::Field as _;
use ark_groth16::{ProvingKey, VerifyingKey};
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use thiserror::Error;
use zk_circuits::shape::Shape;

use super::lagrange::lagrange;
use crate::phase1::Powers;
use crate::progress::{Progress, Watch};

/// The powers do not reach as far as the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the circuit needs powers of 2^{needed}, these are of 2^{found}")]
pub struct TooSmall {
    /// Binary logarithm of the circuit's domain.
    pub needed: u32,
    /// Binary logarithm of the powers' domain.
    pub found: u32,
}

/// A column of a matrix: rows and coefficients.
type Column = Vec<(usize, Fr)>;

/// Columns with fewer terms are summed one by one.
const MANY: usize = 16;

/// The proving key for `shape` under the secrets of `powers`, with gamma = delta = 1.
pub fn specialise(powers: &Powers, shape: &Shape<Fr>, watch: Watch<'_>) -> Result<ProvingKey<Bn254>, TooSmall> {
    let places = shape.constraints() + shape.instance;
    let found = powers.tau_g2.len().ilog2();
    let needed = places.next_power_of_two().ilog2();
    let domain = GeneralEvaluationDomain::<Fr>::new(places).filter(|domain| domain.size() <= powers.tau_g2.len()).ok_or(TooSmall { needed, found })?;
    let n = domain.size();
    let total = 4 + shape.variables();
    let mut tell = |done| watch(Progress { step: "specialising the powers to the circuit", done, total });
    let tau = lagrange::<G1Projective>(&domain, &powers.tau_g1);
    tell(1);
    let alpha = lagrange::<G1Projective>(&domain, &powers.alpha_g1);
    tell(2);
    let beta = lagrange::<G1Projective>(&domain, &powers.beta_g1);
    tell(3);
    let tau_g2 = lagrange::<G2Projective>(&domain, &powers.tau_g2);
    tell(4);

    let [mut u, v, w] = [0, 1, 2].map(|matrix| columns(shape, matrix));
    (0..shape.instance).for_each(|variable| u[variable].push((shape.constraints() + variable, Fr::ONE)));
    let (mut a, mut b_g1, mut b_g2, mut k) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for variable in 0..shape.variables() {
        a.push(sum::<G1Projective>(&u[variable], &tau));
        b_g1.push(sum::<G1Projective>(&v[variable], &tau));
        b_g2.push(sum::<G2Projective>(&v[variable], &tau_g2));
        k.push(sum::<G1Projective>(&u[variable], &beta) + sum::<G1Projective>(&v[variable], &alpha) + sum::<G1Projective>(&w[variable], &tau));
        if variable % 256 == 0 || variable + 1 == shape.variables() {
            tell(5 + variable);
        }
    }
    let h: Vec<G1Projective> = (0..n - 1).map(|i| powers.tau_g1[i + n] - powers.tau_g1[i]).collect();

    let mut gamma_abc_g1 = G1Projective::normalize_batch(&k);
    let l_query = gamma_abc_g1.split_off(shape.instance);
    let vk = VerifyingKey {
        alpha_g1: powers.alpha_g1[0],
        beta_g2: powers.beta_g2,
        gamma_g2: G2Affine::generator(),
        delta_g2: G2Affine::generator(),
        gamma_abc_g1,
    };
    Ok(ProvingKey {
        vk,
        beta_g1: powers.beta_g1[0],
        delta_g1: G1Affine::generator(),
        a_query: G1Projective::normalize_batch(&a),
        b_g1_query: G1Projective::normalize_batch(&b_g1),
        b_g2_query: G2Projective::normalize_batch(&b_g2),
        h_query: G1Projective::normalize_batch(&h),
        l_query,
    })
}

fn columns(shape: &Shape<Fr>, matrix: usize) -> Vec<Column> {
    let mut columns = vec![Column::new(); shape.variables()];
    for (row, terms) in shape.matrices[matrix].iter().enumerate() {
        terms.iter().for_each(|(coefficient, variable)| columns[*variable].push((row, *coefficient)));
    }
    columns
}

/// The sum of a column's coefficients times the basis points of their rows.
fn sum<G>(column: &Column, basis: &[<G as CurveGroup>::Affine]) -> G
where
    G: CurveGroup<ScalarField = Fr> + VariableBaseMSM<MulBase = <G as CurveGroup>::Affine>,
{
    if column.len() < MANY {
        return column.iter().map(|(row, coefficient)| scaled::<G>(basis[*row], coefficient)).sum();
    }
    let (points, coefficients): (Vec<_>, Vec<_>) = column.iter().map(|(row, coefficient)| (basis[*row], *coefficient)).unzip();
    G::msm_unchecked(&points, &coefficients)
}

/// Most coefficients are one or minus one.
fn scaled<G: CurveGroup<ScalarField = Fr>>(point: G::Affine, coefficient: &Fr) -> G {
    if *coefficient == Fr::ONE {
        point.into_group()
    } else if *coefficient == -Fr::ONE {
        -point.into_group()
    } else {
        point.into_group() * *coefficient
    }
}
