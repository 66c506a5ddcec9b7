//! One message: may its signer send it, and which module executes it.

use govhub_governance::config;
use govhub_identity::{account, Account, Role};
use govhub_store::State;
use govhub_types::{Address, BlockContext, Code, Event, Rejection};
use ibc_proto::google::protobuf::Any;

use crate::message::{self, Permit};
use crate::Host;

/// What a message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A message that is no relayed packet.
    Message,
    /// A relayed packet message that changed something.
    Packet,
    /// A relayed packet message that somebody else had brought before: nothing changed.
    Redundant,
}

/// Executes one message signed by `signer`.
///
/// # Errors
/// The refusal of the permit or of the module; the state may then hold half of the message's changes, so the caller discards its layer.
pub fn execute(state: &mut State<'_>, ctx: &BlockContext, signer: &Address, message: &Any, events: &mut Vec<Event>) -> Result<Done, Rejection> {
    let kind = message::kind(&message.type_url)?;
    let account = account::active(state, signer)?;
    match kind.url {
        other => {
            must(state, &account, kind.permit)?;
            match other {
                _ if govhub_governance::MESSAGES.contains(&other) => govhub_governance::handle(state, ctx, &Host, &signer.to_string(), message, events)?,
                _ if govhub_identity::MESSAGES.contains(&other) => govhub_identity::handle(state, ctx, signer, message, events)?,
                _ => return Err(refuse(Code::UNKNOWN_MESSAGE, format!("no module takes `{other}`"))),
            }
            Ok(Done::Message)
        }
    }
}

/// Judges a permit that depends on the account alone.
fn must(state: &State<'_>, account: &Account, permit: Permit) -> Result<(), Rejection> {
    let (may, who) = match permit {
        Permit::Registered => (true, ""),
        Permit::Department => (account::department_of(account).is_some(), "an account that speaks for a department"),
        Permit::Member => (config::is_member(&config::get(state), &account.address), "a member of governance"),
        Permit::Relay | Permit::RelayOrEvidence => (account::has_role(account, Role::Relayer), "a relayer"),
    };
    may.then_some(()).ok_or_else(|| refuse(Code::NOT_AUTHORISED, format!("only {who} may send this; {} is none", account.address)))
}

fn refuse(code: govhub_types::Code, why: String) -> Rejection {
    Rejection::new(code, why)
}
