//! What may be stored, and what a client says of itself.

use govhub_lc_core::{Absence, LightClient, Status};
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1::{self as raw, endorsement_policy::Policy};
use govhub_lc_fabric::testing::{Channel, ACCEPTED_AT_S, TRUSTING_PERIOD_S};
use govhub_lc_fabric::{ClientState, ConsensusState, ABOUT, CLIENT_STATE_URL, CLIENT_TYPE, CONSENSUS_STATE_URL, KEY_MAP_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{bft, raft, Host, CHANNEL, NOW};

/// Why a client state with one field bent is refused; the unbent twin is right.
fn bent(channel: &Channel, bend: impl FnOnce(&mut raw::ClientState)) -> &'static str {
    let (mut state, _) = channel.client();
    ClientState::from_raw(state.clone()).expect("the unbent twin");
    bend(&mut state);
    ClientState::decode(&Any { type_url: CLIENT_STATE_URL.into(), value: state.encode_to_vec() }).expect_err("must be refused").code
}

/// The same of an anchor.
fn anchor_bent(channel: &Channel, bend: impl FnOnce(&mut raw::ConsensusState)) -> &'static str {
    let (_, anchor) = channel.client();
    let any = anchor.encode();
    let mut state = raw::ConsensusState::decode(any.value.as_slice()).expect("our own");
    bend(&mut state);
    ConsensusState::decode(&Any { value: state.encode_to_vec(), ..any }).expect_err("must be refused").code
}

#[test]
fn states_come_back_as_they_were_stored() {
    for channel in [raft(), bft()] {
        let (client, anchor) = channel.client();
        let client = ClientState::from_raw(client).expect("right");
        assert_eq!(ClientState::decode(&client.encode()), Ok(client.clone()));
        assert_eq!(ConsensusState::decode(&anchor.encode()), Ok(anchor.clone()));
        assert_eq!(client.check_anchor(&anchor), Ok(()));
    }
}

#[test]
fn a_client_says_what_it_follows_and_what_it_cannot_prove() {
    let host = Host::of(&raft());
    let client = &host.client;
    assert_eq!((client.client_type(), client.chain_id(), client.latest_height()), (CLIENT_TYPE, CHANNEL.to_owned(), Height::new(0, 0)));
    assert_eq!(client.absence(), Absence::Receipt);
    assert_eq!(client.key_map().map(|any| any.type_url), Some(KEY_MAP_URL.to_owned()));
    assert_eq!(ABOUT.client_type, CLIENT_TYPE);
    assert!(ABOUT.cannot_prove.iter().any(|line| line.contains("absent")));
}

#[test]
fn a_client_expires_after_its_period_without_a_block() {
    let host = Host::of(&raft());
    let end = Time::from_unix_s(ACCEPTED_AT_S + TRUSTING_PERIOD_S);
    assert_eq!(host.client.expires_at(&host.states), Some(end));
    assert_eq!(host.client.status(&host.states, NOW), Status::Active);
    assert_eq!(host.client.status(&host.states, end), Status::Expired);
}

#[test]
fn parameters_are_what_governance_approved_and_not_where_the_client_stands() {
    let mut channel = bft();
    let mut host = Host::of(&channel);
    let before = host.client.parameters();
    host.follow(channel.order_something());
    assert_eq!(host.client.parameters(), before);
    let with = |bend: fn(&mut raw::ClientState)| Host::with(&channel, bend).client.parameters();
    assert_eq!(with(|client| client.definition = Some(raw::Version { block: 9, transaction: 9 })), before, "a new definition is a new place");
    assert_ne!(with(|client| client.trusting_period_s += 1), before);
    assert_ne!(with(|client| client.raft = Some(raw::RaftSigners { orderers: 2, organisations: 1 })), before);
    assert_ne!(with(|client| client.key_map.as_mut().expect("there").chaincode = "other".into()), before);
    assert_ne!(with(|client| client.endorsers.as_mut().expect("there").query = client.endorsers.as_ref().expect("there").transaction.clone()), before);
}

