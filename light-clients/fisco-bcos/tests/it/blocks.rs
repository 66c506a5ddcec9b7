//! Following a chain: one by one, in runs, again, and with gaps.

use govhub_lc_core::{CheckOutcome, LightClient, TrustKind, Verdict};
use govhub_lc_fisco_bcos::testing::{evidence, nodes, update, Chain, GENESIS_MS};
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Suite, Version, CHECKS, MAX_HEADERS, MAX_SIGNATURES};
use govhub_types::{Height, Time};

use crate::common::{accepted, code, undecodable, world, Follower, KINDS};

#[test]
fn chains_of_both_generations_and_suites_are_followed_block_by_block_and_in_runs() {
    for (version, suite) in KINDS {
        let (chain, start) = world(version, suite);
        let mut follower = start.clone();
        for number in 1..=2 {
            let update = follower.follow(&chain.update(number, number));
            assert_eq!(update.consensus_states, vec![(Height::new(0, number), chain.state(number).encode())]);
            assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
            assert_eq!(update.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
            let trust = update.trust.expect("a header shows its sealers");
            assert_eq!((trust.kind, trust.n, trust.f), (TrustKind::BftQuorum, 4, 1));
        }
        let run = accepted(start.judge(&chain.update(1, 2)));
        assert_eq!(run.client_state, follower.client.encode());
        assert_eq!(run.consensus_states.len(), 2);
        assert_eq!(follower.client.latest_height(), Height::new(0, 2));
        assert_eq!(follower.client, chain.client(2));
    }
}

#[test]
fn a_header_seen_before_changes_nothing_even_without_signatures() {
    let (chain, mut follower) = world(Version::V3, Suite::Keccak);
    follower.follow(&chain.update(1, 2));
    for again in [chain.update(1, 1), chain.update(2, 2), chain.update(1, 2), update(&[chain.block(2).signed_by(Version::V3, &[])])] {
        let update = accepted(follower.judge(&again));
        assert_eq!((update.client_state, update.consensus_states.len(), update.trust), (follower.client.encode(), 0, None));
    }
}

#[test]
fn a_run_that_overlaps_what_is_known_goes_on_from_there() {
    let (mut chain, mut follower) = world(Version::V2, Suite::Keccak);
    chain.seal(Vec::new());
    follower.follow(&chain.update(1, 2));
    let update = accepted(follower.judge(&chain.update(1, 3)));
    assert_eq!(update.consensus_states, vec![(Height::new(0, 3), chain.state(3).encode())]);
}

#[test]
fn a_skipped_block_is_refused_and_so_is_a_run_with_a_gap_or_out_of_order() {
    for (version, suite) in KINDS {
        let (mut chain, follower) = world(version, suite);
        chain.seal(Vec::new());
        accepted(follower.judge(&chain.update(1, 3)));
        assert_eq!(code(follower.judge(&chain.update(2, 2))), "not-contiguous");
        assert_eq!(code(follower.judge(&update(&[chain.header(1), chain.header(3)]))), "not-contiguous");
        assert_eq!(code(follower.judge(&update(&[chain.header(2), chain.header(1)]))), "not-contiguous");
    }
}

#[test]
fn a_block_below_all_that_is_stored_is_refused() {
    let (chain, _) = world(Version::V3, Suite::Keccak);
    let follower = Follower::of(&chain, 2);
    assert_eq!(code(follower.judge(&chain.update(1, 1))), "not-contiguous");
    accepted(follower.judge(&chain.update(2, 2)));
}

#[test]
fn a_run_with_one_bad_header_changes_nothing() {
    let (chain, follower) = world(Version::V3, Suite::Sm);
    let mut bad = chain.header(2);
    bad.signatures.truncate(2);
    assert_eq!(code(follower.judge(&update(&[chain.header(1), bad]))), "insufficient-weight");
}

#[test]
fn a_block_of_another_group_of_the_same_nodes_is_refused_and_convicts_nobody() {
    for (version, suite) in KINDS {
        let (chain, start) = world(version, suite);
        let mut other = Chain::of_group(version, suite, chain.nodes.clone(), &chain.chain_id, "2");
        other.seal(Vec::new());
        assert_eq!(chain.block(1).set(), other.block(1).set());
        accepted(Follower::of(&other, 0).judge(&other.update(1, 1)));
        assert_eq!(code(start.judge(&other.update(1, 1))), "parent-hash");
        let mut later = start.clone();
        later.follow(&chain.update(1, 1));
        assert_eq!(code(later.judge(&other.update(1, 1))), "parent-hash", "a second block 1, and no contradiction");
        let evidence = evidence(chain.header(1), other.header(1), &chain.block(0).set());
        assert_eq!(code(later.judge(&evidence)), "parent-hash");
    }
}

#[test]
fn time_follows_the_chain_but_never_goes_back_and_is_never_ahead_of_the_host() {
    let (chain, start) = world(Version::V3, Suite::Keccak);
    let time = |update: govhub_lc_core::Update| ConsensusState::decode(&update.consensus_states[0].1).expect("our own").time;
    let with_clock = |ms: u64| {
        let block = chain.block(1).bent(Suite::Keccak, |fields| {
            let govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1::signed_header::Fields::V3(fields) = fields else { panic!("3.x") };
            fields.timestamp_ms = ms;
        });
        update(&[block.signed(Version::V3)])
    };
    assert_eq!(time(accepted(start.judge(&with_clock(GENESIS_MS + 7)))), Time::from_unix_ns((GENESIS_MS + 7) * 1_000_000));
    assert_eq!(time(accepted(start.judge(&with_clock(5)))), Time::from_unix_ns(GENESIS_MS * 1_000_000), "back");
    assert_eq!(time(accepted(start.judge(&with_clock((1 << 56) - 1)))), start.now, "ahead, beyond any time that fits");
    assert_eq!(code(start.judge(&with_clock(1 << 56))), "timestamp");
}

#[test]
fn a_message_has_headers_and_not_too_many_and_not_too_many_signatures() {
    let (chain, follower) = world(Version::V3, Suite::Keccak);
    let judge = |headers: &[_]| undecodable(follower.client.verify_header(&follower.states, &update(headers), follower.now));
    assert_eq!(judge(&[]), "header-count");
    assert_eq!(judge(&vec![chain.header(1); MAX_HEADERS + 1]), "header-count");
    let mut many = chain.header(1);
    many.signatures = vec![many.signatures[0].clone(); MAX_SIGNATURES + 1];
    assert_eq!(judge(&[many]), "too-many-signatures");
    let mut tail = chain.update(1, 1);
    tail.value.extend([0x10, 1]);
    assert_eq!(undecodable(follower.client.verify_header(&follower.states, &tail, follower.now)), "not-canonical");
    let mut other = chain.update(1, 1);
    other.type_url = "/ibc.lightclients.tendermint.v1.Header".into();
    assert_eq!(undecodable(follower.client.verify_header(&follower.states, &other, follower.now)), "type-url");
}

#[test]
fn a_long_run_of_a_hundred_sealers_fits_and_a_single_sealer_is_shown_as_no_fault_tolerance() {
    let mut large = Chain::of(Version::V3, Suite::Keccak, nodes(Suite::Keccak, 1, 100));
    (0..10).for_each(|_| { large.seal(Vec::new()); });
    let follower = Follower::of(&large, 0);
    let headers: Vec<_> = (1..=10).map(|number| large.block(number).signed_by(Version::V3, &(0..67).collect::<Vec<_>>())).collect();
    let update = accepted(follower.judge(&update(&headers)));
    assert_eq!(ClientState::decode(&update.client_state), Ok(large.client(10)));
    let mut single = Chain::of(Version::V2, Suite::Sm, nodes(Suite::Sm, 9, 1));
    single.seal(Vec::new());
    let update = Follower::of(&single, 0).follow(&single.update(1, 1));
    assert_eq!(update.trust.expect("shown").to_string(), "BFT quorum, n=1, f=0, single operator, no fault tolerance");
    assert!(matches!(Follower::of(&single, 0).judge(&single.update(1, 1)), Verdict::Accepted(_)));
}
