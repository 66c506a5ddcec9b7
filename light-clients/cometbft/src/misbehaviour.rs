//! Evidence: two headers that one honest chain cannot have signed.
//!
//! Source: ibc-go v10.5.1 `07-tendermint/misbehaviour.go`, `misbehaviour_handle.go`. Looser than an update on purpose: no rule on the
//! header's time or on adjacency, since a fork need not keep them; the commit, the trust level and the trusting period hold.

use govhub_lc_core::{ConsensusStates, Fault, Reason, Verdict};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;
use tendermint_light_client_verifier::errors::VerificationError;
use tendermint_light_client_verifier::operations::ProdVotingPowerCalculator;
use tendermint_light_client_verifier::predicates::{ProdPredicates, VerificationPredicates};
use tendermint_light_client_verifier::{ProdVerifier, Verdict as LibraryVerdict};

use crate::decode;
use crate::header::Header;
use crate::state::ClientState;
use crate::verify::{library_time, reason, trusted_validators, untrusted};

pub(crate) fn check(client: &ClientState, states: &dyn ConsensusStates, any: &Any, now: Time) -> Result<Verdict, Fault> {
    let raw = decode::misbehaviour(any).map_err(Fault::Undecodable)?;
    let headers = [(1, raw.header_1), (2, raw.header_2)].map(|(which, header)| {
        header.ok_or_else(|| Reason::new("header-missing", format!("header {which} of the evidence"))).and_then(Header::new)
    });
    let (first, second) = match headers {
        [Ok(first), Ok(second)] => (first, second),
        [Err(reason), _] | [_, Err(reason)] => return Ok(Verdict::Invalid(reason)),
    };
    let conflict = match conflict(&first, &second) {
        Ok(reason) => reason,
        Err(reason) => return Ok(Verdict::Invalid(reason)),
    };
    for header in [&first, &second] {
        if let Some(verdict) = would_not_convince(client, states, header, now)? {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Misbehaviour(conflict))
}

/// What the two headers contradict each other in, if they do.
fn conflict(first: &Header, second: &Header) -> Result<Reason, Reason> {
    let (one, two) = (&first.signed, &second.signed);
    if one.header.chain_id != two.header.chain_id {
        return Err(Reason::new("chain-id-mismatch", "the two headers are of different chains"));
    }
    if first.height < second.height {
        return Err(Reason::new("evidence-order", format!("header 1 at {} is below header 2 at {}", first.height, second.height)));
    }
    if first.height == second.height {
        return if one.commit.block_id.hash == two.commit.block_id.hash {
            Err(Reason::new("no-conflict", "both headers are the same block"))
        } else {
            Ok(Reason::new("fork", format!("two blocks at {}", first.height)))
        };
    }
    if first.time > second.time {
        return Err(Reason::new("no-conflict", "the later header has the later time"));
    }
    Ok(Reason::new("time-conflict", format!("{} at {} is not after {} at {}", first.height, first.time, second.height, second.time)))
}

/// `None` if this header would convince the client from its trusted state.
fn would_not_convince(client: &ClientState, states: &dyn ConsensusStates, header: &Header, now: Time) -> Result<Option<Verdict>, Fault> {
    let trusted = client.consensus_state_at(states, header.trusted_height)?;
    if let Some(verdict) = trusted_validators(header, &trusted) {
        return Ok(Some(verdict));
    }
    match ProdVerifier::default().verify_validator_sets(&untrusted(header)) {
        LibraryVerdict::Success => {}
        LibraryVerdict::Invalid(detail) => return Ok(Some(Verdict::Invalid(reason(&detail)))),
        LibraryVerdict::NotEnoughTrust(_) => return Ok(Some(Verdict::Invalid(Reason::new("not-enough-trust", "evidence")))),
    }
    let rules = ProdPredicates;
    let (then, now) = (library_time(trusted.time).map_err(Fault::Undecodable)?, library_time(now).map_err(Fault::Undecodable)?);
    let checked: Result<(), VerificationError> = rules
        .is_matching_chain_id(&header.signed.header.chain_id, &client.chain_id)
        .and_then(|()| rules.is_within_trust_period(then, client.trusting_period, now))
        .and_then(|()| {
            rules.has_sufficient_validators_and_signers_overlap(
                &header.signed,
                &header.trusted_validators,
                &client.trust_level,
                &header.validators,
                &ProdVotingPowerCalculator::default(),
            )
        });
    Ok(checked.err().map(|error| {
        Verdict::Invalid(reason(&error.0))
    }))
}
