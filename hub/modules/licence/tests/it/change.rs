//! Suspend, resume, revoke, cancel, amend by message; the table of transitions has its own tests beside it.

use govhub_licence::proto::{MsgAmend, MsgCancel, MsgResume, MsgRevoke, MsgSuspend};
use govhub_types::Code;

use crate::world::{code_of, ground, item, World, TODAY};

macro_rules! send {
    ($w:expr, $name:ident, $licence_ref:expr) => {
        $w.run(stringify!($name), &$name { signer: "gov1signer".into(), licence_ref: $licence_ref.to_vec(), ground: ground() })
    };
}

#[test]
fn a_suspended_licence_is_resumed_and_each_change_counts() {
    let mut w = World::new();
    let l = w.issue(1);
    send!(w, MsgSuspend, l).expect("from VALID");
    assert_eq!((w.record(&l).status, w.record(&l).status_version), (2, 2));
    send!(w, MsgResume, l).expect("from SUSPENDED");
    assert_eq!((w.record(&l).status, w.record(&l).status_version), (1, 3));
}

#[test]
fn revoked_is_final() {
    let mut w = World::new();
    let l = w.issue(1);
    send!(w, MsgRevoke, l).expect("from VALID");
    assert_eq!(w.record(&l).status, 3);
    assert_eq!(code_of(send!(w, MsgResume, l)), Code::LICENCE_FINAL);
}

#[test]
fn cancelled_is_final() {
    let mut w = World::new();
    let l = w.issue(1);
    send!(w, MsgCancel, l).expect("from VALID");
    assert_eq!(w.record(&l).status, 4);
    assert_eq!(code_of(send!(w, MsgRevoke, l)), Code::LICENCE_FINAL);
}

#[test]
fn a_valid_licence_is_not_resumed_and_nothing_changes() {
    let mut w = World::new();
    let l = w.issue(1);
    let before = w.record(&l);
    assert_eq!(code_of(send!(w, MsgResume, l)), Code::LICENCE_NOT_FROM);
    assert_eq!(w.record(&l), before);
}

#[test]
fn an_unknown_ref_is_said_to_be_unknown() {
    let mut w = World::new();
    assert_eq!(code_of(send!(w, MsgSuspend, [9; 32])), Code::LICENCE_UNKNOWN);
    assert_eq!(code_of(send!(w, MsgSuspend, [9; 31])), Code::LICENCE_BAD_FIELD);
}

fn amend(old: u8, new: u8) -> MsgAmend {
    MsgAmend { signer: "gov1signer".into(), old_ref: vec![old; 32], item: Some(item(new)), ground: ground() }
}

#[test]
fn an_amendment_supersedes_the_old_record_which_points_nowhere() {
    let mut w = World::new();
    let old = w.issue(1);
    let before = w.record(&old);
    w.pass(86_400);
    w.run("MsgAmend", &amend(1, 2)).expect("from VALID");
    let after = w.record(&old);
    assert_eq!((after.status, after.status_version), (5, 2));
    assert_eq!(govhub_licence::proto::Record { status: 1, status_version: 1, ..after }, before, "nothing but the status changed");
    let new = w.record(&[2; 32]);
    assert_eq!((new.status, new.status_version, new.recorded_on), (1, 1, TODAY + 1));
}

#[test]
fn a_suspended_licence_is_not_amended() {
    let mut w = World::new();
    let l = w.issue(1);
    send!(w, MsgSuspend, l).expect("from VALID");
    assert_eq!(code_of(w.run("MsgAmend", &amend(1, 2))), Code::LICENCE_NOT_FROM);
}

#[test]
fn an_amendment_under_the_old_ref_is_refused() {
    let mut w = World::new();
    w.issue(1);
    assert_eq!(code_of(w.run("MsgAmend", &amend(1, 1))), Code::LICENCE_ALREADY_RECORDED);
}

#[test]
fn an_amendment_keeps_the_type() {
    let mut w = World::new();
    w.issue(1);
    let mut other = amend(1, 2);
    other.item.as_mut().expect("set above").licence_type = "11100000000013338W012".into();
    assert_eq!(code_of(w.run("MsgAmend", &other)), Code::LICENCE_BAD_FIELD);
    w.run("MsgAmend", &amend(1, 2)).expect("its twin is taken");
}

#[test]
fn a_new_version_starts_valid() {
    let mut w = World::new();
    w.issue(1);
    let mut suspended = amend(1, 2);
    suspended.item.as_mut().expect("set above").status = 2;
    assert_eq!(code_of(w.run("MsgAmend", &suspended)), Code::LICENCE_BAD_FIELD);
}
