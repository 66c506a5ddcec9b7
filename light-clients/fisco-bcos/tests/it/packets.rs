//! Packets: good for one path, one value, one block, one group; believed only for the reason that the trust file gives.

use govhub_lc_core::{Absence, LightClient, StoredPath};
use govhub_lc_fisco_bcos::attestation::sign_bytes;
use govhub_lc_fisco_bcos::key_map::{stored_topic, Attestors, EventTrust, KeyMap, Place};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::testing::{Chain, Entry, BRIDGE};
use govhub_lc_fisco_bcos::{ClientState, Suite, Version};
use govhub_types::key::{KeyKind, PublicKey, SigningKey};
use govhub_types::Height;
use prost::Message;

use crate::common::{refused, Follower, KINDS, PATH, VALUE};

/// A chain that stored VALUE under PATH in block 1 among seven transactions, and a client at block 1.
fn stored(version: Version, suite: Suite) -> (Chain, Follower) {
    let mut chain = Chain::new(version, suite);
    let entry = |nonce: u64, path: &[u8]| Entry::stored(suite, BRIDGE, stored_topic(suite), nonce, path, VALUE);
    let mut entries: Vec<Entry> = (0..7).map(|nonce| entry(nonce, format!("other-{nonce}").as_bytes())).collect();
    entries[4] = entry(4, PATH);
    chain.seal(entries);
    let mut follower = Follower::of(&chain, 0);
    follower.follow(&chain.update(1, 1));
    (chain, follower)
}

/// The code for the proof of PATH with one thing bent; its honest twin is accepted.
#[track_caller]
fn bent((version, suite): (Version, Suite), bend: impl FnOnce(&mut raw::Proof)) -> &'static str {
    let (chain, follower) = stored(version, suite);
    let mut proof = chain.proof(1, 4, raw::Claim::Event);
    let height = Height::new(0, 1);
    assert_eq!(follower.prove(height, PATH, VALUE, &proof.encode_to_vec()), Ok(()));
    bend(&mut proof);
    refused(follower.prove(height, PATH, VALUE, &proof.encode_to_vec()))
}

#[test]
fn a_stored_value_is_proved_on_chains_of_both_generations_and_suites_and_proves_nothing_else() {
    for (version, suite) in KINDS {
        let (chain, follower) = stored(version, suite);
        let (height, proof) = chain.packet_proof(PATH, VALUE);
        assert_eq!(height, Height::new(0, 1));
        assert_eq!(follower.prove(height, PATH, VALUE, &proof), Ok(()));
        assert_eq!(refused(follower.prove(height, b"other", VALUE, &proof)), "other-path");
        assert_eq!(refused(follower.prove(height, PATH, &[0xac; 32], &proof)), "other-value");
        assert_eq!(refused(follower.prove(height, PATH, &[], &proof)), "empty-value");
        assert_eq!(refused(follower.prove(Height::new(0, 2), PATH, VALUE, &proof)), "proof-height");
        assert_eq!(refused(follower.prove(Height::new(1, 1), PATH, VALUE, &proof)), "proof-height");
        let prefix = [b"ibc".to_vec(), Vec::new()];
        let path = StoredPath { prefix: &prefix, path: PATH };
        assert_eq!(refused(follower.client.verify_membership(&follower.states, height, path, VALUE, &proof)), "prefix");
    }
}

#[test]
fn every_place_of_trees_of_every_shape_is_proved_and_no_other_place() {
    for (version, suite) in [(Version::V2, Suite::Keccak), (Version::V3, Suite::Sm)] {
        for count in [1usize, 2, 3, 5, 8, 15, 16, 17, 33] {
            let mut chain = Chain::new(version, suite);
            let path = |index: usize| format!("path-{index}").into_bytes();
            chain.seal((0..count).map(|index| Entry::stored(suite, BRIDGE, stored_topic(suite), index as u64, &path(index), VALUE)).collect());
            let mut follower = Follower::of(&chain, 0);
            follower.follow(&chain.update(1, 1));
            for index in [0, count / 2, count - 1] {
                let mut proof = chain.proof(1, index, raw::Claim::Event);
                let judge = |proof: &raw::Proof| follower.prove(Height::new(0, 1), &path(index), VALUE, &proof.encode_to_vec());
                assert_eq!(judge(&proof), Ok(()), "{index} of {count}");
                for elsewhere in [proof.index + 1, proof.index ^ 1, proof.index + 16, u32::MAX] {
                    let place = std::mem::replace(&mut proof.index, elsewhere);
                    let code = refused(judge(&proof));
                    assert!(matches!(code, "position" | "merkle-proof"), "{index} of {count} as {elsewhere}: {code}");
                    proof.index = place;
                }
            }
        }
    }
}

