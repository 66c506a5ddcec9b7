//! What the issuer says: the code first, then its rules, then the register.

use govhub_exchange::genesis::Config;
use govhub_exchange::proto::RemoveKind;
use govhub_licence::proto::{Ground, Item, MsgIssue, MsgMintCode, MsgRevoke, MsgSuspend};
use govhub_packets::{code_hash, request_hash, Answer, Authorisation, Envelope, IssuerResult, Outcome, Party, RefusedCode};

use crate::world::{
    bind, holder, leg_two, lists, packet, question, rule, statutory, via, World, ASKER, CODE, HUB_CLIENT, ISSUER, NOW_S, OTHER_TYPE, STRANGER, TODAY, TYPE,
};

fn ground() -> Option<Ground> {
    Some(Ground { reason: "r".into(), legal_basis: "b".into() })
}

fn issue(w: &mut World, n: u8, not_before: u32, not_after: u32) {
    let item = Item { licence_ref: vec![n; 32], licence_type: TYPE.into(), region: "440100".into(), issued_on: TODAY - 5, not_before, not_after, status: 1 };
    w.register("MsgIssue", &MsgIssue { signer: String::new(), item: Some(item), ground: ground() });
}

fn mint(w: &mut World) {
    let message = MsgMintCode {
        signer: String::new(),
        code_hash: code_hash(&CODE).to_vec(),
        licence_ref: vec![1; 32],
        bind: bind().to_vec(),
        audience: ASKER.into(),
        purpose: "notary".into(),
        expires_at: w.ctx.time.unix_s() + 120,
    };
    w.register("MsgMintCode", &message);
}

/// The issuer with licence 1 in force and a code for it.
fn issuer() -> World {
    let mut w = World::department();
    issue(&mut w, 1, TODAY - 5, TODAY + 5);
    mint(&mut w);
    w
}

fn by_law(n: u8) -> Envelope {
    Envelope { authorisation: Authorisation::Statutory, body: statutory(TYPE, n), ..question() }
}

fn result(w: &mut World, envelope: &Envelope) -> IssuerResult {
    match w.answer(&leg_two(envelope)) {
        Answer::Result(result) => result,
        other => panic!("no result: {other:?}"),
    }
}

fn outcomes(result: &IssuerResult) -> Vec<(&str, Outcome)> {
    assert!(result.checks.iter().all(|c| c.by == Party::Issuer));
    result.checks.iter().map(|c| (c.name.as_str(), c.outcome)).collect()
}

#[test]
fn a_good_code_gets_a_result_for_every_check_the_issuer_owns() {
    let mut w = issuer();
    let result = result(&mut w, &question());
    assert_eq!(outcomes(&result), [("code", Outcome::Pass), ("status", Outcome::Pass), ("validity", Outcome::Pass)]);
    assert_eq!(result.request, request_hash(&question().encode()), "bound to leg one, without via");
    assert_eq!((result.as_of_height, result.as_of_time), (7, NOW_S));
    assert_eq!((result.licence_type.as_str(), result.region.as_str(), result.issued_on, result.recorded_on), (TYPE, "440100", TODAY - 5, TODAY));
    assert!(result.body.is_empty(), "nothing by which the licence could be followed");
}

#[test]
fn a_question_by_law_has_no_code_to_check() {
    let mut w = issuer();
    assert_eq!(outcomes(&result(&mut w, &by_law(1))), [("status", Outcome::Pass), ("validity", Outcome::Pass)]);
}

#[test]
fn a_suspended_licence_fails_status_and_nothing_else() {
    let mut w = issuer();
    w.register("MsgSuspend", &MsgSuspend { signer: String::new(), licence_ref: vec![1; 32], ground: ground() });
    assert_eq!(outcomes(&result(&mut w, &question())), [("code", Outcome::Pass), ("status", Outcome::Fail), ("validity", Outcome::Pass)]);
}

#[test]
fn a_revoked_licence_fails_status() {
    let mut w = issuer();
    w.register("MsgRevoke", &MsgRevoke { signer: String::new(), licence_ref: vec![1; 32], ground: ground() });
    assert_eq!(outcomes(&result(&mut w, &by_law(1)))[0], ("status", Outcome::Fail));
}

#[test]
fn dates_are_judged_by_the_chains_day_both_ends_included() {
    for (not_before, not_after, expected) in
        [(TODAY, TODAY, Outcome::Pass), (TODAY - 9, TODAY - 1, Outcome::Fail), (TODAY + 1, TODAY + 9, Outcome::Fail)]
    {
        let mut w = World::department();
        let item_issued_on_or_before_end = TODAY - 5 <= not_after;
        assert!(item_issued_on_or_before_end);
        issue(&mut w, 1, not_before, not_after);
        assert_eq!(outcomes(&result(&mut w, &by_law(1)))[1], ("validity", expected), "{not_before} to {not_after}");
    }
}

fn refused(w: &mut World, envelope: &Envelope) -> RefusedCode {
    let (code, by) = w.refusal(&leg_two(envelope));
    assert_eq!(by, Party::Issuer);
    code
}

