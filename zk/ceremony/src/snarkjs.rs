//! Verification keys, proofs and public inputs as snarkjs writes them in JSON, both ways.
//!
//! Numbers are decimal strings, points projective with a last coordinate of one, quadratic elements `[constant, linear]`. What comes in is
//! read strictly: one spelling of a number, below the modulus; points on the curve, in the subgroup and not the identity; the named curve
//! and protocol. So a key or proof that is read goes out again equal.

use ark_bn254::{Bn254, Fq, Fq12, Fq2, Fq6, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::AffineRepr;
use ark_ff::{BigInt, Fp, MontBackend, MontConfig, PrimeField};
use ark_groth16::{Proof, VerifyingKey};
use serde_json::{json, Value};
use thiserror::Error;

/// Longest text read: a key of [`INPUTS_MAX`] inputs, and to spare.
pub const JSON_BYTES_MAX: usize = 64 << 10;
/// Most public inputs of a key read.
pub const INPUTS_MAX: usize = 64;

/// Digits of the largest number of our fields.
const DIGITS_MAX: usize = 77;

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JsonError {
    /// More bytes than are read.
    #[error("the text has {0} bytes, at most {JSON_BYTES_MAX} are read")]
    TooLong(usize),
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// A value is missing, or of another kind.
    #[error("`{0}` is missing or of another kind")]
    Shape(String),
    /// Another protocol or curve.
    #[error("`{field}` is not `{expected}`")]
    Other {
        /// Which field.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// Not the one spelling of a number below the modulus.
    #[error("`{0}` is not a decimal number below the field's modulus")]
    Number(String),
    /// Not a point that may stand there.
    #[error("`{0}` is not a point of the curve and its subgroup, or it is the identity")]
    Point(String),
    /// More inputs than are read, or another number than stated.
    #[error("{found} inputs, {stated} are stated and at most {INPUTS_MAX} are read")]
    Inputs {
        /// Points or numbers found.
        found: usize,
        /// Number stated.
        stated: u64,
    },
}

/// A verification key as `snarkjs zkey export verificationkey` writes it.
pub fn verification_key_to_json(key: &VerifyingKey<Bn254>) -> Value {
    json!({
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": key.gamma_abc_g1.len().saturating_sub(1),
        "vk_alpha_1": g1(&key.alpha_g1),
        "vk_beta_2": g2(&key.beta_g2),
        "vk_gamma_2": g2(&key.gamma_g2),
        "vk_delta_2": g2(&key.delta_g2),
        "vk_alphabeta_12": target(&Bn254::pairing(key.alpha_g1, key.beta_g2).0),
        "IC": key.gamma_abc_g1.iter().map(g1).collect::<Vec<_>>(),
    })
}

/// A verification key from snarkjs.
///
/// # Errors
/// [`JsonError`], naming the field.
///
/// # Not checked
/// `vk_alphabeta_12`, which follows from the others. That gamma and delta differ: `zk-verify` checks that when the key file is read.
pub fn verification_key_from_json(text: &str) -> Result<VerifyingKey<Bn254>, JsonError> {
    let value = parse(text)?;
    header(&value)?;
    let at = |field: &str| (value.get(field), field.to_owned());
    let stated = value.get("nPublic").and_then(Value::as_u64).ok_or_else(|| JsonError::Shape("nPublic".into()))?;
    let points = value.get("IC").and_then(Value::as_array).ok_or_else(|| JsonError::Shape("IC".into()))?;
    if points.len() > INPUTS_MAX + 1 || points.len() as u64 != stated.saturating_add(1) {
        return Err(JsonError::Inputs { found: points.len(), stated });
    }
    Ok(VerifyingKey {
        alpha_g1: read_g1(at("vk_alpha_1"))?,
        beta_g2: read_g2(at("vk_beta_2"))?,
        gamma_g2: read_g2(at("vk_gamma_2"))?,
        delta_g2: read_g2(at("vk_delta_2"))?,
        gamma_abc_g1: points.iter().enumerate().map(|(i, point)| read_g1((Some(point), format!("IC[{i}]")))).collect::<Result<_, _>>()?,
    })
}

/// A proof as `snarkjs groth16 prove` writes it.
pub fn proof_to_json(proof: &Proof<Bn254>) -> Value {
    json!({ "pi_a": g1(&proof.a), "pi_b": g2(&proof.b), "pi_c": g1(&proof.c), "protocol": "groth16", "curve": "bn128" })
}

/// A proof from snarkjs.
///
/// # Errors
/// [`JsonError`], naming the field.
pub fn proof_from_json(text: &str) -> Result<Proof<Bn254>, JsonError> {
    let value = parse(text)?;
    header(&value)?;
    let at = |field: &str| (value.get(field), field.to_owned());
    Ok(Proof { a: read_g1(at("pi_a"))?, b: read_g2(at("pi_b"))?, c: read_g1(at("pi_c"))? })
}

/// Public inputs as snarkjs writes them.
pub fn inputs_to_json(inputs: &[Fr]) -> Value {
    inputs.iter().map(decimal).collect()
}

/// Public inputs from snarkjs.
///
/// # Errors
/// [`JsonError`]; a number at or above the modulus is refused, not reduced.
pub fn inputs_from_json(text: &str) -> Result<Vec<Fr>, JsonError> {
    let value = parse(text)?;
    let numbers = value.as_array().ok_or_else(|| JsonError::Shape("inputs".into()))?;
    if numbers.len() > INPUTS_MAX {
        return Err(JsonError::Inputs { found: numbers.len(), stated: numbers.len() as u64 });
    }
    numbers.iter().enumerate().map(|(i, number)| read_number((Some(number), format!("[{i}]")))).collect()
}

fn parse(text: &str) -> Result<Value, JsonError> {
    if text.len() > JSON_BYTES_MAX {
        return Err(JsonError::TooLong(text.len()));
    }
    serde_json::from_str(text).map_err(|e| JsonError::Syntax(e.to_string()))
}

fn header(value: &Value) -> Result<(), JsonError> {
    for (field, expected) in [("protocol", "groth16"), ("curve", "bn128")] {
        if value.get(field).and_then(Value::as_str) != Some(expected) {
            return Err(JsonError::Other { field, expected });
        }
    }
    Ok(())
}

fn decimal<T: MontConfig<4>>(number: &Fp<MontBackend<T, 4>, 4>) -> Value {
    Value::String(number.into_bigint().to_string())
}

fn quadratic(element: &Fq2) -> Value {
    json!([decimal(&element.c0), decimal(&element.c1)])
}

fn g1(point: &G1Affine) -> Value {
    json!([decimal(&point.x), decimal(&point.y), "1"])
}

fn g2(point: &G2Affine) -> Value {
    json!([quadratic(&point.x), quadratic(&point.y), ["1", "0"]])
}

fn target(element: &Fq12) -> Value {
    let cubic = |element: &Fq6| json!([quadratic(&element.c0), quadratic(&element.c1), quadratic(&element.c2)]);
    json!([cubic(&element.c0), cubic(&element.c1)])
}

/// A value and its name in messages.
type Named<'a> = (Option<&'a Value>, String);

/// The `N` members of a list.
fn members<'a, const N: usize>((value, name): &Named<'a>) -> Result<[Named<'a>; N], JsonError> {
    let list = value.and_then(Value::as_array).filter(|list| list.len() == N).ok_or_else(|| JsonError::Shape(name.clone()))?;
    Ok(std::array::from_fn(|i| (list.get(i), format!("{name}[{i}]"))))
}

