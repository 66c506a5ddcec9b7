//! `answers.json`: what an acknowledgement means to whoever asked, and every BAD_ANSWER rule broken alone.

use govhub_packets::evaluate::{apply_window, issuer_answer, read, IssuerAnswer, LocalCheck, Reading, Request};
use govhub_packets::{Answer, BadAnswer, Outcome, AS_OF_WINDOW_S};

use crate::{bytes, text, vectors};

/// The reading in the words of the vectors.
fn said(reading: Result<Reading, BadAnswer>) -> String {
    match reading {
        Ok(Reading::Checked(evaluation)) if evaluation.valid => "valid".to_owned(),
        Ok(Reading::Checked(evaluation)) => {
            let failed = evaluation.checks.iter().filter(|check| check.outcome != Outcome::Pass);
            format!("not valid: {}", failed.map(|check| format!("{} {}", check.name, check.outcome)).collect::<Vec<_>>().join(", "))
        }
        Ok(Reading::Presented(presented)) if presented.valid => "presented".to_owned(),
        Ok(Reading::Presented(presented)) => {
            let failed = presented.checks.iter().filter(|check| check.outcome != Outcome::Pass);
            format!("not presented: {}", failed.map(|check| format!("{} {}", check.name, check.outcome)).collect::<Vec<_>>().join(", "))
        }
        Ok(Reading::Refused { code, by }) => format!("refused {} by {by}", code.number()),
        Ok(Reading::NoAnswer(reason)) => format!("no answer: {reason}"),
        Ok(Reading::Accepted(code)) => format!("accepted {}", code.number()),
        Err(BadAnswer::Fault(_)) => "bad: fault".to_owned(),
        Err(BadAnswer::Form { .. }) => "bad: form".to_owned(),
        Err(BadAnswer::OtherRequest) => "bad: other request".to_owned(),
        Err(BadAnswer::ForeignRefusal { .. }) => "bad: foreign refusal".to_owned(),
        Err(BadAnswer::Missing { name }) => format!("bad: missing {name}"),
        Err(BadAnswer::Foreign { name, .. }) => format!("bad: foreign {name}"),
        Err(BadAnswer::Body) => "bad: body".to_owned(),
    }
}

#[test]
fn every_acknowledgement_reads_as_written() {
    for vector in vectors("answers.json").as_array().unwrap() {
        let request = Request::of(&bytes(vector, "request")).unwrap();
        let outcome = Outcome::from_wire("identifier", vector["identifier"].as_i64().unwrap() as i32).unwrap();
        let local = LocalCheck { identifier: outcome, height: 12, time: 1_790_000_004 };
        assert_eq!(said(read(&request, local, &bytes(vector, "acknowledgement"))), text(vector, "reading"), "{}", vector["name"]);
    }
}

/// The first vector: request, forwarded answer and the issuer's answer within.
fn valid() -> (Request, Vec<u8>, Vec<u8>) {
    let file = vectors("answers.json");
    let answer = bytes(&file[0], "acknowledgement");
    let Answer::Forwarded { inner, .. } = Answer::decode(&answer).unwrap() else { panic!("the first vector is forwarded") };
    (Request::of(&bytes(&file[0], "request")).unwrap(), answer, inner)
}

#[test]
fn the_hub_judges_the_issuers_answer_by_the_same_rules() {
    let (request, answer, inner) = valid();
    let Ok(IssuerAnswer::Result(result)) = issuer_answer(&request, &inner) else { panic!("a result") };
    assert_eq!(result.request, request.hash);
    assert!(matches!(issuer_answer(&request, &answer), Err(BadAnswer::Form { .. })), "a forwarded answer is nothing an issuer says");
    let other = Request { hash: [0; 32], ..request };
    assert_eq!(issuer_answer(&other, &inner), Err(BadAnswer::OtherRequest));
}

#[test]
fn the_window_is_symmetric_and_inclusive() {
    let (request, _, inner) = valid();
    let Ok(IssuerAnswer::Result(result)) = issuer_answer(&request, &inner) else { panic!("a result") };
    let outcomes = |hub_time: u64| apply_window(&result, hub_time).into_iter().map(|check| check.outcome).collect::<Vec<_>>();
    let as_of = result.as_of_time;
    for inside in [as_of - AS_OF_WINDOW_S, as_of, as_of + AS_OF_WINDOW_S] {
        assert_eq!(outcomes(inside), [Outcome::Pass; 3]);
    }
    for outside in [0, as_of - AS_OF_WINDOW_S - 1, as_of + AS_OF_WINDOW_S + 1, u64::MAX] {
        assert_eq!(outcomes(outside), [Outcome::Unknown; 3]);
    }
}

#[test]
fn the_readers_own_check_is_labelled_so() {
    let (request, answer, _) = valid();
    let local = LocalCheck { identifier: Outcome::Pass, height: 12, time: 34 };
    let Ok(Reading::Checked(evaluation)) = read(&request, local, &answer) else { panic!("checked") };
    let names: Vec<String> = evaluation.checks.iter().map(|check| format!("{} {}", check.name, check.by)).collect();
    assert_eq!(names, ["code ISSUER", "identifier ASKER", "issuer_authorised HUB", "status ISSUER", "validity ISSUER"]);
}

#[test]
fn a_leg_two_value_is_no_request() {
    let file = vectors("hashes.json");
    assert!(Request::of(&bytes(&file, "leg_one")).is_ok());
    assert!(Request::of(&bytes(&file, "leg_two")).is_err());
}
