//! Reading governance: `/govhub.governance.v1.Query/{Proposal,Proposals,Config}`.

use govhub_store::{Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::Rejection;
use prost::Message;

use crate::proto::{QueryConfig, QueryConfigResponse, QueryProposal, QueryProposalResponse, QueryProposals, QueryProposalsResponse};
use crate::{config, proposal, GovernanceError};

/// Longest query in bytes: a number.
const QUERY_BYTES_MAX: usize = 64;

/// Answers one query over `reader`; an absent proposal is an absent field.
///
/// # Errors
/// Undecodable data, a path that this module does not have, or a store that cannot be read.
pub fn query(reader: &dyn Reader, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let answer = answer(&state, path, data)?;
    match state.fault() {
        Some(fault) => Err(GovernanceError::StoreFault { why: fault.to_string() }.into()),
        None => Ok(answer),
    }
}

fn answer(state: &State<'_>, path: &str, data: &[u8]) -> Result<Vec<u8>, GovernanceError> {
    Ok(match path {
        "/govhub.governance.v1.Query/Proposal" => {
            let q: QueryProposal = decode_canonical("QueryProposal", data, QUERY_BYTES_MAX)?;
            QueryProposalResponse { proposal: proposal::get(state, q.proposal_id) }.encode_to_vec()
        }
        "/govhub.governance.v1.Query/Proposals" => {
            let q: QueryProposals = decode_canonical("QueryProposals", data, QUERY_BYTES_MAX)?;
            QueryProposalsResponse { proposals: proposal::page(state, q.before) }.encode_to_vec()
        }
        "/govhub.governance.v1.Query/Config" => {
            decode_canonical::<QueryConfig>("QueryConfig", data, QUERY_BYTES_MAX)?;
            QueryConfigResponse { config: Some(config::get(state)) }.encode_to_vec()
        }
        other => return Err(GovernanceError::unknown(other)),
    })
}
