//! The file of a ceremony: everything that the next party, or whoever checks, needs beside the powers and the circuit.
//!
//! | bytes | field |
//! |---|---|
//! | 16 | magic `GOVHUB-ZK-PHASE2` |
//! | 1 | version, 1 |
//! | subject | origin (0 ceremony, 1 development), circuit id (length, bytes), matrices' digest (32), phase 1 challenge (64), start's digest (32) |
//! | 4 | number of contributions; of each: length of the name and the name; 0, or 1 with doublings, length and value of a beacon; s, s x, delta in G1; r x in G2; digest of the points (32) |
//! | points | delta in G1, in G2; number and points of the H query, of the L query |
//! | 32 | SHA-256 of everything before |
//!
//! Numbers are big endian, points in Montgomery form. The identity stands nowhere except in a query, as zeros: a variable that no
//! constraint uses has it.

use ark_bn254::G1Affine;
use sha2::{Digest, Sha256};
use zk_verify::key_file::CIRCUIT_BYTES_MAX;
use zk_verify::Origin;

use super::error::FileError;
use super::{Ceremony, Changing, Contribution, Subject};
use crate::beacon::Beacon;
use crate::knowledge::Knowledge;
use crate::phase1::{CONTRIBUTIONS_MAX, NAME_BYTES_MAX};
use crate::points::{Point, PointError};
use crate::reader::{Reader, Short};

/// Largest file read: two queries of a million points.
pub const FILE_BYTES_MAX: usize = 256 << 20;

const MAGIC: &[u8; 16] = b"GOVHUB-ZK-PHASE2";
const VERSION: u8 = 1;
const QUERY_MAX: usize = 1 << 21;

impl Ceremony {
    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend(self.subject.encode());
        bytes.extend((self.contributions.len() as u32).to_be_bytes());
        self.contributions.iter().for_each(|contribution| bytes.extend(contribution.encode()));
        self.now.delta_g1.write_montgomery(&mut bytes);
        self.now.delta_g2.write_montgomery(&mut bytes);
        for query in [&self.now.h, &self.now.l] {
            bytes.extend((query.len() as u32).to_be_bytes());
            query.iter().for_each(|point| point.write_montgomery(&mut bytes));
        }
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// Reads a ceremony's file.
    ///
    /// # Errors
    /// [`FileError`], naming the part.
    ///
    /// # Not checked
    /// That the contributions are good: [`Ceremony::verify`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(FileError::TooLong { found: bytes.len(), max: FILE_BYTES_MAX });
        }
        if !bytes.starts_with(MAGIC) {
            return Err(FileError::NotACeremony);
        }
        let mut reader = Reader::new(&bytes[MAGIC.len()..]);
        match reader.byte()? {
            VERSION => {}
            other => return Err(FileError::Version(other)),
        }
        let subject = Subject::read(&mut reader)?;
        let count = reader.u32_be()?;
        if count > CONTRIBUTIONS_MAX {
            return Err(FileError::TooMany { what: "contributions", found: count as usize, max: CONTRIBUTIONS_MAX as usize });
        }
        let contributions = (0..count as usize).map(|index| Contribution::read(&mut reader, index)).collect::<Result<Vec<_>, _>>()?;
        let now = Changing {
            delta_g1: point(&mut reader, "delta in G1", 0)?,
            delta_g2: point(&mut reader, "delta in G2", 0)?,
            h: query(&mut reader, "H query")?,
            l: query(&mut reader, "L query")?,
        };
        let checksum = reader.array::<32>()?;
        if reader.left() > 0 {
            return Err(FileError::Trailing(reader.left()));
        }
        let expected: [u8; 32] = Sha256::digest(&bytes[..bytes.len() - 32]).into();
        if checksum != expected {
            return Err(FileError::Checksum);
        }
        Ok(Self { subject, contributions, now })
    }

    /// True if `bytes` begin as a ceremony's file does.
    pub fn recognises(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
}

impl Subject {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.origin == Origin::Development), self.circuit.len() as u8];
        bytes.extend(self.circuit.as_bytes());
        bytes.extend(self.fingerprint);
        bytes.extend(self.phase1);
        bytes.extend(self.start);
        bytes
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, FileError> {
        let origin = match reader.byte()? {
            0 => Origin::Ceremony,
            1 => Origin::Development,
            _ => return Err(FileError::Header("the kind of network")),
        };
        let length = usize::from(reader.byte()?);
        let circuit = reader.slice(length)?;
        let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if circuit.is_empty() || circuit.len() > CIRCUIT_BYTES_MAX || !circuit.iter().all(allowed) {
            return Err(FileError::Header("the circuit id"));
        }
        let circuit = circuit.iter().map(|byte| char::from(*byte)).collect();
        Ok(Self { origin, circuit, fingerprint: reader.array()?, phase1: reader.array()?, start: reader.array()? })
    }
}

impl Contribution {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.name.len() as u8];
        bytes.extend(self.name.as_bytes());
        match &self.beacon {
            None => bytes.push(0),
            Some(beacon) => {
                bytes.extend([1, beacon.iterations_exp(), beacon.value().len() as u8]);
                bytes.extend(beacon.value());
            }
        }
        [self.knowledge.s, self.knowledge.sx, self.delta_g1].iter().for_each(|point| point.write_montgomery(&mut bytes));
        self.knowledge.rx.write_montgomery(&mut bytes);
        bytes.extend(self.points);
        bytes
    }

    fn read(reader: &mut Reader<'_>, index: usize) -> Result<Self, FileError> {
        let fault = |why: &str| FileError::Contribution { index: index + 1, why: why.to_owned() };
        let length = usize::from(reader.byte()?);
        let name = String::from_utf8(reader.slice(length)?.to_vec()).map_err(|_| fault("its name is not UTF-8"))?;
        if name.len() > NAME_BYTES_MAX {
            return Err(fault("its name is longer than 64 bytes"));
        }
        let beacon = match reader.byte()? {
            0 => None,
            1 => {
                let (exp, length) = (reader.byte()?, usize::from(reader.byte()?));
                Some(Beacon::new(reader.slice(length)?.to_vec(), exp)?)
            }
            _ => return Err(fault("it is neither a person's nor a beacon's")),
        };
        let part = "contributions";
        let (s, sx, delta_g1) = (point(reader, part, index)?, point(reader, part, index)?, point(reader, part, index)?);
        Ok(Self { name, beacon, knowledge: Knowledge { s, sx, rx: point(reader, part, index)? }, delta_g1, points: reader.array()? })
    }
}

impl From<Short> for FileError {
    fn from(_: Short) -> Self {
        Self::Short
    }
}

fn point<P: Point>(reader: &mut Reader<'_>, part: &'static str, index: usize) -> Result<P, FileError> {
    P::from_montgomery(reader.slice(P::BYTES)?).map_err(|why| FileError::Point { part, index, why })
}

fn query(reader: &mut Reader<'_>, part: &'static str) -> Result<Vec<G1Affine>, FileError> {
    let count = reader.u32_be()? as usize;
    if count > QUERY_MAX {
        return Err(FileError::TooMany { what: part, found: count, max: QUERY_MAX });
    }
    let read = |(index, bytes)| match G1Affine::from_montgomery(bytes) {
        Err(PointError::Identity) => Ok(G1Affine::identity()),
        other => other.map_err(|why| FileError::Point { part, index, why }),
    };
    reader.slice(count * <G1Affine as Point>::BYTES)?.chunks_exact(<G1Affine as Point>::BYTES).enumerate().map(read).collect()
}
