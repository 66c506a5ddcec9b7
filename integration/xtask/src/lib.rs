//! The workspace's chores, one per file: `cargo xtask <chore>`.
//!
//! Start at `main.rs` for the list. Every chore works from the workspace root, whatever the current folder.

pub mod canary;
pub mod csv;
pub mod edges;
pub mod proto;
pub mod purity;
pub mod runner;
pub mod vectors;

use std::path::{Path, PathBuf};

/// The workspace root: two folders above this crate.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("integration/xtask lies two folders below the root").to_path_buf()
}
