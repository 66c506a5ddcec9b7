//! Evidence of forks, judged by the authority that answered then.

use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{Suite, MISBEHAVIOUR_URL};
use govhub_lc_core::{LightClient, Status};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{cert_chain, chain, note, said, CERT, KINDS};

fn evidence(one: &Made, two: &Made, authority_at: u64) -> Any {
    let message = raw::Misbehaviour { block_1: Some(one.bare()), block_2: Some(two.bare()), certificates: Vec::new(), authority_at };
    Any { type_url: MISBEHAVIOUR_URL.into(), value: message.encode_to_vec() }
}

/// The next block of `chain` and another one of its height, both signed by `voters`.
fn fork(chain: &Chain, voters: &[usize]) -> (Made, Made) {
    let one = chain.next(&[note()]);
    let mut two = one.clone();
    two.header.block_timestamp += 1;
    two.sign(&chain.network, 1, voters);
    (one, two)
}

fn judge(follower: &Follower, evidence: &Any) -> &'static str {
    said(follower.client.check_misbehaviour(follower, evidence, follower.now))
}

#[test]
fn two_blocks_of_one_height_that_a_quorum_signed_freeze_the_client() {
    for (auth_type, suite) in KINDS {
        let chain = chain(auth_type, suite);
        let mut follower = Follower::of(&chain);
        let (one, two) = fork(&chain, &[1, 2, 3]);
        assert_eq!(judge(&follower, &evidence(&one, &two, 0)), "misbehaviour: fork");
        assert_eq!(said(follower.offer(&evidence(&two, &one, 0))), "misbehaviour: fork", "in place of a header, in either order");
        let frozen = govhub_lc_chainmaker::ClientState::decode(&follower.client.freeze()).expect("its own");
        assert_eq!(frozen.status(&follower, follower.now), Status::Frozen);
        assert_eq!(frozen.freeze(), follower.client.freeze());
    }
}

#[test]
fn evidence_that_contradicts_nothing_or_is_not_signed_proves_nothing() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let (one, two) = fork(&chain, &[1, 2, 3]);
    assert_eq!(judge(&follower, &evidence(&one, &two, 0)), "misbehaviour: fork");
    assert_eq!(judge(&follower, &evidence(&one, &one, 0)), "no-conflict");
    let mut other_votes = one.clone();
    other_votes.vote(&chain.network, 7, &[1, 2, 3]);
    assert_eq!(judge(&follower, &evidence(&one, &other_votes, 0)), "no-conflict", "the same block, decided in another round");
    let (_, short) = fork(&chain, &[1, 2]);
    assert_eq!(judge(&follower, &evidence(&one, &short, 0)), "insufficient-quorum");
    let mut above = two.clone();
    above.header.block_height += 1;
    above.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judge(&follower, &evidence(&one, &above, 0)), "no-conflict");
    let mut elsewhere = two.clone();
    elsewhere.header.chain_id = b"guangzhou".to_vec();
    elsewhere.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judge(&follower, &evidence(&one, &elsewhere, 0)), "chain-id");
    let missing = raw::Misbehaviour { block_1: Some(one.bare()), ..Default::default() };
    let missing = Any { type_url: MISBEHAVIOUR_URL.into(), value: missing.encode_to_vec() };
    assert_eq!(judge(&follower, &missing), "block-missing");
    assert_eq!(judge(&follower, &one.update()), "type-url");
}

#[test]
fn a_fork_under_an_authority_that_was_replaced_is_judged_by_that_authority() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let (one, two) = fork(&chain, &[1, 2, 3]);
    chain.push(one.clone());
    let old = chain.network.clone();
    let strangers = Network { nodes: (20..24).map(|seed| old.node(seed, &format!("org{}.test", seed - 20))).collect(), ..old };
    chain.reconfigure("CHAIN_CONFIG", strangers);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 3))), "accepted");
    assert_eq!(judge(&follower, &evidence(&one, &two, 0)), "authority", "the present one does not answer for that height");
    assert_eq!(judge(&follower, &evidence(&one, &two, 2)), "misbehaviour: fork");
    assert_eq!(judge(&follower, &evidence(&one, &two, 1)), "authority-not-stored");
    let mut far = chain.next(&[note()]);
    let late = far.clone();
    far.header.block_timestamp += 1;
    far.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judge(&follower, &evidence(&late, &far, 2)), "authority", "the old one answers no more");
    assert_eq!(judge(&follower, &evidence(&late, &far, 0)), "misbehaviour: fork");
}

#[test]
fn keys_of_another_chain_with_the_same_nodes_prove_nothing_here() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let twin = Chain::new(Network { chain_id: "other".into(), ..Network::new(CERT, Suite::P256, 4) });
    let (one, two) = fork(&twin, &[1, 2, 3]);
    assert_eq!(judge(&follower, &evidence(&one, &two, 0)), "chain-id");
    assert_eq!(said(follower.clone().offer(&one.update())), "chain-id");
}
