//! The two tellings agree; every rule broken alone is refused for its own reason; no witness variable is free.

use std::sync::LazyLock;

use ark_ec::{AdditiveGroup, CurveGroup};
use ark_ff::{One, PrimeField, Zero};
use proptest::prelude::*;
use zk_gadgets::merkle::{Path, Tree};
use zk_gadgets::nullifier::nullifier;
use zk_gadgets::poseidon::Poseidon;
use zk_gadgets::schnorr::PublicKey;

use super::world::{World, TODAY};
use super::*;
use crate::fingerprint::Fingerprint;
use crate::shape::Shape;
use crate::testing::{free_witnesses, satisfied};
use crate::{Embedded, Field};

static POSEIDON: LazyLock<Poseidon<Field>> = LazyLock::new(Poseidon::new);

fn world() -> World<Embedded> {
    World::new(&POSEIDON, 5)
}

/// Both tellings refuse `world`, the relation for `broken`.
fn refused(world: &World<Embedded>, broken: Broken) {
    assert_eq!(world.relation(&POSEIDON), Err(broken));
    assert!(!satisfied(world.circuit(&POSEIDON)), "the circuit accepts what the relation refuses as {broken:?}");
}

fn accepted(world: &World<Embedded>) {
    assert_eq!(world.relation(&POSEIDON), Ok(()));
    assert_eq!(world.statement.check(), Ok(()));
    assert!(satisfied(world.circuit(&POSEIDON)));
}

#[test]
fn an_honest_holder_is_accepted_on_both_curves() {
    accepted(&world());
    let poseidon = Poseidon::<ark_bls12_381::Fr>::new();
    let other = World::<ark_ed_on_bls12_381::JubjubConfig>::new(&poseidon, 5);
    assert_eq!(other.relation(&poseidon), Ok(()));
    assert!(satisfied(other.circuit(&poseidon)));
}

#[test]
fn the_circuit_is_the_pinned_one_and_within_budget() {
    let found = Fingerprint::of(&Shape::of(world().circuit(&POSEIDON)).expect("synthesises"));
    assert!(found.constraints + found.instance <= 16_384, "over budget:\n{found}");
    assert_eq!(found.to_string(), include_str!("fingerprint.txt"), "a changed circuit is a new circuit id");
    let other = Shape::of(World::<Embedded>::new(&POSEIDON, 99).circuit(&POSEIDON)).expect("synthesises");
    assert_eq!(Fingerprint::of(&other), found, "shape does not depend on data");
}

#[test]
fn a_witness_is_wiped_of_what_tells_of_the_holder() {
    let mut witness = world().witness;
    zeroize::Zeroize::zeroize(&mut witness);
    assert!(witness.secret.is_zero() && witness.attributes.iter().all(Zero::is_zero) && witness.signature.s.is_zero());
    assert_eq!((witness.status_word, witness.issuer_path.position, witness.status_path.position), (0, 0, 0));
}

#[test]
fn no_witness_variable_is_free() {
    // Z7: bending any single witness variable breaks some constraint, for two different assignments.
    for seed in [5, 60] {
        let world = World::<Embedded>::new(&POSEIDON, seed);
        assert_eq!(free_witnesses(world.circuit(&POSEIDON)), Vec::<usize>::new());
    }
}

#[test]
fn another_holders_secret_is_refused() {
    // Z16: knowing the credential is not holding it.
    let mut stolen = world();
    stolen.witness.secret += Field::one();
    stolen.statement.nullifier = nullifier(&POSEIDON, stolen.witness.secret, stolen.statement.scope);
    refused(&stolen, Broken::Holder);
}

#[test]
fn a_secret_that_is_equal_only_in_the_smaller_field_is_refused() {
    // Z12: the secret is an element of the large field. The order of the embedded curve is smaller; adding it must give another holder.
    let mut second = world();
    let order = <crate::EmbeddedScalar as PrimeField>::MODULUS;
    second.witness.secret += Field::from_bigint(order).expect("the order is below the modulus");
    second.statement.nullifier = nullifier(&POSEIDON, second.witness.secret, second.statement.scope);
    assert_ne!(second.statement.nullifier, world().statement.nullifier);
    refused(&second, Broken::Holder);
}

