//! What a header must look like before its signatures are worth checking: the parts that the verifier library leaves to its caller.

use govhub_lc_core::{Reason, TrustClass, TrustKind};
use govhub_types::{Height, Time};
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use tendermint::block::signed_header::SignedHeader;
use tendermint::block::CommitSig;
use tendermint::validator::Set;
use tendermint_proto::types::{SignedHeader as RawSignedHeader, ValidatorSet as RawSet};

use crate::decode::MAX_VALIDATORS;
use crate::state::{revision_of, time, ConsensusState, MAX_ROOT_BYTES};

/// CometBFT's block protocol, the only one there is since 0.34.
const BLOCK_PROTOCOL: u64 = 11;

/// A header whose shape is right: bounded, ordered, each signature at its validator's place.
pub(crate) struct Header {
    pub signed: SignedHeader,
    pub validators: Set,
    pub trusted_validators: Set,
    pub trusted_height: Height,
    pub height: Height,
    pub time: Time,
}

impl Header {
    /// Checks the shape of a decoded header.
    pub fn new(raw: raw::Header) -> Result<Self, Reason> {
        let alone = Self::alone(raw.signed_header, raw.validator_set)?;
        let trusted_validators = validator_set("trusted-validators", raw.trusted_validators)?;
        let trusted_height: Height = raw.trusted_height.ok_or_else(|| Reason::new("trusted-height", "missing"))?.into();
        let height = alone.height;
        if height.revision_number != trusted_height.revision_number {
            return Err(Reason::new("revision", format!("header {height}, trusted height {trusted_height}")));
        }
        if height <= trusted_height {
            return Err(Reason::new("height-not-increasing", format!("header {height}, trusted height {trusted_height}")));
        }
        if trusted_height.is_zero() {
            return Err(Reason::new("trusted-height", "the height is 0"));
        }
        Ok(Self { trusted_validators, trusted_height, ..alone })
    }

    /// Checks the shape of a signed header that builds on nothing: as trusted it has itself.
    pub fn alone(signed: Option<RawSignedHeader>, validators: Option<RawSet>) -> Result<Self, Reason> {
        let raw_signed = signed.ok_or_else(|| Reason::new("signed-header-missing", "no signed header"))?;
        basic(&raw_signed)?;
        let time = time("header-time", raw_signed.header.as_ref().and_then(|h| h.time.as_ref()))?;
        let signed = SignedHeader::try_from(raw_signed).map_err(|e| Reason::new("signed-header", e.to_string()))?;
        let validators = validator_set("validator-set", validators)?;
        let height = Height::new(revision_of(signed.header.chain_id.as_str()), signed.header.height.value());
        signatures_in_place(&signed, &validators)?;
        Ok(Self { signed, trusted_validators: validators.clone(), validators, trusted_height: height, height, time })
    }

    /// What is stored if this header is accepted.
    ///
    /// # Errors
    /// `next-validators-hash` if the header leaves it empty: nothing could follow it; `root` if the app hash is too long.
    pub fn consensus_state(&self) -> Result<ConsensusState, Reason> {
        let hash = self.signed.header.next_validators_hash;
        let next_validators_hash =
            hash.as_bytes().try_into().map_err(|_| Reason::new("next-validators-hash", "empty; nothing could follow this header"))?;
        let root = self.signed.header.app_hash.as_bytes().to_vec();
        if root.len() > MAX_ROOT_BYTES {
            return Err(Reason::new("root", format!("app hash of {} bytes, at most {MAX_ROOT_BYTES}", root.len())));
        }
        Ok(ConsensusState { time: self.time, root, next_validators_hash })
    }
}

