//! JSON of a machine's operator and of governance, bent one thing at a time.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{AbsenceMode, CheckOutcome, LightClient, Reason, Verdict};
use govhub_lc_solo_machine::native::{check_proof, explain, items, self_check, trust_file};
use govhub_lc_solo_machine::sign_bytes::{self, Binding};
use govhub_lc_solo_machine::testing::Machine;
use govhub_lc_solo_machine::{ClientState, CHECKS};
use serde_json::{json, Value};

use crate::common::{key, machine, Nothing, NOW};

fn code<T>(result: Result<T, Reason>) -> &'static str {
    result.map_or_else(|reason| reason.code, |_| "ok")
}

fn binding(machine: &Machine, sequence: u64) -> Binding<'_> {
    Binding { sequence, time: machine.time, diversifier: &machine.diversifier }
}

/// What the machine says about `path`, as its operator writes it down.
fn statement(machine: &Machine, sequence: u64, path: &[u8], value: Option<&[u8]>) -> Value {
    let signature = machine.key.sign(&sign_bytes::statement(binding(machine, sequence), path, value.unwrap_or_default()));
    let mut file = json!({ "time_ns": machine.time.unix_ns().to_string(), "signature": hex::encode(signature), "sequence": sequence.to_string(), "path": hex::encode(path) });
    match value {
        Some(value) => file["value"] = json!(hex::encode(value)),
        None => file["absent"] = json!(true),
    }
    file
}

fn header(machine: &Machine, diversifier: &str) -> Value {
    let next = key(9).public_key();
    let signature = machine.key.sign(&sign_bytes::header(binding(machine, machine.sequence), &next.to_any(), diversifier));
    let new_key = json!({ "key_type": next.kind().name(), "public_key": hex::encode(next.as_bytes()) });
    json!({ "time_ns": machine.time.unix_ns().to_string(), "signature": hex::encode(signature), "new_key": new_key, "new_diversifier": diversifier })
}

