//! The relayer's judgement: a pure planner from what was observed to what shall be done next, and the model of its durable queue.
//!
//! Invariants:
//! - nothing here reads a clock, a disk, a socket or a random source; the caller hands in the time and carries out the effects;
//! - an effect is carried out only after every [`Effect::Write`] before it in the list is durable, so a crash loses nothing (see [`record`]);
//! - events are hints: they say where to look. Each packet, acknowledgement and absence is proved against a header that a light client
//!   accepted before a transaction is spent on it, and deadlines are judged by chain time only;
//! - every packet is settled, waiting for something that [`explain`] can name, or quarantined with a reason.
//!
//! Start at [`Planner::step`]; the life of one packet is in [`stage`].

pub mod batch;
pub mod client;
pub mod effect;
pub mod explain;
pub mod fact;
pub mod hex_bytes;
pub mod input;
pub mod intake;
pub mod lane;
pub mod metrics;
pub mod name;
pub mod packet;
pub mod planner;
pub mod record;
pub mod retry;
mod schedule;
pub mod settings;
pub mod stage;
pub mod state;
pub mod text;
pub mod timeline;

pub use batch::{BatchId, Item, Plan, Target};
pub use client::{AbsenceProof, ClientStatus, ClientView};
pub use effect::{Alarm, Effect};
pub use explain::{explain, Explanation};
pub use fact::{Block, Fact, FactKind};
pub use input::{Failure, Head, Input, ItemResult, Outcome, Proved, Watched};
pub use intake::Held;
pub use lane::{End, Lane};
pub use metrics::{metrics, Metrics};
pub use name::{ChainName, LaneName, NameError, Side};
pub use packet::{Packet, PacketKey};
pub use planner::{CommandError, Planner};
pub use record::Record;
pub use settings::Settings;
pub use stage::{Hop, Stage};
pub use state::{Account, Entry, State};
pub use timeline::{Step, Verified};
