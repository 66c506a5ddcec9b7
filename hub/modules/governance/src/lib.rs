//! n-of-m governance with a delay: the only way by which clients, accounts, rules and parameters come to be.
//!
//! A member proposes a list of actions; n members approve; after the delay the chain executes all of them at the begin of a block, or none.
//! m-n+1 members cancel. What an action does is not known here: the host hands in its [`Actions`].
//!
//! Invariants
//! * m >= 3, n >= 2, n > m/2, now and after every change;
//! * nothing is executed before `min_delay_s` has passed since the deciding approval;
//! * approvals are counted again at execution, among the members of that moment;
//! * a proposal ends exactly once and its result stays readable.
//!
//! Start at [`handle`] and [`begin_block`].

pub mod config;
pub mod error;
pub mod execute;
pub mod genesis;
pub mod message;
pub mod proposal;
pub mod proto;
pub mod query;

pub use error::GovernanceError;
pub use execute::{begin_block, is_due};
pub use message::handle;
pub use proto::{Config, Proposal, ProposalState};

use govhub_store::State;
use govhub_types::{BlockContext, Event, Rejection};
use ibc_proto::google::protobuf::Any;

/// Type URLs of the messages that [`handle`] takes.
pub const MESSAGES: [&str; 3] = ["/govhub.governance.v1.MsgPropose", "/govhub.governance.v1.MsgApprove", "/govhub.governance.v1.MsgCancel"];

/// Type URLs of the actions that this module executes itself; everything else goes to the host's [`Actions`].
pub const ACTIONS: [&str; 2] = ["/govhub.governance.v1.SetMembers", "/govhub.governance.v1.SetTiming"];

/// What the host lets governance do. Implemented by the state machine over all its modules.
pub trait Actions {
    /// True iff the host can execute actions of this type URL: a proposal with another is refused at once.
    fn knows(&self, type_url: &str) -> bool;

    /// True iff `address` (bech32) may be a member: an account that stands, with the role.
    fn may_be_member(&self, state: &State<'_>, address: &str) -> bool;

    /// Executes one action.
    ///
    /// # Errors
    /// Its refusal; the layer of the whole proposal is then discarded.
    fn execute(&self, state: &mut State<'_>, ctx: &BlockContext, action: &Any, events: &mut Vec<Event>) -> Result<(), Rejection>;
}
