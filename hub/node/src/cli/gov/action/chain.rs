//! Actions on the chain as a whole, its light clients and governance itself.

use std::path::{Path, PathBuf};

use clap::Args;
use govhub_app::proto;
use govhub_governance::proto as governance;
use ibc_proto::google::protobuf::Any;
use serde::Deserialize;

use super::{any, ToAny};
use crate::cli::light_client::trust;
use crate::cli::CliError;

/// A trust file.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateClient {
    /// Trust file as `govhub light-client new` writes it (the protobuf)
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
}

impl ToAny for CreateClient {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.app.v1.CreateClient", proto::CreateClient { trust_file: trust_file(&self.trust)? }))
    }
}

/// A client and the other chain's client of us.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterCounterparty {
    /// This chain's client
    #[arg(long)]
    client: String,
    /// The other chain's client of this chain
    #[arg(long)]
    counterparty: String,
    /// First part of the other chain's merkle prefix; the second is empty
    #[arg(long, default_value = "ibc")]
    #[serde(default = "ibc")]
    prefix: String,
}

fn ibc() -> String {
    "ibc".into()
}

impl ToAny for RegisterCounterparty {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::RegisterCounterparty {
            client_id: self.client.clone(),
            counterparty_client_id: self.counterparty.clone(),
            merkle_prefix: vec![self.prefix.clone().into_bytes(), Vec::new()],
        };
        Ok(any("/govhub.app.v1.RegisterCounterparty", action))
    }
}

/// A client and its new anchor.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverClient {
    /// The frozen or expired client
    #[arg(long)]
    client: String,
    /// Trust file with the new anchor
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
}

impl ToAny for RecoverClient {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::RecoverClient { client_id: self.client.clone(), trust_file: trust_file(&self.trust)? };
        Ok(any("/govhub.app.v1.RecoverClient", action))
    }
}

/// The canonical bytes of a trust file, looked at before they are sent.
fn trust_file(path: &Path) -> Result<Vec<u8>, CliError> {
    trust::read(path).map(|(_, bytes)| bytes)
}

/// Quotas and gas of a block.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetParams {
    /// Messages of one account in a block, client updates aside
    #[arg(long)]
    messages_per_account: u32,
    /// Client updates of one account in a block
    #[arg(long)]
    updates_per_account: u32,
    /// Gas of a block
    #[arg(long)]
    block_gas: u64,
}

impl ToAny for SetParams {
    fn to_any(&self) -> Result<Any, CliError> {
        let params = proto::Params {
            messages_per_account: self.messages_per_account,
            updates_per_account: self.updates_per_account,
            block_gas: self.block_gas,
        };
        Ok(any("/govhub.app.v1.SetParams", proto::SetParams { params: Some(params) }))
    }
}

/// A version and the height at which it begins.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleUpgrade {
    /// The next app version
    #[arg(long = "app-version")]
    app_version: u64,
    /// First height of that version
    #[arg(long)]
    height: u64,
}

impl ToAny for ScheduleUpgrade {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.app.v1.ScheduleUpgrade", proto::ScheduleUpgrade { app_version: self.app_version, height: self.height }))
    }
}

/// No fields.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelUpgrade {}

impl ToAny for CancelUpgrade {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.app.v1.CancelUpgrade", proto::CancelUpgrade {}))
    }
}

/// Members and threshold.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMembers {
    /// Addresses, separated by commas; at least 3
    #[arg(long, value_delimiter = ',', required = true)]
    members: Vec<String>,
    /// How many of them decide: at least 2 and more than half
    #[arg(long)]
    threshold: u32,
}

impl ToAny for SetMembers {
    fn to_any(&self) -> Result<Any, CliError> {
        let mut members = self.members.clone();
        members.sort();
        Ok(any("/govhub.governance.v1.SetMembers", governance::SetMembers { members, threshold: self.threshold }))
    }
}

/// Times of governance.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTiming {
    /// Seconds between the deciding approval and the execution, at least
    #[arg(long)]
    min_delay_s: u64,
    /// Seconds after which an undecided proposal expires
    #[arg(long)]
    expiry_s: u64,
}

impl ToAny for SetTiming {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = governance::SetTiming { min_delay_s: self.min_delay_s, expiry_s: self.expiry_s };
        Ok(any("/govhub.governance.v1.SetTiming", action))
    }
}
