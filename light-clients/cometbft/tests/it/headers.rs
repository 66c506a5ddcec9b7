//! Attacks 1 to 14 on headers: the honest twin is accepted, the header with one thing bent is refused for that thing.

use govhub_lc_cometbft::testing::{header_any, members, raw_set, raw_time, Act, Draft, Member};
use govhub_lc_cometbft::{ClientState, MAX_HEADER_BYTES, MAX_VALIDATORS};
use govhub_lc_core::{CheckOutcome, Fault, LightClient, Reason, Status, TrustKind, Verdict};
use govhub_types::Height;
use ibc_proto::ibc::lightclients::tendermint::v1::Header;
use tendermint_proto::types::{Commit, CommitSig, SignedHeader};

use crate::world::{accepted, at_s, code, World, CHAIN};

/// Accepts the honest header at `height`, refuses it bent, with exactly `expected`.
#[track_caller]
fn refused(height: u64, expected: &str, bend: impl FnOnce(&mut Header)) {
    let world = World::new();
    let mut header = world.block(height).update_from(&world.trusted);
    accepted(world.judge(&header_any(&header)));
    bend(&mut header);
    assert_eq!(code(world.judge(&header_any(&header))), expected);
}

fn signed(header: &mut Header) -> &mut SignedHeader {
    header.signed_header.as_mut().expect("made with one")
}

fn commit(header: &mut Header) -> &mut Commit {
    signed(header).commit.as_mut().expect("made with one")
}

fn inner(header: &mut Header) -> &mut tendermint_proto::types::Header {
    signed(header).header.as_mut().expect("made with one")
}

fn sig(header: &mut Header, index: usize) -> &mut CommitSig {
    &mut commit(header).signatures[index]
}

#[test]
fn adjacent_and_skipping_headers_are_accepted_and_become_the_newest() {
    let world = World::new();
    for height in [6, 9] {
        let block = world.block(height);
        let update = accepted(world.judge(&header_any(&block.update_from(&world.trusted))));
        assert_eq!(update.consensus_states, vec![(block.at(), block.consensus_state().encode())]);
        assert_eq!(ClientState::decode(&update.client_state).expect("ours").latest_height(), block.at());
        assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass) && update.checks.len() == 10);
        let trust = update.trust.expect("the header shows its validators");
        assert_eq!((trust.kind, trust.n, trust.f), (TrustKind::BftQuorum, 4, 1));
    }
}

#[test]
fn a_header_between_two_stored_ones_is_stored_and_the_newest_stays() {
    let mut world = World::new();
    let nine = world.block(9);
    world.client = ClientState::decode(&accepted(world.judge(&header_any(&nine.update_from(&world.trusted)))).client_state).expect("ours");
    world.believe(&nine);
    let update = accepted(world.judge(&header_any(&world.block(7).update_from(&world.trusted))));
    assert_eq!(update.consensus_states[0].0, Height::new(1, 7));
    assert_eq!(ClientState::decode(&update.client_state).expect("ours").latest_height(), nine.at());
}

#[test]
fn a_single_validator_is_followed_and_shown_as_no_fault_tolerance() {
    let world = World::of(members(1, 1));
    let update = accepted(world.judge(&header_any(&world.block(6).update_from(&world.trusted))));
    assert_eq!(update.trust.expect("shown").to_string(), "BFT quorum, n=1, f=0, single operator, no fault tolerance");
}

#[test]
fn half_of_the_set_replaced_is_accepted_and_three_quarters_is_not_enough_trust() {
    let world = World::new();
    let mixed = |kept: usize| {
        let mut next: Vec<Member> = world.members[..kept].to_vec();
        next.extend(members(50, 4 - kept as u8));
        Draft::new(CHAIN, 9, at_s(9), &next)
    };
    accepted(world.judge(&header_any(&mixed(2).update_from(&world.trusted))));
    match world.judge(&header_any(&mixed(1).update_from(&world.trusted))) {
        Verdict::NotEnoughTrust(tally) => assert_eq!((tally.signed, tally.total, tally.needed_num, tally.needed_den), (10, 40, 1, 3)),
        other => panic!("{other:?}"),
    }
}

// Attack 1: signatures counted twice.

#[test]
fn a_signature_in_another_validators_place_is_refused() {
    refused(6, "signature-out-of-place", |h| {
        let first = sig(h, 0).clone();
        *sig(h, 1) = first;
    });
}

#[test]
fn a_validator_listed_twice_is_refused() {
    refused(6, "duplicate-validator", |h| {
        let set = h.validator_set.as_mut().expect("made with one");
        set.validators[1] = set.validators[0].clone();
    });
}

