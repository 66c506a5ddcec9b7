//! What a machine signs, and how its signature travels. For the verifier here, and for whoever holds the key.
//!
//! Source: ibc-go v10.5.1 `06-solomachine`: `SignBytes`, `HeaderData`, `TimestampedSignatureData`.

use govhub_types::key::PublicKey;
use govhub_types::Time;
use ibc_proto::cosmos::tx::signing::v1beta1::signature_descriptor::{data::Single, data::Sum, Data};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;
use prost::Message;

use crate::decode::{encode, HEADER_URL};

/// The path under which headers are signed; no stored value has it.
pub const HEADER_PATH: &[u8] = b"solomachine:header";

/// What a statement is bound to besides its path and data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The client's sequence: each accepted statement counts it up.
    pub sequence: u64,
    /// The machine's clock, never going back.
    pub time: Time,
    /// The client's diversifier before this statement.
    pub diversifier: &'a str,
}

/// Bytes to sign for "`data` is stored under `path`"; empty `data` says that nothing is.
pub fn statement(binding: Binding<'_>, path: &[u8], data: &[u8]) -> Vec<u8> {
    raw::SignBytes {
        sequence: binding.sequence,
        timestamp: binding.time.unix_ns(),
        diversifier: binding.diversifier.to_owned(),
        path: path.to_vec(),
        data: data.to_vec(),
    }
    .encode_to_vec()
}

/// Bytes to sign for "from now on I have this key and diversifier".
pub fn header(binding: Binding<'_>, new_key: &Any, new_diversifier: &str) -> Vec<u8> {
    let data = raw::HeaderData { new_pub_key: Some(new_key.clone()), new_diversifier: new_diversifier.to_owned() };
    statement(binding, HEADER_PATH, &data.encode_to_vec())
}

/// A signature of 64 bytes as `SignatureDescriptor.Data`.
pub fn signature_data(signature: &[u8]) -> Vec<u8> {
    Data { sum: Some(Sum::Single(Single { mode: 0, signature: signature.to_vec() })) }.encode_to_vec()
}

/// A signed statement as the proof of a packet message.
pub fn proof(signature: &[u8], time: Time) -> Vec<u8> {
    raw::TimestampedSignatureData { signature_data: signature_data(signature), timestamp: time.unix_ns() }.encode_to_vec()
}

/// A signed header as the message of `MsgUpdateClient`.
pub fn header_message(signature: &[u8], time: Time, new_key: &PublicKey, new_diversifier: &str) -> Any {
    let header = raw::Header {
        timestamp: time.unix_ns(),
        signature: signature_data(signature),
        new_public_key: Some(new_key.to_any()),
        new_diversifier: new_diversifier.to_owned(),
    };
    encode(HEADER_URL, &header)
}
