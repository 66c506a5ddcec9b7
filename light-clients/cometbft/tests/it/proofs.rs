//! Attacks 15 to 20 on proofs, over a real two-level tree of 10,000 keys.

use std::sync::{Arc, OnceLock};

use govhub_lc_cometbft::{verify_absence_under, verify_membership_under, ProofSpecs, MAX_PROOF_BYTES};
use govhub_store::{genesis_marks, mem::MemBackend, Store, Substore, Writes};
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, ExistenceProof, InnerOp, NonExistenceProof};
use prost::Message;

fn key(i: u32) -> Vec<u8> {
    format!("07-tendermint-0\u{1}{i:08}").into_bytes()
}

/// 10,000 keys in `ibc`; `governance` holds its genesis key alone.
fn store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = Store::open(Arc::new(MemBackend::default())).expect("in memory");
        let mut writes = Writes::default();
        writes.extend(genesis_marks());
        let ibc = writes.substores.entry(Substore::Ibc).or_default();
        ibc.extend((0..10_000).map(|i| (key(i), Some(i.to_be_bytes().to_vec()))));
        store.commit(store.prepare(0, writes).expect("a first version")).expect("in memory");
        store
    })
}

fn root() -> Vec<u8> {
    store().latest().expect("one version").1.to_vec()
}

fn keys(store: &str, key: &[u8]) -> [Vec<u8>; 2] {
    [store.as_bytes().to_vec(), key.to_vec()]
}

/// The proof that our chain gives for `key`.
fn proof(substore: Substore, key: &[u8]) -> MerkleProof {
    let proof = store().prove(0, substore, key).expect("version 0");
    MerkleProof { proofs: vec![proof.key_proof, proof.store_proof] }
}

fn present(path: &[Vec<u8>], value: &[u8], proof: &MerkleProof) -> Result<(), &'static str> {
    verify_membership_under(ProofSpecs::Jmt, &root(), path, value, &proof.encode_to_vec()).map_err(|r| r.code)
}

fn absent(path: &[Vec<u8>], proof: &MerkleProof) -> Result<(), &'static str> {
    verify_absence_under(ProofSpecs::Jmt, &root(), path, &proof.encode_to_vec()).map_err(|r| r.code)
}

fn exist(proof: &mut CommitmentProof) -> &mut ExistenceProof {
    match &mut proof.proof {
        Some(Proof::Exist(exist)) => exist,
        other => panic!("{other:?}"),
    }
}

fn nonexist(proof: &mut CommitmentProof) -> &mut NonExistenceProof {
    match &mut proof.proof {
        Some(Proof::Nonexist(nonexist)) => nonexist,
        other => panic!("{other:?}"),
    }
}

/// Accepts the honest proof of key 77, refuses it bent, with exactly `expected`.
#[track_caller]
fn refused(expected: &str, bend: impl FnOnce(&mut MerkleProof)) {
    let mut proof = proof(Substore::Ibc, &key(77));
    let path = keys("ibc", &key(77));
    assert_eq!(present(&path, &77u32.to_be_bytes(), &proof), Ok(()));
    bend(&mut proof);
    assert_eq!(present(&path, &77u32.to_be_bytes(), &proof), Err(expected));
}

/// Accepts the honest absence of a key, refuses it bent, with exactly `expected`.
#[track_caller]
fn absence_refused(expected: &str, bend: impl FnOnce(&mut MerkleProof)) {
    let missing = b"07-tendermint-0\x02\0\0\0\0\0\0\0\x05";
    let mut proof = proof(Substore::Ibc, missing);
    let path = keys("ibc", missing);
    assert_eq!(absent(&path, &proof), Ok(()));
    bend(&mut proof);
    assert_eq!(absent(&path, &proof), Err(expected));
}

#[test]
fn every_hundredth_key_is_proved_present_and_every_hundredth_stranger_absent() {
    for i in (0..10_000).step_by(100) {
        assert_eq!(present(&keys("ibc", &key(i)), &i.to_be_bytes(), &proof(Substore::Ibc, &key(i))), Ok(()));
        let stranger = key(1_000_000 + i);
        assert_eq!(absent(&keys("ibc", &stranger), &proof(Substore::Ibc, &stranger)), Ok(()));
    }
}

#[test]
fn absence_is_proved_at_both_ends_and_beside_a_lone_genesis_key() {
    let ends: Vec<Vec<u8>> = (0u32..200_000).map(|i| i.to_be_bytes().to_vec()).collect();
    let by_side = |want_left: bool| {
        ends.iter().find(|key| {
            let proof = proof(Substore::Ibc, key);
            matches!(&proof.proofs[0].proof, Some(Proof::Nonexist(n)) if n.left.is_some() == want_left && n.right.is_some() != want_left)
        })
    };
    for want_left in [false, true] {
        let key = by_side(want_left).expect("one key in about 10,000 falls outside all others");
        assert_eq!(absent(&keys("ibc", key), &proof(Substore::Ibc, key)), Ok(()));
    }
    let lone = proof(Substore::Governance, b"anything");
    assert_eq!(absent(&keys("governance", b"anything"), &lone), Ok(()));
    assert_eq!(absent(&keys("governance", &[0]), &lone), Err("not-absent"));
}

