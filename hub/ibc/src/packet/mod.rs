//! ICS-04 version 2: sending, receiving and settling packets.
//!
//! Storage, substore `ibc`: commitments, receipts and acknowledgements under raw packet paths; `nextSequenceSend/{client}`; packets that
//! await an acknowledgement. Column `PacketArchive`: all that was submitted, for whoever has to relay or to show it later.
//!
//! Invariants: every check stands before the first write; the receipt is written with the application's changes or not at all; the
//! commitment is gone before a callback runs; redundant messages change nothing and succeed.

mod acknowledge;
mod archive;
mod event;
mod prove;
mod recv;
mod send;
mod timeout;
mod write_ack;

pub use acknowledge::acknowledge;
pub use archive::{record, records};
pub use recv::{recv, recv_timeout};
pub use send::send;
pub use timeout::timeout;
pub use write_ack::{awaits_acknowledgement, write_acknowledgement};

/// What became of a relayed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changed something.
    Done,
    /// Somebody else had brought it before: nothing changed.
    Noop,
}
