//! Provable state: a two-level Jellyfish Merkle tree beside plain, ordered columns.
//!
//! * [`State`] is what modules see: reads fall through to one committed version, writes stay in memory.
//! * [`Reader`] is one committed version.
//! * What must be proved goes into a [`Substore`]; everything else into a [`Column`].

mod state;
mod substore;

pub use state::{Reader, State, Writes};
pub use substore::{Column, Substore};

use thiserror::Error;

/// A failure of the world below the store: disk, corruption, a version that was pruned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The backend could not read or write.
    #[error("store: {0}")]
    Backend(String),
    /// Stored bytes are not what was written.
    #[error("store is corrupt: {what}; restore the home from a snapshot or let the node sync again")]
    Corrupt {
        /// What was found where.
        what: String,
    },
    /// The version was pruned or does not exist yet.
    #[error("no state at version {version}: kept are {oldest} to {latest}")]
    NoVersion {
        /// Version asked for.
        version: u64,
        /// Oldest kept.
        oldest: u64,
        /// Newest committed.
        latest: u64,
    },
}
