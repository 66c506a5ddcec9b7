//! Key files: a key with its circuit, its origin and a checksum around it.
//!
//! | bytes | field |
//! |---|---|
//! | 16 | magic: `GOVHUB-ZK-KEY-01`, or `INSECURE-DEV-KEY` for a development key |
//! | 1 | version, 1 |
//! | 1 | kind: 1 verifying, 2 proving |
//! | 1 + n | circuit id: its length, then 1 to 32 of `a-z`, `0-9`, `_` |
//! | 32 | digest of the circuit's matrices (`fingerprint.txt`) |
//! | 4 | length of the key, big endian |
//! | n | the key, compressed arkworks encoding |
//! | 32 | SHA-256 of everything before |
//!
//! The mark of a development key is the file's first word, so that whoever looks at the bytes sees it, and it lies under every hash that
//! pins the file. The checksum finds torn copies; it is no protection against a forger, the pinned hash is.

use sha2::{Digest, Sha256};

use crate::error::KeyFileError;

/// First bytes of a key that came out of a ceremony.
pub const MAGIC: &[u8; 16] = b"GOVHUB-ZK-KEY-01";
/// First bytes of a key whose secrets someone knows.
pub const MAGIC_DEVELOPMENT: &[u8; 16] = b"INSECURE-DEV-KEY";
/// Longest circuit id.
pub const CIRCUIT_BYTES_MAX: usize = 32;
/// Largest key file: the proving keys of our circuits stay below 5 MB.
pub const FILE_BYTES_MAX: usize = 16 << 20;

const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 32;

/// Which half of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyKind {
    /// For verifiers.
    Verifying = 1,
    /// For provers.
    Proving = 2,
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A ceremony of several parties.
    Ceremony,
    /// One party, whose secrets are known to whoever reads its code: anyone can forge.
    Development,
}

/// A key file, taken apart. The key's points are not looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Which half.
    pub kind: KeyKind,
    /// Where it comes from.
    pub origin: Origin,
    /// Circuit id, as `licence_query_v1`.
    pub circuit: String,
    /// Digest of the circuit's matrices.
    pub fingerprint: [u8; 32],
    /// The key, compressed arkworks encoding.
    pub key: Vec<u8>,
}

impl KeyFile {
    /// Takes `bytes` apart.
    ///
    /// # Errors
    /// [`KeyFileError`], naming the rule.
    ///
    /// # Not checked
    /// That the key decodes, and that the circuit is the one wanted.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyFileError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(KeyFileError::TooLong { found: bytes.len(), max: FILE_BYTES_MAX });
        }
        let mut rest = bytes;
        let origin = match take::<16>(&mut rest)? {
            magic if magic == *MAGIC => Origin::Ceremony,
            magic if magic == *MAGIC_DEVELOPMENT => Origin::Development,
            _ => return Err(KeyFileError::NotAKeyFile),
        };
        let [version, kind, length] = take::<3>(&mut rest)?;
        if version != VERSION {
            return Err(KeyFileError::Version { found: version });
        }
        let kind = match kind {
            1 => KeyKind::Verifying,
            2 => KeyKind::Proving,
            found => return Err(KeyFileError::Kind { found }),
        };
        let circuit = circuit_id(take_slice(&mut rest, usize::from(length))?)?;
        let fingerprint = take::<32>(&mut rest)?;
        let length = u32::from_be_bytes(take::<4>(&mut rest)?) as usize;
        let key = take_slice(&mut rest, length)?.to_vec();
        let checksum = take::<CHECKSUM_BYTES>(&mut rest)?;
        if !rest.is_empty() {
            return Err(KeyFileError::Trailing { found: rest.len() });
        }
        let expected: [u8; 32] = Sha256::digest(&bytes[..bytes.len() - CHECKSUM_BYTES]).into();
        if checksum != expected {
            return Err(KeyFileError::Checksum);
        }
        Ok(Self { kind, origin, circuit, fingerprint, key })
    }

    /// The file's bytes.
    ///
    /// # Panics
    /// If the circuit id or the key is longer than a file can hold: both are written here, never taken from outside.
    pub fn encode(&self) -> Vec<u8> {
        let magic = match self.origin {
            Origin::Ceremony => MAGIC,
            Origin::Development => MAGIC_DEVELOPMENT,
        };
        circuit_id(self.circuit.as_bytes()).expect("circuit ids are written in code");
        let length = u32::try_from(self.key.len()).ok().filter(|n| (*n as usize) < FILE_BYTES_MAX).expect("a key of ours is a few megabytes");
        let mut bytes = magic.to_vec();
        bytes.extend([VERSION, self.kind as u8, self.circuit.len() as u8]);
        bytes.extend(self.circuit.as_bytes());
        bytes.extend(self.fingerprint);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.key);
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }
}

