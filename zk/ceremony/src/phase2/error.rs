//! Why a ceremony's file is refused: unreadable, or read and wrong.

use thiserror::Error;

use crate::beacon::BeaconError;
use crate::points::PointError;

/// Why bytes are no file of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// More bytes than the largest file read.
    #[error("the file has {found} bytes, at most {max} are read")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// Other first bytes.
    #[error("not a file of a ceremony: it does not begin with `GOVHUB-ZK-PHASE2`")]
    NotACeremony,
    /// Of a version that this program does not know.
    #[error("ceremony file of version {0}, this program knows 1")]
    Version(u8),
    /// Ends early.
    #[error("the file ends early: it was not copied whole")]
    Short,
    /// Goes on after its end.
    #[error("the file has {0} bytes after its end")]
    Trailing(usize),
    /// The checksum is of other bytes.
    #[error("the checksum is wrong: the file is damaged")]
    Checksum,
    /// A field of the header.
    #[error("{0} of the file's header is none")]
    Header(&'static str),
    /// More contributions or points than are read.
    #[error("{what}: {found}, at most {max} are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// Number found.
        found: usize,
        /// Bound.
        max: usize,
    },
    /// A point is none.
    #[error("{part}, point {index}: {why}")]
    Point {
        /// Part of the file.
        part: &'static str,
        /// Which point or contribution, from 0.
        index: usize,
        /// What is wrong.
        why: PointError,
    },
    /// A contribution cannot be read.
    #[error("contribution {index}: {why}")]
    Contribution {
        /// Which, from 1.
        index: usize,
        /// What is wrong.
        why: String,
    },
    /// A beacon out of bounds.
    #[error(transparent)]
    Beacon(#[from] BeaconError),
}

/// Why a ceremony that can be read is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// About something else than the start: which part says so.
    #[error("the ceremony is about another {0} than the one given")]
    OtherSubject(&'static str),
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
    /// Two files of one chain in which the second does not continue the first.
    #[error("the second file does not continue the first: {0}")]
    NotNext(&'static str),
    /// The queries have another length than the circuit's.
    #[error("the {0} query has another length than the circuit's")]
    Length(&'static str),
    /// The delta in G2 is not the delta in G1.
    #[error("delta in G2 is not delta in G1")]
    DeltaInG2,
    /// A query is not the start's divided by delta.
    #[error("the {query} query is not the start's divided by delta: spoiled in contribution {last} (`{name}`) or before it; give all files to learn in which")]
    Query {
        /// H or L.
        query: &'static str,
        /// Number of the last contribution.
        last: usize,
        /// Its stated name.
        name: String,
    },
    /// Too few people for a key outside a development network.
    #[error("{found} people contributed, a key needs {min}")]
    TooFew {
        /// People found.
        found: usize,
        /// Bound.
        min: usize,
    },
    /// No beacon closes it.
    #[error("no beacon closes the ceremony")]
    NotClosed,
    /// Somebody contributed after a beacon.
    #[error("contribution {index} (`{name}`) comes after the closing beacon")]
    AfterBeacon {
        /// Which, from 1.
        index: usize,
        /// Its stated name.
        name: String,
    },
}

/// What is wrong with a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContributionFault {
    /// No proof of knowledge.
    #[error("it does not prove knowledge of its secret")]
    Knowledge,
    /// delta is not the one before times the secret.
    #[error("its delta does not follow from the contribution before")]
    DoesNotFollow,
    /// Not what its beacon gives.
    #[error("its proof is not what its beacon gives")]
    Beacon,
    /// Its points are others than it states.
    #[error("the points after it are not those that it states")]
    Points,
    /// A query is not the one before divided by its secret.
    #[error("its {0} query is not the one before divided by its secret")]
    Query(&'static str),
}