#[test]
fn a_root_other_than_the_path_leads_to_is_refused() {
    // Z18: what is proved is the root in the statement, not one that the prover brings along.
    let mut other = world();
    other.statement.issuer_root += Field::one();
    refused(&other, Broken::Issuer);
    let mut path = world();
    path.witness.issuer_path.siblings[3][1] += Field::one();
    refused(&path, Broken::Issuer);
}

#[test]
fn another_type_is_refused() {
    let mut other = world();
    other.statement.licence_type += Field::one();
    refused(&other, Broken::Type);
}

#[test]
fn an_issuer_registered_for_another_type_is_refused() {
    let mut other = world();
    other.witness.issuer.licence_type += Field::one();
    refused(&other.reregister(&POSEIDON), Broken::Type);
}

#[test]
fn an_attribute_the_issuer_did_not_sign_is_refused() {
    for attribute in FIRST_FREE..ATTRIBUTES {
        let mut forged = world();
        forged.statement.slots = std::array::from_fn(|_| Slot::hidden());
        forged.witness.attributes[attribute] += Field::one();
        refused(&forged, Broken::Signature);
    }
}

#[test]
fn a_signature_by_an_unregistered_issuer_is_refused() {
    let mut rogue = world();
    let secret = crate::EmbeddedScalar::from(4_242u64);
    let key = PublicKey::<Embedded>::of_secret(secret).expect("not zero");
    (rogue.witness.issuer.key_x, rogue.witness.issuer.key_y) = key.coordinates();
    rogue.issuer_secret = secret;
    refused(&rogue.resign(&POSEIDON), Broken::Issuer);
}

#[test]
fn the_empty_place_of_the_issuer_tree_is_no_issuer() {
    // Z6: the zero leaf has no known opening; a path to it with our own leaf data does not lead to the root.
    let mut empty = world();
    let mut siblings = empty.witness.issuer_path.siblings.clone();
    siblings[0].rotate_left(1);
    empty.witness.issuer_path = Path { position: 4_323, siblings };
    refused(&empty, Broken::Issuer);
}

#[test]
fn an_issuer_whose_key_has_run_out_is_refused() {
    let at = |not_after| {
        let mut w = world();
        w.witness.issuer.not_after = not_after;
        w.reregister(&POSEIDON)
    };
    accepted(&at(TODAY));
    refused(&at(TODAY - 1), Broken::IssuerExpired);
}

#[test]
fn a_revoked_licence_is_refused() {
    let mut revoked = world();
    let index = revoked.witness.status_path.position;
    revoked.witness.status_word &= !(1 << 5 | 1 << (70_005 % 64));
    let mut statuses = Tree::new(&POSEIDON, STATUS_DEPTH);
    statuses.set(&POSEIDON, index, Field::from(revoked.witness.status_word)).expect("inside");
    revoked.witness.status_path = statuses.path(index).expect("inside");
    revoked.witness.issuer.status_root = statuses.root();
    refused(&revoked.reregister(&POSEIDON), Broken::Status);
}

#[test]
fn the_status_of_another_licence_does_not_help() {
    // The neighbouring word is valid for someone; the signed index says it is not ours.
    let mut borrowed = world();
    borrowed.witness.attributes[2] += Field::from(64u64);
    refused(&borrowed.resign(&POSEIDON), Broken::Status);
}

#[test]
fn a_status_index_outside_the_list_is_refused() {
    // Z3: the index plus the capacity would wrap onto the same place if it were not bounded.
    let mut wrapped = world();
    wrapped.witness.attributes[2] += Field::from(1u64 << STATUS_INDEX_BITS);
    refused(&wrapped.resign(&POSEIDON), Broken::Status);
}

#[test]
fn the_last_valid_day_is_valid_and_the_next_is_not() {
    let expiring = |day: Field| {
        let mut w = world();
        w.witness.attributes[3] = day;
        w.resign(&POSEIDON)
    };
    accepted(&expiring(Field::from(TODAY)));
    refused(&expiring(Field::from(TODAY - 1)), Broken::Expired);
    // Z2: a negative number is not a far future.
    refused(&expiring(-Field::one()), Broken::Expired);
    refused(&expiring(Field::from(1u128 << 64)), Broken::Expired);
}

