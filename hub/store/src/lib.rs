//! Provable state: a two-level Jellyfish Merkle tree beside plain, ordered columns.
//!
//! * [`State`] is what modules see: reads fall through to one committed version, writes stay in memory.
//! * [`Store`] keeps versions: [`Store::prepare`] computes the next root (pure), [`Store::commit`] makes it durable in one atomic batch.
//! * What must be proved goes into a [`Substore`]; everything else into a [`Column`].
//!
//! Version `h` is the state after block `h`; version 0 is genesis. Columns keep their newest content only.

mod backend;
mod error;
pub mod mem;
mod proof;
mod state;
mod store;
mod substore;
#[cfg(feature = "testing")]
pub mod testing;
mod tree;

pub use backend::{Area, Backend, Batch};
pub use error::StoreError;
pub use proof::{proof_specs, Proof};
pub use state::{genesis_marks, Empty, Reader, State, Writes};
pub use store::{Prepared, Store, VersionReader};
pub use substore::{Column, Substore};
