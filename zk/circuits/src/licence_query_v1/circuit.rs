//! The relation as constraints: the second telling. Sections carry the numbers of the module's documentation.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::PrimeField;
use ark_r1cs_std::fields::fp::FpVar;
use ark_r1cs_std::prelude::*;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use zk_gadgets::domain;
use zk_gadgets::merkle::PathVar;
use zk_gadgets::nullifier::{holder_commitment_var, nullifier_var};
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::range::{decompose, enforce_le_of_u64s, enforce_u64, recompose};
use zk_gadgets::schnorr::enforce_signature;
use zk_gadgets::select::select_var;
use zk_gadgets::set::distance_var;

use super::{Op, Slot, Statement, Witness, FIRST_FREE, ISSUER_DEPTH, STATUS_BITS, STATUS_DEPTH, STATUS_INDEX_BITS};

/// A statement with the witness that is to make it true.
#[derive(Clone)]
pub struct Circuit<'a, P: TECurveConfig>
where
    P::BaseField: PrimeField,
{
    /// Hash parameters.
    pub poseidon: &'a Poseidon<P::BaseField>,
    /// What is public.
    pub statement: &'a Statement<P::BaseField>,
    /// What is not.
    pub witness: &'a Witness<P>,
}

type Var<P> = FpVar<<P as ark_ec::CurveConfig>::BaseField>;

impl<P: TECurveConfig> ConstraintSynthesizer<P::BaseField> for Circuit<'_, P>
where
    P::BaseField: PrimeField,
{
    fn generate_constraints(self, cs: ConstraintSystemRef<P::BaseField>) -> Result<(), SynthesisError> {
        let (poseidon, statement, witness) = (self.poseidon, self.statement, self.witness);
        let new = |value: P::BaseField| FpVar::new_witness(cs.clone(), || Ok(value));

        let digest = FpVar::new_input(cs.clone(), || Ok(statement.digest(poseidon)))?;
        let [issuer_root, licence_type, scope, nullifier, context] =
            [statement.issuer_root, statement.licence_type, statement.scope, statement.nullifier, statement.context];
        let (issuer_root, licence_type) = (new(issuer_root)?, new(licence_type)?);
        let today = new(P::BaseField::from(statement.today))?;
        let (scope, nullifier, context) = (new(scope)?, new(nullifier)?, new(context)?);
        let attributes = witness.attributes.iter().map(|x| new(*x)).collect::<Result<Vec<_>, _>>()?;
        let secret = new(witness.secret)?;

        // (1) and (8): the holder.
        holder_commitment_var(poseidon, &secret)?.enforce_equal(&attributes[0])?;
        nullifier_var(poseidon, &secret, &scope)?.enforce_equal(&nullifier)?;
        // (2) the type.
        attributes[1].enforce_equal(&licence_type)?;
        // (3) the signature.
        let (key_x, key_y) = (new(witness.issuer.key_x)?, new(witness.issuer.key_y)?);
        let message = poseidon.hash_var(&attributes)?;
        enforce_signature::<P>(&cs, poseidon, (&key_x, &key_y), &message, &witness.signature)?;
        // (4) the issuer. Its leaf binds both dates and roots to values that were checked when it was registered.
        let (region, not_after) = (new(P::BaseField::from(witness.issuer.region))?, new(P::BaseField::from(witness.issuer.not_after))?);
        let status_root = new(witness.issuer.status_root)?;
        let tag = FpVar::constant(P::BaseField::from(domain::ISSUER_LEAF));
        let leaf = poseidon.hash_var(&[tag, key_x, key_y, licence_type.clone(), region, not_after.clone(), status_root.clone()])?;
        PathVar::new_witness(&cs, &witness.issuer_path, ISSUER_DEPTH)?.root(poseidon, &leaf)?.enforce_equal(&issuer_root)?;
        // `today` and `not_after` are 32-bit: the first in the statement, the second in the registered leaf.
        enforce_le_of_u64s(&cs, &today, &not_after)?;
        // (5) the status.
        let index = decompose(&cs, &attributes[2], STATUS_INDEX_BITS)?;
        let (bit_place, word_place) = index.split_at(STATUS_BITS.trailing_zeros() as usize);
        let word = new(P::BaseField::from(witness.status_word))?;
        let bits: Vec<Var<P>> = decompose(&cs, &word, STATUS_BITS)?.into_iter().map(FpVar::from).collect();
        select_var(&bits, bit_place)?.enforce_equal(&FpVar::one())?;
        let path = PathVar::new_witness(&cs, &witness.status_path, STATUS_DEPTH)?;
        recompose(&path.position).enforce_equal(&recompose(word_place))?;
        path.root(poseidon, &word)?.enforce_equal(&status_root)?;
        // (6) the expiry.
        enforce_u64(&cs, &attributes[3])?;
        enforce_le_of_u64s(&cs, &today, &attributes[3])?;
        // (7) the questions.
        let mut questions = Vec::new();
        for slot in &statement.slots {
            questions.extend(enforce_slot::<P>(&cs, poseidon, &attributes[FIRST_FREE..], slot)?);
        }
        // The digest binds all of it to the one public input.
        let slots = poseidon.hash_var(&questions)?;
        let tag = FpVar::constant(P::BaseField::from(domain::STATEMENT));
        let bound = poseidon.hash_var(&[tag, issuer_root, licence_type, today, scope, nullifier, context, slots])?;
        bound.enforce_equal(&digest)
    }
}

