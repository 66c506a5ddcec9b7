//! Blocks of a Raft channel: one orderer's signature, or several orderers' copies.

use govhub_lc_core::LightClient;
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1::RaftSigners;
use govhub_lc_fabric::testing::{run_any, Channel, Draft, Node, ADMIN, CLIENT, ORDERER, PEER};
use ibc_proto::google::protobuf::Any;

use crate::world::{accepted, high_s_twin, raft, Host};

fn next(channel: &mut Channel) -> Draft {
    let entry = channel.put("key", b"value");
    channel.draft(vec![entry])
}

/// The block from the first orderer given, copies from the others.
fn copies(draft: &Draft, orderers: &[&Node]) -> Any {
    let copy = |node: &&Node| draft.metadata(&[draft.classic(node)]);
    run_any(vec![(draft.block(&[draft.classic(orderers[0])]), orderers[1..].iter().map(copy).collect())])
}

fn needing(channel: &Channel, orderers: u32, organisations: u32) -> Host {
    Host::with(channel, |client| client.raft = Some(RaftSigners { orderers, organisations }))
}

#[test]
fn one_orderers_signature_makes_a_block_and_the_class_says_so() {
    let mut channel = raft();
    let (mut host, draft) = (Host::of(&channel), next(&mut channel));
    assert_eq!(host.client.trust_class().to_string(), "CFT single orderer, n=3, f=0, no fault tolerance");
    for node in &channel.orderers {
        accepted(host.judge(&copies(&draft, &[node])));
    }
    host.follow(channel.signed(&draft));
}

#[test]
fn several_orderers_sign_one_header_each_in_its_own_copy() {
    let mut channel = raft();
    let (host, draft) = (needing(&channel, 2, 2), next(&mut channel));
    assert_eq!(host.client.trust_class().to_string(), "CFT orderers, n=3, f=1");
    let [a, b, c] = &channel.orderers[..] else { panic!("three") };
    assert_eq!([&a.msp, &b.msp, &c.msp], ["DataOrdMSP", "ArchiveOrdMSP", "DataOrdMSP"]);
    accepted(host.judge(&copies(&draft, &[a, b])));
    accepted(host.judge(&copies(&draft, &[b, a, c])));
    assert_eq!(host.refuses_any(&copies(&draft, &[a])), "insufficient-orderers");
    assert_eq!(host.refuses_any(&copies(&draft, &[a, c])), "insufficient-organisations");
    accepted(needing(&channel, 2, 1).judge(&copies(&draft, &[a, c])));
    accepted(needing(&channel, 3, 2).judge(&copies(&draft, &[a, b, c])));
    assert_eq!(needing(&channel, 3, 2).refuses_any(&copies(&draft, &[a, b])), "insufficient-orderers");
}

#[test]
fn one_orderer_is_not_two() {
    let mut channel = raft();
    let (host, draft) = (needing(&channel, 2, 1), next(&mut channel));
    let a = &channel.orderers[0];
    assert_eq!(host.refuses_any(&copies(&draft, &[a, a])), "duplicate-signer");
    let twice = [draft.classic(a), draft.classic(a)];
    assert_eq!(host.refuses(draft.block(&twice)), "duplicate-signer");
    // The same key in a second certificate of the same authority.
    let again = channel.orderer_organisations[0].member(ORDERER, "second-certificate");
    let mut renewed = again.clone();
    let der = channel.orderer_organisations[0].root.leaf(&[("OU", ORDERER), ("CN", "second-certificate")], &a.key.public_key(), 77);
    (renewed.key, renewed.pem) = (a.key.clone(), govhub_x509::testing::pem("CERTIFICATE", &der).into_bytes());
    accepted(host.judge(&copies(&draft, &[a, &again])));
    assert_eq!(host.refuses_any(&copies(&draft, &[a, &renewed])), "duplicate-signer");
}

#[test]
fn only_orderers_sign_blocks() {
    let mut channel = raft();
    let (host, draft) = (Host::of(&channel), next(&mut channel));
    let refused = |node: &Node| host.refuses_any(&copies(&draft, &[node]));
    let (ours, theirs) = (&channel.orderer_organisations[0], &channel.organisations[0]);
    accepted(host.judge(&copies(&draft, &[&ours.member(ORDERER, "new")])));
    // The policy for blocks lets its administrators write; it does not make them orderers.
    assert_eq!(refused(&ours.member(ADMIN, "admin")), "signer-no-orderer");
    assert_eq!(refused(&ours.member(CLIENT, "user")), "signer-no-orderer");
    assert_eq!(refused(&theirs.member(ORDERER, "orderer")), "signer-no-orderer");
    assert_eq!(refused(&theirs.member(PEER, "peer0")), "signer-no-orderer");
    assert_eq!(refused(&ours.member("nothing", "user")), "identity-role");
    let stranger = Node { msp: "StrangerMSP".into(), ..ours.member(ORDERER, "new") };
    assert_eq!(refused(&stranger), "msp-unknown");
    let claims_other = Node { msp: "ArchiveOrdMSP".into(), ..ours.member(ORDERER, "new") };
    assert_eq!(refused(&claims_other), "unknown-issuer");
}

#[test]
fn a_bad_signature_refuses_the_block_even_beside_good_ones() {
    let mut channel = raft();
    let (host, draft) = (Host::of(&channel), next(&mut channel));
    let (good, mut bad) = (draft.classic(&channel.orderers[0]), draft.classic(&channel.orderers[1]));
    accepted(host.judge(&run_any(vec![(draft.block(&[good.clone(), bad.clone()]), Vec::new())])));
    bad.signature = high_s_twin(&bad.signature);
    assert_eq!(host.refuses(draft.block(&[good.clone(), bad.clone()])), "signature-high-s");
    bad.signature = good.signature.clone();
    assert_eq!(host.refuses(draft.block(&[good.clone(), bad])), "signature-invalid");
    assert_eq!(host.refuses(draft.block(&[draft.by_number(1, &channel.orderers[0])])), "signature-form");
    assert_eq!(host.refuses(draft.block(&[])), "policy-not-satisfied");
    let other = Draft { data: vec![channel.put("key", b"other")], ..draft.clone() };
    assert_eq!(host.refuses(draft.block(&[other.classic(&channel.orderers[0])])), "signature-invalid");
}

#[test]
fn copies_must_agree_and_are_for_raft_alone() {
    let mut channel = raft();
    let (host, draft) = (needing(&channel, 2, 1), next(&mut channel));
    let (a, b) = (&channel.orderers[0], &channel.orderers[1]);
    let other = Draft { last_config: 5, ..draft.clone() };
    let differing = run_any(vec![(draft.block(&[draft.classic(a)]), vec![other.metadata(&[other.classic(b)])])]);
    assert_eq!(host.refuses_any(&differing), "copies-differ");
    // What the consenters add may differ from copy to copy; each signature is over its own.
    let noted = Draft { consenter_metadata: vec![0x10, 77], ..draft.clone() };
    accepted(host.judge(&run_any(vec![(draft.block(&[draft.classic(a)]), vec![noted.metadata(&[noted.classic(b)])])])));

    let mut bft = crate::world::bft();
    let (host, draft) = (Host::of(&bft), next(&mut bft));
    let signatures = bft.signatures(&draft);
    let copied = run_any(vec![(draft.block(&signatures), vec![draft.metadata(&signatures)])]);
    assert_eq!(host.refuses_any(&copied), "copies-unused");
}
