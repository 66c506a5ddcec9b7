//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::key::PublicKey;
use ibc_proto::cosmos::tx::signing::v1beta1::signature_descriptor::{data::Sum, Data};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;
use prost::Message;

/// Type URL of [`raw::ClientState`].
pub const CLIENT_STATE_URL: &str = "/ibc.lightclients.solomachine.v3.ClientState";
/// Type URL of [`raw::ConsensusState`].
pub const CONSENSUS_STATE_URL: &str = "/ibc.lightclients.solomachine.v3.ConsensusState";
/// Type URL of [`raw::Header`].
pub const HEADER_URL: &str = "/ibc.lightclients.solomachine.v3.Header";
/// Type URL of [`raw::Misbehaviour`].
pub const MISBEHAVIOUR_URL: &str = "/ibc.lightclients.solomachine.v3.Misbehaviour";

/// Bytes of a state, a header or a proof: a key, a signature and a short name are under 512.
const MAX_SMALL_BYTES: usize = 2 * 1024;

/// Bytes of evidence: two statements, each with its path and value; what a machine signs is a path and a hash, or a header.
const MAX_EVIDENCE_BYTES: usize = 64 * 1024;

/// Modes of a signature that change nothing in what is signed: unspecified (as ibc-go's own machine writes) and direct.
const MODES: [i32; 2] = [0, 1];

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "06-solomachine client state", MAX_SMALL_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "06-solomachine consensus state", MAX_SMALL_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    message(any, HEADER_URL, "06-solomachine header", MAX_SMALL_BYTES)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    message(any, MISBEHAVIOUR_URL, "06-solomachine misbehaviour", MAX_EVIDENCE_BYTES)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<raw::TimestampedSignatureData, Reason> {
    decode_canonical("06-solomachine proof", bytes, MAX_SMALL_BYTES).map_err(codec_reason)
}

/// The signature in an encoded `SignatureDescriptor.Data` with one signer.
pub(crate) fn signature(bytes: &[u8]) -> Result<Vec<u8>, Reason> {
    let data: Data = decode_canonical("06-solomachine signature data", bytes, MAX_SMALL_BYTES).map_err(codec_reason)?;
    match data.sum {
        Some(Sum::Single(single)) if MODES.contains(&single.mode) => Ok(single.signature),
        Some(Sum::Single(single)) => Err(Reason::new("signature-mode", format!("mode {}; expected unspecified or direct", single.mode))),
        Some(Sum::Multi(_)) => Err(Reason::new("multisignature", "a machine here has one key")),
        None => Err(Reason::new("signature-missing", "the signature data is empty")),
    }
}

/// The key in an `Any`.
pub(crate) fn public_key(code: &'static str, any: Option<&Any>) -> Result<PublicKey, Reason> {
    let any = any.ok_or_else(|| Reason::new(code, "missing"))?;
    PublicKey::from_any(any).map_err(|error| Reason::new(code, error.to_string()))
}

fn message<M: Message + Default>(any: &Any, url: &str, what: &'static str, max: usize) -> Result<M, Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    decode_canonical(what, &any.value, max).map_err(codec_reason)
}

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
