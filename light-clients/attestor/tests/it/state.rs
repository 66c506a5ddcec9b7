//! Parameters that are refused, each beside one that is taken; expiry, freezing, trust class.

use govhub_lc_attestor::proto::govhub::lightclients::attestor::v1 as raw;
use govhub_lc_attestor::state::{Params, MAX_ID_BYTES, MAX_TRUSTING_PERIOD_S};
use govhub_lc_attestor::testing::{header_any, Attestors};
use govhub_lc_attestor::{attestors, Attestor, AttestorSet, ClientState, ConsensusState, ABOUT, CLIENT_STATE_URL, CLIENT_TYPE, CONSENSUS_STATE_URL, MAX_ATTESTORS};
use govhub_lc_core::{Absence, LightClient, Status, TrustKind};
use govhub_types::{Height, KeyKind, SigningKey, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{ago, at, honest, World, NOW};

fn attestor(name: &str, seed: u8) -> Attestor {
    Attestor { name: name.into(), public_key: SigningKey::from_seed(KeyKind::Sm2, &[seed; 32]).public_key() }
}

fn some(count: usize) -> Vec<Attestor> {
    (0..count).map(|n| attestor(&format!("a{n}"), n as u8 + 1)).collect()
}

fn set(threshold: u32, attestors: Vec<Attestor>) -> Result<(), &'static str> {
    AttestorSet::new(1, threshold, attestors).map(drop).map_err(|reason| reason.code)
}

#[test]
fn a_threshold_is_more_than_half_and_at_most_all() {
    for (m, n, expected) in [(1, 1, true), (2, 2, true), (2, 3, true), (3, 3, true), (3, 4, true), (3, 5, true), (65, 128, true)] {
        assert_eq!(set(m, some(n)).is_ok(), expected, "{m} of {n}");
    }
    for (m, n) in [(0, 1), (0, 3), (1, 2), (1, 3), (2, 4), (2, 5), (4, 3), (64, 128), (u32::MAX, 3)] {
        assert_eq!(set(m, some(n)), Err("threshold"), "{m} of {n}");
    }
}

#[test]
fn a_set_has_one_to_128_attestors() {
    assert_eq!(set(1, Vec::new()), Err("attestor-count"));
    assert_eq!(set(100, some(MAX_ATTESTORS)), Ok(()));
    let key = |n: usize| SigningKey::from_seed(KeyKind::Ed25519, &[n as u8; 32]).public_key();
    let many = (0..=MAX_ATTESTORS).map(|n| Attestor { name: format!("a{n}"), public_key: key(n) }).collect();
    assert_eq!(set(100, many), Err("attestor-count"));
}

#[test]
fn no_key_stands_under_two_names_and_no_name_twice() {
    assert_eq!(set(2, vec![attestor("a", 1), attestor("b", 2)]), Ok(()));
    assert_eq!(set(2, vec![attestor("a", 1), attestor("b", 1)]), Err("duplicate-attestor-key"));
    assert_eq!(set(2, vec![attestor("a", 1), attestor("a", 2)]), Err("duplicate-attestor-name"));
}

#[test]
fn a_name_is_short_text() {
    let longest = "局".repeat(21);
    assert_eq!(set(1, vec![attestor(&longest, 1)]), Ok(()));
    assert_eq!(longest.len() + 3, attestors::MAX_NAME_BYTES + 2);
    for name in ["", " a", "a ", "a\nb", "a\u{7f}", &"局".repeat(22)] {
        assert_eq!(set(1, vec![attestor(name, 1)]), Err("attestor-name"), "{name:?}");
    }
}

#[test]
fn an_epoch_counts_from_1() {
    assert!(AttestorSet::new(1, 1, some(1)).is_ok());
    assert_eq!(AttestorSet::new(0, 1, some(1)).unwrap_err().code, "epoch");
}

