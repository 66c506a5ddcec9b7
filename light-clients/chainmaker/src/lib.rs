//! ChainMaker: follows consortium chains of ChainMaker 2.x, in certificate mode and both public-key modes.
//!
//! **Trust assumption**: of the consensus nodes that the chain's configuration names, fewer than one third sign falsely, and in certificate
//! mode each organisation's authority, which can issue certificates in the name of its nodes, stands for all of them. It holds for the
//! configuration as this client has followed it: each change of nodes, organisations, frozen or revoked certificates is believed because
//! the signers before it signed the block in which it was written. Blocks are taken one by one with everything that they wrote, so that no
//! change is overlooked; a client that may skip blocks overlooks some, and is trusted for a day at most. The time of a block is its
//! proposer's clock. A chain under Raft is made by whoever holds one node's key: followed only where the trust file declares a trusted
//! operator, and shown as no fault tolerance. SOLO, MaxBFT, DPoS and proof of work are refused by name: MaxBFT's quorum certificate on a
//! block does not make it final, and its signers come from a contract's state that no block header commits to before they sign.
//!
//! Rooms: [`state`] what is stored, `decode` bytes to checked messages, `block` headers, `config` and [`authority`] who may sign, `signer`
//! from a name to a key, `commit` TBFT's quorum, `body` and `changes` what a block wrote and whom that makes signers, `verify` headers,
//! `misbehaviour` evidence, `membership` proofs. Start at [`ClientState`].

pub mod authority;
mod block;
mod body;
mod changes;
mod commit;
pub mod config;
mod decode;
mod key_map;
mod membership;
mod merkle;
mod misbehaviour;
pub mod node_id;
pub mod proto;
mod signer;
pub mod state;
mod suite;
mod transaction;
mod verify;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "testing")]
pub mod testing;

pub use authority::Authority;
pub use config::{AuthType, Config, Consensus};
pub use decode::{
    CLIENT_STATE_URL, CONSENSUS_STATE_URL, HEADER_URL, KEY_MAP_URL, MAX_BLOCKS, MAX_CERTIFICATES, MAX_HEADER_BYTES, MAX_PROOF_BYTES, MISBEHAVIOUR_URL,
};
pub use key_map::KeyMap;
pub use state::{ClientState, ConsensusState, CLIENT_TYPE, MAX_SKIPPING_PERIOD_S};
pub use suite::Suite;
pub use verify::CHECKS;

/// The family in words.
pub const ABOUT: govhub_lc_core::About = govhub_lc_core::About {
    client_type: CLIENT_TYPE,
    follows: "ChainMaker 2.3 under TBFT, in the modes permissionedWithCert, permissionedWithKey and public, with SHA-256 and P-256 or SM3 and SM2; under Raft only with a declared trusted operator",
    class: "BFT quorum: n consensus nodes (with certificates, organisations), f = floor((n-1)/3); f = 0 with fewer than 4, no fault tolerance. Under Raft one operator: f = 0, no fault tolerance",
    trusts: "more than two thirds of the consensus nodes in the chain's own configuration, followed from block to block; with certificates, an organisation stands for all of its nodes. Under Raft, every single node",
    lasts: "the trusting period from the newest accepted block, by that block's time; an idle chain makes no blocks, so somebody must write to it within that period",
    cannot_prove: &[
        "That something is not stored: timeouts settle by receipt.",
        "That a value still stands: a proof shows that a successful transaction of a block wrote it.",
        "The time, beyond the proposers' clocks.",
    ],
};