fn circuit_id(bytes: &[u8]) -> Result<String, KeyFileError> {
    let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if bytes.is_empty() || bytes.len() > CIRCUIT_BYTES_MAX || !bytes.iter().all(allowed) {
        return Err(KeyFileError::CircuitId);
    }
    Ok(bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], KeyFileError> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(KeyFileError::Short)?;
    *rest = tail;
    Ok(*head)
}

fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], KeyFileError> {
    let (head, tail) = rest.split_at_checked(length).ok_or(KeyFileError::Short)?;
    *rest = tail;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file() -> KeyFile {
        KeyFile { kind: KeyKind::Proving, origin: Origin::Ceremony, circuit: "licence_query_v1".into(), fingerprint: [7; 32], key: vec![1, 2, 3] }
    }

    /// The bytes with `edit` applied and the checksum made right again, so that only the edited rule can refuse them.
    fn edited(edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = file().encode();
        bytes.truncate(bytes.len() - CHECKSUM_BYTES);
        edit(&mut bytes);
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    #[test]
    fn each_rule_of_the_header_refuses_for_itself() {
        assert_eq!(KeyFile::decode(&edited(|_| ())), Ok(file()));
        assert_eq!(KeyFile::decode(&edited(|b| b[0] = b'X')), Err(KeyFileError::NotAKeyFile));
        assert_eq!(KeyFile::decode(&edited(|b| b[16] = 2)), Err(KeyFileError::Version { found: 2 }));
        assert_eq!(KeyFile::decode(&edited(|b| b[17] = 3)), Err(KeyFileError::Kind { found: 3 }));
        assert_eq!(KeyFile::decode(&edited(|b| b[19] = b'L')), Err(KeyFileError::CircuitId));
        assert_eq!(KeyFile::decode(&edited(|b| b[18] = 0)), Err(KeyFileError::CircuitId));
        assert_eq!(KeyFile::decode(&edited(|b| b.push(0))), Err(KeyFileError::Trailing { found: 1 }));
        assert_eq!(KeyFile::decode(&file().encode()[..100]), Err(KeyFileError::Short));
        assert_eq!(KeyFile::decode(&vec![0; FILE_BYTES_MAX + 1]), Err(KeyFileError::TooLong { found: FILE_BYTES_MAX + 1, max: FILE_BYTES_MAX }));
        let mut torn = file().encode();
        let middle = torn.len() - CHECKSUM_BYTES - 1;
        torn[middle] ^= 1;
        assert_eq!(KeyFile::decode(&torn), Err(KeyFileError::Checksum));
    }

    #[test]
    fn a_development_key_says_so_in_its_first_word() {
        let development = KeyFile { origin: Origin::Development, ..file() };
        assert!(development.encode().starts_with(b"INSECURE-DEV-KEY"));
        assert_eq!(KeyFile::decode(&development.encode()), Ok(development));
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200, flip in any::<(usize, u8)>()) {
            let mut near = file().encode();
            let place = flip.0 % near.len();
            near[place] ^= flip.1;
            near.truncate(near.len().saturating_sub(cut % 3));
            for candidate in [bytes, near] {
                if let Ok(file) = KeyFile::decode(&candidate) {
                    prop_assert_eq!(file.encode(), candidate);
                }
            }
        }
    }
}
