//! Follows permissioned Ethereum chains: QBFT of Besu and GoQuorum, IBFT 2.0 of Besu, IBFT 1 of GoQuorum.
//!
//! **Trust assumption**: of the validators in charge of the newest trusted header, at most f = floor((n-1)/3) lie within the trusting
//! period, which is shorter than the time in which governance notices that they do; and so of every set that they hand over to. Each header
//! needs the seals of ceil(2n/3) of them, also where the chain's own nodes are content with less. With n < 4, f is 0: one liar suffices.
//! The **anchor** (genesis, or a block that governance approved) is believed, with the parameters beside it: epoch length, transitions, the
//! validators' contract.
//!
//! Who the validators are is never taken from a header: GoQuorum's nodes seal headers with false lists, and one of four validators could so
//! take over a client that adopts them. Votes are tallied here as the chain's nodes tally them ([`authority`]), or the contract's list is
//! proved in the state before ([`contract`]). Only where Besu's nodes, which check the list, have sealed it may headers be skipped, and only
//! if governance says so: a header names no chain, so the validators' keys must then serve no other one.
//!
//! **Cannot be followed**: Clique, Raft and proof of work (no seals of a quorum); chains set to fewer seals than ceil(2n/3); chains that
//! make several blocks a second, whose time stands still; a change from one of the four protocols to another (anchor anew).
//!
//! Rooms: [`state`] what is stored, `decode` and [`rlp`] bytes to values, [`header`] and [`extra`] what a header is, [`seals`] who signed,
//! [`authority`], `schedule` and [`contract`] who may, `verify` headers, `misbehaviour` evidence, [`trie`] and [`account`] proofs,
//! `membership` packets, [`inclusion`] receipts and transactions. Start at [`ClientState`].

pub mod account;
pub mod authority;
pub mod contract;
mod decode;
pub mod extra;
mod flavour;
pub mod header;
pub mod inclusion;
pub mod keccak;
mod key_map;
mod membership;
mod misbehaviour;
pub mod proto;
pub mod rlp;
mod schedule;
pub mod seals;
pub mod state;
pub mod trie;
mod verify;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "testing")]
pub mod testing;

pub use decode::{
    CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, KEY_MAP_URL, MAX_BLOCKS, MAX_CLAIM_BYTES, MAX_HEADER_BYTES, MAX_PROOF_BYTES, MISBEHAVIOUR_URL,
};
pub use flavour::Flavour;
pub use key_map::{KeyMap, WordRule, IBC_STORE_SLOT};
pub use state::{check_anchor, height, ClientState, ConsensusState, CLIENT_TYPE};
pub use verify::CHECKS;

use govhub_lc_core::About;

/// This family in words.
pub const ABOUT: About = About {
    client_type: CLIENT_TYPE,
    follows: "Besu (QBFT, IBFT 2.0) and GoQuorum (QBFT, IBFT 1) chains, to Prague's header form; tried with GoQuorum 24.4.1",
    class: "BFT quorum: n validators, f = floor((n-1)/3); f = 0 with fewer than 4, no fault tolerance",
    trusts: "at most f = floor((n-1)/3) of n validators lie; ceil(2n/3) must seal each header; with n < 4 one liar suffices",
    lasts: "the trusting period that the trust file says, counted from the time in the newest header",
    cannot_prove: &[
        "Private state of GoQuorum: it is not under the state root.",
        "A change of the whole validator set that the trust file does not announce: the client stops, and governance anchors it anew.",
        "Which chain a header is of, except by its link to the anchor: where headers may be skipped, the validators' keys must serve no other chain.",
    ],
};
