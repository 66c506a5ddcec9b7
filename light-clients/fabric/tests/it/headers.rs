//! Blocks of a BFT channel, one broken rule at a time.

use govhub_lc_core::{CheckOutcome, LightClient, Verdict};
use govhub_lc_fabric::testing::{header_any, run_any, Channel, Draft, Kind, Signature};
use govhub_lc_fabric::{ConsensusState, CHECKS};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::world::{accepted, bft, high_s_twin, Host, CHANNEL, NOW};

/// A channel with its client at genesis, and the next block, not yet signed.
fn next() -> (Channel, Host, Draft) {
    let mut channel = bft();
    let host = Host::of(&channel);
    let entry = channel.put("key", b"value");
    let draft = channel.draft(vec![entry]);
    (channel, host, draft)
}

/// Why the next block is refused when its signatures are bent; the unbent twin is accepted.
fn signatures_bent(bend: impl FnOnce(&Channel, &Draft, &mut Vec<Signature>)) -> &'static str {
    let (channel, host, draft) = next();
    let mut signatures = channel.signatures(&draft);
    accepted(host.judge(&header_any(draft.block(&signatures))));
    bend(&channel, &draft, &mut signatures);
    host.refuses(draft.block(&signatures))
}

#[test]
fn blocks_are_followed_whole_and_as_headers_and_every_check_is_named() {
    let (mut channel, mut host, draft) = next();
    let update = host.follow(channel.signed(&draft));
    assert_eq!(update.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    assert!(update.checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
    assert_eq!(update.trust.expect("told").to_string(), "BFT quorum, n=4, f=1");
    let state = ConsensusState::decode(&update.consensus_states[0].1).expect("our own");
    assert_eq!((state.header_hash, state.time(), state.config_block, state.config), (draft.header().hash(), NOW, 0, None));
    channel.chain.push(draft);

    let entry = channel.put("key", b"value");
    let draft = channel.draft(vec![entry]);
    host.follow(draft.without_data(&channel.signatures(&draft)));
    assert_eq!(host.client.latest_height(), Height::new(0, 2));
}

#[test]
fn any_quorum_signs_and_more_than_a_quorum_may() {
    let (channel, host, draft) = next();
    for signers in [vec![1, 2, 3], vec![4, 2, 3], vec![1, 2, 3, 4]] {
        accepted(host.judge(&header_any(draft.block(&channel.signatures_of(&draft, signers)))));
    }
    let classic: Vec<Signature> = channel.orderers.iter().take(3).map(|node| draft.classic(node)).collect();
    accepted(host.judge(&header_any(draft.block(&classic))));
}

#[test]
fn too_few_consenters_are_no_quorum() {
    assert_eq!(signatures_bent(|_, _, signatures| drop(signatures.pop())), "insufficient-quorum");
    assert_eq!(signatures_bent(|_, _, signatures| signatures.clear()), "insufficient-quorum");
    assert_eq!(signatures_bent(|channel, draft, signatures| *signatures = channel.signatures_of(draft, [1, 1, 1])), "duplicate-signer");
}

#[test]
fn a_consenter_counts_once_whatever_form_its_signature_has() {
    assert_eq!(signatures_bent(|_, _, signatures| signatures[2] = signatures[0].clone()), "duplicate-signer");
    assert_eq!(signatures_bent(|channel, draft, signatures| signatures[2] = draft.classic(&channel.orderers[0])), "duplicate-signer");
    assert_eq!(signatures_bent(|_, _, signatures| signatures.extend(signatures.clone())), "duplicate-signer");
}

#[test]
fn a_signature_under_another_number_is_wrong() {
    // Consenter 1 signs and says that it is 4.
    assert_eq!(signatures_bent(|channel, draft, signatures| signatures[0] = draft.by_number(4, &channel.orderers[0])), "signature-invalid");
    // Its honest signature with the number changed.
    assert_eq!(
        signatures_bent(|channel, draft, signatures| signatures[0].identifier_header = draft.by_number(4, &channel.orderers[0]).identifier_header),
        "signature-invalid"
    );
}

#[test]
fn strangers_and_unknown_numbers_do_not_count() {
    let stranger = |channel: &Channel| channel.orderer_organisations[0].member("orderer", "stranger");
    assert_eq!(signatures_bent(|channel, draft, signatures| signatures[0] = draft.by_number(9, &stranger(channel))), "insufficient-quorum");
    assert_eq!(signatures_bent(|channel, draft, signatures| signatures[0] = draft.classic(&stranger(channel))), "insufficient-quorum");
}

#[test]
fn the_twin_with_the_larger_s_is_refused() {
    assert_eq!(signatures_bent(|_, _, signatures| signatures[1].signature = high_s_twin(&signatures[1].signature)), "signature-high-s");
}

#[test]
fn malformed_signatures_are_refused() {
    assert_eq!(signatures_bent(|_, _, signatures| signatures[1].signature.push(0)), "signature-malformed");
    assert_eq!(signatures_bent(|_, _, signatures| signatures[1].signature.clear()), "signature-malformed");
    assert_eq!(signatures_bent(|_, _, signatures| signatures[1].identifier_header.clear()), "signature-form");
    assert_eq!(
        signatures_bent(|channel, draft, signatures| signatures[1].signature_header = draft.classic(&channel.orderers[1]).signature_header),
        "signature-form"
    );
}

#[test]
fn signatures_of_another_block_are_refused() {
    let (mut channel, host, draft) = next();
    let entry = channel.put("key", b"another value");
    let other = channel.draft(vec![entry]);
    let signatures = channel.signatures(&other);
    accepted(host.judge(&header_any(other.block(&signatures))));
    assert_eq!(host.refuses(draft.block(&signatures)), "signature-invalid");
    let bent = Draft { consenter_metadata: vec![0x10, 99], ..other };
    assert_eq!(host.refuses(bent.block(&signatures)), "signature-invalid", "the orderers' own data are signed");
}

#[test]
fn each_bent_part_of_a_block_is_refused() {
    let (channel, host, draft) = next();
    let bent = |bend: &dyn Fn(&mut Draft)| {
        let mut bent = draft.clone();
        bend(&mut bent);
        host.refuses(channel.signed(&bent))
    };
    assert_eq!(bent(&|block| block.previous_hash = Some([9; 32])), "previous-hash");
    assert_eq!(bent(&|block| block.previous_hash = None), "header-shape");
    assert_eq!(bent(&|block| block.last_config = 1), "config-block-missed");
    assert_eq!(bent(&|block| block.data.clear()), "block-empty");
}

#[test]
fn envelopes_cannot_be_glued_or_cut_without_changing_the_hash() {
    let (mut channel, host, draft) = next();
    let second = channel.put("key", b"other");
    let draft = Draft { data: vec![draft.data[0].clone(), second], ..draft };
    accepted(host.judge(&header_any(channel.signed(&draft))));
    let glued = Draft { data: vec![draft.data.concat()], ..draft.clone() };
    assert_eq!(glued.header(), draft.header(), "the hash is over the concatenation");
    assert_eq!(host.refuses(channel.signed(&glued)), "envelope-not-canonical");
    let whole = draft.data.concat();
    let cut = Draft { data: vec![whole[..100].to_vec(), whole[100..].to_vec()], ..draft };
    assert_eq!(host.refuses(channel.signed(&cut)), "envelope-not-canonical");
}

#[test]
fn data_that_the_header_does_not_hash_are_refused() {
    let (channel, host, draft) = next();
    let signed = channel.signed(&draft);
    accepted(host.judge(&header_any(signed.clone())));
    let place = signed.windows(5).position(|window| window == b"value").expect("what the transaction writes");
    let mut bent = signed;
    bent[place] ^= 1;
    assert_eq!(host.refuses(bent), "data-hash");
}

#[test]
fn blocks_of_another_channel_with_the_same_orderers_are_refused() {
    let (channel, host, _) = next();
    let mut other = Channel::new("another-channel", Kind::Bft, 4);
    assert_eq!(other.orderers[0].pem, channel.orderers[0].pem, "the same keys");
    let block = other.order_something();
    accepted(Host::of(&other).judge(&header_any(block.clone())));
    assert_eq!(host.refuses(block), "channel-mismatch");
    // Without data nothing names the channel, but it hangs on another genesis.
    let header = other.newest().without_data(&other.signatures(other.newest()));
    assert_eq!(host.refuses(header), "previous-hash");
    // One envelope of another channel among ours.
    let (mut channel, host, draft) = next();
    let mut call = channel.put_call("key", b"value");
    call.channel_id = "another-channel".into();
    let mixed = Draft { data: vec![draft.data[0].clone(), call.transaction(&[])], ..draft };
    assert_eq!(host.refuses(channel.signed(&mixed)), "channel-mismatch");
}

#[test]
fn a_known_block_changes_nothing_and_an_unknown_old_one_is_of_no_use() {
    let mut channel = bft();
    let mut host = Host::of(&channel);
    let first = channel.order_something();
    let (second, third) = (channel.order_something(), channel.order_something());
    host.follow(first.clone());
    host.accept(&run_any(vec![(channel.chain[2].bare(), Vec::new()), (third.clone(), Vec::new())]), NOW);
    for known in [first, third] {
        let update = accepted(host.judge(&header_any(known)));
        assert_eq!((update.client_state, update.consensus_states.len()), (host.client.encode(), 0));
    }
    assert_eq!(host.refuses(second), "height-not-increasing");
    let known_without_data = channel.chain[1].without_data(&[]);
    assert!(accepted(host.judge(&header_any(known_without_data))).consensus_states.is_empty(), "the hash alone says that it is known");
}

#[test]
fn channels_with_fewer_than_four_consenters_are_followed_and_shown_without_fault_tolerance() {
    for (consenters, shown) in [(1, "BFT quorum, n=1, f=0, single operator, no fault tolerance"), (3, "BFT quorum, n=3, f=0, no fault tolerance"), (7, "BFT quorum, n=7, f=2")] {
        let mut channel = Channel::new(CHANNEL, Kind::Bft, consenters);
        let mut host = Host::of(&channel);
        host.follow(channel.order_something());
        assert_eq!(host.client.trust_class().to_string(), shown);
        let draft = channel.draft(channel.newest().data.clone());
        let mut too_few = channel.signatures(&draft);
        too_few.pop();
        assert_eq!(host.refuses(draft.block(&too_few)), "insufficient-quorum", "{consenters}");
    }
}

#[test]
fn messages_that_are_no_header_are_undecodable() {
    let (channel, host, draft) = next();
    let good = header_any(channel.signed(&draft));
    let code = |any: Any| match host.judge(&any) {
        Err(govhub_lc_core::Fault::Undecodable(reason)) => reason.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), ..good.clone() }), "type-url");
    assert_eq!(code(Any { value: [good.value.as_slice(), &[0x12, 0]].concat(), ..good.clone() }), "malformed");
    assert_eq!(code(Any { value: good.value[..good.value.len() - 1].to_vec(), ..good.clone() }), "malformed");
    assert_eq!(code(Any { value: vec![0; govhub_lc_fabric::MAX_MESSAGE_BYTES + 1], ..good }), "too-long");
    assert_eq!(host.refuses_any(&run_any(Vec::new())), "run-empty");
    assert_eq!(host.refuses(b"no block".to_vec()), "malformed");
    assert_eq!(host.refuses(Vec::new()), "header-missing");
    assert_eq!(host.refuses(draft.bare()), "metadata-missing");
}

#[test]
fn a_client_without_its_newest_state_can_judge_nothing() {
    let (channel, mut host, draft) = next();
    host.states.0.clear();
    assert_eq!(host.judge(&header_any(channel.signed(&draft))), Err(govhub_lc_core::Fault::NoConsensusState(Height::new(0, 0))));
}

#[test]
fn time_is_the_hosts_when_it_accepted_the_block() {
    let (channel, mut host, draft) = next();
    let later = Time::from_unix_s(NOW.unix_s() + 7);
    let update = host.accept(&header_any(channel.signed(&draft)), later);
    assert_eq!(host.client.consensus_time(&update.consensus_states[0].1), Ok(later));
    assert!(matches!(host.judge(&header_any(channel.signed(&draft))), Ok(Verdict::Accepted(_))));
}
