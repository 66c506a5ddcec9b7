//! The actions of governance as the command line and proposal files say them. One struct an action: its fields are flags and JSON alike.

mod chain;
mod day;
mod exchange;
mod identity;

use clap::Subcommand;
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde::Deserialize;

use super::propose::{Proposal, Single};
use crate::cli::CliError;

/// What an action becomes on the chain.
trait ToAny {
    /// The action, encoded.
    ///
    /// # Errors
    /// Usage: a file that cannot be read, a field that is none of its kind. Everything else the chain judges.
    fn to_any(&self) -> Result<Any, CliError>;
}

fn any<M: Message>(url: &str, action: M) -> Any {
    Any { type_url: url.into(), value: action.encode_to_vec() }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident($name:literal, $of:ty),)+) => {
        /// One action as a command.
        #[derive(Debug, Subcommand)]
        pub enum One {
            $($(#[doc = $doc])+ #[command(name = $name)] $variant(Box<Single<$of>>),)+
        }

        /// One action as an entry of a file, told by its `action`.
        #[derive(Debug, Deserialize)]
        #[serde(tag = "action")]
        pub enum Action {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant($of),)+
        }

        impl One {
            /// The action's name, the action, and the proposal around it.
            pub fn into_parts(self) -> Result<(&'static str, Any, Proposal), CliError> {
                match self {
                    $(Self::$variant(single) => Ok(($name, single.action.to_any()?, single.proposal)),)+
                }
            }
        }

        impl Action {
            /// The action, encoded. Errors as the chain's own reading of the fields.
            pub fn to_any(&self) -> Result<Any, CliError> {
                match self {
                    $(Self::$variant(action) => action.to_any(),)+
                }
            }
        }
    };
}

actions! {
    /// Make a light client from a trust file
    CreateClient("create-client", chain::CreateClient),
    /// Name the other end of a client, once
    RegisterCounterparty("register-counterparty", chain::RegisterCounterparty),
    /// Give a frozen or expired client a new anchor
    RecoverClient("recover-client", chain::RecoverClient),
    /// Set quotas and gas of a block
    SetParams("set-params", chain::SetParams),
    /// Plan a new app version at a height
    ScheduleUpgrade("schedule-upgrade", chain::ScheduleUpgrade),
    /// Drop the planned upgrade
    CancelUpgrade("cancel-upgrade", chain::CancelUpgrade),
    /// Replace the members and the threshold
    SetMembers("set-members", chain::SetMembers),
    /// Set delay and expiry of proposals
    SetTiming("set-timing", chain::SetTiming),
    /// Register a department
    RegisterDepartment("register-department", identity::RegisterDepartment),
    /// Register the account of a public key
    RegisterAccount("register-account", identity::RegisterAccount),
    /// Replace the roles of an account
    SetRoles("set-roles", identity::SetRoles),
    /// Remove an account for ever
    RemoveAccount("remove-account", identity::RemoveAccount),
    /// Authorise an issuer for a licence type in a region
    AuthoriseIssuer("authorise-issuer", identity::AuthoriseIssuer),
    /// End an issuer's authorisation from a day on
    RevokeIssuer("revoke-issuer", identity::RevokeIssuer),
    /// Hub: bind a department to the client of its chain, once
    BindDepartment("bind-department", exchange::BindDepartment),
    /// Department: name the client of the hub, once
    SetHub("set-hub", exchange::SetHub),
    /// Open a kind of packet
    RegisterKind("register-kind", exchange::RegisterKind),
    /// Close a kind of packet
    RemoveKind("remove-kind", exchange::RemoveKind),
    /// Allow a department to ask another
    SetRule("set-rule", exchange::SetRule),
    /// Take an allowance away
    RemoveRule("remove-rule", exchange::RemoveRule),
    /// Replace the lists of purposes, legal bases and service items
    SetLists("set-lists", exchange::SetLists),
    /// Set margins and open packets of the exchange
    SetExchangeParams("set-exchange-params", exchange::SetExchangeParams),
    /// Suspend a department, or readmit it
    SuspendDepartment("suspend-department", exchange::SuspendDepartment),
    /// Forward statuses of an issuer and type to a department
    Subscribe("subscribe", exchange::Subscribe),
    /// Accept licences of an issuer recorded in a window as imported
    ApproveImport("approve-import", exchange::ApproveImport),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_file_is_told_by_its_action_and_unknown_fields_are_refused() {
        let read = |text: &str| serde_json::from_str::<Action>(text);
        let action = read(r#"{"action": "set-hub", "client": "07-tendermint-0"}"#).expect("a sound entry");
        assert_eq!(action.to_any().expect("encodes").type_url, "/govhub.exchange.v1.SetHub");
        assert!(read(r#"{"action": "set-hub", "client": "07-tendermint-0", "more": 1}"#).is_err());
        assert!(read(r#"{"action": "unheard"}"#).is_err());
        assert!(read(r#"{"client": "07-tendermint-0"}"#).is_err());
    }

    #[test]
    fn dates_are_days_of_the_chain() {
        let text = r#"{"action": "revoke-issuer", "issuer": "a", "type": "b", "region": "c", "from_day": "2026-11-24"}"#;
        let action = serde_json::from_str::<Action>(text).expect("a sound entry").to_any().expect("encodes");
        let decoded = govhub_identity::proto::RevokeIssuer::decode(action.value.as_slice()).expect("our own bytes");
        assert_eq!(decoded.from_day, 20_781);
        assert!(serde_json::from_str::<Action>(&text.replace("11-24", "02-30")).is_err());
    }
}
