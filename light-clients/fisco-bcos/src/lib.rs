//! Follows FISCO BCOS 2.x and 3.x, with keccak256/secp256k1 or SM3/SM2.
//!
//! **Trust assumption**: of the sealer set that the newest accepted header names, sealers holding more than two thirds of the weight are
//! honest within the trusting period, and whoever leaves a set keeps his key to himself until the client has seen him leave. A set is
//! followed only while a quorum of the old one signs the first header of the new one; where it does not, the client **halts** (verdict
//! `NotEnoughTrust`) and governance anchors it anew under its id. rPBFT is followed for the working-set size that the trust file states.
//!
//! Three things of these chains shape everything here. **Headers name neither chain nor group**, so nodes that serve two groups sign
//! headers that verify in both: blocks are followed one by one from a pinned hash, none is skipped, and two blocks of one number
//! contradict each other only on one parent. **Each node stores the signatures that reached it first**, so a message carries the union of
//! several nodes' lists ([`merge`]). **There is no state proof**: a packet is shown by an event in a receipt, and receipts of 3.x do not
//! tell output from logs, so the trust file must say why events are believed ([`key_map`]).
//!
//! Time is the proposers' word: never taken as going back or as ahead of the host's, used for expiry, never to prove a timeout.
//!
//! **Not checked**: that a 0x1003 transaction stands behind a change of the set (its receipt is ambiguous on 3.x, and the old quorum says
//! more); senders' signatures on transactions; proofs of 2.x before 2.2.0, which has no tree (they do not verify). Raft groups have no
//! signatures to follow.
//!
//! Rooms: [`state`] what is stored, `decode` bytes to messages, [`suite`] hashes and signatures, [`sealers`] sets and quorums, `header`
//! what a header must look like, `verify` headers, `misbehaviour` evidence, `merkle`, `transaction`, `receipt` what stands in a block,
//! [`event`] and [`key_map`] what of it is a packet, [`attestation`] who vouches besides, `proof` claims, `membership` packets, `native`
//! the nodes' own JSON. Start at [`ClientState`].

pub mod attestation;
mod decode;
pub mod event;
mod header;
pub mod key_map;
mod membership;
mod merkle;
mod misbehaviour;
mod proof;
pub mod proto;
mod receipt;
mod rlp;
pub mod sealers;
pub mod state;
pub mod suite;
mod transaction;
mod verify;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "testing")]
pub mod testing;

pub use decode::{
    CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, KEY_MAP_URL, MAX_HEADERS, MAX_HEADER_BYTES, MAX_PROOF_BYTES, MAX_SIGNATURES, MISBEHAVIOUR_URL,
};
pub use sealers::{QuorumRule, Sealer, SealerSet};
pub use state::{ClientState, ConsensusState, Version, CLIENT_TYPE};
pub use suite::Suite;
pub use verify::{merge, CHECKS};

/// What people are told of this family.
pub const ABOUT: govhub_lc_core::About = govhub_lc_core::About {
    client_type: CLIENT_TYPE,
    follows: "FISCO BCOS 2.x (proofs from 2.2.0) and 3.x, PBFT and rPBFT, keccak256/secp256k1 or SM3/SM2",
    class: "BFT quorum: of n equal sealers, f = (n - 1) / 3 may lie; with fewer than 4, no fault tolerance",
    trusts: "more than two thirds, by weight, of the sealers of each block; for packets on 3.x also that deployment of contracts is closed, or a majority of named attestors",
    lasts: "the trusting period after the newest accepted block, by the proposers' clock where it is not ahead of the host's",
    cannot_prove: &[
        "That something is not stored: timeouts settle on a stored sentinel.",
        "What is stored now: an event shows what was stored in its block.",
        "Which group a header is of: blocks are followed one by one from a pinned hash.",
        "A change of sealers that a quorum of the old set did not sign: the client halts and governance anchors it anew.",
        "An event of 3.x from its receipt alone: the trust file says that deployment is closed or names attestors.",
    ],
};
