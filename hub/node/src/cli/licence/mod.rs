//! `govhub licence`: the department's register and its sealed store.
//!
//! The chain gets refs, dates and statuses; names, ids, salts and blinds go to `<home>/sealed/` and nowhere else (PROTOCOL 3).
//! A row is on disk before its transaction is posted, so no salt is lost whatever fails in between.

mod amend;
mod book;
mod change;
mod code;
mod date;
#[cfg(test)]
mod fuzz;
mod issue;
pub mod lines;
mod load;
mod seal_key;
pub mod sealed;
mod show;
mod standing;
pub mod table;
pub mod text;

use clap::{Args, Subcommand};
use govhub_licence::proto::{Ground, QueryConfig, QueryConfigResponse, QueryLicence, QueryLicenceResponse, Record};
use govhub_licence::status::Change;
use govhub_types::DepartmentId;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::client::Rpc;
use super::{CliError, Exit};

/// The department's licences
#[derive(Debug, Subcommand)]
pub enum Licence {
    /// Record the licences of a CSV file
    Load(load::Load),
    /// Record one licence
    Issue(issue::Issue),
    /// Put a licence out of force for a time
    Suspend(change::ChangeArgs),
    /// Put a suspended licence in force again
    Resume(change::ChangeArgs),
    /// Withdraw a licence for good
    Revoke(change::ChangeArgs),
    /// Strike a licence off for good
    Cancel(change::ChangeArgs),
    /// Replace a licence by a new version
    Amend(amend::Amend),
    /// Mint a one-time code and print its QR text
    Code(code::Code),
    /// Show what the chain knows of a licence
    Show(show::Show),
}

/// Runs one verb.
///
/// # Errors
/// [`CliError`] with its exit status.
pub async fn run(licence: Licence) -> Result<Exit, CliError> {
    match licence {
        Licence::Load(args) => load::run(args).await,
        Licence::Issue(args) => issue::run(args).await,
        Licence::Suspend(args) => change::run(args, Change::Suspend).await,
        Licence::Resume(args) => change::run(args, Change::Resume).await,
        Licence::Revoke(args) => change::run(args, Change::Revoke).await,
        Licence::Cancel(args) => change::run(args, Change::Cancel).await,
        Licence::Amend(args) => amend::run(args).await,
        Licence::Code(args) => code::run(args).await,
        Licence::Show(args) => show::run(args).await,
    }
}

/// Why a change is made. Both are codes and stand in the chain's events.
#[derive(Clone, Debug, Args)]
pub struct GroundArgs {
    /// Code of the reason: 1 to 64 of A-Z a-z 0-9 . _ : / -
    #[arg(long, value_name = "CODE")]
    pub reason: String,
    /// Code of the legal basis, same alphabet
    #[arg(long, value_name = "CODE")]
    pub legal_basis: String,
}

impl GroundArgs {
    fn message(&self) -> Option<Ground> {
        Some(Ground { reason: self.reason.clone(), legal_basis: self.legal_basis.clone() })
    }
}

/// A message of the licence module.
fn any(name: &str, message: &impl Message) -> Any {
    Any { type_url: format!("/govhub.licence.v1.{name}"), value: message.encode_to_vec() }
}

/// The department whose register the node's chain keeps.
async fn department(rpc: &Rpc) -> Result<DepartmentId, CliError> {
    let answer = rpc.query("/govhub.licence.v1.Query/Config", &QueryConfig {}.encode_to_vec()).await?;
    let config = QueryConfigResponse::decode(answer.value.as_slice()).map_err(|e| CliError::defect(format!("the node's answer: {e}")))?;
    config.department.parse().map_err(|_| CliError::no("this chain keeps no licence register").hint("give --node of a department's own chain"))
}

/// What the chain knows of a licence, if anything.
async fn record(rpc: &Rpc, licence_ref: &[u8]) -> Result<Option<Record>, CliError> {
    let query = QueryLicence { licence_ref: licence_ref.to_vec() };
    let answer = rpc.query("/govhub.licence.v1.Query/Licence", &query.encode_to_vec()).await?;
    let response = QueryLicenceResponse::decode(answer.value.as_slice()).map_err(|e| CliError::defect(format!("the node's answer: {e}")))?;
    Ok(response.record)
}

/// Today in UTC+8, by this machine's clock; the chain judges with its own.
fn today() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    govhub_types::Time::from_unix_s(since.as_secs()).day_utc8()
}
