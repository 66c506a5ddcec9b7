//! From outside bytes to messages: canonical, bounded before anything is computed.
//!
//! What relayers bring can be large, so it is read without copying, by twins of the generated types with bounds on every list.

use govhub_lc_core::Reason;
use govhub_types::codec::{decode_canonical, CodecError};
use ibc_proto::google::protobuf::Any;

use crate::config::MAX_CONFIG_BYTES;
use crate::messages::peer::{Endorsement, MAX_ENDORSEMENTS};
use crate::proto::govhub::lightclients::fabric::v1 as raw;
use crate::wire::{messages, Many, Message};

/// Type URL of the client state.
pub const CLIENT_STATE_URL: &str = "/govhub.lightclients.fabric.v1.ClientState";
/// Type URL of the consensus state.
pub const CONSENSUS_STATE_URL: &str = "/govhub.lightclients.fabric.v1.ConsensusState";
/// Type URL of a run of blocks.
pub const HEADER_URL: &str = "/govhub.lightclients.fabric.v1.Header";
/// Type URL of evidence.
pub const MISBEHAVIOUR_URL: &str = "/govhub.lightclients.fabric.v1.Misbehaviour";
/// Type URL of the key map.
pub const KEY_MAP_URL: &str = "/govhub.lightclients.fabric.v1.KeyMap";

/// Bytes of a run of blocks, of evidence, or of a proof. Fabric's sample configuration prefers blocks below 2 MB; a configuration block holds the
/// configuration and its update. (A hub's own bound on transactions comes first there.)
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Blocks of one run: bare headers have 75 bytes, so that a hub's transaction of 512 KiB holds some thousand.
pub const MAX_RUN: usize = 4 * 1024;

/// Other orderers' copies of one header.
pub const MAX_COPIES: usize = 64;

/// Headers between the block that wrote a value and the height of its proof.
pub const MAX_LINKS: usize = 2 * 1024;

/// Bytes of a client state: two endorsement policies, which may name certificates.
const MAX_CLIENT_STATE_BYTES: usize = 64 * 1024;

/// Bytes of a consensus state: a configuration, and a key for each of its consenters.
const MAX_CONSENSUS_STATE_BYTES: usize = MAX_CONFIG_BYTES + 16 * 1024;

messages! {
    /// Twin of the generated `Header`.
    Header<'a> { 1 blocks: Many<SignedBlock<'a>, MAX_RUN>, }
    /// Twin of the generated `Block`.
    SignedBlock<'a> {
        1 block: &'a [u8],
        2 copies: Many<&'a [u8], MAX_COPIES>,
    }
    /// Twin of the generated `Misbehaviour`.
    Misbehaviour<'a> {
        1 block_1: Option<SignedBlock<'a>>,
        2 block_2: Option<SignedBlock<'a>>,
    }
    /// Twin of the generated `Proof`.
    Proof<'a> {
        1 block: &'a [u8],
        2 links: Many<&'a [u8], MAX_LINKS>,
        3 transaction: u32,
        4 query: Option<Query<'a>>,
    }
    /// Twin of the generated `Query`.
    Query<'a> {
        1 proposal: &'a [u8],
        2 payload: &'a [u8],
        3 endorsements: Many<Endorsement<'a>, MAX_ENDORSEMENTS>,
    }
}

pub(crate) fn client_state(any: &Any) -> Result<raw::ClientState, Reason> {
    state(any, CLIENT_STATE_URL, "gov-fabric client state", MAX_CLIENT_STATE_BYTES)
}

pub(crate) fn consensus_state(any: &Any) -> Result<raw::ConsensusState, Reason> {
    state(any, CONSENSUS_STATE_URL, "gov-fabric consensus state", MAX_CONSENSUS_STATE_BYTES)
}

pub(crate) fn header(any: &Any) -> Result<Header<'_>, Reason> {
    check_url(any, HEADER_URL)?;
    canonical("gov-fabric header", &any.value)
}

