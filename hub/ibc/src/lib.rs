//! IBC v2: clients, counterparties and packets, byte for byte as ibc-go v10.5.1 has them.
//!
//! * [`types`] is messages, paths and commitments; it needs neither state nor light clients.
//! * With feature `handlers`: `client` follows other chains, `packet` sends and settles packets, `query` reads,
//!   and `PacketApp` is the face of the one application behind them.
//!
//! Invariants: a packet is received at most once; it is settled at most once, and never both acknowledged and timed out;
//! nothing is believed but what a light client's consensus state proves.

pub mod proto;
pub mod types;

#[cfg(feature = "handlers")]
mod app;
#[cfg(feature = "handlers")]
pub mod client;
#[cfg(feature = "handlers")]
pub mod packet;
#[cfg(feature = "handlers")]
pub mod query;
#[cfg(feature = "handlers")]
mod sequence;

#[cfg(feature = "handlers")]
pub use app::{PacketApp, RecvOutcome};
