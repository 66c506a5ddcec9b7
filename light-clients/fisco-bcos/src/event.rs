//! The event of PROTOCOL 2: `Stored(bytes32 indexed pathHash, bytes path, bytes value)`.
//!
//! Data are read in the one encoding that the ABI coder gives; `pathHash` is the chain's own hash of `path`.

use govhub_lc_core::Reason;

use crate::key_map::Address;
use crate::receipt::Log;
use crate::suite::{Hash, Suite};

/// Bytes of a path: a client id of 64, a kind, a sequence of 8.
pub const MAX_PATH_BYTES: usize = 128;

/// Bytes of a value: commitments, acknowledgement hashes and receipts have at most 32.
pub const MAX_VALUE_BYTES: usize = 1_024;

const WORD: usize = 32;

/// What an event says was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub path: Vec<u8>,
    pub value: Vec<u8>,
}

/// The log at `place`, if it is the bridge's and has that first topic.
pub(crate) fn log_of<'a>(logs: &'a [Log], place: u32, bridge: &Address, topic: &Hash) -> Result<&'a Log, Reason> {
    let log = usize::try_from(place).ok().and_then(|place| logs.get(place));
    let log = log.ok_or_else(|| Reason::new("no-such-log", format!("place {place} of {} logs", logs.len())))?;
    if log.address != *bridge {
        return Err(Reason::new("wrong-contract", "another contract's event"));
    }
    if log.topics.first() != Some(topic) {
        return Err(Reason::new("wrong-event", "another event of the bridge"));
    }
    Ok(log)
}

/// Reads an event of PROTOCOL 2.
pub(crate) fn stored(suite: Suite, log: &Log) -> Result<Stored, Reason> {
    let bad = |why: &str| Reason::new("event-encoding", why.to_owned());
    let [_, path_hash] = log.topics.as_slice() else { return Err(bad("expected two topics")) };
    let stored = decode(&log.data).ok_or_else(|| bad("the data are not the one encoding of (bytes path, bytes value)"))?;
    if suite.hash(&[&stored.path]) != *path_hash {
        return Err(bad("the second topic is not the hash of the path"));
    }
    Ok(stored)
}

/// The data of an event of PROTOCOL 2: two offsets, then each part with its length, filled up with zeros.
pub fn encode(path: &[u8], value: &[u8]) -> Vec<u8> {
    let second = 3 * WORD + padded(path.len());
    let mut data = Vec::with_capacity(second + WORD + padded(value.len()));
    data.extend_from_slice(&word(2 * WORD));
    data.extend_from_slice(&word(second));
    for part in [path, value] {
        data.extend_from_slice(&word(part.len()));
        data.extend_from_slice(part);
        data.resize(data.len() + padded(part.len()) - part.len(), 0);
    }
    data
}

fn decode(data: &[u8]) -> Option<Stored> {
    let part = |at: usize, max: usize| {
        let length = number(data, at).filter(|length| *length <= max)?;
        data.get(at + WORD..at + WORD + length).map(<[u8]>::to_vec)
    };
    let path = part(2 * WORD, MAX_PATH_BYTES)?;
    let value = part(3 * WORD + padded(path.len()), MAX_VALUE_BYTES)?;
    (encode(&path, &value) == data).then_some(Stored { path, value })
}

/// The word at `at` as a small number.
fn number(data: &[u8], at: usize) -> Option<usize> {
    let (zeros, digits) = data.get(at..at + WORD)?.split_at(WORD - 4);
    let digits: [u8; 4] = digits.try_into().ok()?;
    zeros.iter().all(|byte| *byte == 0).then(|| usize::try_from(u32::from_be_bytes(digits)).ok())?
}

fn word(value: usize) -> [u8; WORD] {
    let mut word = [0; WORD];
    word[WORD - 8..].copy_from_slice(&(value as u64).to_be_bytes());
    word
}

fn padded(length: usize) -> usize {
    length.div_ceil(WORD) * WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(suite: Suite, path: &[u8], value: &[u8]) -> Log {
        Log { address: [1; 20], topics: vec![[2; 32], suite.hash(&[path])], data: encode(path, value) }
    }

    #[test]
    fn what_is_encoded_comes_back_whatever_its_length() {
        for (path, value) in [(0, 0), (1, 32), (32, 1), (73, 32), (128, 1_024)] {
            let (path, value) = (vec![7; path], vec![9; value]);
            assert_eq!(stored(Suite::Keccak, &log(Suite::Keccak, &path, &value)), Ok(Stored { path, value }));
        }
    }

    #[test]
    fn data_in_any_other_encoding_are_refused() {
        let good = log(Suite::Sm, b"path", b"value");
        let bends: [&dyn Fn(&mut Vec<u8>); 7] = [
            &|data| data.push(0),
            &|data| data.extend([0; 32]),
            &|data| data.truncate(data.len() - 32),
            &|data| data[31] = 0x60,
            &|data| *data.last_mut().expect("not empty") = 1,
            &|data| data[2 * WORD] = 1,
            &|data| data[3 * WORD - 1] = 200,
        ];
        for bend in bends {
            let mut bent = good.clone();
            bend(&mut bent.data);
            assert_eq!(stored(Suite::Sm, &bent).expect_err("refused").code, "event-encoding");
        }
        assert_eq!(stored(Suite::Keccak, &good).expect_err("the other suite's hash of the path").code, "event-encoding");
        assert!(decode(&[]).is_none() && decode(&encode(&[0; MAX_PATH_BYTES + 1], b"")).is_none());
    }
}
