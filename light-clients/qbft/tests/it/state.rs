//! What may be stored, and what a client says of itself.

use govhub_lc_core::{Absence, LightClient};
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use govhub_lc_qbft::testing::{client_state_any, validator_contract, Chain};
use govhub_lc_qbft::{check_anchor, ClientState, ConsensusState, Flavour, ABOUT, CLIENT_TYPE};
use govhub_types::Time;
use proptest::prelude::*;

use crate::world::refused;

/// Accepts a client state of GoQuorum, and refuses it bent.
#[track_caller]
fn bent(expected: &str, bend: impl Fn(&mut raw::ClientState)) {
    bent_in(Flavour::GoQuorumQbft, expected, bend);
}

#[track_caller]
fn bent_in(flavour: Flavour, expected: &str, bend: impl Fn(&mut raw::ClientState)) {
    let mut state = Chain::new(flavour, 4).client_state(0);
    assert!(ClientState::from_raw(state.clone()).is_ok());
    bend(&mut state);
    assert_eq!(refused(ClientState::decode(&client_state_any(&state))), expected);
}

fn set(n: u8) -> raw::ValidatorSet {
    raw::ValidatorSet { addresses: (1..=n).map(|byte| vec![byte; 20]).collect() }
}

fn to_set(block: u64) -> raw::Transition {
    raw::Transition { block, validators: Some(set(4)), contract: None }
}

fn to_contract(block: u64) -> raw::Transition {
    raw::Transition { block, validators: None, contract: Some(validator_contract().to_raw()) }
}

#[test]
fn a_client_of_every_flavour_comes_back_as_it_was_stored() {
    for flavour in Flavour::ALL {
        let chain = Chain::new(flavour, 4);
        let client = ClientState::decode(&chain.client_any(0)).expect("ours");
        assert_eq!(client.encode(), chain.client_any(0));
        assert_eq!(client.flavour(), flavour);
        assert_eq!(Flavour::named(flavour.name()), Some(flavour));
    }
}

#[test]
fn a_client_names_its_chain_its_parameters_and_its_key_map() {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    chain.grow_to(3);
    let client = ClientState::decode(&chain.client_any(3)).expect("ours");
    assert_eq!((client.client_type(), CLIENT_TYPE, ABOUT.client_type), ("gov-qbft", "gov-qbft", "gov-qbft"));
    assert_eq!(client.chain_id(), "71201");
    assert_eq!(client.absence(), Absence::Proof);
    assert_eq!(client.latest_height(), govhub_lc_qbft::height(3));
    assert_eq!(LightClient::key_map(&client), Some(chain.key_map().to_any()));
    let earlier = ClientState::decode(&chain.client_any(1)).expect("ours");
    assert_eq!(client.parameters(), earlier.parameters(), "the anchor is no parameter");
    let mut other = chain.client_state(3);
    other.trusting_period_s += 1;
    assert_ne!(ClientState::from_raw(other).expect("right").parameters(), client.parameters());
}

#[test]
fn each_broken_rule_of_a_client_state_is_refused_for_its_reason() {
    bent("chain-id", |state| state.chain_id = 0);
    bent("flavour", |state| state.flavour = 0);
    bent("flavour", |state| state.flavour = 9);
    bent("epoch-length", |state| state.epoch_length = 0);
    bent("epoch-length", |state| state.epoch_length = u64::MAX);
    bent("trusting-period", |state| state.trusting_period_s = 0);
    bent("trusting-period", |state| state.trusting_period_s = u64::MAX);
    bent("max-clock-drift", |state| state.max_clock_drift_s = u64::MAX);
    bent("key-map", |state| state.key_map = None);
    bent("key-map", |state| { state.key_map.as_mut().expect("set").contract.pop(); });
    bent("key-map", |state| state.key_map.as_mut().expect("set").base_slot.push(0));
    bent("key-map", |state| state.key_map.as_mut().expect("set").word = 0);
    bent("key-map", |state| state.key_map.as_mut().expect("set").word = 3);
    bent("key-map", |state| state.key_map.as_mut().expect("set").code_hash.truncate(31));
    bent("false-list", |state| state.false_list = 0);
    bent("header-items", |state| state.header_items.clear());
    bent("header-items", |state| state.header_items = vec![16]);
    bent("authority", |state| state.authority = None);
    bent("authority", |state| state.authority.as_mut().expect("set").validators.clear());
    bent("authority", |state| state.authority.as_mut().expect("set").validators.reverse());
    bent("authority", |state| { state.authority.as_mut().expect("set").validators[0].pop(); });
    bent("authority", |state| state.authority = Some(raw::Authority { validators: (0..257u16).map(|n| [&[0; 18][..], &n.to_be_bytes()].concat()).collect(), ..Default::default() }));
    bent("authority", |state| state.authority.as_mut().expect("set").votes_unknown = true);
    bent("list-alarm", |state| state.list_alarm = Some(raw::ListAlarm::default()));
    bent_in(Flavour::BesuQbft, "list-alarm", |state| state.list_alarm = Some(raw::ListAlarm { count: 1, number: 1, proposer: vec![1; 20] }));
    bent_in(Flavour::BesuQbft, "false-list", |state| state.false_list = raw::FalseList::Record.into());
    bent_in(Flavour::BesuQbft, "header-items", |state| state.header_items = vec![16, 15]);
    bent_in(Flavour::BesuQbft, "header-items", |state| state.header_items = vec![14]);
    bent_in(Flavour::BesuQbft, "header-items", |state| state.header_items = vec![22]);
}

