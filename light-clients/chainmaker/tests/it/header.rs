//! Headers: each rule broken alone, beside its honest twin.

use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite, MAX_BLOCKS};
use govhub_lc_core::Reason;
use govhub_types::{SigningKey, Time};
use govhub_x509::testing::{der_signature, pem, Authority};
use govhub_x509::spki_of_key;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{bent, bent_message, cert_chain, chain, judged, note, said, CERT, KINDS};

/// The block after the first one of a fresh chain, its header bent, then hashed and signed anew by a quorum.
fn resigned(bend: impl FnOnce(&mut Made)) -> &'static str {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let network = chain.network.clone();
    bent(&chain, &follower, &[note()], |made| {
        bend(made);
        made.sign(&network, 0, &[0, 1, 2]);
    })
}

#[test]
fn every_field_of_the_header_is_bound_by_its_hash() {
    for (auth_type, suite) in KINDS {
        let chain = chain(auth_type, suite);
        let follower = Follower::of(&chain);
        let bends: [fn(&mut Made); 13] = [
            |made| made.header.block_version += 1,
            |made| made.header.block_type ^= 2,
            |made| made.header.chain_id.push(b'2'),
            |made| made.header.block_height += 1,
            |made| made.header.block_hash[0] ^= 1,
            |made| made.header.pre_block_hash[0] ^= 1,
            |made| made.header.pre_conf_height += 1,
            |made| made.header.tx_count += 1,
            |made| made.header.tx_root[0] ^= 1,
            |made| made.header.dag_hash[0] ^= 1,
            |made| made.header.rw_set_root[0] ^= 1,
            |made| made.header.block_timestamp += 1,
            |made| made.header.consensus_args.push(1),
        ];
        for (field, bend) in bends.into_iter().enumerate() {
            assert_eq!(bent(&chain, &follower, &[note()], bend), "block-hash", "{} {suite:?}: field {}", auth_type.name(), field + 1);
        }
    }
}

#[test]
fn a_header_of_another_place_version_or_configuration_is_refused_though_a_quorum_signed_it() {
    assert_eq!(resigned(|made| made.header.chain_id = b"guangzhou".to_vec()), "chain-id");
    assert_eq!(resigned(|made| made.header.block_height += 1), "height");
    assert_eq!(resigned(|made| made.header.block_version += 100), "block-version");
    assert_eq!(resigned(|made| made.header.pre_conf_height = 1), "pre-conf-height");
}

#[test]
fn a_header_of_another_shape_is_refused_though_a_quorum_signed_it() {
    assert_eq!(resigned(|made| made.header.block_type = 8), "header-shape");
    assert_eq!(resigned(|made| made.header.block_timestamp = -1), "header-shape");
    assert_eq!(resigned(|made| made.header.pre_block_hash.truncate(31)), "header-shape");
    assert_eq!(resigned(|made| made.header.tx_root.push(0)), "header-shape");
    assert_eq!(resigned(|made| made.header.rw_set_root.clear()), "header-shape");
    assert_eq!(resigned(|made| made.header.dag_hash.clear()), "header-shape");
    assert_eq!(resigned(|made| made.header.tx_count = 0), "header-shape");
}

#[test]
fn a_quorum_that_signs_a_block_on_another_parent_has_forked_the_chain() {
    assert_eq!(resigned(|made| made.header.pre_block_hash[0] ^= 1), "misbehaviour: prev-hash");
}

#[test]
fn a_quorum_that_signs_another_block_at_a_stored_height_has_forked_the_chain() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let mut other = chain.next(&[note()]);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(judged(&follower, &other), "accepted", "the same block again");
    other.header.block_timestamp += 1;
    other.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judged(&follower, &other), "misbehaviour: conflicting-header");
    other.sign(&chain.network, 0, &[0, 1]);
    assert_eq!(judged(&follower, &other), "insufficient-quorum", "no quorum, no fork");
}

