//! Every typed answer, over three chains with proofs.

use govhub_exchange::genesis::Config;
use govhub_exchange::open;
use govhub_exchange::proto::{ApproveImport, AskState, LegOne, SetRule};
use govhub_ibc::types::Packet;
use govhub_licence::proto::MsgSuspend;
use govhub_packets::evaluate::Reading;
use govhub_packets::{forward, request_hash, AcceptedCode, Answer, Check, IssuerResult, Outcome, Party, RefusedCode};
use govhub_types::BlockContext;

use crate::journey::{act, answer, ground, newest, reading, register, Journey, OF_ASKER, OF_HUB, OF_ISSUER};
use crate::world::{rule, ASKER, ISSUER, OTHER_TYPE, TODAY, TYPE};

fn evaluation(asked: &govhub_exchange::proto::Asked) -> govhub_packets::evaluate::Evaluation {
    match reading(asked) {
        Ok(Reading::Checked(evaluation)) => evaluation,
        other => panic!("not checked: {other:?}"),
    }
}

fn outcomes(checks: &[Check]) -> Vec<(&str, Outcome, Party)> {
    checks.iter().map(|c| (c.name.as_str(), c.outcome, c.by)).collect()
}

#[test]
fn a_good_code_comes_home_valid_with_each_partys_checks_and_the_issuers_bytes_unchanged() {
    let mut j = Journey::new();
    j.issue_and_mint();
    let leg_one = j.ask();
    j.bring_to_hub(&leg_one);
    let leg_two = j.leg_two();
    assert!(forward::is_forward_of(&leg_one.payloads[0].value, &leg_two.payloads[0].value));
    assert_eq!(j.hub.look(|s| open::count(s, ASKER)), 1);
    j.bring_to_issuer(&leg_two);
    j.back_to_hub(&leg_two);
    assert_eq!(j.hub.look(|s| open::count(s, ASKER)), 0);
    let asked = j.back_to_asker(&leg_one);
    let e = evaluation(&asked);
    assert!(e.valid);
    use Outcome::Pass;
    let expected = [
        ("code", Pass, Party::Issuer),
        ("identifier", Pass, Party::Asker),
        ("issuer_authorised", Pass, Party::Hub),
        ("status", Pass, Party::Issuer),
        ("validity", Pass, Party::Issuer),
    ];
    assert_eq!(outcomes(&e.checks), expected);
    assert_eq!((e.leg2.hub_client_id.as_str(), e.leg2.issuer_client_id.as_str(), e.leg2.sequence), (OF_ISSUER, OF_HUB, 1));
    assert!(e.leg2.proof_height.revision_height > 1);
    let received = j.issuer.look(|s| govhub_ibc::packet::record(s, govhub_ibc::types::Direction::Received, OF_HUB, 1)).expect("received");
    let Answer::Forwarded { inner, .. } = answer(&asked) else { panic!("forwarded") };
    assert_eq!(received.acknowledgement.expect("answered").app_acknowledgements, [inner]);
}

#[test]
fn the_next_answer_says_that_the_licence_is_suspended() {
    let mut j = Journey::new();
    j.issue_and_mint();
    register(&mut j.issuer, "MsgSuspend", &MsgSuspend { signer: String::new(), licence_ref: vec![1; 32], ground: ground() }).expect("VALID");
    let leg_one = j.ask();
    let e = evaluation(&j.there_and_back(&leg_one));
    assert!(!e.valid);
    let failed: Vec<&str> = e.checks.iter().filter(|c| c.outcome != Outcome::Pass).map(|c| c.name.as_str()).collect();
    assert_eq!(failed, ["status"]);
}

#[test]
fn a_used_code_comes_home_as_the_issuers_refusal() {
    let mut j = Journey::new();
    j.issue_and_mint();
    let first = j.ask();
    assert!(evaluation(&j.there_and_back(&first)).valid);
    let again = j.ask();
    let asked = j.there_and_back(&again);
    assert_eq!(reading(&asked), Ok(Reading::Refused { code: RefusedCode::CodeUsed, by: Party::Issuer }));
}

#[test]
fn an_unknown_licence_comes_home_by_law() {
    let mut j = Journey::new();
    let leg_one = j.ask_by_law(7);
    let asked = j.there_and_back(&leg_one);
    assert_eq!(reading(&asked), Ok(Reading::Refused { code: RefusedCode::UnknownLicence, by: Party::Issuer }));
}

