//! Chains without provable absence: timeouts settle by the sentinel that MsgRecvTimeout writes (PROTOCOL 2, ACCEPTANCE 15).

use govhub_ibc::packet::Effect;
use govhub_ibc::types::{packet_commitment_path, packet_receipt_path, AbsenceMode, RECEIPT, SENTINEL_ABSENCE};
use govhub_types::hash::sha256;
use govhub_types::Code;

use crate::world::{code, Pair};

#[test]
fn the_sentinel_is_the_hash_of_its_name() {
    assert_eq!(SENTINEL_ABSENCE, sha256(&[b"govhub/absent/1"]));
}

#[test]
fn a_late_packet_is_marked_absent_and_settles_on_that_mark() {
    let mut pair = Pair::with(AbsenceMode::Receipt);
    let packet = pair.send(60, b"x");
    let early = pair.recv_msg(&packet);
    assert_eq!(code(pair.recv_timeout(&early)), Code::TIMEOUT_NOT_REACHED);
    // Time is the sender's newest header, not the receiver's own clock.
    pair.b.wait(300);
    assert_eq!(code(pair.recv_timeout(&early)), Code::TIMEOUT_NOT_REACHED);
    pair.a.wait(60);
    let late = pair.recv_msg(&packet);
    assert_eq!(code(pair.recv(&late)), Code::PACKET_TIMEOUT_ELAPSED);
    let (result, events) = pair.recv_timeout(&late);
    assert_eq!(result, Ok(Effect::Done));
    assert_eq!(events[0].kind, "recv_timeout_packet");
    assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)), Some(SENTINEL_ABSENCE.to_vec()));
    pair.app.calls();
    let timeout = pair.timeout_msg(&packet);
    assert_eq!(pair.timeout(&timeout).0, Ok(Effect::Done));
    assert_eq!(pair.app.calls(), ["timeout 1"]);
    assert_eq!(pair.a.stored(&packet_commitment_path(&packet.source_client, 1)), None);
    // Once marked absent, it is never received.
    assert_eq!(pair.recv(&late).0, Ok(Effect::Noop));
    assert_eq!(pair.recv_timeout(&late).0, Ok(Effect::Noop));
    assert_eq!(pair.app.calls(), [""; 0]);
}

#[test]
fn a_received_packet_is_never_marked_absent_and_its_receipt_settles_no_timeout() {
    let mut pair = Pair::with(AbsenceMode::Receipt);
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    pair.recv(&msg).0.expect("received");
    pair.a.wait(100);
    let late = pair.recv_msg(&packet);
    assert_eq!(pair.recv_timeout(&late).0, Ok(Effect::Noop));
    assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)), Some(RECEIPT.to_vec()));
    let timeout = pair.timeout_msg(&packet);
    assert_eq!(code(pair.timeout(&timeout)), Code::PROOF_INVALID, "the receipt is not the sentinel");
}

#[test]
fn absence_proofs_are_refused_where_timeouts_settle_by_receipt() {
    let mut pair = Pair::with(AbsenceMode::Receipt);
    let packet = pair.send(60, b"x");
    pair.b.wait(200);
    let timeout = pair.timeout_msg(&packet);
    assert_eq!(code(pair.timeout(&timeout)), Code::PROOF_INVALID, "a true absence proof, past the timeout");
    assert!(pair.a.stored(&packet_commitment_path(&packet.source_client, 1)).is_some());
}

#[test]
fn what_is_marked_absent_was_committed_to() {
    let mut pair = Pair::with(AbsenceMode::Receipt);
    let packet = pair.send(60, b"x");
    pair.a.wait(60);
    let honest = pair.recv_msg(&packet);
    let mut bent = honest.clone();
    bent.packet.as_mut().expect("set").timeout_timestamp -= 1;
    assert_eq!(code(pair.recv_timeout(&bent)), Code::PROOF_INVALID);
    let mut unsigned = honest.clone();
    unsigned.signer.clear();
    assert_eq!(code(pair.recv_timeout(&unsigned)), Code::PACKET_MESSAGE_UNDECODABLE);
    assert_eq!(pair.recv_timeout(&honest).0, Ok(Effect::Done), "the twin");
}
