//! Proofs: what a transaction wrote, that it is in the block, that it succeeded, its events.

use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{KeyMap, MAX_PROOF_BYTES};
use govhub_lc_core::{LightClient, Reason, StoredPath};
use govhub_types::Height;
use prost::Message;

use crate::world::{bent_message, cert_chain, chain as fresh, note, said, KINDS};

const PATH: &[u8] = b"gov-chainmaker-0\x01\0\0\0\0\0\0\0\x07";
const VALUE: &[u8] = &[0xab; 32];

/// A client that has accepted a block of five transactions, the third of which stored a packet.
fn world(chain: &mut Chain) -> (Follower, Made) {
    let mut follower = Follower::of(chain);
    let made = chain.make(&[note(), note(), Call::packet(PATH, VALUE), Call::failing("govhub"), note()]);
    assert_eq!(said(follower.offer(&made.update())), "accepted");
    (follower, made)
}

fn verify_at(follower: &Follower, height: Height, path: &[u8], value: &[u8], proof: &[u8]) -> &'static str {
    let prefix = [Vec::new()];
    match follower.client.verify_membership(follower, height, StoredPath { prefix: &prefix, path }, value, proof) {
        Ok(None) => "verified",
        Ok(Some(_)) => panic!("a proof changes nothing here"),
        Err(reason) => reason.code,
    }
}

fn verify(follower: &Follower, path: &[u8], value: &[u8], proof: &raw::Proof) -> &'static str {
    verify_at(follower, Height::new(0, 1), path, value, &proof.encode_to_vec())
}

#[test]
fn a_stored_packet_is_proved_in_every_mode_and_suite() {
    for (auth_type, suite) in KINDS {
        let (follower, made) = world(&mut fresh(auth_type, suite));
        let proof = made.proof(suite, 2);
        assert_eq!(verify(&follower, PATH, VALUE, &proof), "verified", "{} {suite:?}", auth_type.name());
        assert_eq!(verify(&follower, PATH, &[0xac; 32], &proof), "value-mismatch");
        assert_eq!(verify(&follower, &[PATH, b"8"].concat(), VALUE, &proof), "not-written");
        assert_eq!(verify(&follower, PATH, VALUE, &made.proof(suite, 1)), "not-written", "another transaction of the block");
    }
}

#[test]
fn each_part_of_a_proof_is_needed() {
    let mut chain = cert_chain();
    let (follower, made) = world(&mut chain);
    let good = made.proof(chain.network.suite, 2);
    let bent = |bend: &dyn Fn(&mut raw::Proof)| {
        let mut proof = good.clone();
        bend(&mut proof);
        verify(&follower, PATH, VALUE, &proof)
    };
    assert_eq!(bent(&|_| {}), "verified");
    assert_eq!(bent(&|proof| proof.index = 3), "tx-root", "another place");
    assert_eq!(bent(&|proof| proof.index = 5), "tx-index", "no place of the block");
    assert_eq!(bent(&|proof| proof.index = 2 + 8), "tx-index", "the same way through a larger tree");
    assert_eq!(bent(&|proof| proof.path[0][0] ^= 1), "tx-root");
    assert_eq!(bent(&|proof| proof.path.swap(0, 1)), "tx-root");
    assert_eq!(bent(&|proof| drop(proof.path.pop())), "tx-path");
    assert_eq!(bent(&|proof| proof.path.push(vec![0; 32])), "tx-path");
    assert_eq!(bent(&|proof| proof.path[0].push(0)), "tx-path");
    assert_eq!(bent(&|proof| proof.rw_set.clear()), "rw-set");
    assert_eq!(bent(&|proof| proof.rw_set = made.rw_sets[0].encode_to_vec()), "rw-set", "another transaction's");
    assert_eq!(bent(&|proof| proof.tx = made.txs[1].encode_to_vec()), "tx-root");
    assert_eq!(bent(&|proof| proof.tx.clear()), "tx-root");
    assert_eq!(bent(&|proof| proof.tx.push(0)), "malformed");
}

#[test]
fn an_inner_node_is_no_transaction_and_a_hash_is_no_leaf() {
    let mut chain = cert_chain();
    let (follower, made) = world(&mut chain);
    let suite = chain.network.suite;
    let good = made.proof(suite, 2);
    // The bytes of the node above: two hashes, one after the other.
    let leaf = made.proof(suite, 3).path[0].clone();
    let inner = raw::Proof { tx: [leaf.as_slice(), &good.path[0]].concat(), index: 1, path: good.path[1..].to_vec(), rw_set: good.rw_set.clone() };
    assert_eq!(verify(&follower, PATH, VALUE, &inner), "malformed");
    let shorter = raw::Proof { index: 1, path: good.path[1..].to_vec(), ..good };
    assert_eq!(verify(&follower, PATH, VALUE, &shorter), "tx-path");
}

#[test]
fn a_failed_transaction_proves_nothing_though_its_write_set_says_otherwise() {
    let mut chain = cert_chain();
    let codes: [fn(&mut chain::Result); 3] = [
        |result| result.code = 4,
        |result| result.contract_result.as_mut().expect("one").code = 1,
        |result| result.contract_result = None,
    ];
    for fail in codes {
        let mut follower = Follower::of(&chain);
        let mut made = chain.next(&[Call::packet(PATH, VALUE)]);
        fail(made.txs[0].result.as_mut().expect("one"));
        made.seal(&chain.network);
        assert_eq!(said(follower.offer(&made.update())), "accepted");
        assert_eq!(verify(&follower, PATH, VALUE, &made.proof(chain.network.suite, 0)), "tx-failed");
    }
    chain.make(&[]);
}

