//! Changing a status: suspend, resume, revoke, cancel.

use govhub_store::State;
use govhub_types::hash::Hash;
use govhub_types::{BlockContext, Event};

use crate::proto::{Ground, Record};
use crate::status::Change;
use crate::{event, issue, push, register, Caller, LicenceError};

/// Longest reason or legal basis in characters: they are codes.
pub const GROUND_CHARS_MAX: usize = 64;

pub(crate) fn execute(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, licence_ref: &[u8], change: Change, ground: Option<&Ground>, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    let ground = check_ground(ground)?;
    let licence_ref = register::check_ref("licence_ref", licence_ref)?;
    let record = apply(state, ctx, &licence_ref, change)?;
    events.push(event::changed(&licence_ref, &record, change, caller, ground));
    Ok(())
}

/// Moves the record along `change`, counts the version and enqueues the status for the hub.
pub(crate) fn apply(state: &mut State<'_>, ctx: &BlockContext, licence_ref: &Hash, change: Change) -> Result<Record, LicenceError> {
    let mut record = register::get(state, licence_ref).ok_or_else(|| LicenceError::Unknown { licence_ref: event::hex(licence_ref) })?;
    record.status = change.apply(record.status_word())?.number();
    record.status_version = record.status_version.checked_add(1).expect("fewer than 2^64 changes fit in the life of a chain");
    register::put(state, licence_ref, &record);
    push::status_changed(state, ctx, licence_ref, &record);
    Ok(record)
}

/// A reason and a legal basis, both codes.
pub(crate) fn check_ground(ground: Option<&Ground>) -> Result<&Ground, LicenceError> {
    let ground = ground.ok_or_else(|| issue::missing("ground"))?;
    check_code("ground.reason", &ground.reason)?;
    check_code("ground.legal_basis", &ground.legal_basis)?;
    Ok(ground)
}

fn check_code(field: &'static str, text: &str) -> Result<(), LicenceError> {
    let ok = (1..=GROUND_CHARS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
    ok.then_some(()).ok_or_else(|| LicenceError::BadField { index: 0, field, why: "a code: 1 to 64 of A-Z a-z 0-9 . _ : / -".into() })
}
