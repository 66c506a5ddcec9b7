//! The face of the one application behind the packet core.

use govhub_store::State;
use govhub_types::{Address, BlockContext, Event, Rejection};

use crate::types::Packet;

/// What the application did with a received packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecvOutcome {
    /// Received; these are the application's acknowledgement bytes, 1 byte to 64 KiB, never the universal error acknowledgement.
    Ack(Vec<u8>),
    /// Received; the acknowledgement follows by [`write_acknowledgement`](crate::packet::write_acknowledgement).
    Async,
    /// Not received: the core writes the universal error acknowledgement and rolls the application's changes and events back.
    Error,
}

/// The application on port [`PORT`](crate::types::PORT). The core calls it after its own checks and writes:
/// a commitment is gone before its acknowledgement or timeout arrives here, so no callback can settle a packet twice (ASA-2024-007).
pub trait PacketApp {
    /// A packet is being sent by `signer`; its commitment stands.
    ///
    /// # Errors
    /// The send fails as a whole.
    fn on_send(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, signer: &Address, events: &mut Vec<Event>) -> Result<(), Rejection>;

    /// A packet arrived, proved and for the first time. Its port is ours; version, encoding, source port and value are for the application to judge.
    fn on_recv(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, relayer: &Address, events: &mut Vec<Event>) -> RecvOutcome;

    /// The receiver answered `packet` with these application bytes (perhaps the universal error acknowledgement).
    ///
    /// # Errors
    /// The message fails as a whole and may come again.
    fn on_acknowledgement(
        &self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, acknowledgement: &[u8], relayer: &Address, events: &mut Vec<Event>,
    ) -> Result<(), Rejection>;

    /// It is proved that `packet` was not received and never will be.
    ///
    /// # Errors
    /// The message fails as a whole and may come again.
    fn on_timeout(&self, state: &mut State<'_>, ctx: &BlockContext, packet: &Packet, relayer: &Address, events: &mut Vec<Event>) -> Result<(), Rejection>;
}
