//! `vectors/requests.json`, which a program that shares no line with the crate wrote; then what a statement takes from whom.

use ark_ff::One;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::licence_query_v1::{Op, StatementError};

fn vectors(part: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../vectors/requests.json")).expect("our own vectors");
    file[part].as_array().expect("a list").clone()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("no `{field}` in {vector}"))
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    hex::decode(text(vector, field)).expect("hex")
}

fn through(form: &str, bytes: &[u8]) -> Result<Vec<u8>, RequestError> {
    match form {
        "request" => Request::decode(bytes).map(|r| r.encode()),
        "presentation" => Presentation::decode(bytes).map(|p| p.encode()),
        other => panic!("unknown form {other}"),
    }
}

fn fault_name(fault: &RequestError) -> &'static str {
    match fault {
        RequestError::Encoding(_) => "encoding",
        RequestError::Name { .. } => "name",
        RequestError::Length { .. } => "length",
        RequestError::Value { .. } => "value",
        RequestError::Field { .. } => "field",
        RequestError::Question { .. } => "question",
        RequestError::Circuit { .. } => "circuit",
        RequestError::OtherRequest => "other_request",
        RequestError::Statement(_) => "statement",
    }
}

fn request(index: usize) -> Request {
    Request::decode(&bytes(&vectors("requests")[index], "hex")).expect("a vector")
}

fn answer(request: &Request) -> Presentation {
    let revealed = (0..request.reveals() as u64).map(|n| Field::from(100 + n)).collect();
    Presentation { request: request.hash(), nullifier: Field::from(7u64), issuer_root: Field::from(8u64), day: 20_784, revealed, proof: [9; 128] }
}

#[test]
fn requests_and_presentations_have_the_vectors_bytes_hash_context_and_scope() {
    for vector in vectors("requests") {
        let wire = bytes(&vector, "hex");
        let request = Request::decode(&wire).unwrap_or_else(|e| panic!("{}: {e}", vector["name"]));
        assert_eq!(request.encode(), wire, "{}", vector["name"]);
        assert_eq!(request.hash().to_vec(), bytes(&vector, "hash"));
        // 31 bytes: the vectors cut the hash, we must not reduce it.
        assert_eq!(crate::input_to_bytes(&request.context())[1..], bytes(&vector, "context"), "{}", vector["name"]);
        assert_eq!(crate::input_to_bytes(&request.scope().field())[1..], bytes(&vector, "scope"), "{}", vector["name"]);
    }
    for vector in vectors("presentations") {
        let wire = bytes(&vector, "hex");
        assert_eq!(through("presentation", &wire), Ok(wire), "{}", vector["name"]);
    }
}

#[test]
fn each_rule_broken_alone_gives_its_fault_and_its_twin_is_accepted() {
    for vector in vectors("faults") {
        let (form, rule, twin) = (text(&vector, "form"), text(&vector, "rule"), bytes(&vector, "twin"));
        assert_eq!(through(form, &twin), Ok(twin), "twin of: {rule}");
        let fault = through(form, &bytes(&vector, "hex")).expect_err(rule);
        assert_eq!(fault_name(&fault), text(&vector, "fault"), "{rule}: {fault}");
    }
}

#[test]
fn a_statement_takes_the_questions_from_the_request_and_the_values_shown_from_the_presentation() {
    let asked = request(3);
    let shown = answer(&asked);
    let statement = asked.statement(&shown).expect("fits");
    let ops: Vec<Op> = statement.slots.iter().map(|slot| slot.op).collect();
    assert_eq!(ops, [Op::Reveal, Op::Eq, Op::Ne, Op::Le]);
    assert_eq!(statement.slots[0].a, Field::from(100u64));
    assert_eq!((statement.nullifier, statement.issuer_root, statement.today), (shown.nullifier, shown.issuer_root, shown.day));
    assert_eq!((statement.context, statement.scope), (asked.context(), asked.scope().field()));
    assert_eq!(statement.licence_type, packed_type(&asked.licence_type));
    let open = request(1);
    let all_hidden = open.statement(&answer(&open)).expect("fits");
    assert!(all_hidden.slots.iter().all(|slot| *slot == Slot::hidden()));
}

