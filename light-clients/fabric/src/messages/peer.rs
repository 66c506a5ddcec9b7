//! Transactions, proposals and endorsements (`peer/transaction.proto`, `proposal.proto`, `proposal_response.proto`, `chaincode.proto`,
//! `peer/lifecycle/db.proto`).

use super::common::{MapEntry, Timestamp};
use crate::wire::{messages, Many};

/// Endorsements of one transaction.
pub const MAX_ENDORSEMENTS: usize = 128;

/// Actions of one transaction: Fabric takes one, and a second one is named when it is refused.
pub const MAX_ACTIONS: usize = 2;

/// Arguments of one call, entries of its maps.
pub const MAX_ARGUMENTS: usize = 64;

messages! {
    /// What a transaction of a chaincode carries.
    Transaction<'a> {
        1 actions: Many<TransactionAction<'a>, MAX_ACTIONS>,
    }
    /// One call.
    TransactionAction<'a> {
        /// [`super::common::SignatureHeader`] of the proposal.
        1 header: &'a [u8],
        /// [`ChaincodeActionPayload`].
        2 payload: &'a [u8],
    }
    /// What was asked and what was answered.
    ChaincodeActionPayload<'a> {
        /// [`ChaincodeProposalPayload`] without its transient map.
        1 chaincode_proposal_payload: &'a [u8],
        2 action: Option<ChaincodeEndorsedAction<'a>>,
    }
    /// The answer and who endorsed it.
    ChaincodeEndorsedAction<'a> {
        /// [`ProposalResponsePayload`].
        1 proposal_response_payload: &'a [u8],
        2 endorsements: Many<Endorsement<'a>, MAX_ENDORSEMENTS>,
    }
    /// A signature over the answer and the endorser.
    Endorsement<'a> {
        /// [`super::msp::SerializedIdentity`].
        1 endorser: &'a [u8],
        2 signature: &'a [u8],
    }
    /// An answer.
    ProposalResponsePayload<'a> {
        1 proposal_hash: &'a [u8],
        /// [`ChaincodeAction`].
        2 extension: &'a [u8],
    }
    /// What a call did.
    ChaincodeAction<'a> {
        /// [`super::ledger::TxReadWriteSet`].
        1 results: &'a [u8],
        2 events: &'a [u8],
        3 response: Option<Response<'a>>,
        4 chaincode_id: Option<ChaincodeId<'a>>,
    }
    /// What a call returned.
    Response<'a> {
        1 status: i32,
        2 message: &'a str,
        3 payload: &'a [u8],
    }
    /// A chaincode.
    ChaincodeId<'a> {
        1 path: &'a str,
        2 name: &'a str,
        3 version: &'a str,
    }
    /// A proposal with its asker's signature.
    SignedProposal<'a> {
        1 proposal_bytes: &'a [u8],
        2 signature: &'a [u8],
    }
    /// A call before it is endorsed.
    Proposal<'a> {
        /// [`super::common::Header`].
        1 header: &'a [u8],
        /// [`ChaincodeProposalPayload`].
        2 payload: &'a [u8],
        3 extension: &'a [u8],
    }
    /// Extension of a channel header.
    ChaincodeHeaderExtension<'a> {
        2 chaincode_id: Option<ChaincodeId<'a>>,
    }
    /// The call.
    ChaincodeProposalPayload<'a> {
        /// [`ChaincodeInvocationSpec`].
        1 input: &'a [u8],
        2 transient_map: Many<TransientEntry<'a>, MAX_ARGUMENTS>,
    }
    /// An entry of the transient map, which peers see and blocks do not.
    TransientEntry<'a> {
        1 key: &'a str,
        2 value: &'a [u8],
    }
    /// Which chaincode, with which arguments.
    ChaincodeInvocationSpec<'a> {
        1 chaincode_spec: Option<ChaincodeSpec<'a>>,
    }
    /// The same, one level down.
    ChaincodeSpec<'a> {
        1 kind: i32,
        2 chaincode_id: Option<ChaincodeId<'a>>,
        3 input: Option<ChaincodeInput<'a>>,
        4 timeout: i32,
    }
    /// Arguments, the function's name first.
    ChaincodeInput<'a> {
        1 args: Many<&'a [u8], MAX_ARGUMENTS>,
        2 decorations: Many<MapEntry<'a>, MAX_ARGUMENTS>,
        3 is_init: bool,
    }
    /// One peer's answer to a proposal.
    ProposalResponse<'a> {
        1 version: i32,
        2 timestamp: Option<Timestamp>,
        4 response: Option<Response<'a>>,
        /// [`ProposalResponsePayload`].
        5 payload: &'a [u8],
        6 endorsement: Option<Endorsement<'a>>,
        7 interest: &'a [u8],
    }
    /// What a chaincode tells listeners.
    ChaincodeEvent<'a> {
        1 chaincode_id: &'a str,
        2 tx_id: &'a str,
        3 event_name: &'a str,
        4 payload: &'a [u8],
    }
    /// A field of a chaincode's definition in the namespace `_lifecycle`: one of the three.
    StateData<'a> {
        1 int64: Option<u64>,
        2 bytes: Option<&'a [u8]>,
        3 string: Option<&'a str>,
    }
    /// Field `ValidationInfo` of a definition.
    ChaincodeValidationInfo<'a> {
        1 validation_plugin: &'a str,
        /// [`super::common::ApplicationPolicy`].
        2 validation_parameter: &'a [u8],
    }
}
