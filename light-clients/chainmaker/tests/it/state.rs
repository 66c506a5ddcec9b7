//! What may be stored, and what a client says of itself.

use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Chain, Follower, Network};
use govhub_lc_chainmaker::{ClientState, Consensus, ConsensusState, KeyMap, Suite, ABOUT, CLIENT_TYPE, CONSENSUS_STATE_URL};
use govhub_lc_core::{Absence, LightClient, Status};
use govhub_types::{Height, Time};
use govhub_x509::spki_of_key;
use govhub_x509::testing::Authority;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{cert_chain, chain, note, said, CERT, KINDS};

fn bent(bend: impl FnOnce(&mut raw::ClientState)) -> &'static str {
    let mut state = Follower::of(&cert_chain()).client.raw().clone();
    bend(&mut state);
    match ClientState::from_raw(state) {
        Ok(_) => "accepted",
        Err(reason) => reason.code,
    }
}

fn authority(state: &mut raw::ClientState) -> &mut raw::Authority {
    state.authority.as_mut().expect("there")
}

#[test]
fn states_come_back_as_they_were_stored() {
    for (auth_type, suite) in KINDS {
        let mut chain = chain(auth_type, suite);
        let mut follower = Follower::of(&chain);
        chain.reconfigure("CHAIN_CONFIG", Network::new(auth_type, suite, 5));
        assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
        assert_eq!(ClientState::decode(&follower.client.encode()), Ok(follower.client.clone()));
        for state in follower.states.values() {
            assert_eq!(&ConsensusState::decode(state).expect("its own").encode(), state);
            assert_eq!(follower.client.consensus_time(state).map(|time| time.unix_s()), Ok(ConsensusState::decode(state).expect("its own").time_s));
        }
    }
}

#[test]
fn a_client_says_what_it_is() {
    let mut chain = cert_chain();
    let mut follower = Follower::of(&chain);
    chain.make(&[note()]);
    assert_eq!(said(follower.offer(&chain.run(1, 1))), "accepted");
    let client = &follower.client;
    assert_eq!((client.client_type(), ABOUT.client_type, CLIENT_TYPE), ("gov-chainmaker", "gov-chainmaker", "gov-chainmaker"));
    assert_eq!(client.chain_id(), "shenzhen");
    assert_eq!(client.latest_height(), Height::new(0, 1));
    assert_eq!(client.absence(), Absence::Receipt);
    assert_eq!(client.key_map(), Some(KeyMap::protocol().encode()));
    assert_eq!(client.own_consensus_state(), None);
    assert_eq!(client.status(&follower, follower.now), Status::Active);
    follower.states.clear();
    assert_eq!(follower.client.status(&follower, Time::from_unix_s(0)), Status::Expired, "nothing stored, nothing believed");
}

#[test]
fn where_a_client_stands_is_no_parameter_and_everything_else_is() {
    let mut chain = cert_chain();
    let fresh = Follower::of(&chain);
    let mut later = fresh.clone();
    chain.reconfigure("CHAIN_CONFIG", Network::new(CERT, Suite::P256, 5));
    assert_eq!(said(later.offer(&chain.run(1, 1))), "accepted");
    assert_eq!(later.client.parameters(), fresh.client.parameters());
    let frozen = ClientState::decode(&later.client.freeze()).expect("its own");
    assert_eq!(frozen.parameters(), fresh.client.parameters());
    let other = Follower::with(&cert_chain(), |params| params.trusting_period_s += 1);
    assert_ne!(other.client.parameters(), fresh.client.parameters());
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    assert_eq!(bent(|_| {}), "accepted");
    assert_eq!(bent(|state| state.chain_id = "other".into()), "chain-id");
    assert_eq!(bent(|state| state.trusting_period_s = 0), "trusting-period");
    assert_eq!(bent(|state| state.trusting_period_s = u64::MAX), "trusting-period");
    assert_eq!(bent(|state| state.max_clock_drift_s = 0), "max-clock-drift");
    assert_eq!(bent(|state| state.following = 0), "following");
    assert_eq!(bent(|state| state.following = 3), "following");
    assert_eq!(bent(|state| { state.following = 2; state.trusting_period_s = 86_400 }), "accepted");
    assert_eq!(bent(|state| { state.following = 2; state.trusting_period_s = 86_401 }), "trusting-period", "skipping blocks is trusted for a day");
    assert_eq!(bent(|state| state.trusted_operator = true), "trusted-operator", "a quorum needs none");
    assert_eq!(bent(|state| state.key_map = None), "key-map");
    assert_eq!(bent(|state| state.authority = None), "authority-missing");
    assert_eq!(bent(|state| authority(state).since = 1), "latest-height");
}

#[test]
fn raft_without_a_declared_operator_is_refused() {
    let chain = Chain::new(Network { consensus: Consensus::Raft, ..Network::new(CERT, Suite::P256, 3) });
    let mut state = Follower::of(&chain).client.raw().clone();
    assert!(ClientState::from_raw(state.clone()).is_ok());
    state.trusted_operator = false;
    assert_eq!(ClientState::from_raw(state).map_err(|reason| reason.code), Err("trusted-operator"));
}

