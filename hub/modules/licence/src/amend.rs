//! Amending: a new version under a new id, salt and ref; the old record becomes SUPERSEDED and points nowhere.

use govhub_store::State;
use govhub_types::{BlockContext, Event};

use crate::proto::{Ground, Item};
use crate::status::{Change, Status};
use crate::{change, event, issue, register, Caller, LicenceError};

pub(crate) fn execute(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, old_ref: &[u8], item: Option<&Item>, ground: Option<&Ground>, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    let ground = change::check_ground(ground)?;
    let old_ref = register::check_ref("old_ref", old_ref)?;
    let item = item.ok_or_else(|| issue::missing("item"))?;
    if item.status != Status::Valid.number() {
        return Err(LicenceError::BadField { index: 0, field: "status", why: format!("a new version starts VALID (1), found {}", item.status) });
    }
    let (new_ref, record) = issue::check(state, ctx, 0, item)?;
    let old = change::apply(state, ctx, &old_ref, Change::Supersede)?;
    if old.licence_type != record.licence_type {
        let why = format!("a new version keeps its type {}, found {}", old.licence_type, record.licence_type);
        return Err(LicenceError::BadField { index: 0, field: "licence_type", why });
    }
    register::put(state, &new_ref, &record);
    // Two events without a common key beyond the transaction; the records themselves point nowhere.
    events.push(event::changed(&old_ref, &old, Change::Supersede, caller, ground));
    events.push(event::issued(&new_ref, &record, caller, ground));
    Ok(())
}
