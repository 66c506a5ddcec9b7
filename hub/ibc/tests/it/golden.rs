//! Vectors written by ibc-go v10.5.1 (`integration/golden`, see `testdata/SOURCE.md`), and the same program run again where Go is at hand.

use govhub_ibc::types::{
    client_state_path, commit_acknowledgement, commit_packet, consensus_state_path, merkle_prefix, packet_acknowledgement_path, packet_commitment_path,
    packet_receipt_path, url, validate_acknowledgement, validate_packet, Acknowledgement, MsgAcknowledgement, MsgRecvPacket, MsgRegisterCounterparty,
    MsgSendPacket, MsgTimeout, Packet, UNIVERSAL_ERROR_ACK,
};
use govhub_types::codec::decode_canonical;
use govhub_types::Height;
use prost::Message;
use serde_json::Value;

const STORED: &str = include_str!("../../testdata/ibc_go_v10_5_1.json");

fn vectors() -> Value {
    serde_json::from_str(STORED).expect("our own test data")
}

fn each<'a>(vectors: &'a Value, kind: &str) -> &'a [Value] {
    let all = vectors[kind].as_array().expect("a list").as_slice();
    assert!(!all.is_empty(), "no vectors of {kind}");
    all
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).expect("hex")
}

/// ibc-go writes a message's bytes; ours decode canonically to the same bytes again.
fn decode<M: Message + Default>(encoded: &Value) -> M {
    decode_canonical("golden", &bytes(encoded), usize::MAX).expect("ibc-go's encoding is the canonical one")
}

#[test]
fn packet_commitments_equal_ibc_go() {
    for vector in each(&vectors(), "packets") {
        let packet: Packet = decode(&vector["packet"]);
        assert_eq!(commit_packet(&packet).to_vec(), bytes(&vector["commitment"]), "{}", vector["name"]);
    }
}

#[test]
fn packets_that_ibc_go_refuses_are_refused() {
    for vector in each(&vectors(), "packets") {
        let packet: Packet = decode(&vector["packet"]);
        let ours = validate_packet(&packet).is_ok();
        let theirs = vector["valid"].as_bool().expect("a boolean");
        assert!(theirs || !ours, "ibc-go refuses `{}` and we accept it", vector["name"]);
        if vector["name"] == "plain" {
            assert!(ours && theirs);
        }
    }
}

#[test]
fn acknowledgement_commitments_equal_ibc_go() {
    let vectors = vectors();
    assert_eq!(bytes(&vectors["error_acknowledgement"]), UNIVERSAL_ERROR_ACK);
    for vector in each(&vectors, "acknowledgements") {
        let ack: Acknowledgement = decode(&vector["acknowledgement"]);
        assert_eq!(commit_acknowledgement(&ack).to_vec(), bytes(&vector["commitment"]), "{}", vector["name"]);
        let theirs = vector["valid"].as_bool().expect("a boolean");
        assert!(theirs || validate_acknowledgement(&ack).is_err(), "ibc-go refuses `{}` and we accept it", vector["name"]);
    }
}

#[test]
fn paths_equal_ibc_go() {
    for vector in each(&vectors(), "paths") {
        let client = vector["client"].as_str().expect("text");
        let sequence = vector["sequence"].as_u64().expect("a number");
        assert_eq!(packet_commitment_path(client, sequence), bytes(&vector["commitment"]));
        assert_eq!(packet_receipt_path(client, sequence), bytes(&vector["receipt"]));
        assert_eq!(packet_acknowledgement_path(client, sequence), bytes(&vector["acknowledgement"]));
        assert_eq!(client_state_path(client), bytes(&vector["client_state"]));
        assert_eq!(consensus_state_path(client, Height::new(1, 77)), bytes(&vector["consensus_state"]));
        let mut prefix = merkle_prefix();
        prefix.last_mut().expect("two elements").extend(packet_commitment_path(client, sequence));
        let theirs: Vec<Vec<u8>> = vector["merkle_path"].as_array().expect("a list").iter().map(bytes).collect();
        assert_eq!(prefix, theirs, "the path is appended to the prefix's last element");
    }
}

#[test]
fn messages_of_ibc_go_decode_and_encode_to_the_same_bytes() {
    let vectors = vectors();
    let mut seen = Vec::new();
    for vector in each(&vectors, "messages") {
        let type_url = vector["type_url"].as_str().expect("text");
        match type_url {
            url::SEND_PACKET => assert_eq!(decode::<MsgSendPacket>(&vector["bytes"]).signer, "gov1signer"),
            url::RECV_PACKET => assert_eq!(decode::<MsgRecvPacket>(&vector["bytes"]).signer, "gov1signer"),
            url::ACKNOWLEDGEMENT => assert_eq!(decode::<MsgAcknowledgement>(&vector["bytes"]).signer, "gov1signer"),
            url::TIMEOUT => assert_eq!(decode::<MsgTimeout>(&vector["bytes"]).signer, "gov1signer"),
            "/ibc.core.client.v2.MsgRegisterCounterparty" => {
                assert_eq!(decode::<MsgRegisterCounterparty>(&vector["bytes"]).counterparty_merkle_prefix, merkle_prefix());
            }
            other => panic!("a message we do not know: {other}"),
        }
        seen.push(type_url.to_owned());
    }
    assert_eq!(seen.len(), 5);
}

#[test]
fn ibc_go_still_writes_the_stored_vectors() {
    match govhub_testkit::golden::run(&["vectors"]) {
        Err(why) => govhub_testkit::skip!("ibc_go_still_writes_the_stored_vectors", "{why}"),
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(String::from_utf8(output.stdout).expect("JSON"), STORED);
        }
    }
}
