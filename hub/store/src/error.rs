//! Failures of the world below the store.

use thiserror::Error;

/// A failure of the world below the store: disk, corruption, a version that is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The backend could not read or write.
    #[error("store: {0}")]
    Backend(String),
    /// Another process has it open.
    #[error("store: {directory} is open in another process")]
    Locked {
        /// Where it lies.
        directory: String,
    },
    /// Stored bytes are not what was written.
    #[error("store is corrupt: {what}; restore the home from a snapshot, or remove its data directory and let the node sync again")]
    Corrupt {
        /// What was found where.
        what: String,
    },
    /// Written by another release of this software.
    #[error("store has format {found}, this binary knows {known}; start the release that wrote it, or migrate")]
    Format {
        /// Format found.
        found: u32,
        /// Format of this binary.
        known: u32,
    },
    /// Made under rules that this binary does not have.
    #[error("state was made by app version {found}, this binary knows {oldest} to {newest}; start the release that wrote it, or upgrade")]
    AppVersion {
        /// App version of the newest state.
        found: u64,
        /// Oldest this binary knows.
        oldest: u64,
        /// Newest this binary knows.
        newest: u64,
    },
    /// Writes whose result ICS-23 cannot prove: a defect of the module that made them.
    #[error("not provable: {what}; a substore holds at least one key, and keys and values have at least one byte")]
    Unprovable {
        /// Where.
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
    /// Columns keep their newest content only, and this reader is older.
    #[error("columns have moved on: reader is at version {reader}, store at {latest}; take a new reader")]
    ColumnsMoved {
        /// Version of the reader.
        reader: u64,
        /// Newest committed.
        latest: u64,
    },
    /// A commit that does not follow the newest version: a defect of the caller.
    #[error("version {found} cannot follow {latest}")]
    Order {
        /// Version offered.
        found: u64,
        /// Newest committed, as text (`none` for an empty store).
        latest: String,
    },
}

impl StoreError {
    /// Corruption, described.
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}
