//! Headers of every flavour: the honest twin is accepted, the header with one thing bent is refused for that thing.

use govhub_lc_core::{CheckOutcome, Fault, LightClient, Reason, Status, TrustKind};
use govhub_lc_qbft::testing::{header_any, Blueprint, Chain, Draft, Key};
use govhub_lc_qbft::{height, ClientState, Flavour, CHECKS, MAX_BLOCKS, MAX_HEADER_BYTES};

use crate::world::{accepted, at_s, code, World};

/// A chain of four with five blocks.
fn world(flavour: Flavour) -> World {
    let mut chain = Chain::new(flavour, 4);
    chain.grow_to(5);
    World::new(chain)
}

/// Accepts the honest next block of every flavour, and refuses it bent before it is sealed, with exactly `expected`.
#[track_caller]
fn refused(expected: &str, bend: impl Fn(&mut Draft)) {
    for flavour in Flavour::ALL {
        refused_in(flavour, expected, &bend);
    }
}

#[track_caller]
fn refused_in(flavour: Flavour, expected: &str, bend: impl Fn(&mut Draft)) {
    let world = world(flavour);
    let mut draft = world.chain.draft();
    accepted(world.judge(&world.offer(&draft)));
    bend(&mut draft);
    assert_eq!(code(world.judge(&world.offer(&draft))), expected, "{flavour:?}");
}

/// Accepts the honest next block of every flavour, and refuses its bytes bent afterwards.
#[track_caller]
fn bytes_refused(expected: &str, bend: impl Fn(&mut Vec<u8>)) {
    for flavour in Flavour::ALL {
        let world = world(flavour);
        let mut message = world.offer(&world.chain.draft());
        accepted(world.judge(&message));
        bend(&mut message.blocks[0].header);
        assert_eq!(code(world.judge(&message)), expected, "{flavour:?}");
    }
}

#[test]
fn a_chain_of_each_flavour_is_followed_one_by_one_and_in_runs() {
    for flavour in Flavour::ALL {
        let mut chain = Chain::new(flavour, 4);
        chain.grow_to(40);
        let mut world = World::with(chain.clone(), 0, |_| {});
        for number in 1..=20 {
            let update = world.take(&chain.update(number - 1, number));
            assert_eq!(update.consensus_states, vec![(height(number), chain.consensus_state(number).encode())]);
            let names: Vec<_> = update.checks.iter().map(|check| check.name).collect();
            assert_eq!(names, CHECKS);
            assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
            let trust = update.trust.expect("shown");
            assert_eq!((trust.kind, trust.n, trust.f), (TrustKind::BftQuorum, 4, 1));
        }
        let update = world.take(&chain.update(20, 40));
        assert_eq!(update.consensus_states.len(), 1, "a run leaves its last block");
        assert_eq!(world.state_at(40), chain.consensus_state(40));
    }
}

#[test]
fn headers_with_the_items_of_every_fork_are_hashed_whole() {
    for items in 15..=21 {
        for flavour in [Flavour::BesuQbft, Flavour::BesuIbft2] {
            let mut chain = Chain::found(Blueprint { items, ..Blueprint::new(flavour, 4) });
            chain.grow_to(3);
            let mut world = World::with(chain.clone(), 0, |_| {});
            world.take(&chain.update(0, 3));
            // An item more or less than governance allows is not followed, however well sealed.
            let mut draft = chain.draft();
            let next = (items < 21).then(|| Chain::found(Blueprint { items: items + 1, ..chain.blueprint.clone() }).draft().items[items].clone());
            draft.items.push(next.unwrap_or_default());
            assert_eq!(code(world.judge(&world.offer(&draft))), "header-items");
            draft.items.truncate(items - 1);
            assert_eq!(code(world.judge(&world.offer(&draft))), "header-items");
            // A fork ahead is followed once governance allows for it.
            if items < 21 {
                let both = World::with(chain.clone(), 3, |state| state.header_items = vec![items as u32, items as u32 + 1]);
                let later = Chain::found(Blueprint { items: items + 1, ..chain.blueprint.clone() }).draft();
                draft.items = chain.draft().items;
                draft.items.push(later.items[items].clone());
                accepted(both.judge(&both.offer(&draft)));
            }
        }
    }
}

