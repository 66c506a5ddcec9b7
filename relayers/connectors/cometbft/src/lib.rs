//! Chains with CometBFT's RPC: the hub and department chains, and Cosmos chains.
//!
//! Nothing that an endpoint says is believed: headers go through the light client of the chain that will receive them, packets and
//! acknowledgements are checked against proven commitments, absence against proofs of absence, all before a transaction is signed. What an
//! endpoint can do by lying or silence is to delay; then the next endpoint is asked. Every wait has a timeout.
//!
//! Start at [`Chain`] (one chain behind N endpoints) and [`prove()`] (a plan becomes a signed transaction).

pub mod account;
pub mod block;
pub mod chain;
pub mod client;
pub mod config;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod header;
pub mod proof;
pub mod prove;
mod status;
pub mod tx;
pub mod watch;

pub use chain::Chain;
pub use config::ChainConfig;
pub use error::ChainError;
pub use prove::{prove, Ready};
pub use tx::Signer;
pub use watch::{watch, Evidence};
