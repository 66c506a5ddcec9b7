//! Recording licences: one, or a batch that is taken whole or not at all.

use govhub_store::State;
use govhub_types::hash::Hash;
use govhub_types::{BlockContext, Event, LicenceType, Region};

use crate::proto::{Ground, Item, Record};
use crate::{change, event, register, Caller, LicenceError, Status};

/// Most licences of one batch: 90 bytes each keep a transaction well under its bound, and 1,000 licences fit in two.
pub const BATCH_MAX: usize = 500;

pub(crate) fn one(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, item: Option<&Item>, ground: Option<&Ground>, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    let ground = change::check_ground(ground)?;
    let item = item.ok_or_else(|| missing("item"))?;
    let (licence_ref, record) = check(state, ctx, 0, item)?;
    register::put(state, &licence_ref, &record);
    events.push(event::issued(&licence_ref, &record, caller, ground));
    Ok(())
}

pub(crate) fn batch(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Caller, items: &[Item], ground: Option<&Ground>, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    let ground = change::check_ground(ground)?;
    if items.is_empty() || items.len() > BATCH_MAX {
        return Err(LicenceError::BatchSize { max: BATCH_MAX, found: items.len() });
    }
    for (index, item) in items.iter().enumerate() {
        let (licence_ref, record) = check(state, ctx, index, item)?;
        register::put(state, &licence_ref, &record);
    }
    events.push(event::issued_batch(items.len(), caller, ground));
    Ok(())
}

pub(crate) fn missing(field: &'static str) -> LicenceError {
    LicenceError::BadField { index: 0, field, why: "must be present".into() }
}

/// Judges an item and makes its record; the chain's own day is `recorded_on`.
pub(crate) fn check(state: &State<'_>, ctx: &BlockContext, index: usize, item: &Item) -> Result<(Hash, Record), LicenceError> {
    let field = |field: &'static str, why: String| LicenceError::BadField { index, field, why };
    let licence_ref: Hash =
        item.licence_ref.as_slice().try_into().map_err(|_| field("licence_ref", format!("32 bytes, found {}", item.licence_ref.len())))?;
    item.licence_type.parse::<LicenceType>().map_err(|e| field("licence_type", e.to_string()))?;
    item.region.parse::<Region>().map_err(|e| field("region", e.to_string()))?;
    let status = Status::from_number(item.status)
        .filter(|s| *s != Status::Superseded)
        .ok_or_else(|| field("status", format!("1 to 4 (a superseded licence comes by an amendment), found {}", item.status)))?;
    check_dates(index, item, ctx.time.day_utc8())?;
    if register::get(state, &licence_ref).is_some() {
        return Err(LicenceError::AlreadyRecorded { index, licence_ref: event::hex(&licence_ref) });
    }
    let issuer = crate::genesis::department(state).ok_or(LicenceError::NoRegister)?;
    let record = Record {
        licence_type: item.licence_type.clone(),
        issuer: issuer.to_string(),
        region: item.region.clone(),
        issued_on: item.issued_on,
        recorded_on: ctx.time.day_utc8(),
        not_before: item.not_before,
        not_after: item.not_after,
        status: status.number(),
        status_version: 1,
    };
    Ok((licence_ref, record))
}

fn check_dates(index: usize, item: &Item, today: u32) -> Result<(), LicenceError> {
    let why = if item.not_before > item.not_after {
        format!("`not_before` {} is after `not_after` {}", item.not_before, item.not_after)
    } else if item.issued_on > item.not_after {
        format!("`issued_on` {} is after `not_after` {}", item.issued_on, item.not_after)
    } else if item.issued_on > today {
        format!("`issued_on` {} is after today, {today}", item.issued_on)
    } else {
        return Ok(());
    };
    Err(LicenceError::BadDates { index, why })
}
