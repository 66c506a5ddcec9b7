//! Who is in charge: votes, epochs and transitions by each program's rules, against its own structures.

use govhub_lc_core::LightClient;
use govhub_lc_qbft::authority::{Authority, MAX_VOTES};
use govhub_lc_qbft::extra::{Address, Vote};
use govhub_lc_qbft::testing::{keys, Blueprint, Chain, Key, Transition};
use govhub_lc_qbft::Flavour;
use proptest::prelude::*;

use crate::world::{accepted, code, World};

const BESU: [Flavour; 2] = [Flavour::BesuQbft, Flavour::BesuIbft2];
const GOQUORUM: [Flavour; 2] = [Flavour::GoQuorumQbft, Flavour::GoQuorumIbft1];

fn addresses(keys: &[Key]) -> Vec<Address> {
    let mut addresses: Vec<Address> = keys.iter().map(Key::address).collect();
    addresses.sort_unstable();
    addresses
}

/// A chain of `n` and a candidate that it knows.
fn chain(flavour: Flavour, n: u64) -> (Chain, Vec<Key>, Key) {
    let mut chain = Chain::new(flavour, n);
    let candidate = Key::new(50);
    chain.know(candidate);
    (chain, keys(n), candidate)
}

/// Follows the whole chain and says who is in charge after it.
fn followed(chain: &Chain) -> Vec<Address> {
    let mut world = World::with(chain.clone(), 0, |_| {});
    for number in 1..=chain.newest() {
        world.take(&chain.update(number - 1, number));
        assert_eq!(world.client.authority().to_raw(), chain.authority(number), "block {number}");
    }
    world.client.authority().validators().to_vec()
}

#[test]
fn more_than_half_adds_and_drops_from_the_next_header_on() {
    for flavour in Flavour::ALL {
        let (mut chain, keys, candidate) = chain(flavour, 4);
        chain.vote(keys[0], candidate.address(), true);
        chain.vote(keys[1], candidate.address(), true);
        assert_eq!(followed(&chain), addresses(&keys), "two of four are not more than half");
        chain.vote(keys[2], candidate.address(), true);
        let five = addresses(&[&keys[..], &[candidate]].concat());
        assert_eq!(followed(&chain), five);
        chain.grow_to(6);
        for voter in [candidate, keys[1], keys[2]] {
            assert_eq!(followed(&chain), five);
            chain.vote(voter, keys[0].address(), false);
        }
        assert_eq!(followed(&chain), addresses(&[&keys[1..], &[candidate]].concat()));
        chain.grow_to(20);
        followed(&chain);
    }
}

#[test]
fn the_block_whose_vote_passes_is_sealed_by_the_old_set_and_the_next_by_the_new() {
    for flavour in Flavour::ALL {
        let (mut chain, keys, candidate) = chain(flavour, 4);
        chain.vote(keys[0], candidate.address(), true);
        chain.vote(keys[1], candidate.address(), true);
        let world = World::new(chain.clone());
        let mut draft = chain.draft();
        draft.proposer = keys[2];
        draft.items[2] = keys[2].address().to_vec();
        draft.set_vote(Some(Vote { candidate: candidate.address(), add: true }));
        let early = [&keys[..3], &[candidate]].concat();
        accepted(world.judge(&world.offer_by(&draft, &keys[..3])));
        assert_eq!(code(world.judge(&world.offer_by(&draft, &early))), "unknown-signer", "{flavour:?}");
        chain.push(&draft);
        // Five now, so four must seal; and the new one may.
        let world = World::new(chain.clone());
        let draft = chain.draft();
        assert_eq!(code(world.judge(&world.offer_by(&draft, &keys[..3]))), "insufficient-quorum");
        accepted(world.judge(&world.offer_by(&draft, &early)));
    }
}

