//! Which departments are told of whose statuses.

use govhub_store::{State, Substore};
use govhub_types::{DepartmentId, LicenceType};
use prost::Message;

use crate::proto::{Strings, Subscribe};

/// Subscribers of one issuer and type: bounds the fan-out of one push.
pub const SUBSCRIBERS_MAX: usize = 64;

/// Departments subscribed to `issuer`'s statuses of `licence_type`, sorted.
pub fn subscribers(state: &State<'_>, issuer: &str, licence_type: &str) -> Vec<String> {
    match state.get(Substore::Exchange, &key(issuer, licence_type)) {
        Some(bytes) => Strings::decode(bytes.as_slice()).expect("written by set()").items,
        None => Vec::new(),
    }
}

pub(crate) fn set(state: &mut State<'_>, action: &Subscribe) -> Result<(), String> {
    action.subscriber.parse::<DepartmentId>().map_err(|e| format!("subscriber: {e}"))?;
    action.issuer.parse::<DepartmentId>().map_err(|e| format!("issuer: {e}"))?;
    action.licence_type.parse::<LicenceType>().map_err(|e| format!("licence_type: {e}"))?;
    let mut items = subscribers(state, &action.issuer, &action.licence_type);
    items.retain(|s| *s != action.subscriber);
    if !action.remove {
        items.push(action.subscriber.clone());
    }
    if items.len() > SUBSCRIBERS_MAX {
        return Err(format!("at most {SUBSCRIBERS_MAX} subscribers of one issuer and type"));
    }
    items.sort();
    let key = key(&action.issuer, &action.licence_type);
    if items.is_empty() {
        state.delete(Substore::Exchange, &key);
    } else {
        state.put(Substore::Exchange, &key, Strings { items }.encode_to_vec());
    }
    Ok(())
}

fn key(issuer: &str, licence_type: &str) -> Vec<u8> {
    [b"u", issuer.as_bytes(), licence_type.as_bytes()].concat()
}
