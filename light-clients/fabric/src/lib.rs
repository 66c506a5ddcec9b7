//! Hyperledger Fabric channels: 2.5 ordered by Raft, 3.x ordered by Raft or SmartBFT.
//!
//! **Trust assumption**. *Order*: on a BFT channel, less than a third of the consenters lie; on a Raft channel no orderer does, since any one of
//! them can sign two histories (crash fault tolerance only), or fewer than the client asks to sign each header. *Configuration*: changes are
//! believed only with the signatures that the old configuration asks for, so that orderers alone cannot make one up. *Values*: the endorsers that the
//! chaincode's policy names; a Fabric channel has no state root, and orderers' signatures say nothing about validity. *Time*: none; a header is
//! believed for the trusting period after the host accepted it. It ends by two blocks of one number, which freeze the client, or by
//! governance.
//!
//! Blocks of BFT channels with fewer than four consenters are accepted and shown with f = 0: "no fault tolerance". Refused by name: solo, Kafka,
//! channels that go by rules of Fabric 1.x (capabilities before V1_4_3), Idemix providers, hashes other than SHA-256.
//!
//! **What a relayer does**: bare headers up to the newest block, which is signed, and whole configuration blocks on the way; for a value, the
//! block that wrote it and the answers of peers who read it back.
//!
//! Rooms: [`wire`] and [`messages`] Fabric's bytes; [`block`] hashes and canonical envelopes; [`config`] configurations and their updates; [`msp`] and
//! [`policy`] who may sign; `orderers` signatures on headers; [`transaction`], [`rwset`], `query` and [`endorsers`] values; [`state`] what is stored,
//! `header` and `verify` headers, `misbehaviour` evidence, `membership` proofs, `decode` bytes to messages. Start at [`ClientState`].

pub mod block;
pub mod config;
mod decode;
pub mod endorsers;
mod header;
pub mod key_map;
mod membership;
pub mod messages;
mod misbehaviour;
pub mod msp;
#[cfg(feature = "native")]
pub mod native;
mod orderers;
pub mod policy;
pub mod proto;
mod query;
pub mod rwset;
pub mod state;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transaction;
mod verify;
pub mod wire;

pub use decode::{
    CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, KEY_MAP_URL, MAX_COPIES, MAX_LINKS, MAX_MESSAGE_BYTES, MAX_RUN, MISBEHAVIOUR_URL,
};
pub use state::{ClientState, ConsensusState, CLIENT_TYPE};
pub use verify::CHECKS;

/// The family in words.
pub const ABOUT: govhub_lc_core::About = govhub_lc_core::About {
    client_type: CLIENT_TYPE,
    follows: "Hyperledger Fabric channels: 2.5 (Raft), 3.x (Raft and SmartBFT), capabilities V1_4_3 and later",
    class: "n consenters: f = (n - 1) / 3 ordered by SmartBFT; on Raft one less than the orderers that must sign: f = 0 with one, no fault tolerance",
    trusts: "a quorum of BFT consenters, or on Raft any one orderer unless several must sign; for values the chaincode's endorsers",
    lasts: "the trusting period, counted from the host's time when a block was accepted: Fabric's blocks have no time",
    cannot_prove: &[
        "That a key is absent: timeouts settle by a receipt.",
        "That a value still stands: only that a transaction wrote it and that it counted.",
        "A block's time: what blocks say of time is the word of clients.",
        "Private data: only hashes of it are on the chain.",
    ],
};
