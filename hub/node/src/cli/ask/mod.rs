//! `govhub ask`: questions to other departments, by the hub.

mod identifier;
mod licence;
mod list;
mod report;
mod show;
mod standing;

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use govhub_exchange::proto::{Asked, QueryAsked, QueryAskedResponse};
use prost::Message;

use super::client::Rpc;
use super::{CliError, Exit};

/// Ask another department
#[derive(Debug, Subcommand)]
pub enum Ask {
    /// Ask whether a licence is valid
    Licence(licence::Licence),
    /// Show a question and its answer
    Show(show::Show),
    /// List the questions of this chain
    List(list::List),
}

/// Runs one verb.
///
/// # Errors
/// [`CliError`] with its exit status.
pub async fn run(ask: Ask) -> Result<Exit, CliError> {
    match ask {
        Ask::Licence(args) => licence::run(args).await,
        Ask::Show(args) => show::run(args).await,
        Ask::List(args) => list::run(args).await,
    }
}

/// What this chain knows of its question `client_id/sequence`; `None` if it asked none of that name.
async fn look_up(rpc: &Rpc, client_id: &str, sequence: u64) -> Result<Option<Asked>, CliError> {
    let query = QueryAsked { client_id: client_id.to_owned(), sequence };
    let answer = rpc.query("/govhub.exchange.v1.Query/Asked", &query.encode_to_vec()).await?;
    let response = QueryAskedResponse::decode(answer.value.as_slice()).map_err(|e| CliError::defect(format!("the node's answer: {e}")))?;
    Ok(response.asked)
}

/// This machine's clock, Unix seconds; the chains judge with their own.
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
