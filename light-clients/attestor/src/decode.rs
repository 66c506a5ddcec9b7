//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::proto::govhub::lightclients::attestor::v1 as raw;

/// Type URL of a client state.
pub const CLIENT_STATE_URL: &str = "/govhub.lightclients.attestor.v1.ClientState";
/// Type URL of a consensus state.
pub const CONSENSUS_STATE_URL: &str = "/govhub.lightclients.attestor.v1.ConsensusState";
/// Type URL of an update message.
pub const HEADER_URL: &str = "/govhub.lightclients.attestor.v1.Header";
/// Type URL of evidence.
pub const MISBEHAVIOUR_URL: &str = "/govhub.lightclients.attestor.v1.Misbehaviour";

/// Bytes of a client state: two sets of 128 attestors with full names need 38,000.
const MAX_CLIENT_BYTES: usize = 64 * 1024;
/// Bytes of a consensus state: a time, a root, a count.
const MAX_CONSENSUS_BYTES: usize = 128;
/// Bytes of a header: 128 signatures and a next set of 128 attestors need 29,000.
const MAX_HEADER_BYTES: usize = 48 * 1024;
/// Bytes of a proof: an index and sixteen hashes; of a claim with its path and value, and of a statement.
pub(crate) const MAX_PROOF_BYTES: usize = 1024;
/// Bytes of evidence: two headers, each with a statement and its proof.
const MAX_EVIDENCE_BYTES: usize = 2 * (MAX_HEADER_BYTES + 2 * MAX_PROOF_BYTES);

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "gov-attestor client state", MAX_CLIENT_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "gov-attestor consensus state", MAX_CONSENSUS_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    message(any, HEADER_URL, "gov-attestor header", MAX_HEADER_BYTES)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    message(any, MISBEHAVIOUR_URL, "gov-attestor misbehaviour", MAX_EVIDENCE_BYTES)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<raw::Proof, Reason> {
    canonical("gov-attestor proof", bytes, MAX_PROOF_BYTES)
}

#[cfg(feature = "native")]
pub(crate) fn claim(bytes: &[u8]) -> Result<raw::Claim, Reason> {
    canonical("gov-attestor claim", bytes, 2 * MAX_PROOF_BYTES)
}

fn message<M: Message + Default>(any: &Any, url: &str, what: &'static str, max: usize) -> Result<M, Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    canonical(what, &any.value, max)
}

fn canonical<M: Message + Default>(what: &'static str, bytes: &[u8], max: usize) -> Result<M, Reason> {
    decode_canonical(what, bytes, max).map_err(|error| {
        let code = match error {
            CodecError::TooLong { .. } => "too-long",
            CodecError::Malformed { .. } => "malformed",
            CodecError::NotCanonical { .. } => "not-canonical",
        };
        Reason::new(code, error.to_string())
    })
}

/// `message` as an `Any` of type `url`.
pub(crate) fn encode(url: &str, message: &impl Message) -> Any {
    Any { type_url: url.to_owned(), value: message.encode_to_vec() }
}
