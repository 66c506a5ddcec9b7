//! Evidence: two runs that contradict each other, each convincing on its own; bent, it proves nothing.

use govhub_lc_core::{Fault, LightClient, Status, Verdict};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{misbehaviour_any, Chain};
use govhub_lc_qbft::{ClientState, Flavour, MISBEHAVIOUR_URL};
use ibc_proto::google::protobuf::Any;

use crate::world::{at_s, code, misbehaviour, World};

fn check(world: &World, one: raw::Header, two: raw::Header) -> Verdict {
    let evidence = misbehaviour_any(one, two);
    let by_name = world.client.check_misbehaviour(&world.states, &evidence, world.now).expect("decodable");
    let as_header = world.client.verify_header(&world.states, &evidence, world.now).expect("decodable");
    assert_eq!(by_name, as_header, "evidence is judged alike wherever it is submitted");
    by_name
}

/// Two chains that part after block 5, and a client that believes block 5.
fn parted(flavour: Flavour) -> (World, Chain, Chain) {
    let mut chain = Chain::new(flavour, 4);
    chain.grow_to(5);
    let mut fork = chain.clone();
    let world = World::new(chain.clone());
    chain.grow_to(9);
    fork.store(b"path", b"value");
    fork.grow_to(9);
    (world, chain, fork)
}

#[test]
fn two_blocks_of_one_number_are_a_fork_right_away_or_further_on() {
    for flavour in Flavour::ALL {
        let (world, chain, fork) = parted(flavour);
        for to in [6, 9] {
            assert_eq!(misbehaviour(check(&world, chain.update(5, to), fork.update(5, to))), "fork", "{flavour:?}");
            assert_eq!(misbehaviour(check(&world, fork.update(5, to), chain.update(5, to))), "fork");
        }
        // One end just above the other, and of another parent.
        assert_eq!(misbehaviour(check(&world, chain.update(5, 7), fork.update(5, 8))), "fork");
        // Further apart they may be of one chain as far as one can see.
        assert_eq!(code(check(&world, chain.update(5, 6), fork.update(5, 9))), "no-conflict");
    }
}

#[test]
fn the_same_block_is_no_fork_whatever_seals_or_round_it_bears() {
    for flavour in Flavour::ALL {
        let (world, chain, _) = parted(flavour);
        let mut draft = chain.draft_after(5);
        let keys = chain.in_charge_after(5);
        let first = chain.offer(5, draft.sealed_by(&keys[..3]));
        assert_eq!(code(check(&world, first.clone(), first.clone())), "no-conflict");
        assert_eq!(code(check(&world, first.clone(), chain.offer(5, draft.sealed_by(&keys[1..])))), "no-conflict");
        if flavour != Flavour::GoQuorumIbft1 {
            draft.extra.round = 2;
            assert_eq!(code(check(&world, first, chain.offer(5, draft.sealed_by(&keys)))), "no-conflict");
        }
    }
}

#[test]
fn evidence_that_does_not_convince_proves_nothing() {
    for flavour in Flavour::ALL {
        let (mut world, chain, fork) = parted(flavour);
        let honest = chain.update(5, 6);
        let draft = fork.draft_after(5);
        let keys = chain.in_charge_after(5);
        let weak = chain.offer(5, draft.sealed_by(&keys[..2]));
        assert_eq!(code(check(&world, honest.clone(), weak)), "insufficient-quorum");
        let mut orphan = draft.clone();
        orphan.items[0][0] ^= 1;
        assert_eq!(code(check(&world, honest.clone(), chain.offer(5, orphan.sealed_by(&keys)))), "wrong-parent");
        let other = Chain::new(flavour, 7);
        let mut usurped = other.update(0, 0);
        usurped.blocks = vec![raw::Block { header: other.draft().sealed_by(&other.in_charge()), ..Default::default() }];
        usurped.trusted_height = 5;
        usurped.account_nodes.clear();
        assert_eq!(code(check(&world, honest.clone(), usurped)), "trusted-authority");
        assert_eq!(misbehaviour(check(&world, honest.clone(), fork.update(5, 6))), "fork");
        world.now = at_s(5 + 14 * 86_400);
        assert_eq!(code(check(&world, honest, fork.update(5, 6))), "trusting-period-over");
    }
}

#[test]
fn evidence_lacking_a_run_or_a_stored_block_says_so() {
    let (world, chain, fork) = parted(Flavour::BesuQbft);
    let half = Any { type_url: MISBEHAVIOUR_URL.into(), value: vec![] };
    assert_eq!(code(world.client.check_misbehaviour(&world.states, &half, world.now).expect("decodable")), "header-missing");
    let evidence = misbehaviour_any(chain.update(5, 6), fork.update(6, 7));
    let fault = world.client.check_misbehaviour(&world.states, &evidence, world.now);
    assert_eq!(fault, Err(Fault::NoConsensusState(govhub_lc_qbft::height(6))));
}

#[test]
fn old_blocks_convict_as_long_as_the_one_before_is_stored() {
    let (mut world, chain, fork) = parted(Flavour::GoQuorumQbft);
    world.take(&chain.update(5, 9));
    assert_eq!(misbehaviour(check(&world, chain.update(5, 6), fork.update(5, 6))), "fork");
}

#[test]
fn a_frozen_client_says_so_and_freezing_twice_is_freezing_once() {
    let (world, _, _) = parted(Flavour::BesuIbft2);
    assert_eq!(world.client.status(&world.states, world.now), Status::Active);
    let frozen = ClientState::decode(&world.client.freeze()).expect("ours");
    assert_eq!(frozen.status(&world.states, world.now), Status::Frozen);
    assert_eq!(frozen.freeze(), world.client.freeze());
    assert_eq!(frozen.parameters(), world.client.parameters());
}
