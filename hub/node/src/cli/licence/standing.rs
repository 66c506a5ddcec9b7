//! Where a licence that is to be recorded stands: what the chain and the sealed store have of it already.
//!
//! Only salt and ref outlive a try that the chain refused; all else comes from the input that is at hand now, so a corrected input is what gets
//! recorded. What the chain has is compared with the input, never silently taken for it.

use govhub_licence::proto::Record;
use govhub_licence::Status;
use govhub_packets::licence_ref;
use govhub_types::Region;

use super::book::draw_16;
use super::date::text_of;
use super::sealed::Row;
use super::table::Licence;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The chain does not have it: seal this row and record it.
    Unrecorded(Row),
    /// The chain has it and nothing differs. The row is how the input has it; an older try may have sealed another one.
    Same(Row),
    /// The chain has it, and the input says something else.
    Differs {
        /// Column of the first difference.
        column: &'static str,
        /// What differs and what to do; never what a sealed field holds.
        reason: String,
    },
}

/// Compares `licence` with the newest sealed row under its id and the chain's record under that row's ref.
pub fn standing(licence: &Licence, region: &Region, sealed: Option<&Row>, on_chain: Option<&Record>) -> Standing {
    let row = row(licence, region, sealed);
    match (sealed, on_chain) {
        (Some(sealed), Some(record)) => match difference(&row, sealed, record) {
            Some((column, reason)) => Standing::Differs { column, reason },
            None => Standing::Same(row),
        },
        _ => Standing::Unrecorded(row),
    }
}

/// The row of `licence`, under the salt and ref of an earlier try or a fresh salt.
fn row(licence: &Licence, region: &Region, sealed: Option<&Row>) -> Row {
    let (salt, licence_ref) = match sealed {
        Some(sealed) => (sealed.salt.clone(), sealed.licence_ref.clone()),
        None => {
            let salt = draw_16();
            (salt.to_vec(), licence_ref(&salt, &licence.id).to_vec())
        }
    };
    Row {
        licence_id: licence.id.to_string(),
        holder_name: licence.holder_name.clone(),
        holder_id: licence.holder_id.clone(),
        salt,
        licence_ref,
        licence_type: licence.id.parts().licence_type.to_string(),
        region: region.to_string(),
        issued_on: licence.issued_on,
        not_before: licence.not_before,
        not_after: licence.not_after,
        status: licence.status,
    }
}

fn difference(row: &Row, sealed: &Row, record: &Record) -> Option<(&'static str, String)> {
    const AMEND: &str = "a licence with other data is a new version, see `govhub licence amend`";
    let days = [
        ("issued_on", row.issued_on, record.issued_on),
        ("not_before", row.not_before, record.not_before),
        ("not_after", row.not_after, record.not_after),
    ];
    let holder = [("holder_name", row.holder_name != sealed.holder_name), ("holder_id", row.holder_id != sealed.holder_id)];
    let recorded = |column, found: &str| (column, format!("is recorded already, as {found}; {AMEND}"));
    days.into_iter()
        .find(|(_, ours, theirs)| ours != theirs)
        .map(|(column, _, theirs)| recorded(column, &text_of(theirs)))
        .or_else(|| (row.region != record.region).then(|| recorded("region", &record.region)))
        .or_else(|| (row.status != record.status).then(|| ("status", status_words(row.status, record.status_word()))))
        .or_else(|| holder.into_iter().find(|(_, differs)| *differs).map(|(column, _)| (column, format!("differs from the licence that is recorded already; {AMEND}"))))
}

/// What to do where the chain's status is `present` and the input has the number `wanted`.
fn status_words(wanted: u32, present: Status) -> String {
    let verb = match Status::from_number(wanted) {
        Some(Status::Valid) => "resume",
        Some(Status::Suspended) => "suspend",
        Some(Status::Revoked) => "revoke",
        Some(Status::Cancelled) => "cancel",
        Some(Status::Superseded) | None => "amend",
    };
    match present {
        Status::Revoked | Status::Cancelled | Status::Superseded => format!("the licence is recorded as {present}, which is final; a new licence has a new id"),
        Status::Valid | Status::Suspended => format!("the licence is recorded as {present}; to change that, see `govhub licence {verb}`"),
    }
}

