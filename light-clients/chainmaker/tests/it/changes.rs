//! From what blocks wrote to who may sign: configurations, frozen and revoked certificates.

use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite};
use govhub_x509::testing::der::{integer, sequence};
use govhub_x509::testing::{pem, Authority};
use prost::Message;

use crate::world::{bent, cert_chain, chain as fresh, judged, note, said, CERT};

/// What becomes of a configuration written by `contract`, after `bend`; everything around it is honest.
fn configured(contract: &str, bend: impl FnOnce(&mut chain::ChainConfig)) -> &'static str {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let mut config = chain.next_config(&chain.network);
    bend(&mut config);
    judged(&follower, &chain.next(&[Call::configuring(contract, &config)]))
}

#[test]
fn a_new_configuration_is_of_this_chain_suite_and_consensus_and_has_the_next_number() {
    for contract in ["CHAIN_CONFIG", "MULTI_SIGN"] {
        assert_eq!(configured(contract, |_| {}), "accepted");
        assert_eq!(configured(contract, |config| config.sequence = 0), "config-sequence");
        assert_eq!(configured(contract, |config| config.sequence = 2), "config-sequence");
        assert_eq!(configured(contract, |config| config.chain_id = b"other".to_vec()), "config-chain-id");
        assert_eq!(configured(contract, |config| config.crypto.as_mut().expect("one").hash = b"SM3".to_vec()), "config-suite");
        assert_eq!(configured(contract, |config| config.crypto.as_mut().expect("one").hash = b"SHA3_256".to_vec()), "unsupported-hash");
        assert_eq!(configured(contract, |config| config.auth_type = b"public".to_vec()), "config-auth-type");
        assert_eq!(configured(contract, |config| config.auth_type = b"anyone".to_vec()), "unsupported-auth-type");
        assert_eq!(configured(contract, |config| config.consensus.as_mut().expect("one").r#type = 4), "config-consensus");
        for (number, _) in [(0, "SOLO"), (2, "MBFT"), (3, "MAXBFT"), (5, "DPOS"), (10, "POW"), (6, "unknown")] {
            assert_eq!(configured(contract, |config| config.consensus.as_mut().expect("one").r#type = number), "unsupported-consensus");
        }
        assert_eq!(configured(contract, |config| config.consensus.as_mut().expect("one").nodes.clear()), "config-malformed");
        assert_eq!(configured(contract, |config| { let nodes = &mut config.consensus.as_mut().expect("one").nodes; nodes.push(nodes[0].clone()) }), "config-malformed");
        assert_eq!(configured(contract, |config| config.version = b"soon".to_vec()), "config-malformed");
    }
}

#[test]
fn a_configuration_may_hold_fields_and_roots_that_are_not_read() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let mut config = chain.next_config(&chain.network);
    config.trust_roots[3].root.push(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".to_vec());
    let mut call = Call::configuring("CHAIN_CONFIG", &config);
    call.writes[0].2.extend([0x32, 0x02, 0x40, 0x1e]); // field 6, the block limits
    call.result = call.writes[0].2.clone();
    assert_eq!(said(follower.offer(&chain.next(&[call]).update())), "accepted");
    assert_eq!(follower.client.authority().config().roots["org3.test"].len(), 1);
}

#[test]
fn a_configuration_block_holds_one_configuration_transaction_and_says_so() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let config = Call::configuring("CHAIN_CONFIG", &chain.next_config(&chain.network));
    assert_eq!(judged(&follower, &chain.next(std::slice::from_ref(&config))), "accepted");
    assert_eq!(judged(&follower, &chain.next(&[config.clone(), note()])), "config-block-shape", "with another transaction");
    let typed = |calls: &[Call], block_type: i32| {
        let mut made = chain.next(calls);
        made.header.block_type = block_type;
        made.seal(&chain.network);
        judged(&follower, &made)
    };
    assert_eq!(typed(std::slice::from_ref(&config), 0), "config-block-shape", "in an ordinary block");
    assert_eq!(typed(&[note()], 1), "config-block-shape", "none in a configuration block");
    assert_eq!(typed(&[config.clone(), note()], 1 | 4), "accepted", "beside the transaction that charges for it");
    assert_eq!(typed(&[config], 1 | 4), "config-block-shape", "which must then be there");
    assert_eq!(typed(&[note()], 2), "accepted", "contract management");
}

#[test]
fn what_a_configuration_transaction_returns_is_what_it_wrote() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let honest = Call::configuring("CHAIN_CONFIG", &chain.next_config(&chain.network));
    let lying = Call { result: chain.next_config(&Network::new(CERT, Suite::P256, 3)).encode_to_vec(), ..honest };
    assert_eq!(judged(&follower, &chain.next(&[lying])), "config-result");
}

#[test]
fn pre_conf_height_moves_behind_a_configuration_block_that_succeeded_and_behind_no_other() {
    for (contract, code, moves) in [("CHAIN_CONFIG", 0, true), ("CHAIN_CONFIG", 4, false), ("MULTI_SIGN", 0, false)] {
        let mut chain = cert_chain();
        let mut follower = Follower::of(&chain);
        let call = Call::configuring(contract, &chain.next_config(&chain.network));
        let call = if code == 0 { call } else { Call { code, result: Vec::new(), writes: Vec::new(), ..call } };
        chain.make(&[call]);
        assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
        for told in [0, 1] {
            let mut next = chain.next(&[note()]);
            next.header.pre_conf_height = told;
            next.seal(&chain.network);
            let expected = if moves == (told == 1) { "accepted" } else { "pre-conf-height" };
            assert_eq!(judged(&follower, &next), expected, "{contract}, code {code}, told {told}");
        }
    }
}

#[test]
fn a_failed_transaction_that_changes_the_signers_stops_the_client() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let mut made = chain.next(&[Call::configuring("MULTI_SIGN", &chain.next_config(&chain.network))]);
    assert_eq!(judged(&follower, &made), "accepted");
    made.txs[0].result.as_mut().expect("one").contract_result.as_mut().expect("one").code = 1;
    made.seal(&chain.network);
    assert_eq!(judged(&follower, &made), "change-failed");
}

#[test]
fn new_signers_sign_from_the_next_block_on_and_old_ones_until_then() {
    for contract in ["CHAIN_CONFIG", "MULTI_SIGN"] {
        let mut chain = cert_chain();
        let mut follower = Follower::of(&chain);
        let four = chain.network.clone();
        let five = Network::new(CERT, Suite::P256, 5);
        let early = {
            let mut made = chain.next(&[Call::configuring(contract, &chain.next_config(&five))]);
            made.vote(&five, 0, &[0, 1, 4]);
            made
        };
        assert_eq!(judged(&follower, &early), "voter-not-in-set", "the block that adds a node is not signed by it");
        chain.reconfigure(contract, five.clone());
        assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
        let next = chain.next(&[note()]);
        assert_eq!(judged(&follower, &next), "accepted");
        let votes = |network: &Network, voters: &[usize]| { let mut made = next.clone(); made.vote(network, 0, voters); judged(&follower, &made) };
        assert_eq!(votes(&five, &[0, 1, 2]), "insufficient-quorum", "three of five");
        assert_eq!(votes(&five, &[0, 1, 2, 4]), "accepted");
        // And back: the fifth is removed.
        chain.make(&[note()]);
        chain.reconfigure(contract, four.clone());
        assert_eq!(said(follower.offer(&chain.run(2, 3))), "accepted");
        let next = chain.next(&[note()]);
        let mut removed = next.clone();
        removed.vote(&five, 0, &[0, 1, 4]);
        assert_eq!(judged(&follower, &removed), "voter-not-in-set");
        let mut proposed = next.clone();
        proposed.sign(&five, 4, &[0, 1, 2]);
        assert_eq!(judged(&follower, &proposed), "proposer-org-not-trusted", "its root went with it");
        assert_eq!(judged(&follower, &next), "accepted");
    }
}

#[test]
fn a_frozen_certificate_stops_counting_from_the_next_block_until_it_is_thawed() {
    for (suite, contract) in [(Suite::P256, "CERT_MANAGE"), (Suite::Sm2, "CERT_MANAGE"), (Suite::P256, "MULTI_SIGN")] {
        let mut chain = fresh(CERT, suite);
        let mut follower = Follower::of(&chain);
        let node = chain.network.nodes[2].clone();
        let hash = chain.network.certificate_hash(&node.member);
        let freeze = chain.make(&[Call::freezing(contract, &hash, &node.member.member_info)]);
        assert!(freeze.vote_set.votes.iter().any(|entry| entry.voter == node.id.as_bytes()), "it signs the block that freezes it");
        assert_eq!(said(follower.offer(&freeze.update())), "accepted");
        let next = chain.next(&[note()]);
        assert_eq!(judged(&follower, &next), "voter-cert-frozen");
        let mut without = next.clone();
        without.vote(&chain.network, 0, &[0, 1, 3]);
        assert_eq!(judged(&follower, &without), "accepted");
        let mut proposed = next.clone();
        proposed.sign(&chain.network, 2, &[0, 1, 3]);
        assert_eq!(judged(&follower, &proposed), "proposer-cert-frozen");
        let mut thaw = chain.next(&[Call::freezing(contract, &hash, b"")]);
        thaw.vote(&chain.network, 0, &[0, 1, 3]);
        assert_eq!(said(follower.offer(&thaw.update())), "accepted");
        chain.push(thaw);
        assert_eq!(judged(&follower, &chain.next(&[note()])), "accepted");
        assert!(follower.client.authority().raw().frozen.is_empty());
    }
}

#[test]
fn a_twin_of_a_frozen_certificate_is_frozen_too() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let node = chain.network.nodes[2].clone();
    let twin = chain::Member { member_info: pem("CERTIFICATE", &other_s(&node.member.member_info)).into_bytes(), ..node.member.clone() };
    assert_ne!(chain.network.certificate_hash(&twin), chain.network.certificate_hash(&node.member));
    let vote_of_twin = |chain: &Chain| {
        let mut made = chain.next(&[note()]);
        let vote = made.vote_set.votes[2].vote.take().expect("honest");
        made.vote_set.votes[2].vote = Some(chain.network.signed_vote(vote, &node.key, &twin));
        made
    };
    assert_eq!(judged(&follower, &vote_of_twin(&chain)), "accepted", "a certificate as good as the first");
    chain.make(&[Call::freezing("CERT_MANAGE", &chain.network.certificate_hash(&node.member), &node.member.member_info)]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(judged(&follower, &vote_of_twin(&chain)), "voter-cert-frozen");
}

/// A certificate's DER with (r, n - s) in place of (r, s).
fn other_s(member_info: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca,
        0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let certificate = govhub_x509::Certificate::from_pem(member_info).expect("our own");
    let der = certificate.der();
    // SEQUENCE { tbs, algorithm, BIT STRING { 00, SEQUENCE { r, s } } }: the last 70 to 72 bytes are the pair.
    let pair_at = (60..80).map(|back| der.len() - back).find(|at| der[*at] == 0x30 && usize::from(der[at + 1]) + 2 == der.len() - at).expect("a DER pair at the end");
    let pair = &der[pair_at..];
    let r_length = usize::from(pair[3]);
    let number = |bytes: &[u8]| { let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes); [vec![0; 32 - bytes.len()], bytes.to_vec()].concat() };
    let (r, s) = (number(&pair[4..4 + r_length]), number(&pair[6 + r_length..]));
    let mut other = [0u8; 32];
    let mut borrow = 0i16;
    for place in (0..32).rev() {
        let difference = i16::from(ORDER[place]) - i16::from(s[place]) - borrow;
        borrow = i16::from(difference < 0);
        other[place] = (difference + 256 * borrow) as u8;
    }
    let bits = [vec![0], sequence(&[integer(&r), integer(&other)])].concat();
    let bit_string = govhub_x509::testing::der::tlv(0x03, &bits);
    let header = if der[1] == 0x82 { 4 } else { 3 };
    let body = [&der[header..pair_at - 3], bit_string.as_slice()].concat();
    govhub_x509::testing::der::tlv(0x30, &body)
}

