//! Departments: public bodies by their unified social credit code.

use govhub_store::{Column, State, Substore};
use govhub_types::{DepartmentId, IdError, Region};
use prost::Message;

use crate::proto::Department;
use crate::IdentityError;

/// Longest name in bytes: sixty Chinese characters.
pub const NAME_BYTES_MAX: usize = 180;
/// Departments of one page of a query.
pub const PAGE: usize = 100;

const LISTING: &[u8] = b"id";
const LISTING_END: &[u8] = b"ie";

/// The department, if it is registered.
pub fn get(state: &State<'_>, id: &DepartmentId) -> Option<Department> {
    let bytes = state.get(Substore::Identity, &key(id))?;
    Some(Department::decode(bytes.as_slice()).expect("written by register() below"))
}

/// Registers a department.
///
/// # Errors
/// A malformed code, region or name, or it is registered already.
pub fn register(state: &mut State<'_>, height: u64, id: &str, region: &str, name: &str) -> Result<(), IdentityError> {
    let bad = |field: &'static str| move |e: IdError| IdentityError::BadField { field, why: e.to_string() };
    let id: DepartmentId = id.parse().map_err(bad("id"))?;
    let region: Region = region.parse().map_err(bad("region"))?;
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(IdentityError::BadField { field: "name", why: format!("1 to {NAME_BYTES_MAX} bytes without control characters") });
    }
    if get(state, &id).is_some() {
        return Err(IdentityError::DepartmentExists { id: id.to_string() });
    }
    let department = Department { id: id.to_string(), region: region.to_string(), name: name.to_owned(), registered_at: height };
    state.put(Substore::Identity, &key(&id), department.encode_to_vec());
    state.column_put(Column::Index, &[LISTING, id.as_str().as_bytes()].concat(), Vec::new());
    Ok(())
}

/// Up to [`PAGE`] departments with ids after `after`, by id.
pub fn page(state: &State<'_>, after: &str) -> Vec<Department> {
    let from = if after.is_empty() { LISTING.to_vec() } else { [LISTING, after.as_bytes(), &[0]].concat() };
    let found = state.column_range(Column::Index, &from, LISTING_END, PAGE);
    let id = |key: &[u8]| -> DepartmentId {
        String::from_utf8(key[LISTING.len()..].to_vec()).expect("register() wrote ASCII").parse().expect("register() checked it")
    };
    found.iter().filter_map(|(key, _)| get(state, &id(key))).collect()
}

fn key(id: &DepartmentId) -> Vec<u8> {
    [b"d", id.as_str().as_bytes()].concat()
}
