//! The relation in plain Rust: the first telling.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::{BigInteger, PrimeField};
use thiserror::Error;
use zk_gadgets::nullifier::{holder_commitment, nullifier};
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::range::fits;
use zk_gadgets::schnorr::{verify, PublicKey};

use super::{Op, Slot, Statement, Witness, ISSUER_DEPTH, STATUS_BITS, STATUS_DEPTH, STATUS_INDEX_BITS};

/// Which part of the relation does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// The secret does not open the holder commitment.
    #[error("the credential belongs to another holder")]
    Holder,
    /// The credential is of another type.
    #[error("the credential is of another licence type")]
    Type,
    /// The issuer's signature does not verify.
    #[error("the issuer's signature does not verify")]
    Signature,
    /// The issuer is not in the tree.
    #[error("the issuer is not among the authorised ones under this root")]
    Issuer,
    /// The issuer's key has run out.
    #[error("the issuer's key is no longer to be relied on")]
    IssuerExpired,
    /// The status list says otherwise, or the path does not lead to its root.
    #[error("the licence is not valid in the issuer's status list")]
    Status,
    /// Past its last day.
    #[error("the licence has expired")]
    Expired,
    /// A question is answered with no.
    #[error("slot {0} does not hold")]
    Slot(usize),
    /// Not this holder's nullifier in this scope.
    #[error("the nullifier is not the holder's in this scope")]
    Nullifier,
}

/// Whether `witness` makes `statement` true.
///
/// # Errors
/// The first part that does not hold.
///
/// # Not checked
/// The rules of the statement itself: see [`Statement::check`].
pub fn holds<P: TECurveConfig>(poseidon: &Poseidon<P::BaseField>, statement: &Statement<P::BaseField>, witness: &Witness<P>) -> Result<(), Broken>
where
    P::BaseField: PrimeField,
{
    let x = &witness.attributes;
    let require = |holds: bool, broken: Broken| if holds { Ok(()) } else { Err(broken) };
    require(x[0] == holder_commitment(poseidon, witness.secret), Broken::Holder)?;
    require(x[1] == statement.licence_type && witness.issuer.licence_type == statement.licence_type, Broken::Type)?;
    let key = PublicKey::<P>::new(witness.issuer.key_x, witness.issuer.key_y).map_err(|_| Broken::Issuer)?;
    require(verify(poseidon, &key, poseidon.hash(x), &witness.signature), Broken::Signature)?;
    let path = &witness.issuer_path;
    let in_tree = path.siblings.len() == ISSUER_DEPTH && path.root(poseidon, witness.issuer.hash(poseidon)) == statement.issuer_root;
    require(in_tree, Broken::Issuer)?;
    require(statement.today <= witness.issuer.not_after, Broken::IssuerExpired)?;
    require(status_is_valid(poseidon, witness), Broken::Status)?;
    require(fits(x[3], 64) && P::BaseField::from(statement.today) <= x[3], Broken::Expired)?;
    for (place, slot) in statement.slots.iter().enumerate() {
        require(x.get(usize::from(slot.attribute)).is_some_and(|value| slot_holds(slot, *value)), Broken::Slot(place))?;
    }
    require(statement.nullifier == nullifier(poseidon, witness.secret, statement.scope), Broken::Nullifier)
}

fn status_is_valid<P: TECurveConfig>(poseidon: &Poseidon<P::BaseField>, witness: &Witness<P>) -> bool
where
    P::BaseField: PrimeField,
{
    let index = witness.attributes[2];
    if !fits(index, STATUS_INDEX_BITS) || witness.status_path.siblings.len() != STATUS_DEPTH {
        return false;
    }
    let index = index.into_bigint().to_bits_le().iter().take(STATUS_INDEX_BITS).rev().fold(0u64, |n, bit| n << 1 | u64::from(*bit));
    witness.status_path.position == index / STATUS_BITS as u64
        && witness.status_word >> (index % STATUS_BITS as u64) & 1 == 1
        && witness.status_path.root(poseidon, P::BaseField::from(witness.status_word)) == witness.issuer.status_root
}

fn slot_holds<F: PrimeField>(slot: &Slot<F>, x: F) -> bool {
    let small = || fits(x, 64);
    match slot.op {
        Op::Hidden => true,
        Op::Reveal | Op::Eq => x == slot.a,
        Op::Ne => x != slot.a,
        Op::Le => small() && x <= slot.b,
        Op::Ge => small() && x >= slot.a,
        Op::Between => small() && slot.a <= x && x <= slot.b,
        Op::In => slot.set.contains(&x),
        Op::NotIn => !slot.set.contains(&x),
    }
}