/// The receipt's path of a proof.
fn first(proof: &mut raw::Proof) -> &mut raw::Path {
    proof.receipt_path.as_mut().expect("made with one")
}

#[test]
fn nodes_of_a_path_cannot_be_changed_dropped_added_or_moved() {
    for suite in Suite::ALL {
        let two = (Version::V2, suite);
        assert_eq!(bent(two, |p| first(p).levels[0].left[0][5] ^= 1), "merkle-proof");
        assert_eq!(bent(two, |p| { first(p).levels[0].left.pop(); }), "position");
        assert_eq!(bent(two, |p| { first(p).levels[0].right.pop(); }), "merkle-proof");
        assert_eq!(bent(two, |p| first(p).levels[0].right.resize(16, vec![1; 33])), "merkle-proof");
        assert_eq!(bent(two, |p| first(p).levels[0].right[0].truncate(32)), "merkle-proof");
        assert_eq!(bent(two, |p| { first(p).levels.pop(); }), "merkle-proof");
        assert_eq!(bent(two, |p| first(p).levels.push(raw::Level::default())), "merkle-proof");
        assert_eq!(bent(two, |p| first(p).levels.resize(10, raw::Level::default())), "merkle-proof");
        assert_eq!(bent(two, |p| { let left = first(p).levels[0].left.remove(0); first(p).levels[0].right.insert(0, left) }), "position");
        assert_eq!(bent(two, |p| first(p).levels[0].group = vec![vec![0; 32]]), "merkle-proof");
        assert_eq!(bent(two, |p| p.count = 7), "merkle-proof");
        let three = (Version::V3, suite);
        assert_eq!(bent(three, |p| first(p).levels[0].group[1][5] ^= 1), "merkle-proof");
        assert_eq!(bent(three, |p| first(p).levels[0].group.swap(0, 1)), "position");
        assert_eq!(bent(three, |p| { first(p).levels[0].group.pop(); }), "merkle-proof");
        assert_eq!(bent(three, |p| first(p).levels[0].group.push(vec![0; 32])), "merkle-proof");
        assert_eq!(bent(three, |p| first(p).levels[1].group[0].push(0)), "merkle-proof");
        assert_eq!(bent(three, |p| { first(p).levels.pop(); }), "merkle-proof");
        assert_eq!(bent(three, |p| { let level = first(p).levels[0].clone(); first(p).levels.push(level) }), "merkle-proof");
        assert_eq!(bent(three, |p| first(p).levels[0].left = vec![vec![0; 32]]), "merkle-proof");
        assert_eq!(bent(three, |p| p.count = 6), "merkle-proof");
        assert_eq!(bent(three, |p| p.count = 0), "position");
        for kind in [two, three] {
            assert_eq!(bent(kind, |p| p.receipt_path = None), "merkle-proof");
        }
    }
}

#[test]
fn an_inner_node_is_no_leaf_and_a_bare_hash_is_no_receipt() {
    for kind in KINDS {
        assert_eq!(bent(kind, |p| p.receipt = None), "receipt-missing");
        assert_eq!(bent(kind, |p| p.receipt.as_mut().expect("made with one").form = None), "receipt-missing");
    }
    // A receipt as long as the preimage of an inner node.
    assert_eq!(bent((Version::V3, Suite::Keccak), |p| {
        let Some(raw::receipt::Form::V3(fields)) = &mut p.receipt.as_mut().expect("made with one").form else { panic!("3.x") };
        fields.logs.clear();
        fields.output = vec![0; 64 - 16 - fields.gas_used.len()];
    }), "receipt-length");
}

#[test]
fn a_failed_call_proves_nothing_though_its_log_is_in_the_block() {
    for (version, suite) in KINDS {
        let mut chain = Chain::new(version, suite);
        let good = Entry::stored(suite, BRIDGE, stored_topic(suite), 1, PATH, VALUE);
        chain.seal(vec![Entry { status: 16, nonce: 2, ..good.clone() }, good]);
        let mut follower = Follower::of(&chain, 0);
        follower.follow(&chain.update(1, 1));
        let judge = |index| follower.prove(Height::new(0, 1), PATH, VALUE, &chain.proof(1, index, raw::Claim::Event).encode_to_vec());
        assert_eq!(refused(judge(0)), "status");
        assert_eq!(judge(1), Ok(()));
    }
}

