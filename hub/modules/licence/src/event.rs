//! Events of the register. They carry what the record carries, and why it changed; never a name, an id or a salt.

use govhub_types::hash::Hash;
use govhub_types::Event;

use crate::proto::{Ground, Record};
use crate::status::Change;
use crate::Caller;

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn issued(licence_ref: &Hash, record: &Record, caller: &Caller, ground: &Ground) -> Event {
    with_ground(with_record(Event::new("licence_issued"), licence_ref, record), caller, ground)
}

pub(crate) fn issued_batch(count: usize, caller: &Caller, ground: &Ground) -> Event {
    with_ground(Event::new("licences_issued").with("count", count), caller, ground)
}

pub(crate) fn changed(licence_ref: &Hash, record: &Record, change: Change, caller: &Caller, ground: &Ground) -> Event {
    with_ground(with_record(Event::new("licence_changed").with("change", change.verb()), licence_ref, record), caller, ground)
}

fn with_record(event: Event, licence_ref: &Hash, record: &Record) -> Event {
    event.with("licence_ref", hex(licence_ref)).with("status", record.status_word()).with("status_version", record.status_version)
}

fn with_ground(event: Event, caller: &Caller, ground: &Ground) -> Event {
    event.with("reason", &ground.reason).with("legal_basis", &ground.legal_basis).with("actor", &caller.address)
}
