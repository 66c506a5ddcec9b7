//! Proofs: one broken rule a test, beside the proof that keeps it.

use govhub_lc_attestor::proto::govhub::lightclients::attestor::v1 as raw;
use govhub_lc_attestor::testing::{attestation, proof};
use govhub_lc_attestor::{tree, MAX_PATH_BYTES, MAX_VALUE_BYTES};
use govhub_lc_core::{LightClient, StoredPath};
use prost::Message;

use crate::world::{absent, ago, at, path, statements, value, World};

const PREFIX: &[Vec<u8>] = &[Vec::new()];

/// A world that has accepted [`statements`] at height 7.
fn world() -> World {
    let mut world = World::new();
    world.accept(&world.header(&attestation(at(7), ago(58), &statements())));
    world
}

fn present(world: &World, path: &[u8], value: &[u8], proof: &[u8]) -> Result<(), &'static str> {
    let path = StoredPath { prefix: PREFIX, path };
    world.client.verify_membership(&world.states, at(7), path, value, proof).map(|next| assert_eq!(next, None)).map_err(|reason| reason.code)
}

fn gone(world: &World, path: &[u8], proof: &[u8]) -> Result<(), &'static str> {
    let path = StoredPath { prefix: PREFIX, path };
    world.client.verify_absence(&world.states, at(7), path, proof).map(|next| assert_eq!(next, None)).map_err(|reason| reason.code)
}

#[test]
fn every_statement_is_proved_and_no_other() {
    let world = world();
    assert_eq!(present(&world, &path(1, 1), &[1; 32], &proof(&statements(), 0)), Ok(()));
    assert_eq!(present(&world, &path(2, 9), &[2], &proof(&statements(), 1)), Ok(()));
    assert_eq!(gone(&world, &path(2, 10), &proof(&statements(), 2)), Ok(()));
    assert_eq!(present(&world, &path(3, 9), &[3; 32], &proof(&statements(), 3)), Ok(()));
    let wrong = Err("statement-not-attested");
    assert_eq!(present(&world, &path(1, 1), &[9; 32], &proof(&statements(), 0)), wrong, "another value");
    assert_eq!(present(&world, &path(1, 2), &[1; 32], &proof(&statements(), 0)), wrong, "another path");
    assert_eq!(gone(&world, &path(1, 1), &proof(&statements(), 0)), wrong, "absence of what is there");
    assert_eq!(present(&world, &path(2, 10), &[2], &proof(&statements(), 2)), wrong, "presence of what is not");
    assert_eq!(gone(&world, &path(2, 11), &proof(&statements(), 2)), wrong, "absence of what nobody stated");
}

#[test]
fn path_and_value_cannot_be_cut_differently() {
    let world = world();
    let whole = path(1, 1);
    let (head, last) = whole.split_at(whole.len() - 1);
    assert_eq!(present(&world, head, &[last, &[1; 32]].concat(), &proof(&statements(), 0)), Err("statement-not-attested"));
}

#[test]
fn a_proof_belongs_to_its_place() {
    let world = world();
    let read = |index| raw::Proof::decode(proof(&statements(), index).as_slice()).expect("our own");
    let judge = |raw: raw::Proof| present(&world, &path(2, 9), &[2], &raw.encode_to_vec());
    assert_eq!(judge(read(1)), Ok(()));
    for (index, code) in [(0, "statement-not-attested"), (2, "statement-not-attested"), (3, "statement-not-attested"), (4, "proof-place"), (u32::MAX, "proof-place")] {
        assert_eq!(judge(raw::Proof { index, ..read(1) }), Err(code), "{index}");
    }
    assert_eq!(judge(read(0)), Err("statement-not-attested"), "the path of another leaf");
    for count in [0, 3, 5] {
        assert_eq!(judge(raw::Proof { count, ..read(1) }), Err("proof-count"), "{count}");
    }
    let with = |siblings: Vec<Vec<u8>>| judge(raw::Proof { siblings, ..read(1) });
    let own = read(1).siblings;
    assert_eq!(with(own[..1].to_vec()), Err("proof-place"), "too short");
    assert_eq!(with([own.clone(), vec![vec![0; 32]]].concat()), Err("proof-place"), "too long");
    assert_eq!(with(vec![own[1].clone(), own[0].clone()]), Err("statement-not-attested"), "order");
    assert_eq!(with(vec![own[0].clone(), vec![0; 31]]), Err("proof-hash"));
    assert_eq!(with(vec![vec![0; 32]; tree::MAX_DEPTH + 1]), Err("proof-depth"));
}