#[test]
fn only_the_bridges_own_event_counts() {
    for (version, suite) in KINDS {
        let good = Entry::stored(suite, BRIDGE, stored_topic(suite), 1, PATH, VALUE);
        let judge = |bend: &dyn Fn(&mut Entry), log: u32| {
            let mut chain = Chain::new(version, suite);
            let mut entry = good.clone();
            bend(&mut entry);
            chain.seal(vec![entry]);
            let mut follower = Follower::of(&chain, 0);
            follower.follow(&chain.update(1, 1));
            let proof = raw::Proof { log, ..chain.proof(1, 0, raw::Claim::Event) };
            follower.prove(Height::new(0, 1), PATH, VALUE, &proof.encode_to_vec())
        };
        assert_eq!(judge(&|_| {}, 0), Ok(()));
        assert_eq!(refused(judge(&|_| {}, 1)), "no-such-log");
        assert_eq!(refused(judge(&|e| e.logs[0].0 = [0xb2; 20], 0)), "wrong-contract");
        assert_eq!(refused(judge(&|e| e.logs[0].1[0] = [1; 32], 0)), "wrong-event");
        assert_eq!(refused(judge(&|e| e.logs[0].1[1] = [1; 32], 0)), "event-encoding");
        assert_eq!(refused(judge(&|e| e.logs[0].1.truncate(1), 0)), "event-encoding");
        assert_eq!(refused(judge(&|e| e.logs[0].1.push([2; 32]), 0)), "event-encoding");
        assert_eq!(refused(judge(&|e| e.logs[0].2.extend([0; 32]), 0)), "event-encoding");
        assert_eq!(refused(judge(&|e| e.logs.clear(), 0)), "no-such-log");
        let second = |e: &mut Entry| e.logs.insert(0, ([0xb2; 20], vec![[9; 32]], vec![0; 32]));
        assert_eq!(judge(&second, 1), Ok(()));
        assert_eq!(refused(judge(&second, 0)), "wrong-contract");
    }
}

#[test]
fn a_proof_of_another_group_with_the_same_nodes_and_contracts_is_refused() {
    for (version, suite) in KINDS {
        let (_, follower) = stored(version, suite);
        let mut other = Chain::of_group(version, suite, follower_nodes(version, suite), if version == Version::V2 { "1" } else { "chain0" }, "2");
        other.store(PATH, &[0xcd; 32]);
        let (height, proof) = other.packet_proof(PATH, &[0xcd; 32]);
        assert_eq!(refused(follower.prove(height, PATH, &[0xcd; 32], &proof)), "merkle-proof");
    }
}

fn follower_nodes(version: Version, suite: Suite) -> Vec<govhub_lc_fisco_bcos::testing::Node> {
    Chain::new(version, suite).nodes
}

#[test]
fn a_proof_needs_an_accepted_header_of_its_block() {
    let (mut chain, follower) = stored(Version::V3, Suite::Keccak);
    chain.store(b"later", VALUE);
    let (height, proof) = chain.packet_proof(b"later", VALUE);
    assert_eq!(refused(follower.prove(height, b"later", VALUE, &proof)), "height-above-latest");
    let mut gone = follower.clone();
    gone.states.0.remove(&Height::new(0, 1));
    let (height, proof) = chain.packet_proof(PATH, VALUE);
    assert_eq!(refused(gone.prove(height, PATH, VALUE, &proof)), "no-consensus-state");
}

#[test]
fn bytes_that_are_no_canonical_proof_or_claim_something_else_are_refused() {
    let (chain, follower) = stored(Version::V3, Suite::Keccak);
    let (height, good) = chain.packet_proof(PATH, VALUE);
    let judge = |proof: &[u8]| refused(follower.prove(height, PATH, VALUE, proof));
    assert_eq!(judge(&[good.as_slice(), &[0x58, 1]].concat()), "not-canonical");
    assert_eq!(judge(&good[..good.len() - 1]), "malformed");
    assert_eq!(judge(&vec![0; 300_000]), "too-long");
    assert_eq!(judge(&[]), "proof-height");
    for claim in [raw::Claim::Transaction, raw::Claim::Receipt, raw::Claim::Call, raw::Claim::Unspecified] {
        assert_eq!(judge(&chain.proof(1, 4, claim).encode_to_vec()), "claim");
    }
}

#[test]
fn absence_is_never_proved() {
    let (_, follower) = stored(Version::V2, Suite::Keccak);
    assert_eq!(follower.client.absence(), Absence::Receipt);
    let path = StoredPath { prefix: &[Vec::new()], path: b"nothing" };
    assert_eq!(refused(follower.client.verify_absence(&follower.states, Height::new(0, 1), path, &[])), "absence-unsupported");
}

