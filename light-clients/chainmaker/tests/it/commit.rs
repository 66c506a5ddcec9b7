//! Votes: each rule broken alone. Unless a test says otherwise two of the three votes that are needed are good, and the third is bent.

use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite};
use govhub_types::SigningKey;
use govhub_x509::spki_of_key;
use govhub_x509::testing::{der_signature, pem, Authority};
use prost::Message;

use crate::world::{bent, bent_message, cert_chain, chain as fresh, judged, note, said, CERT, KINDS};

/// The next block with its third vote as `third` makes it of the honest one.
fn with_third(chain: &Chain, follower: &Follower, third: impl FnOnce(&Network, chain::Vote) -> chain::Vote) -> &'static str {
    bent(chain, follower, &[note()], |made| {
        let entry = &mut made.vote_set.votes[2];
        let vote = third(&chain.network, entry.vote.take().expect("an honest vote"));
        (entry.voter, entry.vote) = (vote.voter.clone(), Some(vote));
    })
}

/// A vote bent, then signed anew by the node itself.
fn resigned(bend: impl FnOnce(&mut chain::Vote)) -> impl FnOnce(&Network, chain::Vote) -> chain::Vote {
    |network, mut vote| {
        bend(&mut vote);
        network.signed_vote(vote, &network.nodes[2].key, &network.nodes[2].member)
    }
}