#[test]
fn votes_and_counts_are_in_order_once_and_of_addresses() {
    let vote = |candidate: u8, voter: u8| raw::Vote { candidate: vec![candidate; 20], voter: vec![voter; 20], add: true };
    let count = |candidate: u8, votes| raw::Count { candidate: vec![candidate; 20], add: true, votes };
    fn authority(state: &mut raw::ClientState) -> &mut raw::Authority {
        state.authority.as_mut().expect("set")
    }
    let mut right = Chain::new(Flavour::GoQuorumQbft, 4).client_state(0);
    authority(&mut right).votes = vec![vote(1, 1), vote(1, 2), vote(2, 1)];
    authority(&mut right).counts = vec![count(1, 2), count(2, 1)];
    assert_eq!(ClientState::decode(&client_state_any(&right)).expect("right").encode(), client_state_any(&right));
    bent("authority", |state| authority(state).votes = vec![vote(1, 1), vote(1, 1)]);
    bent("authority", |state| authority(state).votes = vec![vote(2, 1), vote(1, 1)]);
    bent("authority", |state| authority(state).votes = vec![raw::Vote { voter: vec![1; 19], ..vote(1, 1) }]);
    bent("authority", |state| authority(state).counts = vec![count(1, 0)]);
    bent("authority", |state| authority(state).counts = vec![count(2, 1), count(1, 1)]);
    bent("authority", |state| authority(state).counts = vec![raw::Count { candidate: vec![], ..count(1, 1) }]);
}

#[test]
fn transitions_are_in_order_whole_and_such_as_the_program_knows() {
    bent("transition", |state| state.transitions = vec![raw::Transition { block: 5, validators: None, contract: None }]);
    bent("transition", |state| state.transitions = vec![raw::Transition { contract: to_contract(5).contract, ..to_set(5) }]);
    bent("transition", |state| state.transitions = vec![to_set(0)]);
    bent("transition", |state| state.transitions = vec![to_contract(5), to_contract(5)]);
    bent("transition", |state| state.transitions = vec![to_contract(6), to_contract(5)]);
    bent("transition", |state| state.transitions = vec![to_contract(u64::MAX)]);
    bent("transition", |state| state.transitions = (1..=65).map(to_contract).collect());
    bent("transition", |state| state.transitions = vec![raw::Transition { validators: Some(set(0)), ..to_set(5) }]);
    bent("validator-contract", |state| {
        let mut entry = to_contract(5);
        entry.contract.as_mut().expect("set").code_hash.pop();
        state.transitions = vec![entry];
    });
    // GoQuorum takes a set from its first entry alone, and none after a contract.
    bent("transition", |state| state.transitions = vec![to_contract(5), to_set(6)]);
    bent("transition", |state| state.transitions = vec![to_set(5), to_set(6)]);
    bent("transition", |state| {
        state.validator_contract = Some(validator_contract().to_raw());
        state.transitions = vec![to_set(5)];
    });
    // IBFT 2.0 has no contracts.
    bent_in(Flavour::BesuIbft2, "transition", |state| state.transitions = vec![to_contract(5)]);
    bent_in(Flavour::BesuIbft2, "transition", |state| state.validator_contract = Some(validator_contract().to_raw()));
    let mut state = Chain::new(Flavour::BesuQbft, 4).client_state(0);
    state.transitions = vec![to_set(5), to_contract(6), to_set(9), to_set(12)];
    assert!(ClientState::from_raw(state).is_ok(), "Besu knows all of these");
}