#[cfg(test)]
mod tests {
    use govhub_types::LicenceId;

    use super::*;

    fn licence() -> Licence {
        let (licence_type, issuer) = ("11100000000013338W011".parse().expect("a type"), "11440100MB2C000137".parse().expect("a department"));
        Licence {
            line: 2,
            id: LicenceId::from_parts(&licence_type, &issuer, "GD1", 1).expect("parts"),
            holder_name: "张三".into(),
            holder_id: "440106199001011234".into(),
            issued_on: 18_262,
            not_before: 18_262,
            not_after: 21_915,
            status: 1,
        }
    }

    fn region() -> Region {
        "440100".parse().expect("a region")
    }

    /// A sealed row of `licence` and the record that the chain made of it.
    fn recorded(licence: &Licence) -> (Row, Record) {
        let row = row(licence, &region(), None);
        let record = Record {
            licence_type: row.licence_type.clone(),
            issuer: licence.id.parts().issuer.to_string(),
            region: row.region.clone(),
            issued_on: row.issued_on,
            recorded_on: 20_000,
            not_before: row.not_before,
            not_after: row.not_after,
            status: row.status,
            status_version: 1,
        };
        (row, record)
    }

    #[test]
    fn a_corrected_input_replaces_what_a_refused_try_had_sealed_but_its_salt_and_ref() {
        let (sealed, _) = recorded(&licence());
        let corrected = Licence { status: 2, not_after: 22_000, holder_name: "李四".into(), ..licence() };
        let Standing::Unrecorded(row) = standing(&corrected, &region(), Some(&sealed), None) else { panic!("the chain has nothing") };
        assert_eq!((&row.salt, &row.licence_ref), (&sealed.salt, &sealed.licence_ref));
        assert_eq!((row.status, row.not_after, row.holder_name.as_str()), (2, 22_000, "李四"));
    }

    #[test]
    fn the_same_input_again_is_the_same() {
        let (sealed, record) = recorded(&licence());
        assert_eq!(standing(&licence(), &region(), Some(&sealed), Some(&record)), Standing::Same(sealed.clone()));
        // The file of today says what the chain says today, whatever was loaded once.
        let suspended = Licence { status: 2, ..licence() };
        let now = Record { status: 2, status_version: 2, ..record };
        assert!(matches!(standing(&suspended, &region(), Some(&sealed), Some(&now)), Standing::Same(row) if row.status == 2));
    }

    #[test]
    fn each_difference_is_named_by_its_column_and_tells_what_to_do() {
        let (sealed, record) = recorded(&licence());
        let differs = |licence: Licence, region: &Region, record: &Record| match standing(&licence, region, Some(&sealed), Some(record)) {
            Standing::Differs { column, reason } => (column, reason),
            other => panic!("{other:?}"),
        };
        let elsewhere: Region = "440300".parse().expect("a region");
        let superseded = Record { status: 5, ..record.clone() };
        let cases = [
            (Licence { issued_on: 18_261, ..licence() }, region(), &record, "issued_on", "as 2020-01-01; a licence with other data is a new version"),
            (Licence { not_before: 18_263, ..licence() }, region(), &record, "not_before", "licence amend"),
            (Licence { not_after: 21_916, ..licence() }, region(), &record, "not_after", "licence amend"),
            (licence(), elsewhere, &record, "region", "as 440100"),
            (Licence { status: 2, ..licence() }, region(), &record, "status", "recorded as VALID; to change that, see `govhub licence suspend`"),
            (licence(), region(), &superseded, "status", "recorded as SUPERSEDED, which is final"),
            (Licence { holder_name: "李四".into(), ..licence() }, region(), &record, "holder_name", "licence amend"),
            (Licence { holder_id: "1".into(), ..licence() }, region(), &record, "holder_id", "licence amend"),
        ];
        for (licence, region, record, column, words) in cases {
            let (found, reason) = differs(licence, &region, record);
            assert_eq!(found, column);
            assert!(reason.contains(words), "{column}: {reason}");
            assert!(!reason.contains("张三") && !reason.contains("440106199001011234"), "{reason}");
        }
    }
}
