//! `govhub light-client clients`: whom this chain follows, and whether it still believes them.

use clap::Args;
use govhub_ibc::types::{ClientInfo, QueryClientsRequest, QueryClientsResponse};
use govhub_types::Height;
use prost::Message;
use serde_json::{json, Value};

use crate::cli::client::Rpc;
use crate::cli::{print, CliError, Exit, NodeArgs};

/// Clients of a chain, by id.
#[derive(Debug, Args)]
pub struct Clients {
    #[command(flatten)]
    node: NodeArgs,
}

/// Prints all clients, page by page.
pub async fn run(clients_of: Clients) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&clients_of.node.node)?;
    let mut clients: Vec<ClientInfo> = Vec::new();
    loop {
        let after = clients.last().map(|c| c.client_id.clone()).unwrap_or_default();
        let request = QueryClientsRequest { after: after.clone(), limit: 0 };
        let answer = rpc.query("/govhub.ibc.v1.Query/Clients", &request.encode_to_vec()).await?;
        let page = QueryClientsResponse::decode(answer.value.as_slice()).map_err(CliError::defect)?.clients;
        // A node that repeats itself would keep us for ever.
        if page.last().is_none_or(|last| last.client_id <= after) {
            break;
        }
        clients.extend(page);
    }
    let lines: Vec<String> = clients.iter().map(line).collect();
    print(clients_of.node.json, &clients.iter().map(value).collect(), lines.join("\n"));
    Ok(Exit::Done)
}

fn height(client: &ClientInfo) -> String {
    client.latest_height.map(Height::from).unwrap_or_default().to_string()
}

fn line(c: &ClientInfo) -> String {
    let other = c.counterparty.as_ref().map_or("no counterparty", |p| p.client_id.as_str());
    format!("{:<20} {:<8} {:<20} height {:<12} <-> {other}  ({})", c.client_id, c.status, c.chain_id, height(c), c.trust)
}

fn value(c: &ClientInfo) -> Value {
    json!({
        "client_id": c.client_id, "chain_id": c.chain_id, "status": c.status, "trust": c.trust, "latest_height": height(c),
        "latest_time_ns": c.latest_time_ns, "expires_ns": c.expires_ns, "counterparty": c.counterparty.as_ref().map(|p| p.client_id.clone()),
        "next_sequence_send": c.next_sequence_send,
    })
}