#[test]
fn parameters_of_a_client_are_checked_one_by_one() {
    let good = || Attestors::new(3, 5, 1).params();
    let code = |params: Params| ClientState::new(params, at(5)).map(drop).map_err(|reason| reason.code);
    assert_eq!(code(good()), Ok(()));
    let longest = "c".repeat(MAX_ID_BYTES);
    assert_eq!(code(Params { chain_id: longest.clone(), diversifier: longest.clone(), ..good() }), Ok(()));
    for bent in [String::new(), "a b".into(), "é".into(), longest + "c"] {
        assert_eq!(code(Params { chain_id: bent.clone(), ..good() }), Err("chain-id"), "{bent:?}");
        assert_eq!(code(Params { diversifier: bent.clone(), ..good() }), Err("diversifier"), "{bent:?}");
    }
    assert_eq!(code(Params { trusting_period_s: MAX_TRUSTING_PERIOD_S, ..good() }), Ok(()));
    assert_eq!(code(Params { trusting_period_s: MAX_TRUSTING_PERIOD_S + 1, ..good() }), Err("trusting-period"));
    assert_eq!(code(Params { trusting_period_s: 0, ..good() }), Err("trusting-period"));
    assert_eq!(code(Params { trusting_period_s: 31, ..good() }), Ok(()));
    assert_eq!(code(Params { trusting_period_s: 30, ..good() }), Err("max-clock-drift"));
    assert_eq!(ClientState::new(good(), Height::new(1, 0)).unwrap_err().code, "latest-height");
}

#[test]
fn states_have_one_encoding_and_bend_into_named_refusals() {
    let world = World::new();
    let any = world.client.encode();
    assert_eq!(ClientState::decode(&any), Ok(world.client.clone()));
    let code = |any: &Any| ClientState::decode(any).map(drop).map_err(|reason| reason.code);
    assert_eq!(code(&Any { type_url: CONSENSUS_STATE_URL.into(), ..any.clone() }), Err("type-url"));
    assert_eq!(code(&Any { value: [any.value.as_slice(), &[0x78, 1]].concat(), ..any.clone() }), Err("not-canonical"));
    assert_eq!(code(&Any { value: any.value[1..].to_vec(), ..any.clone() }), Err("malformed"));
    assert_eq!(code(&Any { value: vec![0; 70_000], ..any.clone() }), Err("too-long"));
    let read = || raw::ClientState::decode(any.value.as_slice()).expect("our own");
    let bent = |raw: raw::ClientState| code(&Any { type_url: CLIENT_STATE_URL.into(), value: raw.encode_to_vec() });
    assert_eq!(bent(read()), Ok(()));
    assert_eq!(bent(raw::ClientState { attestors: None, ..read() }), Err("attestors"));
    assert_eq!(bent(raw::ClientState { latest_height: None, ..read() }), Err("latest-height"));
    assert_eq!(bent(raw::ClientState { retired: read().attestors, ..read() }), Err("retired"));
    let mut keyless = read();
    keyless.attestors.as_mut().expect("a set").attestors[0].public_key = None;
    assert_eq!(bent(keyless), Err("attestor-key"));
    let mut foreign = read();
    foreign.attestors.as_mut().expect("a set").attestors[0].public_key.as_mut().expect("a key").type_url = "/rsa".into();
    assert_eq!(bent(foreign), Err("attestor-key"));
}

