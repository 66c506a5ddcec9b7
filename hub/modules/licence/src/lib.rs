//! The licence register of a department's chain: issue, suspend, resume, revoke, cancel, amend, one-time codes.
//!
//! On chain a licence is its `licence_ref` with type, dates and status; names, numbers and salts stay in the department's
//! sealed store (PROTOCOL 3).
//!
//! Invariants
//! * a record is never removed, `status_version` grows by one a change, and a final status never changes;
//! * `recorded_on` is the chain's own day, so nobody backdates a record;
//! * a code is burnt by a match and by nothing else, at most once;
//! * a change enqueues its status for the hub in the same transaction and never fails because it cannot be sent.
//!
//! Start at [`handle`]; the exchange reads through [`register::get`] and [`code::present`].

pub mod amend;
pub mod change;
pub mod code;
pub mod error;
pub mod event;
pub mod genesis;
pub mod issue;
pub mod proto;
pub mod push;
pub mod query;
pub mod register;
pub mod status;

pub use error::LicenceError;
pub use genesis::Config;
pub use status::Status;

use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::Address;
use govhub_types::{BlockContext, DepartmentId, Event, Rejection};
use ibc_proto::google::protobuf::Any;

/// Longest message of this module in bytes: [`issue::BATCH_MAX`] items of about 90 bytes leave room.
pub const MESSAGE_BYTES_MAX: usize = 128 * 1024;

/// Who signed, as the host resolved it. The host has checked the signature.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The signer's address.
    pub address: Address,
    /// The department whose own account this is (role `department`), if any.
    pub department: Option<DepartmentId>,
}

/// Whether a purpose stands on the chain's own list. The list is the exchange's, which knows this module and not the other way round.
pub type PurposeListed = fn(&State<'_>, &str) -> bool;

/// Type URLs of the messages that [`handle`] takes.
pub const MESSAGES: [&str; 8] = [
    "/govhub.licence.v1.MsgIssue",
    "/govhub.licence.v1.MsgIssueBatch",
    "/govhub.licence.v1.MsgSuspend",
    "/govhub.licence.v1.MsgResume",
    "/govhub.licence.v1.MsgRevoke",
    "/govhub.licence.v1.MsgCancel",
    "/govhub.licence.v1.MsgAmend",
    "/govhub.licence.v1.MsgMintCode",
];

/// Executes one message of this module.
///
/// # Errors
/// A [`Rejection`] with a code of group 120; the state may then hold half of the message's changes, so the host discards its layer.
///
/// # Not checked
/// That `signer` in the message is `caller.address`: the host takes the caller from there.
pub fn handle(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, listed: PurposeListed, message: &Any, events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    execute(state, ctx, caller, listed, message, events).map_err(Rejection::from)
}

fn execute(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, listed: PurposeListed, message: &Any, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    use status::Change::{Cancel, Resume, Revoke, Suspend};
    let own = genesis::department(state).ok_or(LicenceError::NoRegister)?;
    if caller.department.as_ref() != Some(&own) {
        return Err(LicenceError::NotTheDepartment { expected: own.to_string(), found: caller.address.to_string() });
    }
    let bytes = message.value.as_slice();
    macro_rules! decode {
        ($name:ident) => {
            decode_canonical::<proto::$name>(stringify!($name), bytes, MESSAGE_BYTES_MAX)?
        };
    }
    macro_rules! change {
        ($name:ident, $change:expr) => {{
            let m = decode!($name);
            change::execute(state, ctx, caller, &m.licence_ref, $change, m.ground.as_ref(), events)
        }};
    }
    match message.type_url.as_str() {
        "/govhub.licence.v1.MsgIssue" => {
            let m = decode!(MsgIssue);
            issue::one(state, ctx, caller, m.item.as_ref(), m.ground.as_ref(), events)
        }
        "/govhub.licence.v1.MsgIssueBatch" => {
            let m = decode!(MsgIssueBatch);
            issue::batch(state, ctx, caller, &m.items, m.ground.as_ref(), events)
        }
        "/govhub.licence.v1.MsgSuspend" => change!(MsgSuspend, Suspend),
        "/govhub.licence.v1.MsgResume" => change!(MsgResume, Resume),
        "/govhub.licence.v1.MsgRevoke" => change!(MsgRevoke, Revoke),
        "/govhub.licence.v1.MsgCancel" => change!(MsgCancel, Cancel),
        "/govhub.licence.v1.MsgAmend" => {
            let m = decode!(MsgAmend);
            amend::execute(state, ctx, caller, &m.old_ref, m.item.as_ref(), m.ground.as_ref(), events)
        }
        "/govhub.licence.v1.MsgMintCode" => code::mint(state, ctx, listed, &decode!(MsgMintCode), events),
        other => Err(LicenceError::UnknownMessage { found: other.chars().take(80).collect() }),
    }
}
