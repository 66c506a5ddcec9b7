//! ICS-02: the clients by which this chain follows others. Governance founds and recovers them; anyone registered updates them by proof.
//!
//! Storage, substore `ibc`: `clients/{id}/clientState`, `clients/{id}/consensusStates/{h}`, `clients/{id}/counterparty` as ibc-go has them;
//! `clients/{id}/settings` and `nextClientSequence` are ours and ibc-go's name. Order of heights and lists of clients are plain indexes.
//!
//! Invariants: consensus states are dropped by height once expired, the newest never, and never by arrival; trust parameters come from the
//! trust file alone; a client that saw evidence is frozen, and with it every client that the same evidence convinces.

mod consensus;
mod create;
mod load;
mod misbehaviour;
mod recover;
mod update;

pub use consensus::StoredStates;
pub use create::{create, register_counterparty, MAX_CLIENTS_PER_CHAIN};
pub use load::{all_clients, consensus_time, counterparty, latest_consensus_time, settings, status, trust_class, Loaded};
pub use misbehaviour::submit_misbehaviour;
pub use recover::recover;
pub use update::update;

pub(crate) use load::{active, load, missing, put_client};
pub(crate) use update::header_key;
