//! `govhub account`: registered accounts of a chain.

use clap::{Args, Subcommand};
use govhub_identity::genesis::role_name;
use govhub_identity::proto::{QueryAccount, QueryAccountResponse, QueryAccounts, QueryAccountsResponse};
use govhub_identity::{Account, Role};
use prost::Message;
use serde_json::{json, Value};

use super::client::Rpc;
use super::{print, CliError, Exit, NodeArgs};

/// Registered accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// List accounts by number
    List(List),
    /// Show one account with its sequence and its keys
    Show(Show),
}

/// Accounts by number.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    node: NodeArgs,
}

/// One account.
#[derive(Debug, Args)]
pub struct Show {
    /// Address, gov1…
    address: String,
    #[command(flatten)]
    node: NodeArgs,
}

/// Runs one of them.
pub async fn run(command: AccountCommand) -> Result<Exit, CliError> {
    match command {
        AccountCommand::List(list) => {
            let accounts = all(&Rpc::new(&list.node.node)?).await?;
            let lines: Vec<String> = accounts.iter().map(line).collect();
            print(list.node.json, &accounts.iter().map(value).collect(), lines.join("\n"));
            Ok(Exit::Done)
        }
        AccountCommand::Show(show) => {
            let data = QueryAccount { address: show.address.clone() }.encode_to_vec();
            let answer = Rpc::new(&show.node.node)?.query("/govhub.identity.v1.Query/Account", &data).await?;
            let found = QueryAccountResponse::decode(answer.value.as_slice()).map_err(CliError::defect)?;
            let account = found.account.ok_or_else(|| CliError::no(format!("account {} is not registered on this chain", show.address)))?;
            let mut shown = value(&account);
            shown["sequence"] = json!(found.sequence);
            print(show.node.json, &shown, format_args!("{} sequence {}", line(&account), found.sequence));
            Ok(Exit::Done)
        }
    }
}

/// All accounts, page by page.
async fn all(rpc: &Rpc) -> Result<Vec<Account>, CliError> {
    let (mut accounts, mut from_number) = (Vec::new(), 0);
    loop {
        let answer = rpc.query("/govhub.identity.v1.Query/Accounts", &QueryAccounts { from_number }.encode_to_vec()).await?;
        let page = QueryAccountsResponse::decode(answer.value.as_slice()).map_err(CliError::defect)?;
        accounts.extend(page.accounts);
        // A page never starts at 0 again, and a node that goes backwards would keep us for ever.
        if page.next_number <= from_number {
            return Ok(accounts);
        }
        from_number = page.next_number;
    }
}

fn roles(account: &Account) -> Vec<&'static str> {
    account.roles.iter().map(|r| role_name(Role::try_from(*r).unwrap_or(Role::Unspecified))).collect()
}

fn line(account: &Account) -> String {
    let removed = if account.removed_at == 0 { String::new() } else { format!(" removed at height {}", account.removed_at) };
    format!("{:>4} {} {} {}{removed}", account.account_number, account.address, roles(account).join(","), account.department)
}

fn value(account: &Account) -> Value {
    let key = |k: &govhub_identity::proto::KeyPeriod| {
        let any = k.public_key.clone().unwrap_or_default();
        json!({"type": any.type_url, "value": hex::encode(any.value), "from_height": k.from_height})
    };
    json!({
        "address": account.address, "account_number": account.account_number, "roles": roles(account), "department": account.department,
        "keys": account.keys.iter().map(key).collect::<Vec<_>>(), "removed_at": account.removed_at,
    })
}