#[test]
fn a_malleated_signature_is_refused() {
    // s + L, the group order, little endian: a second form of the same signature.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    refused(6, "invalid-signature", |h| {
        let mut carry = 0u16;
        for (byte, order) in sig(h, 0).signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
    });
}

// Attack 2: an address that is not its key's.

#[test]
fn a_validator_with_anothers_address_is_refused() {
    refused(6, "validator-set", |h| {
        let set = h.validator_set.as_mut().expect("made with one");
        set.validators[0].address = set.validators[1].address.clone();
    });
}

// Attack 3: signatures of another message.

#[test]
fn signatures_of_another_block_are_refused() {
    let world = World::new();
    let honest = world.block(6);
    let mut forged = honest.clone();
    forged.app_hash = vec![8; 32];
    let mut header = forged.update_from(&world.trusted);
    let copied = honest.update_from(&world.trusted);
    accepted(world.judge(&header_any(&copied)));
    let signatures = copied.signed_header.expect("made with one").commit.expect("made with one").signatures;
    commit(&mut header).signatures = signatures;
    assert_eq!(code(world.judge(&header_any(&header))), "invalid-signature");
}

// Attack 4: votes for nil or for another block.

#[test]
fn votes_for_nil_do_not_count() {
    let world = World::new();
    let three = |act: Act| world.block(6).update_with(&world.trusted, move |i| if i < 3 { Act::Commit } else { act });
    accepted(world.judge(&header_any(&three(Act::Nil))));
    let two = world.block(6).update_with(&world.trusted, |i| if i < 2 { Act::Commit } else { Act::Nil });
    assert_eq!(code(world.judge(&header_any(&two))), "insufficient-quorum");
}

#[test]
fn a_commit_for_another_block_is_refused() {
    refused(6, "commit-for-another-block", |h| inner(h).app_hash = vec![8; 32]);
}

#[test]
fn an_absent_signature_that_names_a_validator_is_refused() {
    let world = World::new();
    let mut header = world.block(6).update_with(&world.trusted, |i| if i == 3 { Act::Absent } else { Act::Commit });
    accepted(world.judge(&header_any(&header)));
    sig(&mut header, 3).validator_address = vec![1; 20];
    assert_eq!(code(world.judge(&header_any(&header))), "absent-not-empty");
}

// Attack 5: powers.

#[test]
fn powers_that_are_not_positive_or_overflow_are_refused() {
    for power in [0, -1, i64::MIN] {
        refused(6, "power-not-positive", |h| h.validator_set.as_mut().expect("made with one").validators[3].voting_power = power);
    }
    refused(6, "validator-set", |h| h.validator_set.as_mut().expect("made with one").validators[0].voting_power = i64::MAX);
}

// Attack 6: small and empty sets, thresholds that round down.

#[test]
fn an_empty_set_is_refused() {
    refused(6, "empty-validator-set", |h| h.validator_set.as_mut().expect("made with one").validators.clear());
    refused(6, "empty-validator-set", |h| h.trusted_validators.as_mut().expect("made with one").validators.clear());
}

#[test]
fn exactly_two_thirds_is_not_a_quorum_for_sets_of_one_to_three() {
    for (n, signing) in [(2, 1), (3, 2)] {
        let world = World::of(members(1, n));
        accepted(world.judge(&header_any(&world.block(6).update_from(&world.trusted))));
        let few = world.block(6).update_with(&world.trusted, |i| if i < signing { Act::Commit } else { Act::Absent });
        assert_eq!(code(world.judge(&header_any(&few))), "insufficient-quorum");
    }
    let world = World::of(members(1, 1));
    let none = world.block(6).update_with(&world.trusted, |_| Act::Absent);
    assert_eq!(code(world.judge(&header_any(&none))), "no-signatures");
}

// Attack 7: height, time, chain.

#[test]
fn heights_that_do_not_grow_are_refused() {
    let world = World::new();
    for height in [5, 4] {
        assert_eq!(code(world.judge(&header_any(&world.block(height).update_from(&world.trusted)))), "height-not-increasing");
    }
}

#[test]
fn time_that_does_not_grow_is_refused() {
    let world = World::new();
    let mut block = world.block(6);
    block.time = world.trusted.time;
    assert_eq!(code(world.judge(&header_any(&block.update_from(&world.trusted)))), "time-not-increasing");
}

