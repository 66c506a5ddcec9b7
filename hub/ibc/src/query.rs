//! Reads for relayers and people: `abci_query` under `/govhub.ibc.v1.Query/{Packet,Packets,Client,Clients,ConsensusState,Header}`.
//!
//! Answers are not proved; what must be proved is read from the store by key.

use govhub_lc_core::{Absence, ConsensusStates, Status};
use govhub_store::{Column, Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::{BlockContext, ClientId, Code, Height, Rejection};
use prost::Message;

use crate::client::{self, Loaded};
use crate::types::{
    next_sequence_send_path, ClientInfo, Direction, QueryClientRequest, QueryClientsRequest, QueryClientsResponse, QueryConsensusStateRequest,
    QueryConsensusStateResponse, QueryHeaderRequest, QueryPacketRequest, QueryPacketsRequest, QueryPacketsResponse,
};
use crate::{packet, sequence};

/// Items of one answer: a page stays far below an RPC's bound.
const MAX_ITEMS: usize = 100;
/// Bytes of packet records in one answer; the first is always given.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of a request: ids and numbers.
const MAX_REQUEST_BYTES: usize = 1024;

/// Answers one read.
///
/// # Errors
/// `CLIENT_NOT_FOUND`, `CONSENSUS_STATE_MISSING`; `PACKET_MESSAGE_UNDECODABLE` for an unknown path, an undecodable request or an unknown packet.
pub fn query(reader: &dyn Reader, ctx: &BlockContext, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let name = path.rsplit('/').next().unwrap_or_default();
    let answer = match name {
        "Packet" => one_packet(&state, &request("QueryPacketRequest", data)?),
        "Packets" => packets(&state, &request("QueryPacketsRequest", data)?),
        "Client" => one_client(&state, ctx, &request("QueryClientRequest", data)?),
        "Clients" => clients(&state, ctx, &request("QueryClientsRequest", data)?),
        "ConsensusState" => consensus_state(&state, &request("QueryConsensusStateRequest", data)?),
        "Header" => header(&state, &request("QueryHeaderRequest", data)?),
        _ => Err(not_found(format!("no query `{}`", name.chars().take(80).collect::<String>()))),
    };
    match state.fault() {
        Some(fault) => Err(not_found(fault.to_string())),
        None => answer,
    }
}

fn request<M: Message + Default>(what: &'static str, data: &[u8]) -> Result<M, Rejection> {
    decode_canonical(what, data, MAX_REQUEST_BYTES).map_err(|e| Rejection::new(Code::PACKET_MESSAGE_UNDECODABLE, e.to_string()))
}

fn not_found(why: String) -> Rejection {
    Rejection::new(Code::PACKET_MESSAGE_UNDECODABLE, why)
}

fn id(text: &str) -> Result<ClientId, Rejection> {
    text.parse().map_err(|e: govhub_types::IdError| Rejection::new(Code::CLIENT_NOT_FOUND, e.to_string()))
}

fn limit(asked: u32) -> usize {
    match asked as usize {
        0 => MAX_ITEMS,
        n => n.min(MAX_ITEMS),
    }
}

fn direction(value: i32) -> Result<Direction, Rejection> {
    match Direction::try_from(value) {
        Ok(Direction::Unspecified) | Err(_) => Err(not_found("direction is neither SENT nor RECEIVED".into())),
        Ok(direction) => Ok(direction),
    }
}

fn one_packet(state: &State<'_>, asked: &QueryPacketRequest) -> Result<Vec<u8>, Rejection> {
    let record = packet::record(state, direction(asked.direction)?, &asked.client_id, asked.sequence);
    let record = record.ok_or_else(|| not_found(format!("no packet {} of client {}", asked.sequence, asked.client_id)))?;
    Ok(record.encode_to_vec())
}

fn packets(state: &State<'_>, asked: &QueryPacketsRequest) -> Result<Vec<u8>, Rejection> {
    let id = id(&asked.client_id)?;
    let packets = packet::records(state, direction(asked.direction)?, id.as_str(), asked.from_sequence, limit(asked.limit), MAX_ANSWER_BYTES);
    Ok(QueryPacketsResponse { packets }.encode_to_vec())
}

fn one_client(state: &State<'_>, ctx: &BlockContext, asked: &QueryClientRequest) -> Result<Vec<u8>, Rejection> {
    Ok(info(state, ctx, &client::load(state, &id(&asked.client_id)?)?).encode_to_vec())
}

fn clients(state: &State<'_>, ctx: &BlockContext, asked: &QueryClientsRequest) -> Result<Vec<u8>, Rejection> {
    let ids = client::all_clients(state, &asked.after, limit(asked.limit));
    let clients = ids.iter().map(|id| client::load(state, id).map(|loaded| info(state, ctx, &loaded))).collect::<Result<_, _>>()?;
    Ok(QueryClientsResponse { clients }.encode_to_vec())
}

fn info(state: &State<'_>, ctx: &BlockContext, loaded: &Loaded) -> ClientInfo {
    let states = loaded.states(state);
    let latest = loaded.client.latest_height();
    let mode = |absence| match absence {
        Absence::Proof => "proof".to_owned(),
        Absence::Receipt => "receipt".to_owned(),
    };
    ClientInfo {
        client_id: loaded.id.to_string(),
        chain_id: loaded.client.chain_id(),
        status: match loaded.client.status(&states, ctx.time) {
            Status::Active => "active",
            Status::Frozen => "frozen",
            Status::Expired => "expired",
        }
        .into(),
        trust: loaded.trust_class().to_string(),
        latest_height: Some(latest.into()),
        latest_time_ns: client::consensus_time(state, loaded, latest).map(|t| t.unix_ns()).unwrap_or(0),
        expires_ns: loaded.client.expires_at(&states).map_or(0, |t| t.unix_ns()),
        counterparty: client::counterparty(state, &loaded.id).ok(),
        next_sequence_send: sequence::read(state, &next_sequence_send_path(loaded.id.as_str())).unwrap_or(0),
        client_state: Some(loaded.client.encode()),
        absence: mode(loaded.absence()),
        our_absence: mode(loaded.our_absence()),
    }
}

fn consensus_state(state: &State<'_>, asked: &QueryConsensusStateRequest) -> Result<Vec<u8>, Rejection> {
    let loaded = client::load(state, &id(&asked.client_id)?)?;
    let wanted: Height = asked.height.unwrap_or_default().into();
    let states = loaded.states(state);
    let exact = states.at(wanted).map(|any| (wanted, any));
    let found = if asked.at_or_below { exact.or_else(|| states.before(wanted)) } else { exact };
    let (height, any) = found.ok_or_else(|| client::missing(&loaded.id, wanted))?;
    Ok(QueryConsensusStateResponse { height: Some(height.into()), consensus_state: Some(any) }.encode_to_vec())
}

fn header(state: &State<'_>, asked: &QueryHeaderRequest) -> Result<Vec<u8>, Rejection> {
    let height: Height = asked.height.unwrap_or_default().into();
    let key = client::header_key(id(&asked.client_id)?.as_str(), height);
    state
        .column_get(Column::PacketArchive, &key)
        .ok_or_else(|| not_found(format!("no header was submitted for {height}; an anchor comes from its trust file")))
}
