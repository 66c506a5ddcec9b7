//! Validators that a contract names, proved in the state before.

use govhub_lc_core::LightClient;
use govhub_lc_qbft::extra::Vote;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{keys, validator_contract, Blueprint, Chain, Key, State, Transition, VALIDATORS};
use govhub_lc_qbft::Flavour;

use crate::world::{accepted, code, World};

const FLAVOURS: [Flavour; 3] = [Flavour::BesuQbft, Flavour::GoQuorumQbft, Flavour::GoQuorumIbft1];

fn chain(flavour: Flavour) -> Chain {
    let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(flavour, 4) });
    chain.grow_to(3);
    chain
}

/// Accepts the next block with its proofs, and refuses it with them bent.
#[track_caller]
fn refused(expected: &str, bend: impl Fn(&mut raw::Block)) {
    for flavour in FLAVOURS {
        let world = World::new(chain(flavour));
        let mut message = world.offer(&world.chain.draft());
        accepted(world.judge(&message));
        bend(&mut message.blocks[0]);
        assert_eq!(code(world.judge(&message)), expected, "{flavour:?}");
    }
}

#[test]
fn a_chain_whose_contract_swaps_members_is_followed() {
    for flavour in FLAVOURS {
        let mut chain = chain(flavour);
        // One block changes several members; the next is sealed by the new ones.
        let swapped = [&keys(2)[..], &[Key::new(50), Key::new(51), Key::new(52)]].concat();
        chain.name_validators(&swapped);
        chain.grow_to(6);
        let mut world = World::with(chain.clone(), 0, |_| {});
        for number in 1..=6 {
            world.take(&chain.update(number - 1, number));
            let sealed_by = chain.made(number - 1).next.clone();
            assert_eq!(world.client.authority().validators(), sealed_by, "shown: who sealed block {number}");
        }
        assert_eq!(world.client.trust_class().n, 5);
        let mut again = World::with(chain.clone(), 0, |_| {});
        again.take(&chain.update(0, 6));
        assert_eq!(again.state_at(6), world.state_at(6));
    }
}

#[test]
fn the_set_is_that_of_the_state_before_and_not_of_the_same_block() {
    for flavour in FLAVOURS {
        let mut chain = chain(flavour);
        let others: Vec<Key> = (50..54).map(Key::new).collect();
        chain.name_validators(&others);
        let draft = chain.draft(); // its state names the others
        let world = World::new(chain.clone());
        accepted(world.judge(&world.offer(&draft)));
        assert_eq!(code(world.judge(&world.offer_by(&draft, &others))), "unknown-signer");
        chain.push(&draft);
        let world = World::new(chain.clone());
        let next = chain.draft();
        accepted(world.judge(&world.offer_by(&next, &others)));
        let mut old = next.clone();
        old.proposer = keys(4)[0];
        assert!(matches!(code(world.judge(&world.offer_by(&old, &keys(4)))), "unknown-signer" | "proposer"));
    }
}

#[test]
fn without_or_with_other_proofs_the_set_is_not_known() {
    refused("proof-node-missing", |block| block.contract_account_nodes.clear());
    refused("proof-node-missing", |block| block.contract_storage_nodes.clear());
    refused("proof-node-missing", |block| drop(block.contract_storage_nodes.pop()));
    refused("proof-extra-node", |block| block.contract_storage_nodes.push(vec![0x80]));
    refused("proof-extra-node", |block| {
        let again = block.contract_storage_nodes[0].clone();
        block.contract_storage_nodes.push(again);
    });
    refused("proof-hash", |block| block.contract_storage_nodes.swap(0, 1));
    refused("proof-hash", |block| block.contract_storage_nodes[1][3] ^= 1);
    refused("proof-hash", |block| block.contract_account_nodes[0][3] ^= 1);
}

#[test]
fn another_state_another_contract_or_other_code_is_refused() {
    // A genuine proof of a state that a later block has.
    for flavour in FLAVOURS {
        let mut chain = chain(flavour);
        chain.name_validators(&[Key::new(50)]);
        chain.grow_to(5);
        let world = World::with(chain.clone(), 3, |_| {});
        let mut message = chain.update(3, 4);
        message.blocks[0].contract_account_nodes = chain.block(5).contract_account_nodes;
        assert_eq!(code(world.judge(&message)), "proof-hash");
        let message = chain.update(3, 4);
        accepted(world.judge(&message));
        let other_code = World::with(chain.clone(), 3, |state| state.validator_contract.as_mut().expect("set").code_hash[0] ^= 1);
        assert_eq!(code(other_code.judge(&message)), "code-hash");
        let other_address = World::with(chain.clone(), 3, |state| state.validator_contract.as_mut().expect("set").address[0] ^= 1);
        assert!(matches!(code(other_address.judge(&message)), "account-absent" | "proof-node-missing" | "proof-extra-node"));
        let other_slot = World::with(chain, 3, |state| state.validator_contract.as_mut().expect("set").array_slot[31] = 9);
        assert!(matches!(code(other_slot.judge(&message)), "contract-list" | "proof-hash" | "proof-node-missing" | "proof-extra-node"));
    }
}

