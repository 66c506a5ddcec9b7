//! Clients on this chain, as it shows them. Their state is not proved: a host that lies about its own client refuses our transactions anyway.

use std::collections::BTreeMap;

use govhub_ibc::types::{ClientInfo, QueryClientRequest, QueryConsensusStateRequest, QueryConsensusStateResponse, QueryHeaderRequest};
use govhub_lc_core::ConsensusStates;
use govhub_types::codec::decode_canonical;
use govhub_types::{ClientId, Height};
use govrelay_core::{AbsenceProof, ClientStatus, ClientView};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::{Chain, ChainError};

/// Bytes of an answer about a client: states are small, a header has at most 256 KiB.
const ANSWER_BYTES_MAX: usize = 512 * 1024;

/// Consensus states fetched from the host, and those that our own updates of this transaction add.
#[derive(Clone, Debug, Default)]
pub struct Fetched(pub BTreeMap<Height, Any>);

impl ConsensusStates for Fetched {
    fn at(&self, height: Height) -> Option<Any> {
        self.0.get(&height).cloned()
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(..height).next_back().map(|(h, any)| (*h, any.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.0.range(height..).find(|(h, _)| **h > height).map(|(h, any)| (*h, any.clone()))
    }
}

impl Chain {
    async fn ask_client<M: Message + Default>(&self, what: &'static str, name: &str, request: &impl Message) -> Result<M, ChainError> {
        let answer = self.query(what, &format!("/govhub.ibc.v1.Query/{name}"), request.encode_to_vec(), None, false).await?;
        decode_canonical(what, &answer.value, ANSWER_BYTES_MAX).map_err(|e| self.nonsense(what, e))
    }

    /// One client, as stored.
    ///
    /// # Errors
    /// [`ChainError`]; refused if there is no such client.
    pub async fn client_info(&self, client: &ClientId) -> Result<ClientInfo, ChainError> {
        self.ask_client("a client", "Client", &QueryClientRequest { client_id: client.to_string() }).await
    }

    /// One client, as the planner sees it.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn client_view(&self, client: &ClientId) -> Result<ClientView, ChainError> {
        let info = self.client_info(client).await?;
        let status = match info.status.as_str() {
            "active" => ClientStatus::Active,
            "frozen" => ClientStatus::Frozen,
            "expired" => ClientStatus::Expired,
            other => return Err(self.nonsense("a client", format!("status `{other}`"))),
        };
        Ok(ClientView {
            latest_height: info.latest_height.map(Height::from).unwrap_or_default(),
            latest_time_ns: info.latest_time_ns,
            trusting_period_ns: (info.expires_ns > 0).then(|| info.expires_ns.saturating_sub(info.latest_time_ns)),
            status,
            absence: match info.absence.as_str() {
                "proof" => AbsenceProof::Absence,
                "receipt" => AbsenceProof::Sentinel,
                other => return Err(self.nonsense("a client", format!("absence `{other}`"))),
            },
            trust: info.trust,
            counterparty: info.counterparty.and_then(|c| c.client_id.parse().ok()),
        })
    }

    /// The consensus state of `client` at exactly `height`.
    ///
    /// # Errors
    /// [`ChainError`]; refused if there is none.
    pub async fn consensus_state(&self, client: &ClientId, height: Height) -> Result<Any, ChainError> {
        let request = QueryConsensusStateRequest { client_id: client.to_string(), height: Some(height.into()), at_or_below: false };
        let answer: QueryConsensusStateResponse = self.ask_client("a consensus state", "ConsensusState", &request).await?;
        if answer.height.map(Height::from) != Some(height) {
            return Err(self.nonsense("a consensus state", format!("asked for {height}, got another height")));
        }
        answer.consensus_state.ok_or_else(|| self.nonsense("a consensus state", "none in the answer"))
    }

    /// The client message that gave `client` its consensus state at `height`, as it was submitted.
    ///
    /// # Errors
    /// [`ChainError`]; refused if the host does not keep it, as at the anchor.
    pub async fn submitted_header(&self, client: &ClientId, height: Height) -> Result<Any, ChainError> {
        let request = QueryHeaderRequest { client_id: client.to_string(), height: Some(height.into()) };
        self.ask_client("a submitted header", "Header", &request).await
    }
}
