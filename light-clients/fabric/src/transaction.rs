//! A transaction of a chaincode: who asked for what, what was answered, who endorsed it.
//!
//! Source: fabric `core/common/validation/msgvalidation.go`, `protoutil/txutils.go`.

use govhub_lc_core::Reason;
use govhub_types::hash::sha256;
use govhub_x509::When;

use crate::block::Transaction;
use crate::config::ChannelConfig;
use crate::messages::common::{SignatureHeader, TYPE_ENDORSER_TRANSACTION};
use crate::messages::peer::{
    ChaincodeAction, ChaincodeActionPayload, ChaincodeHeaderExtension, Endorsement, ProposalResponsePayload, Transaction as RawTransaction,
};
use crate::msp::{Signed, Signer};
use crate::rwset::ReadWriteSet;
use crate::wire::Message;

/// From this status on a call has failed, and peers do not endorse it.
const STATUS_ERROR: i32 = 400;

/// A transaction of a chaincode, bound together: answer to question, id to asker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndorsedTransaction<'a> {
    /// The call's chaincode.
    pub chaincode: &'a str,
    /// Version that the chaincode gave itself.
    pub version: &'a str,
    /// What endorsers signed, each with itself behind it.
    pub payload: &'a [u8],
    /// Their signatures, not yet verified.
    pub endorsements: Vec<Endorsement<'a>>,
    /// Status and payload that were returned.
    pub status: i32,
    /// What was read and written.
    pub rwset: ReadWriteSet<'a>,
    /// Serialised identity of the asker.
    pub creator: &'a [u8],
}

impl<'a> EndorsedTransaction<'a> {
    /// Reads a transaction.
    ///
    /// # Errors
    /// `malformed`; `transaction-type`; `tx-id`: not made of nonce and creator; `action-count`; `action-header`: the action was proposed by
    /// another; `proposal-hash`: the answer is to another proposal; those of [`Answer::read`]; `chaincode-mismatch`: header and answer name different
    /// chaincodes.
    pub fn read(transaction: &Transaction<'a>) -> Result<Self, Reason> {
        let channel_header = &transaction.channel_header;
        if channel_header.kind != TYPE_ENDORSER_TRANSACTION || channel_header.epoch != 0 {
            return Err(Reason::new("transaction-type", format!("type {}, epoch {}", channel_header.kind, channel_header.epoch)));
        }
        let signature_header = SignatureHeader::read(transaction.header.signature_header)?;
        check_tx_id(channel_header.tx_id, &signature_header)?;
        let raw = RawTransaction::read(transaction.data)?;
        let [action] = &raw.actions[..] else {
            return Err(Reason::new("action-count", format!("{} actions; Fabric has one a transaction", raw.actions.len())));
        };
        if action.header != transaction.header.signature_header {
            return Err(Reason::new("action-header", "the action's header is not the transaction's"));
        }
        let action = ChaincodeActionPayload::read(action.payload)?;
        let endorsed = action.action.ok_or_else(|| Reason::new("action-count", "an action without an answer"))?;
        let answer = Answer::read(endorsed.proposal_response_payload)?;
        let asked = [transaction.header.channel_header, transaction.header.signature_header, action.chaincode_proposal_payload];
        if answer.proposal_hash != sha256(&asked) {
            return Err(Reason::new("proposal-hash", "the answer is to another proposal"));
        }
        if called(channel_header.extension)? != answer.chaincode {
            return Err(Reason::new("chaincode-mismatch", "the header names another chaincode than the answer"));
        }
        Ok(Self {
            chaincode: answer.chaincode,
            version: answer.version,
            payload: endorsed.proposal_response_payload,
            endorsements: endorsed.endorsements.0,
            status: answer.status,
            rwset: answer.rwset,
            creator: signature_header.creator,
        })
    }

    /// That peers endorse such an answer at all.
    ///
    /// # Errors
    /// `call-failed`.
    pub fn check_status(&self) -> Result<(), Reason> {
        check_status(self.status)
    }

