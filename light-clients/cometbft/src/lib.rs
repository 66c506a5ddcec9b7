//! ICS-07: follows CometBFT chains, the hub and its department chains among them.
//!
//! **Trust assumption**: of the validator set that signed the newest trusted header, less than one third of the power lies within the
//! trusting period, which is shorter than the time in which a validator can leave (unbonding). Skipping a header asks `trust_level` of
//! the old set and more than two thirds of the new. A single validator means: whoever holds that key.
//!
//! Verification of commits is `tendermint-light-client-verifier`'s; proofs are `ics23`'s. Around them stand the checks that they leave
//! to the caller: canonical bytes, bounds, positions of signatures, pinned proof specs, conflicts with what is stored.
//!
//! Rooms: [`state`] what is stored, `decode` bytes to checked types, `header` what a header must look like, `verify` headers,
//! `misbehaviour` evidence, [`membership`] proofs, `native` (feature) what a node's RPC answers. Start at [`ClientState`].

mod decode;
mod header;
pub mod membership;
mod misbehaviour;
#[cfg(feature = "native")]
pub mod native;
mod specs;
pub mod state;
mod verify;

#[cfg(feature = "testing")]
pub mod testing;

use govhub_lc_core::About;

/// What people are told of this family.
pub const ABOUT: About = About {
    client_type: CLIENT_TYPE,
    follows: "CometBFT and Tendermint chains: the hub, department chains of its make, Cosmos SDK chains",
    class: "BFT quorum: n validators, f < n/3 by voting power; f = 0 with fewer than 4, no fault tolerance",
    trusts: "that less than one third of the voting power lies; one validator alone is one operator",
    lasts: "the trusting period of the trust file, 14 days on chains of this make",
    cannot_prove: &[],
};

pub use decode::{CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, MAX_HEADER_BYTES, MAX_VALIDATORS, MISBEHAVIOUR_URL};
pub use header::trust_class_of;
pub use membership::{verify_absence_under, verify_membership_under, MAX_PROOF_BYTES};
pub use specs::{jmt_spec, ProofSpecs, Tree};
pub use state::{ClientState, ConsensusState, CLIENT_TYPE};
pub use verify::CHECKS;
