//! Provable state: a two-level Jellyfish Merkle tree beside plain, ordered columns.
//!
//! * [`State`] is what modules see: reads fall through to one committed version, writes stay in memory.
//! * [`Store`] keeps versions: [`Store::prepare`] computes the next root (pure), [`Store::commit`] makes it durable in one atomic batch.
//! * What must be proved goes into a [`Substore`]; everything else into a [`Column`].
//!
//! Version `h` is the state after block `h`; version 0 is genesis. Columns keep their newest content only. Every version records the app
//! version of the state machine that made it.
//!
//! # Where to start
//! [`Store`]; then `record` (what a version is on disk), `tree` (one tree in the backend), `prune`, `verify`. A new backend implements
//! [`Backend`] and passes `testing::suite`.

mod backend;
mod error;
pub mod mem;
mod proof;
mod prune;
mod reader;
mod record;
mod state;
mod store;
mod substore;
#[cfg(feature = "testing")]
pub mod testing;
mod tree;
mod verify;

pub use backend::{Area, Backend, Batch, Row};
pub use error::StoreError;
pub use proof::{proof_specs, Proof};
pub use state::{genesis_marks, Empty, Reader, State, Writes};
pub use reader::VersionReader;
pub use store::{Prepared, Store};
pub use substore::{Column, Substore};
pub use verify::Verified;