#[test]
fn a_validator_voted_out_no_longer_seals_proposes_or_votes() {
    for flavour in Flavour::ALL {
        let (mut chain, keys, candidate) = chain(flavour, 5);
        // He has voted for a candidate before he goes; that vote is void.
        chain.vote(keys[4], candidate.address(), true);
        chain.vote(keys[3], candidate.address(), true);
        for voter in &keys[..3] {
            chain.vote(*voter, keys[4].address(), false);
        }
        assert_eq!(followed(&chain), addresses(&keys[..4]));
        let world = World::new(chain.clone());
        let draft = chain.draft();
        assert_eq!(code(world.judge(&world.offer_by(&draft, &[&keys[..3], &[keys[4]]].concat()))), "unknown-signer");
        let mut own = draft.clone();
        own.proposer = keys[4];
        own.items[2] = if flavour == Flavour::GoQuorumIbft1 { vec![0; 20] } else { keys[4].address().to_vec() };
        assert_eq!(code(world.judge(&world.offer_by(&own, &keys[..3]))), "proposer");
        // Two more votes make three of four only if his had counted.
        chain.vote(keys[0], candidate.address(), true);
        assert_eq!(followed(&chain), addresses(&keys[..4]));
        chain.vote(keys[1], candidate.address(), true);
        assert_eq!(followed(&chain).len(), 5);
    }
}

#[test]
fn a_voter_counts_once_and_may_change_his_mind() {
    for flavour in Flavour::ALL {
        let (mut chain, keys, candidate) = chain(flavour, 4);
        for _ in 0..5 {
            chain.vote(keys[0], candidate.address(), true);
        }
        assert_eq!(followed(&chain).len(), 4);
        chain.vote(keys[1], candidate.address(), true);
        chain.vote(keys[1], candidate.address(), false);
        chain.vote(keys[2], candidate.address(), true);
        assert_eq!(followed(&chain).len(), 4, "{flavour:?}: the second vote of one took the first back");
        chain.vote(keys[1], candidate.address(), true);
        assert_eq!(followed(&chain).len(), 5);
    }
}

#[test]
fn votes_before_an_epoch_block_do_not_count_after_it() {
    for flavour in Flavour::ALL {
        for add in [true, false] {
            let mut chain = Chain::found(Blueprint { epoch_length: 10, ..Blueprint::new(flavour, 4) });
            let (keys, candidate) = (keys(4), Key::new(50));
            chain.know(candidate);
            let on = if add { candidate.address() } else { keys[3].address() };
            chain.grow_to(7);
            chain.vote(keys[0], on, add);
            chain.vote(keys[1], on, add);
            chain.grow_to(10);
            chain.vote(keys[2], on, add);
            assert_eq!(followed(&chain).len(), 4, "{flavour:?}: dropped at 10");
            chain.vote(keys[0], on, add);
            chain.vote(keys[1], on, add);
            assert_eq!(followed(&chain).len(), if add { 5 } else { 3 });
        }
    }
}

#[test]
fn a_vote_in_an_epoch_block_counts_on_goquorum_alone() {
    for flavour in Flavour::ALL {
        let mut chain = Chain::found(Blueprint { epoch_length: 10, ..Blueprint::new(flavour, 4) });
        let (keys, candidate) = (keys(4), Key::new(50));
        chain.know(candidate);
        chain.grow_to(9);
        for voter in &keys[..3] {
            chain.vote(*voter, candidate.address(), true);
        }
        let counted = if GOQUORUM.contains(&flavour) { 5 } else { 4 };
        assert_eq!(followed(&chain).len(), counted, "{flavour:?}");
    }
}

#[test]
fn a_vote_that_changes_nothing_is_dropped_by_goquorum_and_kept_by_besu() {
    for flavour in Flavour::ALL {
        let (mut chain, keys, candidate) = chain(flavour, 4);
        chain.vote(keys[0], candidate.address(), false);
        let mut world = World::with(chain.clone(), 0, |_| {});
        world.take(&chain.update(0, 1));
        let pending: Vec<_> = world.client.authority().votes().collect();
        assert_eq!(pending.len(), usize::from(BESU.contains(&flavour)), "{flavour:?}");
        followed(&chain);
    }
}

