//! Packets of the exchange, and the QR text that a holder shows.

use govhub_packets::evaluate::{issuer_answer, read, LocalCheck, Request};
use govhub_packets::forward::{forward, is_forward_of, leg_one_of};
use govhub_packets::{
    AcceptedCode, Answer, Authorisation, Check, Envelope, HolderCode, IssuerResult, Leg2, LicStatus, LicVerify, LicenceStatus, NoAnswerReason, Outcome,
    Party, RefusedCode, Via,
};
use govhub_types::{ClientId, DepartmentId, Height, LicenceType};

use crate::Target;

const ISSUER: &str = "11440100MB2C000137";
const ASKER: &str = "11440300MB2C00021C";
const LICENCE: &str = "1.2.156.3005.2.11100000000013338W011.11440100MB2C000137.GD20227802765.001.4";

fn department(text: &str) -> DepartmentId {
    text.parse().expect("a department")
}

fn client(text: &str) -> ClientId {
    text.parse().expect("a client id")
}

fn licence_type() -> LicenceType {
    "11100000000013338W011".parse().expect("a licence type")
}

fn request() -> LicVerify {
    LicVerify::Holder { licence_type: licence_type(), bind: [3; 32], code: [4; 16] }
}

fn leg_one() -> Envelope {
    Envelope {
        kind: "lic-verify/1".into(),
        from: department(ASKER),
        to: Some(department(ISSUER)),
        purpose: "business-registration".into(),
        legal_basis: "law-31".into(),
        service_item: "setup".into(),
        authorisation: Authorisation::HolderPresent,
        answer_by: 1_800_000_000,
        trace_id: [9; 16],
        body: request().encode(),
        via: None,
    }
}

fn via() -> Via {
    Via { client_id: client("07-tendermint-1"), sequence: 7, asker: department(ASKER) }
}

fn checks(by: Party, names: &[&str]) -> Vec<Check> {
    names.iter().map(|name| Check { name: (*name).into(), outcome: Outcome::Pass, by, height: 5, time: 1_799_999_990 }).collect()
}

fn result() -> Answer {
    Answer::Result(IssuerResult {
        request: govhub_packets::request_hash(&leg_one().encode()),
        checks: checks(Party::Issuer, &["code", "status", "validity"]),
        as_of_height: 5,
        as_of_time: 1_799_999_990,
        licence_type: licence_type(),
        region: "440100".parse().expect("a region"),
        issued_on: 20_000,
        recorded_on: 20_001,
        body: Vec::new(),
    })
}

fn answers() -> Vec<Vec<u8>> {
    let leg2 = Leg2 {
        hub_client_id: client("07-tendermint-0"),
        issuer_client_id: client("07-tendermint-0"),
        sequence: 3,
        proof_height: Height::new(1, 40),
    };
    let all = [
        Answer::Forwarded { inner: result().encode(), hub_checks: checks(Party::Hub, &["issuer_authorised"]), leg2 },
        Answer::Refused { code: RefusedCode::NotAllowed, by: Party::Hub, request: [1; 32] },
        Answer::NoAnswer(NoAnswerReason::Deadline),
        result(),
        Answer::Accepted(AcceptedCode::Stale),
    ];
    all.iter().map(Answer::encode).collect()
}

/// Values of leg one and leg two; what decodes encodes to the same bytes, and leg two always gives back its leg one.
pub fn envelope() -> Target {
    let value = leg_one().encode();
    let leg_two = forward(&value, &via()).expect("a leg one can be forwarded");
    Target {
        name: "envelope",
        seeds: vec![value, leg_two],
        run: |bytes| match Envelope::decode(bytes) {
            Ok(envelope) => {
                assert_eq!(envelope.encode(), bytes, "a value has one encoding");
                let _ = envelope.body();
                let _ = envelope.check_at_hub(&department(ASKER));
                let _ = envelope.check_at_department(&department(ISSUER));
                if let Ok((_, leg_one)) = leg_one_of(bytes) {
                    assert!(is_forward_of(&leg_one, bytes), "leg two is its leg one and nothing else");
                }
                true
            }
            Err(_) => false,
        },
    }
}

/// Answers, read by their reader as the answer to one request.
pub fn answer() -> Target {
    Target {
        name: "answer",
        seeds: answers(),
        run: |bytes| {
            let request = Request::of(&leg_one().encode()).expect("our own request");
            let _ = issuer_answer(&request, bytes);
            let _ = read(&request, LocalCheck { identifier: Outcome::Pass, height: 1, time: 1 }, bytes);
            match Answer::decode(bytes) {
                Ok(answer) => {
                    assert_eq!(answer.encode(), bytes, "an answer has one encoding");
                    true
                }
                Err(_) => false,
            }
        },
    }
}

/// Bodies of both kinds.
pub fn body() -> Target {
    let status = LicStatus {
        licence_ref: [8; 32],
        licence_type: licence_type(),
        status: LicenceStatus::Suspended,
        status_version: 2,
        as_of_height: 5,
        as_of_time: 1_799_999_990,
    };
    let statutory = LicVerify::Statutory { licence_type: licence_type(), licence_ref: [8; 32] };
    Target {
        name: "body",
        seeds: vec![request().encode(), statutory.encode(), status.encode()],
        run: |bytes| {
            let holder = LicVerify::decode(Authorisation::HolderPresent, bytes).map(|b| b.encode());
            let statutory = LicVerify::decode(Authorisation::Statutory, bytes).map(|b| b.encode());
            let status = LicStatus::decode(bytes).map(|b| b.encode());
            let accepted: Vec<Vec<u8>> = [holder, statutory, status].into_iter().flatten().collect();
            assert!(accepted.iter().all(|again| again == bytes), "a body has one encoding");
            !accepted.is_empty()
        },
    }
}

/// QR texts; what is read is written again as the same text.
pub fn qr() -> Target {
    let code = HolderCode { licence_id: LICENCE.parse().expect("an identifier"), salt: [1; 16], code: [2; 16], issuer: department(ISSUER), blind: [3; 16] };
    Target {
        name: "QR text",
        seeds: vec![code.to_qr().into_bytes()],
        run: |bytes| match std::str::from_utf8(bytes).ok().and_then(|text| HolderCode::from_qr(text).ok()) {
            Some(code) => {
                assert_eq!(code.to_qr().as_bytes(), bytes, "a code has one text");
                let _ = code.bind();
                true
            }
            None => false,
        },
    }
}
