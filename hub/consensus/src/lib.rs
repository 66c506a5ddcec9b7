//! Consensus: Malachite instantiated for Tendermint blocks, behind a face without type parameters.
//!
//! * Start at [`engine::start`] and [`Host`]: the engine asks, the node answers.
//! * [`block`], [`header`], [`commit`] are the formulas of CometBFT 0.38; any ICS-07 client can follow them.
//! * Only [`engine`] waits; everything else is pure.
//!
//! Invariants:
//! * Everything in a vote's sign bytes follows from height, round, value id and chain id. So a commit certificate, which keeps only
//!   those and the signatures, can be turned into a CometBFT commit ([`commit`]), and every vote's timestamp is the header's time.
//! * The engine's generic code is instantiated here and nowhere else: edits above do not compile it again.

mod address;
mod admission;
pub mod block;
mod certificate;
mod codec;
pub mod commit;
mod context;
pub mod engine;
pub mod header;
mod height;
mod host;
pub mod merkle;
pub mod params;
mod part;
mod prevotes;
mod proposal;
pub mod results;
mod signing;
mod stream;
pub mod time_rule;
mod validator_set;
mod value_id;
mod vote;

pub use address::ValidatorAddress;
pub use block::{Block, BlockError};
pub use certificate::Certificate;
pub use height::BlockHeight;
pub use host::{Host, HostError, Proposed, Received, Rules, Synced, SyncedValue};
pub use signing::ConsensusKey;
pub use validator_set::{Validator, ValidatorSet, ValidatorSetError, VALIDATORS_MAX};
pub use value_id::ValueId;
