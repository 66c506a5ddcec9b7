//! Founding a client and naming its other end: both once, both by governance.

use govhub_lc_core::{Absence, Status, TrustFile};
use govhub_lc_registry::from_trust_file;
use govhub_store::{Column, State, Substore};
use govhub_types::{BlockContext, ClientId, Code, Event, Rejection};
use prost::Message;

use super::load::{chain_group, clients_of, listing_key, load, put_client, put_settings};
use super::{consensus, StoredStates};
use crate::sequence;
use crate::types::{counterparty_path, next_sequence_send_path, ClientSettings, CounterpartyInfo};

/// Clients that may follow one chain: evidence is tried on each of them, in one message.
pub const MAX_CLIENTS_PER_CHAIN: usize = 16;

/// ibc-go's counter of clients.
const NEXT_CLIENT: &[u8] = b"nextClientSequence";

/// Elements of a merkle prefix: known stores have two.
const MAX_PREFIX_ELEMENTS: usize = 4;
/// Bytes of one element: store names are short.
const MAX_PREFIX_BYTES: usize = 64;

/// Founds a client from an approved trust file.
///
/// # Errors
/// `TRUST_FILE_INVALID`, with the rule broken.
pub fn create(state: &mut State<'_>, ctx: &BlockContext, file: &TrustFile, events: &mut Vec<Event>) -> Result<ClientId, Rejection> {
    let refuse = |why: String| Rejection::new(Code::TRUST_FILE_INVALID, format!("trust file: {why}"));
    let founded = from_trust_file(file).map_err(|reason| refuse(reason.to_string()))?;
    if file.chain_id == ctx.chain_id.as_str() {
        return Err(refuse("it follows this very chain".into()));
    }
    if clients_of(state, &file.chain_id).len() >= MAX_CLIENTS_PER_CHAIN {
        return Err(refuse(format!("{MAX_CLIENTS_PER_CHAIN} clients follow `{}` already", file.chain_id)));
    }
    let number = sequence::read(state, NEXT_CLIENT).unwrap_or(0);
    let id: ClientId = format!("{}-{number}", file.family).parse().map_err(|e| refuse(format!("{e}")))?;
    put_client(state, &id, &founded.client.encode());
    consensus::put(state, id.as_str(), founded.client.face(), founded.height, founded.time, &founded.consensus_state);
    let status = founded.client.status(&StoredStates::new(state, id.as_str(), founded.height), ctx.time);
    if status != Status::Active {
        return Err(refuse("the anchor is older than the trusting period; take a newer one".into()));
    }
    let settings = ClientSettings {
        absence_by_receipt: founded.absence == Absence::Receipt,
        our_absence_by_receipt: founded.our_absence == Absence::Receipt,
        floor: Some(founded.height.into()),
        ..ClientSettings::default()
    };
    put_settings(state, &id, &settings);
    sequence::write(state, NEXT_CLIENT, number + 1);
    sequence::write(state, &next_sequence_send_path(id.as_str()), 1);
    state.column_put(Column::Index, &listing_key(id.as_str()), vec![1]);
    state.column_put(Column::Index, &[chain_group(&file.chain_id).as_slice(), id.as_str().as_bytes()].concat(), vec![1]);
    events.push(
        Event::new("create_client")
            .with("client_id", &id)
            .with("client_type", founded.client.client_type())
            .with("consensus_height", founded.height),
    );
    Ok(id)
}

/// Names the other chain's client of this chain, and the prefix under which that chain keeps provable keys. Once: whoever could change it
/// could redirect packets.
///
/// # Errors
/// `CLIENT_NOT_FOUND`, `COUNTERPARTY_EXISTS`, `COUNTERPARTY_INVALID`.
pub fn register_counterparty(
    state: &mut State<'_>, _ctx: &BlockContext, id: &ClientId, counterparty: &ClientId, merkle_prefix: &[Vec<u8>], events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    load(state, id)?;
    let path = counterparty_path(id.as_str());
    if state.get(Substore::Ibc, &path).is_some() {
        return Err(Rejection::new(Code::COUNTERPARTY_EXISTS, format!("client {id} has its counterparty already; it never changes")));
    }
    if !(1..=MAX_PREFIX_ELEMENTS).contains(&merkle_prefix.len()) || merkle_prefix.iter().any(|element| element.len() > MAX_PREFIX_BYTES) {
        let expected = format!("1 to {MAX_PREFIX_ELEMENTS} elements of at most {MAX_PREFIX_BYTES} bytes");
        return Err(Rejection::new(Code::COUNTERPARTY_INVALID, format!("merkle prefix of {} elements; expected {expected}", merkle_prefix.len())));
    }
    let info = CounterpartyInfo { merkle_prefix: merkle_prefix.to_vec(), client_id: counterparty.to_string() };
    state.put(Substore::Ibc, &path, info.encode_to_vec());
    events.push(Event::new("register_counterparty").with("client_id", id).with("counterparty_client_id", counterparty));
    Ok(())
}
