//! The watch for misbehaviour: is what a client stored what its chain says?

use govhub_lc_cometbft::{ClientState, HEADER_URL, MISBEHAVIOUR_URL};
use govhub_lc_core::{LightClient, Verdict};
use govhub_types::{ClientId, Height, Time};
use govrelay_core::Watched;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use prost::Message;

use crate::client::Fetched;
use crate::header::ChainHeader;
use crate::{Chain, ChainError};

/// Two headers that cannot both be honest, verified as the host's client will.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The client message: an ICS-07 misbehaviour.
    pub message: Any,
}

/// Compares what `client` on `host` stored at `height` with what `source` says, and makes evidence if they differ.
pub async fn watch(client: &ClientId, height: Height, host: &Chain, source: &Chain, host_time: Time) -> (Watched, Option<Evidence>) {
    match compare(client, height, host, source, host_time).await {
        Ok(None) => (Watched::Agrees, None),
        Ok(Some((words, evidence))) => (Watched::Conflict(words), Some(evidence)),
        Err(words) => (Watched::Unknown(words), None),
    }
}

async fn compare(client: &ClientId, height: Height, host: &Chain, source: &Chain, host_time: Time) -> Result<Option<(String, Evidence)>, String> {
    let words = |e: ChainError| e.to_string();
    let stored = host.consensus_state(client, height).await.map_err(words)?;
    let stored = raw::ConsensusState::decode(stored.value.as_slice()).map_err(|e| e.to_string())?;
    // Any trusted height will do for reading the chain's own header.
    let theirs = source.header(Height::new(height.revision_number, height.revision_height.saturating_sub(1).max(1)), height.revision_height);
    let theirs = theirs.await.map_err(words)?;
    let Some(difference) = difference(&stored, &theirs) else { return Ok(None) };
    let submitted = host.submitted_header(client, height).await.map_err(|e| format!("{difference}, but there is no evidence: {e}"))?;
    let first = raw::Header::decode(submitted.value.as_slice()).map_err(|e| e.to_string())?;
    if submitted.type_url != HEADER_URL {
        return Err(format!("{difference}, but the client was brought there by `{}`", submitted.type_url));
    }
    let trusted = Height::from(first.trusted_height.ok_or_else(|| "the submitted header names no trusted height".to_owned())?);
    let second = source.header(trusted, height.revision_height).await.map_err(words)?;
    let second = raw::Header::decode(second.any.value.as_slice()).map_err(|e| e.to_string())?;
    #[allow(deprecated)] // The field is deprecated, and the message has it.
    let evidence = raw::Misbehaviour { client_id: String::new(), header_1: Some(first), header_2: Some(second) };
    let message = Any { type_url: MISBEHAVIOUR_URL.into(), value: evidence.encode_to_vec() };
    let info = host.client_info(client).await.map_err(words)?;
    let state = info.client_state.ok_or_else(|| "the host shows no client state".to_owned())?;
    let state = ClientState::decode(&state).map_err(|e| e.to_string())?;
    let mut states = Fetched::default();
    states.0.insert(trusted, host.consensus_state(client, trusted).await.map_err(words)?);
    match state.check_misbehaviour(&states, &message, host_time) {
        Ok(Verdict::Misbehaviour(reason)) => Ok(Some((format!("{difference}: {reason}"), Evidence { message }))),
        Ok(other) => Err(format!("{difference}, but the endpoint's header does not convince the client: {other:?}")),
        Err(fault) => Err(format!("{difference}, but the evidence cannot be judged: {fault}")),
    }
}

/// What the stored state and the chain's header differ in.
pub fn difference(stored: &raw::ConsensusState, theirs: &ChainHeader) -> Option<String> {
    let root = stored.root.as_ref().map(|r| r.hash.as_slice()).unwrap_or_default();
    let time_ns = stored.timestamp.as_ref().map(|t| i128::from(t.seconds) * 1_000_000_000 + i128::from(t.nanos));
    if root != theirs.app_hash {
        return Some("the stored app hash is not the chain's".into());
    }
    if stored.next_validators_hash != theirs.next_validators_hash {
        return Some("the stored next validators are not the chain's".into());
    }
    (time_ns != Some(i128::from(theirs.time_ns))).then(|| "the stored time is not the chain's".into())
}
