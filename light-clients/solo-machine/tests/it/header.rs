//! Key rotation, and every way in which it is refused.

use govhub_lc_core::{LightClient, Reason, Verdict};
use govhub_lc_solo_machine::testing::Machine;
use govhub_lc_solo_machine::{sign_bytes, ClientState, HEADER_URL};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;
use prost::Message;

use crate::common::{invalid, key, machine, undecodable, Nothing, NOW};

fn later(s: u64) -> Time {
    Time::from_unix_s(NOW.unix_s() + s)
}

/// A valid header with one field bent, signature left as it was.
fn bent(bend: impl FnOnce(&mut raw::Header)) -> &'static str {
    let mut machine = machine();
    let client = machine.client();
    let mut header = raw::Header::decode(machine.rotate(key(2), "dept-solo-1/2").value.as_slice()).expect("our own");
    bend(&mut header);
    invalid(client.verify_header(&Nothing, &Any { type_url: HEADER_URL.into(), value: header.encode_to_vec() }, NOW))
}

#[test]
fn a_machine_rotates_between_all_key_kinds_and_each_header_is_good_once() {
    let mut machine = machine();
    let mut client = machine.client();
    for (round, kind) in KeyKind::ALL.into_iter().enumerate() {
        machine.time = later(round as u64);
        let header = machine.rotate(SigningKey::from_seed(kind, &[9; 32]), &format!("dept-solo-1/{round}"));
        let Ok(Verdict::Accepted(update)) = client.verify_header(&Nothing, &header, later(10)) else { panic!("{kind:?}") };
        client = ClientState::decode(&update.client_state).expect("our own");
        assert_eq!(client, machine.client());
        assert_eq!(update.consensus_states, vec![(client.latest_height(), client.consensus().encode())]);
        assert_eq!(invalid(client.verify_header(&Nothing, &header, later(10))), "signature", "used up");
    }
}

#[test]
fn a_header_signed_by_the_new_key_or_at_another_sequence_is_refused() {
    let client = machine().client();
    let mut thief = Machine { key: key(2), ..machine() };
    assert_eq!(invalid(client.verify_header(&Nothing, &thief.rotate(key(2), "dept-solo-1"), NOW)), "signature");
    for sequence in [0, 2] {
        let mut early = Machine { sequence, ..machine() };
        assert_eq!(invalid(client.verify_header(&Nothing, &early.rotate(key(2), "dept-solo-1"), NOW)), "signature");
    }
    let mut elsewhere = Machine { diversifier: "dept-solo-1/other-client".into(), ..machine() };
    assert_eq!(invalid(client.verify_header(&Nothing, &elsewhere.rotate(key(2), "dept-solo-1"), NOW)), "signature");
}

#[test]
fn each_bent_field_is_refused() {
    assert_eq!(bent(|h| h.timestamp += 1), "signature");
    assert_eq!(bent(|h| h.timestamp -= 1), "time-going-back");
    assert_eq!(bent(|h| h.new_public_key = None), "new-key");
    assert_eq!(bent(|h| h.new_public_key = Some(key(3).public_key().to_any())), "signature");
    assert_eq!(bent(|h| h.new_diversifier = "dept-solo-1/3".into()), "signature");
    assert_eq!(bent(|h| h.new_diversifier = "dept-solo-2".into()), "machine-mismatch");
    assert_eq!(bent(|h| h.new_diversifier.clear()), "diversifier");
    assert_eq!(bent(|h| h.signature.clear()), "signature-missing");
    assert_eq!(bent(|h| h.signature = sign_bytes::signature_data(&[1; 63])), "signature");
    assert_eq!(bent(|h| h.signature.extend([0x18, 1])), "not-canonical");
    // SignatureDescriptor.Data: single with mode AMINO_JSON (127); multi with nothing in it.
    assert_eq!(bent(|h| h.signature = vec![0x0a, 2, 8, 127]), "signature-mode");
    assert_eq!(bent(|h| h.signature = vec![0x12, 0]), "multisignature");
}

#[test]
fn a_machine_cannot_rename_itself_even_with_a_good_signature() {
    let mut machine = machine();
    let client = machine.client();
    assert_eq!(invalid(client.verify_header(&Nothing, &machine.rotate(key(2), "dept-solo-2"), NOW)), "machine-mismatch");
}

#[test]
fn a_header_up_to_thirty_seconds_ahead_is_accepted_and_a_later_one_must_wait() {
    let mut machine = machine();
    let client = machine.client();
    machine.time = later(30);
    let header = machine.rotate(key(2), "dept-solo-1");
    assert!(matches!(client.verify_header(&Nothing, &header, NOW), Ok(Verdict::Accepted(_))));
    let before = Time::from_unix_ns(NOW.unix_ns() - 1);
    assert_eq!(invalid(client.verify_header(&Nothing, &header, before)), Reason::FROM_FUTURE);
}

#[test]
fn the_last_sequence_is_never_used_for_a_header_that_would_wrap_it() {
    let (machine, next) = (Machine { sequence: u64::MAX, ..machine() }, key(2).public_key());
    let client = machine.client();
    let signature = machine.key.sign(&sign_bytes::header(client.binding(NOW), &next.to_any(), "dept-solo-1"));
    let header = sign_bytes::header_message(&signature, NOW, &next, "dept-solo-1");
    assert_eq!(invalid(client.verify_header(&Nothing, &header, NOW)), "sequence-exhausted");
}

#[test]
fn other_messages_and_long_ones_are_undecodable() {
    let mut machine = machine();
    let client = machine.client();
    let header = machine.rotate(key(2), "dept-solo-1");
    let other = Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), ..header.clone() };
    assert_eq!(undecodable(client.verify_header(&Nothing, &other, NOW)), "type-url");
    let long = Any { value: vec![0; 4096], ..header.clone() };
    assert_eq!(undecodable(client.verify_header(&Nothing, &long, NOW)), "too-long");
    let tail = Any { value: [header.value.as_slice(), &[0x28, 1]].concat(), ..header };
    assert_eq!(undecodable(client.verify_header(&Nothing, &tail, NOW)), "not-canonical");
}
