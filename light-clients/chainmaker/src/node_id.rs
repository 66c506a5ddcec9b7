//! Node ids: the name under which a node votes, made from a key.
//!
//! In certificate mode it is the key of the node's TLS certificate, so a node id says nothing about who signs; in both key modes it is the
//! one key that the node has, and binds the vote to it.
//!
//! Source: libp2p peer ids, as the chain's fork of it makes them: base58(0x12 0x20 ‖ SHA-256({1: key type, 2: SubjectPublicKeyInfo})), by
//! SHA-256 in chains with SM3 too.

use govhub_types::hash::sha256;
use govhub_types::{KeyKind, PublicKey};
use govhub_x509::spki_of_key;

/// Characters of a node id, all of which have the same length: 34 bytes that begin with 0x12.
pub const NODE_ID_CHARS: usize = 46;

/// The node id of `key`.
pub fn node_id(key: &PublicKey) -> String {
    node_id_of_spki(key.kind(), &spki_of_key(key))
}

/// The node id of a key of that kind, as DER SubjectPublicKeyInfo.
pub fn node_id_of_spki(kind: KeyKind, spki: &[u8]) -> String {
    let length = u8::try_from(spki.len()).unwrap_or(u8::MAX);
    debug_assert!(length < 0x80, "the length of a key of 256 bits fits one byte");
    let digest = sha256(&[&[0x08, key_type(kind), 0x12, length], spki]);
    base58(&[&[0x12, 0x20], digest.as_slice()].concat())
}

/// The fork's numbers of key types.
const fn key_type(kind: KeyKind) -> u8 {
    match kind {
        KeyKind::Ed25519 => 1,
        KeyKind::Secp256k1 => 2,
        KeyKind::P256 => 3,
        KeyKind::Sm2 => 4,
    }
}

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Base 58 with Bitcoin's alphabet, of bytes that do not begin with zero.
fn base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::with_capacity(NODE_ID_CHARS);
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    digits.iter().rev().map(|digit| char::from(ALPHABET[usize::from(*digit)])).collect()
}
