//! lic-status/1: taken by version, conflicts kept, forwarded to who subscribed.

use govhub_exchange::proto::{Subscribe, SuspendDepartment};
use govhub_exchange::statuses;
use govhub_licence::push;
use govhub_packets::{AcceptedCode, Answer, Authorisation, Envelope, LicStatus, LicenceStatus, Party, RefusedCode};

use crate::world::{packet, via, World, ASKER, ASKER_CLIENT, HUB_CLIENT, ISSUER, ISSUER_CLIENT, NOW_S, OTHER_TYPE, TYPE};

fn status(version: u64, status: LicenceStatus) -> LicStatus {
    LicStatus {
        licence_ref: [1; 32],
        licence_type: TYPE.parse().expect("a type"),
        status,
        status_version: version,
        as_of_height: 4,
        as_of_time: NOW_S - 9,
    }
}

fn envelope(status: &LicStatus) -> Envelope {
    Envelope {
        kind: "lic-status/1".into(),
        from: ISSUER.parse().expect("a department"),
        to: None,
        purpose: String::new(),
        legal_basis: String::new(),
        service_item: String::new(),
        authorisation: Authorisation::Statutory,
        answer_by: 0,
        trace_id: [1; 16],
        body: status.encode(),
        via: None,
    }
}

fn push_to(w: &mut World, status: &LicStatus) -> AcceptedCode {
    match w.answer(&packet(ISSUER_CLIENT, envelope(status).encode(), NOW_S + 120)) {
        Answer::Accepted(code) => code,
        other => panic!("not accepted: {other:?}"),
    }
}

#[test]
fn versions_are_taken_upwards_only() {
    let mut w = World::hub();
    assert_eq!(push_to(&mut w, &status(2, LicenceStatus::Suspended)), AcceptedCode::Ok);
    assert_eq!(push_to(&mut w, &status(3, LicenceStatus::Valid)), AcceptedCode::Ok);
    assert_eq!(push_to(&mut w, &status(2, LicenceStatus::Suspended)), AcceptedCode::Stale);
    let known = statuses::get(&w.state, ISSUER, &[1; 32]).expect("kept");
    assert_eq!(known.status, status(3, LicenceStatus::Valid).encode());
}

#[test]
fn the_same_status_twice_is_ok_and_another_story_is_a_conflict_kept_as_evidence() {
    let mut w = World::hub();
    push_to(&mut w, &status(2, LicenceStatus::Suspended));
    assert_eq!(push_to(&mut w, &status(2, LicenceStatus::Suspended)), AcceptedCode::Ok);
    let other = status(2, LicenceStatus::Revoked);
    assert_eq!(push_to(&mut w, &other), AcceptedCode::Conflict);
    assert_eq!(statuses::get(&w.state, ISSUER, &[1; 32]).expect("kept").status, status(2, LicenceStatus::Suspended).encode());
    assert_eq!(statuses::conflicts(&w.state, ISSUER, &[1; 32]), [other.encode()]);
}

#[test]
fn kept_conflicts_are_bounded() {
    let mut w = World::hub();
    push_to(&mut w, &status(2, LicenceStatus::Suspended));
    for n in 0..20 {
        let other = LicStatus { as_of_height: 100 + n, ..status(2, LicenceStatus::Suspended) };
        assert_eq!(push_to(&mut w, &other), AcceptedCode::Conflict);
    }
    assert_eq!(statuses::conflicts(&w.state, ISSUER, &[1; 32]).len(), statuses::CONFLICTS_KEPT);
}

#[test]
fn a_type_for_which_the_issuer_has_no_authority_is_not_allowed() {
    let mut w = World::hub();
    let other = LicStatus { licence_type: OTHER_TYPE.parse().expect("a type"), ..status(2, LicenceStatus::Suspended) };
    let packet = packet(ISSUER_CLIENT, envelope(&other).encode(), NOW_S + 120);
    assert_eq!(w.refusal(&packet), (RefusedCode::NotAllowed, Party::Hub));
    assert!(statuses::get(&w.state, ISSUER, &[1; 32]).is_none());
}

#[test]
fn a_suspended_issuers_status_is_refused() {
    let mut w = World::hub();
    w.act("SuspendDepartment", &SuspendDepartment { department: ISSUER.into(), suspended: true }).expect("has a lane");
    let packet = packet(ISSUER_CLIENT, envelope(&status(2, LicenceStatus::Suspended)).encode(), NOW_S + 120);
    assert_eq!(w.refusal(&packet).0, RefusedCode::IssuerSuspended);
}

#[test]
fn a_status_in_another_departments_name_is_a_fault() {
    let mut w = World::hub();
    let value = envelope(&status(2, LicenceStatus::Suspended)).encode();
    assert_eq!(w.fault(&packet(ASKER_CLIENT, value, NOW_S + 120)), "speaker");
}

#[test]
fn subscribers_wait_for_the_newest_status_only_and_get_leg_one_with_via() {
    let mut w = World::hub();
    w.act("Subscribe", &Subscribe { subscriber: ASKER.into(), issuer: ISSUER.into(), licence_type: TYPE.into(), remove: false }).expect("good");
    push_to(&mut w, &status(2, LicenceStatus::Suspended));
    push_to(&mut w, &status(3, LicenceStatus::Valid));
    let waiting = push::due(&w.state, NOW_S, 10);
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].target.as_str(), waiting[0].status_version), (ASKER_CLIENT, 3));
    let leg_one = envelope(&status(3, LicenceStatus::Valid)).encode();
    assert!(govhub_packets::forward::is_forward_of(&leg_one, &waiting[0].payload));
}

#[test]
fn nobody_is_told_who_did_not_subscribe_or_no_longer_does() {
    let mut w = World::hub();
    let subscribe = |remove| Subscribe { subscriber: ASKER.into(), issuer: ISSUER.into(), licence_type: TYPE.into(), remove };
    w.act("Subscribe", &subscribe(false)).expect("good");
    w.act("Subscribe", &subscribe(true)).expect("good");
    push_to(&mut w, &status(2, LicenceStatus::Suspended));
    assert!(!push::is_due(&w.state, u64::MAX));
}

#[test]
fn a_subscriber_keeps_what_the_hub_forwards() {
    let mut w = World::department();
    let via = via().map(|v| govhub_packets::Via { asker: ISSUER.parse().expect("a department"), ..v });
    let value = Envelope { via, ..envelope(&status(2, LicenceStatus::Suspended)) }.encode();
    assert_eq!(w.answer(&packet(HUB_CLIENT, value, NOW_S + 50)), Answer::Accepted(AcceptedCode::Ok));
    assert_eq!(statuses::get(&w.state, ISSUER, &[1; 32]).expect("kept").status_version, 2);
}
