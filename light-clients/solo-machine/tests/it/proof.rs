//! Packet proofs: good for one path, one value, one sequence, one client.

use govhub_lc_core::LightClient;
use govhub_lc_solo_machine::testing::Machine;
use govhub_lc_solo_machine::{sign_bytes, ClientState};
use govhub_types::key::KeyKind;
use govhub_types::{Height, Time};

use crate::common::{key, machine, prefix, refused, under, Nothing, NOW};

const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";
const VALUE: &[u8] = &[0xab; 32];
const ANY_HEIGHT: Height = Height::new(0, 1);

fn present(client: &ClientState, path: &[u8], value: &[u8], proof: &[u8]) -> Result<ClientState, govhub_lc_core::Reason> {
    let changed = client.verify_membership(&Nothing, ANY_HEIGHT, under(&prefix(), path), value, proof)?;
    ClientState::decode(&changed.expect("a machine's client always changes"))
}

fn absent(client: &ClientState, path: &[u8], proof: &[u8]) -> Result<ClientState, govhub_lc_core::Reason> {
    let changed = client.verify_absence(&Nothing, ANY_HEIGHT, under(&prefix(), path), proof)?;
    ClientState::decode(&changed.expect("a machine's client always changes"))
}

#[test]
fn a_proof_by_any_key_kind_is_accepted_once_and_moves_sequence_and_clock() {
    for kind in KeyKind::ALL {
        let mut machine = Machine::new(kind, 1, NOW);
        let client = machine.client();
        machine.time = Time::from_unix_s(NOW.unix_s() + 1);
        let proof = machine.prove(PATH, VALUE);
        let next = present(&client, PATH, VALUE, &proof).expect("good");
        assert_eq!(next, machine.client());
        assert_eq!(refused(present(&next, PATH, VALUE, &proof)), "signature", "used up");
        let gone = machine.prove(PATH, &[]);
        assert_eq!(absent(&next, PATH, &gone), Ok(machine.client()));
    }
}

#[test]
fn a_proof_of_one_thing_proves_nothing_else() {
    let client = machine().client();
    let proof = machine().prove(PATH, VALUE);
    assert!(present(&client, PATH, VALUE, &proof).is_ok());
    let other_path = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x02";
    assert_eq!(refused(present(&client, other_path, VALUE, &proof)), "signature");
    assert_eq!(refused(present(&client, PATH, &[0xac; 32], &proof)), "signature");
    assert_eq!(refused(absent(&client, PATH, &proof)), "signature");
    let elsewhere = Machine { diversifier: "dept-solo-1/other-client".into(), ..machine() }.prove(PATH, VALUE);
    assert_eq!(refused(present(&client, PATH, VALUE, &elsewhere)), "signature");
    let thief = Machine { key: key(2), ..machine() }.prove(PATH, VALUE);
    assert_eq!(refused(present(&client, PATH, VALUE, &thief)), "signature");
}

#[test]
fn a_statement_of_absence_never_proves_an_empty_value() {
    let client = machine().client();
    let proof = machine().prove(PATH, &[]);
    assert!(absent(&client, PATH, &proof).is_ok());
    assert_eq!(refused(present(&client, PATH, &[], &proof)), "empty-value");
}

#[test]
fn a_header_never_proves_a_value() {
    let (client, new_key) = (machine().client(), key(2).public_key());
    let message = sign_bytes::header(client.binding(NOW), &new_key.to_any(), "dept-solo-1");
    let proof = sign_bytes::proof(&machine().key.sign(&message), NOW);
    let any = new_key.to_any();
    // HeaderData { new_pub_key, new_diversifier } is what a header's signature covers as data.
    let data = {
        use ibc_proto::ibc::lightclients::solomachine::v3::HeaderData;
        use prost::Message;
        HeaderData { new_pub_key: Some(any), new_diversifier: "dept-solo-1".into() }.encode_to_vec()
    };
    assert_eq!(refused(present(&client, sign_bytes::HEADER_PATH, &data, &proof)), "reserved-path");
}

#[test]
fn time_may_stand_but_not_go_back() {
    let client = machine().client();
    let mut early = Machine { time: Time::from_unix_ns(NOW.unix_ns() - 1), ..machine() };
    assert_eq!(refused(present(&client, PATH, VALUE, &early.prove(PATH, VALUE))), "time-going-back");
    assert!(present(&client, PATH, VALUE, &machine().prove(PATH, VALUE)).is_ok());
}

#[test]
fn proofs_out_of_order_are_refused_and_in_order_accepted() {
    let mut machine = machine();
    let client = machine.client();
    let (first, second) = (machine.prove(PATH, VALUE), machine.prove(PATH, VALUE));
    assert_eq!(refused(present(&client, PATH, VALUE, &second)), "signature");
    let next = present(&client, PATH, VALUE, &first).expect("good");
    assert!(present(&next, PATH, VALUE, &second).is_ok());
}

#[test]
fn the_prefix_must_have_two_elements_and_the_second_is_part_of_the_key() {
    let client = machine().client();
    let proof = machine().prove(PATH, VALUE);
    for wrong in [vec![Vec::new()], vec![b"a".to_vec(), b"b".to_vec(), Vec::new()]] {
        assert_eq!(refused(client.verify_membership(&Nothing, ANY_HEIGHT, under(&wrong, PATH), VALUE, &proof)), "path-length");
    }
    let prefixed = vec![b"ibc".to_vec(), b"x/".to_vec()];
    assert_eq!(refused(client.verify_membership(&Nothing, ANY_HEIGHT, under(&prefixed, PATH), VALUE, &proof)), "signature");
    let proof = machine().prove(&[b"x/", PATH].concat(), VALUE);
    assert!(client.verify_membership(&Nothing, ANY_HEIGHT, under(&prefixed, PATH), VALUE, &proof).is_ok());
}

#[test]
fn bytes_that_are_no_canonical_proof_are_refused() {
    let client = machine().client();
    let good = machine().prove(PATH, VALUE);
    assert_eq!(refused(present(&client, PATH, VALUE, &[good.as_slice(), &[0x18, 1]].concat())), "not-canonical");
    assert_eq!(refused(present(&client, PATH, VALUE, &good[..good.len() - 1])), "malformed");
    assert_eq!(refused(present(&client, PATH, VALUE, &vec![0; 4096])), "too-long");
    assert_eq!(refused(present(&client, PATH, VALUE, &[])), "time-going-back", "no time is time 0");
}

#[test]
fn the_twin_with_the_larger_s_is_refused() {
    let client = machine().client();
    let mut signature = machine().key.sign(&sign_bytes::statement(client.binding(NOW), PATH, VALUE));
    assert!(present(&client, PATH, VALUE, &sign_bytes::proof(&signature, NOW)).is_ok());
    // n - s on the group order of secp256k1.
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").expect("hex");
    let mut borrow = 0i16;
    for i in (0..32).rev() {
        let digit = i16::from(order[i]) - i16::from(signature[32 + i]) - borrow;
        borrow = i16::from(digit < 0);
        signature[32 + i] = digit.rem_euclid(256) as u8;
    }
    let reason = present(&client, PATH, VALUE, &sign_bytes::proof(&signature, NOW)).expect_err("malleated");
    assert!(reason.code == "signature" && reason.detail.contains("larger s"), "{reason}");
}
