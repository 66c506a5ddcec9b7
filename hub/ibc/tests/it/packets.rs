//! ICS-04 on two chains: each step proved by the other's headers; each rule broken alone (attacks 23 to 28).

use govhub_ibc::packet::{self, Effect};
use govhub_ibc::types::{
    commit_acknowledgement, commit_packet, packet_acknowledgement_path, packet_commitment_path, packet_receipt_path, success_acknowledgement,
    Packet, MAX_PAYLOAD_BYTES, MAX_TIMEOUT_DELTA_S, RECEIPT, UNIVERSAL_ERROR_ACK,
};
use govhub_ibc::RecvOutcome;
use govhub_store::Substore;
use govhub_types::{ClientId, Code, Height};
use prost::Message;

use crate::world::{code, follow, payload, register, Chain, Pair, MARK};

#[test]
fn a_packet_goes_there_and_its_answer_comes_back() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"question");
    let commitment = packet_commitment_path(&packet.source_client, 1);
    assert_eq!(pair.a.stored(&commitment), Some(commit_packet(&packet).to_vec()));
    assert_eq!(pair.a.stored(b"nextSequenceSend/07-tendermint-0"), Some(2u64.to_be_bytes().to_vec()));

    let msg = pair.recv_msg(&packet);
    let (result, events) = pair.recv(&msg);
    assert_eq!(result, Ok(Effect::Done));
    assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["recv_packet", "app", "write_acknowledgement"]);
    assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)), Some(RECEIPT.to_vec()));
    let answer = success_acknowledgement(b"done".to_vec());
    let at = packet_acknowledgement_path(&packet.destination_client, 1);
    assert_eq!(pair.b.stored(&at), Some(commit_acknowledgement(&answer).to_vec()));

    let ack = pair.ack_msg(&packet, answer);
    let (result, events) = pair.acknowledge(&ack);
    assert_eq!(result, Ok(Effect::Done));
    assert_eq!(events[0].kind, "acknowledge_packet");
    assert_eq!(pair.a.stored(&commitment), None);
    assert_eq!(pair.app.calls(), ["send 1", "recv 1", "ack 1 done"]);
}

#[test]
fn events_carry_ibc_gos_attributes() {
    let mut pair = Pair::new();
    let timeout = pair.a.now.unix_s() + 60;
    let (sequence, events) = pair.try_send(timeout, payload(b"x"));
    assert_eq!(sequence, Ok(1));
    let names: Vec<&str> = events[0].attributes.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["packet_source_client", "packet_dest_client", "packet_sequence", "packet_timeout_timestamp", "encoded_packet_hex"];
    assert_eq!((events[0].kind.as_str(), names), ("send_packet", expected.to_vec()));
    let encoded = hex::decode(&events[0].attributes[4].1).expect("hex");
    assert_eq!(Packet::decode(encoded.as_slice()).expect("a packet").sequence, 1);
}

#[test]
fn redundant_messages_succeed_change_nothing_and_reach_no_application() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let recv = pair.recv_msg(&packet);
    pair.recv(&recv).0.expect("received");
    let ack = pair.ack_msg(&packet, success_acknowledgement(b"done".to_vec()));
    pair.acknowledge(&ack).0.expect("acknowledged");
    let timeout = pair.timeout_msg(&packet);
    pair.app.calls();
    let roots = |pair: &Pair| (pair.a.store.latest().expect("versions").1, pair.b.store.latest().expect("versions").1);
    let before = roots(&pair);
    assert_eq!(pair.recv(&recv), (Ok(Effect::Noop), Vec::new()));
    assert_eq!(pair.acknowledge(&ack), (Ok(Effect::Noop), Vec::new()));
    assert_eq!(pair.timeout(&timeout), (Ok(Effect::Noop), Vec::new()));
    assert_eq!(roots(&pair), before);
    assert_eq!(pair.app.calls(), [""; 0]);
    // Also when its time is over.
    pair.b.wait(600);
    assert_eq!(pair.recv(&recv).0, Ok(Effect::Noop));
}

#[test]
fn an_applications_error_rolls_its_changes_back_and_answers_the_one_error_acknowledgement() {
    let mut pair = Pair::new();
    pair.app.answers(RecvOutcome::Error);
    let packet = pair.send(60, b"nonsense");
    let msg = pair.recv_msg(&packet);
    let (result, events) = pair.recv(&msg);
    assert_eq!(result, Ok(Effect::Done));
    assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["recv_packet", "write_acknowledgement"]);
    assert_eq!(pair.b.read(|state, _| state.get(Substore::Exchange, MARK)), None);
    assert!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)).is_some(), "the receipt stands: it is not received again");
    let error = success_acknowledgement(UNIVERSAL_ERROR_ACK.to_vec());
    assert_eq!(pair.written_ack(&packet), Some(error.clone()));
    let ack = pair.ack_msg(&packet, error);
    pair.acknowledge(&ack).0.expect("acknowledged");
}

