//! `codes.json`: numbers and names of every enum, and that no other number is one.

use std::collections::BTreeMap;

use govhub_packets::{AcceptedCode, Answer, Authorisation, Fault, Kind, LicenceStatus, NoAnswerReason, Outcome, Party, RefusedCode};

use crate::{bytes, vectors};

fn table(name: &str) -> BTreeMap<String, i64> {
    let file = vectors("codes.json");
    file[name].as_object().unwrap().iter().map(|(name, number)| (name.clone(), number.as_i64().unwrap())).collect()
}

macro_rules! same_table {
    ($name:literal, $enum:ident, $number:ty) => {
        let ours: BTreeMap<String, i64> = $enum::ALL.iter().map(|value| (value.as_str().to_owned(), i64::from(value.number()))).collect();
        assert_eq!(ours, table($name));
        for value in $enum::ALL {
            assert_eq!(from_wire!($enum, value.number()), Ok(*value));
        }
        for number in (0 as $number..300).chain([<$number>::MAX]) {
            let known = ours.values().any(|n| *n == i64::from(number));
            assert_eq!(from_wire!($enum, number).is_ok(), known, "{} {number}", $name);
        }
    };
}

macro_rules! from_wire {
    (RefusedCode, $number:expr) => { RefusedCode::from_wire($number) };
    (AcceptedCode, $number:expr) => { AcceptedCode::from_wire($number) };
    ($enum:ident, $number:expr) => { $enum::from_wire("field", $number) };
}

#[test]
fn enums_have_the_protocols_numbers_and_no_others() {
    same_table!("authorisation", Authorisation, i32);
    same_table!("status", LicenceStatus, i32);
    same_table!("outcome", Outcome, i32);
    same_table!("party", Party, i32);
    same_table!("no_answer", NoAnswerReason, i32);
    same_table!("refused", RefusedCode, u32);
    same_table!("accepted", AcceptedCode, u32);
    assert_eq!(Party::from_wire("field", -1), Err(Fault::Value { field: "field", found: 0xffff_ffff }));
}

#[test]
fn every_code_has_its_bytes() {
    let file = vectors("codes.json");
    for code in RefusedCode::ALL {
        let wire = bytes(&file["refused_hex"], &code.number().to_string());
        let Ok(Answer::Refused { code: found, .. }) = Answer::decode(&wire) else { panic!("{code}") };
        assert_eq!(found, *code);
    }
    for code in AcceptedCode::ALL {
        assert_eq!(Answer::decode(&bytes(&file["accepted_hex"], &code.number().to_string())), Ok(Answer::Accepted(*code)));
    }
}

#[test]
fn kinds_are_found_by_name_and_version() {
    for kind in Kind::ALL {
        assert_eq!(Kind::find(kind.as_str()), Ok(kind));
    }
    assert_eq!(Kind::find("lic-verify/2"), Err(RefusedCode::UnsupportedVersion));
    assert_eq!(Kind::find("lic-status/10"), Err(RefusedCode::UnsupportedVersion));
    assert_eq!(Kind::find("zk-pres/2"), Err(RefusedCode::UnsupportedVersion));
    for unknown in ["lic-verif/1", "data-share/1", "lic-verify", "", "LIC-VERIFY/1"] {
        assert_eq!(Kind::find(unknown), Err(RefusedCode::UnknownKind), "{unknown}");
    }
}

#[test]
fn final_states_are_those_nothing_follows() {
    let last: Vec<_> = LicenceStatus::ALL.iter().filter(|status| status.is_final()).map(|status| status.as_str()).collect();
    assert_eq!(last, ["REVOKED", "CANCELLED", "SUPERSEDED"]);
}
