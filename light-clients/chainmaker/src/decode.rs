//! From outside bytes to protobuf messages: canonical, bounded before anything is computed.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;
use prost::encoding::{decode_key, decode_varint, skip_field, DecodeContext, WireType};
use prost::Message;

use crate::proto::govhub::lightclients::chainmaker::v1 as raw;

/// Type URL of [`raw::ClientState`].
pub const CLIENT_STATE_URL: &str = "/govhub.lightclients.chainmaker.v1.ClientState";
/// Type URL of [`raw::ConsensusState`].
pub const CONSENSUS_STATE_URL: &str = "/govhub.lightclients.chainmaker.v1.ConsensusState";
/// Type URL of [`raw::Header`].
pub const HEADER_URL: &str = "/govhub.lightclients.chainmaker.v1.Header";
/// Type URL of [`raw::Misbehaviour`].
pub const MISBEHAVIOUR_URL: &str = "/govhub.lightclients.chainmaker.v1.Misbehaviour";
/// Type URL of [`raw::KeyMap`].
pub const KEY_MAP_URL: &str = "/govhub.lightclients.chainmaker.v1.KeyMap";

/// Bytes of an update message: what a transaction of 512 KiB has room for.
pub const MAX_HEADER_BYTES: usize = 500 * 1024;

/// Blocks in one update message: each costs its signatures.
pub const MAX_BLOCKS: usize = 64;

/// Certificates that an update message brings besides its blocks.
pub const MAX_CERTIFICATES: usize = 512;

/// Transactions of one block in an update message: at some 60 bytes each, more than the message has room for.
pub const MAX_ENTRIES: usize = 8192;

/// Bytes of a proof: what the host takes as one.
pub const MAX_PROOF_BYTES: usize = 256 * 1024;

/// Bytes of a stored state: a configuration of a hundred organisations has 100 KiB, revocation lists and frozen certificates as much again.
pub const MAX_STATE_BYTES: usize = 768 * 1024;

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    message(any, CLIENT_STATE_URL, "gov-chainmaker client state", MAX_STATE_BYTES, &[])
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    message(any, CONSENSUS_STATE_URL, "gov-chainmaker consensus state", MAX_STATE_BYTES, &[])
}

pub(crate) fn header(any: &Any) -> Result<raw::Header, Reason> {
    let bounds: [(&[u32], usize); 3] = [(&[1], MAX_BLOCKS), (&[2], MAX_CERTIFICATES), (&[1, 3, 1], MAX_ENTRIES)];
    let header: raw::Header = message(any, HEADER_URL, "gov-chainmaker header", MAX_HEADER_BYTES, &bounds)?;
    match header.blocks.is_empty() {
        true => Err(Reason::new("no-blocks", "a header message without a block")),
        false => Ok(header),
    }
}

pub(crate) fn misbehaviour(any: &Any) -> Result<raw::Misbehaviour, Reason> {
    let bounds: [(&[u32], usize); 3] = [(&[1, 3, 1], MAX_ENTRIES), (&[2, 3, 1], MAX_ENTRIES), (&[3], MAX_CERTIFICATES)];
    message(any, MISBEHAVIOUR_URL, "gov-chainmaker misbehaviour", MAX_HEADER_BYTES, &bounds)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<raw::Proof, Reason> {
    decode_canonical("gov-chainmaker proof", bytes, MAX_PROOF_BYTES).map_err(codec_reason)
}

/// A message of the chain's own, which must be its one encoding: its hash is taken over these bytes.
pub(crate) fn chain<M: Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, Reason> {
    decode_canonical(what, bytes, MAX_HEADER_BYTES).map_err(codec_reason)
}

/// `message` as an `Any` of type `url`.
pub(crate) fn encode(url: &str, message: &impl Message) -> Any {
    Any { type_url: url.to_owned(), value: message.encode_to_vec() }
}

/// A message of ours, with the fields of which it may hold so many.
fn message<M: Message + Default>(any: &Any, url: &str, what: &'static str, max: usize, bounds: &[(&[u32], usize)]) -> Result<M, Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    if any.value.len() <= max {
        bounds.iter().try_for_each(|(path, max)| at_most(&any.value, path, *max))?;
    }
    decode_canonical(what, &any.value, max).map_err(codec_reason)
}

/// That the field which `path` leads to, message in message, stands in `bytes` at most `max` times.
///
/// Counted before anything is decoded: two bytes make an element, which takes a hundred once it is decoded. Bytes that are no protobuf are
/// left to the decoder.
///
/// # Errors
/// `too-many`.
pub(crate) fn at_most(bytes: &[u8], path: &[u32], max: usize) -> Result<(), Reason> {
    match count(bytes, path) {
        found if found > max => Err(Reason::new("too-many", format!("{found} of field {path:?}, at most {max}"))),
        _ => Ok(()),
    }
}

fn count(bytes: &[u8], path: &[u32]) -> usize {
    let Some((number, deeper)) = path.split_first() else { return 1 };
    let (mut rest, mut found) = (bytes, 0usize);
    while let Ok((tag, wire)) = decode_key(&mut rest) {
        if wire == WireType::LengthDelimited {
            let length = decode_varint(&mut rest).ok().and_then(|length| usize::try_from(length).ok());
            let Some((inside, behind)) = length.and_then(|length| rest.split_at_checked(length)) else { break };
            rest = behind;
            found += if tag == *number { count(inside, deeper) } else { 0 };
        } else if skip_field(wire, tag, &mut rest, DecodeContext::default()).is_err() {
            break;
        }
    }
    found
}

fn codec_reason(error: CodecError) -> Reason {
    let code = match error {
        CodecError::TooLong { .. } => "too-long",
        CodecError::Malformed { .. } => "malformed",
        CodecError::NotCanonical { .. } => "not-canonical",
    };
    Reason::new(code, error.to_string())
}
