//! Trust files: what governance votes on when one chain shall follow another (PROTOCOL 4).
//!
//! An operator makes them with `govhub light-client new` and compares the anchor with the other side by telephone or paper. Here both
//! sides are ours.

use anyhow::{Context, Result};
use govhub_ibc::types::{AbsenceMode, TrustFile};
use ibc_proto::google::protobuf::{Any, Duration, Timestamp};
use ibc_proto::ibc::core::commitment::v1::MerkleRoot;
use ibc_proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState, Fraction};
use prost::Message;

use crate::checker::proof::spec;
use crate::hand::Source;

const DAY_S: i64 = 24 * 3600;

/// The trust file of `source` with its newest header as anchor, canonical bytes.
///
/// Parameters are those of PROTOCOL 4: trusting 14 days, unbonding 21, one third, drift 30 s.
///
/// # Errors
/// The chain does not answer.
pub async fn file(source: &Source, chain_id: &str) -> Result<Vec<u8>> {
    let height = source.latest().await?;
    let header = source.signed_header(height).await?.header;
    let anchor_height = source.height(height);
    let time: tendermint_proto::google::protobuf::Timestamp = header.time.into();
    let anchor = ConsensusState {
        timestamp: Some(Timestamp { seconds: time.seconds, nanos: time.nanos }),
        root: Some(MerkleRoot { hash: header.app_hash.as_bytes().to_vec() }),
        next_validators_hash: header.next_validators_hash.as_bytes().to_vec(),
    };
    let duration = |seconds| Some(Duration { seconds, nanos: 0 });
    let params = ClientState {
        chain_id: chain_id.to_owned(),
        trust_level: Some(Fraction { numerator: 1, denominator: 3 }),
        trusting_period: duration(14 * DAY_S),
        unbonding_period: duration(21 * DAY_S),
        max_clock_drift: duration(30),
        frozen_height: Some(Default::default()),
        latest_height: Some(anchor_height),
        proof_specs: vec![spec(), spec()],
        ..ClientState::default()
    };
    let any = |name: &str, value| Some(Any { type_url: format!("/ibc.lightclients.tendermint.v1.{name}"), value });
    let trust = TrustFile {
        family: "07-tendermint".into(),
        chain_id: chain_id.to_owned(),
        anchor_height: Some(anchor_height),
        anchor: any("ConsensusState", anchor.encode_to_vec()),
        params: any("ClientState", params.encode_to_vec()),
        key_map: None,
        absence: AbsenceMode::Proof.into(),
        our_absence: AbsenceMode::Proof.into(),
    };
    Ok(trust.encode_to_vec())
}

/// Where our chains keep provable keys.
pub fn merkle_prefix() -> Vec<Vec<u8>> {
    govhub_ibc::types::merkle_prefix()
}

/// A timestamp's seconds.
///
/// # Errors
/// The header is older than 1970.
pub fn unix_s(time: tendermint::Time) -> Result<u64> {
    u64::try_from(time.unix_timestamp()).context("a header older than 1970")
}
