//! `govhub gov`: propose, approve, cancel, and read what governance decided.

mod action;
mod propose;
mod show;

use clap::{Args, Subcommand};
use govhub_governance::proto::{MsgApprove, MsgCancel};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::client::TxOutcome;
use super::{CliError, Exit, PostArgs};

/// Proposals and votes of governance.
#[derive(Debug, Subcommand)]
pub enum Gov {
    /// Propose actions; proposing approves
    #[command(subcommand)]
    Propose(Box<propose::Propose>),
    /// Approve a proposal
    Approve(Vote),
    /// Say that a proposal should be cancelled
    Cancel(Vote),
    /// List proposals, newest first
    List(show::List),
    /// Show one proposal, or wait for its end
    Show(show::Show),
}

/// A vote on one proposal.
#[derive(Debug, Args)]
pub struct Vote {
    /// Number of the proposal
    proposal: u64,
    #[command(flatten)]
    post: PostArgs,
}

/// Runs one of them.
pub async fn run(gov: Gov) -> Result<Exit, CliError> {
    match gov {
        Gov::Propose(propose) => propose::run(*propose).await,
        Gov::Approve(vote) => {
            post(&vote.post, "/govhub.governance.v1.MsgApprove", |signer| MsgApprove { signer, proposal_id: vote.proposal }).await
        }
        Gov::Cancel(vote) => {
            post(&vote.post, "/govhub.governance.v1.MsgCancel", |signer| MsgCancel { signer, proposal_id: vote.proposal }).await
        }
        Gov::List(list) => show::list(list).await,
        Gov::Show(show) => show::show(show).await,
    }
}

async fn post<M: Message>(post: &PostArgs, url: &str, message: impl FnOnce(String) -> M) -> Result<Exit, CliError> {
    Ok(send(post, url, message).await?.report(post.node.json))
}

/// Posts the message that `message` makes for its signer.
async fn send<M: Message>(post: &PostArgs, url: &str, message: impl FnOnce(String) -> M) -> Result<TxOutcome, CliError> {
    let key = post.key()?;
    let message = message(key.address().to_string());
    post.rpc()?.post_tx(vec![Any { type_url: url.into(), value: message.encode_to_vec() }], &key).await
}
