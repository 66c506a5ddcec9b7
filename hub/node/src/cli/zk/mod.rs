//! `govhub zk`: what the hub's proofs of attributes need beside the chain.

mod ceremony;

use clap::Subcommand;

use super::{CliError, Exit};

/// Proofs of attributes.
#[derive(Debug, Subcommand)]
pub enum Zk {
    /// The setup of a circuit by many parties
    Ceremony(zk_ceremony::cli::Ceremony),
}

/// Runs the command.
///
/// # Errors
/// Only if its thread could not be waited for: what went wrong in the command itself is printed by it and is its exit status.
pub async fn run(zk: Zk) -> Result<Exit, CliError> {
    match zk {
        Zk::Ceremony(ceremony) => ceremony::run(ceremony).await,
    }
}
