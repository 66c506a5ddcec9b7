//! Several blocks at once, and jumps over blocks.

use govhub_lc_core::LightClient;
use govhub_lc_fabric::testing::{header_any, run_any, Channel, Draft, Kind, TRUSTING_PERIOD_S};
use govhub_lc_fabric::ConsensusState;
use govhub_types::{Height, Time};

use crate::world::{accepted, bft, raft, Host, NOW};

/// A channel with a client at genesis, and so many blocks more.
fn grown(mut channel: Channel, blocks: usize) -> (Channel, Host) {
    let host = Host::of(&channel);
    for _ in 0..blocks {
        channel.order_something();
    }
    (channel, host)
}

fn bare(channel: &Channel, numbers: std::ops::RangeInclusive<usize>) -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    numbers.map(|number| (channel.chain[number].bare(), Vec::new())).collect()
}

fn signed(channel: &Channel, number: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let draft = &channel.chain[number];
    (draft.without_data(&channel.signatures(draft)), Vec::new())
}

#[test]
fn bare_headers_are_vouched_for_by_the_signed_one_behind_them() {
    for channel in [bft(), raft()] {
        let (channel, mut host) = grown(channel, 5);
        let run = [bare(&channel, 1..=4), vec![signed(&channel, 5)]].concat();
        let update = host.accept(&run_any(run), NOW);
        assert_eq!(update.consensus_states.len(), 1, "only the last one is stored");
        assert_eq!(host.client.latest_height(), Height::new(0, 5));
    }
}

#[test]
fn a_run_must_hang_together_and_on_the_newest_block() {
    let (channel, host) = grown(bft(), 5);
    let good = [bare(&channel, 1..=2), vec![signed(&channel, 3)]].concat();
    accepted(host.judge(&run_any(good.clone())));
    assert_eq!(host.refuses_any(&run_any([bare(&channel, 1..=1), vec![signed(&channel, 3)]].concat())), "run-gap");
    assert_eq!(host.refuses_any(&run_any([bare(&channel, 2..=2), bare(&channel, 1..=1), vec![signed(&channel, 3)]].concat())), "run-gap");
    let stranger = Draft { data: vec![b"other".to_vec()], ..channel.chain[2].clone() };
    assert_eq!(host.refuses_any(&run_any(vec![good[0].clone(), (stranger.bare(), Vec::new()), good[2].clone()])), "previous-hash");
    let other_first = Draft { previous_hash: Some([9; 32]), ..channel.chain[1].clone() };
    assert_eq!(host.refuses(channel.signed(&other_first)), "previous-hash");
    assert_eq!(host.refuses_any(&run_any(bare(&channel, 1..=3))), "metadata-missing", "an unsigned end vouches for nothing");
}

#[test]
fn bytes_that_nobody_checks_are_refused() {
    let (channel, host) = grown(bft(), 2);
    let whole = channel.chain[1].unsigned();
    assert_eq!(host.refuses_any(&run_any(vec![(whole, Vec::new()), signed(&channel, 2)])), "unused-bytes");
    assert_eq!(host.refuses_any(&run_any(vec![signed(&channel, 1), signed(&channel, 2)])), "unused-bytes");
    assert_eq!(host.refuses_any(&run_any(vec![(channel.chain[1].bare(), vec![vec![]]), signed(&channel, 2)])), "unused-bytes");
}

#[test]
fn a_jump_needs_data_that_name_the_channel() {
    for channel in [bft(), raft()] {
        let (channel, mut host) = grown(channel, 5);
        let draft = &channel.chain[4];
        let signatures = channel.signatures(draft);
        assert_eq!(host.refuses(draft.without_data(&signatures)), "skip-without-data");
        let run = vec![(channel.chain[3].bare(), Vec::new()), (draft.without_data(&signatures), Vec::new())];
        assert_eq!(host.refuses_any(&run_any(run)), "skip-without-data");
        let other = Channel::new("another-channel", channel.kind, 4);
        let (other, _) = grown(other, 5);
        assert_eq!(host.refuses(other.signed(&other.chain[4])), "channel-mismatch");
        host.follow(channel.signed(draft));
        assert_eq!(host.client.latest_height(), Height::new(0, 4));
    }
}

#[test]
fn a_jump_over_a_configuration_block_is_refused_and_one_to_it_is_not() {
    let (mut channel, mut host) = grown(bft(), 2);
    let admins = channel.administrators();
    let timeout = |tree: &mut govhub_lc_fabric::testing::Tree| tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").bytes = b"\x0a\x021s".to_vec();
    let config = channel.reconfigure(timeout, &admins.iter().collect::<Vec<_>>());
    let after = channel.order_something();
    assert_eq!(host.refuses(after.clone()), "config-block-missed");
    host.follow(config);
    host.follow(after);
    assert_eq!(host.client.latest_height(), Height::new(0, 4));
}

#[test]
fn a_run_that_begins_with_known_blocks_goes_on_from_the_newest() {
    let (channel, mut host) = grown(bft(), 4);
    host.accept(&run_any([bare(&channel, 1..=1), vec![signed(&channel, 2)]].concat()), NOW);
    host.accept(&run_any([bare(&channel, 1..=3), vec![signed(&channel, 4)]].concat()), NOW);
    assert_eq!(host.client.latest_height(), Height::new(0, 4));
}

#[test]
fn a_configuration_is_kept_until_nobody_needs_it() {
    let mut channel = Channel::new("gz-registry", Kind::Bft, 4);
    let mut host = Host::of(&channel);
    let mut now = NOW;
    let mut kept_at = Vec::new();
    for _ in 0..6 {
        now = Time::from_unix_s(now.unix_s() + TRUSTING_PERIOD_S / 4);
        let block = channel.order_something();
        let update = host.accept(&header_any(block), now);
        let state = ConsensusState::decode(&update.consensus_states[0].1).expect("our own");
        kept_at.push((state.kept_at, state.config.is_some()));
        // The host drops what is older than the trusting period.
        host.states.0.retain(|_, any| host.client.consensus_time(any).expect("our own").unix_s() + TRUSTING_PERIOD_S > now.unix_s());
    }
    assert_eq!(kept_at, [(0, false), (2, true), (2, false), (2, false), (5, true), (5, false)]);
    assert!(host.states.0.len() < 6, "the oldest were dropped");
    host.follow(channel.order_something());
}
