//! RPC in CometBFT 0.38's JSON-RPC shape: POST, URI GET and websocket.
//!
//! * [`server`] carries, [`params`] reads arguments, [`methods`] names what can be called; one file per group of methods.
//! * JSON is written by hand in [`json`], so that an unmodified client is an independent reader of it.

mod abci;
mod chain;
mod error;
mod json;
mod methods;
mod params;
mod query_language;
mod server;
mod subscribe;
mod txs;

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::RpcConfig;
use crate::ledger::Ledger;
use crate::mempool::Mempool;

pub use error::TEMPORARY;
pub use server::serve;

/// What the methods answer from.
pub struct Rpc {
    /// Settings.
    pub config: RpcConfig,
    /// The chain.
    pub ledger: Arc<Ledger>,
    /// Waiting transactions.
    pub mempool: Arc<Mempool>,
    /// Name of this node.
    pub moniker: String,
    /// libp2p peer id.
    pub node_id: String,
    /// Where peers reach it.
    pub p2p_listen: String,
    /// Ed25519 key of this validator.
    pub validator_key: [u8; 32],
    /// Permits for requests worked on at once.
    pub requests: Arc<Semaphore>,
    /// Permits for websocket clients.
    pub websockets: Arc<Semaphore>,
}