    /// What its endorsers signed.
    pub fn statements(&self) -> Vec<Signed<'_>> {
        statements(self.payload, &self.endorsements)
    }
}

/// That the transaction's creator is a member and signed it.
///
/// # Errors
/// `creator`, with the reason.
pub fn check_creator(config: &ChannelConfig<'_>, transaction: &Transaction<'_>) -> Result<(), Reason> {
    let check = || {
        let header = SignatureHeader::read(transaction.header.signature_header)?;
        let signer = Signer::read(&config.msps, header.creator, When::AtIssue)?;
        signer.member().map_err(Clone::clone)?;
        signer.verify(transaction.envelope.payload, transaction.envelope.signature)
    };
    check().map_err(|reason: Reason| Reason::new("creator", reason.to_string()))
}

/// An answer to a proposal, as endorsers sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Hash of the proposal.
    pub proposal_hash: [u8; 32],
    /// The chaincode that answered.
    pub chaincode: &'a str,
    /// Its version, by its own word.
    pub version: &'a str,
    /// Status returned.
    pub status: i32,
    /// Payload returned.
    pub returned: &'a [u8],
    /// What was read and written.
    pub rwset: ReadWriteSet<'a>,
}

impl<'a> Answer<'a> {
    /// Reads an answer.
    ///
    /// # Errors
    /// `malformed`; `proposal-hash` if it is not 32 bytes; `answer-incomplete`: no response or no chaincode; those of [`ReadWriteSet::read`].
    pub fn read(payload: &'a [u8]) -> Result<Self, Reason> {
        let raw = ProposalResponsePayload::read(payload)?;
        let proposal_hash = raw.proposal_hash.try_into().map_err(|_| Reason::new("proposal-hash", "not 32 bytes"))?;
        let action = ChaincodeAction::read(raw.extension)?;
        let (Some(response), Some(chaincode)) = (action.response, action.chaincode_id) else {
            return Err(Reason::new("answer-incomplete", "no response, or no chaincode"));
        };
        Ok(Self {
            proposal_hash,
            chaincode: chaincode.name,
            version: chaincode.version,
            status: response.status,
            returned: response.payload,
            rwset: ReadWriteSet::read(action.results)?,
        })
    }

    /// That the call did not fail.
    ///
    /// # Errors
    /// `call-failed`.
    pub fn check_status(&self) -> Result<(), Reason> {
        check_status(self.status)
    }
}

/// What endorsers sign: the answer, and themselves behind it.
pub(crate) fn statements<'s>(payload: &'s [u8], endorsements: &'s [Endorsement<'s>]) -> Vec<Signed<'s>> {
    let statement = |one: &'s Endorsement<'s>| Signed { message: [payload, one.endorser, &[]], identity: one.endorser, signature: one.signature };
    endorsements.iter().map(statement).collect()
}

fn check_status(status: i32) -> Result<(), Reason> {
    match (1..STATUS_ERROR).contains(&status) {
        true => Ok(()),
        false => Err(Reason::new("call-failed", format!("status {status}"))),
    }
}

/// That a transaction's id is lower-case hexadecimal of SHA-256(nonce ‖ creator).
///
/// # Errors
/// `tx-id`.
fn check_tx_id(tx_id: &str, header: &SignatureHeader<'_>) -> Result<(), Reason> {
    let expected: String = sha256(&[header.nonce, header.creator]).iter().map(|byte| format!("{byte:02x}")).collect();
    match tx_id == expected && !header.nonce.is_empty() && !header.creator.is_empty() {
        true => Ok(()),
        false => Err(Reason::new("tx-id", "not made of nonce and creator")),
    }
}

/// The chaincode that a channel header names.
///
/// # Errors
/// `malformed`; `chaincode-mismatch` if it names none.
pub(crate) fn called(extension: &[u8]) -> Result<&str, Reason> {
    let chaincode = ChaincodeHeaderExtension::read(extension)?.chaincode_id;
    chaincode.map(|chaincode| chaincode.name).ok_or_else(|| Reason::new("chaincode-mismatch", "the header names no chaincode"))
}
