//! The bytes of IBC v2: messages, store paths and commitments. No state, no light client: relayers and tools use this part alone.
//!
//! Invariant: equal to ibc-go v10.5.1 bit for bit; `testdata/` holds vectors that ibc-go itself wrote.

mod commitment;
mod limits;
mod path;
mod valid;

pub use commitment::{commit_acknowledgement, commit_packet, RECEIPT, SENTINEL_ABSENCE, UNIVERSAL_ERROR_ACK};
pub use limits::{MAX_ACK_BYTES, MAX_MESSAGE_BYTES, MAX_PAYLOAD_BYTES, MAX_PROOF_BYTES, MAX_TIMEOUT_DELTA_S};
pub use path::{
    client_state_path, consensus_state_path, counterparty_path, next_sequence_send_path, packet_acknowledgement_path, packet_commitment_path,
    packet_receipt_path,
};
pub use valid::{error_acknowledgement, is_error_acknowledgement, success_acknowledgement, validate_acknowledgement, validate_packet, PacketFault};

pub use crate::proto::govhub::ibc::v1::{
    At, ClientInfo, ClientSettings, Direction, MsgRecvTimeout, MsgRecvTimeoutResponse, PacketRecord, PacketState, QueryClientRequest, QueryClientsRequest,
    QueryClientsResponse, QueryConsensusStateRequest, QueryConsensusStateResponse, QueryHeaderRequest, QueryPacketRequest, QueryPacketsRequest,
    QueryPacketsResponse,
};
pub use crate::proto::ibc::core::channel::v2::{
    Acknowledgement, MsgAcknowledgement, MsgAcknowledgementResponse, MsgRecvPacket, MsgRecvPacketResponse, MsgSendPacket, MsgSendPacketResponse,
    MsgTimeout, MsgTimeoutResponse, Packet, PacketStatus, Payload, RecvPacketResult, ResponseResultType,
};
pub use crate::proto::ibc::core::client::v2::{Config, CounterpartyInfo, MsgRegisterCounterparty, MsgRegisterCounterpartyResponse};
pub use govhub_lc_core::{AbsenceMode, TrustFile};

/// Type URLs of the messages that this crate handles.
pub mod url {
    /// [`MsgSendPacket`](super::MsgSendPacket).
    pub const SEND_PACKET: &str = "/ibc.core.channel.v2.MsgSendPacket";
    /// [`MsgRecvPacket`](super::MsgRecvPacket).
    pub const RECV_PACKET: &str = "/ibc.core.channel.v2.MsgRecvPacket";
    /// [`MsgAcknowledgement`](super::MsgAcknowledgement).
    pub const ACKNOWLEDGEMENT: &str = "/ibc.core.channel.v2.MsgAcknowledgement";
    /// [`MsgTimeout`](super::MsgTimeout).
    pub const TIMEOUT: &str = "/ibc.core.channel.v2.MsgTimeout";
    /// [`MsgRecvTimeout`](super::MsgRecvTimeout).
    pub const RECV_TIMEOUT: &str = "/govhub.ibc.v1.MsgRecvTimeout";
    /// `ibc.core.client.v1.MsgUpdateClient` (ibc-proto).
    pub const UPDATE_CLIENT: &str = "/ibc.core.client.v1.MsgUpdateClient";
    /// `ibc.core.client.v1.MsgSubmitMisbehaviour` (ibc-proto).
    pub const SUBMIT_MISBEHAVIOUR: &str = "/ibc.core.client.v1.MsgSubmitMisbehaviour";
}

/// The one port of govhub packets (PROTOCOL 2).
pub const PORT: &str = "exchange";
/// Version of the govhub application protocol (PROTOCOL 2).
pub const VERSION: &str = "govhub-1";
/// Encoding of payload values (PROTOCOL 2).
pub const ENCODING: &str = "application/x-protobuf";

/// Prefix under which hub and department chains keep provable keys; a client of ours on another chain is registered with it.
pub fn merkle_prefix() -> Vec<Vec<u8>> {
    vec![b"ibc".to_vec(), Vec::new()]
}
