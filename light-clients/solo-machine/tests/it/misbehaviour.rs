//! Evidence that freezes, and what is no evidence.

use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_solo_machine::testing::{evidence, Machine};
use govhub_types::key::KeyKind;
use govhub_types::Time;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;

use crate::common::{invalid, key, machine, Nothing, NOW};

const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";

fn convicts(machine: &Machine, found: &raw::Misbehaviour) -> bool {
    let client = machine.client();
    let direct = client.check_misbehaviour(&Nothing, &evidence(found), NOW);
    assert_eq!(direct, client.verify_header(&Nothing, &evidence(found), NOW), "evidence in place of a header is judged alike");
    matches!(direct, Ok(Verdict::Misbehaviour(reason)) if reason.code == "equivocation")
}

fn bent(bend: impl FnOnce(&mut raw::Misbehaviour)) -> &'static str {
    let mut found = machine().equivocate(1, PATH);
    bend(&mut found);
    invalid(machine().client().check_misbehaviour(&Nothing, &evidence(&found), NOW))
}

fn two(found: &mut raw::Misbehaviour) -> &mut raw::SignatureAndData {
    found.signature_two.as_mut().expect("there")
}

#[test]
fn two_values_under_one_path_convict_machines_of_every_key_kind_at_any_sequence() {
    for kind in KeyKind::ALL {
        let machine = Machine { sequence: 9, ..Machine::new(kind, 1, NOW) };
        for sequence in [1, 9, 10] {
            assert!(convicts(&machine, &machine.equivocate(sequence, PATH)), "{kind:?} at {sequence}");
        }
    }
}

#[test]
fn two_paths_at_one_sequence_convict_and_so_do_presence_and_absence() {
    let machine = machine();
    let with = |one, two| raw::Misbehaviour { sequence: 4, signature_one: Some(one), signature_two: Some(two) };
    assert!(convicts(&machine, &with(machine.statement(4, PATH, b"v"), machine.statement(4, b"other", b"v"))));
    assert!(convicts(&machine, &with(machine.statement(4, PATH, b"v"), machine.statement(4, PATH, b""))));
    let late = Machine { time: Time::from_unix_s(1), ..machine.clone() };
    assert!(convicts(&machine, &with(machine.statement(4, PATH, b"v"), late.statement(4, PATH, b"w"))), "times are not compared");
}

#[test]
fn the_same_statement_twice_is_no_evidence_whatever_its_time_or_signature() {
    let machine = machine();
    let later = Machine { time: Time::from_unix_s(NOW.unix_s() + 1), ..machine.clone() };
    for again in [&machine, &later] {
        let found =
            raw::Misbehaviour { sequence: 1, signature_one: Some(machine.statement(1, PATH, b"v")), signature_two: Some(again.statement(1, PATH, b"v")) };
        assert_eq!(invalid(machine.client().check_misbehaviour(&Nothing, &evidence(&found), NOW)), "no-conflict");
    }
}

#[test]
fn statements_at_two_sequences_of_another_key_or_of_another_client_are_no_evidence() {
    let machine = machine();
    let good = machine.statement(1, PATH, b"one");
    let others = [
        machine.statement(2, PATH, b"two"),
        Machine { key: key(2), ..machine.clone() }.statement(1, PATH, b"two"),
        Machine { diversifier: "dept-solo-1/other-client".into(), ..machine.clone() }.statement(1, PATH, b"two"),
    ];
    for other in others {
        for (one, two) in [(good.clone(), other.clone()), (other.clone(), good.clone())] {
            let found = raw::Misbehaviour { sequence: 1, signature_one: Some(one), signature_two: Some(two) };
            assert_eq!(invalid(machine.client().check_misbehaviour(&Nothing, &evidence(&found), NOW)), "signature");
        }
    }
}

#[test]
fn each_bent_field_is_refused() {
    assert_eq!(bent(|e| e.sequence = 0), "sequence");
    assert_eq!(bent(|e| e.sequence = 2), "signature");
    assert_eq!(bent(|e| e.signature_one = None), "statement-missing");
    assert_eq!(bent(|e| e.signature_two = None), "statement-missing");
    assert_eq!(bent(|e| two(e).data = b"three".to_vec()), "signature");
    assert_eq!(bent(|e| two(e).path = b"elsewhere".to_vec()), "signature");
    assert_eq!(bent(|e| two(e).path.clear()), "path");
    assert_eq!(bent(|e| two(e).timestamp = 0), "timestamp");
    assert_eq!(bent(|e| two(e).timestamp += 1), "signature");
    assert_eq!(bent(|e| two(e).signature.clear()), "signature-missing");
}
