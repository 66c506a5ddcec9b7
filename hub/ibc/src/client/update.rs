//! Updating a client: one light-client verdict, then its consequences.

use govhub_lc_core::{Fault, Reason, Update, Verdict};
use govhub_store::{Column, State};
use govhub_types::{BlockContext, ClientId, Code, Event, Height, Rejection};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::load::{active, missing, put_client, put_settings, Loaded};
use super::{consensus, misbehaviour};

/// Judges `message`, a header or evidence, and applies the verdict. A contradiction freezes and succeeds, so that the freeze stands.
///
/// # Errors
/// `CLIENT_*`, `HEADER_*`, `CONSENSUS_STATE_MISSING`; nothing is changed then.
pub fn update(state: &mut State<'_>, ctx: &BlockContext, id: &ClientId, message: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let loaded = active(state, ctx, id)?;
    let verdict = loaded.client.verify_header(&loaded.states(state), message, ctx.time).map_err(|fault| fault_rejection(id, fault))?;
    match verdict {
        Verdict::Accepted(update) => {
            accept(state, ctx, &loaded, message, update, events);
            Ok(())
        }
        Verdict::Misbehaviour(reason) => {
            misbehaviour::freeze_all(state, ctx, &loaded, message, &reason, events);
            Ok(())
        }
        Verdict::NotEnoughTrust(tally) => Err(Rejection::new(
            Code::HEADER_NOT_ENOUGH_TRUST,
            format!(
                "client {id}: {} of {} trusted power signed, more than {}/{} is needed: submit a header in between first",
                tally.signed, tally.total, tally.needed_num, tally.needed_den
            ),
        )),
        Verdict::Invalid(reason) => Err(invalid(id, &reason)),
    }
}

fn accept(state: &mut State<'_>, ctx: &BlockContext, loaded: &Loaded, message: &Any, update: Update, events: &mut Vec<Event>) {
    let id = loaded.id.as_str();
    if update.consensus_states.is_empty() {
        return; // Seen before: nothing changes, as in ibc-go.
    }
    let mut settings = loaded.settings;
    if let Some(trust) = update.trust {
        (settings.parties, settings.liars_tolerated) = (trust.n, trust.f);
    }
    put_settings(state, &loaded.id, &settings);
    put_client(state, &loaded.id, &update.client_state);
    let mut heights = Vec::new();
    for (height, consensus_state) in &update.consensus_states {
        let time = loaded.client.consensus_time(consensus_state).expect("the light client has just made it");
        consensus::put(state, id, loaded.client.face(), *height, time, consensus_state);
        state.column_put(Column::PacketArchive, &header_key(id, *height), message.encode_to_vec());
        heights.push(height.to_string());
    }
    let newest = super::load(state, &loaded.id).expect("the client is stored, three lines above");
    consensus::prune(state, id, newest.client.face(), loaded.floor(), ctx.time);
    events.push(
        Event::new("update_client")
            .with("client_id", id)
            .with("client_type", loaded.client.client_type())
            .with("consensus_height", &heights[0])
            .with("consensus_heights", heights.join(",")),
    );
}

/// Archive key of the client message that gave the consensus state at `height`.
pub(crate) fn header_key(client: &str, height: Height) -> Vec<u8> {
    [b"h".as_slice(), client.as_bytes(), &[0], &height.to_be_bytes()].concat()
}

pub(super) fn fault_rejection(id: &ClientId, fault: Fault) -> Rejection {
    match fault {
        Fault::NoConsensusState(height) => missing(id, height),
        Fault::Undecodable(reason) => Rejection::new(Code::CLIENT_MESSAGE_UNDECODABLE, format!("client {id}: {reason}")),
    }
}

pub(super) fn invalid(id: &ClientId, reason: &Reason) -> Rejection {
    let code = if reason.code == Reason::FROM_FUTURE { Code::HEADER_FROM_FUTURE } else { Code::HEADER_INVALID };
    Rejection::new(code, format!("client {id}: {reason}"))
}