#[test]
fn only_the_contract_and_key_of_the_key_map_count() {
    let map = KeyMap::protocol();
    let elsewhere = [
        ("govhub2".to_owned(), map.state_key(PATH)),
        ("govhub".to_owned(), hex_of(PATH)),
        ("govhub".to_owned(), [b"ibc".to_vec(), hex_of(PATH)].concat()),
        ("govhub".to_owned(), map.state_key(PATH).to_ascii_uppercase()),
        ("govhub".to_owned(), [map.state_key(PATH), b"0".to_vec()].concat()),
    ];
    for (contract, key) in elsewhere {
        let chain = cert_chain();
        let mut follower = Follower::of(&chain);
        let made = chain.next(&[Call::writing("govhub", vec![(contract, key, VALUE.to_vec())])]);
        assert_eq!(said(follower.offer(&made.update())), "accepted");
        assert_eq!(verify(&follower, PATH, VALUE, &made.proof(chain.network.suite, 0)), "not-written");
    }
}

fn hex_of(path: &[u8]) -> Vec<u8> {
    path.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

#[test]
fn a_deletion_and_a_key_written_twice_prove_nothing() {
    let map = KeyMap::protocol();
    let write = |value: &[u8]| ("govhub".to_owned(), map.state_key(PATH), value.to_vec());
    for (writes, value, expected) in [
        (vec![write(VALUE)], VALUE, "verified"),
        (vec![write(b"")], b"".as_slice(), "empty-value"),
        (vec![write(VALUE), write(&[1; 32])], VALUE, "not-written"),
    ] {
        let chain = cert_chain();
        let mut follower = Follower::of(&chain);
        let made = chain.next(&[Call::writing("govhub", writes)]);
        assert_eq!(said(follower.offer(&made.update())), "accepted");
        assert_eq!(verify(&follower, PATH, value, &made.proof(chain.network.suite, 0)), expected);
    }
}

#[test]
fn a_proof_holds_at_its_own_height_alone() {
    let mut chain = cert_chain();
    let (mut follower, made) = world(&mut chain);
    let proof = made.proof(chain.network.suite, 2).encode_to_vec();
    let other = chain.make(&[note(), note(), note(), note(), note()]);
    assert_eq!(said(follower.offer(&other.update())), "accepted");
    assert_eq!(verify_at(&follower, Height::new(0, 1), PATH, VALUE, &proof), "verified");
    assert_eq!(verify_at(&follower, Height::new(0, 2), PATH, VALUE, &proof), "tx-root");
    assert_eq!(verify_at(&follower, Height::new(0, 3), PATH, VALUE, &proof), "height-above-latest");
    assert_eq!(verify_at(&follower, Height::new(1, 1), PATH, VALUE, &proof), "height-above-latest");
    follower.states.remove(&Height::new(0, 1));
    assert_eq!(verify_at(&follower, Height::new(0, 1), PATH, VALUE, &proof), "no-consensus-state");
}

#[test]
fn proofs_of_another_length_or_path_prefix_are_refused_and_absence_cannot_be_proved() {
    let mut chain = cert_chain();
    let (follower, made) = world(&mut chain);
    let proof = made.proof(chain.network.suite, 2).encode_to_vec();
    let at = Height::new(0, 1);
    assert_eq!(verify_at(&follower, at, PATH, VALUE, &vec![0; MAX_PROOF_BYTES + 1]), "too-long");
    assert_eq!(verify_at(&follower, at, PATH, VALUE, &[proof.as_slice(), &[0x28, 1]].concat()), "not-canonical");
    for prefix in [vec![], vec![b"ibc".to_vec()], vec![Vec::new(), Vec::new()]] {
        let verdict = follower.client.verify_membership(&follower, at, StoredPath { prefix: &prefix, path: PATH }, VALUE, &proof);
        assert_eq!(verdict.map_err(|reason: Reason| reason.code), Err("path-prefix"));
    }
    let absent = follower.client.verify_absence(&follower, at, StoredPath { prefix: &[Vec::new()], path: PATH }, &proof);
    assert_eq!(absent.map_err(|reason| reason.code), Err("absence-unsupported"));
}

#[test]
fn a_genuine_proof_of_another_chain_with_the_same_nodes_is_refused() {
    let mut chain = cert_chain();
    let (follower, _) = world(&mut chain);
    let mut twin = Chain::new(Network { chain_id: "other".into(), ..chain.network.clone() });
    let (_, made) = world(&mut twin);
    assert_eq!(verify(&follower, PATH, VALUE, &made.proof(twin.network.suite, 2)), "tx-root");
}

#[test]
fn a_transaction_that_names_another_chain_proves_nothing_even_in_a_block_of_this_one() {
    let chain = cert_chain();
    let mut follower = Follower::of(&chain);
    let mut made = chain.next(&[Call::packet(PATH, VALUE)]);
    made.txs[0].payload.as_mut().expect("one").chain_id = b"other".to_vec();
    made.seal(&chain.network);
    // It can come in only where it is not shown: by its hash.
    let hidden = bent_message(&made, |message| {
        let entry = &mut message.blocks[0].body.as_mut().expect("whole").entries[0];
        (entry.tx, entry.tx_hash) = (Vec::new(), made.header.tx_root.clone());
    });
    assert_eq!(said(follower.offer(&hidden)), "accepted");
    assert_eq!(verify(&follower, PATH, VALUE, &made.proof(chain.network.suite, 0)), "tx-chain-id");
}
