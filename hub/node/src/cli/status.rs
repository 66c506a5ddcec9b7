//! `govhub status`: what a running node says of itself.

use std::collections::BTreeMap;

use clap::Args;
use govhub_lc_cometbft::trust_class_of;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tendermint_rpc::dialect::Dialect;
use tendermint_rpc::request::RequestMessage;
use tendermint_rpc::{Client, Method, Paging, Request, SimpleRequest};

use super::client::Rpc;
use super::{print, CliError, Exit, NodeArgs};

/// Show what a running node says of itself.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    node: NodeArgs,
}

/// Prints chain, network, height, time, and how many faults its validator set tolerates.
pub async fn run(status: Status) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&status.node.node)?;
    let failed = |e| rpc.failed("asking for the status", &e);
    let answer = rpc.http().status().await.map_err(failed)?;
    let network = rpc.http().perform(PlainStatus {}).await.map_err(failed)?.node_info.other.remove("network").unwrap_or_default();
    let height = answer.sync_info.latest_block_height;
    let mut powers: Vec<u64> = match height.value() {
        0 => Vec::new(),
        _ => rpc.http().validators(height, Paging::All).await.map_err(failed)?.validators.iter().map(|v| v.power.value()).collect(),
    };
    powers.sort_unstable_by(|a, b| b.cmp(a));
    let class = trust_class_of(&powers);
    let trust = class.to_string();
    let chain_id = answer.node_info.network.to_string();
    let value = json!({
        "chain_id": chain_id,
        "network": network,
        "moniker": answer.node_info.moniker.to_string(),
        "version": answer.node_info.version.to_string(),
        "height": height.value(),
        "time": answer.sync_info.latest_block_time.to_rfc3339(),
        "block_hash": answer.sync_info.latest_block_hash.to_string(),
        "app_hash": answer.sync_info.latest_app_hash.to_string(),
        "validators": class.n,
        "faults_tolerated": class.f,
        "trust": trust,
    });
    let time = answer.sync_info.latest_block_time.to_rfc3339();
    let marked = if network == "dev" { "  DEV NETWORK" } else { "" };
    print(status.node.json, &value, format_args!("{chain_id}{marked}  height {height}  {time}\n{trust}"));
    Ok(Exit::Done)
}

/// `status` once more, for what the client library drops: what kind of network it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PlainStatus {}

#[derive(Debug, Serialize, Deserialize)]
struct PlainAnswer {
    node_info: PlainInfo,
}

#[derive(Debug, Serialize, Deserialize)]
struct PlainInfo {
    other: BTreeMap<String, String>,
}

impl tendermint_rpc::Response for PlainAnswer {}

impl RequestMessage for PlainStatus {
    fn method(&self) -> Method {
        Method::Status
    }
}

impl<S: Dialect> Request<S> for PlainStatus {
    type Response = PlainAnswer;
}

impl<S: Dialect> SimpleRequest<S> for PlainStatus {
    type Output = PlainAnswer;
}