#[test]
fn an_application_that_answers_with_the_error_sentinel_or_nothing_fails_the_message() {
    for answer in [UNIVERSAL_ERROR_ACK.to_vec(), Vec::new(), vec![0; 64 * 1024 + 1]] {
        let mut pair = Pair::new();
        pair.app.answers(RecvOutcome::Ack(answer));
        let packet = pair.send(60, b"x");
        let msg = pair.recv_msg(&packet);
        assert_eq!(code(pair.recv(&msg)), Code::ACKNOWLEDGEMENT_INVALID);
        assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)), None);
    }
}

#[test]
fn an_acknowledgement_written_later_is_written_once() {
    let mut pair = Pair::new();
    pair.app.answers(RecvOutcome::Async);
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    let (_, events) = pair.recv(&msg);
    assert!(events.iter().all(|e| e.kind != "write_acknowledgement"));
    assert_eq!(pair.b.stored(&packet_acknowledgement_path(&packet.destination_client, 1)), None);
    let write = |pair: &mut Pair, sequence, bytes: &[u8]| {
        let id = pair.on_b.clone();
        pair.b.block(|s, c, e| packet::write_acknowledgement(s, c, &id, sequence, bytes, e))
    };
    assert_eq!(code(write(&mut pair, 2, b"late")), Code::ASYNC_PACKET_NOT_FOUND);
    assert_eq!(code(write(&mut pair, 1, b"")), Code::ACKNOWLEDGEMENT_INVALID);
    let (result, events) = write(&mut pair, 1, b"late");
    result.expect("the first time");
    assert_eq!(events[0].kind, "write_acknowledgement");
    assert_eq!(code(write(&mut pair, 1, b"again")), Code::ASYNC_PACKET_NOT_FOUND);
    assert_eq!(pair.recv(&msg).0, Ok(Effect::Noop));
    let ack = pair.ack_msg(&packet, success_acknowledgement(b"late".to_vec()));
    assert_eq!(pair.acknowledge(&ack).0, Ok(Effect::Done));
    assert_eq!(pair.app.calls().last().expect("called"), "ack 1 late");
}

// Sending.

#[test]
fn sends_out_of_time_out_of_shape_or_without_a_counterparty_leave_nothing() {
    let mut pair = Pair::new();
    let root = pair.a.store.latest().expect("versions").1;
    let next = |pair: &Pair| pair.a.now.unix_s() + 1;
    let past = next(&pair);
    assert_eq!(code(pair.try_send(past, payload(b"x"))), Code::PACKET_TIMEOUT_ELAPSED);
    let far = next(&pair) + MAX_TIMEOUT_DELTA_S + 1;
    assert_eq!(code(pair.try_send(far, payload(b"x"))), Code::PACKET_TIMEOUT_TOO_FAR);
    let soon = |pair: &Pair| next(pair) + 60;
    let at = soon(&pair);
    assert_eq!(code(pair.try_send(at, payload(b""))), Code::PACKET_INVALID);
    assert_eq!(code(pair.try_send(at, payload(&vec![0; MAX_PAYLOAD_BYTES + 1]))), Code::PACKET_INVALID);
    let mut other_port = payload(b"x");
    other_port.source_port = "transfer".into();
    assert_eq!(code(pair.try_send(at, other_port)), Code::PORT_UNKNOWN);
    let mut blank = payload(b"x");
    blank.encoding = " ".into();
    assert_eq!(code(pair.try_send(at, blank)), Code::PACKET_INVALID);
    pair.app.refuse_send.set(true);
    assert_eq!(code(pair.try_send(at, payload(b"x"))), Code(100));
    pair.app.refuse_send.set(false);
    let registered = pair.on_a.clone();
    pair.on_a = "07-tendermint-7".parse().expect("an id");
    assert_eq!(code(pair.try_send(at, payload(b"x"))), Code::CLIENT_NOT_FOUND);
    let bare = pair.a.found(&Chain::new("other-1", 60).trust_file(1.try_into().expect("PROOF"), 1.try_into().expect("PROOF")));
    pair.on_a = bare.expect("founded");
    assert_eq!(code(pair.try_send(at, payload(b"x"))), Code::COUNTERPARTY_NOT_FOUND);
    pair.on_a = registered;
    assert_eq!(pair.a.stored(b"nextSequenceSend/07-tendermint-0"), Some(1u64.to_be_bytes().to_vec()), "no number was used up");
    assert_ne!(root, pair.a.store.latest().expect("versions").1, "only the bare client was added");
    let edge = next(&pair) + MAX_TIMEOUT_DELTA_S;
    assert_eq!(pair.try_send(edge, payload(&vec![0; MAX_PAYLOAD_BYTES])).0, Ok(1), "both bounds are inclusive");
}