#[test]
fn a_refusal_by_the_hub_comes_home_at_once() {
    let mut j = Journey::new();
    act(&mut j.hub, "SuspendDepartment", &govhub_exchange::proto::SuspendDepartment { department: ISSUER.into(), suspended: true });
    let leg_one = j.ask();
    j.bring_to_hub(&leg_one);
    let asked = j.back_to_asker(&leg_one);
    assert_eq!(reading(&asked), Ok(Reading::Refused { code: RefusedCode::IssuerSuspended, by: Party::Hub }));
}

#[test]
fn a_packet_that_the_hub_cannot_read_is_told_apart_from_a_refusal() {
    let mut j = Journey::new();
    let leg_one = j.ask();
    let height = j.asker.now_s();
    // The lane is bound to another department meanwhile: the speaker is wrong for this client.
    let mut forged = leg_one.clone();
    forged.payloads[0].value[2] ^= 1;
    assert!(height > 0);
    let refused = crate::journey::deliver(&mut j.asker, &mut j.hub, &crate::journey::id(OF_ASKER), &forged, None);
    assert_eq!(refused.expect_err("the proof is of other bytes").code, govhub_types::Code::PROOF_INVALID);
    let asked = j.there_and_back(&leg_one);
    assert_eq!(asked.state(), AskState::Answered);
}

#[test]
fn one_asker_has_at_most_max_open_questions_under_way() {
    let mut j = Journey::with(Config { max_open: Some(1), ..Config::default() });
    j.issue_and_mint();
    let first = j.ask();
    j.bring_to_hub(&first);
    let second = j.ask_by_law(1);
    j.bring_to_hub(&second);
    assert_eq!(reading(&j.back_to_asker(&second)), Ok(Reading::Refused { code: RefusedCode::OverQuota, by: Party::Hub }));
    let leg_two = j.leg_two();
    j.bring_to_issuer(&leg_two);
    j.back_to_hub(&leg_two);
    assert!(evaluation(&j.back_to_asker(&first)).valid);
    let third = j.ask_by_law(1);
    assert!(evaluation(&j.there_and_back(&third)).valid);
}

/// A result as an honest issuer would give it for the question in `leg_two`.
fn honest(leg_two: &Packet, ctx: &BlockContext) -> IssuerResult {
    let (_, leg_one) = forward::leg_one_of(&leg_two.payloads[0].value).expect("the hub forwards well");
    let check = |name: &str| Check { name: name.into(), outcome: Outcome::Pass, by: Party::Issuer, height: ctx.height, time: ctx.time.unix_s() };
    IssuerResult {
        request: request_hash(&leg_one),
        checks: ["code", "status", "validity"].map(check).to_vec(),
        as_of_height: ctx.height,
        as_of_time: ctx.time.unix_s(),
        licence_type: TYPE.parse().expect("a type"),
        region: "440100".parse().expect("a region"),
        issued_on: TODAY,
        recorded_on: TODAY,
        body: Vec::new(),
    }
}

fn lied(bend: impl Fn(&mut IssuerResult)) -> govhub_exchange::proto::Asked {
    let mut j = Journey::new();
    let leg_one = j.ask();
    j.with_a_liar(&leg_one, |leg_two, ctx| {
        let mut result = honest(leg_two, ctx);
        bend(&mut result);
        Some(Answer::Result(result).encode())
    })
}

fn bad_answer(asked: &govhub_exchange::proto::Asked) {
    assert_eq!(reading(asked), Ok(Reading::Refused { code: RefusedCode::BadAnswer, by: Party::Hub }));
}

#[test]
fn the_honest_twin_of_the_liars_is_valid() {
    assert!(evaluation(&lied(|_| ())).valid);
}

#[test]
fn an_answer_to_another_question_is_bad() {
    bad_answer(&lied(|r| r.request = [0; 32]));
}

#[test]
fn a_missing_check_is_bad() {
    bad_answer(&lied(|r| drop(r.checks.remove(1))));
}

#[test]
fn a_check_in_the_hubs_name_is_bad() {
    bad_answer(&lied(|r| r.checks[1].by = Party::Hub));
}

#[test]
fn a_check_that_is_the_hubs_to_make_is_bad() {
    bad_answer(&lied(|r| r.checks[0].name = "issuer_authorised".into()));
}

#[test]
fn a_body_where_there_is_none_is_bad() {
    bad_answer(&lied(|r| r.body = vec![1]));
}

#[test]
fn bytes_that_are_no_answer_an_error_and_another_form_are_bad() {
    for said in [Some(vec![1, 2, 3]), None, Some(Answer::Accepted(AcceptedCode::Ok).encode())] {
        let mut j = Journey::new();
        let leg_one = j.ask();
        bad_answer(&j.with_a_liar(&leg_one, |_, _| said.clone()));
    }
}

