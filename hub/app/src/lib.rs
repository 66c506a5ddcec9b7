//! The hub is a function: `apply(state, block) -> (writes, events, results)`. This crate composes the modules into it.
//!
//! * [`genesis`] makes version 0 of the state from the genesis document;
//! * [`screen`], [`check_tx`] and [`propose`] are for one node alone: they decide what it forwards and proposes;
//! * [`apply`] is what every node computes alike: begin of block, then each transaction through ante and messages;
//! * [`query`] reads.
//!
//! Invariants
//! * no clock, disk, socket, thread, randomness: equal state, block and time give equal writes;
//! * a transaction whose message is refused changes nothing but its signers' sequences and the audit log;
//! * a transaction that fails its ante cannot stand in a block: the proposal is voted down;
//! * a block without transactions and without due items changes nothing;
//! * a state of an app version that this binary does not know is not run.
//!
//! To add a message: one line in [`message`], its dispatch in [`dispatch`].

mod actions;
mod ante;
mod block;
mod chain;
mod check;
mod directory;
pub mod dispatch;
pub mod gas;
mod genesis;
pub mod message;
mod params;
pub mod proto;
mod query;
mod upgrade;

pub use actions::Host;
pub use ante::SenderQuota;
pub use block::{apply, has_due, propose, ApplyError, BlockOutcome, ValidatorUpdate};
pub use chain::{Chain, Network, Profile};
pub use check::{check_tx, screen};
pub use genesis::{document, genesis, AppState, GenesisDoc, GenesisError};
pub use params::Params;
pub use query::{query, QueryResult};
pub use upgrade::{app_version, UnknownVersion, APP_VERSION};

/// Codespace of every result of this chain.
pub const CODESPACE: &str = "govhub";