/// Enforces that `slot` holds for one of the `free` attributes and returns what the digest takes of it: selector, a, b, H(set).
fn enforce_slot<P: TECurveConfig>(
    cs: &ConstraintSystemRef<P::BaseField>,
    poseidon: &Poseidon<P::BaseField>,
    free: &[Var<P>],
    slot: &Slot<P::BaseField>,
) -> Result<[Var<P>; 4], SynthesisError>
where
    P::BaseField: PrimeField,
{
    let place = usize::from(slot.attribute).checked_sub(FIRST_FREE).ok_or(SynthesisError::Unsatisfiable)?;
    let place_bits = (0..4).map(|i| Boolean::new_witness(cs.clone(), || Ok(place >> i & 1 == 1))).collect::<Result<Vec<_>, _>>()?;
    // Twelve free attributes: places 12 to 15, which have both high bits, do not exist.
    (FpVar::from(place_bits[2].clone()) * FpVar::from(place_bits[3].clone())).enforce_equal(&FpVar::zero())?;
    let is = Op::ALL
        .iter()
        .map(|op| Ok(FpVar::from(Boolean::new_witness(cs.clone(), || Ok(slot.op == *op))?)))
        .collect::<Result<Vec<Var<P>>, SynthesisError>>()?;
    is.iter().sum::<Var<P>>().enforce_equal(&FpVar::one())?;
    let op = |op: Op| &is[op as usize];
    let numbered = is.iter().enumerate().map(|(n, flag)| flag * P::BaseField::from(16 * n as u64)).collect::<Vec<_>>();
    let selector = recompose(&place_bits) + numbered.iter().sum::<Var<P>>();

    let x = select_var(free, &place_bits)?;
    let a = FpVar::new_witness(cs.clone(), || Ok(slot.a))?;
    let b = FpVar::new_witness(cs.clone(), || Ok(slot.b))?;
    let set = slot.set.iter().map(|m| FpVar::new_witness(cs.clone(), || Ok(*m))).collect::<Result<Vec<_>, _>>()?;

    let equals = is_zero(cs, &(&x - &a))?;
    (op(Op::Reveal) + op(Op::Eq)).mul_equals(&(FpVar::one() - &equals), &FpVar::zero())?;
    op(Op::Ne).mul_equals(&equals, &FpVar::zero())?;

    let member = is_zero(cs, &distance_var(&x, &set)?)?;
    op(Op::In).mul_equals(&(FpVar::one() - &member), &FpVar::zero())?;
    op(Op::NotIn).mul_equals(&member, &FpVar::zero())?;

    // Where nothing is compared all three are zero, and zero is small. Operands are below 2^64 by the statement's own rules.
    let (from_below, from_above) = (op(Op::Ge) + op(Op::Between), op(Op::Le) + op(Op::Between));
    let compared = &from_below + op(Op::Le);
    enforce_u64(cs, &(&compared * &x))?;
    enforce_u64(cs, &(from_below * (&x - &a)))?;
    enforce_u64(cs, &(from_above * (&b - &x)))?;

    Ok([selector, a, b, poseidon.hash_var(&set)?])
}

/// One if `value` is zero, else zero. Every witness is determined: the inverse of zero is taken as zero.
fn is_zero<F: PrimeField>(cs: &ConstraintSystemRef<F>, value: &FpVar<F>) -> Result<FpVar<F>, SynthesisError> {
    let assigned = value.value();
    let inverse = FpVar::new_witness(cs.clone(), || assigned.map(|v| v.inverse().unwrap_or(F::zero())))?;
    let zero = FpVar::new_witness(cs.clone(), || assigned.map(|v| if v.is_zero() { F::one() } else { F::zero() }))?;
    value.mul_equals(&inverse, &(FpVar::one() - &zero))?;
    value.mul_equals(&zero, &FpVar::zero())?;
    inverse.mul_equals(&zero, &FpVar::zero())?;
    Ok(zero)
}
