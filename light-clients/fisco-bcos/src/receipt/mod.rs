//! Receipts: what a transaction came to. One file for each version, one for what version 3 leaves open.

mod ambiguity;
mod v2;
mod v3;

#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v2::{encode as encode_v2, Fields as FieldsV2};
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) use v3::hash as hash_v3;

pub(crate) use v3::parse_address;

use govhub_lc_core::Reason;

use crate::key_map::Address;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, receipt::Form};
use crate::state::Version;
use crate::suite::{Hash, Suite};

/// Logs of one receipt that are read.
const MAX_LOGS: usize = 1_024;

/// Topics of one event: the EVM's bound.
const MAX_TOPICS: usize = 4;

/// Status of a transaction that did what it was sent for.
const SUCCESS: u64 = 0;

/// A receipt of either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Recomputed from the fields.
    pub hash: Hash,
    pub status: u64,
    /// Whether the transaction created a contract.
    pub creation: bool,
    /// Version 3 only: the block's number.
    pub number: Option<u64>,
    pub logs: Vec<Log>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub address: Address,
    pub topics: Vec<Hash>,
    pub data: Vec<u8>,
}

/// How much of a receipt is to be believed besides status, creation and block number, which read one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Output and logs: nothing in them may read as an event that is not claimed.
    Content,
    /// Logs as evidence of what the bridge did: the strictest.
    Events,
}

impl Receipt {
    /// Reads a receipt of a chain.
    ///
    /// # Errors
    /// A code for each form rule; `receipt-hash` if the stated hash is not the fields'.
    ///
    /// # Not checked
    /// That output and logs read one way: see [`one_reading`].
    pub fn read(version: Version, suite: Suite, raw: &raw::Receipt) -> Result<Self, Reason> {
        let receipt = match (version, &raw.form) {
            (Version::V2, Some(Form::Rlp(bytes))) => v2::read(suite, bytes)?,
            (Version::V3, Some(Form::V3(fields))) => v3::read(suite, fields)?,
            (_, None) => return Err(Reason::new("receipt-missing", "no fields")),
            (version, _) => return Err(Reason::new("version", format!("the chain is of version {}; the receipt of another", version.name()))),
        };
        let states_none = raw.hash.is_empty() && matches!(raw.form, Some(Form::Rlp(_)));
        if !states_none && raw.hash != receipt.hash {
            return Err(Reason::new("receipt-hash", format!("the stated hash is not the one that the fields give under {}", suite.name())));
        }
        Ok(receipt)
    }

    /// That the transaction succeeded: a failed one is in the block too, and keeps its logs (seen on 3.2.0 and 3.12.4).
    pub fn succeeded(&self) -> Result<(), Reason> {
        if self.status != SUCCESS {
            return Err(Reason::new("status", format!("{}; the transaction failed", self.status)));
        }
        Ok(())
    }

    /// That the transaction was a call.
    pub fn no_creation(&self) -> Result<(), Reason> {
        if self.creation {
            return Err(Reason::new("contract-creation", "the transaction created a contract; it called none"));
        }
        Ok(())
    }
}

/// That output and logs of a receipt read one way.
///
/// # Errors
/// `ambiguous-receipt`.
pub(crate) fn one_reading(raw: &raw::Receipt, reading: Reading) -> Result<(), Reason> {
    match &raw.form {
        Some(Form::V3(fields)) => ambiguity::check(fields, reading),
        _ => Ok(()),
    }
}
