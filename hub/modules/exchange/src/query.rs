//! Reading the exchange: `/govhub.exchange.v1.Query/<Name>`. An absent thing is an absent field, not an error.

use govhub_store::{Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::Rejection;
use prost::Message;

use crate::proto::{
    LegOne, QueryAsked, QueryAskedPage, QueryAskedPageResponse, QueryAskedResponse, QueryHub, QueryHubResponse, QueryKinds, QueryKindsResponse, QueryLane, QueryLaneResponse, QueryLists,
    QueryListsResponse, QueryOpen, QueryOpenResponse, QueryParams, QueryParamsResponse, QueryRules, QueryRulesResponse, QueryStatus,
    QueryStatusResponse,
};
use crate::{department, kinds, lanes, lists, open, params, rules, statuses, ExchangeError};

/// Longest query in bytes: two ids and a hash.
const QUERY_BYTES_MAX: usize = 512;

/// Answers one query over `reader`.
///
/// # Errors
/// Undecodable data, a path that this module does not have, or a store that cannot be read.
pub fn query(reader: &dyn Reader, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let answer = answer(&state, path, data)?;
    match state.fault() {
        Some(fault) => Err(ExchangeError::StoreFault { why: fault.to_string() }.into()),
        None => Ok(answer),
    }
}

fn answer(state: &State<'_>, path: &str, data: &[u8]) -> Result<Vec<u8>, ExchangeError> {
    let unknown = || ExchangeError::UnknownMessage { found: path.chars().take(80).collect() };
    macro_rules! decode {
        ($name:ident) => {
            decode_canonical::<$name>(stringify!($name), data, QUERY_BYTES_MAX)?
        };
    }
    Ok(match path.strip_prefix("/govhub.exchange.v1.Query/").ok_or_else(unknown)? {
        "Kinds" => {
            decode!(QueryKinds);
            QueryKindsResponse { kinds: kinds::all(state) }.encode_to_vec()
        }
        "Rules" => {
            let (rules, next) = rules::page(state, &decode!(QueryRules).after);
            QueryRulesResponse { rules, next }.encode_to_vec()
        }
        "Lists" => {
            decode!(QueryLists);
            let l = lists::all(state);
            QueryListsResponse { purposes: l.purposes, legal_bases: l.legal_bases, service_items: l.service_items }.encode_to_vec()
        }
        "Params" => {
            decode!(QueryParams);
            QueryParamsResponse { params: Some(params::get(state)) }.encode_to_vec()
        }
        "Lane" => QueryLaneResponse { lane: lanes::get(state, &decode!(QueryLane).department) }.encode_to_vec(),
        "Hub" => {
            decode!(QueryHub);
            let department = lanes::own_department(state).map(|d| d.to_string()).unwrap_or_default();
            let client_id = lanes::hub_client(state).map(|c| c.to_string()).unwrap_or_default();
            QueryHubResponse { department, client_id }.encode_to_vec()
        }
        "Open" => {
            let QueryOpen { client_id, sequence } = decode!(QueryOpen);
            let leg_one = LegOne { client_id, sequence };
            QueryOpenResponse { open: open::get(state, &leg_one), late: open::late(state, &leg_one) }.encode_to_vec()
        }
        "Asked" => {
            let QueryAsked { client_id, sequence } = decode!(QueryAsked);
            QueryAskedResponse { asked: department::asked::get(state, &client_id, sequence) }.encode_to_vec()
        }
        "AskedPage" => {
            let q = decode!(QueryAskedPage);
            let client_id = lanes::hub_client(state).map(|c| c.to_string()).unwrap_or_default();
            let (items, next) = match q.waiting {
                true => department::asked::waiting(state, &client_id, q.after),
                false => department::asked::page(state, &client_id, q.after),
            };
            QueryAskedPageResponse { items, next }.encode_to_vec()
        }
        "Status" => {
            let q = decode!(QueryStatus);
            let record = statuses::get(state, &q.department, &q.licence_ref);
            QueryStatusResponse { record, conflicts: statuses::conflicts(state, &q.department, &q.licence_ref) }.encode_to_vec()
        }
        _ => return Err(unknown()),
    })
}
