//! What may be stored, and what a client says of itself.

use govhub_lc_core::{Absence, LightClient};
use govhub_lc_fisco_bcos::key_map::{stored_topic, KeyMap};
use govhub_lc_fisco_bcos::proto::govhub::lightclients::fisco::v1 as raw;
use govhub_lc_fisco_bcos::testing::{any, Chain};
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Suite, Version, ABOUT, CLIENT_STATE_URL, CLIENT_TYPE, CONSENSUS_STATE_URL};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::Time;

use crate::common::{refused, world, KINDS, NOW};

#[track_caller]
fn bent(version: Version, bend: impl FnOnce(&mut raw::ClientState)) -> &'static str {
    let mut state = Chain::new(version, Suite::Keccak).client_raw(0);
    assert!(ClientState::from_raw(state.clone()).is_ok());
    bend(&mut state);
    refused(ClientState::decode(&any(CLIENT_STATE_URL, &state)))
}

#[track_caller]
fn bent_map(version: Version, bend: impl FnOnce(&mut raw::KeyMap)) -> &'static str {
    bent(version, |state| bend(state.key_map.as_mut().expect("made with one")))
}

#[test]
fn a_client_comes_back_as_it_was_stored_and_names_what_it_follows() {
    for (version, suite) in KINDS {
        let chain = Chain::new(version, suite);
        let client = chain.client(0);
        assert_eq!(ClientState::decode(&client.encode()), Ok(client.clone()));
        assert_eq!(ConsensusState::decode(&chain.state(0).encode()), Ok(chain.state(0)));
        assert_eq!(client.client_type(), CLIENT_TYPE);
        assert_eq!(ABOUT.client_type, CLIENT_TYPE);
        assert_eq!(client.chain_id(), format!("{}/{}", chain.chain_id, chain.group_id));
        assert_eq!(client.trust_class().to_string(), "BFT quorum, n=4, f=1");
        assert_eq!(client.absence(), Absence::Receipt);
        assert_eq!(client.key_map().map(|map| map.value), Some(prost::Message::encode_to_vec(&chain.key_map.to_raw())));
        assert_eq!(client.consensus_time(&chain.state(0).encode()), Ok(chain.state(0).time));
    }
}

#[test]
fn a_client_expires_after_its_trusting_period() {
    let (_, follower) = world(Version::V3, Suite::Keccak);
    let end = follower.client.expires_at(&follower.states).expect("a state is stored");
    assert_eq!(end.since(Time::from_unix_ns(govhub_lc_fisco_bcos::testing::GENESIS_MS * 1_000_000)), Some(14 * 86_400 * 1_000_000_000));
    let status = |now| follower.client.status(&follower.states, now);
    assert_eq!(status(NOW), govhub_lc_core::Status::Active);
    assert_eq!(status(Time::from_unix_ns(end.unix_ns() - 1)), govhub_lc_core::Status::Active);
    assert_eq!(status(end), govhub_lc_core::Status::Expired);
}

#[test]
fn each_broken_rule_of_a_client_state_is_refused_for_its_reason() {
    for version in [Version::V2, Version::V3] {
        assert_eq!(bent(version, |s| s.version = 0), "version");
        assert_eq!(bent(version, |s| s.version = 7), "version");
        assert_eq!(bent(version, |s| s.suite = 0), "suite");
        assert_eq!(bent(version, |s| s.chain_id.clear()), "chain-id");
        assert_eq!(bent(version, |s| s.chain_id = "a/b".into()), "chain-id");
        assert_eq!(bent(version, |s| s.group_id = "a b".into()), "group-id");
        assert_eq!(bent(version, |s| s.group_id = "g".repeat(65)), "group-id");
        assert_eq!(bent(version, |s| s.genesis_hash.truncate(31)), "genesis-hash");
        assert_eq!(bent(version, |s| s.working_sealers = 257), "working-sealers");
        assert_eq!(bent(version, |s| s.trusting_period_s = 0), "trusting-period");
        assert_eq!(bent(version, |s| s.trusting_period_s = u64::MAX), "trusting-period");
        assert_eq!(bent(version, |s| s.sealers.clear()), "sealer-count");
        assert_eq!(bent(version, |s| s.sealers.swap(0, 1)), "sealer-order");
        assert_eq!(bent(version, |s| s.sealers[1] = s.sealers[0].clone()), "sealer-repeated");
        assert_eq!(bent(version, |s| s.sealers[0].node_id.truncate(63)), "node-id");
        assert_eq!(bent(version, |s| s.sealers[0].weight = 0), "weight");
        assert_eq!(bent(version, |s| s.sealers.resize(257, s.sealers[0].clone())), "sealer-count");
    }
    assert_eq!(bent(Version::V2, |s| s.sealers[0].weight = 2), "weight");
    assert_eq!(bent(Version::V2, |s| s.chain_id = "one".into()), "chain-id");
    assert_eq!(bent(Version::V2, |s| s.group_id = "01".into()), "group-id");
}