#[test]
fn a_header_from_the_future_is_refused_as_temporary_and_accepted_later() {
    let mut world = World::new();
    let mut block = world.block(6);
    block.time = world.now.checked_add_ns(30_000_000_000).expect("not near 2554");
    let message = header_any(&block.update_from(&world.trusted));
    assert_eq!(code(world.judge(&message)), Reason::FROM_FUTURE);
    world.now = world.now.checked_add_ns(1).expect("not near 2554");
    accepted(world.judge(&message));
}

#[test]
fn a_trusted_state_past_the_trusting_period_carries_nothing() {
    let mut world = World::new();
    let message = header_any(&world.block(6).update_from(&world.trusted));
    let period_ns = 14 * 86_400 * 1_000_000_000;
    let end = world.trusted.time.checked_add_ns(period_ns).expect("not near 2554");
    world.now = govhub_types::Time::from_unix_ns(end.unix_ns() - 1);
    accepted(world.judge(&message));
    assert_eq!(world.client.status(&world.states, world.now), Status::Active);
    world.now = end;
    assert_eq!(code(world.judge(&message)), "trusting-period-over");
    assert_eq!(world.client.status(&world.states, world.now), Status::Expired);
}

#[test]
fn another_chains_header_is_refused() {
    let world = World::new();
    let other = Draft::new("hux-1", 6, at_s(6), &world.members);
    assert_eq!(code(world.judge(&header_any(&other.update_from(&world.trusted)))), "chain-id-mismatch");
}

#[test]
fn another_revision_is_refused() {
    let world = World::new();
    let other = Draft::new("hub-2", 6, at_s(6), &world.members);
    assert_eq!(code(world.judge(&header_any(&other.update_from(&world.trusted)))), "revision");
}

#[test]
fn a_trusted_height_that_is_not_stored_is_a_fault_that_names_it() {
    let world = World::new();
    let header = world.block(9).update_from(&world.block(7));
    let fault = world.client.verify_header(&world.states, &header_any(&header), world.now);
    assert_eq!(fault, Err(Fault::NoConsensusState(Height::new(1, 7))));
}

// Attack 8: conflicts with what is stored.

