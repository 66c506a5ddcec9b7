//! The header and its hash.

use govhub_lc_core::Reason;
use govhub_types::hash::{sha256, Hash};

use crate::messages::common::BlockHeader;

/// A block header of the right shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Place in the chain; 0 is genesis.
    pub number: u64,
    /// Hash of the header before; genesis alone has none.
    pub previous_hash: Option<Hash>,
    /// SHA-256 over the data.
    pub data_hash: Hash,
}

impl Header {
    /// Checks the shape.
    ///
    /// # Errors
    /// `header-shape`: a hash that is not 32 bytes, a genesis with a block before, another block without one.
    pub fn new(raw: &BlockHeader<'_>) -> Result<Self, Reason> {
        let shape = |what: &str| Reason::new("header-shape", format!("block {}: {what}", raw.number));
        let previous_hash = match (raw.number, raw.previous_hash) {
            (0, []) => None,
            (0, _) => return Err(shape("genesis names a block before it")),
            (_, hash) => Some(hash.try_into().map_err(|_| shape("previous_hash is not 32 bytes"))?),
        };
        Ok(Self { number: raw.number, previous_hash, data_hash: raw.data_hash.try_into().map_err(|_| shape("data_hash is not 32 bytes"))? })
    }

    /// What is hashed and signed: DER of SEQUENCE { INTEGER number, OCTET STRING previous_hash, OCTET STRING data_hash }.
    ///
    /// At most 3 + 11 + 34 + 34 bytes, so that every length is one byte.
    pub fn bytes(&self) -> Vec<u8> {
        let number = self.number.to_be_bytes();
        let number = &number[number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1)..];
        let zero_in_front = number[0] >= 0x80; // DER integers are signed
        let previous = self.previous_hash.as_ref().map(|hash| &hash[..]).unwrap_or_default();
        let length = 2 + usize::from(zero_in_front) + number.len() + 2 + previous.len() + 2 + self.data_hash.len();
        let mut out = Vec::with_capacity(2 + length);
        out.extend([0x30, length as u8, 0x02, (usize::from(zero_in_front) + number.len()) as u8]);
        out.extend(zero_in_front.then_some(0));
        out.extend(number);
        for hash in [previous, &self.data_hash] {
            out.extend([0x04, hash.len() as u8]);
            out.extend(hash);
        }
        out
    }

    /// Hash of the header, which the next one names.
    pub fn hash(&self) -> Hash {
        sha256(&[&self.bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number_bytes(number: u64) -> Vec<u8> {
        let header = Header { number, previous_hash: Some([1; 32]), data_hash: [2; 32] };
        let bytes = header.bytes();
        assert_eq!((bytes[0], usize::from(bytes[1])), (0x30, bytes.len() - 2));
        bytes[2..4 + usize::from(bytes[3])].to_vec()
    }

    #[test]
    fn numbers_are_shortest_signed_integers() {
        assert_eq!(number_bytes(1), [2, 1, 1]);
        assert_eq!(number_bytes(0x7f), [2, 1, 0x7f]);
        assert_eq!(number_bytes(0x80), [2, 2, 0, 0x80]);
        assert_eq!(number_bytes(0x0100), [2, 2, 1, 0]);
        assert_eq!(number_bytes(u64::MAX), [[2, 9, 0].as_slice(), &[0xff; 8]].concat());
    }

    #[test]
    fn genesis_has_an_empty_string_for_the_hash_before() {
        let genesis = Header { number: 0, previous_hash: None, data_hash: [2; 32] };
        assert_eq!(genesis.bytes(), [&[0x30, 0x27, 2, 1, 0, 4, 0, 4, 32][..], &[2; 32]].concat());
    }

    #[test]
    fn only_genesis_has_nothing_before_it_and_hashes_are_32_bytes() {
        let raw = |number, previous_hash, data_hash| BlockHeader { number, previous_hash, data_hash };
        let refused = |raw: BlockHeader<'_>| Header::new(&raw).expect_err("must be refused").code;
        assert!(Header::new(&raw(0, b"", &[2; 32])).is_ok() && Header::new(&raw(1, &[1; 32], &[2; 32])).is_ok());
        assert_eq!(refused(raw(0, &[1; 32], &[2; 32])), "header-shape");
        assert_eq!(refused(raw(1, b"", &[2; 32])), "header-shape");
        assert_eq!(refused(raw(1, &[1; 31], &[2; 32])), "header-shape");
        assert_eq!(refused(raw(1, &[1; 32], &[2; 33])), "header-shape");
    }
}
