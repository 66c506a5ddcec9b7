//! An attestation: a height, its time, the root over its statements, and who attests from then on.

use govhub_lc_core::Reason;
use govhub_types::hash::Hash;
use govhub_types::{Height, Time};

use crate::attestors::AttestorSet;
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::state::{root_and_count, ConsensusState};

/// What a quorum signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Height of the attested chain.
    pub height: Height,
    /// Chain time at that height.
    pub time: Time,
    /// Root over the statements about that height.
    pub statements_root: Hash,
    /// How many there are.
    pub statement_count: u32,
    /// Who attests from the next attestation on, if that changes.
    pub next: Option<AttestorSet>,
}

impl Attestation {
    pub(crate) fn from_raw(raw: &raw::Attestation) -> Result<Self, Reason> {
        let height: Height = raw.height.ok_or_else(|| Reason::new("height", "missing"))?.into();
        if height.is_zero() {
            return Err(Reason::new("height", "is 0"));
        }
        if raw.time_ns == 0 {
            return Err(Reason::new("time", "is 0"));
        }
        let (statements_root, statement_count) = root_and_count(&raw.statements_root, raw.statement_count)?;
        let next = raw.next.as_ref().map(AttestorSet::from_raw).transpose()?;
        Ok(Self { height, time: Time::from_unix_ns(raw.time_ns), statements_root, statement_count, next })
    }

    pub(crate) fn to_raw(&self) -> raw::Attestation {
        raw::Attestation {
            height: Some(self.height.into()),
            time_ns: self.time.unix_ns(),
            statements_root: self.statements_root.to_vec(),
            statement_count: self.statement_count,
            next: self.next.as_ref().map(AttestorSet::to_raw),
        }
    }

    /// What a client stores of it.
    pub fn consensus_state(&self) -> ConsensusState {
        ConsensusState { time: self.time, statements_root: self.statements_root, statement_count: self.statement_count }
    }
}

/// An attestation with its signatures, in the order of the set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub epoch: u64,
    pub attestation: Attestation,
    pub signatures: Vec<raw::Signature>,
}

impl Header {
    pub fn from_raw(raw: raw::Header) -> Result<Self, Reason> {
        let attestation = raw.attestation.as_ref().ok_or_else(|| Reason::new("attestation", "missing"))?;
        Ok(Self { epoch: raw.epoch, attestation: Attestation::from_raw(attestation)?, signatures: raw.signatures })
    }
}
