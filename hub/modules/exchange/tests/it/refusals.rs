//! What the hub answers at once: one broken rule a test. The twin that breaks none is forwarded; here, where no client exists,
//! forwarding ends in ISSUER_UNREACHABLE, which stands behind every other refusal in the order of rules.

use govhub_exchange::proto::{BindDepartment, Kind, RegisterKind, RemoveKind, RemoveRule, SetParams, SuspendDepartment};
use govhub_exchange::{open, params};
use govhub_packets::{Authorisation, Envelope, Party, RefusedCode};

use crate::world::{holder, leg_one, packet, question, rule, statutory, via, World, ASKER, ASKER_CLIENT, ISSUER, ISSUER_CLIENT, NOW_S, OTHER_TYPE, STRANGER, TYPE};

/// The hub refuses the bent question with `code`, and its twin only because nobody can be reached.
fn refused(code: RefusedCode, bend: impl Fn(&mut Envelope)) {
    let mut bent = question();
    bend(&mut bent);
    assert_eq!(World::hub().refusal(&leg_one(&bent)), (code, Party::Hub));
    twin(&mut World::hub());
}

fn twin(w: &mut World) {
    assert_eq!(w.refusal(&leg_one(&question())), (RefusedCode::IssuerUnreachable, Party::Hub), "the twin passes every rule");
}

#[test]
fn an_unknown_kind_is_refused_by_type() {
    refused(RefusedCode::UnknownKind, |e| e.kind = "tax-return/1".into());
}

#[test]
fn another_version_of_a_known_kind_is_refused_as_such() {
    refused(RefusedCode::UnsupportedVersion, |e| e.kind = "lic-verify/2".into());
}

#[test]
fn a_kind_that_governance_closed_is_unknown_until_it_is_opened_again() {
    let mut w = World::hub();
    w.act("RemoveKind", &RemoveKind { kind: "lic-verify/1".into() }).expect("open so far");
    assert_eq!(w.refusal(&leg_one(&question())), (RefusedCode::UnknownKind, Party::Hub));
    let Kind { kind, read_only } = Kind { kind: "lic-verify/1".into(), read_only: true };
    w.act("RegisterKind", &RegisterKind { kind, read_only }).expect("handled");
    twin(&mut w);
}

#[test]
fn an_issuer_without_a_lane_is_unknown() {
    refused(RefusedCode::IssuerUnknown, |e| e.to = Some(STRANGER.parse().expect("a department")));
}

#[test]
fn a_suspended_issuer_is_named_as_suspended() {
    let mut w = World::hub();
    w.act("SuspendDepartment", &SuspendDepartment { department: ISSUER.into(), suspended: true }).expect("has a lane");
    assert_eq!(w.refusal(&leg_one(&question())), (RefusedCode::IssuerSuspended, Party::Hub));
    w.act("SuspendDepartment", &SuspendDepartment { department: ISSUER.into(), suspended: false }).expect("has a lane");
    twin(&mut w);
}

#[test]
fn a_suspended_asker_may_ask_nothing() {
    let mut w = World::hub();
    w.act("SuspendDepartment", &SuspendDepartment { department: ASKER.into(), suspended: true }).expect("has a lane");
    assert_eq!(w.refusal(&leg_one(&question())), (RefusedCode::NotAllowed, Party::Hub));
}

#[test]
fn another_purpose_is_not_allowed() {
    refused(RefusedCode::NotAllowed, |e| e.purpose = "tax".into());
}

#[test]
fn another_legal_basis_is_not_allowed() {
    refused(RefusedCode::NotAllowed, |e| e.legal_basis = "gd-2021-1".into());
}

#[test]
fn another_authorisation_is_not_allowed() {
    refused(RefusedCode::NotAllowed, |e| e.authorisation = Authorisation::HolderAuthorised);
    refused(RefusedCode::NotAllowed, |e| (e.authorisation, e.body) = (Authorisation::Statutory, statutory(TYPE, 1)));
}

#[test]
fn another_type_is_not_allowed() {
    refused(RefusedCode::NotAllowed, |e| e.body = holder(OTHER_TYPE));
}

#[test]
fn a_service_item_that_is_not_listed_is_not_allowed() {
    refused(RefusedCode::NotAllowed, |e| e.service_item = "item-2".into());
}

#[test]
fn a_rule_holds_on_its_days_and_not_beside_them() {
    for (days, code) in [(0, RefusedCode::IssuerUnreachable), (10, RefusedCode::IssuerUnreachable), (11, RefusedCode::NotAllowed)] {
        let mut w = World::hub();
        w.pass(days * 86_400);
        let later = Envelope { answer_by: w.ctx.time.unix_s() + 60, ..question() };
        let packet = packet(ASKER_CLIENT, later.encode(), w.ctx.time.unix_s() + 120);
        assert_eq!(w.refusal(&packet).0, code, "day {days}");
    }
}

#[test]
fn without_its_rule_nothing_is_allowed() {
    let mut w = World::hub();
    let bare = govhub_exchange::proto::Rule { not_before: 0, not_after: 0, ..rule().into() };
    w.act("RemoveRule", &RemoveRule { rule: Some(bare) }).expect("there is one");
    assert_eq!(w.refusal(&leg_one(&question())).0, RefusedCode::NotAllowed);
}

