//! Calls of chaincodes: proposals, answers, transactions and queries.

use govhub_types::hash::sha256;

use super::Node;
use crate::messages::common::{ChannelHeader, Envelope, Header, Payload, SignatureHeader, Timestamp, TYPE_ENDORSER_TRANSACTION};
use crate::messages::ledger::{KvRead, KvRwSet, KvWrite, NsReadWriteSet, TxReadWriteSet, Version};
use crate::messages::peer::{
    ChaincodeAction, ChaincodeActionPayload, ChaincodeEndorsedAction, ChaincodeHeaderExtension, ChaincodeId, ChaincodeInput, ChaincodeInvocationSpec,
    ChaincodeProposalPayload, ChaincodeSpec, Endorsement, Proposal, ProposalResponsePayload, Response, Transaction, TransactionAction,
};
use crate::proto::govhub::lightclients::fabric::v1 as raw;
use crate::wire::Message;

/// Keys read with the version found.
pub type Reads<'r> = &'r [(&'r str, Option<(u64, u64)>)];
/// Keys written with their value; `None` deletes.
pub type Writes<'w> = &'w [(&'w str, Option<&'w [u8]>)];

/// A read-write set from namespaces.
pub fn rwset(namespaces: &[(&str, Reads<'_>, Writes<'_>)]) -> Vec<u8> {
    let sets: Vec<Vec<u8>> = namespaces.iter().map(|(_, reads, writes)| kv(reads, writes)).collect();
    let list = namespaces.iter().zip(&sets).map(|((namespace, ..), rwset)| NsReadWriteSet { namespace, rwset, ..Default::default() });
    TxReadWriteSet { data_model: 0, ns_rwset: list.collect::<Vec<_>>().into() }.write()
}

fn kv(reads: Reads<'_>, writes: Writes<'_>) -> Vec<u8> {
    let version = |(block_num, tx_num)| Version { block_num, tx_num };
    let reads: Vec<_> = reads.iter().map(|(key, at)| KvRead { key, version: at.map(version) }).collect();
    let writes: Vec<_> = writes.iter().map(|(key, value)| KvWrite { key, is_delete: value.is_none(), value: value.unwrap_or_default() }).collect();
    KvRwSet { reads: reads.into(), writes: writes.into(), ..Default::default() }.write()
}

/// A call, and what it came to.
#[derive(Clone, Debug)]
pub struct Call {
    /// Channel.
    pub channel_id: String,
    /// Who calls.
    pub creator: Node,
    /// Makes the id.
    pub nonce: Vec<u8>,
    /// The chaincode that the header names.
    pub chaincode: String,
    /// The chaincode that answers.
    pub answering: String,
    /// Function and arguments.
    pub args: Vec<Vec<u8>>,
    /// Status returned.
    pub status: i32,
    /// Payload returned.
    pub returned: Vec<u8>,
    /// What was read and written.
    pub rwset: Vec<u8>,
}

impl Call {
    /// Bytes of the channel header.
    pub fn channel_header(&self) -> Vec<u8> {
        let name = ChaincodeId { name: &self.chaincode, ..Default::default() };
        let extension = ChaincodeHeaderExtension { chaincode_id: Some(name) }.write();
        let tx_id: String = sha256(&[&self.nonce, &self.creator.identity()]).iter().map(|byte| format!("{byte:02x}")).collect();
        ChannelHeader {
            kind: TYPE_ENDORSER_TRANSACTION,
            timestamp: Some(Timestamp { seconds: super::ACCEPTED_AT_S, nanos: 0 }),
            channel_id: &self.channel_id,
            tx_id: &tx_id,
            extension: &extension,
            ..Default::default()
        }
        .write()
    }

    /// Bytes of the signature header.
    pub fn signature_header(&self) -> Vec<u8> {
        SignatureHeader { creator: &self.creator.identity(), nonce: &self.nonce }.write()
    }

    /// Bytes of the call itself.
    pub fn proposal_payload(&self) -> Vec<u8> {
        let args: Vec<&[u8]> = self.args.iter().map(Vec::as_slice).collect();
        let chaincode_id = Some(ChaincodeId { name: &self.chaincode, ..Default::default() });
        let input = Some(ChaincodeInput { args: args.into(), ..Default::default() });
        let input = ChaincodeInvocationSpec { chaincode_spec: Some(ChaincodeSpec { chaincode_id, input, ..Default::default() }) }.write();
        ChaincodeProposalPayload { input: &input, ..Default::default() }.write()
    }

    /// The proposal.
    pub fn proposal(&self) -> Vec<u8> {
        let (channel_header, signature_header) = (self.channel_header(), self.signature_header());
        let header = Header { channel_header: &channel_header, signature_header: &signature_header }.write();
        Proposal { header: &header, payload: &self.proposal_payload(), extension: b"" }.write()
    }

    /// The answer, as endorsers sign it.
    pub fn answer(&self) -> Vec<u8> {
        let action = ChaincodeAction {
            results: &self.rwset,
            events: b"",
            response: Some(Response { status: self.status, message: "", payload: &self.returned }),
            chaincode_id: Some(ChaincodeId { name: &self.answering, version: "1.0", ..Default::default() }),
        }
        .write();
        let hash = sha256(&[&self.channel_header(), &self.signature_header(), &self.proposal_payload()]);
        ProposalResponsePayload { proposal_hash: &hash, extension: &action }.write()
    }

    /// Endorsements of the answer.
    pub fn endorsements(&self, endorsers: &[&Node]) -> Vec<raw::Endorsement> {
        let answer = self.answer();
        endorsers.iter().map(|node| raw::Endorsement { endorser: node.identity(), signature: node.sign(&[&answer, &node.identity()]) }).collect()
    }

    /// The transaction, as a block holds it.
    pub fn transaction(&self, endorsers: &[&Node]) -> Vec<u8> {
        self.transaction_with(&self.answer(), &self.endorsements(endorsers))
    }

    /// The transaction with an answer and endorsements of the caller's.
    pub fn transaction_with(&self, answer: &[u8], endorsements: &[raw::Endorsement]) -> Vec<u8> {
        let endorsements: Vec<_> = endorsements.iter().map(|one| Endorsement { endorser: &one.endorser, signature: &one.signature }).collect();
        let action = ChaincodeEndorsedAction { proposal_response_payload: answer, endorsements: endorsements.into() };
        let payload = ChaincodeActionPayload { chaincode_proposal_payload: &self.proposal_payload(), action: Some(action) }.write();
        let signature_header = self.signature_header();
        let data = Transaction { actions: vec![TransactionAction { header: &signature_header, payload: &payload }].into() }.write();
        self.envelope(&self.channel_header(), &signature_header, &data)
    }

    /// An envelope signed by the caller.
    pub fn envelope(&self, channel_header: &[u8], signature_header: &[u8], data: &[u8]) -> Vec<u8> {
        let payload = Payload { header: Some(Header { channel_header, signature_header }), data }.write();
        Envelope { payload: &payload, signature: &self.creator.sign(&[&payload]) }.write()
    }

    /// The call as an endorsed query.
    pub fn query(&self, endorsers: &[&Node]) -> raw::Query {
        raw::Query { proposal: self.proposal(), payload: self.answer(), endorsements: self.endorsements(endorsers) }
    }
}
