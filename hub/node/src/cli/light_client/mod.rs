//! `govhub light-client`: the families, trust files for governance, files checked under them, and the clients of a chain.

mod check;
mod clients;
mod families;
mod new;
pub mod trust;

use clap::Subcommand;

use super::{CliError, Exit};

/// Light clients of other chains.
#[derive(Debug, Subcommand)]
pub enum LightClient {
    /// Show every family: what one trusts with it, for how long, and what it cannot prove
    List(families::List),
    /// Write a trust file: all that a client is made from, for the members of governance to read and approve
    New(new::New),
    /// Show what a trust file says
    Inspect(trust::Inspect),
    /// Check blocks, headers and proofs of a chain, from files, under a trust file
    Check(check::Check),
    /// List the clients of a chain: status, trust, newest height
    Clients(clients::Clients),
}

/// Runs one of them.
pub async fn run(command: LightClient) -> Result<Exit, CliError> {
    match command {
        LightClient::List(list) => families::run(&list),
        LightClient::New(new) => new::run(new).await,
        LightClient::Inspect(inspect) => trust::run(&inspect),
        LightClient::Check(check) => check::run(&check),
        LightClient::Clients(clients) => clients::run(clients).await,
    }
}