#[test]
fn the_next_height_comes_next_and_older_ones_are_no_news() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    (0..3).for_each(|_| drop(chain.make(&[note()])));
    assert_eq!(said(follower.offer(&chain.run(2, 2))), "height");
    assert_eq!(said(follower.offer(&chain.run(1, 3))), "accepted");
    follower.states.remove(&govhub_types::Height::new(0, 1));
    assert_eq!(said(follower.clone().offer(&chain.run(1, 1))), "height", "pruned");
    follower.states.remove(&govhub_types::Height::new(0, 3));
    let next = chain.next(&[note()]);
    assert_eq!(judged(&follower, &next), "no-consensus-state", "the newest one is missing");
}

#[test]
fn a_block_from_the_future_may_be_accepted_later() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let mut made = chain.next(&[note()]);
    made.header.block_timestamp = i64::try_from(follower.now.unix_s()).expect("this century") + 31;
    made.seal(&chain.network);
    assert_eq!(judged(&follower, &made), Reason::FROM_FUTURE);
    follower.now = Time::from_unix_s(follower.now.unix_s() + 1);
    assert_eq!(judged(&follower, &made), "accepted");
}

#[test]
fn a_header_with_an_unknown_swapped_or_repeated_field_is_refused() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let made = chain.next(&[note()]);
    let judge = |header: Vec<u8>| said(follower.clone().offer(&bent_message(&made, |message| message.blocks[0].header = header)));
    let good = made.header.encode_to_vec();
    assert_eq!(judge(good.clone()), "accepted");
    assert_eq!(judge([good.as_slice(), &[0x82, 0x01, 0]].concat()), "not-canonical", "field 16");
    assert_eq!(judge([good.as_slice(), &good[good.len() - 2 - made.header.signature.len()..]].concat()), "not-canonical", "field 15 twice");
    let version = 4; // one byte of tag, three of value
    let chain_id = &good[version..version + 2 + made.header.chain_id.len()];
    assert_eq!(judge([chain_id, &good[..version], &good[version + chain_id.len()..]].concat()), "not-canonical", "swapped");
    assert_eq!(judge(good[..good.len() - 1].to_vec()), "malformed");
}

#[test]
fn messages_without_blocks_with_too_many_or_of_another_kind_are_undecodable() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let made = chain.next(&[note()]);
    assert_eq!(said(follower.offer(&bent_message(&made, |message| message.blocks.clear()))), "no-blocks");
    assert_eq!(said(follower.offer(&bent_message(&made, |message| message.blocks = vec![made.bare(); MAX_BLOCKS + 1]))), "too-many");
    assert_eq!(said(follower.offer(&bent_message(&made, |message| message.certificates = vec![vec![1]; 513]))), "too-many");
    let good = made.update();
    assert_eq!(said(follower.offer(&Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), ..good.clone() })), "type-url");
    assert_eq!(said(follower.offer(&Any { value: vec![0; 500 * 1024 + 1], ..good.clone() })), "too-long");
    assert_eq!(said(follower.offer(&Any { value: [good.value.as_slice(), &[0x20, 1]].concat(), ..good })), "not-canonical");
}

/// A block that `member` proposes and `key` signs, votes as they should be.
fn proposed(chain: &Chain, follower: &Follower, member: Option<govhub_lc_chainmaker::proto::chainmaker::v2::Member>, key: &SigningKey) -> &'static str {
    bent(chain, follower, &[note()], |made| {
        made.header.proposer = member;
        let hash = made.hash(chain.network.suite);
        made.header.block_hash = hash.to_vec();
        made.header.signature = der_signature(key, &hash);
        made.vote(&chain.network, 0, &[0, 1, 2]);
    })
}

#[test]
fn a_proposer_is_a_consensus_node_whose_certificate_holds() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let network = &chain.network;
    let (one, two) = (&network.nodes[0], &network.nodes[1]);
    assert_eq!(proposed(&chain, &follower, Some(one.member.clone()), &one.key), "accepted");
    assert_eq!(proposed(&chain, &follower, Some(one.member.clone()), &two.key), "proposer-signature");
    assert_eq!(proposed(&chain, &follower, None, &one.key), "proposer-kind");
    let admin = network.member(&one.key, "org0.test", "admin", 50);
    assert_eq!(proposed(&chain, &follower, Some(admin), &one.key), "proposer-role");
    let mut claimed = one.member.clone();
    claimed.org_id = b"org1.test".to_vec();
    assert_eq!(proposed(&chain, &follower, Some(claimed), &one.key), "proposer-org-mismatch");
    let mut garbled = one.member.clone();
    garbled.member_info.truncate(100);
    assert_eq!(proposed(&chain, &follower, Some(garbled), &one.key), "proposer-certificate");
    let mut alias = one.member.clone();
    alias.member_type = 4;
    assert_eq!(proposed(&chain, &follower, Some(alias), &one.key), "proposer-kind");
}