#[test]
fn a_refusal_in_the_hubs_name_or_to_another_question_is_bad() {
    for (by, own) in [(Party::Hub, true), (Party::Issuer, false)] {
        let mut j = Journey::new();
        let leg_one = j.ask();
        let request = if own { request_hash(&leg_one.payloads[0].value) } else { [0; 32] };
        let said = Answer::Refused { code: RefusedCode::NotAllowed, by, request }.encode();
        bad_answer(&j.with_a_liar(&leg_one, |_, _| Some(said.clone())));
    }
}

#[test]
fn the_rule_is_judged_again_on_the_type_of_the_result() {
    let other = |r: &mut IssuerResult| r.licence_type = OTHER_TYPE.parse().expect("a type");
    let asked = lied(other);
    assert_eq!(reading(&asked), Ok(Reading::Refused { code: RefusedCode::NotAllowed, by: Party::Hub }));
    // Even where a rule allows that type, it is not what was asked.
    let mut j = Journey::new();
    let allowed = govhub_exchange::proto::Rule { licence_type: OTHER_TYPE.into(), ..rule().into() };
    act(&mut j.hub, "SetRule", &SetRule { rule: Some(allowed) });
    let leg_one = j.ask();
    let said = |leg_two: &Packet, ctx: &BlockContext| {
        let mut result = honest(leg_two, ctx);
        other(&mut result);
        Some(Answer::Result(result).encode())
    };
    bad_answer(&j.with_a_liar(&leg_one, said));
}

fn authorised(asked: &govhub_exchange::proto::Asked) -> Outcome {
    evaluation(asked).checks.iter().find(|c| c.name == "issuer_authorised").expect("mandatory").outcome
}

#[test]
fn an_issuer_without_authority_for_the_region_is_not_authorised() {
    assert_eq!(authorised(&lied(|r| r.region = "440300".parse().expect("a region"))), Outcome::Fail);
}

#[test]
fn a_backdated_licence_of_an_issuer_that_lost_its_authority_fails_unless_governance_approved_the_import() {
    for (import, expected) in [(false, Outcome::Fail), (true, Outcome::Pass)] {
        let mut j = Journey::new();
        *j.hub.people.grants.borrow_mut() = vec![(ISSUER.into(), TYPE.into(), "440100".into(), 0, TODAY - 5)];
        if import {
            let window = ApproveImport {
                issuer: ISSUER.into(),
                licence_type: TYPE.into(),
                region: "440100".into(),
                recorded_from: TODAY,
                recorded_to: TODAY,
            };
            act(&mut j.hub, "ApproveImport", &window);
        }
        let leg_one = j.ask();
        let asked = j.with_a_liar(&leg_one, |leg_two, ctx| {
            Some(Answer::Result(IssuerResult { issued_on: TODAY - 6, recorded_on: TODAY, ..honest(leg_two, ctx) }).encode())
        });
        assert_eq!(authorised(&asked), expected, "import {import}");
    }
}

#[test]
fn an_import_does_not_excuse_the_day_of_issue() {
    let mut j = Journey::new();
    *j.hub.people.grants.borrow_mut() = vec![(ISSUER.into(), TYPE.into(), "440100".into(), TODAY - 5, TODAY - 4)];
    let window =
        ApproveImport { issuer: ISSUER.into(), licence_type: TYPE.into(), region: "440100".into(), recorded_from: TODAY, recorded_to: TODAY };
    act(&mut j.hub, "ApproveImport", &window);
    let leg_one = j.ask();
    let asked = j.with_a_liar(&leg_one, |leg_two, ctx| Some(Answer::Result(IssuerResult { issued_on: TODAY - 9, ..honest(leg_two, ctx) }).encode()));
    assert_eq!(authorised(&asked), Outcome::Fail);
}

#[test]
fn an_answer_as_of_another_time_passes_nothing_of_the_issuers() {
    for (ago, expected) in [(200, Outcome::Pass), (400, Outcome::Unknown)] {
        let e = evaluation(&lied(|r| r.as_of_time -= ago));
        assert_eq!(e.valid, expected == Outcome::Pass);
        for check in e.checks.iter().filter(|c| c.by == Party::Issuer) {
            assert_eq!(check.outcome, expected, "{}", check.name);
        }
    }
}

#[test]
fn what_is_settled_leaves_nothing_open() {
    let mut j = Journey::new();
    j.issue_and_mint();
    let leg_one = j.ask();
    j.there_and_back(&leg_one);
    let key = LegOne { client_id: OF_ASKER.into(), sequence: newest(&j.asker, OF_HUB).sequence };
    assert_eq!(j.hub.look(|s| open::get(s, &key)), None);
    assert!(!j.hub.look(|s| open::is_due(s, u64::MAX)));
}
