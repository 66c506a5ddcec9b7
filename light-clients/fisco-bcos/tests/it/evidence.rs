//! Evidence: two blocks of one number on one trusted parent freeze; anything less does not.

use govhub_lc_core::{Fault, LightClient, Status, Verdict};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::testing::{any, evidence, nodes, update, Block, Chain, Entry, BRIDGE};
use govhub_lc_fisco_bcos::{ClientState, SealerSet, Suite, Version, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::common::{code, undecodable, world, Follower, KINDS, VALUE};

/// Another block 1 of the same chain: with something in it.
fn twin(chain: &Chain) -> Block {
    chain.cut(0).draft(&[Entry { to: BRIDGE, input: VALUE.to_vec(), nonce: 9, status: 0, output: Vec::new(), logs: Vec::new() }])
}

#[track_caller]
fn check(follower: &Follower, evidence: &Any) -> Verdict {
    let named = follower.client.check_misbehaviour(&follower.states, evidence, follower.now).expect("decodable");
    assert_eq!(named, follower.judge(evidence), "evidence in place of a header is judged alike");
    named
}

#[track_caller]
fn convicts(verdict: Verdict) {
    assert!(matches!(&verdict, Verdict::Misbehaviour(reason) if reason.code == "equivocation"), "{verdict:?}");
}

#[test]
fn two_blocks_on_one_parent_convict_before_either_is_known_and_after() {
    for (version, suite) in KINDS {
        let (chain, mut follower) = world(version, suite);
        let twin = twin(&chain).signed(version);
        let both = evidence(chain.header(1), twin.clone(), &chain.block(0).set());
        convicts(check(&follower, &both));
        follower.follow(&chain.update(1, 2));
        convicts(check(&follower, &both));
        convicts(check(&follower, &evidence(twin.clone(), chain.header(1), &chain.block(0).set())));
        convicts(follower.judge(&update(&[twin])));
    }
}

#[test]
fn a_run_that_holds_both_blocks_convicts() {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    convicts(follower.judge(&update(&[chain.header(1), twin(&chain).signed(Version::V3)])));
}

#[test]
fn a_second_block_without_a_quorum_convicts_nobody() {
    for (version, suite) in KINDS {
        let (chain, mut follower) = world(version, suite);
        let weak = twin(&chain).signed_by(version, &[0, 1]);
        let both = evidence(chain.header(1), weak.clone(), &chain.block(0).set());
        assert_eq!(code(check(&follower, &both)), "insufficient-weight");
        let mut forged = twin(&chain).signed(version);
        forged.signatures = chain.header(1).signatures;
        assert_eq!(code(check(&follower, &evidence(chain.header(1), forged, &chain.block(0).set()))), "signature");
        follower.follow(&chain.update(1, 1));
        assert_eq!(code(follower.judge(&update(&[weak]))), "insufficient-weight");
    }
}

#[test]
fn one_block_twice_and_blocks_of_two_numbers_are_no_conflict() {
    let (chain, follower) = world(Version::V2, Suite::Sm);
    let below = chain.block(0).set();
    assert_eq!(code(check(&follower, &evidence(chain.header(1), chain.header(1), &below))), "no-conflict");
    let other_signatures = chain.block(1).signed_by(Version::V2, &[1, 2, 3]);
    assert_eq!(code(check(&follower, &evidence(chain.header(1), other_signatures, &below))), "no-conflict");
    assert_eq!(code(check(&follower, &evidence(chain.header(1), chain.header(2), &below))), "no-conflict");
}

#[test]
fn evidence_is_judged_under_the_set_of_the_block_below_and_no_other() {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    let mut usurped = chain.cut(0);
    usurped.nodes = nodes(Suite::Keccak, 51, 4);
    let (one, two) = (usurped.draft(&[]), twin(&usurped));
    let own = SealerSet::new(usurped.nodes.iter().map(|node| node.sealer()).collect()).expect("a set");
    assert_eq!(code(check(&follower, &evidence(one.signed(Version::V3), two.signed(Version::V3), &own))), "evidence-set");
    let below = chain.block(0).set();
    assert!(matches!(check(&follower, &evidence(one.signed(Version::V3), two.signed(Version::V3), &below)), Verdict::NotEnoughTrust(_)));
    let mut raw_set = below.sealers().iter().map(|s| raw::Sealer { node_id: s.node.to_vec(), weight: s.weight }).collect::<Vec<_>>();
    raw_set.swap(0, 1);
    let unordered = raw::Misbehaviour { header_1: Some(chain.header(1)), header_2: Some(twin(&chain).signed(Version::V3)), sealers: raw_set };
    assert_eq!(code(check(&follower, &any(MISBEHAVIOUR_URL, &unordered))), "sealer-order");
}

#[test]
fn a_conflict_at_a_change_of_the_set_is_shown_with_the_set_before() {
    let mut chain = Chain::new(Version::V3, Suite::Keccak);
    chain.nodes = nodes(Suite::Keccak, 1, 5);
    let honest = chain.draft(&[]);
    let twin = twin(&chain);
    let mut follower = Follower::of(&chain, 0);
    let both = evidence(honest.signed(Version::V3), twin.signed(Version::V3), &chain.block(0).set());
    convicts(check(&follower, &both));
    follower.follow(&update(&[honest.signed(Version::V3)]));
    convicts(check(&follower, &both));
    // As a header alone it needs the set of block 0, which neither it nor the client names any more.
    assert_eq!(code(follower.judge(&update(&[twin.signed(Version::V3)]))), "conflict-without-set");
}

#[test]
fn evidence_on_an_unknown_or_too_old_block_convicts_nobody() {
    let (chain, mut follower) = world(Version::V3, Suite::Sm);
    let both = evidence(chain.header(1), twin(&chain).signed(Version::V3), &chain.block(0).set());
    let at_two = chain.cut(1);
    let second = at_two.draft(&[Entry { to: BRIDGE, input: vec![1], nonce: 1, status: 0, output: Vec::new(), logs: Vec::new() }]);
    let unknown = evidence(chain.header(2), second.signed(Version::V3), &chain.block(1).set());
    assert_eq!(follower.client.check_misbehaviour(&follower.states, &unknown, follower.now), Err(Fault::NoConsensusState(Height::new(0, 1))));
    convicts(check(&follower, &both));
    follower.now = Time::from_unix_s(follower.now.unix_s() + 15 * 86_400);
    assert_eq!(code(check(&follower, &both)), "trusting-period-over");
}

#[test]
fn evidence_with_a_header_missing_or_too_many_signatures_is_refused() {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    let missing = raw::Misbehaviour { header_1: Some(chain.header(1)), header_2: None, sealers: Vec::new() };
    assert_eq!(code(check(&follower, &any(MISBEHAVIOUR_URL, &missing))), "header-missing");
    let mut many = chain.header(1);
    many.signatures = vec![many.signatures[0].clone(); 1_025];
    let long = evidence(many, twin(&chain).signed(Version::V3), &chain.block(0).set());
    assert_eq!(undecodable(follower.client.check_misbehaviour(&follower.states, &long, follower.now)), "too-many-signatures");
}

#[test]
fn a_frozen_client_says_so_and_freezing_twice_is_freezing_once() {
    let (_, follower) = world(Version::V2, Suite::Keccak);
    assert_eq!(follower.client.status(&follower.states, follower.now), Status::Active);
    let frozen = ClientState::decode(&follower.client.freeze()).expect("our own");
    assert_eq!(frozen.status(&follower.states, follower.now), Status::Frozen);
    assert_eq!(frozen.freeze(), frozen.encode());
    assert_eq!(frozen.parameters(), follower.client.parameters());
}