#[test]
fn an_item_of_a_later_fork_that_is_bent_after_sealing_is_noticed() {
    let mut chain = Chain::found(Blueprint { items: 21, ..Blueprint::new(Flavour::BesuQbft, 4) });
    chain.grow_to(1);
    let world = World::new(chain);
    let mut message = world.offer(&world.chain.draft());
    accepted(world.judge(&message));
    *message.blocks[0].header.last_mut().expect("not empty") ^= 1;
    assert_eq!(code(world.judge(&message)), "unknown-signer");
}

#[test]
fn one_operator_and_two_and_three_are_followed_and_shown_without_fault_tolerance() {
    for (n, shown) in [(1, "n=1, f=0, single operator, no fault tolerance"), (2, "n=2, f=0, no fault tolerance"), (3, "n=3, f=0, no fault tolerance"), (4, "n=4, f=1")] {
        let mut chain = Chain::new(Flavour::BesuQbft, n);
        chain.grow_to(1);
        let mut world = World::with(chain.clone(), 0, |_| {});
        let trust = world.take(&chain.update(0, 1)).trust.expect("shown");
        assert_eq!(trust.to_string(), format!("BFT quorum, {shown}"));
        assert_eq!(world.client.trust_class(), trust);
    }
}

// Numbers, parents, time.

#[test]
fn a_block_that_is_not_the_next_one_is_refused() {
    refused("number", |draft| draft.items[8] = vec![7]);
    refused("number", |draft| draft.items[8] = vec![5]);
    refused("number", |draft| draft.items[8] = vec![]);
}

#[test]
fn a_block_of_another_parent_is_refused_though_a_quorum_sealed_it() {
    refused("wrong-parent", |draft| draft.items[0][31] ^= 1);
}

#[test]
fn time_must_grow() {
    refused("time-not-increasing", |draft| draft.set_timestamp(at_s(5).unix_s()));
    refused("time-not-increasing", |draft| draft.set_timestamp(at_s(4).unix_s()));
    refused("time-not-increasing", |draft| draft.set_timestamp(0));
}

#[test]
fn a_header_from_beyond_the_drift_must_wait() {
    refused(Reason::FROM_FUTURE, |draft| draft.set_timestamp(at_s(3600 + 31).unix_s()));
    refused(Reason::FROM_FUTURE, |draft| draft.set_timestamp(u64::MAX));
    let world = world(Flavour::BesuQbft);
    let mut draft = world.chain.draft();
    draft.set_timestamp(at_s(3600 + 30).unix_s());
    accepted(world.judge(&world.offer(&draft)));
}

#[test]
fn nothing_follows_from_a_block_whose_trusting_period_is_over() {
    let mut world = world(Flavour::GoQuorumQbft);
    let message = world.offer(&world.chain.draft());
    world.now = at_s(5 + 14 * 86_400 - 1);
    accepted(world.judge(&message));
    assert_eq!(world.client.status(&world.states, world.now), Status::Active);
    world.now = at_s(5 + 14 * 86_400);
    assert_eq!(code(world.judge(&message)), "trusting-period-over");
    assert_eq!(world.client.status(&world.states, world.now), Status::Expired);
    assert_eq!(world.client.expires_at(&world.states), Some(world.now));
}

#[test]
fn a_trusted_block_that_is_not_stored_is_named() {
    let world = world(Flavour::BesuQbft);
    let mut message = world.offer(&world.chain.draft());
    message.trusted_height = 4;
    let fault = world.client.verify_header(&world.states, &header_any(&message), world.now);
    assert_eq!(fault, Err(Fault::NoConsensusState(height(4))));
}

// Constants and bytes.

#[test]
fn what_must_be_constant_is() {
    refused("difficulty", |draft| draft.items[7] = vec![2]);
    refused("difficulty", |draft| draft.items[7] = vec![]);
    refused("mix-hash", |draft| draft.items[13] = vec![0; 32]);
    refused("uncles-hash", |draft| draft.items[1][0] ^= 1);
}

#[test]
fn strings_of_other_lengths_and_numbers_with_leading_zeros_are_refused() {
    for place in [0, 1, 2, 3, 4, 5, 6, 13, 14] {
        refused("header-rlp", |draft| { draft.items[place].pop(); });
        refused("header-rlp", |draft| draft.items[place].push(0));
    }
    for place in [7, 8, 9, 10, 11] {
        refused("header-rlp", |draft| draft.items[place].insert(0, 0));
        refused("header-rlp", |draft| draft.items[place] = vec![1; 33]);
    }
}

