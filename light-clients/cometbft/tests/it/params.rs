//! Client and consensus states: each rule of ibc-go's `Validate` and of ours broken alone (attacks 10, 11, 18).

use govhub_lc_cometbft::testing::{client_any, client_state};
use govhub_lc_cometbft::{jmt_spec, ClientState, ConsensusState, ProofSpecs};
use govhub_lc_core::LightClient;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use prost::Message;

use crate::world::CHAIN;

#[track_caller]
fn refused(expected: &str, bend: impl FnOnce(&mut raw::ClientState)) {
    let mut state = client_state(CHAIN, Height::new(1, 5), ProofSpecs::Jmt);
    ClientState::decode(&client_any(&state)).expect("the twin is right");
    bend(&mut state);
    assert_eq!(ClientState::decode(&client_any(&state)).expect_err("bent").code, expected);
}

#[test]
fn our_jmt_spec_is_the_one_of_the_tree_we_use() {
    assert_eq!(jmt_spec(), jmt::ics23_spec());
}

#[test]
fn every_rule_of_a_client_state_is_checked() {
    refused("chain-id", |s| s.chain_id = String::new());
    refused("chain-id", |s| s.chain_id = "x".repeat(51));
    refused("trust-level", |s| s.trust_level = None);
    for (numerator, denominator) in [(1, 4), (3, 2), (1, 0), (0, 1), (u64::MAX, u64::MAX), (u64::MAX, 3)] {
        refused("trust-level", |s| s.trust_level = Some(raw::Fraction { numerator, denominator }));
    }
    refused("trusting-period", |s| s.trusting_period = None);
    refused("trusting-period", |s| s.trusting_period = Some(Default::default()));
    refused("trusting-period", |s| s.trusting_period = s.unbonding_period);
    refused("trusting-period", |s| s.trusting_period.as_mut().expect("set").seconds = -1);
    refused("unbonding-period", |s| s.unbonding_period.as_mut().expect("set").seconds = i64::MAX);
    refused("max-clock-drift", |s| s.max_clock_drift.as_mut().expect("set").nanos = 1_000_000_000);
    refused("latest-height", |s| s.latest_height = None);
    refused("latest-height", |s| s.latest_height.as_mut().expect("set").revision_height = 0);
    refused("revision", |s| s.latest_height.as_mut().expect("set").revision_number = 2);
    refused("revision", |s| s.chain_id = "hub-01".into());
    refused("proof-specs", |s| s.proof_specs.clear());
    refused("proof-specs", |s| drop(s.proof_specs.pop()));
    refused("proof-specs", |s| s.proof_specs[0].inner_spec.as_mut().expect("set").child_size = 0);
    refused("proof-specs", |s| s.proof_specs[1].inner_spec.as_mut().expect("set").max_prefix_length = 48);
    refused("proof-specs", |s| s.proof_specs[0].prehash_key_before_comparison = false);
    #[allow(deprecated)]
    refused("deprecated-field", |s| s.allow_update_after_expiry = true);
}

#[test]
fn both_known_lists_of_specs_are_accepted_and_no_mixture() {
    for specs in [ProofSpecs::Sdk, ProofSpecs::Jmt] {
        let state = client_state(CHAIN, Height::new(1, 5), specs);
        assert_eq!(ClientState::decode(&client_any(&state)).expect("known").encode(), client_any(&state));
    }
    refused("proof-specs", |s| s.proof_specs = vec![ics23::iavl_spec(), jmt_spec()]);
}

#[test]
fn chain_ids_without_a_revision_are_revision_zero() {
    let state = client_state("cosmoshub", Height::new(0, 5), ProofSpecs::Sdk);
    assert_eq!(ClientState::decode(&client_any(&state)).expect("as ibc-go").latest_height(), Height::new(0, 5));
}

#[test]
fn every_rule_of_a_consensus_state_is_checked() {
    let right = ConsensusState { time: Time::from_unix_ns(1_700_000_000_123_456_789), root: vec![1; 32], next_validators_hash: [2; 32] };
    assert_eq!(ConsensusState::decode(&right.encode()), Ok(right.clone()));
    let long = ConsensusState { root: vec![1; 65], ..right.clone() };
    assert_eq!(ConsensusState::decode(&long.encode()).expect_err("too long").code, "root");
    let rootless = |state: &ConsensusState| {
        let any = state.encode();
        let mut raw = raw::ConsensusState::decode(any.value.as_slice()).expect("our own");
        raw.root = None;
        Any { value: raw.encode_to_vec(), ..any }
    };
    assert_eq!(ConsensusState::decode(&rootless(&right)).expect_err("no root").code, "root");
    let mut any = right.encode();
    any.value.extend([0x1a, 0]);
    assert_eq!(ConsensusState::decode(&any).expect_err("field twice").code, "not-canonical");
    any.value.clear();
    assert_eq!(ConsensusState::decode(&any).expect_err("empty").code, "consensus-time");
}

proptest::proptest! {
    /// Decoding is the inverse of encoding.
    #[test]
    fn consensus_states_survive_their_encoding(ns: u64, root in proptest::collection::vec(0u8.., 0..=64), hash: [u8; 32]) {
        let state = ConsensusState { time: Time::from_unix_ns(ns), root, next_validators_hash: hash };
        proptest::prop_assert_eq!(ConsensusState::decode(&state.encode()), Ok(state));
    }

    /// No bytes make a decoder panic.
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
        for url in [govhub_lc_cometbft::CLIENT_STATE_URL, govhub_lc_cometbft::CONSENSUS_STATE_URL] {
            let any = ibc_proto::google::protobuf::Any { type_url: url.into(), value: bytes.clone() };
            let _ = ClientState::decode(&any);
            let _ = ConsensusState::decode(&any);
        }
    }
}