pub(crate) fn misbehaviour(any: &Any) -> Result<Misbehaviour<'_>, Reason> {
    check_url(any, MISBEHAVIOUR_URL)?;
    canonical("gov-fabric misbehaviour", &any.value)
}

pub(crate) fn proof(bytes: &[u8]) -> Result<Proof<'_>, Reason> {
    canonical("gov-fabric proof", bytes)
}

fn check_url(any: &Any, url: &str) -> Result<(), Reason> {
    if any.type_url != url {
        let found: String = any.type_url.chars().take(80).collect();
        return Err(Reason::new("type-url", format!("expected `{url}`, found `{found}`")));
    }
    Ok(())
}

fn state<M: prost::Message + Default>(any: &Any, url: &str, what: &'static str, max: usize) -> Result<M, Reason> {
    check_url(any, url)?;
    decode_canonical(what, &any.value, max).map_err(|error| {
        let code = match error {
            CodecError::TooLong { .. } => "too-long",
            CodecError::Malformed { .. } => "malformed",
            CodecError::NotCanonical { .. } => "not-canonical",
        };
        Reason::new(code, error.to_string())
    })
}

fn canonical<'a, M: Message<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<M, Reason> {
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(Reason::new("too-long", format!("{what}: {} bytes, at most {MAX_MESSAGE_BYTES}", bytes.len())));
    }
    let message = M::read(bytes)?;
    match message.write() == bytes {
        true => Ok(message),
        false => Err(Reason::new("not-canonical", format!("{what}: wrong order, or a default written out"))),
    }
}

/// `message` as an `Any` of type `url`.
pub(crate) fn encode(url: &str, message: &impl prost::Message) -> Any {
    Any { type_url: url.to_owned(), value: message.encode_to_vec() }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn the_twins_read_what_the_generated_types_write() {
        let block = raw::Block { block: vec![1; 200], copies: vec![vec![2; 3], vec![3]] };
        let header = raw::Header { blocks: vec![block.clone(), raw::Block::default()] };
        let any = encode(HEADER_URL, &header);
        let read = super::header(&any).expect("canonical");
        assert_eq!((read.blocks.len(), read.blocks[0].block, read.blocks[0].copies[1]), (2, &block.block[..], &[3][..]));

        let any = encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { block_1: Some(block.clone()), block_2: Some(raw::Block::default()) });
        let read = super::misbehaviour(&any).expect("canonical");
        assert_eq!((read.block_1.map(|one| one.block.len()), read.block_2), (Some(200), Some(SignedBlock::default())));

        let endorsement = raw::Endorsement { endorser: vec![7], signature: vec![8] };
        let query = raw::Query { proposal: vec![5], payload: vec![6], endorsements: vec![endorsement] };
        let bytes = raw::Proof { block: vec![4], links: vec![vec![9]], transaction: 300, query: Some(query) }.encode_to_vec();
        let read = super::proof(&bytes).expect("canonical");
        assert_eq!((read.block, read.links[0], read.transaction), (&[4][..], &[9][..], 300));
        let query = read.query.expect("there");
        assert_eq!((query.proposal, query.payload, query.endorsements[0].endorser, query.endorsements[0].signature), (&[5][..], &[6][..], &[7][..], &[8][..]));
    }

    #[test]
    fn other_encodings_and_long_ones_are_refused() {
        let refused = |value: Vec<u8>| super::header(&Any { type_url: HEADER_URL.into(), value }).expect_err("must be refused").code;
        assert_eq!(refused(vec![0x0a, 2, 0x0a, 0]), "not-canonical");
        assert_eq!(refused(vec![0x0a, 6, 0x12, 1, 1, 0x0a, 1, 1]), "not-canonical");
        assert_eq!(refused(vec![0x12, 0]), "malformed");
        assert_eq!(refused(vec![0; MAX_MESSAGE_BYTES + 1]), "too-long");
        assert_eq!(refused([0x0a, 0].repeat(MAX_RUN + 1)), "malformed");
    }
}
