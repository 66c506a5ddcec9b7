//! Phase 2: the part of a setup that belongs to one circuit.
//!
//! The start is computed from the powers of phase 1 and the circuit's matrices and from nothing else ([`specialise`]), so everyone can
//! compute it again. It is a proving key with `gamma = delta = 1`. A contribution multiplies delta by a secret and divides the two queries
//! that stand over delta; gamma stays 1. The last file with the start is the key:
//!
//! | of the key | contributions change it |
//! |---|---|
//! | alpha, beta, gamma, input points, A, B in G1 and G2 | no |
//! | delta in G1 and G2 | times the secret |
//! | H query, L query | divided by the secret |
//!
//! Start at [`Ceremony`].

mod contribute;
mod error;
mod file;
mod lagrange;
mod specialise;
#[cfg(test)]
mod tests;
mod verify;

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_groth16::ProvingKey;
use ark_serialize::CanonicalSerialize;
use sha2::{Digest, Sha256};
use zk_circuits::fingerprint::Fingerprint;
use zk_circuits::shape::Shape;
use zk_verify::Origin;

pub use error::{ContributionFault, Fault, FileError};
pub use file::FILE_BYTES_MAX;
pub use specialise::{specialise, TooSmall};

use crate::beacon::Beacon;
use crate::knowledge::Knowledge;
use crate::phase1::PowersOfTau;
use crate::points::Point;
use crate::progress::Watch;
use crate::Field;

/// Fewest people whose contributions make a key of a ceremony: one alone would be a single party that everyone has to trust.
pub const CONTRIBUTORS_MIN: usize = 2;

/// What a ceremony is about: equal from its first file to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Circuit id.
    pub circuit: String,
    /// Digest of the circuit's matrices.
    pub fingerprint: [u8; 32],
    /// Whether its keys may leave a development network.
    pub origin: Origin,
    /// Challenge after the last contribution of phase 1.
    pub phase1: [u8; 64],
    /// SHA-256 of the start's points.
    pub start: [u8; 32],
}

/// The points that contributions change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changing {
    /// delta in G1.
    pub delta_g1: G1Affine,
    /// delta in G2.
    pub delta_g2: G2Affine,
    /// The H query.
    pub h: Vec<G1Affine>,
    /// The L query.
    pub l: Vec<G1Affine>,
}

/// Someone's part in a circuit's setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Who says to have made it; nobody checks that here.
    pub name: String,
    /// The beacon, of a closing contribution.
    pub beacon: Option<Beacon>,
    /// Knowledge of the factor of delta.
    pub knowledge: Knowledge,
    /// delta in G1 after it.
    pub delta_g1: G1Affine,
    /// SHA-256 of the changing points after it.
    pub points: [u8; 32],
}

/// A circuit's setup under way: what it is about, who contributed, the points now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    subject: Subject,
    contributions: Vec<Contribution>,
    now: Changing,
}

/// The computed start of a circuit's setup.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    subject: Subject,
    key: ProvingKey<Bn254>,
}

impl Start {
    /// Computes the start for the circuit named `circuit`, of `shape`, from powers that were verified.
    ///
    /// # Errors
    /// [`TooSmall`] powers.
    ///
    /// # Not checked
    /// The powers.
    pub fn compute(circuit: &str, shape: &Shape<Field>, phase1: &PowersOfTau, origin: Origin, watch: Watch<'_>) -> Result<Self, TooSmall> {
        let key = specialise(phase1.powers(), shape, watch)?;
        let mut points = Vec::new();
        key.serialize_uncompressed(&mut points).expect("writing into memory does not fail");
        let subject = Subject {
            circuit: circuit.to_owned(),
            fingerprint: Fingerprint::of(shape).matrices,
            origin,
            phase1: phase1.challenge(),
            start: Sha256::digest(&points).into(),
        };
        Ok(Self { subject, key })
    }

    /// The ceremony before anyone contributed.
    pub fn ceremony(&self) -> Ceremony {
        Ceremony { subject: self.subject.clone(), contributions: Vec::new(), now: self.changing() }
    }

    /// The start's own key, gamma and delta both one: anyone can forge with it.
    pub fn key(&self) -> &ProvingKey<Bn254> {
        &self.key
    }

    fn changing(&self) -> Changing {
        let key = &self.key;
        Changing { delta_g1: key.delta_g1, delta_g2: key.vk.delta_g2, h: key.h_query.clone(), l: key.l_query.clone() }
    }
}

impl Ceremony {
    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Who contributed, in order.
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }

    /// The hash over everything so far: what the next contribution proves its knowledge after, and what parties announce.
    pub fn transcript(&self) -> [u8; 32] {
        self.transcript_before(self.contributions.len())
    }

    /// The hash chain up to contribution `index`, from 0.
    pub fn transcript_before(&self, index: usize) -> [u8; 32] {
        let begin = Sha256::new().chain_update(b"govhub/zk/ceremony/1").chain_update(self.subject.encode()).finalize().into();
        self.contributions[..index].iter().fold(begin, |before: [u8; 32], contribution| {
            Sha256::new().chain_update(before).chain_update(contribution.encode()).finalize().into()
        })
    }

    /// The key of the points now: the start's, with what contributions change.
    pub(crate) fn key(&self, start: &Start) -> ProvingKey<Bn254> {
        let mut key = start.key.clone();
        (key.delta_g1, key.vk.delta_g2) = (self.now.delta_g1, self.now.delta_g2);
        (key.h_query, key.l_query) = (self.now.h.clone(), self.now.l.clone());
        key
    }
}

impl Changing {
    /// SHA-256 of the points' bytes in a file.
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut bytes = Vec::new();
        self.delta_g1.write_montgomery(&mut bytes);
        self.delta_g2.write_montgomery(&mut bytes);
        for query in [&self.h, &self.l] {
            bytes.extend((query.len() as u32).to_be_bytes());
            query.iter().for_each(|point| point.write_montgomery(&mut bytes));
            hash.update(&bytes);
            bytes.clear();
        }
        hash.finalize().into()
    }
}
