//! What the planner wants done.

use govhub_types::Height;

use crate::{BatchId, Plan, Record, Target};

/// One effect. The list of one step is carried out in order, and nothing of it before the [`Effect::Write`] ahead of it is durable.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append to the journal and make durable. If that fails the process stops: it must not act on what it may forget.
    Write(Vec<Record>),
    /// Read a client from its host chain; answer with `Input::Client` or `Input::ClientUnread`.
    ReadClient(Target),
    /// Fetch header and proofs, verify them, sign; answer with `Input::Proved` or `Input::Unproved`.
    Prove(Box<Plan>),
    /// Send the transaction of a proved batch; answer with `Input::Outcome`.
    Broadcast(BatchId),
    /// Forget the transaction of a proved batch: nothing is to be sent.
    Discard(BatchId),
    /// Compare the header that the target's client stored for this height with the chain it follows; answer with `Input::Watched`. Keep the
    /// verified evidence if they differ: a plan with `evidence` will ask for it.
    Watch(Target, Height),
    /// Tell the operator.
    Alarm(Alarm),
}

/// What an operator has to know at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Stable kebab-case name, e.g. `client-expiring`.
    pub name: &'static str,
    /// Lane and side, packet or chain.
    pub subject: String,
    /// What is wrong and what to do.
    pub words: String,
}
