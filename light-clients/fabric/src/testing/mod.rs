//! A channel of our own making, signed with real keys as Fabric's own nodes sign: genesis, blocks by Raft or SmartBFT, configuration updates,
//! endorsed transactions and queries.
//!
//! Everything is made in small steps that hand out what they made, so that a test can bend one step and leave the others as they are. Start
//! at [`Channel::new`].

mod call;
mod channel;
mod draft;
mod organisation;
mod tree;

pub use call::{rwset, Call, Reads, Writes};
pub use channel::{Channel, Kind, Stored, ACCEPTED_AT_S, CHAINCODE, DEFINITION, TRUSTING_PERIOD_S};
pub use draft::{header_any, misbehaviour_any, run_any, Draft, Signature};
pub use organisation::{Node, Organisation, ADMIN, CLIENT, ORDERER, PEER};
pub use tree::{signature_policy, Leaf, Rule, Tree};
