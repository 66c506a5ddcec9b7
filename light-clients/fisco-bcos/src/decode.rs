//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::proto::govhub::lightclients::fisco::v1 as raw;

/// Type URL of [`raw::ClientState`].
pub const CLIENT_STATE_URL: &str = "/govhub.lightclients.fisco.v1.ClientState";
/// Type URL of [`raw::ConsensusState`].
pub const CONSENSUS_STATE_URL: &str = "/govhub.lightclients.fisco.v1.ConsensusState";
/// Type URL of [`raw::Header`].
pub const HEADER_URL: &str = "/govhub.lightclients.fisco.v1.Header";
/// Type URL of [`raw::Misbehaviour`].
pub const MISBEHAVIOUR_URL: &str = "/govhub.lightclients.fisco.v1.Misbehaviour";
/// Type URL of [`raw::KeyMap`].
pub const KEY_MAP_URL: &str = "/govhub.lightclients.fisco.v1.KeyMap";

/// Headers in one update: a minute of a chain with one block a second.
pub const MAX_HEADERS: usize = 64;

/// Signatures in one update, over all headers: at some hundred microseconds for one of SM2, a fifth of a second.
pub const MAX_SIGNATURES: usize = 1_024;

/// Bytes of an update: 64 headers of four sealers need 50 KiB, ten of 100 sealers 130 KiB.
pub const MAX_HEADER_BYTES: usize = 512 * 1024;

/// Bytes of a proof: a receipt with its logs, a transaction with its input, two paths.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// Bytes of a stored state: 256 sealers of 70 bytes, 64 attestors.
const MAX_STATE_BYTES: usize = 64 * 1024;

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "gov-fisco client state", MAX_STATE_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "gov-fisco consensus state", MAX_STATE_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    let header: raw::Header = message(any, HEADER_URL, "gov-fisco header", MAX_HEADER_BYTES)?;
    if header.headers.is_empty() || header.headers.len() > MAX_HEADERS {
        return Err(Reason::new("header-count", format!("{} headers; expected 1 to {MAX_HEADERS}", header.headers.len())));
    }
    check_signatures(&header.headers)?;
    Ok(header)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    let evidence: raw::Misbehaviour = message(any, MISBEHAVIOUR_URL, "gov-fisco misbehaviour", MAX_HEADER_BYTES)?;
    check_signatures([&evidence.header_1, &evidence.header_2].into_iter().flatten())?;
    Ok(evidence)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<raw::Proof, Reason> {
    canonical("gov-fisco proof", bytes, MAX_PROOF_BYTES)
}

fn check_signatures<'a>(headers: impl IntoIterator<Item = &'a raw::SignedHeader>) -> Result<(), Reason> {
    let signatures: usize = headers.into_iter().map(|header| header.signatures.len()).sum();
    if signatures > MAX_SIGNATURES {
        return Err(Reason::new("too-many-signatures", format!("{signatures} signatures, at most {MAX_SIGNATURES} in one message")));
    }
    Ok(())
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
