//! What every test here starts from.

use govhub_lc_chainmaker::testing::{Call, Chain, Follower, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite, HEADER_URL};
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_core::{Fault, Verdict};
use ibc_proto::google::protobuf::Any;
use prost::Message;

pub const CERT: AuthType = AuthType::PermissionedWithCert;

/// Every way of knowing members, under both suites.
pub const KINDS: [(AuthType, Suite); 6] = [
    (CERT, Suite::P256),
    (CERT, Suite::Sm2),
    (AuthType::PermissionedWithKey, Suite::P256),
    (AuthType::PermissionedWithKey, Suite::Sm2),
    (AuthType::Public, Suite::P256),
    (AuthType::Public, Suite::Sm2),
];

/// A chain of four nodes with its genesis block.
pub fn chain(auth_type: AuthType, suite: Suite) -> Chain {
    Chain::new(Network::new(auth_type, suite, 4))
}

/// The chain that most tests bend: certificates on P-256.
pub fn cert_chain() -> Chain {
    chain(CERT, Suite::P256)
}

/// A transaction that changes nothing but its contract's state.
pub fn note() -> Call {
    Call::writing("T", vec![("T".into(), b"key".to_vec(), b"value".to_vec())])
}

/// What becomes of a message: the code of the refusal, or `accepted`; misbehaviour is told apart.
pub fn said(verdict: Result<Verdict, Fault>) -> &'static str {
    match verdict {
        Ok(Verdict::Accepted(_)) => "accepted",
        Ok(Verdict::Invalid(reason)) => reason.code,
        Ok(Verdict::Misbehaviour(reason)) => match reason.code {
            "conflicting-header" => "misbehaviour: conflicting-header",
            "prev-hash" => "misbehaviour: prev-hash",
            "fork" => "misbehaviour: fork",
            other => panic!("misbehaviour: {other}"),
        },
        Ok(Verdict::NotEnoughTrust(tally)) => panic!("{tally:?}"),
        Err(Fault::Undecodable(reason)) => reason.code,
        Err(Fault::NoConsensusState(_)) => "no-consensus-state",
    }
}

/// Judges a block of `chain`'s making without storing it.
pub fn judged(follower: &Follower, made: &Made) -> &'static str {
    said(follower.clone().offer(&made.update()))
}

/// The next block of `chain`, first as it is, then bent; the honest twin must be accepted. Roots, hash, signature and votes are as `bend`
/// leaves them.
pub fn bent(chain: &Chain, follower: &Follower, calls: &[Call], bend: impl FnOnce(&mut Made)) -> &'static str {
    let honest = chain.next(calls);
    assert_eq!(judged(follower, &honest), "accepted", "the honest twin");
    let mut made = honest;
    bend(&mut made);
    judged(follower, &made)
}

/// A message with one block bent as protobuf.
pub fn bent_message(made: &Made, bend: impl FnOnce(&mut raw::Header)) -> Any {
    let mut message = raw::Header::decode(made.update().value.as_slice()).expect("our own");
    bend(&mut message);
    Any { type_url: HEADER_URL.into(), value: message.encode_to_vec() }
}
