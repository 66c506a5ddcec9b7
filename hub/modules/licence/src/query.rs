//! Reading the register: `/govhub.licence.v1.Query/{Licence,Code,Config}`.

use govhub_store::{Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::Rejection;
use prost::Message;

use crate::proto::{QueryCode, QueryCodeResponse, QueryConfig, QueryConfigResponse, QueryLicence, QueryLicenceResponse};
use crate::{code, genesis, register, LicenceError};

/// Longest query in bytes: a hash and its tag.
const QUERY_BYTES_MAX: usize = 256;

/// Answers one query over `reader`; an absent thing is an absent field, not an error.
///
/// # Errors
/// Undecodable data, or a path that this module does not have.
pub fn query(reader: &dyn Reader, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let answer = answer(&state, path, data)?;
    match state.fault() {
        Some(fault) => Err(Rejection::new(govhub_types::Code::LICENCE_STORE_FAULT, fault.to_string())),
        None => Ok(answer),
    }
}

fn answer(state: &State<'_>, path: &str, data: &[u8]) -> Result<Vec<u8>, LicenceError> {
    match path {
        "/govhub.licence.v1.Query/Licence" => {
            let q: QueryLicence = decode_canonical("QueryLicence", data, QUERY_BYTES_MAX)?;
            let record = register::get(state, &register::check_ref("licence_ref", &q.licence_ref)?);
            Ok(QueryLicenceResponse { record }.encode_to_vec())
        }
        "/govhub.licence.v1.Query/Code" => {
            let q: QueryCode = decode_canonical("QueryCode", data, QUERY_BYTES_MAX)?;
            let code = code::get(state, &register::check_ref("code_hash", &q.code_hash)?);
            Ok(QueryCodeResponse { code }.encode_to_vec())
        }
        "/govhub.licence.v1.Query/Config" => {
            decode_canonical::<QueryConfig>("QueryConfig", data, QUERY_BYTES_MAX)?;
            Ok(QueryConfigResponse { department: genesis::department(state).map(|d| d.to_string()).unwrap_or_default() }.encode_to_vec())
        }
        other => Err(LicenceError::UnknownMessage { found: other.chars().take(80).collect() }),
    }
}
