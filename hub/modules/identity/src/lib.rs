//! Who may act: accounts with roles and key history, departments, issuers authorised per licence type and region.
//!
//! Invariants
//! * an account stands only because governance registered it; its number is never given twice, a removed one never comes back;
//! * one key belongs to at most one account, for ever;
//! * a key rotated in block `h` signs from block `h + 1` on, and the key of every height stays readable;
//! * what was granted to an issuer is never forgotten: "authorised on day d" has an answer for every past day.
//!
//! Start at [`account::get`] and [`issuer::authorised`]; governance changes everything through [`actions::apply`].

pub mod account;
pub mod actions;
pub mod department;
pub mod error;
pub mod genesis;
pub mod issuer;
pub mod proto;
pub mod query;
pub mod rotate;

pub use error::IdentityError;
pub use genesis::Config;
pub use proto::{Account, Department, Grant, Role};

use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::{Address, BlockContext, Event, Rejection};
use ibc_proto::google::protobuf::Any;

/// Longest message or action of this module in bytes: an address, a key, a signature and a department's name.
pub const MESSAGE_BYTES_MAX: usize = 2_048;

/// Type URLs of the messages that [`handle`] takes.
pub const MESSAGES: [&str; 1] = ["/govhub.identity.v1.MsgRotateKey"];

/// Executes one message of this module, signed by `caller`.
///
/// # Errors
/// A [`Rejection`] with a code of group 80.
pub fn handle(state: &mut State<'_>, ctx: &BlockContext, caller: &Address, message: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
    match message.type_url.as_str() {
        "/govhub.identity.v1.MsgRotateKey" => {
            let msg = decode_canonical("MsgRotateKey", &message.value, MESSAGE_BYTES_MAX).map_err(IdentityError::Codec)?;
            rotate::execute(state, ctx, caller, &msg, events).map_err(Rejection::from)
        }
        other => Err(IdentityError::unknown(other).into()),
    }
}

/// Lets the changes of the block before take effect. Runs before anything else of a block.
pub fn begin_block(state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) {
    rotate::begin_block(state, ctx, events);
}

/// True iff [`begin_block`] has something to do.
pub fn is_due(state: &State<'_>) -> bool {
    rotate::is_due(state)
}
