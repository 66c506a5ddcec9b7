//! The file: snarkjs's binary container with the magic `ptau`.
//!
//! `ptau`, version 1, number of sections; then sections of a number (u32), a length (u64) and bytes, everything little endian:
//! 1 header, 2 to 6 the powers, 7 the contributions. Sections above 7 hold what snarkjs computed from the powers; they are passed over,
//! and computed here again.

use std::collections::BTreeMap;

use ark_bn254::Fq;
use ark_ff::{BigInteger, PrimeField};

use super::contribution::{Contribution, CONTRIBUTIONS_MAX};
use super::error::PtauError;
use super::{Powers, PowersOfTau, CEREMONY_POWER_MAX, POWER_MAX};
use crate::points::Point;
use crate::reader::{Reader, Short};

/// Largest file read: 2^20 powers with everything that snarkjs adds to them.
pub const PTAU_BYTES_MAX: usize = 2 << 30;

const MAGIC: &[u8; 4] = b"ptau";
const VERSION: u32 = 1;
/// Sections of one file: snarkjs writes eleven.
const SECTIONS_MAX: u32 = 32;
const COORDINATE_BYTES: u32 = 32;

impl PowersOfTau {
    /// Reads a `.ptau` file.
    ///
    /// # Errors
    /// [`PtauError`], naming section, point or contribution.
    ///
    /// # Not checked
    /// That the points are powers of anything and that the contributions are good: [`PowersOfTau::verify`].
    pub fn decode(bytes: &[u8]) -> Result<Self, PtauError> {
        if bytes.len() > PTAU_BYTES_MAX {
            return Err(PtauError::TooLong { found: bytes.len(), max: PTAU_BYTES_MAX });
        }
        let sections = sections(bytes)?;
        let section = |number: u32| sections.get(&number).copied().ok_or(PtauError::Missing(number));
        let (power, ceremony_power) = header(section(1)?)?;
        let n = 1usize << power;
        let powers = Powers {
            tau_g1: points(2, section(2)?, 2 * n - 1)?,
            tau_g2: points(3, section(3)?, n)?,
            alpha_g1: points(4, section(4)?, n)?,
            beta_g1: points(5, section(5)?, n)?,
            beta_g2: points(6, section(6)?, 1)?[0],
        };
        Ok(Self { power, ceremony_power, powers, contributions: contributions(section(7)?)? })
    }

    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut header = COORDINATE_BYTES.to_le_bytes().to_vec();
        header.extend(Fq::MODULUS.to_bytes_le());
        header.extend(self.power.to_le_bytes());
        header.extend(self.ceremony_power.to_le_bytes());
        let mut contributions = (self.contributions.len() as u32).to_le_bytes().to_vec();
        self.contributions.iter().for_each(|contribution| contribution.write(&mut contributions));
        let powers = &self.powers;
        let sections = [
            header,
            montgomery(&powers.tau_g1),
            montgomery(&powers.tau_g2),
            montgomery(&powers.alpha_g1),
            montgomery(&powers.beta_g1),
            montgomery(&[powers.beta_g2]),
            contributions,
        ];
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((sections.len() as u32).to_le_bytes());
        for (number, section) in (1u32..).zip(&sections) {
            bytes.extend(number.to_le_bytes());
            bytes.extend((section.len() as u64).to_le_bytes());
            bytes.extend(section);
        }
        bytes
    }
}

fn sections(bytes: &[u8]) -> Result<BTreeMap<u32, &[u8]>, PtauError> {
    let short = |part| move |_: Short| PtauError::Short(part);
    let mut reader = Reader::new(bytes);
    if reader.array::<4>().as_ref() != Ok(MAGIC) {
        return Err(PtauError::NotPtau);
    }
    let version = reader.u32_le().map_err(short("its header"))?;
    if version != VERSION {
        return Err(PtauError::Version { found: version });
    }
    let count = reader.u32_le().map_err(short("its header"))?;
    let mut sections = BTreeMap::new();
    for _ in 0..count.min(SECTIONS_MAX) {
        let number = reader.u32_le().map_err(short("a section's header"))?;
        let length = reader.u64_le().map_err(short("a section's header"))?;
        let section = usize::try_from(length).ok().and_then(|length| reader.slice(length).ok()).ok_or(PtauError::Short("a section"))?;
        if sections.insert(number, section).is_some() {
            return Err(PtauError::Twice(number));
        }
    }
    match reader.left() {
        0 => Ok(sections),
        found => Err(PtauError::Trailing { found }),
    }
}

/// Power of the file and of the ceremony it was cut down from.
fn header(section: &[u8]) -> Result<(u32, u32), PtauError> {
    let size = |_| PtauError::Size { section: 1, expected: 44, found: section.len() };
    let mut reader = Reader::new(section);
    let coordinate = reader.u32_le().map_err(size)?;
    if coordinate != COORDINATE_BYTES || reader.slice(32).map_err(size)? != Fq::MODULUS.to_bytes_le() {
        return Err(PtauError::OtherCurve);
    }
    let (found, ceremony) = (reader.u32_le().map_err(size)?, reader.u32_le().map_err(size)?);
    if reader.left() > 0 {
        return Err(size(Short));
    }
    if !(1..=POWER_MAX).contains(&found) || !(found..=CEREMONY_POWER_MAX).contains(&ceremony) {
        return Err(PtauError::Power { found, ceremony });
    }
    Ok((found, ceremony))
}

fn points<P: Point>(section: u32, bytes: &[u8], count: usize) -> Result<Vec<P>, PtauError> {
    let expected = count * P::BYTES;
    if bytes.len() != expected {
        return Err(PtauError::Size { section, expected, found: bytes.len() });
    }
    let read = |(index, bytes)| P::from_montgomery(bytes).map_err(|why| PtauError::Point { section, index, why });
    bytes.chunks_exact(P::BYTES).enumerate().map(read).collect()
}

fn contributions(section: &[u8]) -> Result<Vec<Contribution>, PtauError> {
    let mut reader = Reader::new(section);
    let count = reader.u32_le().map_err(|_| PtauError::Short("its contributions"))?;
    if count > CONTRIBUTIONS_MAX {
        return Err(PtauError::TooMany(count));
    }
    let read = |index| Contribution::read(&mut reader).map_err(|why| PtauError::Contribution { index, why: why.to_string() });
    let contributions = (1..=count as usize).map(read).collect::<Result<Vec<_>, _>>()?;
    match reader.left() {
        0 => Ok(contributions),
        left => Err(PtauError::Size { section: 7, expected: section.len() - left, found: section.len() }),
    }
}

fn montgomery<P: Point>(points: &[P]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(points.len() * P::BYTES);
    points.iter().for_each(|point| point.write_montgomery(&mut bytes));
    bytes
}