#[test]
fn a_presentation_that_does_not_fit_its_request_is_no_statement() {
    let asked = request(3);
    let bend = |f: &dyn Fn(&mut Presentation)| {
        let mut bent = answer(&asked);
        f(&mut bent);
        asked.statement(&bent).map(|_| ()).expect_err("bent")
    };
    assert_eq!(bend(&|p| p.request[0] ^= 1), RequestError::OtherRequest);
    assert!(matches!(bend(&|p| p.revealed.clear()), RequestError::Length { field: "revealed", .. }));
    assert!(matches!(bend(&|p| p.revealed.push(Field::one())), RequestError::Length { field: "revealed", .. }));
    assert_eq!(bend(&|p| p.nullifier = Field::from(0u64)), RequestError::Statement(StatementError::ZeroNullifier));
    assert_eq!(bend(&|p| p.issuer_root = Field::from(0u64)), RequestError::Statement(StatementError::ZeroRoot));
    let mut other = asked.clone();
    other.circuit_id = "licence_query_v2".into();
    assert_eq!(other.statement(&answer(&other)).map(|_| ()), Err(RequestError::Circuit { found: "licence_query_v2".into() }));
}

/// Every field of a request with another value.
fn neighbours(base: &Request) -> Vec<(&'static str, Request)> {
    let with = |f: &dyn Fn(&mut Request)| {
        let mut other = base.clone();
        f(&mut other);
        other
    };
    vec![
        ("hub", with(&|r| r.hub_chain_id = "hub-2".parse().expect("an id"))),
        ("verifier", with(&|r| r.verifier = "11110000000021135M".parse().expect("an id"))),
        ("audience", with(&|r| r.audience.push('x'))),
        ("nonce", with(&|r| r.nonce[31] ^= 1)),
        ("purpose", with(&|r| r.purpose.push('x'))),
        ("legal basis", with(&|r| r.legal_basis.push('x'))),
        ("service item", with(&|r| r.service_item.push('x'))),
        ("expiry", with(&|r| r.expires_at += 1)),
        ("licence type", with(&|r| r.licence_type = "11100000000013338W012".parse().expect("a type"))),
        ("questions", with(&|r| r.questions.swap(0, 1))),
        ("activity", with(&|r| r.activity.push('x'))),
        ("period", with(&|r| r.period.push('x'))),
        ("root age", with(&|r| r.max_root_age_s += 1)),
        ("one time", with(&|r| r.one_time = !r.one_time)),
        ("client", with(&|r| r.source_client = "07-tendermint-1".parse().expect("an id"))),
        ("trace", with(&|r| r.trace_id[0] ^= 1)),
    ]
}

#[test]
fn every_field_of_a_request_is_bound_by_its_context_and_so_by_the_digest() {
    // Z8: whatever is flipped, the one public input of the proof is another.
    let base = request(0);
    let digest = |r: &Request| r.statement(&answer(r)).expect("fits").digest(crate::poseidon());
    for (field, other) in neighbours(&base) {
        assert_ne!(other.context(), base.context(), "{field}");
        assert_ne!(digest(&other), digest(&base), "{field}");
    }
}

#[test]
fn a_scope_is_hub_verifier_activity_and_period_and_nothing_else() {
    // Z11: fields cannot run into one another, and what does not name the scope does not change it.
    let base = request(0);
    for (field, other) in neighbours(&base) {
        let named = ["hub", "verifier", "activity", "period"].contains(&field);
        assert_eq!(other.scope().field() != base.scope().field(), named, "{field}");
    }
    let scope = |activity: &str, period: &str| Scope { activity: activity.into(), period: period.into(), ..base.scope() }.field();
    assert_ne!(scope("ab", "c"), scope("a", "bc"));
}

#[test]
fn the_same_question_has_one_digest_however_its_set_was_given() {
    let members = |order: [u64; 3]| Question { attribute: 6, ask: Ask::one_of(order.map(Field::from)) };
    assert_eq!(members([3, 1, 2]).digest(), members([1, 2, 3]).digest());
    assert_ne!(members([1, 2, 4]).digest(), members([1, 2, 3]).digest());
    let none = Question { attribute: 6, ask: Ask::none_of([1, 2, 3].map(Field::from)) };
    assert_ne!(none.digest(), members([1, 2, 3]).digest());
}

proptest! {
    #[test]
    fn outside_bytes_never_panic_and_what_decodes_encodes_to_itself(noise in proptest::collection::vec(any::<u8>(), 0..64), index in 0usize..8, at in any::<usize>(), flip in any::<u8>()) {
        let mut near = bytes(&vectors("requests")[index], "hex");
        let place = at % near.len();
        near[place] ^= flip;
        for candidate in [noise, near] {
            for form in ["request", "presentation"] {
                if let Ok(again) = through(form, &candidate) {
                    prop_assert_eq!(&again, &candidate);
                }
            }
            if let Ok(request) = Request::decode(&candidate) {
                let _ = request.statement(&answer(&request));
            }
        }
    }
}