#[test]
fn pinned_keys_are_of_nodes_once_each_and_not_in_key_modes() {
    let network = Network::new(CERT, Suite::P256, 4);
    let pin = |place: usize| raw::NodeKey { node_id: network.nodes[place].id.clone(), public_key: spki_of_key(&network.nodes[place].key.public_key()) };
    assert_eq!(bent(|state| state.node_keys = vec![pin(0), pin(1)]), "accepted");
    assert_eq!(bent(|state| state.node_keys = vec![pin(0), pin(0)]), "node-keys");
    assert_eq!(bent(|state| state.node_keys = vec![raw::NodeKey { node_id: "Qm".into(), ..pin(0) }]), "node-keys");
    assert_eq!(bent(|state| state.node_keys = vec![raw::NodeKey { public_key: vec![1], ..pin(0) }]), "node-keys");
    let mut state = Follower::of(&chain(govhub_lc_chainmaker::AuthType::Public, Suite::P256)).client.raw().clone();
    state.node_keys = vec![pin(0)];
    assert_eq!(ClientState::from_raw(state).map_err(|reason| reason.code), Err("node-keys"));
}

#[test]
fn an_authority_is_in_order_and_bounded() {
    let frozen = |hash: u8| raw::FrozenCertificate { hash: vec![hash; 32], identity: Vec::new() };
    let list = |seed: u8| {
        let authority = Authority::root(Suite::P256.key_kind(), seed, "ca");
        raw::RevocationList { key_id: authority.key_id(), list: authority.crl(&[1]) }
    };
    assert_eq!(bent(|state| authority(state).frozen = vec![frozen(1), frozen(2)]), "accepted");
    assert_eq!(bent(|state| authority(state).frozen = vec![frozen(2), frozen(1)]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).frozen = vec![frozen(1), frozen(1)]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).frozen = vec![raw::FrozenCertificate { hash: vec![1], ..frozen(1) }]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).frozen = vec![raw::FrozenCertificate { identity: vec![1], ..frozen(1) }]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).revocations = vec![list(1)]), "accepted");
    assert_eq!(bent(|state| authority(state).revocations = vec![raw::RevocationList { list: vec![1], ..list(1) }]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).revocations = vec![raw::RevocationList { key_id: Vec::new(), ..list(1) }]), "authority-malformed");
    assert_eq!(bent(|state| authority(state).config = vec![0; 256 * 1024 + 1]), "config-malformed");
    assert_eq!(bent(|state| authority(state).config.clear()), "unsupported-auth-type");
}

#[test]
fn consensus_states_of_another_shape_are_refused() {
    let follower = Follower::of(&cert_chain());
    let good = raw::ConsensusState::decode(follower.states[&Height::new(0, 0)].value.as_slice()).expect("its own");
    let judge = |bend: &dyn Fn(&mut raw::ConsensusState)| {
        let mut state = good.clone();
        bend(&mut state);
        ConsensusState::decode(&Any { type_url: CONSENSUS_STATE_URL.into(), value: state.encode_to_vec() }).map(drop).map_err(|reason| reason.code)
    };
    assert_eq!(judge(&|_| {}), Ok(()));
    assert_eq!(judge(&|state| state.block_hash.truncate(31)), Err("consensus-state"));
    assert_eq!(judge(&|state| state.pre_block_hash.clear()), Err("consensus-state"));
    assert_eq!(judge(&|state| state.tx_root.clear()), Err("consensus-state"));
    assert_eq!(judge(&|state| state.tx_count = 0), Err("consensus-state"));
    assert_eq!(judge(&|state| state.retired = Some(raw::Authority::default())), Err("unsupported-auth-type"));
    assert_eq!(ConsensusState::decode(&follower.client.encode()).map_err(|reason| reason.code), Err("type-url"));
}

#[test]
fn unsupported_kinds_of_chain_are_refused_by_name_before_anything_is_trusted() {
    let config = |bend: &dyn Fn(&mut govhub_lc_chainmaker::proto::chainmaker::v2::ChainConfig)| {
        let mut config = Network::new(CERT, Suite::P256, 4).config(0);
        bend(&mut config);
        govhub_lc_chainmaker::Config::decode(&config.encode_to_vec()).map(drop).map_err(|reason| (reason.code, reason.detail))
    };
    assert_eq!(config(&|_| {}), Ok(()));
    for (number, name) in [(0, "SOLO"), (2, "MBFT"), (3, "MAXBFT"), (5, "DPOS"), (10, "POW")] {
        let (code, detail) = config(&|config| config.consensus.as_mut().expect("one").r#type = number).expect_err("not followed");
        assert_eq!(code, "unsupported-consensus");
        assert!(detail.starts_with(name), "{detail}");
    }
    let (code, detail) = config(&|config| config.crypto.as_mut().expect("one").hash = b"SHA3_256".to_vec()).expect_err("not followed");
    assert_eq!(code, "unsupported-hash");
    assert!(detail.contains("SHA3_256"));
    let (code, detail) = config(&|config| config.auth_type = b"identity".to_vec()).expect_err("not followed");
    assert_eq!(code, "unsupported-auth-type");
    assert!(detail.contains("identity"));
}
