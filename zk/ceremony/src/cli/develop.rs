//! `develop`: keys for development networks, at once.

use std::path::PathBuf;

use clap::Args;

use super::files::circuit;
use super::finalize::Target;
use super::report::{Answer, Failure};
use crate::keys::development;

/// Arguments of `develop`.
#[derive(Debug, Args)]
pub struct Develop {
    /// The circuit
    #[arg(long, value_name = "CIRCUIT")]
    circuit: String,
    /// The seed: everyone who knows it gets the same keys and can forge proofs
    #[arg(long, value_name = "TEXT", default_value = "development")]
    seed: String,
    /// Folder to write into: `<circuit>.pk`, `.vk`, `.vk.json`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(develop: &Develop) -> Result<Answer, Failure> {
    let (claim, _) = circuit(&develop.circuit)?;
    let target = Target { folder: &develop.out, circuit: claim.id().to_owned() };
    target.expect_free()?;
    let keys = development(claim, develop.seed.as_bytes()).map_err(|e| Failure::defect(format!("circuit `{}`: {e}", claim.id())))?;
    target.write_keys(&keys)
}