#[test]
fn a_list_that_is_no_list_of_validators_is_refused() {
    let bends: [(&str, fn(&mut State)); 6] = [
        ("is empty", |state| state.store(VALIDATORS, [0; 32], [0; 32])),
        ("is endless", |state| state.store(VALIDATORS, [0; 32], [0xff; 32])),
        ("has 257", |state| {
            let mut length = [0; 32];
            length[30..].copy_from_slice(&257u16.to_be_bytes());
            state.store(VALIDATORS, [0; 32], length);
        }),
        ("has more than addresses in it", |state| {
            let slot = validator_contract().element_slots(1).next().expect("one");
            state.store(VALIDATORS, slot, [1; 32]);
        }),
        ("has the zero address in it", |state| {
            let slot = validator_contract().element_slots(1).next().expect("one");
            state.store(VALIDATORS, slot, [0; 32]);
        }),
        ("names one twice", |state| {
            let one = keys(1)[0].address();
            state.store_validators(&validator_contract(), &[one, one, keys(3)[2].address()]);
        }),
    ];
    for (what, bend) in bends {
        let mut chain = chain(Flavour::BesuQbft);
        let draft = {
            bend(&mut chain.state);
            chain.draft()
        };
        // The block that writes it is fine; nobody can be in charge of the next.
        let mut world = World::new(chain.clone());
        world.take(&world.offer(&draft));
        let root = chain.state.root();
        let header = chain.draft().sealed_by(&keys(4));
        let block = raw::Block {
            header,
            contract_account_nodes: chain.state.prove_account(&VALIDATORS),
            contract_storage_nodes: chain.state.prove_validators(&validator_contract(), if what == "is empty" || what.contains("endless") || what.contains("257") { 0 } else if what.contains("twice") { 3 } else { 4 }),
        };
        let mut message = raw::Header { trusted_height: 4, trusted_authority: None, blocks: vec![block], account_nodes: Vec::new() };
        // Number, parent and time of the block after the one that was taken.
        let mut next = chain.draft();
        next.items[8] = vec![5];
        next.items[0] = draft.block_hash().to_vec();
        next.set_timestamp(govhub_lc_qbft::testing::GENESIS_S + 5);
        message.blocks[0].header = next.sealed_by(&keys(4));
        assert_eq!(world.state_at(4).state_root, root);
        assert_eq!(code(world.judge(&message)), "contract-list", "{what}");
    }
}

#[test]
fn a_list_in_the_header_or_a_vote_is_refused_where_a_contract_decides() {
    for flavour in FLAVOURS {
        let world = World::new(chain(flavour));
        let mut draft = world.chain.draft();
        accepted(world.judge(&world.offer(&draft)));
        draft.extra.validators = vec![Key::new(99).address()];
        assert_eq!(code(world.judge(&world.offer(&draft))), "list-mode");
    }
    let world = World::new(chain(Flavour::BesuQbft));
    let mut draft = world.chain.draft();
    draft.set_vote(Some(Vote { candidate: [5; 20], add: true }));
    assert_eq!(code(world.judge(&world.offer(&draft))), "vote-in-contract-mode");
    // GoQuorum's nodes let a proposer vote; it counts for nothing.
    let mut world = World::new(chain(Flavour::GoQuorumQbft));
    let mut draft = world.chain.draft();
    draft.set_vote(Some(Vote { candidate: [5; 20], add: true }));
    world.take(&world.offer(&draft));
    assert_eq!(world.client.authority().votes().count(), 0);
}

#[test]
fn a_chain_that_hands_over_from_votes_to_a_contract_is_followed_over_the_change() {
    for flavour in FLAVOURS {
        let mut chain = Chain::found(Blueprint { transitions: vec![Transition::Contract(5)], ..Blueprint::new(flavour, 4) });
        chain.vote(keys(4)[0], Key::new(50).address(), true);
        let named = [&keys(3)[..], &[Key::new(51), Key::new(52)]].concat();
        chain.name_validators(&named);
        chain.grow_to(9);
        let mut world = World::with(chain.clone(), 0, |_| {});
        for number in 1..=9 {
            world.take(&chain.update(number - 1, number));
        }
        assert_eq!(world.client.trust_class().n, 5, "{flavour:?}");
        let first = if flavour == Flavour::BesuQbft { 5 } else { 6 };
        let lists = |number: u64| !chain.block(number).contract_account_nodes.is_empty();
        assert_eq!((lists(first - 1), lists(first)), (false, true), "{flavour:?}");
    }
}

#[test]
fn besu_hands_back_from_a_contract_to_votes_with_a_set_that_is_told() {
    let others: Vec<Key> = (60..63).map(Key::new).collect();
    let mut addresses: Vec<_> = others.iter().map(Key::address).collect();
    addresses.sort_unstable();
    let transitions = vec![Transition::Validators(6, addresses.clone())];
    let mut chain = Chain::found(Blueprint { by_contract: true, transitions, ..Blueprint::new(Flavour::BesuQbft, 4) });
    others.iter().for_each(|key| chain.know(*key));
    chain.grow_to(9);
    let mut world = World::with(chain.clone(), 0, |_| {});
    world.take(&chain.update(0, 9));
    assert_eq!(world.client.authority().validators(), addresses);
}

#[test]
fn a_large_list_is_proved_with_shared_nodes() {
    let mut chain = Chain::found(Blueprint { by_contract: true, ..Blueprint::new(Flavour::BesuQbft, 100) });
    chain.grow_to(2);
    let mut world = World::with(chain.clone(), 0, |_| {});
    world.take(&chain.update(0, 2));
    let nodes = chain.block(2).contract_storage_nodes.len();
    assert!((101..200).contains(&nodes), "{nodes} nodes for 101 slots");
}