#[test]
fn values_keys_and_stores_are_bound() {
    let path = keys("ibc", &key(77));
    let honest = proof(Substore::Ibc, &key(77));
    assert_eq!(present(&path, &78u32.to_be_bytes(), &honest), Err("value-mismatch"));
    assert_eq!(present(&keys("ibc", &key(78)), &77u32.to_be_bytes(), &honest), Err("key-mismatch"));
    assert_eq!(present(&keys("identity", &key(77)), &77u32.to_be_bytes(), &honest), Err("key-mismatch"));
    assert_eq!(present(&path, &[], &honest), Err("empty-value"));
    assert_eq!(present(&keys("ibc", b""), &77u32.to_be_bytes(), &honest), Err("empty-value"));
    assert_eq!(present(&path[..1], &77u32.to_be_bytes(), &honest), Err("key-path"));
}

#[test]
fn another_root_is_refused() {
    let honest = proof(Substore::Ibc, &key(77)).encode_to_vec();
    let path = keys("ibc", &key(77));
    for other in [vec![0; 32], vec![]] {
        let verdict = verify_membership_under(ProofSpecs::Jmt, &other, &path, &77u32.to_be_bytes(), &honest).map_err(|r| r.code);
        assert!(matches!(verdict, Err("root-mismatch" | "empty-value")), "{verdict:?}");
    }
}

// Attack 15: leaves read as inner nodes and the reverse.

#[test]
fn a_leaf_with_another_prefix_hash_or_length_is_refused() {
    refused("proof-leaf", |p| exist(&mut p.proofs[0]).leaf.as_mut().expect("set").prefix.push(0));
    refused("proof-leaf", |p| exist(&mut p.proofs[0]).leaf.as_mut().expect("set").prefix.clear());
    refused("proof-leaf", |p| exist(&mut p.proofs[0]).leaf = None);
    // The bent leaf changes the sub-root, so the store no longer holds it; the spec refuses it first.
    refused("proof-shape", |p| exist(&mut p.proofs[0]).leaf.as_mut().expect("set").prehash_value = ics23::HashOp::NoHash.into());
    refused("proof-shape", |p| exist(&mut p.proofs[0]).leaf.as_mut().expect("set").length = ics23::LengthOp::VarProto.into());
}

#[test]
fn an_inner_node_with_a_leafs_prefix_is_refused() {
    refused("proof-shape", |p| {
        let step = &mut exist(&mut p.proofs[0]).path[0];
        step.prefix = [b"JMT::LeafNode".to_vec(), vec![0; 32]].concat();
    });
    refused("proof-shape", |p| exist(&mut p.proofs[0]).path[0].prefix.truncate(3));
    refused("proof-shape", |p| exist(&mut p.proofs[0]).path[0].suffix.push(0));
    refused("proof-shape", |p| exist(&mut p.proofs[0]).path[0].hash = ics23::HashOp::Sha512.into());
}

#[test]
fn a_step_more_or_less_leads_to_another_root() {
    refused("value-mismatch", |p| drop(exist(&mut p.proofs[0]).path.pop()));
    refused("root-mismatch", |p| drop(exist(&mut p.proofs[1]).path.pop()));
}

// Attack 16 (both sides of a range filled): no range proofs exist here. Attack 17: absence with wrong neighbours.

#[test]
fn absence_of_a_present_key_is_refused() {
    let between = proof(Substore::Ibc, b"07-tendermint-0\x02\0\0\0\0\0\0\0\x05");
    let path = keys("ibc", &key(77));
    assert_eq!(absent(&path, &between), Err("not-absent"));
    assert_eq!(absent(&path, &proof(Substore::Ibc, &key(77))), Err("proof-kind"), "a presence proof is no absence proof");
    let missing = keys("ibc", b"07-tendermint-0\x02\0\0\0\0\0\0\0\x05");
    assert_eq!(present(&missing, b"x", &between), Err("proof-kind"), "an absence proof is no presence proof");
}

