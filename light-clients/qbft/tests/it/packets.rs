//! Packet proofs: one slot, one word, one state.

use govhub_lc_core::{LightClient, Reason, StoredPath};
use govhub_lc_qbft::testing::{Chain, PACKETS};
use govhub_lc_qbft::{height, ClientState, Flavour, KeyMap, WordRule, IBC_STORE_SLOT};
use prost::Message;

use crate::world::{refused, World};

/// `clientID ‖ kind ‖ be64(sequence)`.
fn path(kind: u8, sequence: u64) -> Vec<u8> {
    [b"gov-qbft-0".as_slice(), &[kind], &sequence.to_be_bytes()].concat()
}

const COMMITMENT: [u8; 32] = [0xab; 32];

/// Packets 1 to 40 committed, packet 9 received and acknowledged and then cleared; block 4 stands before all that.
fn world() -> World {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(4);
    for sequence in 1..=40 {
        chain.store(&path(1, sequence), &COMMITMENT);
    }
    chain.store(&path(2, 9), &[2]);
    chain.store(&path(3, 9), &[&[0; 31][..], &[7]].concat());
    chain.grow_to(6);
    chain.clear(&path(1, 9));
    chain.grow_to(8);
    let mut world = World::with(chain.clone(), 3, |_| {});
    for number in 4..=8 {
        world.take(&chain.update(number - 1, number));
    }
    world
}

fn prefix() -> Vec<Vec<u8>> {
    vec![Vec::new()]
}

fn present(world: &World, at: u64, path: &[u8], value: &[u8], proof: &[u8]) -> Result<(), Reason> {
    let prefix = prefix();
    world.client.verify_membership(&world.states, height(at), StoredPath { prefix: &prefix, path }, value, proof).map(|changed| assert!(changed.is_none()))
}

fn absent(world: &World, at: u64, path: &[u8], proof: &[u8]) -> Result<(), Reason> {
    let prefix = prefix();
    world.client.verify_absence(&world.states, height(at), StoredPath { prefix: &prefix, path }, proof).map(|changed| assert!(changed.is_none()))
}

#[test]
fn commitments_receipts_and_acknowledgements_are_proved_and_their_absence_too() {
    let world = world();
    for (at, path, value) in [(6, path(1, 9), &COMMITMENT[..]), (8, path(1, 40), &COMMITMENT), (8, path(2, 9), &[2]), (8, path(3, 9), &[&[0; 31][..], &[7]].concat())] {
        assert_eq!(present(&world, at, &path, value, &world.chain.prove(at, &path)), Ok(()));
    }
    for (at, path) in [(4, path(1, 1)), (8, path(1, 9)), (8, path(1, 41)), (8, path(2, 8)), (8, path(3, 1))] {
        assert_eq!(absent(&world, at, &path, &world.chain.prove_with_account(at, &path).encode_to_vec()), Ok(()));
    }
}

#[test]
fn the_slot_and_word_are_protocols() {
    let map = KeyMap::protocol([1; 20]);
    let keccak = |parts: &[&[u8]]| govhub_lc_qbft::keccak::keccak256(parts);
    assert_eq!(map.slot(b"P"), keccak(&[&keccak(&[b"P"]), &IBC_STORE_SLOT]));
    assert_eq!(hex::encode(IBC_STORE_SLOT), "1260944489272988d9df285149b5aa1b0f48f2136d6f416159f840a3e0747600");
    assert_eq!(map.word_of(&COMMITMENT), Ok(COMMITMENT));
    assert_eq!(hex::encode(map.word_of(&[2]).expect("a word")), "dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986");
    let other = KeyMap { word: WordRule::Keccak256, ..map };
    assert_eq!(other.word_of(&[1]), Ok(keccak(&[&[1]])));
}

#[test]
fn a_value_a_path_a_block_and_a_claim_are_each_bound() {
    let world = world();
    let here = path(1, 7);
    let proof = world.chain.prove(8, &here);
    assert_eq!(present(&world, 8, &here, &COMMITMENT, &proof), Ok(()));
    assert_eq!(refused(present(&world, 8, &here, &[0xac; 32], &proof)), "value-mismatch");
    assert!(matches!(refused(present(&world, 8, &path(1, 8), &COMMITMENT, &proof)), "proof-hash" | "proof-extra-node" | "proof-node-missing"));
    assert!(matches!(refused(present(&world, 8, &path(2, 7), &COMMITMENT, &proof)), "proof-hash" | "proof-extra-node" | "proof-node-missing" | "key-absent"));
    assert_eq!(refused(present(&world, 6, &here, &COMMITMENT, &proof)), "proof-hash", "of another block's state");
    assert_eq!(refused(absent(&world, 8, &here, &proof)), "key-present");
    let nothing = world.chain.prove(8, &path(1, 9));
    assert_eq!(refused(present(&world, 8, &path(1, 9), &COMMITMENT, &nothing)), "key-absent");
    assert_eq!(refused(present(&world, 9, &here, &COMMITMENT, &proof)), "height-above-latest");
    assert_eq!(refused(present(&world, 2, &here, &COMMITMENT, &proof)), "no-consensus-state");
}