#[test]
fn a_nullifier_of_another_scope_or_of_nobody_is_refused() {
    let mut other = world();
    other.statement.nullifier = nullifier(&POSEIDON, other.witness.secret, other.statement.scope + Field::one());
    refused(&other, Broken::Nullifier);
    other.statement.nullifier = Field::zero();
    refused(&other, Broken::Nullifier);
    assert_eq!(other.statement.check(), Err(StatementError::ZeroNullifier));
}

/// Asks one question in the first slot about attribute 4, whose value is 1,004.
fn asked(slot: Slot<Field>) -> World<Embedded> {
    let mut world = world();
    world.statement.slots = [slot, Slot::hidden(), Slot::hidden(), Slot::hidden()];
    world
}

#[test]
fn every_operation_holds_exactly_where_it_should() {
    let f = |n: u64| Field::from(n);
    let with_set = |op, members: &[u64]| Slot::with_set(op, 4, &members.iter().map(|m| f(*m)).collect::<Vec<_>>()).expect("small");
    let good = [
        Slot::hidden(),
        Slot::new(Op::Reveal, 4, f(1_004), f(0)),
        Slot::new(Op::Eq, 4, f(1_004), f(0)),
        Slot::new(Op::Ne, 4, f(1_005), f(0)),
        Slot::new(Op::Le, 4, f(0), f(1_004)),
        Slot::new(Op::Ge, 4, f(1_004), f(0)),
        Slot::new(Op::Between, 4, f(1_004), f(1_004)),
        with_set(Op::In, &[5, 1_004]),
        with_set(Op::NotIn, &[5, 1_005]),
        Slot::new(Op::Eq, 15, f(1_015), f(0)),
    ];
    good.into_iter().for_each(|slot| accepted(&asked(slot)));
    let bad = [
        Slot::new(Op::Reveal, 4, f(1_005), f(0)),
        Slot::new(Op::Eq, 4, f(1_003), f(0)),
        Slot::new(Op::Ne, 4, f(1_004), f(0)),
        Slot::new(Op::Le, 4, f(0), f(1_003)),
        Slot::new(Op::Ge, 4, f(1_005), f(0)),
        Slot::new(Op::Between, 4, f(1_005), f(2_000)),
        Slot::new(Op::Between, 4, f(0), f(1_003)),
        with_set(Op::In, &[5, 6]),
        with_set(Op::NotIn, &[5, 1_004]),
    ];
    bad.into_iter().for_each(|slot| refused(&asked(slot), Broken::Slot(0)));
}

#[test]
fn a_comparison_of_a_value_that_is_not_small_is_refused() {
    // Z2: p - 1 is "above" everything as a field element; it is no answer to `>= 18`.
    let mut huge = asked(Slot::new(Op::Ge, 4, Field::from(18u64), Field::zero()));
    huge.witness.attributes[4] = -Field::one();
    refused(&huge.resign(&POSEIDON), Broken::Slot(0));
}

#[test]
fn a_statement_that_breaks_its_own_rules_is_refused_before_any_proof() {
    let f = |n: u64| Field::from(n);
    let fault = |slot: Slot<Field>| match asked(slot).statement.check() {
        Err(StatementError::Slot { slot: 0, why }) => why,
        other => panic!("expected a fault of slot 0, found {other:?}"),
    };
    assert!(fault(Slot { attribute: 3, ..Slot::hidden() }).contains("cannot be asked about"));
    assert!(fault(Slot { attribute: 16, ..Slot::hidden() }).contains("cannot be asked about"));
    assert!(fault(Slot::new(Op::Eq, 4, f(1), f(1))).contains("does not use"));
    assert!(fault(Slot::new(Op::Hidden, 4, f(1), f(0))).contains("does not use"));
    assert!(fault(Slot::new(Op::Hidden, 5, f(0), f(0))).contains("does not use"));
    assert!(fault(Slot::new(Op::Ge, 4, Field::from(1u128 << 64), f(0))).contains("below 2^64"));
    assert!(fault(Slot::new(Op::Between, 4, f(3), f(2))).contains("range is empty"));
    let mut unset = world();
    unset.statement.scope = Field::zero();
    assert_eq!(unset.statement.check(), Err(StatementError::ZeroScope));
    unset.statement = world().statement;
    unset.statement.issuer_root = Field::zero();
    assert_eq!(unset.statement.check(), Err(StatementError::ZeroRoot));
    assert!(Slot::<Field>::with_set(Op::In, 4, &[]).is_none() && Slot::with_set(Op::In, 4, &[f(1); 17]).is_none());
    assert_eq!(Op::from_number(9), None);
    Op::ALL.iter().for_each(|op| assert_eq!(Op::from_number(*op as u8), Some(*op)));
}

