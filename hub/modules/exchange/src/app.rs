//! The packet core's application on port "exchange": each callback goes to the end that this chain is.

use govhub_ibc::types::Packet;
use govhub_ibc::{PacketApp, RecvOutcome};
use govhub_store::State;
use govhub_types::{Address, BlockContext, Event, Rejection};

use crate::{department, hub, lanes, Exchange, ExchangeError, Sender};

impl PacketApp for Exchange<'_> {
    fn on_send(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, signer: &Address, _: &mut Vec<Event>) -> Result<(), Rejection> {
        if self.sender == Sender::Chain {
            return Ok(());
        }
        match lanes::own_department(state) {
            Some(own) => Ok(department::ask::on_send(self, state, ctx, &own, packet, signer)?),
            None => Err(ExchangeError::NotOnTheHub.into()),
        }
    }

    fn on_recv(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, _: &Address, events: &mut Vec<Event>) -> RecvOutcome {
        match lanes::own_department(state) {
            Some(own) => department::on_recv(state, ctx, &own, packet, events),
            None => hub::on_recv(self, state, ctx, packet, events),
        }
    }

    fn on_acknowledgement(
        &self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8], _: &Address, events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        if crate::push::on_acknowledgement(state, ctx, packet, acknowledgement) {
            return Ok(());
        }
        match lanes::own_department(state) {
            Some(_) => department::asked::on_acknowledgement(state, ctx, packet, acknowledgement),
            None => return hub::answer::on_acknowledgement(self, state, ctx, packet, acknowledgement, events),
        }
        Ok(())
    }

    fn on_timeout(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, _: &Address, events: &mut Vec<Event>) -> Result<(), Rejection> {
        if crate::push::on_timeout(state, ctx, packet) {
            return Ok(());
        }
        match lanes::own_department(state) {
            Some(_) => department::asked::on_timeout(state, ctx, packet),
            None => return hub::answer::on_timeout(state, ctx, packet, events),
        }
        Ok(())
    }
}