#[test]
fn a_client_without_a_bridge_or_that_looks_at_calls_proves_no_packet() {
    let (chain, follower) = stored(Version::V3, Suite::Keccak);
    let with = |key_map: Option<KeyMap>| {
        let client = ClientState::from_raw(raw::ClientState { key_map: key_map.map(|map| map.to_raw()), ..chain.client_raw(1) }).expect("right");
        let (height, proof) = chain.packet_proof(PATH, VALUE);
        refused(Follower { client, ..follower.clone() }.prove(height, PATH, VALUE, &proof))
    };
    let place = |place| Some(KeyMap { place, ..chain.key_map.clone() });
    assert_eq!(with(None), "key-map");
    assert_eq!(with(place(Place::Call { selector: [1; 4], web3_chain_id: 0 })), "key-map-place");
    assert_eq!(with(place(Place::Event(stored_topic(Suite::Keccak)))), "key-map-place");
    assert_eq!(with(place(Place::Stored([7; 32]))), "wrong-event");
    assert_eq!(with(Some(KeyMap { bridge: [1; 20], ..chain.key_map.clone() })), "wrong-contract");
}

/// A chain of 3.x whose events two of three attestors must sign.
fn attested() -> (Chain, Follower) {
    let mut keys: Vec<SigningKey> = [KeyKind::Secp256k1, KeyKind::Sm2, KeyKind::P256].into_iter().map(|kind| SigningKey::from_seed(kind, &[7; 32])).collect();
    keys.sort_by_key(SigningKey::public_key);
    let mut chain = Chain::new(Version::V3, Suite::Sm);
    let public: Vec<PublicKey> = keys.iter().map(SigningKey::public_key).collect();
    chain.key_map.trust = EventTrust::Attested(Attestors { threshold: 2, keys: public });
    chain.attestors = keys;
    chain.store(PATH, VALUE);
    let mut follower = Follower::of(&chain, 0);
    follower.follow(&chain.update(1, 1));
    (chain, follower)
}

#[test]
fn attested_events_need_the_block_and_the_attestors_each_counted_once() {
    let (chain, follower) = attested();
    let judge = |bend: &dyn Fn(&mut raw::Proof)| {
        let mut proof = chain.proof(1, 0, raw::Claim::Event);
        proof.attestations = chain.attest(1, PATH, VALUE);
        bend(&mut proof);
        follower.prove(Height::new(0, 1), PATH, VALUE, &proof.encode_to_vec())
    };
    assert_eq!(judge(&|_| {}), Ok(()));
    assert_eq!(judge(&|p| { p.attestations.remove(1); }), Ok(()), "two of three");
    assert_eq!(refused(judge(&|p| p.attestations.truncate(1))), "attestation-quorum");
    assert_eq!(refused(judge(&|p| p.attestations.clear())), "attestation-quorum");
    assert_eq!(refused(judge(&|p| p.attestations[1] = p.attestations[0].clone())), "attestor-repeated");
    assert_eq!(refused(judge(&|p| p.attestations.swap(0, 1))), "attestor-repeated");
    assert_eq!(refused(judge(&|p| p.attestations[2].attestor = 3)), "unknown-attestor");
    assert_eq!(refused(judge(&|p| p.attestations[0].signature[3] ^= 1)), "attestation");
    assert_eq!(refused(judge(&|p| p.attestations = chain.attest(1, PATH, &[0xac; 32]))), "attestation", "of another value");
    assert_eq!(refused(judge(&|p| p.attestations = chain.attest(1, b"other", VALUE))), "attestation", "of another path");
    assert_eq!(refused(judge(&|p| p.attestations = chain.attest(0, PATH, VALUE))), "attestation", "of another block");
    assert_eq!(refused(judge(&|p| p.receipt_path = None)), "merkle-proof", "attestors stand beside the block, not in its place");
}

#[test]
fn attestations_of_another_group_do_not_count_and_are_refused_where_none_are_asked() {
    let (chain, follower) = attested();
    let mut other = Chain::of_group(Version::V3, Suite::Sm, chain.nodes.clone(), "chain0", "group1");
    (other.key_map, other.attestors) = (chain.key_map.clone(), chain.attestors.clone());
    other.store(PATH, VALUE);
    let mut proof = chain.proof(1, 0, raw::Claim::Event);
    proof.attestations = other.attest(1, PATH, VALUE);
    assert_eq!(refused(follower.prove(Height::new(0, 1), PATH, VALUE, &proof.encode_to_vec())), "attestation");
    assert_ne!(sign_bytes(&raw::AttestedEvent { group_id: "group0".into(), ..Default::default() }), sign_bytes(&raw::AttestedEvent { group_id: "group1".into(), ..Default::default() }));
    let (closed, client) = stored(Version::V3, Suite::Sm);
    let mut proof = closed.proof(1, 4, raw::Claim::Event);
    proof.attestations = chain.attest(1, PATH, VALUE);
    assert_eq!(refused(client.prove(Height::new(0, 1), PATH, VALUE, &proof.encode_to_vec())), "attestations");
}