#[test]
fn bytes_after_before_or_missing_from_a_header_are_refused() {
    bytes_refused("header-rlp", |header| header.push(0));
    bytes_refused("header-rlp", |header| { header.pop(); });
    bytes_refused("header-rlp", |header| header.clear());
    bytes_refused("header-rlp", |header| header.insert(0, 0));
    bytes_refused("header-rlp", |header| header.resize(32 * 1024 + 1, 0));
    // The list's length with a leading zero.
    bytes_refused("header-rlp", |header| {
        header[0] = 0xfa;
        header.insert(1, 0);
    });
}

#[test]
fn extra_data_of_another_protocol_is_refused_by_its_codec() {
    for flavour in Flavour::ALL {
        for other in Flavour::ALL {
            let reads_alike = flavour == other || [flavour, other].iter().all(|f| matches!(f, Flavour::BesuQbft | Flavour::GoQuorumQbft));
            if reads_alike {
                continue;
            }
            let world = world(flavour);
            let mut draft = world.chain.draft();
            draft.flavour = other;
            if other == Flavour::GoQuorumIbft1 {
                draft.extra.proposer_seal = Some([0; 65]);
            }
            assert_eq!(code(world.judge(&world.offer(&draft))), "extra-data", "{other:?} under {flavour:?}");
        }
    }
}

#[test]
fn an_ibft1_nonce_that_is_no_vote_is_refused() {
    refused_in(Flavour::GoQuorumIbft1, "nonce", |draft| draft.items[14][0] = 1);
}

#[test]
fn an_ibft1_block_without_its_proposers_seal_is_refused() {
    let world = world(Flavour::GoQuorumIbft1);
    let mut draft = world.chain.draft();
    // Sealed by a stranger in the proposer's place.
    draft.proposer = Key::new(99);
    assert_eq!(code(world.judge(&world.offer(&draft))), "proposer");
    draft.extra.proposer_seal = Some([0; 65]);
    assert_eq!(code(world.judge(&world.offer(&draft))), "seal-unrecoverable");
}

// Lists and proposers.

#[test]
fn a_proposer_who_is_no_validator_is_refused() {
    for flavour in [Flavour::BesuQbft, Flavour::BesuIbft2, Flavour::GoQuorumQbft] {
        refused_in(flavour, "proposer", |draft| draft.items[2] = Key::new(99).address().to_vec());
    }
}

#[test]
fn besu_headers_with_a_false_list_are_refused() {
    for flavour in [Flavour::BesuQbft, Flavour::BesuIbft2] {
        refused_in(flavour, "validator-list", |draft| { draft.extra.validators.pop(); });
        refused_in(flavour, "validator-list", |draft| draft.extra.validators[3] = [0xff; 20]);
        refused_in(flavour, "validators-not-sorted", |draft| draft.extra.validators.reverse());
        refused_in(flavour, "validators-not-sorted", |draft| draft.extra.validators[1] = draft.extra.validators[0]);
        refused_in(flavour, "list-mode", |draft| draft.extra.validators.clear());
    }
}

#[test]
fn goquorum_headers_with_a_false_list_are_followed_recorded_and_never_adopted() {
    for flavour in [Flavour::GoQuorumQbft, Flavour::GoQuorumIbft1] {
        let mut world = world(flavour);
        let true_set = world.client.authority().validators().to_vec();
        let bends: [fn(&mut Draft); 3] = [
            |draft| draft.extra.validators[3] = [0xff; 20],
            |draft| draft.extra.validators.reverse(),
            |draft| draft.extra.validators = vec![Key::new(99).address()],
        ];
        for (index, bend) in bends.iter().enumerate() {
            let mut draft = world.chain.draft();
            bend(&mut draft);
            let proposer = draft.proposer.address();
            world.chain.push(&draft);
            let number = world.chain.newest();
            world.take(&world.chain.update(number - 1, number));
            let alarm = world.client.raw().list_alarm.clone().expect("recorded");
            assert_eq!((alarm.count, alarm.number, alarm.proposer), (index as u64 + 1, number, proposer.to_vec()));
            assert_eq!(world.client.authority().validators(), true_set);
        }
        // What only the liar's set sealed is refused.
        let stranger = Key::new(99);
        let mut draft = world.chain.draft();
        draft.extra.validators = vec![stranger.address()];
        assert_eq!(code(world.judge(&world.offer_by(&draft, &[stranger]))), "unknown-signer");
        // An empty list says that the operators changed who decides.
        draft.extra.validators.clear();
        assert_eq!(code(world.judge(&world.offer(&draft))), "list-mode");
    }
}

