//! `govhub light-client`: make a trust file for governance, and show the clients of a chain.

mod list;
mod new;
pub mod trust;

use clap::Subcommand;

use super::{CliError, Exit};

/// Light clients of other chains.
#[derive(Debug, Subcommand)]
pub enum LightClient {
    /// Write a trust file: all that a client is made from, for the members of governance to read and approve
    New(new::New),
    /// Show what a trust file says
    Inspect(trust::Inspect),
    /// List the clients of a chain: status, trust, newest height
    List(list::List),
}

/// Runs one of them.
pub async fn run(command: LightClient) -> Result<Exit, CliError> {
    match command {
        LightClient::New(new) => new::run(new).await,
        LightClient::Inspect(inspect) => trust::run(&inspect),
        LightClient::List(list) => list::run(list).await,
    }
}
