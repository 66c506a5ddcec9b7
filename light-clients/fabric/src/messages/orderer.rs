//! How blocks are ordered (`orderer/configuration.proto`, `orderer/etcdraft/configuration.proto`).

use super::common::MAX_SIGNATURES;
use crate::wire::{messages, Many};

messages! {
    /// Value `ConsensusType` of the group `Orderer`.
    ConsensusType<'a> {
        /// `etcdraft`, `BFT`; formerly `solo`, `kafka`.
        1 kind: &'a str,
        /// [`RaftMetadata`] for `etcdraft`.
        2 metadata: &'a [u8],
        /// 0 normal, 1 maintenance.
        3 state: i32,
    }
    /// etcdraft's ConfigMetadata.
    RaftMetadata<'a> {
        1 consenters: Many<RaftConsenter<'a>, MAX_SIGNATURES>,
        2 options: &'a [u8],
    }
    /// A node, known by its TLS certificates: the identity with which it signs blocks is not named here.
    RaftConsenter<'a> {
        1 host: &'a str,
        2 port: u32,
        3 client_tls_cert: &'a [u8],
        4 server_tls_cert: &'a [u8],
    }
}

/// Raft.
pub const ETCDRAFT: &str = "etcdraft";
/// SmartBFT.
pub const BFT: &str = "BFT";