#[test]
fn a_revoked_certificate_stops_counting_from_the_next_block() {
    for suite in [Suite::P256, Suite::Sm2] {
        let mut chain = fresh(CERT, suite);
        let mut follower = Follower::of(&chain);
        let authority = chain.network.authority("org2.test").clone();
        let revoke = |chain: &Chain, list: &[u8]| { let mut made = chain.next(&[Call::revoking(&authority.key_id(), list)]); made.vote(&chain.network, 0, &[0, 1, 3]); made };
        let made = revoke(&chain, &authority.crl(&[3]));
        assert_eq!(said(follower.offer(&made.update())), "accepted");
        chain.push(made);
        assert_eq!(judged(&follower, &chain.next(&[note()])), "voter-cert-revoked", "serial 3 is the third node's");
        let newer = revoke(&chain, &authority.crl(&[77]));
        assert_eq!(said(follower.offer(&newer.update())), "accepted");
        chain.push(newer);
        assert_eq!(judged(&follower, &chain.next(&[note()])), "accepted", "a new list is put in place of the old one");
        let foreign = Authority::root(suite.key_kind(), 91, "ca.org2.test").crl(&[3]);
        let made = revoke(&chain, &foreign);
        assert_eq!(said(follower.offer(&made.update())), "accepted");
        chain.push(made);
        assert_eq!(judged(&follower, &chain.next(&[note()])), "accepted", "a list that the authority did not sign revokes nothing");
    }
}

