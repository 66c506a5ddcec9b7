//! Proofs and inputs from bytes, canonically.

use ark_ec::pairing::Pairing;
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};

use crate::error::ProofError;

/// A proof whose points are on the curve, in the subgroup and not the identity.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof<E: Pairing>(pub(crate) ark_groth16::Proof<E>);

impl<E: Pairing> Proof<E> {
    /// Decodes A, B, C, compressed (BN254: 128 bytes).
    ///
    /// # Errors
    /// [`ProofError::Encoding`] for a wrong length, a point off the curve or outside the subgroup, or a second encoding of the same points;
    /// [`ProofError::Identity`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofError> {
        let proof: ark_groth16::Proof<E> = decode_canonical(bytes).map_err(ProofError::Encoding)?;
        Self::new(proof)
    }

    /// A proof made here, checked like one from outside.
    pub fn new(proof: ark_groth16::Proof<E>) -> Result<Self, ProofError> {
        let identity = [("A", proof.a.is_zero()), ("B", proof.b.is_zero()), ("C", proof.c.is_zero())];
        match identity.into_iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(ProofError::Identity(name)),
            None => Ok(Self(proof)),
        }
    }

    /// The points, for export to other programs.
    pub fn points(&self) -> &ark_groth16::Proof<E> {
        &self.0
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.0)
    }
}

/// A public input from 32 bytes, big endian.
///
/// # Errors
/// [`ProofError::Input`] for another length or a value not below the modulus: reducing it would let `x` and `x + r` name the same input (Z9).
pub fn input_from_bytes<F: PrimeField>(bytes: &[u8]) -> Result<F, ProofError> {
    let expected = F::MODULUS_BIT_SIZE.div_ceil(8) as usize;
    if bytes.len() != expected {
        return Err(ProofError::Input);
    }
    let bits: Vec<bool> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1)).collect();
    F::from_bigint(F::BigInt::from_bits_be(&bits)).ok_or(ProofError::Input)
}

/// The 32 bytes of an input, big endian.
pub fn input_to_bytes<F: PrimeField>(input: &F) -> Vec<u8> {
    let bytes = input.into_bigint().to_bytes_be();
    let length = F::MODULUS_BIT_SIZE.div_ceil(8) as usize;
    bytes[bytes.len() - length..].to_vec()
}

/// Decodes with every check, and refuses bytes that do not come out again.
pub(crate) fn decode_canonical<T: CanonicalDeserialize + CanonicalSerialize>(bytes: &[u8]) -> Result<T, String> {
    let value = T::deserialize_compressed(bytes).map_err(|_| "not points of the curve and its subgroup".to_owned())?;
    if encode(&value) != bytes {
        return Err("not the canonical encoding".into());
    }
    Ok(value)
}

pub(crate) fn encode<T: CanonicalSerialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.compressed_size());
    value.serialize_compressed(&mut bytes).expect("writing into memory does not fail");
    bytes
}
