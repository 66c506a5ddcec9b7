//! MsgIssue: every field that can be wrong.

use govhub_licence::proto::{Ground, Item, MsgIssue};
use govhub_types::Code;

use crate::world::{code_of, ground, issue, item, World, OTHER, OWN, TODAY, TYPE};

#[test]
fn an_issued_licence_stands_in_the_register_as_the_page_lists_it() {
    let mut w = World::new();
    let licence_ref = w.issue(1);
    let r = w.record(&licence_ref);
    assert_eq!((r.licence_type.as_str(), r.issuer.as_str(), r.region.as_str()), (TYPE, OWN, "440100"));
    assert_eq!((r.issued_on, r.recorded_on, r.not_before, r.not_after), (TODAY, TODAY, TODAY, TODAY + 365));
    assert_eq!((r.status, r.status_version), (1, 1));
}

#[test]
fn recorded_on_is_the_chains_day_in_china_not_the_senders_word() {
    let mut w = World::new();
    w.pass(16 * 3600 - 1);
    w.run("MsgIssue", &issue(item(1))).expect("still the same day");
    assert_eq!(w.record(&[1; 32]).recorded_on, TODAY);
    w.pass(1);
    w.run("MsgIssue", &issue(item(2))).expect("midnight in China");
    assert_eq!(w.record(&[2; 32]).recorded_on, TODAY + 1);
}

fn refused(bend: impl Fn(&mut Item), code: Code) {
    let mut w = World::new();
    let mut bent = item(1);
    bend(&mut bent);
    assert_eq!(code_of(w.run("MsgIssue", &issue(bent))), code);
    w.run("MsgIssue", &issue(item(1))).expect("its twin is taken");
}

#[test]
fn a_ref_of_31_bytes_is_refused() {
    refused(|i| i.licence_ref.truncate(31), Code::LICENCE_BAD_FIELD);
}

#[test]
fn a_type_with_a_wrong_check_character_is_refused() {
    refused(|i| i.licence_type = "11100000000013338X011".into(), Code::LICENCE_BAD_FIELD);
}

#[test]
fn a_region_of_five_digits_is_refused() {
    refused(|i| i.region = "44010".into(), Code::LICENCE_BAD_FIELD);
}

#[test]
fn status_zero_is_refused() {
    refused(|i| i.status = 0, Code::LICENCE_BAD_FIELD);
}

#[test]
fn a_superseded_licence_is_not_issued() {
    refused(|i| i.status = 5, Code::LICENCE_BAD_FIELD);
}

#[test]
fn dates_that_cross_are_refused() {
    refused(|i| i.not_before = i.not_after + 1, Code::LICENCE_BAD_DATES);
}

#[test]
fn a_licence_issued_after_its_end_is_refused() {
    refused(|i| (i.not_before, i.not_after) = (TODAY - 9, TODAY - 1), Code::LICENCE_BAD_DATES);
}

#[test]
fn a_licence_issued_tomorrow_is_refused() {
    refused(|i| i.issued_on = TODAY + 1, Code::LICENCE_BAD_DATES);
}

#[test]
fn an_import_brings_suspended_revoked_and_cancelled_licences() {
    let mut w = World::new();
    for status in 2..=4 {
        w.run("MsgIssue", &issue(Item { status, ..item(status as u8) })).expect("an import");
        assert_eq!(w.record(&[status as u8; 32]).status, status);
    }
}

#[test]
fn the_same_ref_is_recorded_once_for_ever() {
    let mut w = World::new();
    w.issue(1);
    assert_eq!(code_of(w.run("MsgIssue", &issue(item(1)))), Code::LICENCE_ALREADY_RECORDED);
}

#[test]
fn a_missing_ground_is_refused() {
    let mut w = World::new();
    assert_eq!(code_of(w.run("MsgIssue", &MsgIssue { ground: None, ..issue(item(1)) })), Code::LICENCE_BAD_FIELD);
}

#[test]
fn free_text_is_no_reason() {
    let mut w = World::new();
    let named = Some(Ground { reason: "holder Zhang San asked".into(), ..ground().expect("some") });
    assert_eq!(code_of(w.run("MsgIssue", &MsgIssue { ground: named, ..issue(item(1)) })), Code::LICENCE_BAD_FIELD);
}

#[test]
fn only_the_chains_department_writes_its_register() {
    let mut w = World::new();
    assert_eq!(code_of(w.run_as(Some(OTHER), "MsgIssue", &issue(item(1)))), Code::LICENCE_NOT_THE_DEPARTMENT);
    assert_eq!(code_of(w.run_as(None, "MsgIssue", &issue(item(1)))), Code::LICENCE_NOT_THE_DEPARTMENT);
    w.run_as(Some(OWN), "MsgIssue", &issue(item(1))).expect("its twin is taken");
}

#[test]
fn a_chain_without_a_register_says_so() {
    let mut w = World::new();
    w.state = govhub_store::State::new(&govhub_store::Empty);
    assert_eq!(code_of(w.run("MsgIssue", &issue(item(1)))), Code::LICENCE_NO_REGISTER);
}

#[test]
fn an_unknown_field_and_an_unknown_message_are_refused() {
    let mut w = World::new();
    let caller = govhub_licence::Caller { address: crate::world::signer(), department: Some(OWN.parse().expect("a department")) };
    let mut value = prost::Message::encode_to_vec(&issue(item(1)));
    value.extend([0x7a, 0]);
    let mut any = ibc_proto::google::protobuf::Any { type_url: "/govhub.licence.v1.MsgIssue".into(), value };
    let mut run = |any: &_| govhub_licence::handle(&mut w.state, &w.ctx, &caller, |_, _| true, any, &mut Vec::new());
    assert_eq!(code_of(run(&any)), Code::LICENCE_UNDECODABLE);
    any.type_url = "/govhub.licence.v1.MsgForge".into();
    assert_eq!(code_of(run(&any)), Code::LICENCE_UNKNOWN_MESSAGE);
}

#[test]
fn an_event_names_reason_basis_and_actor() {
    let mut w = World::new();
    w.issue(1);
    let (event, actor) = (&w.events[0], crate::world::signer().to_string());
    assert_eq!(event.kind, "licence_issued");
    for (key, value) in [("reason", "holder-request"), ("legal_basis", "GD-2020-7"), ("actor", actor.as_str())] {
        assert!(event.attributes.contains(&(key.into(), value.into())), "{key}");
    }
}
