//! Gas: a deterministic price of work, without fees. One gas is about one microsecond of one core of a small server.
//!
//! What a transaction costs follows from its bytes alone, so it is judged once, in the ante, and a message never runs out of gas half way.

use govhub_types::PublicKey;
use ibc_proto::google::protobuf::Any;

use crate::message;

/// Decoding, hashing, audit entry.
pub const PER_TX: u64 = 300;
/// Hashing, storing and gossiping a byte.
pub const PER_BYTE: u64 = 1;

/// Checking one signature.
pub const fn per_signature(key: &PublicKey) -> u64 {
    match key {
        PublicKey::Ed25519(_) => 100,
        PublicKey::Secp256k1(_) => 150,
        PublicKey::P256(_) => 300,
        PublicKey::Sm2(_) => 500,
    }
}

/// Gas of a transaction of `tx_bytes` bytes; messages that this chain does not have cost nothing, because the ante refuses them.
pub fn needed<'k>(tx_bytes: usize, messages: &[Any], keys: impl IntoIterator<Item = &'k PublicKey>) -> u64 {
    let bytes = u64::try_from(tx_bytes).unwrap_or(u64::MAX).saturating_mul(PER_BYTE);
    let messages = messages.iter().filter_map(|m| message::kind(&m.type_url).ok()).map(|k| k.gas).fold(0, u64::saturating_add);
    let signatures = keys.into_iter().map(per_signature).fold(0, u64::saturating_add);
    PER_TX.saturating_add(bytes).saturating_add(messages).saturating_add(signatures)
}