#[test]
fn goquorum_takes_no_vote_for_a_vote_to_drop_the_zero_address() {
    for flavour in GOQUORUM {
        let (mut chain, keys, _) = chain(flavour, 4);
        let zero = Key::new(51);
        chain.know(zero);
        chain.vote(keys[0], [0; 20], true);
        let mut world = World::with(chain.clone(), 0, |_| {});
        world.take(&chain.update(0, 1));
        assert_eq!(world.client.authority().votes().count(), 1);
        // The same proposer, without a vote.
        let mut draft = chain.draft();
        draft.proposer = keys[0];
        if flavour == Flavour::GoQuorumQbft {
            draft.items[2] = keys[0].address().to_vec();
        }
        chain.push(&draft);
        world.take(&chain.update(1, 2));
        assert_eq!(world.client.authority().votes().count(), 0, "{flavour:?}");
    }
}

#[test]
fn a_transition_replaces_the_whole_set_at_its_block_on_besu_and_after_it_on_goquorum() {
    for flavour in Flavour::ALL {
        let others: Vec<Key> = (60..64).map(Key::new).collect();
        let transitions = vec![Transition::Validators(7, addresses(&others))];
        let mut chain = Chain::found(Blueprint { transitions, ..Blueprint::new(flavour, 4) });
        others.iter().for_each(|key| chain.know(*key));
        let last_of_old = if BESU.contains(&flavour) { 6 } else { 7 };
        chain.grow_to(last_of_old);
        assert_eq!(followed(&chain), addresses(&others));
        // A client that was not told stops there.
        let ignorant = World::with(chain.clone(), last_of_old - 1, |state| state.transitions.clear());
        let mut ignorant = ignorant;
        ignorant.take(&chain.update(last_of_old - 1, last_of_old));
        let draft = chain.draft();
        let mut message = chain.offer(last_of_old, draft.sealed_by(&others));
        message.trusted_authority = None;
        let refusal = code(ignorant.judge(&message));
        assert_eq!(refusal, if BESU.contains(&flavour) { "validator-list" } else { "proposer" }, "{flavour:?}");
        chain.grow_to(20);
        followed(&chain);
    }
}

#[test]
fn the_vote_before_a_transition_counts_on_the_new_set_on_besu_and_stays_pending_on_goquorum() {
    for flavour in Flavour::ALL {
        let (voters, candidate) = (keys(4), Key::new(50));
        // Two of the old set stay: three of two... the new set has two members, so two votes pass.
        let transitions = vec![Transition::Validators(5, addresses(&voters[..2]))];
        let mut chain = Chain::found(Blueprint { transitions, ..Blueprint::new(flavour, 4) });
        chain.know(candidate);
        chain.vote(voters[0], candidate.address(), true); // 1
        chain.grow_to(3);
        chain.vote(voters[1], candidate.address(), true); // 4
        chain.grow_to(5);
        // Besu: only the vote of block 4 is known to the new set. GoQuorum: both are, and nobody has looked yet.
        assert_eq!(followed(&chain).len(), 2, "{flavour:?}");
        chain.vote(voters[1], candidate.address(), true); // 6: the same again
        assert_eq!(followed(&chain).len(), if GOQUORUM.contains(&flavour) { 3 } else { 2 }, "{flavour:?}");
        chain.vote(voters[0], candidate.address(), true); // 7
        assert_eq!(followed(&chain).len(), 3);
    }
}

