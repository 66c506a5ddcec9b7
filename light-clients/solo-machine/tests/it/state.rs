//! What may be stored, and what a client says of itself.

use govhub_lc_core::{Absence, LightClient, Status};
use govhub_lc_solo_machine::{ClientState, ConsensusState, CLIENT_STATE_URL, MAX_DIVERSIFIER_BYTES};
use govhub_types::key::KeyKind;
use govhub_lc_solo_machine::testing::Machine;
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::solomachine::v3 as raw;
use prost::Message;

use crate::common::{machine, refused, Nothing, NOW};

fn bent(bend: impl FnOnce(&mut raw::ClientState)) -> &'static str {
    let mut state = raw::ClientState::decode(machine().client_any().value.as_slice()).expect("our own");
    bend(&mut state);
    refused(ClientState::decode(&Any { type_url: CLIENT_STATE_URL.into(), value: state.encode_to_vec() }))
}

fn consensus(state: &mut raw::ClientState) -> &mut raw::ConsensusState {
    state.consensus_state.as_mut().expect("there")
}

#[test]
fn a_client_of_every_key_kind_comes_back_as_it_was_stored() {
    for kind in KeyKind::ALL {
        let client = Machine::new(kind, 1, NOW).client();
        assert_eq!(ClientState::decode(&client.encode()), Ok(client.clone()));
        assert_eq!(ConsensusState::decode(&client.own_consensus_state().expect("kept within")).as_ref(), Ok(client.consensus()));
    }
}

#[test]
fn a_client_names_its_machine_its_one_key_and_never_expires() {
    let mut machine = machine();
    machine.diversifier = "dept-solo-1/after/2".into();
    let client = machine.client();
    assert_eq!(client.chain_id(), "dept-solo-1");
    assert_eq!(client.trust_class().to_string(), "one key, n=1, f=0, single operator, no fault tolerance");
    assert_eq!(client.absence(), Absence::Proof);
    assert_eq!(client.expires_at(&Nothing), None);
    assert_eq!(client.status(&Nothing, Time::from_unix_s(u64::MAX)), Status::Active);
    assert_eq!(client.consensus_time(&client.consensus().encode()), Ok(NOW));
}

#[test]
fn freezing_shows_in_the_status_and_is_idempotent() {
    let client = machine().client();
    let frozen = ClientState::decode(&client.freeze()).expect("our own");
    assert_eq!(frozen.status(&Nothing, NOW), Status::Frozen);
    assert_eq!(frozen.freeze(), frozen.encode());
    assert_eq!(frozen.parameters(), client.parameters());
}

#[test]
fn each_broken_rule_of_a_state_is_refused_for_its_reason() {
    assert_eq!(bent(|s| s.sequence = 0), "sequence");
    assert_eq!(bent(|s| s.consensus_state = None), "consensus-state");
    assert_eq!(bent(|s| consensus(s).timestamp = 0), "timestamp");
    assert_eq!(bent(|s| consensus(s).public_key = None), "public-key");
    assert_eq!(bent(|s| consensus(s).public_key.as_mut().expect("there").type_url.push('x')), "public-key");
    assert_eq!(bent(|s| consensus(s).public_key.as_mut().expect("there").value[2] = 5), "public-key");
    assert_eq!(bent(|s| consensus(s).diversifier.clear()), "diversifier");
    assert_eq!(bent(|s| consensus(s).diversifier = "/2".into()), "diversifier");
    assert_eq!(bent(|s| consensus(s).diversifier = "a b".into()), "diversifier");
    assert_eq!(bent(|s| consensus(s).diversifier = "a\0b".into()), "diversifier");
    assert_eq!(bent(|s| consensus(s).diversifier = "a".repeat(MAX_DIVERSIFIER_BYTES + 1)), "diversifier");
    assert_eq!(bent(|s| consensus(s).diversifier = "a".repeat(4096)), "too-long");
}

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    let good = machine().client_any();
    for (tail, code) in [(&[0x20u8, 1][..], "not-canonical"), (&[0x10, 0], "not-canonical"), (&[0x1a], "malformed")] {
        let value = [good.value.as_slice(), tail].concat();
        assert_eq!(refused(ClientState::decode(&Any { value, ..good.clone() })), code);
    }
    let url = Any { type_url: "/ibc.lightclients.solomachine.v2.ClientState".into(), ..good };
    assert_eq!(refused(ClientState::decode(&url)), "type-url");
}
