//! Clients that may leave blocks out, and what they still do not overlook.

use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{Suite, HEADER_URL};
use govhub_lc_core::{LightClient, StoredPath};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{cert_chain, note, said, CERT};

fn skipping(chain: &Chain) -> Follower {
    Follower::with(chain, |params| params.following = raw::Following::Skipping.into())
}

fn message(blocks: Vec<raw::Block>, authority_at: u64) -> Any {
    Any { type_url: HEADER_URL.into(), value: raw::Header { blocks, certificates: Vec::new(), authority_at }.encode_to_vec() }
}

fn bare(made: &Made) -> Any {
    message(vec![made.bare()], 0)
}

#[test]
fn heights_are_left_out_and_filled_in_for_proofs() {
    let mut chain = cert_chain();
    let mut follower = skipping(&chain);
    let (path, value) = (b"client-0\x02\0\0\0\0\0\0\0\x01", [7; 32]);
    chain.make(&[note()]);
    let packet = chain.make(&[Call::packet(path, &value)]);
    (0..3).for_each(|_| drop(chain.make(&[note()])));
    assert_eq!(said(follower.offer(&bare(&chain.blocks[5]))), "accepted");
    assert_eq!(follower.client.latest(), 5);
    assert_eq!(said(follower.offer(&bare(&packet))), "accepted");
    assert_eq!(follower.client.latest(), 5, "an older block does not make the client older");
    let proof = packet.proof(chain.network.suite, 0).encode_to_vec();
    let stored = StoredPath { prefix: &[Vec::new()], path };
    assert_eq!(follower.client.verify_membership(&follower, Height::new(0, 2), stored, &value, &proof), Ok(None));
}

#[test]
fn a_configuration_block_is_not_skipped_and_comes_whole() {
    let mut chain = cert_chain();
    let follower = skipping(&chain);
    chain.make(&[note()]);
    chain.reconfigure("CHAIN_CONFIG", Network::new(CERT, Suite::P256, 5));
    chain.make(&[note()]);
    let judge = |message: &Any| said(follower.clone().offer(message));
    assert_eq!(judge(&bare(&chain.blocks[3])), "pre-conf-height");
    assert_eq!(judge(&bare(&chain.blocks[2])), "body-missing");
    assert_eq!(judge(&chain.run(2, 3)), "accepted");
}

#[test]
fn a_change_by_multi_sign_is_taken_late_and_from_then_on() {
    let mut chain = cert_chain();
    let mut follower = skipping(&chain);
    let five = Network::new(CERT, Suite::P256, 5);
    chain.make(&[note()]);
    let change = chain.reconfigure("MULTI_SIGN", five.clone());
    let mut after = chain.make(&[note()]);
    after.vote(&five, 0, &[0, 1, 2, 3]);
    assert_eq!(said(follower.offer(&bare(&after))), "accepted", "overlooked: four of five are also three of four");
    assert_eq!(follower.client.authority().config().nodes.len(), 4);
    assert_eq!(said(follower.offer(&bare(&change))), "accepted", "a header without its body tells nothing");
    assert_eq!(follower.client.authority().config().nodes.len(), 4);
    assert_eq!(said(follower.offer(&change.update())), "accepted", "a block seen before, now whole");
    assert_eq!(follower.client.authority().config().nodes.len(), 5);
    assert_eq!((follower.client.authority().since(), follower.client.latest()), (2, 3));
    assert_eq!(follower.state(2).retired.expect("replaced").config().nodes.len(), 4);
    let mut next = chain.next(&[note()]);
    next.vote(&five, 0, &[0, 1, 2]);
    assert_eq!(said(follower.clone().offer(&bare(&next))), "insufficient-quorum");
}

#[test]
fn changes_are_taken_in_their_order_and_never_taken_back() {
    let mut chain = cert_chain();
    let mut follower = skipping(&chain);
    let node = chain.network.nodes[3].clone();
    let hash = chain.network.certificate_hash(&node.member);
    let freeze = |certificate: &[u8]| Call::freezing("CERT_MANAGE", &hash, certificate);
    chain.make(&[freeze(&node.member.member_info)]);
    chain.make(&[freeze(b"")]);
    chain.make(&[freeze(&node.member.member_info)]);
    assert_eq!(said(follower.offer(&chain.blocks[1].update())), "accepted");
    assert_eq!(said(follower.offer(&chain.blocks[3].update())), "accepted");
    assert_eq!(follower.client.authority().raw().frozen.len(), 1);
    assert_eq!(said(follower.clone().offer(&chain.blocks[2].update())), "accepted", "still above the last change that was seen");
    let mut late = follower.clone();
    chain.make(&[Call::freezing("CERT_MANAGE", &[9; 32], b"x")]);
    assert_eq!(said(late.offer(&chain.blocks[4].update())), "accepted");
    assert_eq!(said(late.offer(&chain.blocks[2].update())), "authority", "a thaw from before the newest change is too late");
    assert_eq!(late.client.authority().raw().frozen.len(), 2);
}

#[test]
fn old_blocks_are_filled_in_under_the_authority_of_their_day_and_change_nothing() {
    let mut chain = cert_chain();
    let mut follower = skipping(&chain);
    let old = chain.network.clone();
    (0..2).for_each(|_| drop(chain.make(&[note()])));
    let strangers = Network { nodes: (20..24).map(|seed| old.node(seed, &format!("org{}.test", seed - 20))).collect(), ..old };
    chain.reconfigure("CHAIN_CONFIG", strangers);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(3, 4))), "accepted");
    assert_eq!(said(follower.clone().offer(&bare(&chain.blocks[1]))), "authority");
    assert_eq!(said(follower.clone().offer(&message(vec![chain.blocks[1].whole()], 3))), "body-unexpected");
    assert_eq!(said(follower.clone().offer(&message(vec![chain.blocks[1].bare()], 2))), "authority-not-stored");
    assert_eq!(said(follower.offer(&message(vec![chain.blocks[1].bare()], 3))), "accepted");
    assert_eq!(follower.state(1).block_hash, chain.blocks[1].hash(Suite::P256));
    let mut above = chain.next(&[note()]);
    above.vote(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(said(follower.clone().offer(&message(vec![above.bare()], 3))), "authority", "a replaced authority signs nothing new");
}

#[test]
fn a_filled_in_block_that_is_not_the_parent_of_the_one_above_is_a_fork() {
    let mut chain = cert_chain();
    let mut follower = skipping(&chain);
    let mut other = chain.next(&[note()]);
    chain.make(&[note()]);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&bare(&chain.blocks[2]))), "accepted");
    other.header.block_timestamp += 1;
    other.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(said(follower.clone().offer(&bare(&other))), "misbehaviour: prev-hash");
    assert_eq!(said(follower.offer(&bare(&chain.blocks[1]))), "accepted");
}
