//! Headers that skip others: on Besu alone, where whoever seals has checked the list; and only as far as the trusted set is known.

use govhub_lc_core::Verdict;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{keys, Blueprint, Chain, Key};
use govhub_lc_qbft::{ClientState, Flavour};

use crate::world::{accepted, code, misbehaviour, World};

const BESU: [Flavour; 2] = [Flavour::BesuQbft, Flavour::BesuIbft2];

fn half() -> Option<raw::Fraction> {
    Some(raw::Fraction { numerator: 1, denominator: 2 })
}

/// A client that may skip, with more than half of the set that it trusts.
fn world(chain: &Chain, number: u64) -> World {
    World::with(chain.clone(), number, |state| state.skip_level = half())
}

/// A chain of four in which `replaced` of the first four leave for others, one after another, from block 1 on.
fn turning(flavour: Flavour, replaced: usize) -> Chain {
    let mut chain = Chain::found(Blueprint { epoch_length: 100, ..Blueprint::new(flavour, 4) });
    let mut members = keys(4);
    for index in 0..replaced {
        let joining = Key::new(50 + index as u64);
        chain.know(joining);
        for voter in members.clone().into_iter().take(3) {
            chain.vote(voter, joining.address(), true);
        }
        let leaving = members.remove(0);
        members.push(joining);
        for voter in members.clone().into_iter().take(3) {
            chain.vote(voter, leaving.address(), false);
        }
    }
    chain
}

#[test]
fn headers_are_skipped_within_one_set_and_over_a_change_of_less_than_half() {
    for flavour in BESU {
        for replaced in [0, 1] {
            let mut chain = turning(flavour, replaced);
            let far = chain.newest() + 9;
            chain.grow_to(far);
            let mut world = world(&chain, 0);
            // All four seal, so that three of the old set do.
            let draft = chain.draft();
            let mut message = chain.skip(0, far);
            message.blocks[0].header = draft.sealed_by(&chain.in_charge());
            message.account_nodes.clear();
            world.take(&message);
            assert_eq!(world.newest(), far + 1);
            assert!(world.client.authority().votes_unknown());
        }
    }
}

#[test]
fn half_of_the_trusted_set_or_less_is_not_enough_trust() {
    for flavour in BESU {
        let mut chain = turning(flavour, 2);
        chain.grow_to(chain.newest() + 3);
        let newest = chain.newest();
        match world(&chain, 0).judge(&chain.skip(0, newest)) {
            Verdict::NotEnoughTrust(tally) => {
                assert!(tally.signed <= 2 && tally.total == 4);
                assert_eq!((tally.needed_num, tally.needed_den), (1, 2));
            }
            other => panic!("{other:?}"),
        }
        // A stranger's list and seals.
        let mut usurpers: Vec<Key> = (100..108).map(Key::new).collect();
        usurpers.sort_unstable_by_key(Key::address);
        let mut draft = chain.draft();
        draft.extra.validators = usurpers.iter().map(Key::address).collect();
        draft.proposer = usurpers[0];
        draft.items[2] = usurpers[0].address().to_vec();
        let mut message = chain.skip(0, newest);
        message.blocks[0].header = draft.sealed_by(&usurpers);
        message.account_nodes.clear();
        assert!(matches!(world(&chain, 0).judge(&message), Verdict::NotEnoughTrust(tally) if tally.signed == 0));
    }
}

#[test]
fn a_skipped_to_header_needs_its_own_sets_quorum_and_its_proposer_in_it() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(9);
    let world = world(&chain, 0);
    let message = |draft: &govhub_lc_qbft::testing::Draft, signers: &[Key]| {
        let mut message = chain.skip(0, 9);
        message.blocks[0].header = draft.sealed_by(signers);
        message.account_nodes.clear();
        message
    };
    let (draft, keys) = (chain.draft(), chain.in_charge());
    accepted(world.judge(&message(&draft, &keys[..3])));
    assert_eq!(code(world.judge(&message(&draft, &keys[..2]))), "insufficient-quorum");
    let mut bent = draft.clone();
    bent.items[2] = vec![5; 20];
    assert_eq!(code(world.judge(&message(&bent, &keys))), "proposer");
    let mut bent = draft.clone();
    bent.extra.validators.reverse();
    assert_eq!(code(world.judge(&message(&bent, &keys))), "validators-not-sorted");
    bent.extra.validators.clear();
    assert_eq!(code(world.judge(&message(&bent, &keys))), "validators-not-sorted");
}