#[test]
fn a_slot_cannot_reach_the_circuits_own_attributes() {
    // Even a prover who ignores the statement's rules finds no assignment: places 12 to 15 would wrap onto nothing.
    for attribute in [16, 17, 18, 19] {
        let reaching = asked(Slot { attribute, ..Slot::hidden() });
        assert!(!satisfied(reaching.circuit(&POSEIDON)));
    }
}

#[test]
fn every_public_value_is_bound_by_the_digest() {
    // Z8: flipping any public value changes the one public input.
    let base = world().statement;
    let digest = base.digest(&POSEIDON);
    let bend = |f: &dyn Fn(&mut Statement<Field>)| {
        let mut bent = base.clone();
        f(&mut bent);
        bent.digest(&POSEIDON)
    };
    let one = Field::one();
    let bent = [
        bend(&|s| s.issuer_root += one),
        bend(&|s| s.licence_type += one),
        bend(&|s| s.today += 1),
        bend(&|s| s.scope += one),
        bend(&|s| s.nullifier += one),
        bend(&|s| s.context += one),
        bend(&|s| s.slots[0].op = Op::Ne),
        bend(&|s| s.slots[1].attribute = 9),
        bend(&|s| s.slots[2].a += one),
        bend(&|s| s.slots[2].b += one),
        bend(&|s| s.slots[3].set[15] += one),
        bend(&|s| s.slots.swap(0, 1)),
    ];
    bent.iter().enumerate().for_each(|(i, d)| assert_ne!(*d, digest, "value {i}"));
}

#[test]
fn a_point_of_small_order_added_to_the_signature_is_refused() {
    // The commitment point plus the point of order two is on the curve but does not satisfy the equation.
    let mut bent = world();
    let order_two = ark_ec::twisted_edwards::Affine::<Embedded>::new_unchecked(Field::zero(), -Field::one());
    assert!(order_two.is_on_curve() && ark_ec::twisted_edwards::Projective::from(order_two).double().is_zero());
    bent.witness.signature.r = (bent.witness.signature.r + order_two).into_affine();
    refused(&bent, Broken::Signature);
}

fn arb_slot() -> impl Strategy<Value = Slot<Field>> {
    let near = || 1_000u64..1_020;
    (0..Op::ALL.len(), 4u8..16, near(), near(), proptest::collection::vec(near(), 1..17)).prop_map(|(op, attribute, a, b, set)| {
        let (op, set) = (Op::ALL[op], set.into_iter().map(Field::from).collect::<Vec<_>>());
        let (low, high) = (Field::from(a.min(b)), Field::from(a.max(b)));
        match op {
            Op::Hidden => Slot::hidden(),
            Op::In | Op::NotIn => Slot::with_set(op, attribute, &set).expect("1 to 16"),
            Op::Between => Slot::new(op, attribute, low, high),
            Op::Le => Slot::new(op, attribute, Field::zero(), high),
            _ => Slot::new(op, attribute, low, Field::zero()),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn relation_and_circuit_agree_on_random_questions(seed in 0u64..1_000, slots in proptest::array::uniform4(arb_slot())) {
        let mut world = World::<Embedded>::new(&POSEIDON, seed);
        world.statement.slots = slots;
        prop_assert_eq!(world.statement.check(), Ok(()));
        prop_assert_eq!(world.relation(&POSEIDON).is_ok(), satisfied(world.circuit(&POSEIDON)));
    }
}
