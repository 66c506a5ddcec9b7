//! `faults.json`: bytes that break one rule, each with a twin that keeps it.

use std::collections::BTreeSet;

use govhub_packets::{Envelope, Fault, Refusal};

use crate::{bytes, text, through, vectors};

#[test]
fn each_rule_broken_alone_gives_its_fault_and_its_twin_is_accepted() {
    for vector in vectors("faults.json").as_array().unwrap() {
        let (form, rule) = (text(vector, "form"), text(vector, "rule"));
        let twin = bytes(vector, "twin");
        assert_eq!(through(form, &twin), Ok(twin), "twin of: {rule}");
        let fault = through(form, &bytes(vector, "hex")).expect_err(rule);
        assert_eq!(fault.name(), text(vector, "fault"), "{rule}: {fault}");
    }
}

#[test]
fn every_fault_has_a_vector() {
    let file = vectors("faults.json");
    let covered: BTreeSet<&str> = file.as_array().unwrap().iter().map(|vector| text(vector, "fault")).collect();
    let all = ["combination", "length", "malformed", "name", "not_canonical", "order", "speaker", "term", "too_long", "value", "via"];
    // "qr" is the only fault of a text; hashes.rs has it.
    assert_eq!(covered, BTreeSet::from(all));
}

#[test]
fn a_fault_in_the_body_shows_when_the_body_is_asked_for() {
    let file = vectors("messages.json");
    let mut envelope = Envelope::decode(&bytes(&file[0], "hex")).unwrap();
    assert!(envelope.body().is_ok());
    envelope.body.push(0x28);
    assert!(matches!(envelope.body(), Err(Refusal::Fault(Fault::Encoding(_)))));
    envelope.body.clear();
    assert!(matches!(envelope.body(), Err(Refusal::Fault(Fault::Name { .. }))));
}
