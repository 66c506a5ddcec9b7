//! ICS-06 version 3: follows a system without a chain, known by one key: what most departments' plain IT is.
//!
//! **Trust assumption**: the holder of the key, for ever. There is no second party and no trusting period: whoever has the key says
//! whatever he likes, and nothing expires. It ends by the machine's own two contradicting signatures, which freeze the client, or by
//! governance. Every statement is signed over a sequence that the client counts up, so that nothing is accepted twice.
//!
//! Bytes are ibc-go v10.5.1's (`06-solomachine`); P-256 and SM2 keys stand beside secp256k1 and Ed25519. Stricter than ibc-go:
//! canonical bytes; an empty value is not a membership; a header cannot change who the machine says it is, and cannot be ahead of the
//! host's clock. Wider: evidence may carry any path, not only what parses as a `MerklePath`, and may contradict by absence.
//! Not supported: multisignature keys.
//!
//! **What the operator owes**: one durable counter of sequences, signed inside one module; a diversifier that no other client of the
//! same key has, on any chain: proofs for a client with equal key, diversifier and sequence are proofs for this one.
//!
//! Rooms: [`state`] what is stored, [`sign_bytes`] what a machine signs, `decode` bytes to messages, `verify` headers, `misbehaviour`
//! evidence, `membership` proofs, `native` (feature) what operators hand over as JSON. Start at [`ClientState`].

mod decode;
mod membership;
mod misbehaviour;
#[cfg(feature = "native")]
pub mod native;
pub mod sign_bytes;
pub mod state;
mod verify;

#[cfg(feature = "testing")]
pub mod testing;

use govhub_lc_core::About;

/// What people are told of this family.
pub const ABOUT: About = About {
    client_type: CLIENT_TYPE,
    follows: "plain IT systems known by one key (ICS-06 version 3)",
    class: "one key: n = 1, f = 0, no fault tolerance",
    trusts: "whoever holds the key",
    lasts: "without end; two contradicting signatures under one sequence freeze it",
    cannot_prove: &["that what it signs is what it stores"],
};

pub use decode::{CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, MISBEHAVIOUR_URL};
pub use state::{ClientState, ConsensusState, CLIENT_TYPE, MAX_DIVERSIFIER_BYTES};
pub use verify::CHECKS;
