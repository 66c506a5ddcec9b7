//! What governance may do on this chain, each action handed to the module that it concerns.

use govhub_governance::Actions;
use govhub_identity::{account, Role};
use govhub_ibc::client;
use govhub_ibc::types::TrustFile;
use govhub_store::State;
use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::{Address, BlockContext, ClientId, Code, Event, Rejection};
use ibc_proto::google::protobuf::Any;

use crate::proto::{CancelUpgrade, CreateClient, RecoverClient, RegisterCounterparty, ScheduleUpgrade, SetParams};
use crate::{params, upgrade};

/// The host of all modules: stateless, everything it knows stands in the state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;

/// Actions of the chain as a whole and of its light clients.
pub const ACTIONS: [&str; 6] = [
    "/govhub.app.v1.SetParams",
    "/govhub.app.v1.ScheduleUpgrade",
    "/govhub.app.v1.CancelUpgrade",
    "/govhub.app.v1.CreateClient",
    "/govhub.app.v1.RegisterCounterparty",
    "/govhub.app.v1.RecoverClient",
];

/// Longest action in bytes: a trust file, whose own bound is judged after it.
const ACTION_BYTES_MAX: usize = govhub_governance::message::PROPOSAL_BYTES_MAX;
/// Parts of a merkle prefix and their length: ibc-go's and ours have two of at most 32 bytes.
const PREFIX_PARTS_MAX: usize = 8;
const PREFIX_BYTES_MAX: usize = 64;

impl Actions for Host {
    fn knows(&self, type_url: &str) -> bool {
        [&ACTIONS[..], &govhub_identity::actions::ACTIONS, &govhub_exchange::actions::ACTIONS].concat().contains(&type_url)
    }

    fn may_be_member(&self, state: &State<'_>, address: &str) -> bool {
        let standing = address.parse::<Address>().ok().and_then(|a| account::active(state, &a).ok());
        standing.is_some_and(|a| account::has_role(&a, Role::Governance))
    }

    fn execute(&self, state: &mut State<'_>, ctx: &BlockContext, action: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
        let url = action.type_url.as_str();
        if govhub_identity::actions::ACTIONS.contains(&url) {
            govhub_identity::actions::apply(state, ctx, action, events)?;
            return keep_members(state);
        }
        if govhub_exchange::actions::ACTIONS.contains(&url) {
            return govhub_exchange::actions::apply(state, action, events);
        }
        match url {
            "/govhub.app.v1.SetParams" => params::set(state, &decode::<SetParams>("SetParams", action)?.params.unwrap_or_default()),
            "/govhub.app.v1.ScheduleUpgrade" => upgrade::schedule(state, ctx, &decode::<ScheduleUpgrade>("ScheduleUpgrade", action)?),
            "/govhub.app.v1.CancelUpgrade" => {
                decode::<CancelUpgrade>("CancelUpgrade", action)?;
                upgrade::cancel(state)
            }
            "/govhub.app.v1.CreateClient" => {
                let trust = trust_file(&decode::<CreateClient>("CreateClient", action)?.trust_file)?;
                client::create(state, ctx, &trust, events).map(|_| ())
            }
            "/govhub.app.v1.RegisterCounterparty" => {
                let a: RegisterCounterparty = decode("RegisterCounterparty", action)?;
                if a.merkle_prefix.len() > PREFIX_PARTS_MAX || a.merkle_prefix.iter().any(|p| p.len() > PREFIX_BYTES_MAX) {
                    return Err(bad(format!("merkle_prefix: at most {PREFIX_PARTS_MAX} parts of {PREFIX_BYTES_MAX} bytes")));
                }
                client::register_counterparty(state, ctx, &client_id(&a.client_id)?, &client_id(&a.counterparty_client_id)?, &a.merkle_prefix, events)
            }
            "/govhub.app.v1.RecoverClient" => {
                let a: RecoverClient = decode("RecoverClient", action)?;
                client::recover(state, ctx, &client_id(&a.client_id)?, &trust_file(&a.trust_file)?, events)
            }
            other => Err(bad(format!("`{}` is no action of this chain", other.chars().take(80).collect::<String>()))),
        }
    }
}

/// After any change to accounts: every member of governance must still be able to sign.
fn keep_members(state: &State<'_>) -> Result<(), Rejection> {
    match govhub_governance::config::get(state).members.iter().find(|m| !Host.may_be_member(state, m)) {
        Some(member) => Err(bad(format!("{member} is a member of governance: change the members first"))),
        None => Ok(()),
    }
}

fn decode<M: prost::Message + Default>(what: &'static str, action: &Any) -> Result<M, Rejection> {
    decode_canonical(what, &action.value, ACTION_BYTES_MAX).map_err(undecodable)
}

fn trust_file(bytes: &[u8]) -> Result<TrustFile, Rejection> {
    decode_canonical("TrustFile", bytes, ACTION_BYTES_MAX).map_err(undecodable)
}

fn client_id(text: &str) -> Result<ClientId, Rejection> {
    text.parse().map_err(|e: govhub_types::IdError| bad(e.to_string()))
}

fn undecodable(e: CodecError) -> Rejection {
    Rejection::new(Code::BAD_MESSAGE, e.to_string())
}

fn bad(why: String) -> Rejection {
    Rejection::new(Code::BAD_ACTION, why)
}