/// Rules of CometBFT's `Header.ValidateBasic` and `Commit.ValidateBasic` that `tendermint` does not check while decoding.
fn basic(raw: &RawSignedHeader) -> Result<(), Reason> {
    let header = raw.header.as_ref().ok_or_else(|| Reason::new("signed-header-missing", "no header"))?;
    let commit = raw.commit.as_ref().ok_or_else(|| Reason::new("signed-header-missing", "no commit"))?;
    let block = header.version.as_ref().map_or(0, |v| v.block);
    if block != BLOCK_PROTOCOL {
        return Err(Reason::new("block-protocol", format!("expected {BLOCK_PROTOCOL}, found {block}")));
    }
    if header.proposer_address.len() != 20 {
        return Err(Reason::new("proposer-address", format!("{} bytes; expected 20", header.proposer_address.len())));
    }
    if commit.height != header.height {
        return Err(Reason::new("commit-height", format!("header {}, commit {}", header.height, commit.height)));
    }
    if commit.signatures.len() > MAX_VALIDATORS {
        return Err(Reason::new("too-many-validators", format!("{} signatures, at most {MAX_VALIDATORS}", commit.signatures.len())));
    }
    for (index, sig) in commit.signatures.iter().enumerate() {
        if sig.block_id_flag == 1 && !sig.validator_address.is_empty() {
            return Err(Reason::new("absent-not-empty", format!("signature {index} is absent but names a validator")));
        }
    }
    Ok(())
}

/// A set as CometBFT accepts it: not empty, bounded, powers positive, no address twice, in canonical order, with a proposer of its own.
fn validator_set(code: &'static str, raw: Option<RawSet>) -> Result<Set, Reason> {
    let raw = raw.ok_or_else(|| Reason::new(code, "missing"))?;
    if raw.validators.is_empty() {
        return Err(Reason::new("empty-validator-set", code));
    }
    if raw.validators.len() > MAX_VALIDATORS {
        return Err(Reason::new("too-many-validators", format!("{code}: {}, at most {MAX_VALIDATORS}", raw.validators.len())));
    }
    if let Some(v) = raw.validators.iter().find(|v| v.voting_power <= 0) {
        return Err(Reason::new("power-not-positive", format!("{code}: a validator with power {}", v.voting_power)));
    }
    if raw.proposer.is_none() {
        return Err(Reason::new("proposer-missing", code));
    }
    let given: Vec<Vec<u8>> = raw.validators.iter().map(|v| v.address.clone()).collect();
    // Also refuses an address that is not its key's, and a total above 2^63 / 8.
    let set = Set::try_from(raw).map_err(|e| Reason::new(code, e.to_string()))?;
    if set.validators.iter().zip(&given).any(|(sorted, given)| sorted.address.as_bytes() != given.as_slice()) {
        return Err(Reason::new("validator-order", format!("{code}: not by power descending, then address")));
    }
    let mut addresses: Vec<_> = set.validators.iter().map(|v| v.address).collect();
    addresses.sort();
    if addresses.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Reason::new("duplicate-validator", code));
    }
    if !set.proposer.as_ref().is_some_and(|p| set.validators.iter().any(|v| v.address == p.address && v.pub_key == p.pub_key)) {
        return Err(Reason::new("proposer-not-in-set", code));
    }
    Ok(set)
}

/// One signature per validator, each under its validator's address (CometBFT matches by index, the library by address).
fn signatures_in_place(signed: &SignedHeader, validators: &Set) -> Result<(), Reason> {
    let signatures = &signed.commit.signatures;
    if signatures.len() != validators.validators.len() {
        return Err(Reason::new("commit-length", format!("{} signatures for {} validators", signatures.len(), validators.validators.len())));
    }
    for (index, (sig, validator)) in signatures.iter().zip(&validators.validators).enumerate() {
        let address = match sig {
            CommitSig::BlockIdFlagAbsent => continue,
            CommitSig::BlockIdFlagCommit { validator_address, .. } | CommitSig::BlockIdFlagNil { validator_address, .. } => validator_address,
        };
        if *address != validator.address {
            return Err(Reason::new("signature-out-of-place", format!("signature {index} is of {address}, validator is {}", validator.address)));
        }
    }
    Ok(())
}

/// n and f of a validator set: f is the largest number of validators that together hold less than a third of the power, however chosen.
pub fn trust_class_of(powers_descending: &[u64]) -> TrustClass {
    let total: u128 = powers_descending.iter().map(|p| u128::from(*p)).sum();
    let mut held = 0u128;
    let mut f = 0u32;
    for power in powers_descending {
        held += u128::from(*power);
        if held * 3 >= total {
            break;
        }
        f += 1;
    }
    TrustClass { kind: TrustKind::BftQuorum, n: u32::try_from(powers_descending.len()).unwrap_or(u32::MAX), f }
}