#[test]
fn the_same_header_again_changes_nothing_and_another_at_its_height_is_misbehaviour() {
    let mut world = World::new();
    let block = world.block(6);
    world.believe(&block);
    let again = accepted(world.judge(&header_any(&block.update_from(&world.trusted))));
    assert!(again.consensus_states.is_empty());
    assert_eq!(again.client_state, world.client.encode());
    let mut other = block;
    other.app_hash = vec![8; 32];
    match world.judge(&header_any(&other.update_from(&world.trusted))) {
        Verdict::Misbehaviour(reason) => assert_eq!(reason.code, "conflicting-header"),
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn time_that_runs_backwards_between_stored_headers_is_misbehaviour() {
    let mut world = World::new();
    world.believe(&world.block(9));
    let mut late = world.block(7);
    late.time = at_s(9);
    let mut early = world.block(12);
    early.time = at_s(9);
    for block in [late, early] {
        match world.judge(&header_any(&block.update_from(&world.trusted))) {
            Verdict::Misbehaviour(reason) => assert_eq!(reason.code, "time-conflict"),
            verdict => panic!("{verdict:?}"),
        }
    }
}

// Attack 9: a set change judged by the new set.

#[test]
fn an_adjacent_header_with_a_set_that_was_not_announced_is_refused() {
    let world = World::new();
    let usurped = Draft::new(CHAIN, 6, at_s(6), &members(50, 4));
    assert_eq!(code(world.judge(&header_any(&usurped.update_from(&world.trusted)))), "next-validators-mismatch");
}

#[test]
fn a_skipping_header_signed_by_strangers_alone_is_not_enough_trust() {
    let world = World::new();
    let usurped = Draft::new(CHAIN, 9, at_s(9), &members(50, 4));
    assert!(matches!(world.judge(&header_any(&usurped.update_from(&world.trusted))), Verdict::NotEnoughTrust(tally) if tally.signed == 0));
}

#[test]
fn an_announced_change_of_the_whole_set_is_followed() {
    let mut world = World::new();
    let next = members(50, 4);
    world.trusted.next = next.clone();
    world.believe(&world.trusted.clone());
    accepted(world.judge(&header_any(&Draft::new(CHAIN, 6, at_s(6), &next).update_from(&world.trusted))));
}

// Attack 11: what a relayer says of trust.

#[test]
fn a_trusted_set_other_than_the_stored_hash_is_refused() {
    refused(9, "trusted-validators", |h| h.trusted_validators = Some(raw_set(&members(50, 4))));
}

#[test]
fn a_validator_set_other_than_the_headers_is_refused() {
    refused(6, "validators-hash-mismatch", |h| h.validator_set.as_mut().expect("made with one").validators[0].voting_power = 11);
}

#[test]
fn sets_out_of_order_or_without_their_proposer_are_refused() {
    refused(6, "validator-order", |h| h.validator_set.as_mut().expect("made with one").validators.swap(0, 1));
    refused(6, "proposer-missing", |h| h.trusted_validators.as_mut().expect("made with one").proposer = None);
    refused(6, "proposer-not-in-set", |h| {
        h.validator_set.as_mut().expect("made with one").proposer = raw_set(&members(50, 1)).proposer;
    });
}

// Attack 12: other bytes for the same message.

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    let world = World::new();
    let honest = header_any(&world.block(6).update_from(&world.trusted));
    accepted(world.judge(&honest));
    let unknown_field = [honest.value.clone(), vec![0x78, 1]].concat();
    let twice = [honest.value.clone(), honest.value.clone()].concat();
    for (bytes, expected) in [(unknown_field, "not-canonical"), (twice, "not-canonical"), (honest.value[..honest.value.len() - 1].to_vec(), "malformed")] {
        let bent = ibc_proto::google::protobuf::Any { value: bytes, ..honest.clone() };
        match world.client.verify_header(&world.states, &bent, world.now) {
            Err(Fault::Undecodable(reason)) => assert_eq!(reason.code, expected),
            other => panic!("{other:?}"),
        }
    }
    let mistyped = ibc_proto::google::protobuf::Any { type_url: "/x".into(), ..honest };
    assert!(matches!(world.client.verify_header(&world.states, &mistyped, world.now), Err(Fault::Undecodable(r)) if r.code == "type-url"));
}

// Attack 13: size.

#[test]
fn too_many_bytes_and_too_many_validators_are_refused_before_any_signature() {
    let world = World::new();
    let honest = header_any(&world.block(6).update_from(&world.trusted));
    let long = ibc_proto::google::protobuf::Any { value: vec![0; MAX_HEADER_BYTES + 1], ..honest };
    assert!(matches!(world.client.verify_header(&world.states, &long, world.now), Err(Fault::Undecodable(r)) if r.code == "too-long"));
    refused(6, "too-many-validators", |h| {
        let one = sig(h, 0).clone();
        commit(h).signatures.resize(MAX_VALIDATORS + 1, one);
    });
    refused(6, "too-many-validators", |h| {
        let set = h.trusted_validators.as_mut().expect("made with one");
        let one = set.validators[0].clone();
        set.validators.resize(MAX_VALIDATORS + 1, one);
    });
}

// Attack 14: a statement carried to another chain's client.

#[test]
fn a_commit_signed_for_another_chain_does_not_carry_over() {
    let world = World::new();
    let honest = world.block(6).update_from(&world.trusted);
    let elsewhere = Draft::new("hux-1", 6, at_s(6), &world.members).update_from(&world.trusted);
    let mut header = honest.clone();
    commit(&mut header).signatures = elsewhere.signed_header.expect("made with one").commit.expect("made with one").signatures;
    accepted(world.judge(&header_any(&honest)));
    assert_eq!(code(world.judge(&header_any(&header))), "invalid-signature");
}

// Header.ValidateBasic and Commit.ValidateBasic.

#[test]
fn headers_that_comet_calls_malformed_are_refused() {
    refused(6, "block-protocol", |h| inner(h).version.as_mut().expect("made with one").block = 10);
    refused(6, "proposer-address", |h| inner(h).proposer_address.clear());
    refused(6, "commit-height", |h| commit(h).height = 7);
    refused(6, "commit-length", |h| drop(commit(h).signatures.pop()));
    refused(6, "header-time", |h| inner(h).time = None);
    refused(6, "signed-header-missing", |h| h.signed_header = None);
    refused(6, "trusted-height", |h| h.trusted_height = None);
    refused(6, "signed-header", |h| inner(h).validators_hash = vec![1; 31]);
    refused(6, "commit-for-another-block", |h| inner(h).time = Some(raw_time(at_s(7))));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, ..Default::default() })]

    /// Any one byte changed in an honest message never gives another consensus state, and never panics.
    #[test]
    fn no_changed_byte_changes_what_is_believed(at in 0usize..4096, flip in 1u8..=255) {
        let world = World::new();
        let block = world.block(6);
        let mut message = header_any(&block.update_from(&world.trusted));
        let index = at % message.value.len();
        message.value[index] ^= flip;
        if let Ok(Verdict::Accepted(update)) = world.client.verify_header(&world.states, &message, world.now) {
            proptest::prop_assert_eq!(&update.consensus_states[0].1, &block.consensus_state().encode());
        }
    }
}
