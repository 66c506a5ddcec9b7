//! `govhub gov propose`: one action by its own command, or a list of actions from a file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use govhub_governance::proto::MsgPropose;
use ibc_proto::google::protobuf::Any;
use serde::Deserialize;
use serde_json::json;

use super::action::{Action, One};
use crate::cli::{print, CliError, Exit, PostArgs};

/// Largest file of actions: a transaction holds half of it.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Propose one action, or those of a file.
#[derive(Debug, Subcommand)]
pub enum Propose {
    /// Propose the actions of a JSON file, executed in order, all or none
    FromFile(FromFile),
    #[command(flatten)]
    One(One),
}

/// A file of actions: `{"title": "...", "delay_s": 0, "actions": [{"action": "set-rule", ...}, ...]}`.
#[derive(Debug, Args)]
pub struct FromFile {
    /// JSON: {"title": "...", "delay_s": 0, "actions": [{"action": "set-hub", "client": "..."}]}; fields are named as the flags of each action
    file: PathBuf,
    #[command(flatten)]
    post: PostArgs,
}

/// What every proposal says besides its actions.
#[derive(Debug, Args)]
pub struct Proposal {
    /// One line for the other members; by default the action's name
    #[arg(long)]
    title: Option<String>,
    /// Seconds between the deciding approval and the execution; by default the least that the chain allows
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    delay_s: u64,
    #[command(flatten)]
    post: PostArgs,
}

/// One action with its proposal.
#[derive(Debug, Args)]
pub struct Single<A: Args> {
    #[command(flatten)]
    pub action: A,
    #[command(flatten)]
    pub proposal: Proposal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    #[serde(default)]
    delay_s: u64,
    actions: Vec<Action>,
}

/// Posts the proposal and prints its number.
pub async fn run(propose: Propose) -> Result<Exit, CliError> {
    match propose {
        Propose::FromFile(from) => {
            let file = read(&from.file)?;
            let actions = file.actions.iter().map(Action::to_any).collect::<Result<_, _>>()?;
            post(&from.post, file.title, file.delay_s, actions).await
        }
        Propose::One(one) => {
            let (name, action, Proposal { title, delay_s, post: with }) = one.into_parts()?;
            post(&with, title.unwrap_or_else(|| name.to_owned()), delay_s, vec![action]).await
        }
    }
}

fn read(path: &Path) -> Result<File, CliError> {
    let wrong = |e: &dyn std::fmt::Display| CliError::usage(format!("actions `{}`: {e}", path.display()));
    let size = std::fs::metadata(path).map_err(|e| wrong(&e))?.len();
    if size > FILE_BYTES_MAX {
        return Err(wrong(&format!("{size} bytes, at most {FILE_BYTES_MAX}")));
    }
    serde_json::from_slice(&std::fs::read(path).map_err(|e| wrong(&e))?).map_err(|e| wrong(&e))
}

async fn post(post: &PostArgs, title: String, delay_s: u64, actions: Vec<Any>) -> Result<Exit, CliError> {
    let done = super::send(post, "/govhub.governance.v1.MsgPropose", |signer| MsgPropose { signer, title, actions, delay_s }).await?;
    let id = done.attribute("governance_proposed", "proposal_id").and_then(|id| id.parse::<u64>().ok());
    let Some(id) = id.filter(|_| done.code == 0) else { return Ok(done.report(post.node.json)) };
    let value = json!({"proposal_id": id, "height": done.height, "hash": done.hash, "code": done.code});
    print(post.node.json, &value, format_args!("proposal {id}\nheight {} hash {} code {}", done.height, done.hash, done.code));
    Ok(Exit::Done)
}
