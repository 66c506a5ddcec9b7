//! Evidence: what freezes, and what honest attestors may well sign.

use govhub_lc_attestor::proto::govhub::lightclients::attestor::v1 as raw;
use govhub_lc_attestor::testing::{attestation, misbehaviour_any, Attestors};
use govhub_lc_attestor::{Attestation, Statement, HEADER_URL};
use govhub_lc_core::LightClient;
use ibc_proto::google::protobuf::Any;

use crate::world::{absent, ago, at, code, honest, path, statements, value, World, NOW};

fn judge(world: &World, one: raw::Evidence, two: raw::Evidence) -> &'static str {
    code(world.client.check_misbehaviour(&world.states, &misbehaviour_any(one, two), NOW))
}

/// Two attestations against each other, in both orders.
fn both(world: &World, one: &Attestation, two: &Attestation) -> &'static str {
    let found = judge(world, world.attestors.evidence(one, None), world.attestors.evidence(two, None));
    assert_eq!(judge(world, world.attestors.evidence(two, None), world.attestors.evidence(one, None)), found, "order does not matter");
    found
}

/// Two statements, alone at their heights, against each other, in both orders.
fn stated(one: (u64, Statement), two: (u64, Statement)) -> &'static str {
    let world = World::new();
    let side = |(height, statement): &(u64, Statement)| {
        let all = [statement.clone()];
        world.attestors.evidence(&attestation(at(*height), ago(50), &all), Some((&all, 0)))
    };
    let found = judge(&world, side(&one), side(&two));
    assert_eq!(judge(&world, side(&two), side(&one)), found, "order does not matter");
    found
}

#[test]
fn two_attestations_of_one_height_freeze() {
    let world = World::new();
    let other_root = attestation(at(7), ago(58), &statements()[1..]);
    assert_eq!(both(&world, &honest(7), &other_root), "misbehaviour");
    assert_eq!(both(&world, &honest(7), &Attestation { time: ago(57), ..honest(7) }), "misbehaviour", "two times");
    assert_eq!(both(&world, &honest(7), &Attestation { next: Some(world.attestors.successors(2).set), ..honest(7) }), "misbehaviour", "with and without a successor");
    assert_eq!(both(&world, &honest(7), &honest(7)), "no-conflict");
    assert_eq!(both(&world, &honest(7), &honest(8)), "no-conflict");
}

#[test]
fn two_successors_of_one_epoch_freeze_at_whatever_height() {
    let world = World::new();
    let turn = |number: u64, seed: u8| Attestation { next: Some(world.attestors.successors(seed).set), ..honest(number) };
    assert_eq!(both(&world, &turn(7, 2), &turn(8, 3)), "misbehaviour");
    assert_eq!(both(&world, &turn(7, 2), &turn(8, 2)), "no-conflict", "the same successor");
}

#[test]
fn two_values_of_one_packet_path_freeze_at_whatever_height() {
    let (a, b) = (|kind| value(&path(kind, 1), b"a"), |kind| value(&path(kind, 1), b"b"));
    for kind in [1, 2, 3] {
        assert_eq!(stated((7, a(kind)), (8, b(kind))), "misbehaviour", "kind {kind}");
        assert_eq!(stated((7, a(kind)), (8, a(kind))), "no-conflict");
        assert_eq!(stated((7, a(kind)), (8, value(&path(kind, 2), b"b"))), "no-conflict", "another path");
    }
    // Of other paths nobody promised that they are written once.
    for other in [path(4, 1), path(0, 1), b"short".to_vec(), path(1, 1)[14..].to_vec()] {
        assert_eq!(stated((7, value(&other, b"a")), (8, value(&other, b"b"))), "no-conflict");
        assert_eq!(stated((7, value(&other, b"a")), (7, value(&other, b"b"))), "misbehaviour", "but a height has one value");
    }
}

#[test]
fn presence_and_absence_of_one_path_freeze_where_they_cannot_both_be() {
    for kind in [1, 2, 3, 4] {
        let (there, gone) = (value(&path(kind, 1), b"a"), absent(&path(kind, 1)));
        let stays = matches!(kind, 2 | 3);
        assert_eq!(stated((7, there.clone()), (7, gone.clone())), "misbehaviour", "at one height, kind {kind}");
        assert_eq!(stated((7, there.clone()), (8, gone.clone())), if stays { "misbehaviour" } else { "no-conflict" }, "vanished, kind {kind}");
        assert_eq!(stated((8, there), (7, gone)), "no-conflict", "came, kind {kind}");
    }
    assert_eq!(stated((7, absent(&path(2, 1))), (8, absent(&path(2, 1)))), "no-conflict");
}

#[test]
fn a_contradiction_under_one_root_freezes() {
    // Attestors should have sorted their statements; one inclusion proof does not show that they did not.
    let world = World::new();
    let torn = [value(&path(2, 9), &[2]), absent(&path(2, 9))];
    let signed = attestation(at(7), ago(58), &torn);
    let side = |index| world.attestors.evidence(&signed, Some((&torn, index)));
    assert_eq!(judge(&world, side(0), side(1)), "misbehaviour");
    assert_eq!(judge(&world, side(0), side(0)), "no-conflict");
}