#[test]
fn a_send_that_the_receivers_clock_already_calls_late_is_refused() {
    let mut pair = Pair::new();
    pair.b.wait(40);
    pair.b.wait(1);
    // B is 41 seconds ahead; its header is only accepted within the drift of 30.
    pair.a.wait(15);
    let header = pair.a.header_for(&pair.on_a, &pair.b);
    pair.a.update(&pair.on_a, &header).0.expect("within the drift");
    let timeout = pair.a.now.unix_s() + 5;
    assert_eq!(code(pair.try_send(timeout, payload(b"x"))), Code::PACKET_TIMEOUT_ELAPSED);
}

// Receiving.

/// Receives the honest packet after refusing it bent, with exactly `expected`, and no receipt left in between.
#[track_caller]
fn recv_refused(expected: Code, bend: impl FnOnce(&mut govhub_ibc::types::MsgRecvPacket)) {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let honest = pair.recv_msg(&packet);
    let mut bent = honest.clone();
    bend(&mut bent);
    assert_eq!(code(pair.recv(&bent)), expected);
    assert_eq!(pair.app.calls(), ["send 1"]);
    assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, packet.sequence)), None);
    assert_eq!(pair.recv(&honest).0, Ok(Effect::Done), "the twin");
}

#[test]
fn a_packet_with_anything_changed_is_not_what_was_committed() {
    // Attack 26: every field is bound.
    recv_refused(Code::PROOF_INVALID, |m| m.packet.as_mut().expect("set").payloads[0].value = b"y".to_vec());
    recv_refused(Code::PROOF_INVALID, |m| m.packet.as_mut().expect("set").payloads[0].version = "govhub-2".into());
    recv_refused(Code::PROOF_INVALID, |m| m.packet.as_mut().expect("set").payloads[0].source_port = "transfer".into());
    recv_refused(Code::PROOF_INVALID, |m| m.packet.as_mut().expect("set").timeout_timestamp += 1);
    recv_refused(Code::PROOF_INVALID, |m| m.packet.as_mut().expect("set").sequence = 2);
}

#[test]
fn a_packet_between_other_clients_is_refused() {
    recv_refused(Code::PACKET_WRONG_COUNTERPARTY, |m| m.packet.as_mut().expect("set").source_client = "07-tendermint-5".into());
    recv_refused(Code::COUNTERPARTY_NOT_FOUND, |m| m.packet.as_mut().expect("set").destination_client = "07-tendermint-0".into());
    recv_refused(Code::CLIENT_NOT_FOUND, |m| m.packet.as_mut().expect("set").destination_client = "07-tendermint-9".into());
    // Attack 27: an id that was never generated.
    for id in ["07-tendermint-0/x", "07-tendermint-0\n", "x", ""] {
        recv_refused(Code::PACKET_INVALID, |m| m.packet.as_mut().expect("set").destination_client = id.into());
    }
}

#[test]
fn a_packet_for_another_port_leaves_no_receipt() {
    recv_refused(Code::PORT_UNKNOWN, |m| m.packet.as_mut().expect("set").payloads[0].destination_port = "transfer".into());
}

#[test]
fn packets_out_of_shape_are_refused() {
    recv_refused(Code::PACKET_INVALID, |m| m.packet = None);
    recv_refused(Code::PACKET_INVALID, |m| m.packet.as_mut().expect("set").payloads.clear());
    recv_refused(Code::PACKET_INVALID, |m| {
        let packet = m.packet.as_mut().expect("set");
        packet.payloads.push(packet.payloads[0].clone());
    });
    recv_refused(Code::PACKET_INVALID, |m| m.packet.as_mut().expect("set").sequence = 0);
    recv_refused(Code::PACKET_INVALID, |m| m.packet.as_mut().expect("set").timeout_timestamp = 0);
    recv_refused(Code::PACKET_MESSAGE_UNDECODABLE, |m| m.signer = "nobody".into());
}

