//! `govhub gov list|show`: what is proposed, what became of it.

use std::time::Duration;

use clap::Args;
use govhub_governance::error::state_name;
use govhub_governance::proto::{QueryProposal, QueryProposalResponse, QueryProposals, QueryProposalsResponse};
use govhub_governance::{Proposal, ProposalState};
use prost::Message;
use serde_json::{json, Value};

use crate::cli::client::Rpc;
use crate::cli::{print, CliError, Exit, NodeArgs};

/// How often a waiting command looks again.
const POLL: Duration = Duration::from_millis(200);

/// Proposals, newest first.
#[derive(Debug, Args)]
pub struct List {
    /// Only those below this number
    #[arg(long, default_value_t = 0)]
    before: u64,
    #[command(flatten)]
    node: NodeArgs,
}

/// One proposal.
#[derive(Debug, Args)]
pub struct Show {
    /// Its number
    proposal: u64,
    /// Wait so many seconds for its end; then 0 is executed, 1 is any other end, 4 is still waiting
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) async fn list(list: List) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&list.node.node)?;
    let answer = rpc.query("/govhub.governance.v1.Query/Proposals", &QueryProposals { before: list.before }.encode_to_vec()).await?;
    let found = QueryProposalsResponse::decode(answer.value.as_slice()).map_err(CliError::defect)?.proposals;
    let lines: Vec<String> = found.iter().map(line).collect();
    print(list.node.json, &found.iter().map(value).collect(), lines.join("\n"));
    Ok(Exit::Done)
}

pub(super) async fn show(show: Show) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&show.node.node)?;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(show.wait.unwrap_or(0));
    loop {
        let proposal = get(&rpc, show.proposal).await?;
        let live = matches!(proposal.state(), ProposalState::Open | ProposalState::Scheduled);
        if live && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(POLL).await;
            continue;
        }
        print(show.node.json, &value(&proposal), text(&proposal));
        return Ok(match (show.wait, proposal.state()) {
            (None, _) | (_, ProposalState::Executed) => Exit::Done,
            _ if live => Exit::Temporary,
            _ => Exit::No,
        });
    }
}

async fn get(rpc: &Rpc, proposal_id: u64) -> Result<Proposal, CliError> {
    let answer = rpc.query("/govhub.governance.v1.Query/Proposal", &QueryProposal { proposal_id }.encode_to_vec()).await?;
    let found = QueryProposalResponse::decode(answer.value.as_slice()).map_err(CliError::defect)?.proposal;
    found.ok_or_else(|| CliError::no(format!("no proposal {proposal_id}")))
}

fn line(p: &Proposal) -> String {
    format!("{:>5} {:<10} {} approvals, {} actions  {}", p.id, state_name(p.state()), p.approvals.len(), p.actions.len(), p.title)
}

fn text(p: &Proposal) -> String {
    let mut text = format!("{}\n  proposed by {} at height {}", line(p), p.proposer, p.proposed_at_height);
    for action in &p.actions {
        text.push_str(&format!("\n  action {} ({} bytes)", action.type_url, action.value.len()));
    }
    text.push_str(&format!("\n  approved by {}", p.approvals.join(", ")));
    if !p.cancels.is_empty() {
        text.push_str(&format!("\n  cancelled by {}", p.cancels.join(", ")));
    }
    match p.state() {
        ProposalState::Open => text.push_str(&format!("\n  expires at Unix second {}", p.due_s)),
        ProposalState::Scheduled => text.push_str(&format!("\n  executed from Unix second {} on", p.due_s)),
        ProposalState::Failed => text.push_str(&format!("\n  action {} was refused with code {}", p.failed_action, p.code)),
        _ => text.push_str(&format!("\n  ended at height {}", p.ended_at_height)),
    }
    text
}

fn value(p: &Proposal) -> Value {
    let actions: Vec<Value> = p.actions.iter().map(|a| json!({"type_url": a.type_url, "value": hex::encode(&a.value)})).collect();
    json!({
        "proposal_id": p.id, "state": state_name(p.state()), "title": p.title, "proposer": p.proposer, "actions": actions,
        "delay_s": p.delay_s, "approvals": p.approvals, "cancels": p.cancels, "proposed_at_height": p.proposed_at_height,
        "proposed_at_s": p.proposed_at_s, "due_s": p.due_s, "ended_at_height": p.ended_at_height, "code": p.code, "failed_action": p.failed_action,
    })
}