#[test]
fn a_false_list_is_counted_once_however_often_its_block_is_offered() {
    let mut world = world(Flavour::GoQuorumQbft);
    let mut draft = world.chain.draft();
    draft.extra.validators.reverse();
    world.chain.push(&draft);
    world.take(&world.chain.update(5, 6));
    world.chain.grow_to(8);
    world.take(&world.chain.update(5, 8));
    world.take(&world.chain.update(6, 7));
    assert_eq!(world.client.raw().list_alarm.as_ref().map(|alarm| alarm.count), Some(1));
}

#[test]
fn a_client_that_refuses_false_lists_stops_at_one() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(5);
    let world = World::with(chain, 5, |state| state.false_list = 1);
    let mut draft = world.chain.draft();
    accepted(world.judge(&world.offer(&draft)));
    draft.extra.validators[3] = [0xff; 20];
    assert_eq!(code(world.judge(&world.offer(&draft))), "validator-list");
}

// Runs.

#[test]
fn a_run_with_one_bent_block_is_refused_whole() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(10);
    let world = World::with(chain.clone(), 0, |_| {});
    let honest = chain.update(0, 10);
    accepted(world.judge(&honest));
    let mut message = honest.clone();
    message.blocks.remove(4);
    assert_eq!(code(world.judge(&message)), "number");
    let mut message = honest.clone();
    message.blocks.swap(3, 4);
    assert_eq!(code(world.judge(&message)), "number");
    let mut message = honest.clone();
    message.blocks[9].header = chain.draft_after(9).sealed_by(&chain.in_charge()[..2]);
    assert_eq!(code(world.judge(&message)), "insufficient-quorum");
    let mut message = honest;
    message.blocks.clear();
    assert_eq!(code(world.judge(&message)), "block-count");
}

#[test]
fn messages_are_bounded_canonical_and_of_their_type() {
    let mut chain = Chain::new(Flavour::BesuQbft, 1);
    chain.grow_to(MAX_BLOCKS as u64 + 1);
    let world = World::with(chain.clone(), 0, |_| {});
    accepted(world.judge(&chain.update(0, MAX_BLOCKS as u64)));
    assert_eq!(code(world.judge(&chain.update(0, MAX_BLOCKS as u64 + 1))), "block-count");
    let undecodable = |any| match world.client.verify_header(&world.states, &any, world.now) {
        Err(Fault::Undecodable(reason)) => reason.code,
        other => panic!("{other:?}"),
    };
    let mut any = header_any(&chain.update(0, 1));
    any.value.extend([0x78, 1]);
    assert_eq!(undecodable(any.clone()), "not-canonical");
    any.value = vec![0; MAX_HEADER_BYTES + 1];
    assert_eq!(undecodable(any.clone()), "too-long");
    any.value = vec![0x0a];
    assert_eq!(undecodable(any.clone()), "malformed");
    any.type_url = "/ibc.lightclients.tendermint.v1.Header".into();
    assert_eq!(undecodable(any), "type-url");
}

// What is stored.

#[test]
fn a_header_seen_before_changes_nothing_whatever_its_seals_and_round() {
    for flavour in Flavour::ALL {
        let mut world = world(flavour);
        world.chain.grow_to(6);
        let message = world.chain.update(5, 6);
        world.take(&message);
        assert!(accepted(world.judge(&message)).consensus_states.is_empty());
        // The same block, sealed by all, and in a later round.
        let mut draft = world.chain.draft_after(5);
        let keys = world.chain.in_charge_after(5);
        for round in [0, 3] {
            if flavour == Flavour::GoQuorumIbft1 && round > 0 {
                continue; // no round is written there
            }
            draft.extra.round = round;
            let again = accepted(world.judge(&world.chain.offer(5, draft.sealed_by(&keys))));
            assert_eq!((again.consensus_states.len(), again.client_state), (0, world.client.encode()));
        }
    }
}

