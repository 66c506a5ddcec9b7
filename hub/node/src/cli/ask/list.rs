//! `govhub ask list`: the questions of this chain with state, owner, deadline and next action.

use clap::Args;
use govhub_exchange::proto::{AskedItem, QueryAskedPage, QueryAskedPageResponse};
use prost::Message;
use serde_json::Value;

use super::{now_s, standing};
use crate::cli::client::Rpc;
use crate::cli::{print, CliError, Exit, NodeArgs};

/// List the questions of this chain
#[derive(Debug, Args)]
pub struct List {
    /// Only those that wait for an answer, oldest first; else all, newest first
    #[arg(long)]
    pub waiting: bool,
    /// Most that are listed
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    #[command(flatten)]
    pub node: NodeArgs,
}

pub async fn run(args: List) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&args.node.node)?;
    let now = now_s();
    let all: Vec<Value> = items(&rpc, args.waiting, args.limit).await?.iter().map(|item| standing::json(item, now)).collect();
    let text = match all.is_empty() {
        true => "no questions".to_owned(),
        false => all.iter().map(standing::text).collect::<Vec<_>>().join("\n"),
    };
    print(args.node.json, &Value::Array(all), text);
    Ok(Exit::Done)
}

async fn items(rpc: &Rpc, waiting: bool, limit: usize) -> Result<Vec<AskedItem>, CliError> {
    let (mut all, mut after) = (Vec::new(), 0);
    while all.len() < limit {
        let answer = rpc.query("/govhub.exchange.v1.Query/AskedPage", &QueryAskedPage { waiting, after }.encode_to_vec()).await?;
        let page = QueryAskedPageResponse::decode(answer.value.as_slice()).map_err(|e| CliError::defect(format!("the node's answer: {e}")))?;
        if page.items.is_empty() {
            break;
        }
        after = page.next;
        all.extend(page.items);
    }
    all.truncate(limit);
    Ok(all)
}
