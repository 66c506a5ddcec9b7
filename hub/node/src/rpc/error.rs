//! Errors in CometBFT's JSON-RPC shape.

use serde_json::{json, Value};

use crate::mempool::MempoolError;

/// Code of [`RpcError::temporary`].
pub const TEMPORARY: i32 = -32001;

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    code: i32,
    message: &'static str,
    data: String,
}

impl RpcError {
    /// Not JSON.
    pub fn parse(data: impl ToString) -> Self {
        Self { code: -32700, message: "Parse error. Invalid JSON", data: data.to_string() }
    }

    /// JSON, but no request.
    pub fn invalid_request(data: impl ToString) -> Self {
        Self { code: -32600, message: "Invalid Request", data: data.to_string() }
    }

    /// No such method.
    pub fn method_not_found(method: &str) -> Self {
        Self { code: -32601, message: "Method not found", data: method.chars().take(80).collect() }
    }

    /// Arguments that are wrong.
    pub fn invalid_params(data: impl ToString) -> Self {
        Self { code: -32602, message: "Invalid params", data: data.to_string() }
    }

    /// Anything that the node could not do; CometBFT says so for absent heights too.
    pub fn internal(data: impl ToString) -> Self {
        Self { code: -32603, message: "Internal error", data: data.to_string() }
    }

    /// Not now: the same call may go well later. A code of the range that JSON-RPC leaves to servers; CometBFT says internal error.
    pub fn temporary(data: impl ToString) -> Self {
        Self { code: TEMPORARY, message: "Temporary", data: data.to_string() }
    }

    /// The response object.
    pub fn response(&self, id: &Value) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": self.code, "message": self.message, "data": self.data}})
    }
}

impl From<govhub_store::StoreError> for RpcError {
    fn from(error: govhub_store::StoreError) -> Self {
        Self::internal(error)
    }
}

/// The response object of a call that went well.
pub fn success(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

impl From<MempoolError> for RpcError {
    fn from(error: MempoolError) -> Self {
        match error {
            MempoolError::Full { .. } | MempoolError::OverQuota { .. } => Self::temporary(error),
            _ => Self::internal(error),
        }
    }
}
