//! A node's `status` with what the client library drops: whether its chain is a development network.

use serde::{Deserialize, Serialize};
use tendermint_rpc::dialect::Dialect;
use tendermint_rpc::request::RequestMessage;
use tendermint_rpc::{Method, Request, SimpleRequest};

/// The request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AskStatus {}

/// The part of the answer that is looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeStatus {
    pub node_info: NodeInfo,
    pub sync_info: SyncInfo,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeInfo {
    /// Chain id.
    pub network: String,
    #[serde(default)]
    pub other: Other,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Other {
    /// `dev` or `prod` on chains of this make, empty elsewhere.
    #[serde(default)]
    pub network: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SyncInfo {
    pub latest_block_hash: tendermint::Hash,
    pub latest_block_height: tendermint::block::Height,
    pub latest_block_time: tendermint::Time,
}

impl tendermint_rpc::Response for NodeStatus {}

impl RequestMessage for AskStatus {
    fn method(&self) -> Method {
        Method::Status
    }
}

impl<S: Dialect> Request<S> for AskStatus {
    type Response = NodeStatus;
}

impl<S: Dialect> SimpleRequest<S> for AskStatus {
    type Output = NodeStatus;
}
