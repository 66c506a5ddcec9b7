//! `govhub ask`: questions to other departments, by the hub.

mod licence;
mod report;

use clap::Subcommand;

use super::{CliError, Exit};

/// Ask another department
#[derive(Debug, Subcommand)]
pub enum Ask {
    /// Ask whether a licence is valid
    Licence(licence::Licence),
}

/// Runs one verb.
///
/// # Errors
/// [`CliError`] with its exit status.
pub async fn run(ask: Ask) -> Result<Exit, CliError> {
    match ask {
        Ask::Licence(args) => licence::run(args).await,
    }
}