#[test]
fn a_node_is_never_taken_for_a_leaf() {
    // The hash of an inner node shown as if it were a leaf's: leaves and nodes are hashed apart, and the depth is known.
    let mut world = World::new();
    let all = statements();
    world.accept(&world.header(&attestation(at(7), ago(58), &all)));
    let leaves: Vec<_> = all.iter().map(tree::leaf).collect();
    let right = tree::root(&leaves[2..]);
    let short = raw::Proof { index: 0, siblings: vec![right.to_vec()], count: 4 };
    assert_eq!(present(&world, &[leaves[0], leaves[1]].concat(), &[1], &short.encode_to_vec()), Err("proof-place"));
}

#[test]
fn bytes_of_a_proof_are_canonical_and_bounded() {
    let world = world();
    let good = proof(&statements(), 1);
    let judge = |bytes: &[u8]| present(&world, &path(2, 9), &[2], bytes);
    assert_eq!(judge(&good), Ok(()));
    assert_eq!(judge(&[good.as_slice(), &[0x20, 1]].concat()), Err("not-canonical"));
    assert_eq!(judge(&good[..good.len() - 1]), Err("malformed"));
    assert_eq!(judge(&vec![0; 1025]), Err("too-long"));
    assert_eq!(judge(&[]), Err("proof-count"));
}

#[test]
fn paths_and_values_have_bounds() {
    let world = world();
    let good = proof(&statements(), 1);
    assert_eq!(present(&world, &path(2, 9), &[], &good), Err("empty-value"), "an empty value is no presence");
    assert_eq!(present(&world, &path(2, 9), &vec![1; MAX_VALUE_BYTES + 1], &good), Err("value"));
    assert_eq!(present(&world, &path(2, 9), &vec![1; MAX_VALUE_BYTES], &good), Err("statement-not-attested"));
    assert_eq!(present(&world, &[1; MAX_PATH_BYTES + 1], &[1], &good), Err("path"));
    assert_eq!(present(&world, &[], &[1], &good), Err("path"));
    assert_eq!(gone(&world, &[], &good), Err("path"));
}

#[test]
fn the_prefix_is_one_empty_element() {
    let world = world();
    let judge = |prefix: &[Vec<u8>]| {
        let stored = StoredPath { prefix, path: &path(2, 9) };
        world.client.verify_membership(&world.states, at(7), stored, &[2], &proof(&statements(), 1)).map(drop).map_err(|reason| reason.code)
    };
    assert_eq!(judge(PREFIX), Ok(()));
    for prefix in [vec![], vec![b"ibc".to_vec()], vec![Vec::new(), Vec::new()]] {
        assert_eq!(judge(&prefix), Err("merkle-prefix"));
    }
}

#[test]
fn a_height_that_nobody_attested_proves_nothing() {
    let world = world();
    let stored = StoredPath { prefix: PREFIX, path: &path(2, 9) };
    let judge = |number| world.client.verify_membership(&world.states, at(number), stored, &[2], &proof(&statements(), 1)).map(drop).map_err(|reason| reason.code);
    assert_eq!(judge(7), Ok(()));
    assert_eq!(judge(8), Err("no-consensus-state"));
    assert_eq!(judge(5), Err("proof-count"), "the anchor states nothing");
}

#[test]
fn a_single_statement_needs_no_hashes() {
    let mut world = World::new();
    let one = [absent(&path(2, 1))];
    world.accept(&world.header(&attestation(at(7), ago(58), &one)));
    assert_eq!(gone(&world, &path(2, 1), &proof(&one, 0)), Ok(()));
    assert_eq!(gone(&world, &path(2, 2), &proof(&one, 0)), Err("statement-not-attested"));
}

#[test]
fn a_large_tree_is_proved_at_both_ends() {
    let mut world = World::new();
    let all: Vec<_> = (0..2_000).map(|n| value(&path(1, n), &n.to_be_bytes())).collect();
    world.accept(&world.header(&attestation(at(7), ago(58), &all)));
    for n in [0, 1, 999, 1_998, 1_999] {
        assert_eq!(present(&world, &path(1, n), &n.to_be_bytes(), &proof(&all, n as usize)), Ok(()));
    }
}
