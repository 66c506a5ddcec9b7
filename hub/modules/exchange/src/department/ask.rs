//! Asking: by [`MsgAsk`], which fills in the department, or by ibc-go's MsgSendPacket, which must have it right.

use govhub_ibc::types::Packet;
use govhub_packets::{Authorisation, Envelope, Fault, Refusal};
use govhub_store::State;
use govhub_types::{Address, BlockContext, DepartmentId, Event, Rejection};

use crate::kinds::{LIC_STATUS, LIC_VERIFY};
use crate::lists::{self, List};
use crate::proto::MsgAsk;
use crate::{lanes, payload, Caller, Exchange, ExchangeError};

use super::asked;

/// Builds the envelope and sends it to the hub; [`on_send`] then judges it like any other.
pub(crate) fn execute(
    app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, ask: &MsgAsk, events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    let own = lanes::own_department(state).ok_or(ExchangeError::NotOnTheHub)?;
    let hub = lanes::hub_client(state).ok_or_else(|| ExchangeError::NotTheHub { expected: "none yet".into(), found: "none".into() })?;
    let value = envelope(&own, ask).map_err(ExchangeError::from)?.encode();
    govhub_ibc::packet::send(state, ctx, app, &hub, ask.timeout_timestamp, payload::wrap(value), &caller.address, events)?;
    Ok(())
}

fn envelope(own: &DepartmentId, ask: &MsgAsk) -> Result<Envelope, Fault> {
    let number = i32::try_from(ask.authorisation).unwrap_or(i32::MAX);
    Ok(Envelope {
        kind: ask.kind.clone(),
        from: own.clone(),
        to: if ask.to.is_empty() { None } else { Some(ask.to.parse().map_err(|why| Fault::Name { field: "MsgAsk.to", why })?) },
        purpose: ask.purpose.clone(),
        legal_basis: ask.legal_basis.clone(),
        service_item: ask.service_item.clone(),
        authorisation: Authorisation::from_wire("MsgAsk.authorisation", number)?,
        answer_by: ask.answer_by,
        trace_id: ask.trace_id.as_slice().try_into().map_err(|_| Fault::Length {
            field: "MsgAsk.trace_id",
            expected: "16 bytes",
            found: ask.trace_id.len(),
        })?,
        body: ask.body.clone(),
        via: None,
    })
}

/// Who speaks (PROTOCOL 2): the department's own account, in its own name, over the client of the hub. And what leaves: words of this chain's
/// own lists and a body that this program reads, so that no free text gets into a packet. Then the question is noted.
pub(crate) fn on_send(
    app: &Exchange<'_>, state: &mut State<'_>, ctx: &BlockContext, own: &DepartmentId, packet: &Packet, signer: &Address,
) -> Result<(), ExchangeError> {
    if app.directory.department_of(state, signer).as_ref() != Some(own) {
        return Err(ExchangeError::NotTheDepartment { found: signer.to_string() });
    }
    let hub = lanes::hub_client(state).map_or("none yet".to_owned(), |c| c.to_string());
    if hub != packet.source_client {
        return Err(ExchangeError::NotTheHub { expected: hub, found: packet.source_client.clone() });
    }
    let value = payload::value(packet).map_err(|fault| ExchangeError::BadPayload { why: fault.to_string() })?;
    let envelope = Envelope::decode(value)?;
    if envelope.from != *own {
        return Err(ExchangeError::WrongFrom { expected: own.to_string(), found: envelope.from.to_string() });
    }
    envelope.check_at_hub(own)?;
    if envelope.kind == LIC_STATUS {
        return Err(ExchangeError::ChainOnly { kind: envelope.kind });
    }
    envelope.body().map_err(|refusal| match refusal {
        Refusal::Fault(fault) => ExchangeError::BadEnvelope(fault),
        Refusal::Refused(code) => ExchangeError::UnknownKind { code, known: LIC_VERIFY },
    })?;
    check_lists(state, &envelope)?;
    asked::insert(state, ctx, packet, value, &envelope);
    Ok(())
}

/// Default is no: a chain whose governance set no lists asks nothing.
fn check_lists(state: &State<'_>, envelope: &Envelope) -> Result<(), ExchangeError> {
    let words = [
        (List::Purpose, Some(&envelope.purpose)),
        (List::LegalBasis, Some(&envelope.legal_basis)),
        (List::ServiceItem, Some(&envelope.service_item).filter(|item| !item.is_empty())),
    ];
    match words.into_iter().find(|(list, word)| word.is_some_and(|word| !lists::contains(state, *list, word))) {
        Some((list, _)) => Err(ExchangeError::NotListed { list: list.name() }),
        None => Ok(()),
    }
}