#[test]
fn senders_with_frozen_or_revoked_certificates_are_refused() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let member = chain.network.client.1.clone();
    chain.make(&[Call::freezing("CERT_MANAGE", &chain.network.certificate_hash(&member), &member.member_info)]);
    assert_eq!(said(follower.clone().offer(&chain.run(1, 1))), "accepted");
    let mut frozen = follower.clone();
    assert_eq!(said(frozen.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(judged(&frozen, &chain.next(&[note()])), "sender-cert-frozen");
    let mut chain = cert_chain();
    let authority = chain.network.authority("org0.test").clone();
    chain.make(&[Call::revoking(&authority.key_id(), &authority.crl(&[200]))]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(judged(&follower, &chain.next(&[note()])), "sender-cert-revoked");
}

#[test]
fn malformed_changes_stop_the_client_and_writes_of_others_change_nothing() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let by = |contract: &str, key: &[u8], value: &[u8]| judged(&follower, &chain.next(&[Call::writing("MULTI_SIGN", vec![(contract.into(), key.to_vec(), value.to_vec())])]));
    assert_eq!(by("CERT_MANAGE", b"freeze_00", b"x"), "change-malformed", "no hash");
    assert_eq!(by("CERT_MANAGE", b"freeze_zz", b"x"), "change-malformed");
    assert_eq!(by("CERT_MANAGE", b"c_zz", pem("crl", &chain.network.authority("org0.test").crl(&[1])).as_bytes()), "change-malformed");
    assert_eq!(by("CERT_MANAGE", b"c_00", b"no list"), "change-malformed");
    assert_eq!(by("CHAIN_CONFIG", b"CHAIN_CONFIG", b"no configuration"), "config-malformed");
    assert_eq!(by("CERT_MANAGE", b"CERT_FREEZE", b"[]"), "accepted");
    assert_eq!(by("T", b"freeze_00", b"x"), "accepted");
    assert_eq!(by("T", b"CHAIN_CONFIG", b"x"), "accepted");
}

#[test]
fn more_frozen_certificates_than_are_remembered_stop_the_client() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let call = |from: u16, to: u16| {
        let writes = (from..to).map(|number| {
            let hash = Suite::P256.hash(&[&number.to_be_bytes()]);
            ("CERT_MANAGE".to_owned(), format!("freeze_{}", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()).into_bytes(), b"x".to_vec())
        });
        Call::writing("CERT_MANAGE", writes.collect())
    };
    let mut chain = chain;
    chain.make(&[call(0, 1024)]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(bent(&chain, &follower, &[note()], |_| {}), "accepted");
    assert_eq!(judged(&follower, &chain.next(&[call(1024, 1025)])), "too-many-frozen");
}

#[test]
fn the_certificates_of_public_key_chains_cannot_be_frozen_but_their_nodes_removed() {
    let mut chain = fresh(AuthType::Public, Suite::Sm2);
    let mut follower = Follower::of(&chain);
    let three = Network { nodes: chain.network.nodes[..3].to_vec(), ..chain.network.clone() };
    let four = chain.network.clone();
    chain.reconfigure("CHAIN_CONFIG", three);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let mut made: Made = chain.next(&[note()]);
    made.vote(&four, 0, &[0, 1, 3]);
    assert_eq!(judged(&follower, &made), "voter-not-in-set");
}
