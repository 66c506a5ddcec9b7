//! Sealer sets that change: followed with both quorums, over signatures of several nodes; else the client halts and is anchored anew.

use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::testing::{listed, nodes, Chain, Node};
use govhub_lc_fisco_bcos::{merge, ClientState, Suite, Version};

use crate::common::{accepted, code, one, refused, Follower, KINDS};

/// A chain whose set becomes `next` in block 2, and a client at block 1.
fn changing(version: Version, suite: Suite, before: Vec<Node>, next: Vec<Node>) -> (Chain, Follower) {
    let mut chain = Chain::of(version, suite, listed(before));
    chain.seal(Vec::new());
    chain.nodes = listed(next);
    chain.seal(Vec::new());
    chain.seal(Vec::new());
    let mut follower = Follower::of(&chain, 0);
    follower.follow(&chain.update(1, 1));
    (chain, follower)
}

/// Nodes with keys from these seeds.
fn of(suite: Suite, seeds: &[u8]) -> Vec<Node> {
    seeds.iter().map(|seed| Node::new(suite, *seed)).collect()
}

/// Block 2 signed by those of its nodes whose keys come from `seeds`.
fn signed_by(chain: &Chain, seeds: &[u8]) -> raw::SignedHeader {
    let ids: Vec<_> = of(chain.suite, seeds).iter().map(Node::id).collect();
    let nodes = &chain.block(2).nodes;
    let places: Vec<usize> = (0..nodes.len()).filter(|place| ids.contains(&nodes[*place].id())).collect();
    chain.block(2).signed_by(chain.version, &places)
}

#[track_caller]
fn halted(verdict: Verdict) -> (u64, u64) {
    match verdict {
        Verdict::NotEnoughTrust(tally) => (tally.signed, tally.needed_num),
        other => panic!("expected a halt, got {other:?}"),
    }
}

#[test]
fn a_replaced_sealer_is_followed_with_both_quorums_and_without_the_old_one_the_client_halts() {
    for (version, suite) in KINDS {
        let (chain, mut follower) = changing(version, suite, of(suite, &[1, 2, 3, 4]), of(suite, &[2, 3, 4, 5]));
        assert_eq!(halted(follower.judge(&one(signed_by(&chain, &[2, 3, 5])))), (2, 3), "the new set's quorum alone");
        assert_eq!(code(follower.judge(&one(signed_by(&chain, &[2, 3])))), "insufficient-weight");
        assert_eq!(follower.client.status(&follower.states, follower.now), govhub_lc_core::Status::Active, "a halt freezes nothing");
        follower.follow(&one(signed_by(&chain, &[2, 3, 4])));
        assert_eq!(follower.client.sealers(), &chain.block(2).set());
        follower.follow(&chain.update(3, 3));
    }
}

#[test]
fn several_changes_in_one_block_and_new_weights_are_followed_alike() {
    let suite = Suite::Keccak;
    let before = of(suite, &[1, 2, 3, 4, 5, 6, 7]);
    let mut next = of(suite, &[3, 4, 5, 6, 7, 8, 9]);
    next[0].weight = 2;
    let (chain, follower) = changing(Version::V3, suite, before, next);
    // The new set weighs 8 and needs 6; the old one needs 5 of 7.
    accepted(follower.judge(&one(signed_by(&chain, &[3, 4, 5, 6, 7]))));
    assert_eq!(halted(follower.judge(&one(signed_by(&chain, &[3, 4, 5, 6, 8])))), (4, 5));
}

#[test]
fn a_weight_alone_is_a_change_of_the_set() {
    let suite = Suite::Sm;
    let heavier: Vec<Node> = of(suite, &[1, 2, 3, 4]).into_iter().enumerate().map(|(i, node)| if i == 3 { node.weighing(40) } else { node }).collect();
    let (chain, follower) = changing(Version::V3, suite, of(suite, &[1, 2, 3, 4]), heavier);
    assert_eq!(halted(follower.judge(&one(signed_by(&chain, &[4])))), (1, 3), "heavy enough for itself");
    accepted(follower.judge(&one(signed_by(&chain, &[2, 3, 4]))));
}

#[test]
fn a_set_of_the_relayers_own_making_never_gets_in() {
    for (version, suite) in KINDS {
        let (chain, follower) = changing(version, suite, of(suite, &[1, 2, 3, 4]), of(suite, &[51, 52, 53, 54]));
        assert_eq!(halted(follower.judge(&one(chain.header(2)))), (0, 3));
        let (chain, follower) = changing(version, suite, of(suite, &[1, 2, 3, 4]), of(suite, &[1, 2, 53, 54, 55, 56, 57]));
        assert_eq!(halted(follower.judge(&one(chain.header(2)))), (2, 3));
    }
}

