//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use prost::Message;

/// Type URL of [`raw::ClientState`].
pub const CLIENT_STATE_URL: &str = "/ibc.lightclients.tendermint.v1.ClientState";
/// Type URL of [`raw::ConsensusState`].
pub const CONSENSUS_STATE_URL: &str = "/ibc.lightclients.tendermint.v1.ConsensusState";
/// Type URL of [`raw::Header`].
pub const HEADER_URL: &str = "/ibc.lightclients.tendermint.v1.Header";
/// Type URL of [`raw::Misbehaviour`].
pub const MISBEHAVIOUR_URL: &str = "/ibc.lightclients.tendermint.v1.Misbehaviour";

/// Validators in one set. The largest public chains have 200; signatures are checked one by one at 50 microseconds each.
pub const MAX_VALIDATORS: usize = 256;

/// Bytes of an encoded header: two sets of [`MAX_VALIDATORS`] and their commit need 80 KiB.
pub const MAX_HEADER_BYTES: usize = 256 * 1024;

/// Bytes of a stored state; both are below 1 KiB with known proof specs.
const MAX_STATE_BYTES: usize = 16 * 1024;

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "07-tendermint client state", MAX_STATE_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "07-tendermint consensus state", MAX_STATE_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    message(any, HEADER_URL, "07-tendermint header", MAX_HEADER_BYTES)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    message(any, MISBEHAVIOUR_URL, "07-tendermint misbehaviour", 2 * MAX_HEADER_BYTES)
}

fn message<M: Message + Default>(any: &Any, url: &str, what: &'static str, max: usize) -> Result<M, Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    decode_canonical(what, &any.value, max).map_err(codec_reason)
}

/// The reason for undecodable bytes.
pub(crate) fn codec_reason(error: CodecError) -> Reason {
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
