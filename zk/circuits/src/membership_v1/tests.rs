//! The two tellings agree; every rule broken alone is refused; no witness variable is free.

use ark_ff::{One, Zero};
use zk_gadgets::merkle::Tree;
use zk_gadgets::nullifier::{holder_commitment, nullifier};
use zk_gadgets::poseidon::Poseidon;

use super::*;
use crate::fingerprint::Fingerprint;
use crate::shape::Shape;
use crate::testing::{free_witnesses, satisfied};
use crate::Field;

fn world(poseidon: &Poseidon<Field>, secret: u64) -> (Statement<Field>, Witness<Field>) {
    let (secret, scope) = (Field::from(secret), Field::from(9u64));
    let mut group = Tree::new(poseidon, DEPTH);
    group.set(poseidon, 1_000, group_leaf(poseidon, Field::from(3u64))).expect("inside");
    group.set(poseidon, 1_001, group_leaf(poseidon, holder_commitment(poseidon, secret))).expect("inside");
    let statement = Statement { group_root: group.root(), scope, nullifier: nullifier(poseidon, secret, scope), signal: Field::from(4u64) };
    (statement, Witness { secret, path: group.path(1_001).expect("inside") })
}

fn both(poseidon: &Poseidon<Field>, (statement, witness): &(Statement<Field>, Witness<Field>)) -> (Result<(), Broken>, bool) {
    (holds(poseidon, statement, witness), satisfied(Circuit { poseidon, statement, witness }))
}

#[test]
fn a_member_is_accepted_and_the_circuit_is_the_pinned_one() {
    let poseidon = Poseidon::new();
    let world = world(&poseidon, 7);
    assert_eq!(both(&poseidon, &world), (Ok(()), true));
    assert_eq!(world.0.check(), Ok(()));
    let circuit = Circuit { poseidon: &poseidon, statement: &world.0, witness: &world.1 };
    let found = Fingerprint::of(&Shape::of(circuit.clone()).expect("synthesises"));
    assert!(found.constraints + found.instance <= 8_000, "over budget:\n{found}");
    assert_eq!(found.to_string(), include_str!("fingerprint.txt"), "a changed circuit is a new circuit id");
    assert_eq!(free_witnesses(circuit), Vec::<usize>::new());
}

#[test]
fn an_outsider_and_a_borrowed_name_are_refused() {
    let poseidon = Poseidon::new();
    let mut outsider = world(&poseidon, 7);
    outsider.1.secret += Field::one();
    outsider.0.nullifier = nullifier(&poseidon, outsider.1.secret, outsider.0.scope);
    assert_eq!(both(&poseidon, &outsider), (Err(Broken::Member), false));
    let mut borrowed = world(&poseidon, 7);
    borrowed.0.nullifier += Field::one();
    assert_eq!(both(&poseidon, &borrowed), (Err(Broken::Nullifier), false));
    // Z11: the name of another scope is not the name of this one.
    let mut other = world(&poseidon, 7);
    other.0.nullifier = nullifier(&poseidon, other.1.secret, other.0.scope + Field::one());
    assert_eq!(both(&poseidon, &other), (Err(Broken::Nullifier), false));
}

#[test]
fn every_public_value_is_bound_and_none_may_be_zero() {
    let poseidon = Poseidon::new();
    let (base, _) = world(&poseidon, 7);
    let digest = base.digest(&poseidon);
    let bent = [
        Statement { group_root: base.group_root + Field::one(), ..base },
        Statement { scope: base.scope + Field::one(), ..base },
        Statement { nullifier: base.nullifier + Field::one(), ..base },
        Statement { signal: base.signal + Field::one(), ..base },
    ];
    bent.iter().for_each(|s| assert_ne!(s.digest(&poseidon), digest));
    assert_eq!(Statement { group_root: Field::zero(), ..base }.check(), Err(StatementError::Zero("group_root")));
    assert_eq!(Statement { scope: Field::zero(), ..base }.check(), Err(StatementError::Zero("scope")));
    assert_eq!(Statement { nullifier: Field::zero(), ..base }.check(), Err(StatementError::Zero("nullifier")));
}
