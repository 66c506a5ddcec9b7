//! Which department speaks through which client. On the hub one lane a department, on a department's chain one to the hub.

use govhub_store::{State, Substore};
use govhub_types::{ClientId, DepartmentId};
use prost::Message;

use crate::proto::Lane;

const OWN: &[u8] = b"own";
const HUB: &[u8] = b"hub";

/// The department whose chain this is; `None` on the hub.
pub fn own_department(state: &State<'_>) -> Option<DepartmentId> {
    let bytes = state.get(Substore::Exchange, OWN)?;
    Some(String::from_utf8(bytes).expect("genesis wrote ASCII").parse().expect("genesis checked it"))
}

pub(crate) fn set_own_department(state: &mut State<'_>, department: &DepartmentId) {
    state.put(Substore::Exchange, OWN, department.as_str().as_bytes().to_vec());
}

/// On a department's chain: the client of the hub, once governance named it.
pub fn hub_client(state: &State<'_>) -> Option<ClientId> {
    let bytes = state.get(Substore::Exchange, HUB)?;
    Some(String::from_utf8(bytes).expect("set_hub() wrote ASCII").parse().expect("set_hub() checked it"))
}

/// Names the client of the hub.
///
/// # Errors
/// This is the hub, or it is named already.
pub(crate) fn set_hub(state: &mut State<'_>, client_id: &str) -> Result<(), String> {
    let client: ClientId = client_id.parse().map_err(|e: govhub_types::IdError| e.to_string())?;
    if own_department(state).is_none() {
        return Err("only a department's chain has a client of the hub".into());
    }
    if let Some(bound) = hub_client(state) {
        return Err(format!("the hub's client is {bound} already; recover that client instead"));
    }
    state.put(Substore::Exchange, HUB, client.as_str().as_bytes().to_vec());
    Ok(())
}

/// On the hub: the lane of `department`.
pub fn get(state: &State<'_>, department: &str) -> Option<Lane> {
    let bytes = state.get(Substore::Exchange, &lane_key(department))?;
    Some(Lane::decode(bytes.as_slice()).expect("written by this file"))
}

/// On the hub: the department that speaks through `client_id`.
pub fn department_of(state: &State<'_>, client_id: &str) -> Option<DepartmentId> {
    let bytes = state.get(Substore::Exchange, &client_key(client_id))?;
    Some(String::from_utf8(bytes).expect("bind() wrote ASCII").parse().expect("bind() checked it"))
}

/// Binds a department to a client, once for each of them: a lane never changes hands.
///
/// # Errors
/// This is not the hub, a malformed id, or one of the two is bound.
pub(crate) fn bind(state: &mut State<'_>, department: &str, client_id: &str) -> Result<(), String> {
    let department: DepartmentId = department.parse().map_err(|e: govhub_types::IdError| e.to_string())?;
    let client: ClientId = client_id.parse().map_err(|e: govhub_types::IdError| e.to_string())?;
    if own_department(state).is_some() {
        return Err("only the hub binds departments to clients".into());
    }
    if let Some(lane) = get(state, department.as_str()) {
        return Err(format!("department {department} is bound to {} already; recover that client instead", lane.client_id));
    }
    if let Some(other) = department_of(state, client.as_str()) {
        return Err(format!("client {client} is bound to department {other} already"));
    }
    put(state, department.as_str(), &Lane { client_id: client.to_string(), suspended: false });
    state.put(Substore::Exchange, &client_key(client.as_str()), department.as_str().as_bytes().to_vec());
    Ok(())
}

/// Suspends or readmits a department.
///
/// # Errors
/// It has no lane.
pub(crate) fn suspend(state: &mut State<'_>, department: &str, suspended: bool) -> Result<(), String> {
    let lane = get(state, department).ok_or_else(|| format!("department `{}` has no lane", department.chars().take(32).collect::<String>()))?;
    put(state, department, &Lane { suspended, ..lane });
    Ok(())
}

fn put(state: &mut State<'_>, department: &str, lane: &Lane) {
    state.put(Substore::Exchange, &lane_key(department), lane.encode_to_vec());
}

fn lane_key(department: &str) -> Vec<u8> {
    [b"d", department.as_bytes()].concat()
}

fn client_key(client_id: &str) -> Vec<u8> {
    [b"c", client_id.as_bytes()].concat()
}
