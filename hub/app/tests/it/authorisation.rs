//! Coverage of duty: every message of the chain is sent by an account that may not, and by one that may.

use govhub_app::message::{Kind, Permit, KINDS};
use govhub_types::Code;
use ibc_proto::google::protobuf::Any;

use crate::world::{address, World};

/// The least message of a kind: its signer, and what its permit is judged by.
fn least(kind: &Kind, signer: &str) -> Any {
    let text = address(signer).to_string();
    let tag = (kind.signer_field << 3) as u8 | 2;
    Any { type_url: kind.url.into(), value: [&[tag, text.len() as u8], text.as_bytes()].concat() }
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
