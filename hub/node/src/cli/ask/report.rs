//! What an answer means, for people and machines: one line a check, one line a hop. Validity is computed here and stored nowhere.

use govhub_exchange::proto::{AskState, Asked};
use govhub_packets::evaluate::{read, Evaluation, LocalCheck, Reading, Request};
use govhub_packets::{Check, Outcome};
use serde_json::{json, Value};

use crate::cli::{print, CliError, Exit};

/// A settled question.
pub struct Told<'a> {
    /// This chain's client of the hub.
    pub client_id: String,
    /// Leg one's sequence.
    pub sequence: u64,
    /// Hash of the transaction that asked, where it is known.
    pub hash: Option<&'a str>,
    /// What this chain has proved of the answer.
    pub asked: &'a Asked,
    /// Outcome of the asker's own check.
    pub identifier: Outcome,
}

/// Prints the answer and gives the exit status: 0 only if the licence is valid.
///
/// # Errors
/// A defect: the chain kept a question that cannot be read again.
pub fn report(told: &Told<'_>, as_json: bool) -> Result<Exit, CliError> {
    let (value, lines) = tell(told)?;
    let valid = value["valid"] == json!(true);
    print(as_json, &value, lines.join("\n"));
    Ok(if valid { Exit::Done } else { Exit::No })
}

fn tell(told: &Told<'_>) -> Result<(Value, Vec<String>), CliError> {
    let request = Request::of(&told.asked.value).map_err(|e| CliError::defect(format!("the chain's own question: {e}")))?;
    let local = LocalCheck { identifier: told.identifier, height: told.asked.settled_height, time: told.asked.settled_at };
    let mut value = json!({"valid": false, "hops": hops(told, None)});
    let mut lines = Vec::new();
    match told.asked.state() {
        AskState::Answered => match read(&request, local, &told.asked.answer) {
            Ok(Reading::Checked(evaluation)) => {
                checked(&evaluation, &mut value, &mut lines);
                value["hops"] = hops(told, Some(&evaluation));
            }
            Ok(Reading::Presented(presented)) => verdict(presented.valid, &presented.checks, &mut value, &mut lines),
            Ok(Reading::Refused { code, by }) => {
                lines.push(format!("refused by {by}: {code}"));
                value["outcome"] = json!("refused");
                value["refused"] = json!({"code": code.number(), "name": code.as_str(), "by": by.as_str()});
            }
            Ok(Reading::NoAnswer(reason)) => {
                lines.push(format!("no answer: {reason}"));
                value["outcome"] = json!("no_answer");
                value["no_answer"] = json!(reason.as_str());
            }
            Ok(Reading::Accepted(_)) => return Err(CliError::defect("the chain kept a push's answer for a question")),
            Err(bad) => bad_answer(&bad.to_string(), &mut value, &mut lines),
        },
        AskState::BadAnswer => {
            let why = read(&request, local, &told.asked.answer).err().map_or_else(|| "the chain that asked did not take it".into(), |bad| bad.to_string());
            bad_answer(&why, &mut value, &mut lines);
        }
        AskState::Fault => {
            lines.push("the hub could not read the question (error acknowledgement)".into());
            value["outcome"] = json!("fault");
        }
        AskState::TimedOut => {
            lines.push("timed out: proved that the hub did not receive the question in time".into());
            value["outcome"] = json!("timed_out");
        }
        AskState::Waiting | AskState::Unspecified => return Err(CliError::defect("the question is not settled")),
    }
    lines.extend(hop_lines(&value["hops"]));
    Ok((value, lines))
}

fn checked(evaluation: &Evaluation, value: &mut Value, lines: &mut Vec<String>) {
    verdict(evaluation.valid, &evaluation.checks, value, lines);
    value["licence_type"] = json!(evaluation.result.licence_type.as_str());
    value["region"] = json!(evaluation.result.region.as_str());
}