#[test]
fn each_broken_rule_of_a_client_state_is_refused_for_its_reason() {
    let channel = raft();
    let refused = |bend: fn(&mut raw::ClientState)| bent(&channel, bend);
    for id in ["", "A", "1a", "a_b", "a b", ".a", &"a".repeat(250)] {
        assert_eq!(bent(&channel, |client| client.channel_id = id.into()), "channel-id", "{id:?}");
    }
    assert_eq!(refused(|client| client.trusting_period_s = 0), "trusting-period");
    assert_eq!(refused(|client| client.trusting_period_s = u64::MAX), "trusting-period");
    assert_eq!(refused(|client| client.raft = None), "raft-signers");
    assert_eq!(refused(|client| client.raft = Some(raw::RaftSigners { orderers: 0, organisations: 1 })), "raft-signers");
    assert_eq!(refused(|client| client.raft = Some(raw::RaftSigners { orderers: 1, organisations: 0 })), "raft-signers");
    assert_eq!(refused(|client| client.raft = Some(raw::RaftSigners { orderers: 1, organisations: 2 })), "raft-signers");
    assert_eq!(refused(|client| client.raft = Some(raw::RaftSigners { orderers: 4, organisations: 1 })), "raft-signers", "there are three");
    assert_eq!(refused(|client| client.endorsers = None), "endorsement-policy");
    assert_eq!(refused(|client| client.endorsers = Some(raw::Endorsers::default())), "endorsement-policy");
    for path in ["", "/", "/Channel", "/Channel/", "Channel/Application/Endorsement", "/Other/Application/Endorsement"] {
        let policy = raw::EndorsementPolicy { policy: Some(Policy::ChannelPolicy(path.into())) };
        assert_eq!(bent(&channel, |client| client.endorsers = Some(raw::Endorsers { transaction: Some(policy), query: None })), "endorsement-policy", "{path}");
    }
    let nonsense = raw::EndorsementPolicy { policy: Some(Policy::SignaturePolicy(vec![0x12, 0])) };
    assert_eq!(bent(&channel, |client| client.endorsers.as_mut().expect("there").query = Some(nonsense)), "policy-malformed");
    assert_eq!(refused(|client| client.key_map = None), "key-map");
    assert_eq!(refused(|client| client.key_map.as_mut().expect("there").chaincode = "_lifecycle".into()), "key-map");
    assert_eq!(refused(|client| client.definition = None), "definition");
    assert_eq!(refused(|client| client.parties = None), "parties");
    assert_eq!(refused(|client| client.parties = Some(raw::Parties { kind: 0, nodes: 3 })), "parties");
    assert_eq!(refused(|client| client.parties = Some(raw::Parties { kind: 9, nodes: 3 })), "parties");
    assert_eq!(refused(|client| client.parties = Some(raw::Parties { kind: 1, nodes: 0 })), "parties");
    assert_eq!(refused(|client| client.parties = Some(raw::Parties { kind: 1, nodes: 257 })), "parties");
}

#[test]
fn an_anchor_says_nothing_that_does_not_follow_from_its_configuration() {
    let channel = bft();
    assert_eq!(anchor_bent(&channel, |state| state.header_hash.truncate(31)), "header-hash");
    let config = |state: &mut raw::ConsensusState, bend: fn(&mut raw::Config)| bend(state.config.as_mut().expect("there"));
    let refused = |bend: fn(&mut raw::Config)| anchor_bent(&channel, |state| config(state, bend));
    assert_eq!(refused(|config| drop(config.consenters.pop())), "config-derived");
    assert_eq!(refused(|config| config.consenters.swap(0, 1)), "config-derived");
    assert_eq!(refused(|config| config.consenters[0].id = 9), "config-derived");
    assert_eq!(refused(|config| config.consenters[0].key[5] ^= 1), "config-derived");
    assert_eq!(refused(|config| config.consenters[0].key.truncate(32)), "config-derived");
    assert_eq!(refused(|config| config.consenters[0].key.truncate(20)), "consenters");
    assert_eq!(refused(|config| config.parties = Some(raw::Parties { kind: 2, nodes: 3 })), "config-derived");
    assert_eq!(refused(|config| config.parties = Some(raw::Parties { kind: 1, nodes: 4 })), "config-derived");
    assert_eq!(refused(|config| config.parties = None), "parties");
    assert_eq!(refused(|config| config.group.clear()), "config-section");
    assert_eq!(refused(|config| config.group.truncate(100)), "malformed");
    assert_eq!(refused(|config| config.group = vec![0; 800 * 1024]), "too-long");
}

#[test]
fn anchor_and_client_are_of_one_mind() {
    let (raft, bft) = (raft(), bft());
    let client = ClientState::from_raw(raft.client().0).expect("right");
    let refused = |anchor: ConsensusState| client.check_anchor(&anchor).expect_err("must be refused").code;
    assert_eq!(refused(bft.client().1), "parties");
    assert_eq!(refused(ConsensusState { kept_at: 1, ..raft.client().1 }), "parties");
    assert_eq!(refused(ConsensusState { config: None, ..raft.client().1 }), "anchor-without-config");
}

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    let (client, anchor) = raft().client();
    let client = ClientState::from_raw(client).expect("right").encode();
    let refused = |any: Any| ClientState::decode(&any).expect_err("must be refused").code;
    assert_eq!(refused(Any { value: [client.value.as_slice(), &[0x78, 1]].concat(), ..client.clone() }), "not-canonical");
    assert_eq!(refused(Any { value: [client.value.as_slice(), &[0x40, 0]].concat(), ..client.clone() }), "not-canonical");
    assert_eq!(refused(Any { value: [client.value.as_slice(), &[0x0a]].concat(), ..client.clone() }), "malformed");
    assert_eq!(refused(Any { type_url: CONSENSUS_STATE_URL.into(), ..client }), "type-url");
    let anchor = anchor.encode();
    let bent = Any { value: [anchor.value.as_slice(), &[0x78, 1]].concat(), ..anchor };
    assert_eq!(ConsensusState::decode(&bent).expect_err("must be refused").code, "not-canonical");
}