#[test]
fn a_consensus_state_has_a_time_a_root_and_a_bounded_count() {
    let good = ConsensusState { time: NOW, statements_root: [7; 32], statement_count: 3 };
    assert_eq!(ConsensusState::decode(&good.encode()), Ok(good));
    let code = |raw: raw::ConsensusState| {
        ConsensusState::decode(&Any { type_url: CONSENSUS_STATE_URL.into(), value: raw.encode_to_vec() }).map(drop).map_err(|reason| reason.code)
    };
    let raw = raw::ConsensusState { time_ns: 1, statements_root: vec![7; 32], statement_count: 3 };
    assert_eq!(code(raw.clone()), Ok(()));
    assert_eq!(code(raw::ConsensusState { time_ns: 0, ..raw.clone() }), Err("time"));
    assert_eq!(code(raw::ConsensusState { statements_root: vec![7; 31], ..raw.clone() }), Err("statements-root"));
    assert_eq!(code(raw::ConsensusState { statement_count: 65_536, ..raw.clone() }), Ok(()));
    assert_eq!(code(raw::ConsensusState { statement_count: 65_537, ..raw.clone() }), Err("statement-count"));
    assert_eq!(code(raw::ConsensusState { statement_count: 0, ..raw }), Err("statements-root"), "the root of none is known");
}

#[test]
fn a_client_expires_a_trusting_period_after_its_newest_time() {
    let mut world = World::new();
    let period_s = 14 * 24 * 3600;
    let end = |newest: Time| Time::from_unix_s(newest.unix_s() + period_s);
    assert_eq!(world.client.expires_at(&world.states), Some(end(ago(60))));
    let status = |world: &World, now: Time| world.client.status(&world.states, now);
    assert_eq!(status(&world, Time::from_unix_ns(end(ago(60)).unix_ns() - 1)), Status::Active);
    assert_eq!(status(&world, end(ago(60))), Status::Expired);
    world.accept(&world.header(&honest(7)));
    assert_eq!(status(&world, end(ago(60))), Status::Active, "an attestation prolongs it");
    assert_eq!(status(&world, end(ago(58))), Status::Expired);
    world.states.0.clear();
    assert_eq!(status(&world, NOW), Status::Expired, "nothing stored, nothing believed");
}

#[test]
fn a_frozen_client_stays_what_it_was_but_frozen() {
    let world = World::new();
    let frozen = ClientState::decode(&world.client.freeze()).expect("a client state");
    assert_eq!(frozen.status(&world.states, NOW), Status::Frozen);
    assert_eq!(frozen.freeze(), frozen.encode(), "idempotent");
    assert_eq!(frozen.parameters(), world.client.parameters());
}

#[test]
fn parameters_are_what_recovery_compares() {
    let mut world = World::new();
    let before = world.client.parameters();
    world.accept(&world.header(&honest(7)));
    assert_eq!(world.client.parameters(), before, "height is the anchor's");
    let others = Attestors::new(2, 3, 9).client(at(50));
    assert_eq!(others.parameters(), before, "governance may name new attestors when the old ones are lost");
    let longer = ClientState::new(Params { trusting_period_s: 15 * 24 * 3600, ..world.attestors.params() }, at(5)).expect("allowed");
    assert_ne!(longer.parameters(), before);
    let elsewhere = ClientState::new(Params { diversifier: "govhub-1/other".into(), ..world.attestors.params() }, at(5)).expect("allowed");
    assert_ne!(elsewhere.parameters(), before);
}

#[test]
fn trust_is_shown_as_m_minus_one_liars_of_n() {
    let class = World::new().client.trust_class();
    assert_eq!((class.kind, class.n, class.f), (TrustKind::Attestors, 5, 2));
    let one = Attestors::new(1, 1, 1).client(at(5)).trust_class();
    assert_eq!(one.to_string(), "attestors, n=1, f=0, single operator, no fault tolerance");
}

#[test]
fn the_face_says_what_the_family_is() {
    let client = World::new().client;
    assert_eq!((client.client_type(), client.chain_id().as_str(), client.absence()), (CLIENT_TYPE, "dept-1", Absence::Proof));
    assert_eq!((ABOUT.client_type, client.key_map()), (CLIENT_TYPE, None));
    assert_eq!(client.consensus_time(&ConsensusState::empty(NOW).encode()), Ok(NOW));
    assert!(client.consensus_time(&header_any(&raw::Header::default())).is_err());
}
