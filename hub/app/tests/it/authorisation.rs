//! Coverage of duty: every message of the chain is sent by an account that may not, and by one that may.

use govhub_app::message::{Kind, Permit, KINDS};
use govhub_exchange::proto::BindDepartment;
use govhub_ibc::types::{url, Acknowledgement, MsgAcknowledgement, MsgRecvPacket, MsgRecvTimeout, MsgSendPacket, MsgTimeout, Packet, Payload};
use govhub_types::Code;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::{MsgSubmitMisbehaviour, MsgUpdateClient};
use prost::Message;

use crate::world::{address, any, department, World, GUANGZHOU};

/// A client that does not exist: what is permitted fails because of it, and so shows that it was permitted.
const CLIENT: &str = "07-tendermint-0";

/// The least message of a kind: its signer, and what its permit is judged by.
pub fn least(kind: &Kind, signer: &str) -> Any {
    let signer = address(signer).to_string();
    let packet = Some(Packet { sequence: 1, source_client: CLIENT.into(), destination_client: CLIENT.into(), ..Packet::default() });
    let encoded = match kind.url {
        url::UPDATE_CLIENT => MsgUpdateClient { client_id: CLIENT.into(), client_message: None, signer }.encode_to_vec(),
        #[allow(deprecated)]
        url::SUBMIT_MISBEHAVIOUR => MsgSubmitMisbehaviour { client_id: CLIENT.into(), misbehaviour: None, signer }.encode_to_vec(),
        url::SEND_PACKET => {
            MsgSendPacket { source_client: CLIENT.into(), timeout_timestamp: 1, payloads: vec![Payload::default()], signer }.encode_to_vec()
        }
        url::RECV_PACKET => MsgRecvPacket { packet, signer, ..MsgRecvPacket::default() }.encode_to_vec(),
        url::RECV_TIMEOUT => MsgRecvTimeout { packet, signer, ..MsgRecvTimeout::default() }.encode_to_vec(),
        url::TIMEOUT => MsgTimeout { packet, signer, ..MsgTimeout::default() }.encode_to_vec(),
        url::ACKNOWLEDGEMENT => {
            MsgAcknowledgement { packet, acknowledgement: Some(Acknowledgement::default()), signer, ..MsgAcknowledgement::default() }.encode_to_vec()
        }
        _ => {
            assert_eq!(kind.signer_field, 1, "{}", kind.url);
            [&[0x0a, signer.len() as u8], signer.as_bytes()].concat()
        }
    };
    Any { type_url: kind.url.into(), value: encoded }
}

fn code(kind: &Kind, signer: &str) -> Code {
    let mut world = World::hub();
    world.run(&[signer], vec![least(kind, signer)])
}

/// Everybody of the test world with what he is.
const EVERYBODY: [&str; 3] = ["gov-1", "relayer", "guangzhou"];

fn permitted(permit: Permit, who: &str) -> bool {
    match permit {
        Permit::Registered => true,
        Permit::Member => who == "gov-1",
        Permit::Department => who == "guangzhou",
        Permit::Relay | Permit::RelayOrEvidence => who == "relayer",
    }
}

#[test]
fn every_message_is_refused_from_those_who_may_not_send_it_and_only_from_them() {
    for kind in &KINDS {
        for who in EVERYBODY {
            let found = code(kind, who);
            assert_eq!(found == Code::NOT_AUTHORISED, !permitted(kind.permit, who), "{} from {who}: {found:?}", kind.url);
            assert_ne!(found, Code::OK, "{}: the least message does nothing", kind.url);
        }
    }
}

#[test]
fn no_two_kinds_share_a_type_url() {
    for (i, kind) in KINDS.iter().enumerate() {
        assert!(KINDS[i + 1..].iter().all(|other| other.url != kind.url), "{}", kind.url);
        assert!(kind.gas > 0, "{}", kind.url);
    }
}

#[test]
fn evidence_of_misbehaviour_is_taken_from_every_registered_account() {
    for who in EVERYBODY {
        let update = |type_url: &str| {
            let client_message = Some(Any { type_url: type_url.into(), value: vec![] });
            any(url::UPDATE_CLIENT, &MsgUpdateClient { client_id: CLIENT.into(), client_message, signer: address(who).to_string() })
        };
        assert_eq!(World::hub().run(&[who], vec![update("/ibc.lightclients.tendermint.v1.Misbehaviour")]), Code::CLIENT_NOT_FOUND, "{who}");
        let header = World::hub().run(&[who], vec![update("/ibc.lightclients.tendermint.v1.Header")]);
        assert_eq!(header, if who == "relayer" { Code::CLIENT_NOT_FOUND } else { Code::NOT_AUTHORISED }, "{who}");
    }
}

#[test]
fn a_departments_account_relays_over_its_own_client_and_no_other() {
    let mut world = World::hub();
    let bind = BindDepartment { department: department(GUANGZHOU), client_id: CLIENT.into() };
    world.govern(vec![any("/govhub.exchange.v1.BindDepartment", &bind)]);
    for kind in KINDS.iter().filter(|k| matches!(k.permit, Permit::Relay | Permit::RelayOrEvidence)) {
        assert_ne!(world.run(&["guangzhou"], vec![least(kind, "guangzhou")]), Code::NOT_AUTHORISED, "{}", kind.url);
        assert_eq!(world.run(&["shenzhen"], vec![least(kind, "shenzhen")]), Code::NOT_AUTHORISED, "{}", kind.url);
    }
}