#[test]
fn a_purpose_struck_from_the_list_takes_its_rules_with_it() {
    let mut w = World::hub();
    let lists = govhub_exchange::proto::SetLists {
        purposes: vec!["tax".into()],
        legal_bases: vec!["gd-2020-7".into()],
        service_items: vec!["item-1".into()],
    };
    w.act("SetLists", &lists).expect("sorted");
    assert_eq!(w.refusal(&leg_one(&question())).0, RefusedCode::NotAllowed);
}

#[test]
fn an_answer_wanted_within_the_issuers_margin_is_expired() {
    refused(RefusedCode::RequestExpired, |e| e.answer_by = NOW_S + 10);
}

#[test]
fn an_answer_wanted_in_the_past_is_expired() {
    refused(RefusedCode::RequestExpired, |e| e.answer_by = 1);
}

#[test]
fn an_answer_wanted_after_the_settle_margin_is_expired() {
    refused(RefusedCode::RequestExpired, |e| e.answer_by = NOW_S + 61);
}

#[test]
fn a_timeout_shorter_than_the_margin_does_not_wrap() {
    let mut w = World::hub();
    let packet = packet(ASKER_CLIENT, question().encode(), 59);
    assert_eq!(w.refusal(&packet).0, RefusedCode::RequestExpired);
}

#[test]
fn an_issuer_whose_client_cannot_send_is_unreachable_and_nothing_stays_open() {
    let mut w = World::hub();
    twin(&mut w);
    assert_eq!(open::count(&w.state, ASKER), 0);
    assert!(!open::is_due(&w.state, u64::MAX));
}

#[test]
fn a_refusal_carries_the_hash_of_the_question() {
    let mut w = World::hub();
    let bent = Envelope { purpose: "tax".into(), ..question() };
    let govhub_packets::Answer::Refused { request, .. } = w.answer(&leg_one(&bent)) else { panic!("refused") };
    assert_eq!(request, govhub_packets::request_hash(&bent.encode()));
}

fn faulty(fault: &str, bend: impl Fn(&mut Envelope)) {
    let mut bent = question();
    bend(&mut bent);
    assert_eq!(World::hub().fault(&leg_one(&bent)), fault);
    twin(&mut World::hub());
}

#[test]
fn another_departments_name_is_a_fault() {
    faulty("speaker", |e| e.from = ISSUER.parse().expect("a department"));
}

#[test]
fn a_via_on_leg_one_is_a_fault() {
    faulty("via", |e| e.via = via());
}

#[test]
fn a_holders_body_by_law_is_a_fault() {
    faulty("combination", |e| e.authorisation = Authorisation::Statutory);
}

#[test]
fn an_unknown_field_is_a_fault() {
    let mut value = question().encode();
    value.extend([0x7a, 1, 0]);
    assert_eq!(World::hub().fault(&packet(ASKER_CLIENT, value, NOW_S + 120)), "not_canonical");
}

#[test]
fn a_client_without_a_department_is_a_fault() {
    let mut w = World::hub();
    assert_eq!(w.fault(&packet("07-tendermint-7", question().encode(), NOW_S + 120)), "speaker");
}

#[test]
fn another_port_version_or_encoding_is_a_fault() {
    let bends: [fn(&mut govhub_ibc::types::Payload); 4] = [
        |p| p.source_port = "transfer".into(),
        |p| p.destination_port = "transfer".into(),
        |p| p.version = "govhub-2".into(),
        |p| p.encoding = "application/json".into(),
    ];
    for bend in bends {
        let mut packet = leg_one(&question());
        bend(&mut packet.payloads[0]);
        assert_eq!(World::hub().fault(&packet), "combination");
    }
}

#[test]
fn two_payloads_are_a_fault() {
    let mut packet = leg_one(&question());
    packet.payloads.push(packet.payloads[0].clone());
    assert_eq!(World::hub().fault(&packet), "length");
}

#[test]
fn a_lane_is_bound_once_on_both_sides() {
    let mut w = World::hub();
    let again = |department: &str, client_id: &str| BindDepartment { department: department.into(), client_id: client_id.into() };
    assert!(w.act("BindDepartment", &again(ASKER, "07-tendermint-5")).is_err());
    assert!(w.act("BindDepartment", &again(STRANGER, ISSUER_CLIENT)).is_err());
    w.act("BindDepartment", &again(STRANGER, "07-tendermint-5")).expect("both are free");
}

#[test]
fn margins_are_governances_to_set() {
    let mut w = World::hub();
    w.act("SetParams", &SetParams { params: Some(params::demo()) }).expect("good values");
    let soon = Envelope { answer_by: NOW_S + 3, ..question() };
    assert_eq!(w.refusal(&packet(ASKER_CLIENT, soon.encode(), NOW_S + 8)).0, RefusedCode::IssuerUnreachable);
    assert_eq!(w.refusal(&packet(ASKER_CLIENT, soon.encode(), NOW_S + 7)).0, RefusedCode::RequestExpired);
}
