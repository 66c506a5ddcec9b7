//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::proto::govhub::lightclients::qbft::v1 as raw;

/// Type URL of [`raw::ClientState`].
pub const CLIENT_STATE_URL: &str = "/govhub.lightclients.qbft.v1.ClientState";
/// Type URL of [`raw::ConsensusState`].
pub const CONSENSUS_STATE_URL: &str = "/govhub.lightclients.qbft.v1.ConsensusState";
/// Type URL of [`raw::Header`].
pub const HEADER_URL: &str = "/govhub.lightclients.qbft.v1.Header";
/// Type URL of [`raw::Misbehaviour`].
pub const MISBEHAVIOUR_URL: &str = "/govhub.lightclients.qbft.v1.Misbehaviour";
/// Type URL of [`raw::KeyMap`].
pub const KEY_MAP_URL: &str = "/govhub.lightclients.qbft.v1.KeyMap";

/// Bytes of an update message: some hundred headers of a small network, or a few dozen of one with a hundred validators. It also bounds
/// the work: 384 KiB hold less than 6,000 seals.
pub const MAX_HEADER_BYTES: usize = 384 * 1024;

/// Headers in one update message.
pub const MAX_BLOCKS: usize = 256;

/// Bytes of evidence: two update messages in the megabyte that the host reads.
const MAX_EVIDENCE_BYTES: usize = 2 * MAX_HEADER_BYTES;

/// Bytes of a client state: parameters of some KiB, and the votes that [`crate::authority::MAX_VOTES`] bounds.
const MAX_CLIENT_STATE_BYTES: usize = 256 * 1024;

/// Bytes of a consensus state: four digests and a time.
const MAX_CONSENSUS_STATE_BYTES: usize = 512;

/// Bytes of a packet proof: two paths of 64 branches would need 68 KiB.
pub const MAX_PROOF_BYTES: usize = 96 * 1024;

/// Bytes of a claim: a receipt with its logs, and the nodes that lead to it.
pub const MAX_CLAIM_BYTES: usize = 512 * 1024;

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "gov-qbft client state", MAX_CLIENT_STATE_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "gov-qbft consensus state", MAX_CONSENSUS_STATE_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    message(any, HEADER_URL, "gov-qbft header", MAX_HEADER_BYTES)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    message(any, MISBEHAVIOUR_URL, "gov-qbft misbehaviour", MAX_EVIDENCE_BYTES)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<raw::Proof, Reason> {
    decode_canonical("gov-qbft proof", bytes, MAX_PROOF_BYTES).map_err(codec_reason)
}

#[cfg(feature = "native")]
pub(crate) fn claim(bytes: &[u8]) -> Result<raw::Claim, Reason> {
    decode_canonical("gov-qbft claim", bytes, MAX_CLAIM_BYTES).map_err(codec_reason)
}

fn message<M: Message + Default>(any: &Any, url: &str, what: &'static str, max: usize) -> Result<M, Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    decode_canonical(what, &any.value, max).map_err(codec_reason)
}

fn codec_reason(error: CodecError) -> Reason {
    let code = match error {
        CodecError::TooLong { .. } => "too-long",
        CodecError::Malformed { .. } => "malformed",
        CodecError::NotCanonical { .. } => "not-canonical",
    };
    Reason::new(code, error.to_string())
}

/// `message` as an `Any` of type `url`.
pub(crate) fn encode(url: &str, message: &impl Message) -> Any {
    Any { type_url: url.to_owned(), value: message.encode_to_vec() }
}
