//! `govhub status`: what a running node says of itself.

use clap::Args;
use serde_json::json;
use tendermint_rpc::Client;

use super::client::Rpc;
use super::{print, CliError, Exit, NodeArgs};

/// Show what a running node says of itself.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    node: NodeArgs,
}

/// Prints chain, height, time, and how many faults its validator set tolerates.
pub async fn run(status: Status) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&status.node.node)?;
    let unreachable = |e: tendermint_rpc::Error| CliError::temporary(format!("no answer from `{}`: {e}", status.node.node)).hint("is the node running?");
    let answer = rpc.http().status().await.map_err(unreachable)?;
    let height = answer.sync_info.latest_block_height;
    let validators = match height.value() {
        0 => None,
        _ => Some(rpc.http().validators(height, tendermint_rpc::Paging::All).await.map_err(unreachable)?.total),
    };
    // A set of n equal validators tolerates fewer than a third of them.
    let tolerated = validators.map(|n| (n - 1) / 3);
    let trust = match (validators, tolerated) {
        (Some(1), _) => "1 validator: single operator, no fault tolerance".to_owned(),
        (Some(n), Some(0)) => format!("{n} validators: no fault tolerance"),
        (Some(n), Some(f)) => format!("{n} validators: tolerates {f} faulty"),
        _ => "no block yet".to_owned(),
    };
    let chain_id = answer.node_info.network.to_string();
    let value = json!({
        "chain_id": chain_id,
        "moniker": answer.node_info.moniker.to_string(),
        "version": answer.node_info.version.to_string(),
        "height": height.value(),
        "time": answer.sync_info.latest_block_time.to_rfc3339(),
        "block_hash": answer.sync_info.latest_block_hash.to_string(),
        "app_hash": answer.sync_info.latest_app_hash.to_string(),
        "validators": validators,
        "faults_tolerated": tolerated,
        "trust": trust,
    });
    let time = answer.sync_info.latest_block_time.to_rfc3339();
    print(status.node.json, &value, format_args!("{chain_id}  height {height}  {time}\n{trust}"));
    Ok(Exit::Done)
}
