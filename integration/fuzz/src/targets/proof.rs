//! Merkle proofs through both levels of our store.

use std::sync::{Arc, LazyLock};

use govhub_lc_cometbft::{verify_absence_under, verify_membership_under, ProofSpecs};
use govhub_store::mem::MemBackend;
use govhub_store::{genesis_marks, Empty, Proof, State, Store, Substore};
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use prost::Message;

use crate::Target;

const PRESENT: &[u8] = b"key-07";
const VALUE: &[u8] = b"value-07";
const ABSENT: &[u8] = b"key-07a";

/// A store of a few keys: its root, a proof of presence and one of absence.
static STORE: LazyLock<(Vec<u8>, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let store = Store::open(Arc::new(MemBackend::default())).expect("an empty store opens");
    let empty = Empty;
    let mut state = State::new(&empty);
    for n in 0..20 {
        state.put(Substore::Ibc, format!("key-{n:02}").as_bytes(), format!("value-{n:02}").into_bytes());
    }
    let mut writes = genesis_marks();
    writes.extend(state.into_writes().expect("nothing was read"));
    let prepared = store.prepare(0, writes).expect("the first version");
    let root = prepared.root().to_vec();
    store.commit(prepared).expect("memory takes it");
    let prove = |key| bytes(store.prove(0, Substore::Ibc, key).expect("the version is there"));
    (root, prove(PRESENT), prove(ABSENT))
});

fn bytes(proof: Proof) -> Vec<u8> {
    MerkleProof { proofs: vec![proof.key_proof, proof.store_proof] }.encode_to_vec()
}

fn keys(key: &[u8]) -> Vec<Vec<u8>> {
    vec![b"ibc".to_vec(), key.to_vec()]
}

/// No mutation of a proof may show another value, absence of what is there, or presence of what is not.
pub fn proof() -> Target {
    Target {
        name: "Merkle proof",
        seeds: vec![STORE.1.clone(), STORE.2.clone()],
        run: |proof| {
            let root = &STORE.0;
            let present = |key, value| verify_membership_under(ProofSpecs::Jmt, root, &keys(key), value, proof).is_ok();
            let absent = |key| verify_absence_under(ProofSpecs::Jmt, root, &keys(key), proof).is_ok();
            assert!(!present(PRESENT, b"value-08"), "another value");
            assert!(!present(ABSENT, VALUE), "presence of what is not there");
            assert!(!absent(PRESENT), "absence of what is there");
            let _ = verify_membership_under(ProofSpecs::Sdk, root, &keys(PRESENT), VALUE, proof);
            let _ = verify_absence_under(ProofSpecs::Sdk, root, &keys(ABSENT), proof);
            present(PRESENT, VALUE) || absent(ABSENT)
        },
    }
}
