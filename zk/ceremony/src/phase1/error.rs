//! Why a `.ptau` file is refused: unreadable, or read and wrong.

use thiserror::Error;

use crate::beacon::BeaconError;
use crate::points::PointError;

/// Why bytes are no `.ptau` file that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PtauError {
    /// More bytes than the largest file read.
    #[error("the file has {found} bytes, at most {max} are read; cut it down with `snarkjs powersoftau truncate`")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Other first bytes.
    #[error("not a `.ptau` file: it does not begin with `ptau`")]
    NotPtau,
    /// Of a version that this program does not know.
    #[error("`.ptau` version {found}, this program knows 1")]
    Version {
        /// Version found.
        found: u32,
    },
    /// Ends early.
    #[error("the file ends early, in {0}: it was not copied whole")]
    Short(&'static str),
    /// Goes on after its last section.
    #[error("the file has {found} bytes after its last section")]
    Trailing {
        /// Bytes too many.
        found: usize,
    },
    /// A section is missing.
    #[error("section {0} is missing")]
    Missing(u32),
    /// A section stands twice.
    #[error("section {0} stands twice")]
    Twice(u32),
    /// A section is shorter or longer than its power says.
    #[error("section {section} has {found} bytes, a file of this power has {expected}")]
    Size {
        /// Which section.
        section: u32,
        /// Bytes of a right one.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The powers are of another curve.
    #[error("the powers are of another curve, not BN254")]
    OtherCurve,
    /// Too small or too large.
    #[error("power {found} out of a ceremony of power {ceremony}: from 1 to 20, out of at most 28")]
    Power {
        /// Power of the file.
        found: u32,
        /// Power of the ceremony it was cut down from.
        ceremony: u32,
    },
    /// A point is none.
    #[error("point {index} of section {section}: {why}")]
    Point {
        /// Which section.
        section: u32,
        /// Which point, from 0.
        index: usize,
        /// What is wrong.
        why: PointError,
    },
    /// More contributions than are read.
    #[error("{0} contributions; at most 4,096 are read")]
    TooMany(u32),
    /// A contribution cannot be read.
    #[error("contribution {index}: {why}")]
    Contribution {
        /// Which, from 1.
        index: usize,
        /// What is wrong.
        why: String,
    },
}

/// Why powers that can be read are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Every secret is one: anyone can forge.
    #[error("nobody contributed: every secret is 1, and anyone could forge proofs")]
    NobodyContributed,
    /// A contribution is bad.
    #[error("contribution {index} (`{name}`): {why}")]
    Contribution {
        /// Which, from 1.
        index: usize,
        /// Its stated name.
        name: String,
        /// What is wrong.
        why: ContributionFault,
    },
    /// The powers do not continue as they begin.
    #[error("`{0}` does not hold the powers that it begins with")]
    Powers(&'static str),
    /// The powers are not those of the last contribution.
    #[error("`{0}` is not what the last contribution left")]
    NotTheLast(&'static str),
    /// The hash over all points is another one.
    #[error("the hash of the powers is not the one that the last contribution states")]
    Hash,
}

/// What is wrong with a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContributionFault {
    /// No proof of knowledge.
    #[error("it does not prove knowledge of its {0}")]
    Knowledge(&'static str),
    /// The powers after it are not those before it times the proved secret.
    #[error("its `{0}` does not follow from the contribution before")]
    DoesNotFollow(&'static str),
    /// Not what its beacon gives.
    #[error("its proofs are not what its beacon gives")]
    Beacon,
}

/// The same, for whoever reads a contribution.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum RecordError {
    #[error("it ends early")]
    Short,
    #[error("{0}: {1}")]
    Point(&'static str, PointError),
    #[error("its hash state is none")]
    HashState,
    #[error("its kind is {0}; 0 is a person, 1 a beacon")]
    Kind(u32),
    #[error("its parameters are not in order, or not known")]
    Parameters,
    #[error("its name is not UTF-8")]
    Name,
    #[error(transparent)]
    Beacon(#[from] BeaconError),
}