#[test]
fn proofs_that_are_missing_bent_or_for_another_height_are_refused() {
    recv_refused(Code::PROOF_INVALID, |m| m.proof_commitment.clear());
    recv_refused(Code::PROOF_INVALID, |m| m.proof_commitment[40] ^= 1);
    recv_refused(Code::PROOF_INVALID, |m| m.proof_commitment = vec![0; 300 * 1024]);
    recv_refused(Code::PROOF_INVALID, |m| m.proof_height = None);
    recv_refused(Code::CONSENSUS_STATE_MISSING, |m| m.proof_height = Some(Height::new(1, 1000).into()));
    // The anchor's height is known, and the packet was not committed then.
    recv_refused(Code::PROOF_INVALID, |m| m.proof_height = Some(Height::new(1, 2).into()));
}

#[test]
fn a_packet_past_its_timeout_is_not_received() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    let left = packet.timeout_timestamp - pair.b.now.unix_s();
    pair.b.wait(left - 1);
    assert_eq!(code(pair.recv(&msg)), Code::PACKET_TIMEOUT_ELAPSED, "at the very second");
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    let left = packet.timeout_timestamp - pair.b.now.unix_s();
    pair.b.wait(left - 2);
    assert_eq!(pair.recv(&msg).0, Ok(Effect::Done), "a second before");
}

// Acknowledging.

#[track_caller]
fn ack_refused(expected: Code, bend: impl FnOnce(&mut govhub_ibc::types::MsgAcknowledgement)) {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    pair.recv(&msg).0.expect("received");
    let honest = pair.ack_msg(&packet, success_acknowledgement(b"done".to_vec()));
    let mut bent = honest.clone();
    bend(&mut bent);
    pair.app.calls();
    assert_eq!(code(pair.acknowledge(&bent)), expected);
    assert_eq!(pair.app.calls(), [""; 0]);
    assert!(pair.a.stored(&packet_commitment_path(&packet.source_client, 1)).is_some());
    assert_eq!(pair.acknowledge(&honest).0, Ok(Effect::Done), "the twin");
}

#[test]
fn acknowledgements_with_anything_changed_are_refused() {
    ack_refused(Code::PROOF_INVALID, |m| m.acknowledgement = Some(success_acknowledgement(b"dome".to_vec())));
    ack_refused(Code::PROOF_INVALID, |m| m.acknowledgement = Some(success_acknowledgement(UNIVERSAL_ERROR_ACK.to_vec())));
    ack_refused(Code::ACKNOWLEDGEMENT_INVALID, |m| m.acknowledgement = None);
    // Attack 25: one form only.
    ack_refused(Code::ACKNOWLEDGEMENT_INVALID, |m| m.acknowledgement.as_mut().expect("set").app_acknowledgements.push(vec![1]));
    ack_refused(Code::ACKNOWLEDGEMENT_INVALID, |m| m.acknowledgement = Some(success_acknowledgement(Vec::new())));
    ack_refused(Code::PACKET_COMMITMENT_MISMATCH, |m| m.packet.as_mut().expect("set").payloads[0].value = b"y".to_vec());
    ack_refused(Code::PACKET_WRONG_COUNTERPARTY, |m| m.packet.as_mut().expect("set").destination_client = "07-tendermint-0".into());
    ack_refused(Code::PROOF_INVALID, |m| m.proof_acked[40] ^= 1);
    ack_refused(Code::CONSENSUS_STATE_MISSING, |m| m.proof_height = Some(Height::new(1, 1000).into()));
}

#[test]
fn a_callback_that_acknowledges_again_finds_the_commitment_gone() {
    // Attack 24, ASA-2024-007.
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    pair.recv(&msg).0.expect("received");
    let ack = pair.ack_msg(&packet, success_acknowledgement(b"done".to_vec()));
    *pair.app.again.borrow_mut() = Some(ack.clone());
    pair.acknowledge(&ack).0.expect("acknowledged");
    assert_eq!(pair.app.calls().iter().filter(|call| call.starts_with("ack")).count(), 1);
}

// Timing out.