#[test]
fn absence_with_a_neighbour_left_out_swapped_or_replaced_is_refused() {
    absence_refused("not-absent", |p| nonexist(&mut p.proofs[0]).left = None);
    absence_refused("not-absent", |p| nonexist(&mut p.proofs[0]).right = None);
    absence_refused("proof-kind", |p| {
        let sides = nonexist(&mut p.proofs[0]);
        (sides.left, sides.right) = (None, None);
    });
    absence_refused("not-absent", |p| {
        let sides = nonexist(&mut p.proofs[0]);
        std::mem::swap(&mut sides.left, &mut sides.right);
    });
    // A neighbour of a neighbour: every key in between could hide.
    absence_refused("not-absent", |p| {
        let far = (0..10_000).map(key).find_map(|k| match proof(Substore::Ibc, &k).proofs.remove(0).proof {
            Some(Proof::Exist(exist)) if sha(&exist.key)[0] == 0 => Some(exist),
            _ => None,
        });
        nonexist(&mut p.proofs[0]).left = far;
    });
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    govhub_types::hash::sha256(&[bytes])
}

// Attack 19: depth, and paths that never diverge.

#[test]
fn paths_deeper_than_the_cap_are_refused() {
    refused("proof-depth", |p| {
        let step = InnerOp { hash: 1, prefix: vec![1; 16], suffix: vec![0; 32] };
        exist(&mut p.proofs[0]).path.resize(65, step);
    });
    absence_refused("proof-depth", |p| {
        let left = nonexist(&mut p.proofs[0]).left.as_mut().expect("between two");
        let step = left.path[0].clone();
        left.path.resize(65, step);
    });
    refused("proof-step", |p| exist(&mut p.proofs[1]).path[0].suffix = vec![0; 96]);
}

#[test]
fn neighbours_whose_paths_never_diverge_are_refused_without_a_panic() {
    absence_refused("not-neighbours", |p| {
        let sides = nonexist(&mut p.proofs[0]);
        let left = sides.left.as_ref().expect("between two").path.clone();
        sides.right.as_mut().expect("between two").path = left;
    });
    absence_refused("not-neighbours", |p| {
        let sides = nonexist(&mut p.proofs[0]);
        sides.left.as_mut().expect("between two").path.clear();
    });
}

// Attack 20: chains of proofs.

#[test]
fn fewer_more_or_reordered_proofs_are_refused() {
    refused("proof-count", |p| drop(p.proofs.pop()));
    refused("proof-count", |p| p.proofs.push(p.proofs[1].clone()));
    refused("proof-count", |p| p.proofs.clear());
    refused("key-mismatch", |p| p.proofs.swap(0, 1));
    refused("key-mismatch", |p| p.proofs[1] = proof(Substore::Governance, &[0]).proofs.remove(1));
    refused("proof-kind", |p| p.proofs[0].proof = None);
    refused("proof-kind", |p| {
        let Some(Proof::Exist(exist)) = p.proofs[0].proof.take() else { panic!("made so") };
        let entry = ics23::BatchEntry { proof: Some(ics23::batch_entry::Proof::Exist(exist)) };
        p.proofs[0].proof = Some(Proof::Batch(ics23::BatchProof { entries: vec![entry] }));
    });
}

#[test]
fn proofs_under_the_other_specs_are_refused() {
    let honest = proof(Substore::Ibc, &key(77)).encode_to_vec();
    let verdict = verify_membership_under(ProofSpecs::Sdk, &root(), &keys("ibc", &key(77)), &77u32.to_be_bytes(), &honest);
    assert_eq!(verdict.expect_err("IAVL and simple trees are not jmt").code, "proof-shape");
}

#[test]
fn proof_bytes_are_canonical_and_bounded() {
    let path = keys("ibc", &key(77));
    let mut bytes = proof(Substore::Ibc, &key(77)).encode_to_vec();
    bytes.extend([0x78, 1]);
    let verdict = |bytes: &[u8]| verify_membership_under(ProofSpecs::Jmt, &root(), &path, &77u32.to_be_bytes(), bytes).map_err(|r| r.code);
    assert_eq!(verdict(&bytes), Err("not-canonical"));
    assert_eq!(verdict(&vec![0; MAX_PROOF_BYTES + 1]), Err("too-long"));
    assert_eq!(verdict(&[]), Err("proof-count"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1000, ..Default::default() })]

    /// One byte changed in a proof never proves another value or an absence, and never panics.
    #[test]
    fn no_changed_byte_proves_anything_else(at: usize, flip in 1u8..=255) {
        let path = keys("ibc", &key(77));
        let mut bytes = proof(Substore::Ibc, &key(77)).encode_to_vec();
        let index = at % bytes.len();
        bytes[index] ^= flip;
        proptest::prop_assert!(verify_membership_under(ProofSpecs::Jmt, &root(), &path, &78u32.to_be_bytes(), &bytes).is_err());
        proptest::prop_assert!(verify_absence_under(ProofSpecs::Jmt, &root(), &path, &bytes).is_err());
        let missing = b"07-tendermint-0\x02\0\0\0\0\0\0\0\x05";
        let mut bytes = proof(Substore::Ibc, missing).encode_to_vec();
        let index = at % bytes.len();
        bytes[index] ^= flip;
        proptest::prop_assert!(verify_absence_under(ProofSpecs::Jmt, &root(), &path, &bytes).is_err());
    }
}
