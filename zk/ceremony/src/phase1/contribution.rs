//! What a `.ptau` file keeps of a contribution.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;

use super::error::RecordError;
use crate::beacon::Beacon;
use crate::blake2b::{Blake2b, DIGEST_BYTES, STATE_BYTES};
use crate::knowledge::Knowledge;
use crate::points::Point;
use crate::reader::{Reader, Short};

/// Most contributions that are read: the largest public ceremonies had some hundreds in a chain.
pub const CONTRIBUTIONS_MAX: u32 = 4_096;
/// Longest name written: what snarkjs writes.
pub const NAME_BYTES_MAX: usize = 64;

/// The first points of the powers: all that is needed to see that one contribution follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// `[tau]`.
    pub tau_g1: G1Affine,
    /// `{tau}`.
    pub tau_g2: G2Affine,
    /// `[alpha]`.
    pub alpha_g1: G1Affine,
    /// `[beta]`.
    pub beta_g1: G1Affine,
    /// `{beta}`.
    pub beta_g2: G2Affine,
}

impl Heads {
    /// Where every secret is one.
    pub(super) fn one() -> Self {
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        Self { tau_g1: one, tau_g2: two, alpha_g1: one, beta_g1: one, beta_g2: two }
    }
}

/// Someone's part in the powers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The powers' first points after it.
    pub heads: Heads,
    /// Knowledge of the factors of tau, alpha and beta.
    pub knowledge: [Knowledge; 3],
    /// State of the response's hash between powers and proofs.
    pub(super) hash_state: [u8; STATE_BYTES],
    /// The hash that the next contribution answers.
    pub next_challenge: [u8; DIGEST_BYTES],
    /// Who says to have made it; nobody checks that here.
    pub name: String,
    /// The beacon, of a closing contribution.
    pub beacon: Option<Beacon>,
}

impl Contribution {
    /// The hash of the contribution, that its party announces: of the challenge, the compressed powers and the proofs.
    pub fn response(&self) -> [u8; DIGEST_BYTES] {
        let mut hash = Blake2b::from_state(&self.hash_state).expect("a state is checked where it is read");
        hash.update(&proofs(&self.knowledge, |point, out| point.write_plain(out), |point, out| point.write_plain(out)));
        hash.finish()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let heads = &self.heads;
        heads.tau_g1.write_montgomery(out);
        heads.tau_g2.write_montgomery(out);
        heads.alpha_g1.write_montgomery(out);
        heads.beta_g1.write_montgomery(out);
        heads.beta_g2.write_montgomery(out);
        out.extend(proofs(&self.knowledge, |point, out| point.write_montgomery(out), |point, out| point.write_montgomery(out)));
        out.extend(self.hash_state);
        out.extend(self.next_challenge);
        out.extend(u32::from(self.beacon.is_some()).to_le_bytes());
        let mut parameters = Vec::new();
        if !self.name.is_empty() {
            parameters.extend([1, self.name.len() as u8]);
            parameters.extend(self.name.as_bytes());
        }
        if let Some(beacon) = &self.beacon {
            parameters.extend([2, beacon.iterations_exp(), 3, beacon.value().len() as u8]);
            parameters.extend(beacon.value());
        }
        out.extend((parameters.len() as u32).to_le_bytes());
        out.extend(parameters);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, RecordError> {
        let heads = Heads {
            tau_g1: point(reader, "tau in G1")?,
            tau_g2: point(reader, "tau in G2")?,
            alpha_g1: point(reader, "alpha in G1")?,
            beta_g1: point(reader, "beta in G1")?,
            beta_g2: point(reader, "beta in G2")?,
        };
        let mut g1 = [G1Affine::generator(); 6];
        for target in &mut g1 {
            *target = point(reader, "proof in G1")?;
        }
        let mut g2 = [G2Affine::generator(); 3];
        for target in &mut g2 {
            *target = point(reader, "proof in G2")?;
        }
        let knowledge = std::array::from_fn(|i| Knowledge { s: g1[2 * i], sx: g1[2 * i + 1], rx: g2[i] });
        let hash_state: [u8; STATE_BYTES] = reader.array()?;
        Blake2b::from_state(&hash_state).ok_or(RecordError::HashState)?;
        let next_challenge = reader.array()?;
        let kind = reader.u32_le()?;
        let length = reader.u32_le()? as usize;
        let parameters = Parameters::read(&mut Reader::new(reader.slice(length)?))?;
        let beacon = match (kind, parameters.iterations_exp, parameters.value) {
            (0, None, None) => None,
            (1, Some(exp), Some(value)) => Some(Beacon::new(value, exp)?),
            (0 | 1, _, _) => return Err(RecordError::Parameters),
            (other, _, _) => return Err(RecordError::Kind(other)),
        };
        Ok(Self { heads, knowledge, hash_state, next_challenge, name: parameters.name, beacon })
    }
}

/// The parameters of a contribution: each at most once, in the order of their numbers.
#[derive(Default)]
struct Parameters {
    name: String,
    iterations_exp: Option<u8>,
    value: Option<Vec<u8>>,
}

impl Parameters {
    fn read(reader: &mut Reader<'_>) -> Result<Self, RecordError> {
        let (mut found, mut last) = (Self::default(), 0);
        while reader.left() > 0 {
            let number = reader.byte()?;
            if number <= last {
                return Err(RecordError::Parameters);
            }
            last = number;
            match number {
                1 => {
                    let length = usize::from(reader.byte()?);
                    found.name = String::from_utf8(reader.slice(length)?.to_vec()).map_err(|_| RecordError::Name)?;
                    if found.name.is_empty() {
                        return Err(RecordError::Name);
                    }
                }
                2 => found.iterations_exp = Some(reader.byte()?),
                3 => {
                    let length = usize::from(reader.byte()?);
                    found.value = Some(reader.slice(length)?.to_vec());
                }
                _ => return Err(RecordError::Parameters),
            }
        }
        Ok(found)
    }
}

impl From<Short> for RecordError {
    fn from(_: Short) -> Self {
        Self::Short
    }
}

fn point<P: Point>(reader: &mut Reader<'_>, name: &'static str) -> Result<P, RecordError> {
    P::from_montgomery(reader.slice(P::BYTES)?).map_err(|why| RecordError::Point(name, why))
}

/// The proofs in the file's order: the six points of G1, then the three of G2.
fn proofs(knowledge: &[Knowledge; 3], g1: impl Fn(&G1Affine, &mut Vec<u8>), g2: impl Fn(&G2Affine, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    for proof in knowledge {
        g1(&proof.s, &mut out);
        g1(&proof.sx, &mut out);
    }
    knowledge.iter().for_each(|proof| g2(&proof.rx, &mut out));
    out
}
