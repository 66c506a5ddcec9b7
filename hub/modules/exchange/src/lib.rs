//! The exchange: who may ask whom for what, and how questions and answers travel through the hub (PROTOCOL 2, 3).
//!
//! One crate, two ends. On the hub ([`hub`]) a question arrives as leg one, is judged under default-deny rules and forwarded as leg two with
//! nothing but [`Via`](govhub_packets::Via) appended; the answer goes home inside the acknowledgement of leg one, the issuer's bytes unchanged.
//! On a department's chain ([`department`]) questions are asked, served from the licence register, and answers kept.
//!
//! Invariants
//! * what a department may do is decided by the department bound to the client, never by what a packet says;
//! * every business refusal is a typed answer; the error acknowledgement is for bytes that nobody should have sent;
//! * every forwarded question is answered exactly once: by the issuer, by proof of timeout, or at its deadline;
//! * a late answer is kept and never delivered;
//! * validity is computed by the reader and stored nowhere.
//!
//! Start at [`Exchange`], the packet core's one application.

pub mod actions;
mod app;
pub mod department;
pub mod error;
mod event;
pub mod genesis;
pub mod hub;
pub mod imports;
pub mod kinds;
pub mod lanes;
pub mod lists;
pub mod open;
pub mod params;
mod payload;
pub mod proto;
mod push;
pub mod query;
pub mod rules;
pub mod statuses;
pub mod subscriptions;

pub use error::ExchangeError;
pub use genesis::Config;
pub use govhub_licence::Caller;

use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::Address;
use govhub_types::{BlockContext, DepartmentId, Event, LicenceType, Region, Rejection, Time};
use ibc_proto::google::protobuf::Any;

/// What the exchange asks of the identity module; the host answers from its state.
pub trait Directory {
    /// The department whose own account `address` is, role `department`; `None` for everybody else.
    fn department_of(&self, state: &State<'_>, address: &Address) -> Option<DepartmentId>;
    /// True iff `issuer` was authorised to issue `licence_type` on `day`; in `region`, or anywhere if that is `None`.
    fn issuer_authorised(&self, state: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: Option<&Region>, day: u32) -> bool;
}

/// The application on port "exchange", for hub and department alike: the genesis profile decides which end it is.
#[derive(Clone, Copy)]
pub struct Exchange<'d> {
    directory: &'d dyn Directory,
    sender: Sender,
}

/// Who stands behind a packet that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// The signer of a transaction: judged.
    Signer,
    /// This chain itself, from within this crate: leg two, pushes.
    Chain,
}

/// Type URLs of the messages that [`Exchange::handle`] takes.
pub const MESSAGES: [&str; 1] = ["/govhub.exchange.v1.MsgAsk"];

impl<'d> Exchange<'d> {
    /// The application over the host's directory.
    pub fn new(directory: &'d dyn Directory) -> Self {
        Self { directory, sender: Sender::Signer }
    }

    /// The same, sending in the chain's own name.
    fn as_chain(&self) -> Self {
        Self { sender: Sender::Chain, ..*self }
    }

    /// Executes one message of this module.
    ///
    /// # Errors
    /// A [`Rejection`] with a code of group 100, or the packet core's.
    pub fn handle(&self, state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, message: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
        match message.type_url.as_str() {
            "/govhub.exchange.v1.MsgAsk" => {
                let ask = decode_canonical("MsgAsk", &message.value, govhub_packets::VALUE_BYTES_MAX).map_err(ExchangeError::Codec)?;
                department::ask::execute(self, state, ctx, caller, &ask, events)
            }
            other => Err(ExchangeError::UnknownMessage { found: other.chars().take(80).collect() }.into()),
        }
    }

    /// Settles deadlines that have come and sends what waits. Bounded work: see [`open::SETTLED_PER_BLOCK`] and [`push::PUSHES_PER_BLOCK`].
    pub fn begin_block(&self, state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) {
        if lanes::own_department(state).is_none() {
            hub::deadline::begin_block(state, ctx, events);
        }
        push::begin_block(self, state, ctx, events);
    }
}

/// True iff [`Exchange::begin_block`] at `time` has something to do.
pub fn is_due(state: &State<'_>, time: Time) -> bool {
    open::is_due(state, time.unix_s()) || govhub_licence::push::is_due(state, time.unix_s())
}