/// Reads the file and judges its one proof.
fn judge(client: &ClientState, file: &Value) -> Result<(), Reason> {
    let found = items(file.to_string().as_bytes())?;
    let [Item::Proof { proof, .. }] = found.as_slice() else { panic!("{found:?}") };
    let checks = check_proof(client, &Nothing, proof)?;
    assert!(checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
    Ok(())
}

#[test]
fn a_written_header_moves_the_client_on_and_a_bent_one_does_not() {
    let machine = machine();
    let judge = |file: &Value| {
        let found = items(file.to_string().as_bytes()).expect("reads");
        let [Item::Header { header, .. }] = found.as_slice() else { panic!("{found:?}") };
        machine.client().verify_header(&Nothing, header, NOW).expect("decodes")
    };
    let file = header(&machine, "dept-solo-1/2");
    let Verdict::Accepted(update) = judge(&file) else { panic!("honest") };
    assert_eq!(update.checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    let next = ClientState::decode(&update.client_state).expect("our own");
    assert_eq!((next.sequence(), next.consensus().diversifier.as_str(), &next.consensus().public_key), (2, "dept-solo-1/2", &key(9).public_key()));
    let mut bent = file.clone();
    bent["new_diversifier"] = json!("dept-solo-1/3");
    assert!(matches!(judge(&bent), Verdict::Invalid(reason) if reason.code == "signature"));
}

#[test]
fn a_written_statement_proves_its_value_under_its_sequence_and_nothing_else() {
    let mut machine = machine();
    machine.sequence = 5;
    let client = machine.client();
    for value in [Some(b"value".as_slice()), None] {
        let file = statement(&machine, 5, b"path", value);
        assert_eq!(code(judge(&client, &file)), "ok");
        assert_eq!(code(judge(&client, &statement(&machine, 6, b"path", value))), "ok", "the one after it, in the same file");
        assert_eq!(code(judge(&client, &statement(&machine, 4, b"path", value))), "sequence-used");
        let bent = |name: &str, with: Value| {
            let mut file = file.clone();
            file[name] = with;
            code(judge(&client, &file))
        };
        assert_eq!(bent("sequence", json!("6")), "signature");
        assert_eq!(bent("path", json!(hex::encode(b"other"))), "signature");
        assert_eq!(bent("time_ns", json!((NOW.unix_ns() + 1).to_string())), "signature");
        assert_eq!(bent("time_ns", json!((NOW.unix_ns() - 1).to_string())), "time-going-back");
    }
    let mut other = statement(&machine, 5, b"path", Some(b"value"));
    other["value"] = json!(hex::encode(b"another"));
    assert_eq!(code(judge(&client, &other)), "signature");
    assert_eq!(code(judge(&client, &statement(&machine, 5, b"solomachine:header", Some(b"value")))), "reserved-path");
}

#[test]
fn alone_an_item_is_well_formed_and_no_more() {
    let machine = machine();
    let file = json!({ "statements": [header(&machine, "dept-solo-1"), statement(&machine, 2, b"path", None)] });
    let found = items(file.to_string().as_bytes()).expect("reads");
    assert_eq!(found.len(), 2);
    for item in &found {
        let checks = self_check(item).expect("well formed");
        let signature = checks.iter().find(|check| check.name == "signature-at-sequence").expect("named");
        assert_eq!(signature.outcome, CheckOutcome::NotCheckable, "whose key it is stands in no file");
        assert_eq!(checks[0].outcome, CheckOutcome::Pass);
    }
    assert_eq!(code(self_check(&Item::Proof { label: "bent".into(), proof: vec![1, 2, 3] })), "malformed");
}

#[test]
fn a_file_that_is_not_as_written_down_is_refused_for_its_reason() {
    let machine = machine();
    let good = statement(&machine, 1, b"path", Some(b"value"));
    let bent = |name: &str, with: Value| {
        let mut file = good.clone();
        file[name] = with;
        code(items(file.to_string().as_bytes()))
    };
    assert_eq!(bent("value", json!("00")), "ok");
    assert_eq!(bent("more", json!(1)), "not-json");
    assert_eq!(bent("absent", json!(true)), "statement");
    assert_eq!(bent("new_diversifier", json!("dept-solo-1")), "statement");
    assert_eq!(bent("value", json!("")), "empty-value");
    assert_eq!(bent("value", json!("ab".repeat(4_097))), "too-long");
    assert_eq!(bent("path", json!("AB")), "path");
    assert_eq!(bent("signature", json!("zz")), "signature");
    assert_eq!(bent("sequence", json!("0")), "sequence");
    assert_eq!(bent("sequence", json!("01")), "sequence");
    assert_eq!(bent("time_ns", json!("0")), "time");
    assert_eq!(code(items(json!({ "statements": vec![good.clone(); 1_025] }).to_string().as_bytes())), "too-long");
    assert_eq!(code(items(&vec![b' '; 4 * 1024 * 1024 + 1])), "too-long");
    let mut turn = header(&machine, "dept-solo-1");
    turn["new_key"]["key_type"] = json!("rsa");
    assert_eq!(code(items(turn.to_string().as_bytes())), "public-key");
}

#[test]
fn a_trust_file_holds_what_the_machine_is_and_explains_it() {
    let mut machine = machine();
    machine.sequence = 7;
    let public_key = machine.key.public_key();
    let card = json!({
        "key_type": public_key.kind().name(), "public_key": hex::encode(public_key.as_bytes()),
        "diversifier": "dept-solo-1", "sequence": "7", "time_ns": NOW.unix_ns().to_string(),
    });
    let receipt = BTreeMap::from([("our_absence".to_owned(), "receipt".to_owned())]);
    let file = trust_file(card.to_string().as_bytes(), &receipt).expect("a trust file");
    assert_eq!(ClientState::decode(file.params.as_ref().expect("params")), Ok(machine.client()));
    assert_eq!(file.anchor, Some(machine.consensus().encode()));
    assert_eq!((file.family.as_str(), file.chain_id.as_str(), file.our_absence), ("06-solomachine", "dept-solo-1", AbsenceMode::Receipt as i32));
    let explained = explain(&file).expect("explained");
    let value = |name: &str| explained.iter().find(|one| one.name == name).map(|one| one.value.clone()).unwrap_or_default();
    assert_eq!((value("machine"), value("sequence")), ("dept-solo-1".into(), "7".into()));
    assert!(value("public_key").contains(&hex::encode(public_key.as_bytes())), "the key is shown");

    let with = |name: &str, to: &str| code(trust_file(card.to_string().as_bytes(), &[(name.to_owned(), to.to_owned())].into()));
    assert_eq!(with("our_absence", "maybe"), "option");
    assert_eq!(with("diversifier", "a"), "option-unknown");
    let bent = |name: &str, to: Value| {
        let mut card = card.clone();
        card[name] = to;
        code(trust_file(card.to_string().as_bytes(), &BTreeMap::new()))
    };
    assert_eq!(bent("sequence", json!("7")), "ok");
    assert_eq!(bent("sequence", json!("0")), "sequence");
    assert_eq!(bent("diversifier", json!("/1")), "diversifier");
    assert_eq!(bent("key_type", json!("rsa")), "public-key");
    assert_eq!(bent("public_key", json!("02")), "public-key");
    assert_eq!(bent("time_ns", json!("soon")), "time");
}
