//! Headers: from a trusted consensus state to a verdict.
//!
//! Source: ibc-go v10.5.1 `07-tendermint/update.go`, CometBFT v0.38 `light/verifier.go`.

use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Fault, Reason, Tally, Update, Verdict};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use tendermint::{block, Hash};
use tendermint_light_client_verifier::errors::VerificationErrorDetail as Detail;
use tendermint_light_client_verifier::options::Options;
use tendermint_light_client_verifier::types::{TrustedBlockState, UntrustedBlockState};
use tendermint_light_client_verifier::{ProdVerifier, Verdict as LibraryVerdict, Verifier};

use crate::decode;
use crate::header::{trust_class_of, Header};
use crate::state::{ClientState, ConsensusState};
use govhub_lc_core::LightClient;

/// Checks behind every accepted header, in the order in which they run.
pub const CHECKS: [&str; 10] = [
    "canonical-bytes", "header-shape", "trusted-validators", "validators-hash", "commit-for-header", "trusting-period", "time-and-height",
    "trust-level", "commit-quorum", "no-conflict",
];

pub(crate) fn header(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::header(any).map_err(Fault::Undecodable)?;
    let header = match Header::new(raw) {
        Ok(header) => header,
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    let trusted = client.consensus_state_at(states, header.trusted_height)?;
    if let Some(verdict) = trusted_validators(&header, &trusted) {
        return Ok(verdict);
    }
    let library = ProdVerifier::default().verify_update_header(
        untrusted(&header),
        trusted_block(client, &header, &trusted).map_err(Fault::Undecodable)?,
        &Options { trust_threshold: client.trust_level, trusting_period: client.trusting_period, clock_drift: client.max_clock_drift },
        library_time(now).map_err(Fault::Undecodable)?,
    );
    match library {
        LibraryVerdict::Success => {}
        LibraryVerdict::NotEnoughTrust(tally) => {
            return Ok(Verdict::NotEnoughTrust(Tally {
                signed: tally.tallied,
                total: tally.total,
                needed_num: tally.trust_threshold.numerator(),
                needed_den: tally.trust_threshold.denominator(),
            }))
        }
        LibraryVerdict::Invalid(detail) => return Ok(Verdict::Invalid(reason(&detail))),
    }
    accept(client, states, &header)
}

/// Compares a verified header with what is stored: new, seen before, or a contradiction.
fn accept(client: &ClientState, states: &dyn ConsensusStates, header: &Header) -> Result<Verdict, Fault> {
    let state = match header.consensus_state() {
        Ok(state) => state,
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    let checks = CHECKS.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect();
    let powers: Vec<u64> = header.validators.validators.iter().map(|v| v.power()).collect();
    let trust = Some(trust_class_of(&powers));
    if let Some(stored) = states.at(header.height) {
        let stored = ConsensusState::decode(&stored).map_err(Fault::Undecodable)?;
        return Ok(if stored == state {
            Verdict::Accepted(Update { client_state: client.encode(), consensus_states: Vec::new(), trust: None, checks })
        } else {
            Verdict::Misbehaviour(Reason::new("conflicting-header", format!("another header is stored at {}", header.height)))
        });
    }
    if let Some(reason) = time_out_of_order(states, header.height, header.time)? {
        return Ok(Verdict::Misbehaviour(reason));
    }
    Ok(Verdict::Accepted(Update {
        client_state: client.advanced_to(header.height).encode(),
        consensus_states: vec![(header.height, state.encode())],
        trust,
        checks,
    }))
}

/// Time must grow with height over all that is stored.
fn time_out_of_order(states: &dyn ConsensusStates, height: Height, time: Time) -> Result<Option<Reason>, Fault> {
    let decoded = |found: Option<(Height, Any)>| {
        found.map(|(h, any)| ConsensusState::decode(&any).map(|s| (h, s.time))).transpose().map_err(Fault::Undecodable)
    };
    if let Some((below, earlier)) = decoded(states.before(height))? {
        if earlier >= time {
            return Ok(Some(Reason::new("time-conflict", format!("{height} at {time} is not after {below} at {earlier}"))));
        }
    }
    if let Some((above, later)) = decoded(states.after(height))? {
        if later <= time {
            return Ok(Some(Reason::new("time-conflict", format!("{height} at {time} is not before {above} at {later}"))));
        }
    }
    Ok(None)
}

/// The relayer's word for the trusted set counts only if it hashes to what is stored.
pub(crate) fn trusted_validators(header: &Header, trusted: &ConsensusState) -> Option<Verdict> {
    let found = header.trusted_validators.hash();
    (found.as_bytes() != trusted.next_validators_hash)
        .then(|| Verdict::Invalid(Reason::new("trusted-validators", format!("hash to {found}, not to the set stored at {}", header.trusted_height))))
}

pub(crate) fn untrusted(header: &Header) -> UntrustedBlockState<'_> {
    UntrustedBlockState { signed_header: &header.signed, validators: &header.validators, next_validators: None }
}

fn trusted_block<'a>(client: &'a ClientState, header: &'a Header, trusted: &ConsensusState) -> Result<TrustedBlockState<'a>, Reason> {
    Ok(TrustedBlockState {
        chain_id: &client.chain_id,
        header_time: library_time(trusted.time)?,
        height: block::Height::try_from(header.trusted_height.revision_height).map_err(|e| Reason::new("trusted-height", e.to_string()))?,
        next_validators: &header.trusted_validators,
        next_validators_hash: Hash::Sha256(trusted.next_validators_hash),
    })
}

pub(crate) fn library_time(time: Time) -> Result<tendermint::Time, Reason> {
    let seconds = i64::try_from(time.unix_s()).map_err(|e| Reason::new("time", e.to_string()))?;
    tendermint::Time::from_unix_timestamp(seconds, time.subsec_ns()).map_err(|e| Reason::new("time", e.to_string()))
}

/// Our code for the library's error.
pub(crate) fn reason(detail: &Detail) -> Reason {
    let code = match detail {
        Detail::HeaderFromTheFuture(_) => Reason::FROM_FUTURE,
        Detail::NotEnoughTrust(_) => "not-enough-trust",
        Detail::InsufficientSignersOverlap(_) => "insufficient-quorum",
        Detail::DuplicateValidator(_) => "duplicate-signer",
        Detail::MissingSignature(_) => "missing-signature",
        Detail::InvalidSignature(_) => "invalid-signature",
        Detail::InvalidCommitValue(_) => "commit-for-another-block",
        Detail::InvalidNextValidatorSet(_) => "next-validators-mismatch",
        Detail::InvalidValidatorSet(_) => "validators-hash-mismatch",
        Detail::NonIncreasingHeight(_) => "height-not-increasing",
        Detail::ChainIdMismatch(_) => "chain-id-mismatch",
        Detail::NonMonotonicBftTime(_) => "time-not-increasing",
        Detail::NotWithinTrustPeriod(_) => "trusting-period-over",
        Detail::NoSignatureForCommit(_) => "no-signatures",
        Detail::MismatchPreCommitLength(_) => "commit-length",
        Detail::FaultySigner(_) => "unknown-signer",
        Detail::Tendermint(_) => "malformed",
    };
    // Two details print whole validator sets and signatures; their code says enough.
    let words = match detail {
        Detail::InvalidSignature(e) => format!("signature of validator {}", e.validator.address),
        Detail::FaultySigner(e) => format!("signer {}", e.signer),
        other => other.to_string(),
    };
    Reason::new(code, words)
}
