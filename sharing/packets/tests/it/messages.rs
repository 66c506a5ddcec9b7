//! `messages.json`: one encoding per message.

use std::collections::BTreeSet;

use govhub_packets::{Body, Envelope};

use crate::{bytes, text, through, vectors};

#[test]
fn every_message_decodes_and_encodes_to_the_same_bytes() {
    for vector in vectors("messages.json").as_array().unwrap() {
        let wire = bytes(vector, "hex");
        assert_eq!(through(text(vector, "form"), &wire).as_ref(), Ok(&wire), "{}: {}", vector["message"], vector["name"]);
    }
}

#[test]
fn every_message_of_the_proto_file_has_a_vector() {
    let proto = include_str!("../../proto/govhub/packets/v1/packets.proto");
    let defined: BTreeSet<&str> = proto.lines().filter_map(|line| line.strip_prefix("message ")?.strip_suffix(" {")).collect();
    let file = vectors("messages.json");
    let covered: BTreeSet<&str> = file.as_array().unwrap().iter().map(|vector| text(vector, "message")).collect();
    assert_eq!(defined, covered);
}

#[test]
fn an_unknown_field_after_any_message_is_refused() {
    for vector in vectors("messages.json").as_array().unwrap() {
        let wire = bytes(vector, "hex");
        // Fields 12 to 15 as varint, 64-bit, bytes, 32-bit: unknown to every message.
        for field in 12u8..=15 {
            for tail in [&[field << 3, 1][..], &[field << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 1], &[field << 3 | 2, 1, 1], &[field << 3 | 5, 0, 0, 0, 1]] {
                let longer = [wire.as_slice(), tail].concat();
                let fault = through(text(vector, "form"), &longer).expect_err("unknown field");
                assert_eq!(fault.name(), "not_canonical", "{}", vector["name"]);
            }
        }
    }
}

#[test]
fn every_single_byte_after_any_message_is_refused() {
    for vector in vectors("messages.json").as_array().unwrap() {
        let wire = bytes(vector, "hex");
        for byte in 0..=u8::MAX {
            let longer = [wire.as_slice(), &[byte]].concat();
            assert!(through(text(vector, "form"), &longer).is_err(), "{}: {byte:#04x}", vector["name"]);
        }
    }
}

#[test]
fn bodies_of_known_kinds_decode_and_an_unknown_kind_is_a_typed_refusal() {
    let file = vectors("messages.json");
    let envelopes = file.as_array().unwrap().iter().filter(|vector| text(vector, "form") == "envelope");
    let mut bodies = Vec::new();
    for vector in envelopes {
        let envelope = Envelope::decode(&bytes(vector, "hex")).unwrap();
        bodies.push(match envelope.body() {
            Ok(Body::LicVerify(body)) => {
                assert_eq!(body.licence_type().as_str(), "11100000000013338W011");
                "lic-verify"
            }
            Ok(Body::LicStatus(body)) => {
                assert_eq!((body.status_version, body.as_of_height), (2, 77));
                "lic-status"
            }
            Ok(Body::ZkStatus(body)) => {
                assert_eq!((body.version, body.status_root[31]), (2, 7));
                "zk-status"
            }
            Ok(Body::ZkPres(body)) => {
                assert_eq!((body.day, body.circuit_id.as_str()), (20_784, "licence_query_v1"));
                "zk-pres"
            }
            Err(refusal) => {
                assert_eq!(refusal, govhub_packets::Refusal::Refused(govhub_packets::RefusedCode::UnknownKind));
                "unknown"
            }
        });
    }
    assert_eq!(bodies, ["lic-verify", "lic-verify", "lic-verify", "lic-status", "lic-status", "unknown", "zk-status", "zk-pres"]);
}
