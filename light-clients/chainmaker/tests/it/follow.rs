//! Honest chains are followed, in every mode and suite.

use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Network};
use govhub_lc_chainmaker::{AuthType, Consensus, Suite, CHECKS};
use govhub_lc_core::{CheckOutcome, LightClient, Status, TrustClass, TrustKind, Verdict};
use govhub_types::Time;

use crate::world::{cert_chain, note, said, CERT, KINDS};

#[test]
fn a_chain_is_followed_through_growth_and_shrinkage_in_every_mode_and_suite() {
    for (auth_type, suite) in KINDS {
        let mut chain = Chain::new(Network::new(auth_type, suite, 4));
        let mut follower = Follower::of(&chain);
        let five = Network::new(auth_type, suite, 5);
        let four = Network { nodes: five.nodes[1..].to_vec(), ..five.clone() };
        chain.make(&[note()]);
        chain.reconfigure("CHAIN_CONFIG", five);
        chain.make(&[note(), Call::failing("T"), note()]);
        chain.reconfigure("MULTI_SIGN", four);
        chain.make(&[note()]);
        for block in 1..chain.blocks.len() {
            assert_eq!(said(follower.offer(&chain.blocks[block].update())), "accepted", "{} {suite:?}: block {block}", auth_type.name());
        }
        assert_eq!(follower.client.latest(), 5);
        assert_eq!(follower.client.authority().since(), 4);
        assert_eq!(follower.client.authority().conf_height(), 2, "MULTI_SIGN does not move it");
        assert_eq!(follower.client.authority().config().sequence, 2);
        assert_eq!(follower.client.authority().config().nodes.len(), 4);
        assert_eq!(follower.state(2).retired.expect("the set changed").config().nodes.len(), 4);
        assert_eq!(follower.state(4).retired.expect("the set changed").config().nodes.len(), 5);
        assert_eq!(follower.state(3).retired, None);
    }
}

#[test]
fn a_run_of_blocks_in_one_message_gives_what_the_blocks_give_one_by_one() {
    let mut chain = cert_chain();
    let mut one_by_one = Follower::of(&chain);
    let mut at_once = one_by_one.clone();
    chain.make(&[note()]);
    chain.reconfigure("CHAIN_CONFIG", Network::new(CERT, Suite::P256, 5));
    chain.make(&[note()]);
    (1..=3).for_each(|block| assert_eq!(said(one_by_one.offer(&chain.blocks[block].update())), "accepted"));
    let Ok(Verdict::Accepted(update)) = at_once.offer(&chain.run(1, 3)) else { panic!("a run") };
    assert_eq!(update.consensus_states.len(), 3);
    assert_eq!(at_once.client, one_by_one.client);
    assert_eq!(at_once.states, one_by_one.states);
    assert_eq!(update.trust, Some(TrustClass { kind: TrustKind::BftQuorum, n: 5, f: 1 }));
    let names: Vec<&str> = update.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, CHECKS);
    assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
}

#[test]
fn a_run_is_accepted_as_a_whole_or_not_at_all() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    chain.make(&[note()]);
    chain.blocks[2].header.block_timestamp += 1;
    assert_eq!(said(follower.offer(&chain.run(1, 2))), "block-hash");
    assert_eq!(follower.client.latest(), 0);
    assert_eq!(follower.states.len(), 1);
}

#[test]
fn a_block_seen_before_changes_nothing_even_without_its_body_and_votes() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let mut again = chain.blocks[1].clone();
    again.vote_set.votes.clear();
    let Ok(Verdict::Accepted(update)) = follower.clone().offer(&again.update()) else { panic!("seen before") };
    assert!(update.consensus_states.is_empty());
    assert_eq!(update.client_state, follower.client.encode());
    assert_eq!(update.trust, None);
}

#[test]
fn a_block_of_no_transactions_is_followed() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[]);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 2))), "accepted");
    assert_eq!((follower.state(1).tx_count, follower.state(1).tx_root), (0, None));
}