#[test]
fn a_prefix_is_a_word_that_nobody_checks_and_is_refused() {
    let world = world();
    let here = path(1, 7);
    let proof = world.chain.prove(8, &here);
    for prefix in [vec![], vec![b"ibc".to_vec()], vec![Vec::new(), Vec::new()], vec![b"ibc".to_vec(), Vec::new()]] {
        let judged = world.client.verify_membership(&world.states, height(8), StoredPath { prefix: &prefix, path: &here }, &COMMITMENT, &proof);
        assert_eq!(refused(judged), "prefix");
    }
}

#[test]
fn nothing_is_no_value_and_a_word_of_zeros_is_nothing() {
    let world = world();
    let nothing = world.chain.prove(8, &path(1, 9));
    assert_eq!(refused(present(&world, 8, &path(1, 9), &[], &nothing)), "empty-value");
    assert_eq!(refused(present(&world, 8, &path(1, 9), &[0; 32], &nothing)), "zero-word");
}

#[test]
fn the_contracts_account_comes_from_the_update_or_from_the_proof() {
    let mut world = world();
    world.chain.grow_to(9);
    let mut message = world.chain.update(8, 9);
    message.account_nodes.clear();
    world.take(&message);
    let here = path(1, 7);
    assert_eq!(refused(present(&world, 9, &here, &COMMITMENT, &world.chain.prove(9, &here))), "account-proof-missing");
    let mut proof = world.chain.prove_with_account(9, &here);
    assert_eq!(present(&world, 9, &here, &COMMITMENT, &proof.encode_to_vec()), Ok(()));
    assert_eq!(present(&world, 8, &here, &COMMITMENT, &world.chain.prove_with_account(8, &here).encode_to_vec()), Ok(()), "said twice");
    proof.account_nodes = world.chain.made(9).state.prove_account(&[0xee; 20]);
    let another = refused(present(&world, 9, &here, &COMMITMENT, &proof.encode_to_vec()));
    assert_eq!(another, "proof-node-missing", "the way to another account");
    proof.account_nodes = world.chain.made(6).state.prove_account(&PACKETS);
    assert_eq!(refused(present(&world, 9, &here, &COMMITMENT, &proof.encode_to_vec())), "proof-hash");
}

#[test]
fn a_contract_that_is_not_there_or_has_other_code_proves_neither_presence_nor_absence() {
    let world = world();
    let here = path(1, 9);
    let proof = world.chain.prove_with_account(8, &here).encode_to_vec();
    let changed = |change: &dyn Fn(&mut govhub_lc_qbft::proto::govhub::lightclients::qbft::v1::KeyMap)| {
        let mut state = world.client.raw().clone();
        change(state.key_map.as_mut().expect("set"));
        World { client: ClientState::from_raw(state).expect("right"), ..world.clone() }
    };
    assert_eq!(absent(&changed(&|_| {}), 8, &here, &proof), Ok(()));
    assert_eq!(absent(&changed(&|map| map.code_hash.clear()), 8, &here, &proof), Ok(()), "any code");
    assert_eq!(refused(absent(&changed(&|map| map.code_hash[0] ^= 1), 8, &here, &proof)), "code-hash");
    let elsewhere = changed(&|map| map.contract = vec![0xee; 20]);
    let mut there = world.chain.prove_with_account(8, &here);
    there.account_nodes = world.chain.made(8).state.prove_account(&[0xee; 20]);
    assert_eq!(refused(absent(&elsewhere, 8, &here, &there.encode_to_vec())), "account-absent");
}

#[test]
fn proofs_are_bounded_and_canonical() {
    let world = world();
    let here = path(1, 7);
    let mut proof = world.chain.prove(8, &here);
    proof.extend([0x78, 1]);
    assert_eq!(refused(present(&world, 8, &here, &COMMITMENT, &proof)), "not-canonical");
    assert_eq!(refused(present(&world, 8, &here, &COMMITMENT, &vec![0; govhub_lc_qbft::MAX_PROOF_BYTES + 1])), "too-long");
    assert_eq!(refused(present(&world, 8, &here, &COMMITMENT, &[])), "proof-node-missing");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1000, ..Default::default() })]

    /// One byte changed in a proof never proves another value or an absence, and never panics.
    #[test]
    fn no_changed_byte_proves_anything_else(at: usize, flip in 1u8..=255) {
        use std::sync::OnceLock;
        static WORLD: OnceLock<World> = OnceLock::new();
        let world = WORLD.get_or_init(world);
        let here = path(1, 7);
        let mut proof = world.chain.prove_with_account(8, &here).encode_to_vec();
        let place = at % proof.len();
        proof[place] ^= flip;
        proptest::prop_assert!(present(world, 8, &here, &[0xac; 32], &proof).is_err());
        proptest::prop_assert!(absent(world, 8, &here, &proof).is_err());
        let gone = path(1, 9);
        let mut proof = world.chain.prove_with_account(8, &gone).encode_to_vec();
        let place = at % proof.len();
        proof[place] ^= flip;
        proptest::prop_assert!(present(world, 8, &gone, &COMMITMENT, &proof).is_err());
    }
}