#[test]
fn signatures_of_several_nodes_reach_the_old_quorum_where_no_single_list_does() {
    for (version, suite) in KINDS {
        let (chain, follower) = changing(version, suite, of(suite, &[1, 2, 3, 4]), of(suite, &[2, 3, 4, 5]));
        let (one_node, other_node) = (signed_by(&chain, &[2, 3, 5]), signed_by(&chain, &[3, 4, 5]));
        halted(follower.judge(&one(one_node.clone())));
        halted(follower.judge(&one(other_node.clone())));
        let merged = merge(version, suite, &[one_node, other_node]).expect("two copies of one header");
        assert_eq!(merged.signatures.len(), 4);
        accepted(follower.judge(&one(merged)));
    }
}

#[test]
fn merging_leaves_out_what_does_not_verify_and_what_belongs_to_another_block() {
    let (chain, follower) = changing(Version::V3, Suite::Keccak, of(Suite::Keccak, &[1, 2, 3, 4]), of(Suite::Keccak, &[2, 3, 4, 5]));
    let mut good = signed_by(&chain, &[2, 3, 4, 5]);
    good.signatures.truncate(3);
    let mut lying = signed_by(&chain, &[2, 3, 4, 5]);
    let spoilt = lying.signatures[0].index;
    lying.signatures[0].signature[7] ^= 1;
    lying.signatures[1].index = 77;
    let mut other = chain.header(3);
    other.signatures.truncate(1);
    let merged = merge(Version::V3, Suite::Keccak, &[lying.clone(), good.clone(), other]).expect("one header among them");
    assert!(merged.signatures.iter().any(|signature| signature.index == spoilt), "the good one of two for a place is kept");
    accepted(follower.judge(&one(merged)));
    assert_eq!(refused(merge(Version::V3, Suite::Keccak, &[])), "header-missing");
    assert_eq!(refused(merge(Version::V2, Suite::Keccak, &[good.clone()])), "version");
    assert_eq!(refused(merge(Version::V3, Suite::Sm, &[good])), "header-hash");
}

#[test]
fn after_a_halt_an_anchor_with_equal_parameters_goes_on_under_the_same_id() {
    let (chain, halted_client) = changing(Version::V3, Suite::Keccak, of(Suite::Keccak, &[1, 2, 3, 4]), of(Suite::Keccak, &[5, 6, 7, 8]));
    halted(halted_client.judge(&one(chain.header(2))));
    let anchored = Follower::of(&chain, 2);
    assert_eq!(anchored.client.parameters(), halted_client.client.parameters(), "what recovery compares");
    accepted(anchored.judge(&chain.update(3, 3)));
    let elsewhere = Chain::of_group(Version::V3, Suite::Keccak, chain.nodes.clone(), "chain0", "group9");
    assert_ne!(elsewhere.client(0).parameters(), halted_client.client.parameters());
}

#[test]
fn rpbft_of_3x_is_followed_only_with_the_working_set_size_of_the_trust_file() {
    let suite = Suite::Keccak;
    let rotating = |before: &[u8], next: &[u8], working: u32| {
        let (mut chain, _) = changing(Version::V3, suite, of(suite, before), of(suite, next));
        chain.working_sealers = working;
        let follower = Follower::of(&chain, 1);
        (chain, follower)
    };
    let (chain, follower) = rotating(&[1, 2, 3, 4, 5], &[2, 3, 4, 5, 6], 5);
    accepted(follower.judge(&one(signed_by(&chain, &[2, 3, 4, 5]))));
    assert_eq!(halted(follower.judge(&one(signed_by(&chain, &[2, 3, 4, 6])))), (3, 4));
    let (chain, follower) = rotating(&[1, 2, 3, 4, 5], &[1, 2, 3, 4], 5);
    assert_eq!(code(follower.judge(&one(signed_by(&chain, &[1, 2, 3, 4])))), "working-set-size");
    let mut pbft = chain.client_raw(1);
    pbft.working_sealers = 0;
    let pbft = Follower { client: ClientState::from_raw(pbft).expect("the same as PBFT"), ..follower };
    accepted(pbft.judge(&one(signed_by(&chain, &[1, 2, 3, 4]))));
    // Three of five working: no rotation keeps a quorum of three (seen live).
    let (chain, follower) = rotating(&[1, 2, 3], &[2, 3, 4], 3);
    assert_eq!(halted(follower.judge(&one(chain.header(2)))), (2, 3));
}

#[test]
fn rpbft_of_2x_lists_all_sealers_and_needs_the_quorum_of_those_that_work() {
    let mut chain = Chain::of(Version::V2, Suite::Keccak, nodes(Suite::Keccak, 1, 10));
    chain.seal(Vec::new());
    let pbft = Follower::of(&chain, 0);
    chain.working_sealers = 4;
    let rpbft = Follower::of(&chain, 0);
    assert_eq!(rpbft.client.trust_class().to_string(), "BFT quorum, n=10, f=1");
    let by = |places: &[usize]| one(chain.block(1).signed_by(Version::V2, places));
    accepted(rpbft.judge(&by(&[1, 4, 9])));
    assert_eq!(code(rpbft.judge(&by(&[1, 4]))), "insufficient-weight");
    assert_eq!(code(pbft.judge(&by(&[1, 4, 9]))), "insufficient-weight", "never by what a header says");
    accepted(pbft.judge(&by(&[0, 1, 2, 3, 4, 5, 6])));
}
