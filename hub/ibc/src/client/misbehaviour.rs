//! Evidence: judged by each client under its own trusted state; every client that it convinces is frozen.

use govhub_lc_core::{Reason, Status, Verdict};
use govhub_store::{Column, State};
use govhub_types::{BlockContext, ClientId, Code, Event, Rejection};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::load::{active, clients_of, load, put_client, Loaded};
use super::update::{fault_rejection, invalid};

/// Judges evidence against client `id` and freezes what it convinces.
///
/// # Errors
/// `CLIENT_*`, `MISBEHAVIOUR_INVALID`, `CONSENSUS_STATE_MISSING`; nothing is changed then.
pub fn submit_misbehaviour(state: &mut State<'_>, ctx: &BlockContext, id: &ClientId, evidence: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let loaded = active(state, ctx, id)?;
    let verdict = loaded.client.check_misbehaviour(&loaded.states(state), evidence, ctx.time).map_err(|fault| fault_rejection(id, fault))?;
    match verdict {
        Verdict::Misbehaviour(reason) => {
            freeze_all(state, ctx, &loaded, evidence, &reason, events);
            Ok(())
        }
        Verdict::Invalid(reason) => Err(Rejection { code: Code::MISBEHAVIOUR_INVALID, ..invalid(id, &reason) }),
        Verdict::NotEnoughTrust(_) | Verdict::Accepted(_) => {
            Err(Rejection::new(Code::MISBEHAVIOUR_INVALID, format!("client {id}: the evidence shows no contradiction")))
        }
    }
}

/// Freezes `convinced`, and every other client of the same chain that the same message convinces under its own trusted state.
/// The chain id only says whom to ask: it is the signatures that freeze.
pub(super) fn freeze_all(state: &mut State<'_>, ctx: &BlockContext, convinced: &Loaded, message: &Any, reason: &Reason, events: &mut Vec<Event>) {
    freeze(state, ctx, convinced, message, reason, events);
    for id in clients_of(state, &convinced.client.chain_id()) {
        if id == convinced.id {
            continue;
        }
        let Ok(other) = load(state, &id) else { continue };
        let verdict = {
            let states = other.states(state);
            if other.client.status(&states, ctx.time) != Status::Active {
                continue;
            }
            other.client.verify_header(&states, message, ctx.time)
        };
        if let Ok(Verdict::Misbehaviour(reason)) = verdict {
            freeze(state, ctx, &other, message, &reason, events);
        }
    }
}

fn freeze(state: &mut State<'_>, ctx: &BlockContext, loaded: &Loaded, evidence: &Any, reason: &Reason, events: &mut Vec<Event>) {
    let id = &loaded.id;
    put_client(state, id, &loaded.client.freeze());
    let key = [b"e".as_slice(), id.as_str().as_bytes(), &[0], &ctx.height.to_be_bytes()].concat();
    state.column_put(Column::PacketArchive, &key, evidence.encode_to_vec());
    events.push(
        Event::new("client_misbehaviour")
            .with("client_id", id)
            .with("client_type", loaded.client.client_type())
            .with("reason", reason.code),
    );
}