#[test]
fn a_proposer_of_an_organisation_without_root_or_without_nodes_is_refused() {
    let mut network = Network::new(CERT, Suite::P256, 4);
    let stranger = Network { authorities: vec![("stranger".into(), Authority::root(Suite::P256.key_kind(), 77, "ca"))], ..network.clone() }.node(60, "stranger");
    network.authorities.push(("idle".into(), Authority::root(Suite::P256.key_kind(), 78, "ca")));
    let idle = network.node(61, "idle");
    let chain = Chain::new(network);
    let follower = Follower::of(&chain);
    assert_eq!(proposed(&chain, &follower, Some(stranger.member), &stranger.key), "proposer-org-not-trusted");
    assert_eq!(proposed(&chain, &follower, Some(idle.member), &idle.key), "proposer-not-in-set");
}

#[test]
fn in_key_modes_the_proposers_key_makes_it_a_node() {
    for suite in [Suite::P256, Suite::Sm2] {
        let chain = chain(AuthType::PermissionedWithKey, suite);
        let follower = Follower::of(&chain);
        let (one, stranger) = (&chain.network.nodes[0], chain.network.node(60, "org0.test"));
        assert_eq!(proposed(&chain, &follower, Some(stranger.member.clone()), &stranger.key), "proposer-not-in-set");
        let mut elsewhere = one.member.clone();
        elsewhere.org_id = b"org1.test".to_vec();
        assert_eq!(proposed(&chain, &follower, Some(elsewhere), &one.key), "proposer-org-mismatch");
        let other = if suite == Suite::P256 { Suite::Sm2 } else { Suite::P256 };
        let foreign = SigningKey::from_seed(other.key_kind(), &[7; 32]);
        let member = govhub_lc_chainmaker::proto::chainmaker::v2::Member {
            member_info: pem("PUBLIC KEY", &spki_of_key(&foreign.public_key())).into_bytes(),
            ..one.member.clone()
        };
        assert_eq!(proposed(&chain, &follower, Some(member), &foreign), "proposer-key-suite");
    }
}

#[test]
fn certificates_are_valid_at_the_blocks_time_and_not_at_the_hosts() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    follower.now = Time::from_unix_s(3_000_000_000);
    let at = |seconds: i64| {
        bent(&chain, &follower, &[note()], |made| {
            made.header.block_timestamp = seconds;
            made.sign(&chain.network, 0, &[0, 1, 2]);
        })
    };
    assert_eq!(at(2_082_758_400), "accepted", "the last second");
    assert_eq!(at(2_082_758_401), "proposer-cert-expired");
    assert_eq!(at(1_767_225_599), "proposer-cert-expired", "not yet valid");
}

#[test]
fn transactions_are_of_this_chain_and_signed_by_whom_they_name() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let network = &chain.network;
    let payload = |made: &mut Made, bend: fn(&mut govhub_lc_chainmaker::proto::chainmaker::v2::Payload)| bend(made.txs[0].payload.as_mut().expect("one"));
    let resealed = |bend: &dyn Fn(&mut Made)| {
        bent(&chain, &follower, &[note()], |made| {
            bend(made);
            made.seal(network);
        })
    };
    assert_eq!(resealed(&|made| { payload(made, |payload| payload.chain_id = b"guangzhou".to_vec()); made.sign_tx(network, 0) }), "tx-chain-id");
    assert_eq!(resealed(&|made| payload(made, |payload| payload.timestamp += 1)), "sender-signature");
    assert_eq!(resealed(&|made| made.txs[0].sender = None), "sender-signature");
    assert_eq!(resealed(&|made| made.txs[0].payload = None), "tx-malformed");
    assert_eq!(resealed(&|made| made.txs[0].endorsers.push(Default::default())), "endorser-kind");
    let endorsed = |made: &mut Made, key: &SigningKey| {
        let signed = made.txs[0].payload.clone().expect("one").encode_to_vec();
        let signer = Some(network.nodes[1].member.clone());
        made.txs[0].endorsers.push(govhub_lc_chainmaker::proto::chainmaker::v2::EndorsementEntry { signer, signature: der_signature(key, &signed) });
    };
    assert_eq!(resealed(&|made| endorsed(made, &network.nodes[1].key)), "accepted");
    assert_eq!(resealed(&|made| endorsed(made, &network.nodes[2].key)), "endorser-signature");
}

