//! Imports that governance approved: licences recorded in a window of days whose issuer had to be authorised on the day of issue only.

use govhub_store::{State, Substore};
use govhub_types::hash::sha256;
use govhub_types::{DepartmentId, LicenceType, Region};
use prost::Message;

use crate::proto::{ApproveImport, Imports};

/// Windows kept for one issuer, type and region: an import is a rare event.
pub const WINDOWS_MAX: usize = 16;

/// True iff governance approved recording of this issuer's licences of this type and region on `recorded_on`.
pub fn approved(state: &State<'_>, issuer: &str, licence_type: &str, region: &str, recorded_on: u32) -> bool {
    windows(state, issuer, licence_type, region).windows.iter().any(|w| w.recorded_from <= recorded_on && recorded_on <= w.recorded_to)
}

pub(crate) fn approve(state: &mut State<'_>, import: &ApproveImport) -> Result<(), String> {
    import.issuer.parse::<DepartmentId>().map_err(|e| format!("issuer: {e}"))?;
    import.licence_type.parse::<LicenceType>().map_err(|e| format!("licence_type: {e}"))?;
    import.region.parse::<Region>().map_err(|e| format!("region: {e}"))?;
    if import.recorded_from > import.recorded_to {
        return Err(format!("recorded_from {} is after recorded_to {}", import.recorded_from, import.recorded_to));
    }
    let mut all = windows(state, &import.issuer, &import.licence_type, &import.region);
    if all.windows.len() >= WINDOWS_MAX {
        return Err(format!("at most {WINDOWS_MAX} windows for one issuer, type and region"));
    }
    all.windows.push(import.clone());
    state.put(Substore::Exchange, &key(&import.issuer, &import.licence_type, &import.region), all.encode_to_vec());
    Ok(())
}

fn windows(state: &State<'_>, issuer: &str, licence_type: &str, region: &str) -> Imports {
    match state.get(Substore::Exchange, &key(issuer, licence_type, region)) {
        Some(bytes) => Imports::decode(bytes.as_slice()).expect("written by approve()"),
        None => Imports::default(),
    }
}

/// The parts have fixed lengths (18, 21, 6) once checked; a question with others finds nothing.
fn key(issuer: &str, licence_type: &str, region: &str) -> Vec<u8> {
    [b"i".as_slice(), &sha256(&[issuer.as_bytes(), b"/", licence_type.as_bytes(), b"/", region.as_bytes()])].concat()
}
