//! Light clients come from governance alone; a redundant packet succeeds in a block and is refused before it.

use govhub_app::proto::{CreateClient, RegisterCounterparty};
use govhub_governance::{proposal, ProposalState};
use govhub_ibc::types::{merkle_prefix, success_acknowledgement, url, AbsenceMode, MsgAcknowledgement, Packet, Payload, TrustFile, ENCODING, PORT, VERSION};
use govhub_store::State;
use govhub_types::Code;
use ibc_proto::cosmos::base::abci::v1beta1::TxMsgData;
use ibc_proto::google::protobuf::{Any, Duration, Timestamp};
use ibc_proto::ibc::core::client::v1::Height;
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState, Fraction};
use prost::Message;

use crate::world::{address, any, World, GENESIS_S};

const DAY_S: i64 = 86_400;

/// The trust file of a chain of this make, anchored at its height 1.
fn trust_file(chain_id: &str) -> TrustFile {
    let height = Some(Height { revision_number: 1, revision_height: 1 });
    let days = |n: i64| Some(Duration { seconds: n * DAY_S, nanos: 0 });
    #[allow(deprecated)]
    let client = ClientState {
        chain_id: chain_id.into(),
        trust_level: Some(Fraction { numerator: 1, denominator: 3 }),
        trusting_period: days(14),
        unbonding_period: days(21),
        max_clock_drift: Some(Duration { seconds: 30, nanos: 0 }),
        frozen_height: Some(Height::default()),
        latest_height: height,
        proof_specs: govhub_store::proof_specs().to_vec(),
        upgrade_path: vec![],
        allow_update_after_expiry: false,
        allow_update_after_misbehaviour: false,
    };
    let anchor = ConsensusState {
        timestamp: Some(Timestamp { seconds: GENESIS_S as i64, nanos: 0 }),
        root: Some(MerkleRoot { hash: vec![7; 32] }),
        next_validators_hash: vec![8; 32],
    };
    TrustFile {
        family: "07-tendermint".into(),
        chain_id: chain_id.into(),
        anchor_height: height,
        anchor: Some(any("/ibc.lightclients.tendermint.v1.ConsensusState", &anchor)),
        params: Some(any("/ibc.lightclients.tendermint.v1.ClientState", &client)),
        key_map: None,
        absence: AbsenceMode::Proof.into(),
        our_absence: AbsenceMode::Proof.into(),
    }
}

fn create(bytes: Vec<u8>) -> Any {
    any("/govhub.app.v1.CreateClient", &CreateClient { trust_file: bytes })
}

fn counterparty(merkle_prefix: Vec<Vec<u8>>) -> Any {
    let action = RegisterCounterparty { client_id: "07-tendermint-0".into(), counterparty_client_id: "07-tendermint-5".into(), merkle_prefix };
    any("/govhub.app.v1.RegisterCounterparty", &action)
}

fn outcome(world: &mut World, actions: Vec<Any>) -> (ProposalState, u32) {
    world.govern(actions);
    let reader = world.reader();
    let ended = proposal::get(&State::new(&reader), world.last_proposal()).expect("it stays readable");
    (ended.state(), ended.code)
}

#[test]
fn a_client_is_made_from_the_approved_bytes_and_named_in_the_events() {
    let mut world = World::hub();
    let events = world.govern(vec![create(trust_file("guangzhou-1").encode_to_vec())]);
    let created = events.iter().find(|e| e.kind == "create_client").expect("the core's event");
    assert!(created.attributes.contains(&("client_id".into(), "07-tendermint-0".into())), "{created:?}");
    let reader = world.reader();
    let id = "07-tendermint-0".parse().expect("a client id");
    assert_eq!(govhub_ibc::client::status(&State::new(&reader), &world.ctx(), &id), Ok(govhub_lc_core::Status::Active));
}

#[test]
fn bytes_that_are_not_the_canonical_trust_file_make_no_client() {
    let sound = trust_file("guangzhou-1").encode_to_vec();
    let longer = [sound.clone(), vec![0x78, 1]].concat();
    assert_eq!(outcome(&mut World::hub(), vec![create(sound)]), (ProposalState::Executed, 0));
    assert_eq!(outcome(&mut World::hub(), vec![create(longer)]), (ProposalState::Failed, Code::BAD_MESSAGE.0));
    let own = trust_file("govhub-1").encode_to_vec();
    assert_eq!(outcome(&mut World::hub(), vec![create(own)]), (ProposalState::Failed, Code::TRUST_FILE_INVALID.0));
}

#[test]
fn a_counterparty_is_named_once_with_a_bounded_prefix() {
    let mut world = World::hub();
    assert_eq!(outcome(&mut world, vec![counterparty(merkle_prefix())]), (ProposalState::Failed, Code::CLIENT_NOT_FOUND.0));
    let make = create(trust_file("guangzhou-1").encode_to_vec());
    assert_eq!(outcome(&mut world, vec![make, counterparty(vec![vec![1; 65]])]), (ProposalState::Failed, Code::BAD_ACTION.0));
    let make = create(trust_file("guangzhou-1").encode_to_vec());
    assert_eq!(outcome(&mut world, vec![make, counterparty(merkle_prefix())]), (ProposalState::Executed, 0));
    assert_eq!(outcome(&mut world, vec![counterparty(merkle_prefix())]), (ProposalState::Failed, Code::COUNTERPARTY_EXISTS.0));
}

#[test]
fn a_redundant_packet_is_noop_in_a_block_and_refused_by_check_tx() {
    let mut world = World::hub();
    let make = create(trust_file("guangzhou-1").encode_to_vec());
    assert_eq!(outcome(&mut world, vec![make, counterparty(merkle_prefix())]).0, ProposalState::Executed);
    let payload = Payload {
        source_port: PORT.into(),
        destination_port: PORT.into(),
        version: VERSION.into(),
        encoding: ENCODING.into(),
        value: vec![1],
    };
    let acknowledgement = |signer: &str| {
        let packet = Packet {
            sequence: 1,
            source_client: "07-tendermint-0".into(),
            destination_client: "07-tendermint-5".into(),
            timeout_timestamp: GENESIS_S + 3_600,
            payloads: vec![payload.clone()],
        };
        let msg = MsgAcknowledgement {
            packet: Some(packet),
            acknowledgement: Some(success_acknowledgement(vec![1])),
            proof_acked: vec![1],
            proof_height: Some(Height { revision_number: 1, revision_height: 1 }),
            signer: address(signer).to_string(),
        };
        any(url::ACKNOWLEDGEMENT, &msg)
    };
    let tx = world.tx_at(&["relayer"], vec![acknowledgement("relayer")], 0);
    let checked = world.check(&tx);
    assert_eq!(checked.code, Code::REDUNDANT.0, "{}", checked.log);
    let result = world.block(&[tx]).tx_results.remove(0);
    assert_eq!(result.code, 0, "{}", result.log);
    let data = TxMsgData::decode(result.data.as_slice()).expect("the SDK's form");
    assert_eq!(data.msg_responses[0].type_url, "/ibc.core.channel.v2.MsgAcknowledgementResponse");
    assert_eq!(data.msg_responses[0].value, [0x08, 1], "NOOP");
}