#[test]
fn a_skip_level_is_a_fraction_of_at_least_a_third() {
    let level = |numerator, denominator| Some(raw::Fraction { numerator, denominator });
    for (numerator, denominator) in [(0, 1), (1, 4), (1, 1), (3, 2), (1, 0), (50, 101)] {
        bent_in(Flavour::BesuQbft, "skip-level", |state| state.skip_level = level(numerator, denominator));
    }
    for (numerator, denominator) in [(1, 3), (1, 2), (2, 3), (99, 100)] {
        let mut state = Chain::new(Flavour::BesuQbft, 4).client_state(0);
        state.skip_level = level(numerator, denominator);
        state.authority.as_mut().expect("set").votes_unknown = true;
        assert!(ClientState::from_raw(state).is_ok());
    }
}

#[test]
fn each_broken_rule_of_a_consensus_state_is_refused_for_its_reason() {
    let chain = Chain::new(Flavour::BesuQbft, 4);
    let right = chain.consensus_state(0);
    assert_eq!(ConsensusState::decode(&right.encode()), Ok(right.clone()));
    let open = ConsensusState { storage_root: None, ..right.clone() };
    assert_eq!(ConsensusState::decode(&open.encode()), Ok(open));
    let client = ClientState::decode(&chain.client_any(0)).expect("ours");
    assert_eq!(client.consensus_time(&right.encode()), Ok(Time::from_unix_s(right.timestamp_s)));
    assert_eq!(check_anchor(&client, &right), Ok(()));
    let other = ConsensusState { authority_hash: [0; 32], ..right.clone() };
    assert_eq!(refused(check_anchor(&client, &other)), "trusted-authority");
    let mut any = right.encode();
    any.value.truncate(any.value.len() - 1);
    assert_eq!(refused(ConsensusState::decode(&any)), "malformed");
    let short = |field: usize| {
        use prost::Message;
        let mut raw = raw::ConsensusState::decode(right.encode().value.as_slice()).expect("ours");
        [&mut raw.block_hash, &mut raw.state_root, &mut raw.storage_root, &mut raw.authority_hash][field].pop();
        refused(ConsensusState::decode(&ibc_proto::google::protobuf::Any { value: raw.encode_to_vec(), ..right.encode() }))
    };
    assert_eq!([0, 1, 2, 3].map(short), ["block-hash", "state-root", "storage-root", "authority-hash"]);
    any.type_url.pop();
    assert_eq!(refused(ConsensusState::decode(&any)), "type-url");
}

proptest! {
    /// Decoding is the inverse of encoding.
    #[test]
    fn consensus_states_survive_their_encoding(timestamp_s: u64, block_hash: [u8; 32], state_root: [u8; 32], storage_root: Option<[u8; 32]>, authority_hash: [u8; 32]) {
        let state = ConsensusState { timestamp_s, block_hash, state_root, storage_root, authority_hash };
        prop_assert_eq!(ConsensusState::decode(&state.encode()), Ok(state));
    }

    /// No bytes make a decoder panic.
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
        for url in [govhub_lc_qbft::CLIENT_STATE_URL, govhub_lc_qbft::CONSENSUS_STATE_URL] {
            let any = ibc_proto::google::protobuf::Any { type_url: url.into(), value: bytes.clone() };
            let _ = ClientState::decode(&any);
            let _ = ConsensusState::decode(&any);
        }
        for flavour in Flavour::ALL {
            let _ = govhub_lc_qbft::header::BlockHeader::decode(flavour, &[15], &bytes);
            let _ = govhub_lc_qbft::extra::ExtraData::decode(flavour, &bytes);
        }
        let _ = govhub_lc_qbft::inclusion::Receipt::decode(&bytes);
        let _ = govhub_lc_qbft::native::items(&bytes);
    }
}
