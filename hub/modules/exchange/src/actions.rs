//! What governance does to the exchange: the actions that an executed proposal carries.

use govhub_store::State;
use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::{Event, Rejection};
use ibc_proto::google::protobuf::Any;

use crate::proto::{
    ApproveImport, BindDepartment, Kind, RegisterKind, RemoveKind, RemoveRule, SetHub, SetLists, SetParams, SetRule, Subscribe, SuspendDepartment,
};
use crate::{imports, kinds, lanes, lists, params, rules, subscriptions, ExchangeError};

/// Longest action in bytes: three lists of 1,024 items of 64 bytes.
pub const ACTION_BYTES_MAX: usize = 256 * 1024;

/// Type URLs of the actions that [`apply`] takes.
pub const ACTIONS: [&str; 11] = [
    "/govhub.exchange.v1.RegisterKind",
    "/govhub.exchange.v1.RemoveKind",
    "/govhub.exchange.v1.SetRule",
    "/govhub.exchange.v1.RemoveRule",
    "/govhub.exchange.v1.SetLists",
    "/govhub.exchange.v1.SetParams",
    "/govhub.exchange.v1.BindDepartment",
    "/govhub.exchange.v1.SetHub",
    "/govhub.exchange.v1.SuspendDepartment",
    "/govhub.exchange.v1.Subscribe",
    "/govhub.exchange.v1.ApproveImport",
];

/// Executes one action of an executed proposal.
///
/// # Errors
/// [`ExchangeError::BadAction`] with the field that is wrong; the host discards the proposal's layer.
///
/// # Not checked
/// That governance decided it: only the host's proposal execution may call this.
pub fn apply(state: &mut State<'_>, action: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
    run(state, action)?;
    events.push(Event::new("exchange_action").with("action", &action.type_url));
    Ok(())
}

fn run(state: &mut State<'_>, action: &Any) -> Result<(), ExchangeError> {
    fn decode<M: prost::Message + Default>(what: &'static str, action: &Any) -> Result<M, CodecError> {
        decode_canonical(what, &action.value, ACTION_BYTES_MAX)
    }
    let done = match action.type_url.as_str() {
        "/govhub.exchange.v1.RegisterKind" => {
            let RegisterKind { kind, read_only } = decode("RegisterKind", action)?;
            kinds::register(state, &Kind { kind, read_only })
        }
        "/govhub.exchange.v1.RemoveKind" => kinds::remove(state, &decode::<RemoveKind>("RemoveKind", action)?.kind),
        "/govhub.exchange.v1.SetRule" => rules::set(state, &decode::<SetRule>("SetRule", action)?.rule.unwrap_or_default()),
        "/govhub.exchange.v1.RemoveRule" => rules::remove(state, &decode::<RemoveRule>("RemoveRule", action)?.rule.unwrap_or_default()),
        "/govhub.exchange.v1.SetLists" => lists::set(state, &decode::<SetLists>("SetLists", action)?),
        "/govhub.exchange.v1.SetParams" => params::set(state, &decode::<SetParams>("SetParams", action)?.params.unwrap_or_default()),
        "/govhub.exchange.v1.BindDepartment" => {
            let BindDepartment { department, client_id } = decode("BindDepartment", action)?;
            lanes::bind(state, &department, &client_id)
        }
        "/govhub.exchange.v1.SetHub" => lanes::set_hub(state, &decode::<SetHub>("SetHub", action)?.client_id),
        "/govhub.exchange.v1.SuspendDepartment" => {
            let SuspendDepartment { department, suspended } = decode("SuspendDepartment", action)?;
            lanes::suspend(state, &department, suspended)
        }
        "/govhub.exchange.v1.Subscribe" => subscriptions::set(state, &decode::<Subscribe>("Subscribe", action)?),
        "/govhub.exchange.v1.ApproveImport" => imports::approve(state, &decode::<ApproveImport>("ApproveImport", action)?),
        other => return Err(ExchangeError::UnknownMessage { found: other.chars().take(80).collect() }),
    };
    done.map_err(|why| ExchangeError::BadAction { why })
}