fn verdict(valid: bool, checks: &[Check], value: &mut Value, lines: &mut Vec<String>) {
    lines.push(if valid { "VALID" } else { "NOT VALID" }.into());
    for c in checks {
        lines.push(format!("  {:18} {:8} by {:7} height {} time {}", c.name, c.outcome.as_str(), c.by.as_str(), c.height, c.time));
    }
    value["valid"] = json!(valid);
    value["outcome"] = json!("result");
    value["checks"] = checks.iter().map(check).collect();
}

fn check(c: &Check) -> Value {
    json!({"name": c.name, "outcome": c.outcome.as_str(), "by": c.by.as_str(), "height": c.height, "time": c.time})
}

fn bad_answer(why: &str, value: &mut Value, lines: &mut Vec<String>) {
    lines.push(format!("bad answer, nothing in it is believed: {why}"));
    value["outcome"] = json!("bad_answer");
    value["bad_answer"] = json!(why);
}

/// Every hop that this chain knows of, in order: asked here, judged there, verified by the hub, settled here.
fn hops(told: &Told<'_>, evaluation: Option<&Evaluation>) -> Value {
    let mut hops = vec![json!({
        "hop": "asked", "client_id": told.client_id, "sequence": told.sequence, "height": told.asked.asked_height, "time": told.asked.asked_at,
        "hash": told.hash,
    })];
    if let Some(e) = evaluation {
        hops.push(json!({
            "hop": "issuer", "client_id": e.leg2.issuer_client_id.as_str(), "sequence": e.leg2.sequence, "height": e.result.as_of_height,
            "time": e.result.as_of_time,
        }));
        let hub = e.checks.iter().find(|c| c.name == "issuer_authorised");
        hops.push(json!({
            "hop": "hub", "client_id": e.leg2.hub_client_id.as_str(), "sequence": e.leg2.sequence, "height": hub.map(|c| c.height),
            "time": hub.map(|c| c.time), "proof_height": e.leg2.proof_height.to_string(),
        }));
    }
    hops.push(json!({
        "hop": "settled", "client_id": told.client_id, "sequence": told.sequence, "height": told.asked.settled_height, "time": told.asked.settled_at,
    }));
    Value::Array(hops)
}

fn hop_lines(hops: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let line = |hop: &Value| {
        format!("  {:8} {} packet {} height {} time {}", text(&hop["hop"]), text(&hop["client_id"]), hop["sequence"], hop["height"], hop["time"])
    };
    hops.as_array().into_iter().flatten().map(line).collect()
}

#[cfg(test)]
mod tests {
    use govhub_packets::{request_hash, Answer, Authorisation, Envelope, IssuerResult, Leg2, LicVerify, NoAnswerReason, Party, RefusedCode};
    use govhub_types::Height;

    use super::*;

    const DEPARTMENT: &str = "11440000007000000J";
    const TYPE: &str = "11100000000013338W011";

    fn question() -> Vec<u8> {
        let body = LicVerify::Holder { licence_type: TYPE.parse().expect("a type"), bind: [1; 32], code: [2; 16] };
        let envelope = Envelope {
            kind: "lic-verify/1".into(),
            from: "11440300000000000N".parse().expect("a department"),
            to: Some(DEPARTMENT.parse().expect("a department")),
            purpose: "notary".into(),
            legal_basis: "gd-2020-7".into(),
            service_item: String::new(),
            authorisation: Authorisation::HolderPresent,
            answer_by: 100,
            trace_id: [3; 16],
            body: body.encode(),
            via: None,
        };
        envelope.encode()
    }

    fn result(status: Outcome) -> Answer {
        let check = |name: &str, outcome, by| Check { name: name.into(), outcome, by, height: 9, time: 50 };
        let inner = Answer::Result(IssuerResult {
            request: request_hash(&question()),
            checks: vec![
                check("code", Outcome::Pass, Party::Issuer),
                check("status", status, Party::Issuer),
                check("validity", Outcome::Pass, Party::Issuer),
            ],
            as_of_height: 9,
            as_of_time: 50,
            licence_type: TYPE.parse().expect("a type"),
            region: "440100".parse().expect("a region"),
            issued_on: 1,
            recorded_on: 1,
            body: Vec::new(),
        });
        let leg2 = Leg2 {
            hub_client_id: "07-tendermint-1".parse().expect("a client"),
            issuer_client_id: "07-tendermint-0".parse().expect("a client"),
            sequence: 4,
            proof_height: Height::new(1, 30),
        };
        let hub_checks = vec![check("issuer_authorised", Outcome::Pass, Party::Hub)];
        Answer::Forwarded { inner: inner.encode(), hub_checks, leg2 }
    }

