//! What every test here starts from.

use govhub_lc_core::{ConsensusStates, Fault, Reason, StoredPath, Verdict};
use govhub_lc_solo_machine::testing::Machine;
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

/// The machine's clock and the host's.
pub const NOW: Time = Time::from_unix_s(1_700_000_000);

/// Nothing is stored: a machine's client keeps all it needs.
pub struct Nothing;

impl ConsensusStates for Nothing {
    fn at(&self, _: Height) -> Option<Any> {
        None
    }
    fn before(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
    fn after(&self, _: Height) -> Option<(Height, Any)> {
        None
    }
}

pub fn machine() -> Machine {
    Machine::new(KeyKind::Secp256k1, 1, NOW)
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyKind::Secp256k1, &[seed; 32])
}

pub fn prefix() -> Vec<Vec<u8>> {
    vec![b"ibc".to_vec(), Vec::new()]
}

pub fn under<'a>(prefix: &'a [Vec<u8>], path: &'a [u8]) -> StoredPath<'a> {
    StoredPath { prefix, path }
}

pub fn invalid(verdict: Result<Verdict, Fault>) -> &'static str {
    match verdict {
        Ok(Verdict::Invalid(reason)) => reason.code,
        other => panic!("expected an invalid verdict, found {other:?}"),
    }
}

pub fn undecodable(verdict: Result<Verdict, Fault>) -> &'static str {
    match verdict {
        Err(Fault::Undecodable(reason)) => reason.code,
        other => panic!("expected an undecodable message, found {other:?}"),
    }
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, Reason>) -> &'static str {
    result.expect_err("must be refused").code
}