#[test]
fn every_rule_of_a_vote_holds_in_every_mode_and_suite() {
    for (auth_type, suite) in KINDS {
        let chain = fresh(auth_type, suite);
        let follower = Follower::of(&chain);
        let judge = |third: &dyn Fn(&Network, chain::Vote) -> chain::Vote| with_third(&chain, &follower, third);
        let name = format!("{} {suite:?}", auth_type.name());
        assert_eq!(judge(&|_, vote| vote), "accepted", "{name}");
        assert_eq!(judge(&|network, vote| resigned(|vote| vote.r#type = 0)(network, vote)), "vote-type", "{name}");
        assert_eq!(judge(&|network, vote| resigned(|vote| vote.height += 1)(network, vote)), "vote-height", "{name}");
        assert_eq!(judge(&|network, vote| resigned(|vote| vote.round += 1)(network, vote)), "vote-round", "{name}");
        assert_eq!(judge(&|network, vote| resigned(|vote| vote.hash[0] ^= 1)(network, vote)), "vote-hash", "{name}");
        assert_eq!(judge(&|_, vote| chain::Vote { endorsement: None, ..vote }), "voter-kind", "{name}");
        let altered = |vote: chain::Vote, bend: &dyn Fn(&mut chain::EndorsementEntry)| {
            let mut vote = vote;
            bend(vote.endorsement.as_mut().expect("signed"));
            vote
        };
        assert_eq!(judge(&|_, vote| altered(vote, &|entry| *entry.signature.last_mut().expect("DER") ^= 1)), "voter-signature", "{name}");
        assert_eq!(judge(&|_, vote| altered(vote, &|entry| entry.signature.clear())), "voter-signature", "{name}");
        assert_eq!(judge(&|_, vote| altered(vote, &|entry| entry.signature.push(0))), "voter-signature", "{name}: DER with something behind it");
        assert_eq!(judge(&|_, vote| altered(vote, &|entry| entry.signer = None)), "voter-kind", "{name}");
        // What is signed is the vote, not its hash.
        let twice = |network: &Network, vote: chain::Vote| {
            let signed = suite.hash(&[&chain::Vote { endorsement: None, ..vote.clone() }.encode_to_vec()]);
            altered(vote, &|entry| entry.signature = der_signature(&network.nodes[2].key, &signed))
        };
        assert_eq!(judge(&twice), "voter-signature", "{name}");
    }
}

#[test]
fn a_prevote_relabelled_a_precommit_does_not_verify() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let relabelled = |network: &Network, vote: chain::Vote| {
        let prevote = network.signed_vote(chain::Vote { r#type: 0, ..vote }, &network.nodes[2].key, &network.nodes[2].member);
        chain::Vote { r#type: 1, ..prevote }
    };
    assert_eq!(with_third(&chain, &follower, relabelled), "voter-signature");
}

#[test]
fn a_set_is_of_precommits_for_this_block_and_height_and_names_each_vote_once() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let judge = |bend: &dyn Fn(&mut chain::VoteSet)| bent(&chain, &follower, &[note()], |made| bend(&mut made.vote_set));
    assert_eq!(judge(&|set| set.r#type = 0), "qc-type");
    assert_eq!(judge(&|set| set.height += 1), "qc-height");
    assert_eq!(judge(&|set| set.maj23[0] ^= 1), "qc-hash");
    assert_eq!(judge(&|set| set.maj23.clear()), "qc-hash");
    assert_eq!(judge(&|set| set.round = 1), "vote-round");
    assert_eq!(judge(&|set| set.votes_by_block = vec![b"again".to_vec()]), "qc-shape");
    assert_eq!(judge(&|set| set.votes[0].vote = None), "vote-missing");
    assert_eq!(judge(&|set| set.votes[0].voter = set.votes[1].voter.clone()), "vote-entry");
    assert_eq!(judge(&|set| set.sum = 99), "accepted", "votes are counted");
    let made = chain.next(&[note()]);
    let judge = |bend: &dyn Fn(&mut raw::Block)| said(follower.clone().offer(&bent_message(&made, |message| bend(&mut message.blocks[0]))));
    assert_eq!(judge(&|block| block.vote_set.clear()), "qc-missing");
    assert_eq!(judge(&|block| block.vote_set.extend([0x48, 1])), "not-canonical");
    assert_eq!(judge(&|block| block.vote_set.truncate(100)), "malformed");
}

#[test]
fn a_quorum_of_prevotes_is_none() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let prevotes = |made: &mut Made, set_type: i32| {
        made.vote_set.r#type = set_type;
        for (entry, node) in made.vote_set.votes.iter_mut().zip(&chain.network.nodes) {
            let vote = chain::Vote { r#type: 0, ..entry.vote.take().expect("honest") };
            entry.vote = Some(chain.network.signed_vote(vote, &node.key, &node.member));
        }
    };
    assert_eq!(bent(&chain, &follower, &[note()], |made| prevotes(made, 0)), "qc-type");
    assert_eq!(bent(&chain, &follower, &[note()], |made| prevotes(made, 1)), "vote-type");
}

#[test]
fn votes_of_a_late_round_are_as_good_as_those_of_the_first() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    assert_eq!(bent(&chain, &follower, &[note()], |made| made.vote(&chain.network, 42, &[1, 2, 3])), "accepted");
}

#[test]
fn a_quorum_is_more_than_two_thirds_for_every_number_of_nodes() {
    for nodes in 1..=10 {
        let chain = Chain::new(Network::new(AuthType::Public, Suite::P256, nodes));
        let follower = Follower::of(&chain);
        let enough = usize::from(nodes) * 2 / 3 + 1;
        assert!(enough * 3 > usize::from(nodes) * 2 && (enough - 1) * 3 <= usize::from(nodes) * 2, "{nodes}");
        let judge = |voters: usize| bent(&chain, &follower, &[note()], |made| made.vote(&chain.network, 0, &(0..voters).collect::<Vec<_>>()));
        assert_eq!(judge(enough), "accepted", "{nodes} nodes");
        assert_eq!(judge(enough - 1), "insufficient-quorum", "{nodes} nodes");
        assert_eq!(judge(nodes.into()), "accepted", "all of {nodes}");
    }
}

#[test]
fn no_vote_counts_twice_in_whatever_dress() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let judge = |bend: &dyn Fn(&mut Vec<chain::VoteEntry>)| bent(&chain, &follower, &[note()], |made| bend(&mut made.vote_set.votes));
    assert_eq!(judge(&|votes| votes[2] = votes[1].clone()), "duplicate-voter", "repeated");
    assert_eq!(judge(&|votes| votes.push(votes[0].clone())), "duplicate-voter", "though there are enough without it");
    assert_eq!(judge(&|votes| { votes[2] = votes[1].clone(); twin(votes[2].vote.as_mut().expect("honest")) }), "duplicate-voter", "the twin with the other s");
    assert_eq!(judge(&|votes| twin(votes[2].vote.as_mut().expect("honest"))), "accepted", "the chain's nodes sign with either s");
    assert_eq!(judge(&|votes| votes.reverse()), "accepted", "a map has no order");
}

/// Replaces s by n - s in a DER signature.
fn twin(vote: &mut chain::Vote) {
    use govhub_x509::testing::der::{integer, sequence};
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca,
        0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let signature = &mut vote.endorsement.as_mut().expect("signed").signature;
    let r_length = usize::from(signature[3]);
    let (r, s) = (&signature[4..4 + r_length], &signature[6 + r_length..]);
    let digits = |number: &[u8]| { let number = number.strip_prefix(&[0]).unwrap_or(number); [vec![0; 32 - number.len()], number.to_vec()].concat() };
    let (r, s) = (digits(r), digits(s));
    let mut other = [0u8; 32];
    let mut borrow = 0i16;
    for place in (0..32).rev() {
        let difference = i16::from(ORDER[place]) - i16::from(s[place]) - borrow;
        borrow = i16::from(difference < 0);
        other[place] = (difference + 256 * borrow) as u8;
    }
    *signature = sequence(&[integer(&r), integer(&other)]);
}

#[test]
fn one_key_has_one_vote_though_its_organisation_has_two_nodes() {
    let mut network = Network::new(CERT, Suite::P256, 4);
    let second = network.node(9, "org0.test");
    network.nodes.push(second);
    let chain = Chain::new(network);
    let follower = Follower::of(&chain);
    let judge = |key_of: usize| {
        bent(&chain, &follower, &[note()], |made| {
            made.vote(&chain.network, 0, &[0, 1, 2, 4]);
            let vote = made.vote_set.votes[3].vote.take().expect("honest");
            let signer = &chain.network.nodes[key_of];
            made.vote_set.votes[3].vote = Some(chain.network.signed_vote(vote, &signer.key, &signer.member));
        })
    };
    assert_eq!(judge(4), "accepted", "each node with its own key");
    assert_eq!(judge(0), "duplicate-voter", "both nodes with one key");
}

#[test]
fn one_key_in_two_certificates_has_one_vote() {
    let mut network = Network::new(CERT, Suite::P256, 4);
    let second = network.node(9, "org0.test");
    network.nodes.push(second);
    let chain = Chain::new(network);
    let follower = Follower::of(&chain);
    let again = bent(&chain, &follower, &[note()], |made| {
        made.vote(&chain.network, 0, &[0, 1, 2, 4]);
        let vote = made.vote_set.votes[3].vote.take().expect("honest");
        let key = &chain.network.nodes[0].key;
        let member = chain.network.member(key, "org0.test", "consensus", 99);
        made.vote_set.votes[3].vote = Some(chain.network.signed_vote(vote, key, &member));
    });
    assert_eq!(again, "duplicate-voter");
}

#[test]
fn an_organisation_that_issues_many_certificates_has_as_many_votes_as_nodes() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let network = &chain.network;
    let minted = SigningKey::from_seed(Suite::P256.key_kind(), &[42; 32]);
    let member = network.member(&minted, "org0.test", "consensus", 42);
    let sign = |vote: chain::Vote| network.signed_vote(vote, &minted, &member);
    let voter = |id: &str| { let id = id.as_bytes().to_vec(); move |vote| chain::Vote { voter: id, ..vote } };
    assert_eq!(with_third(&chain, &follower, |_, vote| sign(voter(&network.nodes[0].id)(vote))), "duplicate-voter", "under its own node, which has voted");
    assert_eq!(with_third(&chain, &follower, |_, vote| sign(voter(&network.nodes[3].id)(vote))), "voter-org-mismatch", "under another's");
    assert_eq!(with_third(&chain, &follower, |_, vote| sign(voter("QmInvented")(vote))), "voter-not-in-set", "under an id of its own");
    let claimed = chain::Member { org_id: b"org2.test".to_vec(), ..member.clone() };
    assert_eq!(with_third(&chain, &follower, |network, vote| network.signed_vote(vote, &minted, &claimed)), "voter-org-mismatch", "claiming to be of another");
}

#[test]
fn a_voters_certificate_is_of_its_organisation_for_consensus_and_valid() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let key = chain.network.nodes[2].key.clone();
    let by = |member: chain::Member| with_third(&chain, &follower, |network, vote| network.signed_vote(vote, &key, &member));
    let network = &chain.network;
    assert_eq!(by(network.member(&key, "org2.test", "consensus", 77)), "accepted", "a renewed certificate");
    assert_eq!(by(network.member(&key, "org2.test", "CONSENSUS", 78)), "accepted", "the chain folds the unit's case");
    assert_eq!(by(network.member(&key, "org2.test", "admin", 79)), "voter-role");
    let der = network.authority("org2.test").leaf(&[("O", "org2.test"), ("OU", "client"), ("OU", "consensus")], &key.public_key(), 80);
    let member = |der: &[u8]| chain::Member { org_id: b"org2.test".to_vec(), member_type: 0, member_info: pem("CERTIFICATE", der).into_bytes() };
    assert_eq!(by(member(&der)), "voter-role", "two units: others read the first");
    let foreign = Authority::root(Suite::P256.key_kind(), 88, "ca.org2.test");
    assert_eq!(by(member(&foreign.leaf(&[("O", "org2.test"), ("OU", "consensus")], &key.public_key(), 3))), "voter-cert-chain", "a root of the same name");
    let other_org = network.authority("org1.test").leaf(&[("O", "org2.test"), ("OU", "consensus")], &key.public_key(), 81);
    assert_eq!(by(member(&other_org)), "voter-cert-chain", "org1's authority speaks for org1 alone");
    let self_made = Authority::root(Suite::P256.key_kind(), 89, "self");
    assert_eq!(by(member(&self_made.der)), "voter-org-mismatch", "no organisation at all");
}

#[test]
fn a_voter_may_be_named_by_the_hash_of_a_certificate_that_comes_along() {
    let chain = cert_chain();
    let follower = Follower::of(&chain);
    let node = &chain.network.nodes[2];
    let hash = chain.network.certificate_hash(&node.member);
    let mut made = chain.next(&[note()]);
    let vote = made.vote_set.votes[2].vote.as_mut().expect("honest");
    let by_hash = chain::Member { org_id: b"org2.test".to_vec(), member_type: 1, member_info: hash.to_vec() };
    vote.endorsement.as_mut().expect("signed").signer = Some(by_hash);
    assert_eq!(judged(&follower, &made), "voter-certificate-unknown");
    let with = |pem: Vec<u8>| said(follower.clone().offer(&bent_message(&made, |message| message.certificates = vec![b"junk".to_vec(), pem])));
    assert_eq!(with(node.member.member_info.clone()), "accepted");
    assert_eq!(with(chain.network.nodes[1].member.member_info.clone()), "voter-certificate-unknown", "another certificate");
}

#[test]
fn in_key_modes_a_vote_is_signed_with_the_key_that_the_nodes_id_is_made_from() {
    for (auth_type, suite) in KINDS.into_iter().filter(|(auth_type, _)| *auth_type != CERT) {
        let chain = fresh(auth_type, suite);
        let follower = Follower::of(&chain);
        let by = |signer: usize, member: chain::Member| with_third(&chain, &follower, |network, vote| network.signed_vote(vote, &network.nodes[signer].key, &member));
        let nodes = &chain.network.nodes;
        assert_eq!(by(2, nodes[2].member.clone()), "accepted");
        assert_eq!(by(1, nodes[1].member.clone()), "voter-key-mismatch", "node 1 votes as node 2");
        assert_eq!(by(1, nodes[2].member.clone()), "voter-signature");
        let other = if suite == Suite::P256 { Suite::Sm2 } else { Suite::P256 };
        let foreign = SigningKey::from_seed(other.key_kind(), &[3; 32]);
        let member = chain::Member { member_info: pem("PUBLIC KEY", &spki_of_key(&foreign.public_key())).into_bytes(), ..nodes[2].member.clone() };
        assert_eq!(with_third(&chain, &follower, |network, vote| network.signed_vote(vote, &foreign, &member)), "voter-key-suite");
        let certificate = chain::Member { member_type: 0, ..nodes[2].member.clone() };
        assert_eq!(by(2, certificate), "voter-kind");
        let elsewhere = chain::Member { org_id: b"org3.test".to_vec(), ..nodes[2].member.clone() };
        let expected = if auth_type == AuthType::Public { "accepted" } else { "voter-org-mismatch" };
        assert_eq!(by(2, elsewhere), expected, "in public mode there are no organisations");
    }
}

#[test]
fn a_pinned_node_signs_with_its_pinned_key_alone() {
    let chain = cert_chain();
    let node = &chain.network.nodes[2];
    let pinned = Follower::with(&chain, |params| {
        params.node_keys = vec![raw::NodeKey { node_id: node.id.clone(), public_key: spki_of_key(&node.key.public_key()) }];
    });
    let free = Follower::of(&chain);
    let minted = SigningKey::from_seed(Suite::P256.key_kind(), &[42; 32]);
    let member = chain.network.member(&minted, "org2.test", "consensus", 42);
    let mint = |network: &Network, vote: chain::Vote| network.signed_vote(vote, &minted, &member);
    assert_eq!(with_third(&chain, &free, mint), "accepted", "nothing on the chain binds a node to its certificate");
    assert_eq!(with_third(&chain, &pinned, mint), "voter-key-mismatch");
    let mut proposed = chain.next(&[note()]);
    proposed.header.proposer = Some(member.clone());
    let hash = proposed.hash(chain.network.suite);
    proposed.header.block_hash = hash.to_vec();
    proposed.header.signature = der_signature(&minted, &hash);
    proposed.vote(&chain.network, 0, &[0, 1, 2]);
    assert_eq!(judged(&free, &proposed), "accepted");
    assert_eq!(judged(&pinned, &proposed), "proposer-key-mismatch");
}

#[test]
fn a_trust_member_of_the_configuration_is_the_one_certificate_of_its_node() {
    let network = Network::new(CERT, Suite::P256, 4);
    let outsider = Authority::root(Suite::P256.key_kind(), 90, "third party");
    let key = network.nodes[2].key.clone();
    let der = outsider.leaf(&[("O", "elsewhere"), ("OU", "x")], &key.public_key(), 5);
    let listed = chain::Member { org_id: b"org2.test".to_vec(), member_type: 0, member_info: pem("CERTIFICATE", &der).into_bytes() };
    let mut chain = Chain::new(network);
    let member = chain::TrustMemberConfig {
        member_info: listed.member_info.clone(),
        org_id: b"org2.test".to_vec(),
        role: b"consensus".to_vec(),
        node_id: chain.network.nodes[2].id.clone().into_bytes(),
    };
    let mut config = chain.next_config(&chain.network);
    config.trust_members = vec![member.clone()];
    let mut follower = Follower::of(&chain);
    chain.make(&[govhub_lc_chainmaker::testing::Call::configuring("CHAIN_CONFIG", &config)]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let honest = chain.next(&[note()]);
    let third = |member: &chain::Member| {
        let mut made = honest.clone();
        let vote = made.vote_set.votes[2].vote.take().expect("honest");
        made.vote_set.votes[2].vote = Some(chain.network.signed_vote(vote, &key, member));
        judged(&follower, &made)
    };
    assert_eq!(third(&listed), "accepted", "listed, though no root vouches for it");
    assert_eq!(third(&chain.network.nodes[2].member), "voter-key-mismatch", "the organisation's own certificate of the same key is not the one listed");
}