    fn told(state: AskState, answer: Vec<u8>, identifier: Outcome) -> (Value, Vec<String>) {
        let asked = Asked { state: state.into(), answer, value: question(), ..Asked::default() };
        tell(&Told { client_id: "07-tendermint-0".into(), sequence: 3, hash: Some("AB"), asked: &asked, identifier }).expect("readable")
    }

    #[test]
    fn only_a_pass_in_every_check_is_valid() {
        let (value, lines) = told(AskState::Answered, result(Outcome::Pass).encode(), Outcome::Pass);
        assert_eq!((value["valid"].clone(), value["outcome"].clone()), (json!(true), json!("result")));
        assert_eq!(value["checks"].as_array().map(Vec::len), Some(5));
        assert_eq!(lines[0], "VALID");
        for (status, identifier) in [(Outcome::Fail, Outcome::Pass), (Outcome::Unknown, Outcome::Pass), (Outcome::Pass, Outcome::Unknown)] {
            let (value, lines) = told(AskState::Answered, result(status).encode(), identifier);
            assert_eq!((value["valid"].clone(), lines[0].as_str()), (json!(false), "NOT VALID"));
        }
    }

    #[test]
    fn every_hop_is_told_in_order() {
        let (value, _) = told(AskState::Answered, result(Outcome::Pass).encode(), Outcome::Pass);
        let hops: Vec<&str> = value["hops"].as_array().into_iter().flatten().filter_map(|h| h["hop"].as_str()).collect();
        assert_eq!(hops, ["asked", "issuer", "hub", "settled"]);
    }

    #[test]
    fn refusals_and_silence_are_told_by_name() {
        let refused = Answer::Refused { code: RefusedCode::NotAllowed, by: Party::Hub, request: request_hash(&question()) };
        let (value, lines) = told(AskState::Answered, refused.encode(), Outcome::Pass);
        assert_eq!((value["valid"].clone(), value["refused"]["name"].clone()), (json!(false), json!("NOT_ALLOWED")));
        assert!(lines[0].contains("NOT_ALLOWED"));
        let (value, _) = told(AskState::Answered, Answer::NoAnswer(NoAnswerReason::Deadline).encode(), Outcome::Pass);
        assert_eq!((value["outcome"].clone(), value["no_answer"].clone()), (json!("no_answer"), json!("DEADLINE")));
    }

    #[test]
    fn an_answer_to_another_question_is_not_believed() {
        let other = Answer::Refused { code: RefusedCode::NotAllowed, by: Party::Hub, request: [0; 32] };
        for state in [AskState::Answered, AskState::BadAnswer] {
            let (value, _) = told(state, other.encode(), Outcome::Pass);
            assert_eq!((value["valid"].clone(), value["outcome"].clone()), (json!(false), json!("bad_answer")));
        }
        // What the chain calls a bad answer is none, whatever a newer reader makes of the bytes.
        let (value, lines) = told(AskState::BadAnswer, result(Outcome::Pass).encode(), Outcome::Pass);
        assert_eq!((value["valid"].clone(), value["outcome"].clone()), (json!(false), json!("bad_answer")));
        assert!(lines[0].contains("nothing in it is believed"), "{lines:?}");
    }

    #[test]
    fn a_fault_and_a_timeout_are_told_apart() {
        assert_eq!(told(AskState::Fault, Vec::new(), Outcome::Pass).0["outcome"], json!("fault"));
        assert_eq!(told(AskState::TimedOut, Vec::new(), Outcome::Pass).0["outcome"], json!("timed_out"));
    }
}
