//! The prover in a browser: exports that a page calls, measured by `measure.mjs` beside this file.
//!
//! A page pushes the bytes of a proving key and calls [`load`], pushes a seed of 32 bytes from its own source of randomness and calls
//! [`prove`], then reads the proof by [`proof_word`]. What is proved is the small world of the tests: a wallet will bring its own witness.
//! Bytes cross in words, so no memory is shared and no pointer is believed.
//!
//! Built for `wasm32-unknown-unknown`; `README.md` beside this file says how to come by a compiler.

#![expect(unsafe_code, reason = "a name that others can call is an attribute that the compiler counts as unsafe; nothing else here is")]

use std::cell::RefCell;

use ark_std::rand::{rngs::StdRng, SeedableRng};
use zk_circuits::claim::Claim;
use zk_circuits::licence_query_v1::world::World;
use zk_circuits::prover::{proof_bytes, Prover};
use zk_circuits::{Embedded, Field};
use zk_gadgets::poseidon::Poseidon;

/// Largest pushed data: a proving key.
const BYTES_MAX: usize = 16 << 20;

#[derive(Default)]
struct Room {
    pushed: Vec<u8>,
    prover: Option<Prover>,
    proof: Vec<u8>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Adds four bytes, little endian, to what was pushed.
#[no_mangle]
pub extern "C" fn push(word: u32) {
    ROOM.with_borrow_mut(|room| {
        if room.pushed.len() < BYTES_MAX {
            room.pushed.extend(word.to_le_bytes());
        }
    });
}

/// Takes the first `length` pushed bytes as a proving key; 1 if it is one.
#[no_mangle]
pub extern "C" fn load(length: u32) -> u32 {
    ROOM.with_borrow_mut(|room| {
        let mut key = std::mem::take(&mut room.pushed);
        key.truncate(length as usize);
        room.prover = Claim::LicenceQueryV1.shape().ok().and_then(|shape| Prover::load(&key, shape).ok());
        u32::from(room.prover.is_some())
    })
}

/// Proves with the 32 pushed bytes as the seed of all randomness; 1 if there is a proof.
#[no_mangle]
pub extern "C" fn prove() -> u32 {
    ROOM.with_borrow_mut(|room| {
        let seed = std::mem::take(&mut room.pushed).try_into().ok();
        let (Some(prover), Some(seed)) = (&room.prover, seed) else { return 0 };
        let poseidon = Poseidon::<Field>::new();
        let world = World::<Embedded>::new(&poseidon, 5);
        let proof = prover.prove(world.circuit(&poseidon), &mut StdRng::from_seed(seed));
        room.proof = proof.map(|proof| proof_bytes(&proof)).unwrap_or_default();
        u32::from(!room.proof.is_empty())
    })
}

/// Four bytes of the proof, little endian; zero past its end.
#[no_mangle]
pub extern "C" fn proof_word(place: u32) -> u32 {
    ROOM.with_borrow(|room| {
        let start = 4 * place as usize;
        room.proof.get(start..start + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    })
}
