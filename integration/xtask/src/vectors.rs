//! `cargo xtask vectors DIR`: judges a folder of real blocks and proofs.

use std::process::Command;

use anyhow::{Context, Result};

/// Builds and runs the program of `integration/vectors`, which has all families; this one stays quick to build without them.
///
/// # Errors
/// Cargo cannot be started.
pub fn run(folder: &str) -> Result<u8> {
    let folder = std::path::absolute(folder).context("naming the folder")?;
    let status = Command::new(env!("CARGO")).args(["run", "--quiet", "--package", "govhub-vectors", "--"]).arg(folder).current_dir(crate::root()).status();
    Ok(status.context("starting cargo")?.code().and_then(|code| code.try_into().ok()).unwrap_or(1))
}
