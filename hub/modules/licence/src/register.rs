//! Where records stand: `licence_ref` to [`Record`] in the provable substore, so that an issuer can show one by Merkle proof.

use govhub_store::{State, Substore};
use govhub_types::hash::Hash;
use prost::Message;

use crate::proto::Record;
use crate::{LicenceError, Status};

const RECORD: u8 = b'r';

/// Key of a record in [`Substore::Licence`].
pub fn key(licence_ref: &Hash) -> Vec<u8> {
    [&[RECORD], licence_ref.as_slice()].concat()
}

/// The record under `licence_ref`, or `None`.
pub fn get(state: &State<'_>, licence_ref: &Hash) -> Option<Record> {
    let bytes = state.get(Substore::Licence, &key(licence_ref))?;
    Some(Record::decode(bytes.as_slice()).expect("written by put() below"))
}

pub(crate) fn put(state: &mut State<'_>, licence_ref: &Hash, record: &Record) {
    state.put(Substore::Licence, &key(licence_ref), record.encode_to_vec());
}

/// 32 bytes, or an error naming the field.
pub(crate) fn check_ref(field: &'static str, bytes: &[u8]) -> Result<Hash, LicenceError> {
    bytes.try_into().map_err(|_| LicenceError::BadField { index: 0, field, why: format!("32 bytes, found {}", bytes.len()) })
}

impl Record {
    /// The status as a word.
    pub fn status_word(&self) -> Status {
        Status::from_number(self.status).expect("records are written with a checked status")
    }

    /// True iff `day` lies within the dates, both included.
    pub fn in_force_on(&self, day: u32) -> bool {
        self.not_before <= day && day <= self.not_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_day_are_in_force_and_their_neighbours_are_not() {
        let record = Record { not_before: 10, not_after: 20, ..Default::default() };
        let days: Vec<bool> = [9, 10, 20, 21].into_iter().map(|d| record.in_force_on(d)).collect();
        assert_eq!(days, [false, true, true, false]);
    }
}