#[test]
fn only_the_first_header_of_a_run_may_skip_and_none_goes_back() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(12);
    let world = world(&chain, 5);
    let mut message = chain.skip(5, 9);
    message.blocks.push(chain.block(10));
    message.account_nodes.clear();
    accepted(world.judge(&message));
    message.blocks[1] = chain.block(11);
    assert_eq!(code(world.judge(&message)), "number");
    assert_eq!(code(world.judge(&chain.skip(5, 4))), "number");
}

#[test]
fn after_a_skip_every_header_goes_by_its_list_until_the_next_epoch_block() {
    for flavour in BESU {
        let mut chain = Chain::found(Blueprint { epoch_length: 20, ..Blueprint::new(flavour, 4) });
        let candidate = Key::new(50);
        chain.know(candidate);
        chain.grow_to(3);
        // Two votes in headers that are skipped; the third, which passes, comes after.
        for voter in &keys(4)[..2] {
            chain.vote(*voter, candidate.address(), true);
        }
        chain.grow_to(8);
        chain.vote(keys(4)[2], candidate.address(), true);
        chain.grow_to(25);
        let mut world = world(&chain, 0);
        world.take(&chain.skip(0, 7));
        for number in 8..20 {
            world.take(&chain.update_by_client(&world.client, number - 1, number));
            assert!(world.client.authority().votes_unknown(), "block {number}");
        }
        assert_eq!(world.client.authority().validators().len(), 5, "the vote that passed is in the lists");
        world.take(&chain.update_by_client(&world.client, 19, 20));
        assert!(!world.client.authority().votes_unknown());
        assert_eq!(world.client.authority().to_raw(), chain.authority(20));
        world.take(&chain.update(20, 25));
    }
}

#[test]
fn goquorum_and_contracts_never_skip() {
    for flavour in [Flavour::GoQuorumQbft, Flavour::GoQuorumIbft1] {
        let mut chain = Chain::new(flavour, 4);
        chain.grow_to(9);
        let mut state = chain.client_state(0);
        state.skip_level = half();
        assert_eq!(ClientState::from_raw(state).expect_err("its nodes check no list").code, "skip-level");
        assert_eq!(code(World::with(chain.clone(), 0, |_| {}).judge(&chain.skip(0, 9))), "number");
    }
    let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(Flavour::BesuQbft, 4) });
    chain.grow_to(9);
    let mut state = chain.client_state(0);
    state.skip_level = half();
    assert_eq!(ClientState::from_raw(state).expect_err("no list to believe").code, "skip-level");
}

#[test]
fn skipping_is_off_unless_governance_says_otherwise() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(9);
    assert_eq!(code(World::with(chain.clone(), 0, |_| {}).judge(&chain.skip(0, 9))), "number");
    accepted(world(&chain, 0).judge(&chain.skip(0, 9)));
}

#[test]
fn a_skip_that_contradicts_what_is_stored_freezes() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(5);
    let mut fork = chain.clone();
    chain.grow_to(12);
    fork.store(b"path", b"value");
    fork.grow_to(12);
    let mut world = world(&chain, 0);
    world.take(&chain.skip(0, 8));
    // The child of another block 8; another block 8; and a later block with an earlier time.
    assert_eq!(misbehaviour(world.judge(&fork.skip(0, 9))), "conflicting-header");
    assert_eq!(misbehaviour(world.judge(&fork.skip(0, 8))), "conflicting-header");
    let mut draft = fork.draft_after(10);
    draft.set_timestamp(chain.made(7).timestamp);
    let mut message = fork.skip(0, 11);
    message.blocks[0].header = draft.sealed_by(&fork.in_charge());
    message.account_nodes.clear();
    assert_eq!(misbehaviour(world.judge(&message)), "time-conflict");
    let mut draft = fork.draft_after(6);
    draft.set_timestamp(chain.made(8).timestamp);
    message.blocks[0].header = draft.sealed_by(&fork.in_charge());
    assert_eq!(misbehaviour(world.judge(&message)), "time-conflict");
    // The honest chain in the same places.
    for number in [7, 9, 11] {
        accepted(world.judge(&chain.skip(0, number)));
    }
}