#[test]
fn a_code_is_used_once() {
    let mut w = issuer();
    result(&mut w, &question());
    assert_eq!(refused(&mut w, &question()), RefusedCode::CodeUsed);
}

#[test]
fn an_expired_code_is_refused() {
    let mut w = issuer();
    w.pass(120);
    let later = Envelope { answer_by: NOW_S + 200, ..question() };
    assert_eq!(refused(&mut w, &later), RefusedCode::CodeExpired);
}

#[test]
fn a_mismatch_burns_nothing() {
    let mut w = issuer();
    let other_purpose = Envelope { purpose: "tax".into(), ..question() };
    assert_eq!(refused(&mut w, &other_purpose), RefusedCode::CodeMismatch);
    let other_code = govhub_packets::LicVerify::Holder { licence_type: TYPE.parse().expect("a type"), bind: bind(), code: [0; 16] };
    assert_eq!(refused(&mut w, &Envelope { body: other_code.encode(), ..question() }), RefusedCode::CodeMismatch);
    let other_bind = govhub_packets::LicVerify::Holder { licence_type: TYPE.parse().expect("a type"), bind: [0; 32], code: CODE };
    assert_eq!(refused(&mut w, &Envelope { body: other_bind.encode(), ..question() }), RefusedCode::CodeMismatch);
    result(&mut w, &question());
}

#[test]
fn another_audience_gets_a_mismatch() {
    let mut w = issuer();
    let stranger = Envelope { from: STRANGER.parse().expect("a department"), ..question() };
    let via = via().map(|v| govhub_packets::Via { asker: stranger.from.clone(), ..v });
    let packet = packet(HUB_CLIENT, Envelope { via, ..stranger }.encode(), NOW_S + 50);
    assert_eq!(w.refusal(&packet), (RefusedCode::CodeMismatch, Party::Issuer));
    result(&mut w, &question());
}

#[test]
fn an_unknown_licence_is_named_so_by_law_only() {
    let mut w = World::department();
    assert_eq!(refused(&mut w, &by_law(1)), RefusedCode::UnknownLicence);
    assert_eq!(refused(&mut w, &question()), RefusedCode::CodeMismatch, "a holder's question learns nothing");
}

#[test]
fn another_type_than_the_records_is_not_allowed() {
    let mut w = issuer();
    let other = Envelope { body: statutory(OTHER_TYPE, 1), ..by_law(1) };
    assert_eq!(refused(&mut w, &other), RefusedCode::NotAllowed);
    assert_eq!(refused(&mut w, &Envelope { body: holder(OTHER_TYPE), ..question() }), RefusedCode::NotAllowed);
}

#[test]
fn a_question_out_of_time_is_expired_and_burns_nothing() {
    let mut w = issuer();
    assert_eq!(refused(&mut w, &Envelope { answer_by: NOW_S, ..question() }), RefusedCode::RequestExpired);
    result(&mut w, &question());
}

#[test]
fn an_issuer_with_rules_of_its_own_denies_by_default() {
    let mut w = World::department_with(Config { department: Some(ISSUER.into()), own_rules: true, ..lists() });
    issue(&mut w, 1, TODAY, TODAY);
    mint(&mut w);
    assert_eq!(refused(&mut w, &question()), RefusedCode::NotAllowed);
    let mut w = World::department_with(Config { department: Some(ISSUER.into()), own_rules: true, rules: vec![rule()], ..lists() });
    issue(&mut w, 1, TODAY, TODAY);
    mint(&mut w);
    result(&mut w, &question());
}

#[test]
fn the_issuer_has_a_registry_of_kinds_too() {
    let mut w = issuer();
    assert_eq!(refused(&mut w, &Envelope { kind: "lic-verify/2".into(), ..question() }), RefusedCode::UnsupportedVersion);
    assert_eq!(refused(&mut w, &Envelope { kind: "tax-return/1".into(), ..question() }), RefusedCode::UnknownKind);
    w.act("RemoveKind", &RemoveKind { kind: "lic-verify/1".into() }).expect("open so far");
    assert_eq!(refused(&mut w, &question()), RefusedCode::UnknownKind);
}

#[test]
fn a_question_without_via_is_a_fault() {
    let mut w = issuer();
    assert_eq!(w.fault(&packet(HUB_CLIENT, question().encode(), NOW_S + 50)), "via");
}

#[test]
fn a_via_that_names_another_asker_is_a_fault() {
    let mut w = issuer();
    let via = via().map(|v| govhub_packets::Via { asker: STRANGER.parse().expect("a department"), ..v });
    assert_eq!(w.fault(&packet(HUB_CLIENT, Envelope { via, ..question() }.encode(), NOW_S + 50)), "speaker");
}

#[test]
fn a_question_to_another_department_is_a_fault() {
    let mut w = issuer();
    let other = Envelope { to: Some(STRANGER.parse().expect("a department")), ..question() };
    assert_eq!(w.fault(&leg_two(&other)), "speaker");
}

#[test]
fn a_question_over_another_client_than_the_hubs_is_a_fault() {
    let mut w = issuer();
    let value = Envelope { via: via(), ..question() }.encode();
    assert_eq!(w.fault(&packet("07-tendermint-4", value, NOW_S + 50)), "speaker");
}
