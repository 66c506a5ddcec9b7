//! Two blocks of one number.

use govhub_lc_core::{Fault, LightClient, Status, Verdict};
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1 as raw;
use govhub_lc_fabric::testing::{header_any, misbehaviour_any, Channel, Draft, Kind};
use govhub_lc_fabric::ClientState;
use ibc_proto::google::protobuf::Any;

use crate::world::{bft, raft, Host, NOW};

fn verdict(host: &Host, evidence: &Any) -> Result<&'static str, &'static str> {
    let direct = host.client.check_misbehaviour(&host.states, evidence, NOW);
    assert_eq!(direct, host.judge(evidence), "evidence in place of a header is judged alike");
    match direct {
        Ok(Verdict::Misbehaviour(reason)) => Ok(reason.code),
        Ok(Verdict::Invalid(reason)) | Err(Fault::Undecodable(reason)) => Err(reason.code),
        other => panic!("{other:?}"),
    }
}

fn block(bytes: Vec<u8>) -> raw::Block {
    raw::Block { block: bytes, copies: Vec::new() }
}

/// A channel, and two blocks that may stand at its end.
fn fork(mut channel: Channel) -> (Channel, Draft, Draft) {
    let (one, two) = (channel.put("key", b"one"), channel.put("key", b"two"));
    let (one, two) = (channel.draft(vec![one]), channel.draft(vec![two]));
    (channel, one, two)
}

#[test]
fn two_signed_blocks_of_one_number_convict_raft_and_bft() {
    for channel in [raft(), bft()] {
        let (channel, one, two) = fork(channel);
        let host = Host::of(&channel);
        let (first, second) = (channel.signed(&one), channel.signed(&two));
        assert_eq!(verdict(&host, &misbehaviour_any(block(first.clone()), block(second.clone()))), Ok("fork"));
        // As headers alone they hang on the stored block before.
        let alone = |draft: &Draft| block(draft.without_data(&channel.signatures(draft)));
        assert_eq!(verdict(&host, &misbehaviour_any(alone(&one), alone(&two))), Ok("fork"));
        // Against what was accepted, the second block is enough.
        let mut host = host;
        host.follow(first);
        let Ok(Verdict::Misbehaviour(reason)) = host.judge(&header_any(second)) else { panic!("a contradiction") };
        assert_eq!(reason.code, "conflicting-header");
    }
}

#[test]
fn old_forks_convict_too() {
    let (mut channel, one, two) = fork(bft());
    let mut host = Host::of(&channel);
    channel.chain.push(one.clone());
    host.follow(channel.signed(&one));
    for _ in 0..3 {
        host.follow(channel.order_something());
    }
    let evidence = misbehaviour_any(block(channel.signed(&one)), block(channel.signed(&two)));
    assert_eq!(verdict(&host, &evidence), Ok("fork"));
    let Ok(Verdict::Misbehaviour(_)) = host.judge(&header_any(channel.signed(&two))) else { panic!("a contradiction") };
}

#[test]
fn what_would_not_have_convinced_convicts_nobody() {
    let (channel, one, two) = fork(bft());
    let host = Host::of(&channel);
    let good = block(channel.signed(&one));
    let refused = |other: raw::Block| {
        let one_way = verdict(&host, &misbehaviour_any(good.clone(), other.clone()));
        assert_eq!(one_way, verdict(&host, &misbehaviour_any(other, good.clone())));
        one_way.expect_err("no evidence")
    };
    assert_eq!(refused(block(two.block(&channel.signatures_of(&two, [1, 2])))), "insufficient-quorum");
    assert_eq!(refused(block(two.block(&channel.signatures(&one)))), "signature-invalid");
    assert_eq!(refused(good.clone()), "no-conflict");
    let next = Draft { number: 2, ..two.clone() };
    assert_eq!(refused(block(channel.signed(&next))), "no-conflict");
    let other_config = Draft { last_config: 7, ..two.clone() };
    assert_eq!(refused(block(channel.signed(&other_config))), "config-block-missed");
    let other_channel = Channel::new("another-channel", Kind::Bft, 4);
    let (other_channel, theirs, _) = fork(other_channel);
    assert_eq!(refused(block(other_channel.signed(&theirs))), "channel-mismatch");
    // A header of another channel alone names no channel, and hangs on another genesis.
    assert_eq!(refused(block(theirs.without_data(&other_channel.signatures(&theirs)))), "previous-hash");
    assert_eq!(verdict(&host, &Any { value: Vec::new(), ..misbehaviour_any(good.clone(), good) }), Err("block-missing"));
}

#[test]
fn a_conflicting_header_without_signatures_convicts_nobody() {
    let (mut channel, one, two) = fork(bft());
    let mut host = Host::of(&channel);
    channel.chain.push(one.clone());
    host.follow(channel.signed(&one));
    assert_eq!(host.refuses(two.block(&[])), "insufficient-quorum");
    host.follow(channel.order_something());
    assert_eq!(host.refuses(two.block(&[])), "insufficient-quorum");
}

#[test]
fn where_several_orderers_must_sign_one_of_them_convicts_nobody() {
    let (channel, one, two) = fork(raft());
    let host = Host::with(&channel, |client| client.raft = Some(raw::RaftSigners { orderers: 2, organisations: 1 }));
    let by = |draft: &Draft, orderers: [usize; 2]| raw::Block {
        block: draft.block(&[draft.classic(&channel.orderers[orderers[0]])]),
        copies: vec![draft.metadata(&[draft.classic(&channel.orderers[orderers[1]])])],
    };
    assert_eq!(verdict(&host, &misbehaviour_any(by(&one, [0, 1]), block(channel.signed(&two)))), Err("insufficient-orderers"));
    assert_eq!(verdict(&host, &misbehaviour_any(by(&one, [0, 1]), by(&two, [1, 2]))), Ok("fork"));
}

#[test]
fn a_frozen_client_shows_it_and_freezing_is_idempotent() {
    let channel = raft();
    let host = Host::of(&channel);
    let frozen = ClientState::decode(&host.client.freeze()).expect("our own");
    assert_eq!((frozen.status(&host.states, NOW), frozen.freeze()), (Status::Frozen, frozen.encode()));
    assert_eq!(frozen.parameters(), host.client.parameters());
}
