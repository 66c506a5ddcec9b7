//! Reading identities: `/govhub.identity.v1.Query/<Name>`. An absent thing is an absent field, not an error.

use govhub_store::{Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::{IdError, Rejection};
use prost::Message;

use crate::actions::{address, issuer_key};
use crate::proto::{
    QueryAccount, QueryAccountResponse, QueryAccounts, QueryAccountsResponse, QueryAuthorised, QueryAuthorisedResponse, QueryDepartment,
    QueryDepartmentResponse, QueryDepartments, QueryDepartmentsResponse, QueryIssuer, QueryIssuerResponse, QueryKeyAt, QueryKeyAtResponse,
};
use crate::{account, department, issuer, IdentityError};

/// Longest query in bytes: an address or three ids.
const QUERY_BYTES_MAX: usize = 512;

/// Answers one query over `reader`.
///
/// # Errors
/// Undecodable data, a path that this module does not have, or a store that cannot be read.
pub fn query(reader: &dyn Reader, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let answer = answer(&state, path, data)?;
    match state.fault() {
        Some(fault) => Err(IdentityError::StoreFault { why: fault.to_string() }.into()),
        None => Ok(answer),
    }
}

fn answer(state: &State<'_>, path: &str, data: &[u8]) -> Result<Vec<u8>, IdentityError> {
    macro_rules! decode {
        ($name:ident) => {
            decode_canonical::<$name>(stringify!($name), data, QUERY_BYTES_MAX)?
        };
    }
    Ok(match path.strip_prefix("/govhub.identity.v1.Query/").ok_or_else(|| IdentityError::unknown(path))? {
        "Account" => {
            let address = address(&decode!(QueryAccount).address)?;
            QueryAccountResponse { account: account::get(state, &address), sequence: account::sequence(state, &address) }.encode_to_vec()
        }
        "Accounts" => {
            let (accounts, next_number) = account::page(state, decode!(QueryAccounts).from_number);
            QueryAccountsResponse { accounts, next_number }.encode_to_vec()
        }
        "KeyAt" => {
            let q = decode!(QueryKeyAt);
            let account = account::get(state, &address(&q.address)?);
            QueryKeyAtResponse { public_key: account.and_then(|a| account::key_at(&a, q.height).cloned()) }.encode_to_vec()
        }
        "Department" => {
            let id = decode!(QueryDepartment).id.parse().map_err(|e: IdError| IdentityError::BadField { field: "id", why: e.to_string() })?;
            QueryDepartmentResponse { department: department::get(state, &id) }.encode_to_vec()
        }
        "Departments" => QueryDepartmentsResponse { departments: department::page(state, &decode!(QueryDepartments).after) }.encode_to_vec(),
        "Issuer" => {
            let q = decode!(QueryIssuer);
            let (department, licence_type, region) = issuer_key(&q.issuer, &q.licence_type, &q.region)?;
            QueryIssuerResponse { grants: issuer::grants(state, &department, &licence_type, region.as_str()) }.encode_to_vec()
        }
        "Authorised" => {
            let q = decode!(QueryAuthorised);
            let anywhere = q.region.is_empty();
            let (department, licence_type, region) = issuer_key(&q.issuer, &q.licence_type, if anywhere { "000000" } else { &q.region })?;
            let authorised = issuer::authorised(state, &department, &licence_type, (!anywhere).then_some(&region), q.day);
            QueryAuthorisedResponse { authorised }.encode_to_vec()
        }
        _ => return Err(IdentityError::unknown(path)),
    })
}