#[test]
fn one_chain_of_one_node_needs_that_nodes_vote_and_says_so() {
    let mut chain = Chain::new(Network::new(CERT, Suite::Sm2, 1));
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(follower.client.trust_class().to_string(), "BFT quorum, n=1, f=0, single operator, no fault tolerance");
}

#[test]
fn an_organisation_with_more_than_its_share_of_nodes_leaves_no_fault_tolerance() {
    let mut network = Network::new(CERT, Suite::P256, 4);
    assert_eq!(Follower::of(&Chain::new(network.clone())).client.trust_class(), TrustClass { kind: TrustKind::BftQuorum, n: 4, f: 1 });
    let second = network.node(9, "org0.test");
    network.nodes.push(second);
    // Two of five nodes are one organisation's: more than the one liar that five nodes bear.
    assert_eq!(Follower::of(&Chain::new(network)).client.trust_class(), TrustClass { kind: TrustKind::BftQuorum, n: 4, f: 0 });
    let public = Chain::new(Network::new(AuthType::Public, Suite::P256, 7));
    assert_eq!(Follower::of(&public).client.trust_class(), TrustClass { kind: TrustKind::BftQuorum, n: 7, f: 2 });
}

#[test]
fn raft_is_followed_under_a_declared_operator_and_shown_as_what_it_is() {
    let network = Network { consensus: Consensus::Raft, ..Network::new(CERT, Suite::P256, 3) };
    let mut chain = Chain::new(network);
    let mut follower = Follower::of(&chain);
    assert_eq!(follower.client.trust_class().to_string(), "CFT single orderer, n=3, f=0, no fault tolerance");
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let mut stranger = chain.next(&[note()]);
    stranger.header.signature[10] ^= 1;
    assert_eq!(said(follower.clone().offer(&stranger.update())), "proposer-signature");
}

#[test]
fn the_newest_blocks_time_decides_how_long_the_client_lives() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let end = Time::from_unix_s(1_800_000_001 + 86_400);
    assert_eq!(follower.client.expires_at(&follower), Some(end));
    assert_eq!(follower.client.status(&follower, Time::from_unix_ns(end.unix_ns() - 1)), Status::Active);
    assert_eq!(follower.client.status(&follower, end), Status::Expired);
}

#[test]
fn a_proposer_whose_clock_is_behind_does_not_shorten_the_clients_life() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    let mut late = chain.next(&[note()]);
    late.header.block_timestamp -= 1000;
    late.seal(&chain.network);
    chain.push(late);
    assert_eq!(said(follower.offer(&chain.run(1, 2))), "accepted");
    assert_eq!(follower.state(2).time_s, follower.state(1).time_s);
}

#[test]
fn a_transaction_whose_text_is_no_utf8_does_not_stop_the_client() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let mut made = chain.next(&[note()]);
    made.txs[0].payload.as_mut().expect("a payload").method = vec![0xff, 0xfe];
    made.txs[0].result.as_mut().expect("a result").contract_result.as_mut().expect("one").message = vec![0xc3, 0x28];
    made.sign_tx(&chain.network, 0);
    made.seal(&chain.network);
    chain.push(made);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
}

#[test]
fn a_transaction_may_stand_there_by_its_hash_unless_it_changes_the_signers() {
    let mut chain = cert_chain();
    let follower = Follower::of(&chain);
    let hidden = |made: &govhub_lc_chainmaker::testing::Made| {
        crate::world::bent_message(made, |message| {
            let hash = made.header.tx_root.clone();
            let entry = &mut message.blocks[0].body.as_mut().expect("whole").entries[0];
            (entry.tx, entry.tx_hash) = (Vec::new(), hash);
        })
    };
    let made = chain.next(&[note()]);
    assert_eq!(said(follower.clone().offer(&hidden(&made))), "accepted");
    let five = Network::new(CERT, Suite::P256, 5);
    let change = chain.reconfigure("MULTI_SIGN", five);
    assert_eq!(said(follower.clone().offer(&change.update())), "accepted");
    assert_eq!(said(follower.clone().offer(&hidden(&change))), "change-hidden");
}
