//! Reading clients.

use govhub_lc_core::{Absence, ConsensusStates, Status, TrustClass};
use govhub_lc_registry::AnyClient;
use govhub_store::{Column, State, Substore};
use govhub_types::{BlockContext, ClientId, Code, Height, Rejection, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::StoredStates;
use crate::types::{client_state_path, counterparty_path, ClientSettings, CounterpartyInfo};

/// A client and what the host keeps of it.
pub struct Loaded {
    /// Its id.
    pub id: ClientId,
    /// Its decoded state.
    pub client: AnyClient,
    /// The host's settings.
    pub settings: ClientSettings,
}

impl Loaded {
    /// Its consensus states.
    pub fn states<'a, 'b>(&'a self, state: &'a State<'b>) -> StoredStates<'a, 'b> {
        StoredStates::new(state, self.id.as_str(), self.floor()).with_own(self.client.own_consensus_state())
    }

    /// Consensus states below this height are not believed.
    pub fn floor(&self) -> Height {
        self.settings.floor.map(Height::from).unwrap_or_default()
    }

    /// How the followed chain proves absence to us.
    pub fn absence(&self) -> Absence {
        mode(self.settings.absence_by_receipt)
    }

    /// How we prove absence to the followed chain.
    pub fn our_absence(&self) -> Absence {
        mode(self.settings.our_absence_by_receipt)
    }

    /// Whom one believes: what the newest header showed, else what the family says.
    pub fn trust_class(&self) -> TrustClass {
        let family = self.client.trust_class();
        match self.settings.parties {
            0 => family,
            n => TrustClass { n, f: self.settings.liars_tolerated, ..family },
        }
    }
}

fn mode(by_receipt: bool) -> Absence {
    if by_receipt {
        Absence::Receipt
    } else {
        Absence::Proof
    }
}

/// The client of that id, whatever its status.
pub(crate) fn load(state: &State<'_>, id: &ClientId) -> Result<Loaded, Rejection> {
    let bytes = state.get(Substore::Ibc, &client_state_path(id.as_str())).ok_or_else(|| unknown(id))?;
    let any = Any::decode(bytes.as_slice()).expect("client states are written by this crate alone, as Any");
    let client = AnyClient::decode(&any).expect("client states are written by this crate alone, decoded before");
    Ok(Loaded { id: id.clone(), client, settings: settings(state, id) })
}

/// The client of that id, if it may be used.
pub(crate) fn active(state: &State<'_>, ctx: &BlockContext, id: &ClientId) -> Result<Loaded, Rejection> {
    let loaded = load(state, id)?;
    let status = loaded.client.status(&loaded.states(state), ctx.time);
    match status {
        Status::Active => Ok(loaded),
        Status::Frozen => Err(Rejection::new(Code::CLIENT_FROZEN, format!("client {id} is frozen: misbehaviour was seen; only governance recovers it"))),
        Status::Expired => Err(Rejection::new(
            Code::CLIENT_EXPIRED,
            format!("client {id} is expired: it was not updated within its trusting period; only governance recovers it"),
        )),
    }
}

fn unknown(id: &ClientId) -> Rejection {
    Rejection::new(Code::CLIENT_NOT_FOUND, format!("there is no client {id}"))
}

fn settings_path(id: &ClientId) -> Vec<u8> {
    format!("clients/{id}/settings").into_bytes()
}

/// The host's settings of a client; defaults if there is no such client.
pub fn settings(state: &State<'_>, id: &ClientId) -> ClientSettings {
    let bytes = state.get(Substore::Ibc, &settings_path(id)).unwrap_or_default();
    ClientSettings::decode(bytes.as_slice()).expect("settings are written by this crate alone")
}

pub(super) fn put_settings(state: &mut State<'_>, id: &ClientId, settings: &ClientSettings) {
    if *settings != self::settings(state, id) {
        state.put(Substore::Ibc, &settings_path(id), settings.encode_to_vec());
    }
}

pub(crate) fn put_client(state: &mut State<'_>, id: &ClientId, client_state: &Any) {
    state.put(Substore::Ibc, &client_state_path(id.as_str()), client_state.encode_to_vec());
}

/// Frozen, expired or active at the block's time.
///
/// # Errors
/// `CLIENT_NOT_FOUND`.
pub fn status(state: &State<'_>, ctx: &BlockContext, id: &ClientId) -> Result<Status, Rejection> {
    let loaded = load(state, id)?;
    Ok(loaded.client.status(&loaded.states(state), ctx.time))
}

/// Whom one believes when one believes this client.
///
/// # Errors
/// `CLIENT_NOT_FOUND`.
pub fn trust_class(state: &State<'_>, id: &ClientId) -> Result<TrustClass, Rejection> {
    load(state, id).map(|loaded| loaded.trust_class())
}

/// Time of the newest consensus state.
///
/// # Errors
/// `CLIENT_NOT_FOUND`; `CONSENSUS_STATE_MISSING` if it is not stored.
pub fn latest_consensus_time(state: &State<'_>, id: &ClientId) -> Result<Time, Rejection> {
    let loaded = load(state, id)?;
    let height = loaded.client.latest_height();
    consensus_time(state, &loaded, height)
}

/// Time of the consensus state at exactly `height`.
///
/// # Errors
/// `CONSENSUS_STATE_MISSING` if it is not stored.
pub fn consensus_time(state: &State<'_>, loaded: &Loaded, height: Height) -> Result<Time, Rejection> {
    let any = loaded.states(state).at(height).ok_or_else(|| missing(&loaded.id, height))?;
    Ok(loaded.client.consensus_time(&any).expect("consensus states are written by this crate alone, decoded before"))
}

/// The refusal for a consensus state that is not there.
pub(crate) fn missing(id: &ClientId, height: Height) -> Rejection {
    Rejection::new(Code::CONSENSUS_STATE_MISSING, format!("client {id} has no consensus state at {height}: submit the update to that height first"))
}

/// The registered other end of a client.
///
/// # Errors
/// `COUNTERPARTY_NOT_FOUND`.
pub fn counterparty(state: &State<'_>, id: &ClientId) -> Result<CounterpartyInfo, Rejection> {
    let bytes = state
        .get(Substore::Ibc, &counterparty_path(id.as_str()))
        .ok_or_else(|| Rejection::new(Code::COUNTERPARTY_NOT_FOUND, format!("client {id} has no registered counterparty")))?;
    Ok(CounterpartyInfo::decode(bytes.as_slice()).expect("counterparties are written by this crate alone"))
}

/// Key of a client in the list of all clients.
pub(super) fn listing_key(id: &str) -> Vec<u8> {
    [b"cl".as_slice(), id.as_bytes()].concat()
}

/// Prefix of the clients that follow `chain_id`: chain ids hold no zero byte.
pub(super) fn chain_group(chain_id: &str) -> Vec<u8> {
    [b"cn".as_slice(), chain_id.as_bytes(), &[0]].concat()
}

/// Up to `limit` client ids after `after`, ascending.
pub fn all_clients(state: &State<'_>, after: &str, limit: usize) -> Vec<ClientId> {
    let mut from = listing_key(after);
    from.push(0);
    let listed = state.column_range(Column::Index, &from, b"cm", limit);
    listed.iter().map(|(key, _)| parse_id(&key[2..])).collect()
}

/// All clients of one chain.
pub(super) fn clients_of(state: &State<'_>, chain_id: &str) -> Vec<ClientId> {
    let from = chain_group(chain_id);
    let mut to = from.clone();
    *to.last_mut().expect("ends in a zero byte") = 1;
    let listed = state.column_range(Column::Index, &from, &to, super::MAX_CLIENTS_PER_CHAIN);
    listed.iter().map(|(key, _)| parse_id(&key[from.len()..])).collect()
}

fn parse_id(bytes: &[u8]) -> ClientId {
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).expect("the index is written by `create` alone, with client ids")
}
