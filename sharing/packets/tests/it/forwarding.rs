//! Leg two is leg one with field 11 appended and nothing else.

use govhub_packets::forward::{forward, is_forward_of, leg_one_of};
use govhub_packets::{request_hash, Envelope, Fault, Via, VALUE_BYTES_MAX};

use crate::{bytes, text, vectors};

fn legs() -> (Vec<u8>, Via, Vec<u8>) {
    let file = vectors("hashes.json");
    let via = &file["via"];
    let via = Via {
        client_id: text(via, "client_id").parse().unwrap(),
        sequence: via["sequence"].as_u64().unwrap(),
        asker: text(via, "asker").parse().unwrap(),
    };
    (bytes(&file, "leg_one"), via, bytes(&file, "leg_two"))
}

#[test]
fn forwarding_appends_via_and_taking_apart_gives_leg_one_back() {
    let (leg_one, via, leg_two) = legs();
    assert_eq!(forward(&leg_one, &via).as_ref(), Ok(&leg_two));
    assert!(leg_two.starts_with(&leg_one));
    let (envelope, back) = leg_one_of(&leg_two).unwrap();
    assert_eq!((envelope.via.as_ref(), &back), (Some(&via), &leg_one));
    assert_eq!(request_hash(&back).to_vec(), bytes(&vectors("hashes.json"), "request"));
    assert!(is_forward_of(&leg_one, &leg_two));
}

#[test]
fn a_second_via_or_a_foreign_asker_is_refused() {
    let (leg_one, via, leg_two) = legs();
    assert!(matches!(forward(&leg_two, &via), Err(Fault::Via { .. })));
    let foreign = Via { asker: "11110000000021135M".parse().unwrap(), ..via };
    assert!(matches!(forward(&leg_one, &foreign), Err(Fault::Speaker { .. })));
    assert!(matches!(leg_one_of(&leg_one), Err(Fault::Via { .. })));
}

#[test]
fn a_leg_two_that_differs_in_more_than_via_is_no_forward() {
    let (leg_one, _, leg_two) = legs();
    let mut envelope = Envelope::decode(&leg_two).unwrap();
    envelope.answer_by += 1;
    assert!(!is_forward_of(&leg_one, &envelope.encode()));
    assert!(!is_forward_of(&leg_one, &leg_one));
    assert!(!is_forward_of(&leg_two, &leg_two));
}

#[test]
fn the_largest_leg_one_can_be_forwarded() {
    let (leg_one, via, _) = legs();
    let mut envelope = Envelope { kind: "data-share/1".to_owned(), body: vec![1; 200_000], ..Envelope::decode(&leg_one).unwrap() };
    let overhead = envelope.encode().len() - 200_000;
    envelope.body = vec![1; VALUE_BYTES_MAX - overhead];
    let largest = envelope.encode();
    assert_eq!(largest.len(), VALUE_BYTES_MAX);
    // The longest via: 64 characters of client id and the largest sequence.
    let longest = Via { client_id: format!("{}-1", "a".repeat(62)).parse().unwrap(), sequence: u64::MAX, ..via };
    let leg_two = forward(&largest, &longest).unwrap();
    assert_eq!(leg_one_of(&leg_two).unwrap().1, largest);
    envelope.body.push(1);
    assert!(matches!(forward(&envelope.encode(), &longest), Err(Fault::Length { .. })));
}