#[test]
fn another_block_at_a_stored_number_freezes() {
    for flavour in Flavour::ALL {
        let mut world = world(flavour);
        world.chain.grow_to(6);
        world.take(&world.chain.update(5, 6));
        let mut draft = world.chain.draft_after(5);
        draft.items[3] = vec![9; 32];
        let fork = world.chain.offer(5, draft.sealed_by(&world.chain.in_charge_after(5)));
        assert_eq!(crate::world::misbehaviour(world.judge(&fork)), "conflicting-header");
        // Sealed by too few it is nothing but a bad header.
        let weak = world.chain.offer(5, draft.sealed_by(&world.chain.in_charge_after(5)[..2]));
        assert_eq!(code(world.judge(&weak)), "insufficient-quorum");
    }
}

#[test]
fn a_conflict_in_the_middle_of_a_run_freezes() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(5);
    let mut fork = chain.clone();
    chain.grow_to(9);
    fork.store(b"path", b"value");
    fork.grow_to(9);
    let mut world = World::with(chain.clone(), 5, |_| {});
    world.take(&chain.update(5, 7));
    assert_eq!(crate::world::misbehaviour(world.judge(&fork.update(5, 9))), "conflicting-header");
    accepted(world.judge(&chain.update(5, 9)));
}

#[test]
fn blocks_below_the_newest_are_filled_in_from_what_is_stored_there() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(9);
    let mut world = World::with(chain.clone(), 0, |_| {});
    world.take(&chain.update(0, 9));
    let update = world.take(&chain.update(0, 4));
    assert_eq!(update.consensus_states[0].0, height(4));
    assert_eq!(world.newest(), 9);
    assert_eq!(world.client.authority().to_raw(), chain.authority(9));
}

#[test]
fn the_relayers_word_for_who_is_in_charge_counts_only_if_it_hashes_to_what_is_stored() {
    let mut chain = Chain::new(Flavour::GoQuorumQbft, 4);
    chain.grow_to(9);
    let mut world = World::with(chain.clone(), 0, |_| {});
    world.take(&chain.update(0, 5));
    // Unsaid, it is the client's own for the newest block, and must be said for others.
    let mut message = chain.update(5, 6);
    message.trusted_authority = None;
    accepted(world.judge(&message));
    let mut message = chain.update(0, 1);
    message.trusted_authority = None;
    assert_eq!(code(world.judge(&message)), "trusted-authority");
    // An attacker's set, sealed by it.
    let usurper = Chain::new(Flavour::GoQuorumQbft, 7);
    let mut message = chain.update(5, 6);
    message.trusted_authority = Some(usurper.authority(0));
    assert_eq!(code(world.judge(&message)), "trusted-authority");
    message.trusted_authority.as_mut().expect("set").validators.reverse();
    assert_eq!(code(world.judge(&message)), "authority");
}

#[test]
fn the_account_of_the_packets_contract_is_proved_or_left_open() {
    let mut world = world(Flavour::BesuQbft);
    world.chain.grow_to(7);
    let mut message = world.chain.update(5, 6);
    let proved = accepted(world.judge(&message));
    message.account_nodes.clear();
    let open = accepted(world.judge(&message));
    assert_ne!(proved.consensus_states, open.consensus_states);
    world.take(&message);
    assert_eq!(world.state_at(6).storage_root, None);
    message.account_nodes = world.chain.made(6).state.prove_account(&[0xee; 20]);
    assert_eq!(code(world.judge(&message)), "proof-node-missing", "the way to another account");
    let mut message = world.chain.update(6, 7);
    message.account_nodes[0][5] ^= 1;
    assert_eq!(code(world.judge(&message)), "proof-hash");
}

#[test]
fn proofs_for_a_contract_where_none_decides_are_refused() {
    let world = world(Flavour::BesuQbft);
    let mut message = world.offer(&world.chain.draft());
    message.blocks[0].contract_account_nodes = vec![vec![0x80]];
    assert_eq!(code(world.judge(&message)), "proof-extra-node");
}

#[test]
fn the_last_number_there_is_ends_the_chain_without_a_panic() {
    let chain = Chain::new(Flavour::BesuQbft, 1);
    let world = World::with(chain.clone(), 0, |state| state.latest_height = u64::MAX - 1);
    let mut draft = chain.draft();
    draft.items[8] = vec![0xff; 8];
    let mut message = chain.offer(0, draft.sealed_by(&chain.in_charge()));
    message.trusted_height = u64::MAX - 1;
    assert_eq!(code(world.judge(&message)), "number");
    let client = ClientState::decode(&world.client.encode()).expect("ours");
    assert_eq!(client.latest_height(), height(u64::MAX - 1));
}