#[test]
fn a_packet_that_was_not_received_times_out_by_proof_of_absence_and_not_before() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    // Attack 23: the receiver's clock decides, at the proof's height.
    let early = pair.timeout_msg(&packet);
    assert_eq!(code(pair.timeout(&early)), Code::TIMEOUT_NOT_REACHED);
    pair.a.wait(300);
    assert_eq!(code(pair.timeout(&early)), Code::TIMEOUT_NOT_REACHED, "this chain's clock says nothing");
    follow(&mut pair.b, &pair.on_b, &mut pair.a); // B's state moves on, so that its old proofs are old.
    let left = packet.timeout_timestamp.saturating_sub(pair.b.now.unix_s());
    pair.b.wait(left + 1);
    let honest = pair.timeout_msg(&packet);
    let mut bent = honest.clone();
    bent.proof_unreceived = early.proof_unreceived;
    assert_eq!(code(pair.timeout(&bent)), Code::PROOF_INVALID, "a proof older than the timeout under a newer height");
    let mut other = honest.clone();
    other.packet.as_mut().expect("set").timeout_timestamp -= 1;
    assert_eq!(code(pair.timeout(&other)), Code::PACKET_COMMITMENT_MISMATCH);
    pair.app.calls();
    let (result, events) = pair.timeout(&honest);
    assert_eq!(result, Ok(Effect::Done));
    assert_eq!(events[0].kind, "timeout_packet");
    assert_eq!(pair.a.stored(&packet_commitment_path(&packet.source_client, 1)), None);
    assert_eq!(pair.app.calls(), ["timeout 1"]);
    assert_eq!(pair.timeout(&honest).0, Ok(Effect::Noop));
}

#[test]
fn a_received_packet_does_not_time_out() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let msg = pair.recv_msg(&packet);
    pair.recv(&msg).0.expect("received");
    pair.b.wait(100);
    let timeout = pair.timeout_msg(&packet);
    assert_eq!(code(pair.timeout(&timeout)), Code::PROOF_INVALID, "a receipt stands there");
    let absence_of_another = {
        let mut other = timeout.clone();
        let version = Height::from(timeout.proof_height.expect("set")).revision_height - 1;
        other.proof_unreceived = pair.b.prove(version, &packet_receipt_path(&packet.destination_client, 2));
        other
    };
    assert_eq!(code(pair.timeout(&absence_of_another)), Code::PROOF_INVALID, "of another sequence");
}

#[test]
fn sentinels_are_refused_where_timeouts_settle_by_absence() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    pair.a.wait(100);
    let msg = pair.recv_msg(&packet);
    assert_eq!(code(pair.recv_timeout(&msg)), Code::ABSENCE_MODE_MISMATCH);
    assert_eq!(pair.b.stored(&packet_receipt_path(&packet.destination_client, 1)), None);
}

#[test]
fn sequences_count_per_client() {
    let mut pair = Pair::new();
    for expected in 1..=3 {
        assert_eq!(pair.send(60, b"x").sequence, expected);
    }
    let second = pair.a.found(&pair.b.trust_file(1.try_into().expect("PROOF"), 1.try_into().expect("PROOF"))).expect("founded");
    let other: ClientId = "07-tendermint-9".parse().expect("an id");
    register(&mut pair.a, &second, &other).0.expect("once");
    pair.on_a = second;
    assert_eq!(pair.send(60, b"x").sequence, 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, ..Default::default() })]

    /// Whatever order messages come in, lost, repeated or late: a packet is received at most once, settled at most once, and if it was
    /// received it is never timed out.
    #[test]
    fn every_packet_is_settled_at_most_once_and_never_both_ways(steps in proptest::collection::vec(0u8..7, 1..24)) {
        let mut pair = Pair::new();
        let mut sent = Vec::new();
        for step in steps {
            let packet = sent.last().cloned();
            match (step, packet) {
                (0, _) | (_, None) => sent.push(pair.send(30, b"x")),
                (1 | 2, Some(packet)) => {
                    let msg = pair.recv_msg(&packet);
                    let _ = pair.recv(&msg);
                }
                (3 | 4, Some(packet)) => {
                    let msg = pair.ack_msg(&packet, success_acknowledgement(b"done".to_vec()));
                    let _ = pair.acknowledge(&msg);
                }
                (5, Some(packet)) => {
                    let msg = pair.timeout_msg(&packet);
                    let _ = pair.timeout(&msg);
                }
                (_, Some(_)) => pair.b.wait(20),
            }
        }
        let calls = pair.app.calls();
        for packet in &sent {
            let count = |kind: &str| calls.iter().filter(|c| c.starts_with(&format!("{kind} {}", packet.sequence))).count();
            proptest::prop_assert!(count("recv") <= 1);
            proptest::prop_assert!(count("ack") + count("timeout") <= 1);
            proptest::prop_assert!(!(count("recv") == 1 && count("timeout") == 1), "received and timed out");
            proptest::prop_assert!(count("ack") == 0 || count("recv") == 1, "an answer to what was not received");
        }
    }
}