#[test]
fn events_of_3x_are_believed_only_for_a_stated_reason() {
    let three = Version::V3;
    assert_eq!(bent_map(three, |m| m.trust = raw::EventTrust::Unambiguous.into()), "closed-deployment");
    assert_eq!(bent_map(three, |m| { m.trust = raw::EventTrust::Unambiguous.into(); m.closed_deployment.clear() }), "ambiguous-events");
    assert_eq!(bent_map(three, |m| m.trust = 0), "closed-deployment");
    assert_eq!(bent_map(three, |m| { m.trust = 0; m.closed_deployment.clear() }), "event-trust");
    assert_eq!(bent_map(three, |m| m.closed_deployment.clear()), "closed-deployment");
    assert_eq!(bent_map(three, |m| m.closed_deployment = " ".into()), "closed-deployment");
    assert_eq!(bent_map(three, |m| m.closed_deployment = "two\nlines".into()), "closed-deployment");
    assert_eq!(bent_map(three, |m| m.closed_deployment = "x".repeat(513)), "closed-deployment");
    assert_eq!(bent_map(three, |m| m.attestors = Some(raw::Attestors::default())), "attestors");
    assert_eq!(bent_map(three, |m| m.place = None), "key-map-place");
    assert_eq!(bent_map(three, |m| m.bridge.truncate(19)), "bridge");
    assert_eq!(bent_map(three, |m| m.place = Some(raw::key_map::Place::Stored(raw::StoredEvent { topic: vec![0; 31] }))), "topic");
    assert_eq!(bent_map(three, |m| m.place = Some(raw::key_map::Place::Call(raw::Call { selector: vec![0; 5], web3_chain_id: 0 }))), "selector");
    assert_eq!(bent_map(Version::V2, |m| m.trust = 0), "event-trust");
}

#[test]
fn attestors_are_a_majority_of_two_or_more_keys_each_once() {
    let mut keys: Vec<_> = (1..=3).map(|seed| SigningKey::from_seed(KeyKind::Sm2, &[seed; 32]).public_key()).collect();
    keys.sort_unstable();
    let keys: Vec<_> = keys.iter().map(govhub_types::key::PublicKey::to_any).collect();
    let map = |threshold, keys: Vec<_>| {
        let mut raw = Chain::new(Version::V3, Suite::Sm).key_map.to_raw();
        (raw.trust, raw.closed_deployment, raw.attestors) = (raw::EventTrust::Attested.into(), String::new(), Some(raw::Attestors { threshold, keys }));
        KeyMap::from_raw(raw, Version::V3)
    };
    assert!(map(2, keys.clone()).is_ok() && map(3, keys.clone()).is_ok());
    assert_eq!(map(2, keys.clone()).map(|map| map.to_raw().attestors.expect("named").keys), Ok(keys.clone()));
    assert_eq!(refused(map(1, keys.clone())), "attestors");
    assert_eq!(refused(map(4, keys.clone())), "attestors");
    assert_eq!(refused(map(1, keys[..1].to_vec())), "attestors", "one is no quorum");
    assert_eq!(refused(map(2, vec![keys[0].clone(), keys[0].clone(), keys[1].clone()])), "attestors");
    assert_eq!(refused(map(2, vec![keys[1].clone(), keys[0].clone()])), "attestors");
    assert_eq!(refused(map(2, vec![keys[0].clone(); 65])), "attestors");
    let mut raw = Chain::new(Version::V3, Suite::Sm).key_map.to_raw();
    (raw.trust, raw.closed_deployment) = (raw::EventTrust::Attested.into(), String::new());
    assert_eq!(refused(KeyMap::from_raw(raw.clone(), Version::V3)), "attestors");
    raw.attestors = Some(raw::Attestors { threshold: 2, keys });
    assert!(KeyMap::from_raw(raw.clone(), Version::V3).is_ok());
    raw.place = Some(raw::key_map::Place::Call(raw::Call { selector: vec![0; 4], web3_chain_id: 0 }));
    assert_eq!(refused(KeyMap::from_raw(raw, Version::V3)), "attestors", "nobody attests calls");
}

#[test]
fn consensus_states_have_a_time_and_whole_hashes() {
    let good = raw::ConsensusState { hash: vec![1; 32], time_ns: 5, transactions_root: vec![2; 32], receipts_root: vec![3; 32], sealers_hash: vec![4; 32] };
    let decode = |state: &raw::ConsensusState| ConsensusState::decode(&any(CONSENSUS_STATE_URL, state));
    assert!(decode(&good).is_ok());
    assert_eq!(refused(decode(&raw::ConsensusState { time_ns: 0, ..good.clone() })), "time");
    assert_eq!(refused(decode(&raw::ConsensusState { hash: vec![1; 31], ..good.clone() })), "hash");
    assert_eq!(refused(decode(&raw::ConsensusState { sealers_hash: Vec::new(), ..good.clone() })), "sealers-hash");
    let mut tail = any(CONSENSUS_STATE_URL, &good);
    tail.value.push(0);
    assert_eq!(refused(ConsensusState::decode(&tail)), "malformed");
}

#[test]
fn the_topic_of_the_stored_event_depends_on_the_suite() {
    // By a Python program of its own, and by OpenSSL's SM3.
    assert_eq!(hex::encode(stored_topic(Suite::Keccak)), "b43043dc8c6f2b6f49d684ce20b6f4d3195ce10281ffa5591458067b41073fb7");
    assert_eq!(hex::encode(stored_topic(Suite::Sm)), "ede955b67441e1fcbe0ae00010e40c66327ec0d05a718ca037662508a2ae2f39");
}
