//! Headers: one broken rule a test, beside the header that keeps it.

use govhub_lc_attestor::proto::govhub::lightclients::attestor::v1 as raw;
use govhub_lc_attestor::testing::{attestation, header_any, Attestors};
use govhub_lc_attestor::{Attestation, ConsensusState, CHECKS, CONSENSUS_STATE_URL};
use govhub_lc_core::{CheckOutcome, LightClient, Tally, Verdict};
use govhub_types::{Height, KeyKind, Time};
use ibc_proto::google::protobuf::Any;

use crate::world::{ago, at, code, honest, statements, World, NOW};

#[test]
fn an_attestation_by_a_quorum_is_accepted_with_every_check_run() {
    let mut world = World::new();
    let update = world.accept(&world.header(&honest(7)));
    assert_eq!(update.consensus_states, [(at(7), honest(7).consensus_state().encode())]);
    assert_eq!(world.client.latest_height(), at(7));
    assert_eq!(update.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
    assert_eq!(update.trust, None, "the set is the same");
}

#[test]
fn every_key_kind_attests() {
    for kind in KeyKind::ALL {
        let attestors = Attestors::of(&[kind; 4], 3, 5, 1);
        let world = World { client: attestors.client(at(5)), attestors, ..World::new() };
        assert_eq!(world.code(&world.header(&honest(7))), "accepted", "{kind:?}");
    }
}

#[test]
fn any_quorum_does_and_fewer_do_not() {
    let world = World::new();
    for places in [&[0, 1, 2][..], &[2, 3, 4], &[0, 2, 4], &[0, 1, 2, 3, 4]] {
        assert_eq!(world.code(&header_any(&world.attestors.signed(&honest(7), places))), "accepted", "{places:?}");
    }
    for places in [&[][..], &[4], &[0, 1]] {
        let tally = Tally { signed: places.len() as u64, total: 5, needed_num: 3, needed_den: 5 };
        assert_eq!(world.judge(&header_any(&world.attestors.signed(&honest(7), places))), Ok(Verdict::NotEnoughTrust(tally)));
    }
}

#[test]
fn nobody_is_counted_twice() {
    let world = World::new();
    for places in [&[0, 1, 1][..], &[1, 1, 1], &[0, 2, 1], &[2, 1, 0], &[0, 1, 2, 2]] {
        assert_eq!(world.code(&header_any(&world.attestors.signed(&honest(7), places))), "signature-order", "{places:?}");
    }
    // The same signature under another attestor's place.
    let mut moved = world.attestors.signed(&honest(7), &[0, 1, 1]);
    moved.signatures[2].attestor = 2;
    assert_eq!(world.code(&header_any(&moved)), "signature");
}

#[test]
fn a_signer_stands_in_the_set() {
    let world = World::new();
    let mut header = world.attestors.signed(&honest(7), &[0, 1, 2]);
    header.signatures[2].attestor = 5;
    assert_eq!(world.code(&header_any(&header)), "unknown-attestor");
    header.signatures[2].attestor = u32::MAX;
    assert_eq!(world.code(&header_any(&header)), "unknown-attestor");
}

#[test]
fn one_bad_signature_refuses_the_header_even_beyond_the_quorum() {
    let world = World::new();
    for place in 0..5 {
        let mut header = world.attestors.signed(&honest(7), &[0, 1, 2, 3, 4]);
        header.signatures[place].signature[40] ^= 1;
        assert_eq!(world.code(&header_any(&header)), "signature", "{place}");
        header.signatures[place].signature.truncate(63);
        assert_eq!(world.code(&header_any(&header)), "signature", "{place}");
    }
}

#[test]
fn the_twin_signature_with_the_larger_s_is_refused() {
    // n - s on P-256, which stands third in the set.
    let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").expect("hex");
    let world = World::new();
    let mut header = world.attestors.signed(&honest(7), &[0, 1, 2]);
    assert_eq!(world.attestors.keys[2].kind(), KeyKind::P256);
    let mut borrow = 0i16;
    for i in (0..32).rev() {
        let digit = i16::from(order[i]) - i16::from(header.signatures[2].signature[32 + i]) - borrow;
        borrow = i16::from(digit < 0);
        header.signatures[2].signature[32 + i] = digit.rem_euclid(256) as u8;
    }
    assert_eq!(world.code(&header_any(&header)), "signature");
}

#[test]
fn nothing_is_replayed_to_another_client_or_chain() {
    let world = World::new();
    let signed = |chain_id: &str, diversifier: &str| {
        let others = Attestors { chain_id: chain_id.into(), diversifier: diversifier.into(), ..world.attestors.clone() };
        world.code(&header_any(&others.header(&honest(7))))
    };
    assert_eq!(signed("dept-1", "govhub-1/dept"), "accepted");
    assert_eq!(signed("dept-2", "govhub-1/dept"), "signature");
    assert_eq!(signed("dept-1", "govhub-1/dept-b"), "signature");
    assert_eq!(signed("dept-1g", "ovhub-1/dept"), "signature", "the border between both is signed too");
}

#[test]
fn every_signed_value_counts() {
    let world = World::new();
    let header = world.attestors.header(&honest(7));
    let bent = |bend: &dyn Fn(&mut raw::Attestation)| {
        let mut header = header.clone();
        bend(header.attestation.as_mut().expect("an attestation"));
        world.code(&header_any(&header))
    };
    assert_eq!(bent(&|_| {}), "accepted");
    assert_eq!(bent(&|a| a.height = Some(at(8).into())), "signature");
    assert_eq!(bent(&|a| a.height = Some(Height::new(1, 7).into())), "signature");
    assert_eq!(bent(&|a| a.time_ns += 1), "signature");
    assert_eq!(bent(&|a| a.statements_root[0] ^= 1), "signature");
    assert_eq!(bent(&|a| a.statement_count += 1), "signature");
    assert_eq!(bent(&|a| a.next = raw_next(&world)), "signature", "a successor that nobody signed");
}

fn raw_next(world: &World) -> Option<raw::AttestorSet> {
    let turn = Attestation { next: Some(world.attestors.successors(2).set), ..honest(7) };
    world.attestors.header(&turn).attestation.and_then(|attestation| attestation.next)
}

#[test]
fn an_attestation_that_is_not_whole_is_refused() {
    let world = World::new();
    let header = world.attestors.header(&honest(7));
    let bent = |bend: &dyn Fn(&mut raw::Attestation)| {
        let mut header = header.clone();
        bend(header.attestation.as_mut().expect("an attestation"));
        world.code(&header_any(&header))
    };
    assert_eq!(world.code(&header_any(&raw::Header { attestation: None, ..header.clone() })), "attestation");
    assert_eq!(bent(&|a| a.height = None), "height");
    assert_eq!(bent(&|a| a.height = Some(Height::new(3, 0).into())), "height");
    assert_eq!(bent(&|a| a.time_ns = 0), "time");
    assert_eq!(bent(&|a| a.statements_root.clear()), "statements-root");
    assert_eq!(bent(&|a| a.statements_root.push(0)), "statements-root");
    assert_eq!(bent(&|a| a.statement_count = 0), "statements-root");
    assert_eq!(bent(&|a| a.statement_count = 65_537), "statement-count");
    assert_eq!(bent(&|a| a.next = Some(raw::AttestorSet { threshold: 1, ..raw_next(&world).expect("a set") })), "threshold");
}

#[test]
fn bytes_of_a_header_are_canonical_and_bounded() {
    let world = World::new();
    let good = world.header(&honest(7));
    assert_eq!(world.code(&Any { type_url: CONSENSUS_STATE_URL.into(), ..good.clone() }), "type-url");
    assert_eq!(world.code(&Any { value: [good.value.as_slice(), &[0x20, 1]].concat(), ..good.clone() }), "not-canonical");
    assert_eq!(world.code(&Any { value: good.value[..good.value.len() - 1].to_vec(), ..good.clone() }), "malformed");
    assert_eq!(world.code(&Any { value: vec![0; 48 * 1024 + 1], ..good }), "too-long");
}

#[test]
fn a_time_may_be_ahead_by_the_drift_and_no_more() {
    let world = World::new();
    let time = |ns: u64| world.code(&world.header(&Attestation { time: Time::from_unix_ns(ns), ..honest(7) }));
    let most = NOW.unix_ns() + 30_000_000_000;
    assert_eq!(time(most), "accepted");
    assert_eq!(time(most + 1), "header-from-future");
}

#[test]
fn an_attestation_is_believed_within_the_trusting_period_only() {
    let world = World::new();
    let period_ns = 14 * 24 * 3600 * 1_000_000_000u64;
    // Below the anchor, so that time does not go back.
    let time = |ns: u64| world.code(&world.header(&Attestation { time: Time::from_unix_ns(ns), height: at(3), ..honest(7) }));
    assert_eq!(time(NOW.unix_ns() - period_ns + 1), "accepted");
    assert_eq!(time(NOW.unix_ns() - period_ns), "attestation-expired");
}

#[test]
fn time_never_goes_back_with_height_but_may_stand_still() {
    let mut world = World::new();
    world.accept(&world.header(&Attestation { time: ago(40), ..honest(9) }));
    let judge = |height: u64, time: Time| world.code(&world.header(&Attestation { height: at(height), time, ..honest(7) }));
    assert_eq!(judge(10, ago(40)), "accepted", "chains that count in seconds");
    assert_eq!(judge(10, Time::from_unix_ns(ago(40).unix_ns() - 1)), "time-going-back");
    assert_eq!(judge(7, ago(50)), "accepted", "in between");
    assert_eq!(judge(7, ago(61)), "time-going-back", "before the anchor's");
    assert_eq!(judge(7, ago(39)), "time-going-back", "behind that of a greater height");
    assert_eq!(judge(3, ago(60)), "accepted", "below the anchor");
}

#[test]
fn a_lower_height_does_not_lower_the_newest() {
    let mut world = World::new();
    world.accept(&world.header(&honest(9)));
    let update = world.accept(&world.header(&honest(7)));
    assert_eq!((world.client.latest_height(), update.consensus_states.len()), (at(9), 1));
}

#[test]
fn the_same_attestation_again_changes_nothing() {
    let mut world = World::new();
    world.accept(&world.header(&honest(7)));
    let again = header_any(&world.attestors.signed(&honest(7), &[2, 3, 4]));
    let before = world.client.clone();
    let update = world.accept(&again);
    assert_eq!((update.consensus_states.len(), world.client), (0, before), "other signers, same words");
}

#[test]
fn another_attestation_of_a_stored_height_is_misbehaviour() {
    let mut world = World::new();
    world.accept(&world.header(&honest(7)));
    for other in [
        attestation(at(7), ago(58), &statements()[1..]),
        Attestation { time: Time::from_unix_ns(ago(58).unix_ns() + 1), ..honest(7) },
        Attestation { time: ago(30), ..honest(7) },
    ] {
        assert_eq!(world.code(&world.header(&other)), "misbehaviour");
    }
    assert_eq!(world.code(&header_any(&world.attestors.signed(&attestation(at(7), ago(58), &[]), &[0, 1]))), "not-enough-trust", "m - 1 liars freeze nothing");
    let anchor = Attestation { height: at(5), time: ago(60), ..honest(7) };
    assert_eq!(world.code(&world.header(&anchor)), "misbehaviour", "the anchor counts as well");
}

#[test]
fn a_rotation_by_the_old_quorum_hands_over() {
    let mut world = World::new();
    let heirs = world.attestors.successors(2);
    let update = world.accept(&world.header(&Attestation { next: Some(heirs.set.clone()), ..honest(7) }));
    assert_eq!(update.trust, Some(heirs.set.trust_class()));
    assert_eq!((world.client.attestors(), world.client.retired()), (&heirs.set, Some(&world.attestors.set)));
    // The old keys are dead: for new heights, for old ones, and for what was signed before.
    for number in [8, 6, 7] {
        assert_eq!(world.code(&world.header(&honest(number))), "epoch-retired", "{number}");
    }
    let old = world.attestors.clone();
    world.attestors = heirs;
    assert_eq!(world.code(&world.header(&honest(8))), "accepted");
    // An old signature does not count under the new epoch's number either.
    let mut renumbered = old.header(&honest(8));
    renumbered.epoch = 2;
    assert_eq!(world.code(&header_any(&renumbered)), "signature");
}

#[test]
fn kept_keys_sign_anew_in_the_new_epoch() {
    let mut world = World::new();
    let same = Attestors::of(&world.attestors.keys.iter().map(|key| key.kind()).collect::<Vec<_>>(), 4, 1, 2);
    assert_eq!(same.keys[0].public_key(), world.attestors.keys[0].public_key());
    world.accept(&world.header(&Attestation { next: Some(same.set.clone()), ..honest(7) }));
    let mut stale = world.attestors.signed(&honest(8), &[0, 1, 2, 3]);
    stale.epoch = 2;
    assert_eq!(world.code(&header_any(&stale)), "signature", "signed in the old epoch by the same keys");
    assert_eq!(world.code(&header_any(&same.signed(&honest(8), &[0, 1, 2]))), "not-enough-trust", "the new threshold counts");
    assert_eq!(world.code(&header_any(&same.header(&honest(8)))), "accepted");
}

#[test]
fn a_rotation_follows_on_its_epoch() {
    let world = World::new();
    let kinds: Vec<_> = world.attestors.keys.iter().map(|key| key.kind()).collect();
    let turn = |epoch: u64| world.code(&world.header(&Attestation { next: Some(Attestors::of(&kinds, 3, 2, epoch).set), ..honest(7) }));
    assert_eq!(turn(2), "accepted");
    assert_eq!(turn(1), "next-epoch");
    assert_eq!(turn(3), "next-epoch");
    let mut ahead = world.attestors.header(&honest(7));
    ahead.epoch = 2;
    assert_eq!(world.code(&header_any(&ahead)), "epoch-unknown");
    ahead.epoch = 0;
    assert_eq!(world.code(&header_any(&ahead)), "epoch-retired");
}

#[test]
fn a_rotation_stands_at_the_newest_height() {
    let mut world = World::new();
    world.accept(&world.header(&honest(9)));
    let turn = |number: u64| world.code(&world.header(&Attestation { next: Some(world.attestors.successors(2).set), ..honest(number) }));
    assert_eq!(turn(10), "accepted");
    assert_eq!(turn(9), "rotation-height");
    assert_eq!(turn(7), "rotation-height");
    let other = Attestation { next: Some(world.attestors.successors(2).set), ..attestation(at(9), ago(56), &[]) };
    assert_eq!(world.code(&world.header(&other)), "misbehaviour", "a contradiction is one, rotation or not");
}

#[test]
fn a_rotation_needs_the_old_quorum_and_not_the_new_one() {
    let world = World::new();
    let heirs = world.attestors.successors(2);
    let turn = Attestation { next: Some(heirs.set.clone()), ..honest(7) };
    assert_eq!(world.code(&header_any(&world.attestors.signed(&turn, &[0, 1]))), "not-enough-trust");
    let mut usurped = heirs.header(&turn);
    usurped.epoch = 1;
    assert_eq!(world.code(&header_any(&usurped)), "signature");
}

#[test]
fn old_roots_still_prove_after_a_rotation_but_a_frozen_mark_stays() {
    let mut world = World::new();
    world.accept(&world.header(&Attestation { next: Some(world.attestors.successors(2).set), ..honest(7) }));
    assert_eq!(world.states.0[&at(7)], honest(7).consensus_state().encode());
    assert_eq!(ConsensusState::decode(&world.states.0[&at(7)]).expect("stored").statement_count, 4);
}

#[test]
fn evidence_in_place_of_a_header_is_judged_as_evidence() {
    let world = World::new();
    let (one, two) = (world.attestors.evidence(&honest(7), None), world.attestors.evidence(&attestation(at(7), ago(58), &[]), None));
    let any = govhub_lc_attestor::testing::misbehaviour_any(one, two);
    assert_eq!(world.code(&any), "misbehaviour");
    assert_eq!(code(world.client.check_misbehaviour(&world.states, &any, NOW)), "misbehaviour");
}