fn read_number<T: MontConfig<4>>((value, name): Named<'_>) -> Result<Fp<MontBackend<T, 4>, 4>, JsonError> {
    let text = value.and_then(Value::as_str).ok_or_else(|| JsonError::Shape(name.clone()))?;
    let number = || {
        let digits = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = Fp::from_bigint(digits.then(|| text.parse::<BigInt<4>>().ok()).flatten()?)?;
        (number.into_bigint().to_string() == text).then_some(number)
    };
    number().ok_or(JsonError::Number(name))
}

fn read_quadratic(named: Named<'_>) -> Result<Fq2, JsonError> {
    let [constant, linear] = members(&named)?;
    Ok(Fq2::new(read_number::<ark_bn254::FqConfig>(constant)?, read_number::<ark_bn254::FqConfig>(linear)?))
}

fn read_g1(named: Named<'_>) -> Result<G1Affine, JsonError> {
    let [x, y, z] = members(&named)?;
    let (x, y, z): (Fq, Fq, Fq) = (read_number(x)?, read_number(y)?, read_number(z)?);
    let point = G1Affine::new_unchecked(x, y);
    if z == Fq::from(1u64) && !point.is_zero() && point.is_on_curve() {
        Ok(point)
    } else {
        Err(JsonError::Point(named.1))
    }
}

fn read_g2(named: Named<'_>) -> Result<G2Affine, JsonError> {
    let [x, y, z] = members(&named)?;
    let (x, y, z) = (read_quadratic(x)?, read_quadratic(y)?, read_quadratic(z)?);
    let point = G2Affine::new_unchecked(x, y);
    let one = Fq2::new(Fq::from(1u64), Fq::from(0u64));
    if z == one && !point.is_zero() && point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(JsonError::Point(named.1))
    }
}