#[test]
fn evidence_is_signed_by_a_quorum_on_both_sides() {
    let world = World::new();
    let other = attestation(at(7), ago(58), &[]);
    let side = |attestation: &Attestation, places: &[u32]| raw::Evidence { header: Some(world.attestors.signed(attestation, places)), ..Default::default() };
    assert_eq!(judge(&world, side(&honest(7), &[0, 1, 2]), side(&other, &[2, 3, 4])), "misbehaviour");
    assert_eq!(judge(&world, side(&honest(7), &[0, 1, 2]), side(&other, &[2, 3])), "insufficient-quorum");
    assert_eq!(judge(&world, side(&honest(7), &[0, 1]), side(&other, &[2, 3, 4])), "insufficient-quorum");
    assert_eq!(judge(&world, side(&honest(7), &[0, 1, 2]), side(&other, &[2, 3, 3])), "signature-order");
    let mut forged = side(&other, &[2, 3, 4]);
    forged.header.as_mut().expect("a header").signatures[0].signature[9] ^= 1;
    assert_eq!(judge(&world, side(&honest(7), &[0, 1, 2]), forged), "signature");
}

#[test]
fn evidence_of_another_client_or_chain_freezes_nothing() {
    let world = World::new();
    let other = attestation(at(7), ago(58), &[]);
    for elsewhere in [
        Attestors { chain_id: "dept-2".into(), ..world.attestors.clone() },
        Attestors { diversifier: "govhub-1/other".into(), ..world.attestors.clone() },
    ] {
        assert_eq!(judge(&world, world.attestors.evidence(&honest(7), None), elsewhere.evidence(&other, None)), "signature");
    }
}

#[test]
fn a_statement_in_evidence_is_proved() {
    let world = World::new();
    let (there, gone) = ([value(&path(2, 9), &[2])], [absent(&path(2, 9))]);
    let (first, later) = (attestation(at(7), ago(58), &there), attestation(at(8), ago(57), &gone));
    let good = || world.attestors.evidence(&first, Some((&there, 0)));
    let bent = |bend: &dyn Fn(&mut raw::Evidence)| {
        let mut side = world.attestors.evidence(&later, Some((&gone, 0)));
        bend(&mut side);
        judge(&world, good(), side)
    };
    assert_eq!(bent(&|_| {}), "misbehaviour");
    assert_eq!(bent(&|side| side.proof = Some(raw::Proof { index: 1, siblings: Vec::new(), count: 1 })), "proof-place");
    assert_eq!(bent(&|side| side.proof = Some(raw::Proof { index: 0, siblings: vec![vec![1; 32]], count: 1 })), "proof-place");
    assert_eq!(bent(&|side| side.statement.as_mut().expect("one").value = vec![1]), "statement");
    // A statement that the later attestation does not hold.
    let empty = attestation(at(8), ago(57), &statements());
    assert_eq!(bent(&|side| side.header = Some(world.attestors.header(&empty))), "proof-count");
    let mut swapped = world.attestors.evidence(&attestation(at(8), ago(57), &[absent(&path(2, 11))]), Some((&gone, 0)));
    swapped.statement = good().statement.map(|there| raw::Statement { value: Vec::new(), absent: true, ..there });
    assert_eq!(judge(&world, good(), swapped), "statement-not-attested");
}

#[test]
fn evidence_that_is_not_whole_is_refused() {
    let world = World::new();
    let good = || world.attestors.evidence(&honest(7), None);
    let other = || world.attestors.evidence(&attestation(at(7), ago(58), &[]), None);
    let with = |one: Option<raw::Evidence>, two: Option<raw::Evidence>| {
        let any = govhub_lc_attestor::testing::misbehaviour_any(good(), other());
        let value = prost::Message::encode_to_vec(&raw::Misbehaviour { one, two });
        code(world.client.check_misbehaviour(&world.states, &Any { value, ..any }, NOW))
    };
    assert_eq!(with(Some(good()), Some(other())), "misbehaviour");
    assert_eq!(with(Some(good()), None), "evidence-missing");
    assert_eq!(with(None, Some(other())), "evidence-missing");
    assert_eq!(with(Some(good()), Some(raw::Evidence { header: None, ..other() })), "evidence-missing");
    assert_eq!(with(Some(good()), Some(raw::Evidence { proof: Some(raw::Proof::default()), ..other() })), "evidence-missing");
    assert_eq!(with(Some(good()), Some(raw::Evidence { statement: Some(raw::Statement::default()), ..other() })), "evidence-missing");
    let header = Any { type_url: HEADER_URL.into(), value: Vec::new() };
    assert_eq!(code(world.client.check_misbehaviour(&world.states, &header, NOW)), "type-url");
}

#[test]
fn nobody_escapes_by_one_rotation() {
    let mut world = World::new();
    let (one, two) = (honest(7), attestation(at(7), ago(58), &[]));
    let heirs = world.attestors.successors(2);
    world.accept(&world.header(&Attestation { next: Some(heirs.set.clone()), ..honest(9) }));
    assert_eq!(both(&world, &one, &two), "misbehaviour", "the retired set still answers for what it signed");
    let turns = [10, 11].map(|number| Attestation { next: Some(world.attestors.successors(number as u8).set), ..honest(number) });
    assert_eq!(both(&world, &turns[0], &turns[1]), "misbehaviour");
    let old = std::mem::replace(&mut world.attestors, heirs.clone());
    world.accept(&world.header(&Attestation { next: Some(heirs.successors(3).set), ..honest(10) }));
    assert_eq!(judge(&world, old.evidence(&one, None), old.evidence(&two, None)), "epoch-unknown", "two rotations later nobody knows its keys");
}