#[test]
fn what_a_block_did_is_shown_whole_in_its_order_and_once() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let calls = [note(), Call::writing("T", vec![("T".into(), b"b".to_vec(), b"2".to_vec())]), note()];
    let bent = |bend: fn(&mut Made)| bent(&chain, &follower, &calls, bend);
    assert_eq!(bent(|made| made.txs.swap(0, 1)), "tx-root");
    assert_eq!(bent(|made| { made.txs.swap(0, 1); made.rw_sets.swap(0, 1) }), "tx-root");
    assert_eq!(bent(|made| made.rw_sets.swap(0, 1)), "rw-set");
    assert_eq!(bent(|made| { made.txs.pop(); made.rw_sets.pop(); }), "tx-count");
    // The tree of three is that of four with the last one twice.
    assert_eq!(bent(|made| { made.txs.push(made.txs[2].clone()); made.rw_sets.push(made.rw_sets[2].clone()) }), "tx-count");
    assert_eq!(bent(|made| made.rw_sets[2].tx_writes.clear()), "rw-set");
    assert_eq!(bent(|made| made.dag.extend([0x12, 0])), "dag-hash");
    assert_eq!(bent(|made| made.txs[1].result.as_mut().expect("one").code = 1), "tx-root");
    assert_eq!(bent(|made| made.txs[1].result.as_mut().expect("one").contract_result.as_mut().expect("one").gas_used += 1), "accepted", "gas is not hashed");
}

#[test]
fn bodies_of_another_shape_are_refused() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let made = chain.next(&[note()]);
    let judge = |bend: &dyn Fn(&mut govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1::Block)| {
        said(follower.clone().offer(&bent_message(&made, |message| bend(&mut message.blocks[0]))))
    };
    assert_eq!(judge(&|_| {}), "accepted");
    assert_eq!(judge(&|block| block.body = None), "body-missing");
    assert_eq!(judge(&|block| block.body.as_mut().expect("whole").entries[0].tx_hash = vec![0; 32]), "body-shape");
    assert_eq!(judge(&|block| block.body.as_mut().expect("whole").entries[0].tx.clear()), "body-shape");
    assert_eq!(judge(&|block| { let entry = &mut block.body.as_mut().expect("whole").entries[0]; (entry.tx, entry.tx_hash) = (Vec::new(), vec![0; 31]) }), "header-shape");
    assert_eq!(judge(&|block| block.body.as_mut().expect("whole").entries[0].tx.push(0)), "malformed");
    assert_eq!(judge(&|block| block.body.as_mut().expect("whole").dag.clear()), "accepted", "nothing depends on the DAG");
}

#[test]
fn a_write_set_of_another_transaction_is_refused_though_the_roots_hold() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let mut made = chain.next(&[note()]);
    made.rw_sets[0].tx_id = b"another".to_vec();
    made.seal(&chain.network);
    assert_eq!(judged(&follower, &made), "rw-set");
    let mut made = chain.next(&[note()]);
    made.root(chain.network.suite);
    made.txs[0].result.as_mut().expect("one").rw_set_hash = vec![0; 32];
    let leaf = chain.network.suite.hash(&[&{ let mut tx = made.txs[0].clone(); tx.result.as_mut().expect("one").contract_result.as_mut().expect("one").gas_used = 0; tx.encode_to_vec() }]);
    made.header.tx_root = leaf.to_vec();
    made.sign(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judged(&follower, &made), "rw-set");
}