#[test]
fn votes_are_bounded_and_the_client_stops_beyond() {
    let mut authority = Authority::of(vec![[1; 20], [2; 20], [3; 20], [4; 20]]).expect("a set").to_raw();
    let vote = |n: u64| {
        let mut candidate = [0x80; 20];
        candidate[12..].copy_from_slice(&n.to_be_bytes());
        govhub_lc_qbft::proto::govhub::lightclients::qbft::v1::Vote { candidate: candidate.to_vec(), voter: vec![1; 20], add: true }
    };
    authority.votes = (0..MAX_VOTES as u64).map(vote).collect();
    assert!(Authority::from_raw(&authority).is_ok());
    authority.votes.push(vote(MAX_VOTES as u64));
    assert_eq!(Authority::from_raw(&authority).expect_err("one more").code, "authority");
    // The vote that would be one too many is refused with its header.
    let mut chain = Chain::found(Blueprint { epoch_length: 30_000, ..Blueprint::new(Flavour::BesuQbft, 4) });
    let voter = chain.in_charge()[0];
    for n in 0..MAX_VOTES as u64 {
        chain.vote(voter, vote(n).candidate.try_into().expect("20"), true);
    }
    let world = World::new(chain.clone());
    assert_eq!(world.client.authority().votes().count(), MAX_VOTES);
    let mut draft = chain.draft();
    draft.set_vote(Some(Vote { candidate: [0xfe; 20], add: true }));
    assert_eq!(code(world.judge(&world.offer(&draft))), "too-many-votes");
    draft.set_vote(None);
    accepted(world.judge(&world.offer(&draft)));
}

#[test]
fn a_chain_that_votes_out_its_last_validator_is_not_followed_into_nothing() {
    let (mut chain, keys, _) = chain(Flavour::BesuQbft, 1);
    chain.grow_to(1);
    let world = World::new(chain.clone());
    let mut draft = chain.draft();
    draft.set_vote(Some(Vote { candidate: keys[0].address(), add: false }));
    assert_eq!(code(world.judge(&world.offer(&draft))), "validators-gone");
}

#[test]
fn the_client_shows_whom_it_believes_after_each_change() {
    let (mut chain, keys, candidate) = chain(Flavour::GoQuorumQbft, 3);
    chain.vote(keys[0], candidate.address(), true);
    chain.vote(keys[1], candidate.address(), true);
    let mut world = World::with(chain.clone(), 0, |_| {});
    assert_eq!(world.client.trust_class().to_string(), "BFT quorum, n=3, f=0, no fault tolerance");
    world.take(&chain.update(0, 2));
    assert_eq!(world.client.trust_class().to_string(), "BFT quorum, n=4, f=1");
}

/// What one made block does.
#[derive(Clone, Debug)]
enum Step {
    Vote(usize, usize, bool),
    Pass(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..16usize, 0..9usize, any::<bool>()).prop_map(|(by, on, add)| Step::Vote(by, on, add)),
        1 => (0..16usize).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..Default::default() })]

    /// Any votes, by any validators on any of a few addresses, with epochs and a transition: the client's tally is the program's.
    #[test]
    fn the_tally_is_the_programs_own_whatever_is_voted(flavour in 0..4usize, n in 1..6u64, replaced in 1..5usize, at in 3..40u64, steps in steps()) {
        let flavour = Flavour::ALL[flavour];
        let pool: Vec<Key> = (0..8).map(Key::new).collect();
        let transitions = vec![Transition::Validators(at, addresses(&pool[3..3 + replaced]))];
        let mut chain = Chain::found(Blueprint { epoch_length: 7, transitions, ..Blueprint::new(flavour, n) });
        pool.iter().for_each(|key| chain.know(*key));
        let mut world = World::with(chain.clone(), 0, |_| {});
        for step in steps {
            let in_charge = chain.in_charge();
            let mut draft = chain.draft();
            let (by, vote) = match step {
                Step::Vote(by, on, add) => {
                    let candidate = pool.get(on).map_or([0; 20], Key::address);
                    (by, Some(Vote { candidate, add }))
                }
                Step::Pass(by) => (by, None),
            };
            draft.proposer = in_charge[by % in_charge.len()];
            if flavour != Flavour::GoQuorumIbft1 {
                draft.items[2] = draft.proposer.address().to_vec();
            }
            draft.set_vote(vote);
            let before = chain.clone();
            chain.push(&draft);
            let (number, empty) = (chain.newest(), chain.made(chain.newest()).next.is_empty());
            // The zero address has no key, so a chain that admits it needs more luck than it has; and an empty set ends it.
            if empty || chain.made(number).next.contains(&[0; 20]) {
                chain = before;
                continue;
            }
            world.take(&chain.update(number - 1, number));
            prop_assert_eq!(world.client.authority().to_raw(), chain.authority(number));
        }
    }
}
