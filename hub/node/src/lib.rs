//! The node: consensus above, the state machine below, blocks and undecided proposals on disk between them; RPC and the command line at the edge.
//!
//! * Start at [`node::Node::start`]; the one rule of recovery stands in [`host`].
//! * [`application::Application`] is all the node knows of the state machine; [`hub`] is the real one.
//! * [`cli`] is the program `govhub`: one file per noun.

mod abci;
pub mod application;
pub mod blocks;
pub mod cli;
pub mod config;
pub mod genesis;
pub mod home;
mod host;
pub mod hub;
pub mod ledger;
mod log;
pub mod mempool;
pub mod node;
mod pace;
mod rpc;
mod undecided;

pub use govhub_keyfile as keys;

/// Version of this binary.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
